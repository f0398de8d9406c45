"""A language's texts, and its counts as they stand in prose."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from shared.document.labels import Numerals, labels

from . import de, en, es, fr


class Catalogue(msgspec.Struct, frozen=True):
    """``nouns``: one of it with its article, one of it after a figure, several."""

    texts: Mapping[str, str]
    nouns: Mapping[str, tuple[str, str, str]]
    numbers: tuple[str, ...]
    times: tuple[str, ...]


CATALOGUES: Mapping[str, Catalogue] = {
    name: Catalogue(module.TEXTS, module.NOUNS, module.NUMBERS, module.TIMES)
    for name, module in (("en", en), ("de", de), ("fr", fr), ("es", es))
}


class Words:
    """How one language says it."""

    def __init__(self, language: str) -> None:
        name = language.split("-", maxsplit=1)[0].lower()
        self.known = name in CATALOGUES
        """Otherwise it is English that stands for it."""
        self.english = name == "en" or not self.known
        self._catalogue = CATALOGUES[name if self.known else "en"]
        self._numerals: Numerals = labels(language if self.known else "en").numerals

    def __call__(self, key: str, **values: object) -> str:
        """The text of this key, with its places filled."""
        text = self._catalogue.texts[key]
        return text.format(**values) if values else text

    def figure(self, value: float, decimals: int = 0) -> str:
        """``9,373`` or ``9.373``."""
        return self._numerals.write(value, decimals)

    def number(self, count: int) -> str:
        """A count as it stands in prose: ``three``, ``13``."""
        return self._catalogue.numbers[count] if count < len(self._catalogue.numbers) else self.figure(count)

    def plural(self, count: int, noun: str) -> str:
        """``one source``, ``three sources``."""
        one, _, several = self._catalogue.nouns[noun]
        return one if count == 1 else f"{self.number(count)} {several}"

    def counted(self, count: int, noun: str) -> str:
        """``1 word``, ``9,373 words``."""
        _, one, several = self._catalogue.nouns[noun]
        return f"{self.figure(count)} {one if count == 1 else several}"

    def times(self, count: int) -> str:
        """``once``, ``twice``, ``three times``."""
        known = self._catalogue.times
        return known[count] if count < len(known) - 1 else known[-1].format(number=self.number(count))

    def listed(self, parts: list[str]) -> str:
        """``a, b and c``."""
        return f"{', '.join(parts[:-1])} {self('and')} {parts[-1]}" if len(parts) > 1 else "".join(parts)


@lru_cache(maxsize=64)
def wording(language: str) -> Words:
    """The words of a language by its BCP 47 tag."""
    return Words(language)
