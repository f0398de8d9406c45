"""What a client wants to see of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Flag = Literal[
    "metrics",
    "charts",
    "hyperparameters",
    "data_summary",
    "leaderboard",
    "feature_importance",
    "confusion_matrix",
    "roc_curve",
    "learning_curves",
]

_ALIASES: dict[str, str] = {"roc": "roc_curve", "learning_curve": "learning_curves"}


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Everything is shown that is not switched off."""

    off: frozenset[str] = frozenset()
    comments: str = ""
    title: str = ""

    def on(self, flag: Flag) -> bool:
        return flag not in self.off


def read(given: Mapping[str, Any]) -> Options:
    """Take flags with and without ``include_``; where both names are there, off wins."""
    off = {_named(name) for name, value in given.items() if value is False}
    comments, title = given.get("comments"), given.get("title")
    return Options(
        off=frozenset(off),
        comments=comments.strip() if isinstance(comments, str) else "",
        title=title.strip() if isinstance(title, str) else "",
    )


def _named(name: str) -> str:
    bare = name.removeprefix("include_")
    return _ALIASES.get(bare, bare)
