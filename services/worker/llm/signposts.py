"""The sentences that lead from quotation to quotation. They state counts and places and claim nothing else."""

from __future__ import annotations

from services.worker.content import Passage
from services.worker.wording import Words


def nothing(say: Words) -> str:
    """That there is nothing to quote; a language that has no words of ours for it is answered with none."""
    return say("nothing") if say.known else ""


def gathered(lens: str, say: Words) -> str:
    """By which words the statements of a section were found."""
    return say(f"gathered.{lens}") if say.known else ""


def coverage(passages: list[Passage], titles: list[str], say: Words) -> str:
    """In which sources, in how many sections and with how many words a matter comes up."""
    if not say.known:
        return ""
    found = {source: [one for one in passages if one.source == source] for source in range(1, len(titles) + 1)}
    speaking = [source for source in found if found[source]]
    if not speaking:
        return nothing(say)
    if len(titles) == 1:
        return say("coverage.one", extent=_extent(found[1], say, short=False))
    amounts = [
        say("amount", title=titles[source - 1], extent=_extent(found[source], say, short=at > 0))
        for at, source in enumerate(speaking)
    ]
    silent = [titles[source - 1] for source in found if source not in speaking]
    text = _speaking(len(speaking), len(titles), say.listed(amounts), say)
    return text + say("coverage.silent", silent=say.listed(silent)) if silent else text


def _speaking(speaking: int, total: int, amounts: str, say: Words) -> str:
    if speaking == total:
        return say("coverage.both" if total == 2 else "coverage.all", count=say.number(total), amounts=amounts)
    if speaking == 1:
        return say("coverage.single", count=say.number(total), amounts=amounts)
    some = say.number(speaking)
    return say("coverage.some", some=some[:1].upper() + some[1:], count=say.number(total), amounts=amounts)


def _extent(passages: list[Passage], say: Words, *, short: bool) -> str:
    sections = len({tuple(passage.path) for passage in passages})
    words = say.figure(sum(passage.words for passage in passages))
    if short:
        shown = say.number(sections) if say.english else say.plural(sections, "section")
        return say("extent.short", sections=shown, words=words)
    return say("extent", sections=say.plural(sections, "section"), words=words)
