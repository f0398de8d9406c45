"""Links and pictures that a model made up, as the text that they are. Pure."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from shared.document.blocks import Block, Figure, Paragraph, Text

T = TypeVar("T")


class Plain:
    """Makes blocks of a model's text harmless, and counts what it had to change."""

    def __init__(self, known: set[str]) -> None:
        """
        Args:
            known: addresses of the sources, which may be linked.
        """
        self._known = known
        self.removed = 0

    def blocks(self, parts: list[Block]) -> list[Block]:
        """The blocks, with links to sources only and no pictures."""
        return [self._seen(part) for part in parts]

    def _seen(self, value: T) -> T:
        if isinstance(value, list):
            return [self._seen(item) for item in value]  # type: ignore[return-value]
        if isinstance(value, Figure):
            self.removed += 1
            return Paragraph([Text(value.alt or value.caption or "…")])  # type: ignore[return-value]
        if not isinstance(value, msgspec.Struct):
            return value
        if isinstance(value, Text) and value.href is not None and value.href not in self._known:
            self.removed += 1
            return msgspec.structs.replace(value, href=None)
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        changed = {name: self._seen(item) for name, item in fields.items() if isinstance(item, list | msgspec.Struct)}
        return msgspec.structs.replace(value, **changed) if changed else value
