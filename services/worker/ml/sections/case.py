"""What a section is made from: the entity, what is wanted, and where facts are taken down."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from services.worker.measuring.values import NONE
from services.worker.ml.facts import ORIGINS, Fact, Format, Ledger, fact_id, unit_of
from shared.contracts.entities import Origin, Shape
from shared.document.blocks import Block

from .options import Flag, Options
from .reading import Problem

Of = TypeVar("Of", bound=Shape)


class Case(Generic[Of]):
    """One report's matter."""

    def __init__(
        self,
        kind: str,
        entity: Of,
        related: dict[str, Any],
        options: Options,
        problems: Sequence[Problem] = (),
        ledger: Ledger | None = None,
        *,
        keys: Collection[str] = (),
        otherwise: Origin = "supplied",
    ) -> None:
        """
        Args:
            keys: what was sent of the entity, if only as an empty list.
            otherwise: where the numbers of a field come from that the entity says nothing of.
        """
        self.kind = kind
        self.entity = entity
        self.related = related
        self.options = options
        self.problems = list(problems)
        self.ledger = ledger or Ledger()
        self._keys = keys
        self._otherwise: Origin = otherwise

    def on(self, flag: Flag) -> bool:
        return self.options.on(flag)

    def sent(self, field: str) -> bool:
        """Tell whether a field was sent, if only empty: that there were none is known then."""
        return field in self._keys

    def origin(self, field: str) -> Origin:
        """Where the numbers of a field, or of a part of it by its path, come from; what follows from others was computed."""
        if not field:
            return "computed"
        sources: dict[str, Origin] = getattr(self.entity, "sources", {})
        return sources.get(field) or sources.get(field.partition(".")[0]) or self._otherwise

    def note(self, field: str) -> str:
        """The origin as it is said beside a number."""
        return ORIGINS[self.origin(field)]

    def fact(
        self,
        place: tuple[str | int, ...],
        label: str,
        value: float | None,
        form: Format = "metric",
        *,
        field: str = "",
        unit: str = "",
    ) -> str:
        """Take a number down and return its text.

        Args:
            place: its id's parts below the kind.
            field: the entity's field that it is from, or its path; none: it was derived.
        """
        if value is None:
            return NONE
        unit = unit or unit_of(form)
        name = fact_id(self.kind, *place)
        return self.ledger.add(
            Fact(id=name, label=label, value=value, unit=unit, format=form, origin=self.origin(field))
        )

    def broken(self, path: str) -> str:
        """What was wrong with a field that could not be read, or with what is below it."""
        found = next((each for each in self.problems if each.path == path or each.path.startswith((f"{path}.", f"{path}["))), None)  # fmt: skip
        return f"{found.path}: {found.reason}" if found else ""


class Section(msgspec.Struct, frozen=True):
    """A part of a report under a heading of its own; ``flag`` switches it off."""

    title: str
    build: Callable[[Any], list[Block]]
    flag: Flag | None = None
