"""Rows as they were passed, checked before anything is computed of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec
import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from .errors import InputError

Table: TypeAlias = Any
"""A NumPy array, a pandas data frame, a SciPy sparse matrix or a list of lists."""


class Rows(msgspec.Struct, frozen=True):
    """A table of features with the answers."""

    x: Any
    y: np.ndarray

    def take(self, which: np.ndarray) -> Rows:
        """Some of the rows."""
        return Rows(self.x.iloc[which] if hasattr(self.x, "iloc") else self.x[which], self.y[which])


def checked(estimator: Any, x: Table, y: Any, *, what: str) -> Rows:
    """The rows, if the estimator can be evaluated on them.

    Raises:
        InputError: what is wrong, and what to do.
    """
    _check_estimator(estimator)
    table = np.asarray(x) if isinstance(x, list | tuple) else x
    if not hasattr(table, "shape") or len(table.shape) != 2:
        raise InputError(f"{what}: X must be a table of two dimensions; X.reshape(-1, 1) makes one of a single feature")
    truth = np.asarray(y)
    truth = truth.ravel() if truth.ndim == 2 and truth.shape[1] == 1 else truth
    if truth.ndim != 1:
        raise InputError(f"{what}: y must have one answer per row; several outputs are reported on one at a time")
    if table.shape[0] != len(truth):
        raise InputError(
            f"{what}: X has {table.shape[0]:,} rows and y has {len(truth):,} answers: pass as many answers as rows"
        )
    if not len(truth):
        raise InputError(f"{what}: there are no rows")
    if any(value is None or value != value for value in truth.tolist()):  # noqa: PLR0124 - NaN is not itself
        raise InputError(f"{what}: y has missing answers: leave their rows out")
    _check_labels(estimator, truth, what)
    return Rows(table, truth)


def feature_names(estimator: Any, x: Table, given: Sequence[str] | None) -> list[str]:
    """What the columns are called: as said, as the table says, as the estimator remembers, else numbered.

    Raises:
        InputError: there are not as many names as columns.
    """
    count = (np.asarray(x) if isinstance(x, list | tuple) else x).shape[1]
    columns = getattr(x, "columns", None)
    names = given if given is not None else columns if columns is not None else getattr(estimator, "feature_names_in_", None)  # fmt: skip
    if names is None:
        return [f"feature {at}" for at in range(count)]
    if len(names) != count:
        raise InputError(f"features: {len(names)} names for {count} columns")
    return [str(name) for name in names]


def _check_estimator(estimator: Any) -> None:
    if isinstance(estimator, type):
        raise InputError(
            f"{estimator.__name__} is a class: pass an estimator that is fitted, {estimator.__name__}().fit(X, y)"
        )
    if not hasattr(estimator, "predict") or not (is_classifier(estimator) or is_regressor(estimator)):
        raise InputError(
            f"{type(estimator).__name__} is neither a classifier nor a regressor of scikit-learn: only these can be evaluated"
        )
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        raise InputError(
            f"{type(estimator).__name__} is not fitted: call fit(X, y) with the training rows before it is reported on"
        ) from None


def _check_labels(estimator: Any, truth: np.ndarray, what: str) -> None:
    if not is_classifier(estimator):
        if not np.issubdtype(truth.dtype, np.number):
            raise InputError(f"{what}: y must be numbers for a regressor")
        return
    known = {str(label) for label in getattr(estimator, "classes_", truth)}
    strange = sorted({str(label) for label in np.unique(truth)} - known)
    if strange:
        raise InputError(
            f"{what}: y has classes that the estimator has never seen: {', '.join(strange[:5])}; it knows {', '.join(sorted(known)[:5])}"
        )
