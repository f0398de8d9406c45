"""Stands before the door to the language model: nothing private goes out, and what comes in is read with its tokens tidied."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
import structlog
from msgspec.structs import replace

from services.worker.llm.door import Prompt
from shared.domain.errors import Rejected
from shared.domain.outcome import Work

from .detect import Detector
from .kinds import DEFAULT_PROFILE
from .mapping import Mapping
from .model import Names
from .scramble import Leak, Scrambler, mapped, restore, texts, tidied
from .vault import Vault

log = structlog.get_logger()

RULE = """
- Words such as PII-KIND-… with a number stand for names and other values that are kept from you. Use them like the names
  and values themselves, and copy them letter by letter: never change, translate, split, invent or explain one."""
"""What every system prompt ends with that goes out together with tokens."""
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})


class Withheld(Rejected):
    """A prompt that would have held a private value; it was not sent."""

    code = "privacy_refused"


class Passed(msgspec.Struct, frozen=True):
    """A prompt that may go out."""

    prompt: Prompt
    tidy: Callable[[str], str]
    """To be done to the answer."""


class Guarding(Protocol):
    """Lets prompts out."""

    async def outbound(self, work: Work, prompt: Prompt, /) -> Passed: ...


class Alone:
    """For calls whose answers are read at once, in runs that keep no map: each prompt has its own, and no value leaves."""

    def __init__(self, names: Names | None) -> None:
        self._names = names

    async def outbound(self, _work: Work, prompt: Prompt) -> Passed:
        """The prompt with tokens for every value that is found in it; the answer gets them back.

        Raises:
            Withheld: a value would have left all the same.
        """
        scrambler = Scrambler(Detector(DEFAULT_PROFILE, self._names), Mapping())
        try:
            passed = await asyncio.to_thread(_passed, scrambler, prompt)
        except Leak as leak:
            raise _withheld(leak) from None
        return replace(passed, tidy=lambda text: restore(text, scrambler.mapping).text)


class Guard:
    """For the model's one caller."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def outbound(self, work: Work, prompt: Prompt) -> Passed:
        """The prompt with tokens for every value that its run keeps back, or that is found in it now.

        Raises:
            Withheld: a value would have left all the same.
            Rejected: the map is gone.
        """
        try:
            passed = await self._vault.change(work, lambda scrambler: _passed(scrambler, prompt))
        except Leak as leak:
            raise _withheld(leak) from None
        return passed or Passed(prompt, str)


def _withheld(leak: Leak) -> Withheld:
    log.error("prompt.refused", reason=str(leak))
    return Withheld(f"{leak}; nothing was sent")


def _passed(scrambler: Scrambler, prompt: Prompt) -> Passed:
    told = list(texts(prompt.schema, _structure))
    system, user, *hidden = scrambler.added([prompt.system, prompt.user, *told])
    said = dict(zip(told, hidden, strict=True))
    schema: dict[str, Any] | None = mapped(prompt.schema, lambda text: said[text], _structure)
    scrambler.check(msgspec.json.encode(schema).decode())
    mapping = scrambler.mapping
    rule = RULE if "PII-" in user else ""
    return Passed(replace(prompt, system=system + rule, user=user, schema=schema), lambda text: tidied(text, mapping))


def _structure(name: str, value: Any) -> bool:
    """What a schema says of its own structure."""
    return (name == "required" and isinstance(value, list)) or (
        name == "type" and isinstance(value, str) and value in _TYPES
    )
