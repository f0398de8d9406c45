"""What a language model says of a report's figures, checked so that it states no number of its own.

The model writes sentences with placeholders, ``{{model.test.auc}}``. Code puts in each figure
together with its name, and the sentence may call it by no other. The rest is made of listed words,
of which none states a quantity; between two figures stands a connection or a comparison that is
computed again. What is refused is asked for once more and then dropped. Judgements (“good”,
“worrying”), what is said to follow from a figure, and advice are the model's own and not checked.
"""

from __future__ import annotations

from .checking import Accepted, Checker, Item, Refused, Role
from .sentence import Cited, Part
from .telling import Commentary, blocks

__all__ = ["Accepted", "Checker", "Cited", "Commentary", "Item", "Part", "Refused", "Role", "blocks"]
