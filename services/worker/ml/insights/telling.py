"""The commentary as blocks: sentences, and a table of every figure that they cite. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from services.worker.ml.facts import Fact, written
from shared.document.blocks import Block, Callout, Column, Heading, Inline, ListBlock, Paragraph, Table, Text

from .checking import Accepted
from .sentence import Cited, Part, cited

_ORIGINS = {"supplied": "as supplied", "computed": "computed here", "upstream": "as the source computed it"}


class Commentary(msgspec.Struct, frozen=True, kw_only=True):
    """What was kept of a model's answer, and what was not."""

    model: str
    kept: list[Accepted] = []
    asked_again: int = 0
    """Sentences that were refused at first."""
    dropped: int = 0
    """Sentences that were refused at last, or that the model left out when it was asked again."""

    @property
    def counts(self) -> dict[str, int]:
        return {"sentences": len(self.kept), "asked_again": self.asked_again, "dropped": self.dropped}


def blocks(told: Commentary) -> list[Block]:
    """The section; nothing if no sentence was kept."""
    if not told.kept:
        return []
    observations = [one.parts for one in told.kept if one.role == "observation"]
    recommendations = [one.parts for one in told.kept if one.role == "recommendation"]
    return [
        Heading(1, [Text("Commentary")]),
        Callout([Paragraph([Text(_note(told))])], tone="note", title="Written by a language model"),
        *_listed("What the figures say", observations),
        *_listed("What to do next", recommendations),
        *_figures([fact for one in told.kept for fact in cited(one.parts)]),
    ]


def _note(told: Commentary) -> str:
    dropped = {0: "", 1: " One sentence that could not be checked was left out."}.get(
        told.dropped, f" {told.dropped} sentences that could not be checked were left out."
    )
    return (
        f"The sentences below are by the model {told.model}. It was given figures of this report and wrote no number "
        "itself: each figure was put in together with its name, and each comparison was computed again. Its judgements, "
        f"what it says follows from a figure, and its advice were not checked.{dropped}"
    )


def _listed(title: str, sentences: Sequence[list[Part]]) -> list[Block]:
    if not sentences:
        return []
    return [Heading(2, [Text(title)]), ListBlock([[Paragraph(_inlines(sentence))] for sentence in sentences])]


def _inlines(of: Sequence[Part]) -> list[Inline]:
    return [
        Text(part.text(opens=place == 0), ["strong"]) if isinstance(part, Cited) else Text(part)
        for place, part in enumerate(of)
    ]


def _figures(facts: Sequence[Fact]) -> list[Block]:
    if not facts:
        return []
    rows: list[list[list[Inline]]] = [
        [[Text(fact.label)], [Text(written(fact))], [Text(_ORIGINS[fact.origin])]]
        for fact in {fact.id: fact for fact in facts}.values()
    ]
    columns = [Column([Text("Figure")]), Column([Text("Value")], align="right"), Column([Text("Origin")])]
    return [Table(columns, rows, caption="Figures that the commentary rests on")]
