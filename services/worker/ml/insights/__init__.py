"""What a language model says of a report's figures, checked so that no false number reaches a page.

The model writes sentences with placeholders, ``{{model.test.auc}}``. Code puts in each figure
together with its name, so a number never stands behind another one's name. Whatever else could
state a quantity, such as digits, number words, units and comparisons, is refused or recomputed.
"""

from __future__ import annotations

from .checking import Accepted, Checker, Item, Refused, Role
from .sentence import Cited, Part
from .telling import Commentary, blocks

__all__ = ["Accepted", "Checker", "Cited", "Commentary", "Item", "Part", "Refused", "Role", "blocks"]
