"""Private values in the texts of a report about private values: none of them is printed."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from services.worker.privacy.detect import Detector
from services.worker.privacy.kinds import DEFAULT_PROFILE
from shared.document.blocks import Block

from . import parts

Of = TypeVar("Of")

_DETECTOR = Detector(DEFAULT_PROFILE)
"""By rules alone: a model's guesses at names would take words of requirements for people."""


class Hidden(msgspec.Struct):
    """How many values were hidden so far."""

    count: int = 0

    def told(self) -> list[Block]:
        """Say so; nothing if there were none."""
        if not self.count:
            return []
        said = f"{self.count:,} values in texts of this session looked private. In their places stands what they were."
        return [parts.warning("Values that are not shown", said)]

    def text(self, given: str) -> str:
        """The text with the kind of each value in its place."""
        said, end = "", 0
        for span in _DETECTOR.find(given):
            said += f"{given[end : span.start]}[{span.kind.replace('_', ' ')}]"
            end = span.end
            self.count += 1
        return said + given[end:]

    def all(self, given: Of) -> Of:
        """A value with every text in it so; identities are no texts."""
        found: Any = given
        match given:
            case str():
                found = self.text(given)
            case list():
                found = [self.all(each) for each in given]
            case dict():
                found = {self.text(str(name)): self.all(each) for name, each in given.items()}
            case msgspec.Struct():
                names = [name for name in given.__struct_fields__ if name != "id" and not name.endswith("_id")]
                found = msgspec.structs.replace(given, **{name: self.all(getattr(given, name)) for name in names})
        return found
