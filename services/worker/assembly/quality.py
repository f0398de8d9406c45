"""Whether a finished document is what was asked for: a pure function with a closed list of findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from services.worker.content import Joined, Outline, Summary, Written
from services.worker.llm import replies
from shared.document.blocks import Block, Document, Figure, Heading, Table
from shared.document.blocks import Code as CodeBlock
from shared.document.plain import texts

from .method import far, wanted

Code = Literal[
    "PASS",
    "PASS_WITH_WARNINGS",
    "OUTPUT_EMPTY",
    "PII_TOKENS_REMAINING",
    "GENERATION_ERROR",
    "MISSING_SECTIONS",
    "OUTPUT_PARTIAL",
    "OUTPUT_TRUNCATED",
    "FORMAT_INVALID",
    "STAGES_LEFT_OUT",
    "WORD_TARGET_MISSED",
    "CLAIMS_UNCITED",
    "CITATIONS_REMOVED",
    "LINKS_REMOVED",
]
"""From the third on: findings, the gravest first."""
MILD: frozenset[Code] = frozenset(
    {"STAGES_LEFT_OUT", "WORD_TARGET_MISSED", "CLAIMS_UNCITED", "CITATIONS_REMOVED", "LINKS_REMOVED"}
)
"""A report with only these passes, with warnings."""
FATAL: frozenset[Code] = frozenset({"OUTPUT_EMPTY"})
"""A run with one of these fails."""
_MOST_UNCITED = 0.25
_CLAIM_WORDS = 12
_CITED = re.compile(r"\[P\d+\]")
_TOKEN = re.compile(r"\bPII-[A-Z]{2,12}-\d{4}")
_LEFT_OVER = re.compile(r"\[P\d+\]|<think>")
_LOST = {
    "budget": ("OUTPUT_PARTIAL", "the tokens that the report may use were spent"),
    "empty": ("GENERATION_ERROR", "the model answered with nothing"),
    "unusable": ("GENERATION_ERROR", "the model's answer could not be used"),
    "refused": ("GENERATION_ERROR", "the model refused"),
    "down": ("GENERATION_ERROR", "the model did not answer"),
}


class Finding(msgspec.Struct, frozen=True):
    code: Code
    message: str


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict: ``code`` is PASS, PASS_WITH_WARNINGS, or that of the gravest finding."""

    code: Code
    passed: bool
    findings: list[Finding] = []
    words: int = 0
    """What was written, without headings, tables of figures and the account of the method."""
    words_asked: int | None = None
    uncited_share: float | None = None
    """The part of the paragraphs and points that cite nothing; None where nothing could be cited."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a report was made from, beside its document. A report that was not written has no outline."""

    outline: Outline | None = None
    written: list[Written] = []
    joined: Joined = Joined()
    summary: Summary = Summary()
    tokens_left: int = 0
    """Marks of private values that were not resolved."""
    tokens_kept: bool = False
    """They are to stay."""
    links: int = 0
    """Links of a model's own, which became text."""


def verdict(document: Document, made: Made) -> Quality:
    """Look at a document and at how it was made."""
    written, asked = made.written, made.outline
    words = sum(replies.words(section.markdown) for section in written) + replies.words(made.summary.markdown)
    uncited = _uncited(written)
    findings = [
        *_empty(document, made),
        *_private(document, made),
        *_lost(made),
        *_left_out(made),
        *_missing(made),
        *_cut(made),
        *_format(document),
        *_length(asked, words, written),
        *_sources(made, uncited),
    ]
    grave = sorted((one for one in findings if one.code not in MILD), key=lambda one: _RANKS.index(one.code))
    code: Code = grave[0].code if grave else "PASS_WITH_WARNINGS" if findings else "PASS"
    return Quality(
        code=code,
        passed=not grave,
        findings=findings,
        words=words,
        words_asked=wanted(asked) if asked and asked.words_asked else None,
        uncited_share=uncited,
    )


_RANKS: tuple[Code, ...] = Code.__args__  # type: ignore[attr-defined]


def _empty(document: Document, made: Made) -> Iterator[Finding]:
    if not any(each.strip() for each in texts(document.blocks)):
        yield Finding("OUTPUT_EMPTY", "The document has no content.")
    elif (
        made.written and any(one.lost for one in made.written) and not any(one.markdown.strip() for one in made.written)
    ):
        why = sorted({_LOST[one.lost][1] for one in made.written if one.lost})
        yield Finding("OUTPUT_EMPTY", f"No section was written: {'; '.join(why)}.")


def _private(document: Document, made: Made) -> Iterator[Finding]:
    if made.tokens_kept:
        return
    shown = len(set(_TOKEN.findall(" ".join([document.meta.title, *texts(document.blocks)]))))
    if count := max(shown, made.tokens_left):
        yield Finding("PII_TOKENS_REMAINING", f"Marks of private values that could not be resolved: {count}.")


def _lost(made: Made) -> Iterator[Finding]:
    for section in made.written:
        if section.lost:
            code, why = _LOST[section.lost]
            yield Finding(code, f"The model did not write “{section.title}”: {why}.")  # type: ignore[arg-type]
    if made.summary.lost:
        code, why = _LOST[made.summary.lost]
        yield Finding(code, f"The model wrote no executive summary: {why}.")  # type: ignore[arg-type]


def _left_out(made: Made) -> Iterator[Finding]:
    """A text that is whole, and that rules planned or nobody looked over."""
    if made.outline and made.outline.lost:
        why = _LOST[made.outline.lost][1]
        yield Finding("STAGES_LEFT_OUT", f"The sections were planned by rules and not by the model: {why}.")
    if made.joined.lost:
        why = _LOST[made.joined.lost][1]
        yield Finding("STAGES_LEFT_OUT", f"The sections were not compared with each other: {why}.")


def _missing(made: Made) -> Iterator[Finding]:
    there = {section.id for section in made.written if section.markdown.strip()}
    missing = [one.title for one in made.outline.sections if one.id not in there] if made.outline else []
    if missing:
        yield Finding("MISSING_SECTIONS", "Planned and not written: " + ", ".join(missing) + ".")


def _cut(made: Made) -> Iterator[Finding]:
    cut = [section.title for section in made.written if section.truncated]
    cut += ["Executive summary"] * made.summary.truncated
    if cut:
        yield Finding("OUTPUT_TRUNCATED", "Cut off at the model's limit: " + ", ".join(cut) + ".")


def _format(document: Document) -> Iterator[Finding]:
    if any(
        len(row) != len(block.columns) for block in document.blocks if isinstance(block, Table) for row in block.rows
    ):
        yield Finding("FORMAT_INVALID", "A table has rows that do not fit its columns.")
    if any(isinstance(block, Figure) and not block.src for block in document.blocks):
        yield Finding("FORMAT_INVALID", "A picture cannot be shown.")
    prose = [block for block in document.blocks if not isinstance(block, CodeBlock | Table)]
    if any(_LEFT_OVER.search(each) for each in texts(prose)):
        yield Finding("FORMAT_INVALID", "Marks of the model's answer are left in the text.")
    if bare := _bare(document.blocks):
        yield Finding("FORMAT_INVALID", f"A heading without anything below it: “{bare}”.")


def _bare(blocks: list[Block]) -> str:
    """The first heading that is followed by nothing, or by one of its own rank or above."""
    for block, following in zip(blocks, [*blocks[1:], None], strict=False):
        if isinstance(block, Heading) and (
            following is None or (isinstance(following, Heading) and following.level <= block.level)
        ):
            return "".join(texts([block]))
    return ""


def _length(asked: Outline | None, words: int, written: list[Written]) -> Iterator[Finding]:
    if asked is None or not asked.words_asked or not words:
        return
    aim = wanted(asked)
    if far(words, aim):
        why = "" if any(section.model for section in written) else " The sources have no more to quote."
        planned = f"; {asked.words:,} were planned" if far(asked.words, aim) else ""
        yield Finding(
            "WORD_TARGET_MISSED",
            f"{aim:,} words were asked for{planned}; it has {words:,}.{why * (words < asked.words)}",
        )


def _sources(made: Made, uncited: float | None) -> Iterator[Finding]:
    if uncited is not None and uncited > _MOST_UNCITED:
        yield Finding("CLAIMS_UNCITED", f"{round(100 * uncited)} % of the paragraphs and points cite no passage.")
    unknown = sum(section.unknown for section in made.written) + made.summary.unknown + made.joined.unknown
    if unknown:
        yield Finding("CITATIONS_REMOVED", f"Citations of passages that do not exist, which were removed: {unknown}.")
    if made.links:
        yield Finding("LINKS_REMOVED", f"Links that no source has, which became plain text: {made.links}.")


def _uncited(written: list[Written]) -> float | None:
    """Of what a model wrote for a report that has passages, whether or not it cites any."""
    modelled = [section for section in written if section.model]
    if not any(section.given or section.cited for section in modelled):
        return None
    claims = [claim for section in modelled for claim in _claims(section.markdown)]
    return round(sum(not _CITED.search(claim) for claim in claims) / len(claims), 3) if claims else None


def _claims(markdown: str) -> Iterator[str]:
    """Paragraphs and points that say something."""
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)", markdown):
        if not paragraph.lstrip().startswith(("#", "|", "```")) and replies.words(paragraph) >= _CLAIM_WORDS:
            yield paragraph
