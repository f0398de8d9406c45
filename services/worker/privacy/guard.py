"""Stands before the door to the language model: nothing private goes out, and what comes in is read with its tokens tidied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from services.worker.llm.door import Prompt
from shared.domain.errors import Rejected
from shared.domain.outcome import Work

from .scramble import Leak, Scrambler, mapped, tidied
from .vault import Vault

log = structlog.get_logger()

RULE = """
- Words such as PII-KIND-… with a number stand for names and other values that are kept from you. Use them like the names
  and values themselves, and copy them letter by letter: never change, translate, split, invent or explain one."""
"""What every system prompt ends with that goes out together with tokens."""
_WORDS_OF_SCHEMAS = frozenset({"type", "required", "format", "pattern", "additionalProperties"})


class Passed(msgspec.Struct, frozen=True):
    """A prompt that may go out."""

    prompt: Prompt
    tidy: Callable[[str], str]
    """To be done to the answer."""


class Guard:
    """For the model's one caller."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def outbound(self, work: Work, prompt: Prompt) -> Passed:
        """The prompt with tokens for every value that its run keeps back, or that is found in it now.

        Raises:
            Rejected: a value would have left all the same (``privacy_refused``), or the map is gone.
        """
        try:
            passed = await self._vault.change(work, lambda scrambler: _passed(scrambler, prompt))
        except Leak as leak:
            log.error("prompt.refused", reason=str(leak))  # noqa: TRY400 - a traceback would add nothing
            raise Rejected(f"{leak}; nothing was sent", code="privacy_refused") from None
        return passed or Passed(prompt, str)


def _passed(scrambler: Scrambler, prompt: Prompt) -> Passed:
    system, user = scrambler.add(prompt.system), scrambler.add(prompt.user)
    schema: dict[str, Any] | None = mapped(prompt.schema, scrambler.add, _WORDS_OF_SCHEMAS)
    for text in (system, user, msgspec.json.encode(schema).decode()):
        scrambler.check(text)
    told = system + RULE if "PII-" in user else system
    mapping = scrambler.mapping
    return Passed(replace(prompt, system=told, user=user, schema=schema), lambda text: tidied(text, mapping))
