"""What a model is told, as pure functions from content to messages. tests/unit/worker/llm/golden has every one of them."""

from __future__ import annotations

from .joining import join_prompt
from .planning import outline_prompt, repair_prompt
from .section import length_prompt, section_prompt
from .summing import summary_prompt, title_prompt

__all__ = [
    "join_prompt",
    "length_prompt",
    "outline_prompt",
    "repair_prompt",
    "section_prompt",
    "summary_prompt",
    "title_prompt",
]
