"""Pages for people: server-rendered, no build step, no inline script, nothing from other hosts."""

from __future__ import annotations

from .pages import TEMPLATES, handlers

__all__ = ["TEMPLATES", "handlers"]
