"""Values to tokens and tokens back to values. Pure.

For any text, ``restore(scramble(text)) == text``: what only looks like a token is replaced by one itself, and the
result is read back before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from . import tokens
from .detect import Detector, small_words
from .kinds import Kind, Span
from .lexicon import Lexicon
from .mapping import Mapping
from .names import parts
from .spans import chunks, overlapping, settle, widened

MOST_BY_MODEL = 1_000_000
"""Characters at once: half a minute of a processor."""
_ROUNDS = 4
"""What is hidden may be found in another spelling, which is hidden in the next round."""


Keep = Callable[[str, Any], bool]
"""Whether a field, by its name and value, stays as it is."""


def nothing(_name: str, _value: Any) -> bool:
    return False


class Restored(msgspec.Struct, frozen=True):
    """A text with its values back. ``left`` are tokens that stand for nothing, ``repaired`` those a model had changed."""

    text: str
    left: list[str] = []
    repaired: int = 0


class Leak(Exception):
    """A value that must not leave was about to. It says which kinds, never which values."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        super().__init__(f"text that was to leave holds a mapped value of kind {', '.join(sorted(set(kinds)))}")


class Scrambler:
    """Replaces values by tokens, with one mapping."""

    def __init__(
        self,
        detector: Detector,
        mapping: Mapping,
        names: dict[str, Kind] | None = None,
        ordinary: Collection[str] = (),
    ) -> None:
        """
        Args:
            names: values that were given in fields: hidden wherever they occur.
            ordinary: words that earlier texts write small: what consists of them is no name.
        """
        self._detector = detector
        self.mapping = mapping
        self._lexicon = Lexicon()
        self._read: dict[str, list[Span]] = {}
        self.ordinary = set(ordinary)
        self.unread = 0
        """Characters that no model looked for names in, since there were too many."""
        for name, kind in (names or {}).items():
            if kind is Kind.PERSON or kind in detector.kinds:
                self._lexicon.add(name, kind)
        for entry in mapping.entries:
            self._learn(entry.forms, entry.kind, self.ordinary)

    def learn(self, texts: Iterable[str]) -> None:
        """Find values in texts so that they are hidden in every other one too."""
        new = [text for text in dict.fromkeys(texts) if text not in self._read]
        self.ordinary |= {word for text in new for word in small_words(text)}
        room = MOST_BY_MODEL
        for text in new:
            room -= len(text)
            self.unread += 0 if room >= 0 else len(text)
            self._read[text] = self._detector.find(text, self.ordinary, by_model=room >= 0)
            for span in self._read[text]:
                self._learn([text[span.start : span.end]], span.kind, self.ordinary)

    def scramble(self, text: str) -> str:
        """A client's text with tokens for its values, and for what only looks like a token."""
        spans = settle(text, [*self._find(text), *self._lexicon.find(text), *_lookalikes(text)])
        for wider in (widened, chunks, _whole):
            spans = wider(text, spans)
            scrambled = self._replaced(text, spans)
            if restore(scrambled, self.mapping).text == text:
                return scrambled
        raise AssertionError("a text that is one token must come back")

    def added(self, texts: Sequence[str]) -> list[str]:
        """Texts that may hold our tokens already, which stay, with tokens for their other values: none of them has a known one.

        Raises:
            Leak: a value cannot be hidden.
        """
        small = self.ordinary | {word for text in texts for word in small_words(text)}
        found = [self._apart(text, self._detector.find(text, small)) for text in texts]
        for text, spans in zip(texts, found, strict=True):
            for span in spans:
                self._learn([text[span.start : span.end]], span.kind, small)
        made = list(texts)
        for _ in range(_ROUNDS):
            hidden = [[*spans, *self._known(text)] for text, spans in zip(made, found, strict=True)]
            if not any(hidden):
                break
            made = [self._replaced(text, settle(text, spans)) for text, spans in zip(made, hidden, strict=True)]
            found = [[] for _ in made]
        for text in made:
            self.check(text)
        return made

    def without(self, text: str) -> str:
        """A text with nothing in the place of its values, for those who can do nothing with tokens."""
        self.learn([text])
        spans = settle(text, [*self._find(text), *self._lexicon.find(text)])
        ends = [0, *(edge for span in spans for edge in (span.start, span.end)), len(text)]
        return " ".join(" ".join(text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)).split())

    def values(self, value: Any, keep: Keep = nothing) -> Any:
        """A JSON value with every text in it scrambled but those to keep; values found in one text are hidden in all."""
        self.learn(texts(value, keep))
        return mapped(value, self.scramble, keep)

    def check(self, text: str) -> None:
        """Look for every mapped value once more.

        Raises:
            Leak: one of them is there.
        """
        if found := self._known(text):
            raise Leak(span.kind for span in found)

    def _find(self, text: str) -> list[Span]:
        return self._read[text] if text in self._read else self._detector.find(text, self.ordinary | small_words(text))

    def _known(self, text: str) -> list[Span]:
        """Known values outside our tokens."""
        return self._apart(text, self._lexicon.find(text))

    def _apart(self, text: str, spans: Iterable[Span]) -> list[Span]:
        ours = [Span(t.start, t.end, Kind.LOOKALIKE) for t in tokens.read(text) if self.mapping.value(t) is not None]
        return [span for span in spans if not overlapping(ours, span.start, span.end)]

    def _replaced(self, text: str, spans: list[Span]) -> str:
        parts, at = [], 0
        for span in spans:
            form = text[span.start : span.end]
            parts += [text[at : span.start], self.mapping.token(span.kind, form)]
            self._learn([form], span.kind, self.ordinary)
            at = span.end
        return "".join([*parts, text[at:]])

    def _learn(self, forms: list[str], kind: Kind, ordinary: Collection[str]) -> None:
        """Look for values from now on, and for the parts of persons' names that are no words."""
        for form in forms:
            self._lexicon.add(form, kind, found=True)
            if kind is Kind.PERSON:
                for part in parts(form):
                    if part.lower() not in ordinary:
                        self._lexicon.add(part, kind, found=True)


def restore(text: str, mapping: Mapping) -> Restored:
    """A text with every token's value in its place, also of tokens that a model has changed a little."""
    parts: list[str] = []
    left: list[str] = []
    at = repaired = 0
    for token in tokens.read(text):
        value = mapping.value(token)
        if value is None:
            left.append(token.text)
            continue
        parts += [text[at : token.start], value]
        at = token.end
        repaired += token.text != mapping.written(token)
    return Restored("".join([*parts, text[at:]]), left, repaired)


def tidied(text: str, mapping: Mapping) -> str:
    """A model's answer with every token written as it was given."""
    parts, at = [], 0
    for token in tokens.read(text):
        written = mapping.written(token)
        if written is not None:
            parts += [text[at : token.start], written]
            at = token.end
    return "".join([*parts, text[at:]])


def mapped(value: Any, change: Callable[[str], str], keep: Keep = nothing) -> Any:
    """A JSON value with every text in it changed, but for the fields to keep."""
    match value:
        case str():
            return change(value)
        case list():
            return [mapped(item, change, keep) for item in value]
        case dict():
            return {name: item if keep(name, item) else mapped(item, change, keep) for name, item in value.items()}
        case _:
            return value


def texts(value: Any, keep: Keep = nothing) -> Iterator[str]:
    """Every text in a JSON value, but for the fields to keep."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from texts(item, keep)
        case dict():
            for name, item in value.items():
                if not keep(name, item):
                    yield from texts(item, keep)


def _lookalikes(text: str) -> list[Span]:
    return [Span(token.start, token.end, Kind.LOOKALIKE) for token in tokens.read(text)]


def _whole(text: str, _: list[Span]) -> list[Span]:
    return [Span(0, len(text), Kind.LOOKALIKE)]
