"""Puts privacy around node functions: what is read is scrambled, what is put together is restored."""

from __future__ import annotations

import re
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import extract_tb
from typing import Any

import structlog
from msgspec.structs import replace

from services.worker.privacy import fields
from services.worker.privacy.kinds import Kind
from services.worker.privacy.scramble import Scrambler
from services.worker.privacy.vault import Back, Vault
from shared.document.plain import allowed
from shared.domain.errors import PressrunError, Rejected
from shared.domain.outcome import Done, NodeFunction, Outcome, Work

log = structlog.get_logger()

_KINDS = frozenset({"text", "markdown"})
_ORIGIN = re.compile(r"(?:[0-9a-f-]{16,36}:[0-9]+)?")
_COVER = ("title", "description", "author")
_WORDS_OF = frozenset(
    {Kind.PERSON, Kind.EMAIL, Kind.SECRET, Kind.LOGIN, Kind.URL, Kind.ADDRESS, Kind.ORGANISATION, Kind.PLACE}
)


def scrambled(function: NodeFunction, vault: Vault) -> NodeFunction:
    """A node that reads what the client gave: its outputs hold tokens, if the run asks for that."""

    async def run(work: Work) -> Outcome:
        if not work.inputs.get("scrambling"):
            return await function(work)
        await vault.begin(work, work.inputs.get("scramblingProfile"), _given(work.inputs))
        query = work.inputs.get("query") or work.inputs.get("title") or ""
        searched = await vault.change(work, lambda one: one.without(query))
        try:
            with discreet():
                outcome = await function(replace(work, inputs=work.inputs | {"webQuery": searched}))
        except Rejected as error:  # it may quote what it rejects
            said: dict[str, Any] = {"message": error.message, "details": error.details}
            told: dict[str, Any] = await vault.change(work, lambda one: one.values(said)) or said
            raise Rejected(told["message"], code=error.code, details=told["details"]) from None
        if not isinstance(outcome, Done):
            return outcome
        return replace(outcome, outputs=await vault.change(work, lambda one: hidden(one, outcome.outputs)))

    return run


def hiding(function: NodeFunction, vault: Vault, *inputs: str) -> NodeFunction:
    """A node that is told some things by its run directly: it is told them with tokens."""

    async def run(work: Work) -> Outcome:
        told = {name: work.inputs[name] for name in inputs if work.inputs.get(name)}
        hidden = await vault.change(work, lambda one: one.values(told)) if told else None
        return await function(replace(work, inputs=work.inputs | (hidden or {})))

    return run


def restored(function: NodeFunction, vault: Vault) -> NodeFunction:
    """A node that puts the document together: it works on tokens, and its document has the values back.

    Further output: ``privacy``, how that went.
    """

    async def run(work: Work) -> Outcome:
        if not await vault.kept(work):
            outcome = await function(work)
            return _with(outcome, {"privacy": {"scrambled": False}}) if isinstance(outcome, Done) else outcome
        keep = (work.inputs.get("parameters") or {}).get("restore_pii") is False
        with discreet():
            outcome = await function(replace(work, inputs=await _tokens_only(work, vault, keep=keep)))
        if not isinstance(outcome, Done) or "document" not in outcome.outputs:
            return outcome
        back = await vault.back(work, outcome.outputs["document"])
        document = _safe(outcome.outputs["document"] if keep else back.value)
        document["meta"]["notices"] = [*document["meta"].get("notices", []), *_notices(vault, back, keep=keep)]
        told = {"scrambled": True, "restored": not keep, "left": len(back.left)}
        return replace(_with(outcome, {"document": document, "privacy": told}), private=["document"])

    return run


@contextmanager
def discreet() -> Iterator[None]:
    """Where private values are at hand, an unexpected error is told by its kind and place: its message may hold one."""
    try:
        yield
    except (PressrunError, CancelledError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever breaks, its message is what must not be told
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
        log.error("step.broke", error=type(error).__name__, places=places)  # noqa: TRY400 - a traceback has the message
        raise RuntimeError(f"{type(error).__name__}; its message is withheld, the log has its places") from None


def hidden(scrambler: Scrambler, outputs: dict[str, Any]) -> dict[str, Any]:
    """A JSON object with tokens for its private values, without frequent words that are parts of them."""
    made: dict[str, Any] = scrambler.values(outputs, _kept)
    parts = {
        word
        for entry in scrambler.mapping.entries
        for form in entry.forms
        for word in ([form.casefold()] + (re.findall(r"[^\W_]+", form.casefold()) if entry.kind in _WORDS_OF else []))
    }
    return made | {"facts": _without(made["facts"], parts)} if "facts" in made else made


def _kept(name: str, value: Any) -> bool:
    """What is made here, not by clients."""
    if name == "kind":
        return value in _KINDS
    return name == "origin" and isinstance(value, str) and _ORIGIN.fullmatch(value) is not None


def _given(inputs: dict[str, Any]) -> dict[str, Kind]:
    """What the names of fields tell to be private: in the parameters, the conversation, and the caller's own name."""
    return fields.given({name: inputs.get(name) for name in ("author", "parameters", "conversation")})


async def _tokens_only(work: Work, vault: Vault, *, keep: bool) -> dict[str, Any]:
    """A node's inputs with tokens for what comes straight from the client, and links as they were."""
    cover = {name: work.inputs[name] for name in _COVER if isinstance(work.inputs.get(name), str)}
    inputs = work.inputs | (await vault.change(work, lambda one: one.values(cover)) or {})
    if keep or not isinstance(inputs.get("sources"), list):
        return inputs
    links = (await vault.back(work, [source.get("href") for source in inputs["sources"]])).value
    return inputs | {
        "sources": [source | {"href": href} for source, href in zip(inputs["sources"], links, strict=True)]
    }


def _without(facts: Any, parts: set[str]) -> Any:
    """Figures without the frequent words that belong to private values."""
    match facts:
        case dict():
            return {
                name: {word: count for word, count in item.items() if word.casefold() not in parts}
                if name == "terms"
                else _without(item, parts)
                for name, item in facts.items()
            }
        case list():
            return [_without(item, parts) for item in facts]
        case _:
            return facts


def _safe(document: Any) -> Any:
    """Links that became something else with their values back are no links."""
    match document:
        case dict():
            return {
                name: item if name != "href" or item is None or allowed(item) else None
                for name, item in ((name, _safe(item)) for name, item in document.items())
            }
        case list():
            return [_safe(item) for item in document]
        case _:
            return document


def _notices(vault: Vault, back: Back, *, keep: bool) -> list[str]:
    said = []
    if keep:
        said.append(
            "Words such as PII-PERSON-… stand for private values, which were left out of this report on request."
        )
    if back.left and not keep:
        count = len(back.left)
        said.append(f"{count} marks of private values could not be resolved: " + ", ".join(sorted(set(back.left))[:5]))
    if back.unread:
        said.append(
            f"Names in {back.unread:,} characters of the texts were looked for by rules only: they were too many."
        )
    if vault.model is None:
        said.append("Names in running text were looked for by rules only: no name model is installed.")
    return said


def _with(outcome: Done, more: dict[str, Any]) -> Done:
    return replace(outcome, outputs=outcome.outputs | more)
