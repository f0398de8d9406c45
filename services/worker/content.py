"""What the nodes of a report hand on to one another. Stored between steps: new fields get defaults."""

from __future__ import annotations

from typing import Literal

import msgspec

Style = Literal["comparison", "summary", "use_case", "technical"]
Mode = Literal["conversational", "extractive"]
"""Who writes: the model if there is one, or nobody (passages are quoted)."""
Lost = Literal["", "budget", "empty", "unusable", "refused", "down"]
"""Why a model's part of the work is not there: the tokens were spent, it said nothing or nothing usable, or it did not answer."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the report has to answer, as every node after ``collect`` knows it."""

    title: str = ""
    """Empty: one is to be found."""
    query: str
    description: str = ""


class SourceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One document that was given, by its figures."""

    number: int
    title: str
    href: str | None = None
    words: int = 0
    sentences: int = 0
    passages: int = 0


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered piece of one source. Paragraphs of ``text`` are separated by blank lines."""

    number: int
    source: int
    path: list[str] = []
    """The headings above it, outermost first."""
    place: str = ""
    """Page or rows, where the source has them."""
    origin: str = ""
    """Which passage of which stored document or page it is; empty: of a document that came with the request."""
    text: str
    words: int

    @property
    def locator(self) -> str:
        """The innermost heading: where in the source."""
        return self.path[-1] if self.path else ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One section to write: everything its writer may look at."""

    id: str
    title: str
    lens: str = ""
    """``topic`` is about one matter; any other lens reads the same passages for one kind of statement."""
    brief: str
    terms: list[str] = []
    """Stems that the section is about."""
    words: int
    """How long it should become."""
    max_tokens: int = 1024
    passages: list[Passage] = []
    """What its writer reads."""
    about: list[int] = []
    """Numbers of those of all passages that surely are about it."""
    quotable: list[tuple[int, int, int]] = []
    """(passage, first statement, one after the last), best first. No statement is quotable in two sections."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A section as its neighbours see it."""

    id: str
    title: str
    brief: str
    lens: str = ""
    passages: list[int] = []
    """Numbers of the passages that are about it."""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of one or more model calls."""

    prompt: int = 0
    completion: int = 0
    estimated: bool = False
    """The model did not say; counted from the characters."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt=self.prompt + other.prompt,
            completion=self.completion + other.completion,
            estimated=self.estimated or other.estimated,
        )


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What the report will hold and why."""

    title: str
    query: str
    language: str = "en"
    style: Style
    style_chosen: bool = False
    """The caller asked for the style; otherwise it was found from the query's words."""
    style_words: dict[str, list[str]] = {}
    """Per style the words of the query that speak for it."""
    mode: Mode = "conversational"
    tokens: int = 16384
    """What the whole run may let a model write."""
    instructions: str = ""
    """What an administrator's template tells the writer."""
    tone: str = ""
    """How it is to sound; empty: as reports do."""
    planner: str | None = None
    """The model that planned the sections; None: they were found by rules."""
    usage: Usage = Usage()
    """Of planning."""
    lost: Lost = ""
    """Why no model planned them."""
    words: int
    """How long it is planned to be."""
    words_asked: bool = False
    """The query asks for a length."""
    words_wanted: int = 0
    """The length that it asks for; 0: none."""
    sections: list[Planned] = []
    missing: list[str] = []
    """Matters that the query names and no source has a word of."""
    sources: list[str] = []
    """Titles of the sources in order of their numbers, from 1."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A section as it was written: Markdown whose citations are ``[P12]``, every one resolvable."""

    id: str
    title: str
    markdown: str
    highlight: str = ""
    """The one sentence of it to repeat in the executive summary, as Markdown with its citation."""
    given: int = 0
    """Passages that its writer had."""
    cited: list[int] = []
    unknown: int = 0
    """Citations of passages that do not exist; they were removed."""
    quotes: int = 0
    model: str | None = None
    """None: no language model was used."""
    demonstration: bool = False
    """By a model that only shows the way and is often wrong."""
    usage: Usage = Usage()
    truncated: bool = False
    lost: Lost = ""
    """Why the model did not write it; the passages are quoted instead, if there are any."""


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """What the look over all sections came to."""

    edits: int = 0
    refused: int = 0
    """Edits that the model wanted and that would have changed what is cited or said."""
    notes: list[str] = []
    """Contradictions that it saw, in its words, with citations as in sections."""
    unknown: int = 0
    """Citations of passages that no section cites; they were removed from the notes."""
    model: str | None = None
    usage: Usage = Usage()
    lost: Lost = ""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The executive summary; empty Markdown: the sections' highlights stand for it."""

    markdown: str = ""
    cited: list[int] = []
    unknown: int = 0
    model: str | None = None
    usage: Usage = Usage()
    truncated: bool = False
    lost: Lost = ""


class SourceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Figures computed from one source."""

    number: int
    title: str
    words: int
    sentences: int
    sections: int
    passages: int
    words_per_sentence: float
    longest_sentence: int
    reading_ease: float | None = None
    """Flesch's formula; None for what is not English."""
    modals: dict[str, int] = {}
    """How often ``must``, ``shall``, ``may`` ... occur."""
    terms: dict[str, int] = {}
    """The most frequent content words."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Figures computed from all sources."""

    notices: list[str] = []
    """What could not be read, and what had nothing to say."""

    sources: list[SourceFacts] = []
    words: int = 0
    sentences: int = 0
    passages: int = 0
    terms: dict[str, int] = {}
    edges: list[float] = []
    """Bin edges of the sentence lengths, in words."""
    counts: list[int] = []
    """Sentences per bin."""
