"""What is computed from uploaded tables, as a client asks for it and as a run carries it to the worker."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

ROLES: dict[str, tuple[str, ...]] = {
    "model": ("predictions",),
    "deployment": ("inference_log",),
    "synthgen": ("real", "synthetic", "holdout"),
}
"""By the kind of entity, the tables that its figures are computed from."""
OPTIONAL = frozenset({"holdout"})
COLUMNS: dict[str, tuple[str, ...]] = {
    "predictions": ("y_true", "y_score", "y_pred", "split"),
    "inference_log": ("timestamp", "latency_ms", "status", "prediction"),
}
"""By role, the columns that are looked for by these names, or by those that ``Table.columns`` gives for them."""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An uploaded table in one role."""

    upload_id: UUID
    columns: dict[str, Name] = {}
    """What a column of the role is called in this table, where that is another name."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Tables by role, and how to read them."""

    predictions: Table | None = None
    inference_log: Table | None = None
    real: Table | None = None
    synthetic: Table | None = None
    holdout: Table | None = None
    """Real rows that the generator has not seen."""
    task: Literal["classification", "regression"] | None = None
    """What the model predicts; absent: what the values look like."""
    positive_class: Name | None = None
    """Of two classes the one that is looked for; absent: 1, true or yes."""
    threshold: Annotated[float, msgspec.Meta(ge=-1e100, le=1e100)] | None = None
    """From which score on a row is positive; absent: 0.5 of probabilities, 0 of other scores."""
    slices: Annotated[list[Name], msgspec.Meta(max_length=20)] = []
    """Columns of the predictions by whose values the rows are looked at apart."""
    features: Annotated[list[Name], msgspec.Meta(max_length=1000)] = []
    """Columns of the log whose drift is measured; none: all that have no other role."""
    reference_share: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.5
    """The earliest part of the log, which the rest is compared with."""
    target: Name | None = None
    """A column of the real table that a model is trained to predict, to measure what the synthetic one is worth."""

    def tables(self) -> dict[str, Table]:
        """The tables that were named, by role."""
        roles = [role for each in ROLES.values() for role in each]
        return {role: table for role in roles if (table := getattr(self, role)) is not None}

    def wrong(self, kind: str) -> tuple[str, str] | None:
        """What does not fit this kind of entity: the field, and what is wrong with it."""
        wanted, given = ROLES[kind], self.tables()
        for role in given:
            if role not in wanted:
                return role, f"is not what a {kind} is computed from; send {', '.join(wanted)}"
        for role in wanted:
            if role not in given and role not in OPTIONAL:
                return (
                    role,
                    f"is missing: a {kind} is computed from {' and '.join(each for each in wanted if each not in OPTIONAL)}",
                )
        for role, table in given.items():
            for name in table.columns:
                if name not in COLUMNS.get(role, ()):
                    known = COLUMNS.get(role)
                    remedy = f"map {', '.join(known)} only" if known else "its columns are compared by their own names"
                    return f"{role}.columns.{name}", f"is no column of this role; {remedy}"
        return None
