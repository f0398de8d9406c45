"""What cannot be evaluated is refused with what to do about it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB

from sdk.pressrun_ml import InputError, evaluate, report_on
from tests.unit.sdk.serving import nobody, serve

X = np.random.default_rng(0).normal(size=(30, 2))
Y = (X[:, 0] > 0).astype(int)


def fitted() -> GaussianNB:
    return GaussianNB().fit(X, Y)


@pytest.mark.parametrize(
    ("estimator", "x", "y", "said"),
    [
        (GaussianNB(), X, Y, "GaussianNB is not fitted: call fit"),
        (GaussianNB, X, Y, "GaussianNB is a class: pass an estimator that is fitted"),
        (KMeans(2, n_init=1).fit(X), X, Y, "KMeans is neither a classifier nor a regressor"),
        ("a model", X, Y, "str is neither a classifier nor a regressor"),
        (fitted(), X, Y[:10], "X has 30 rows and y has 10 answers"),
        (fitted(), X[:, 0], Y, "X must be a table of two dimensions"),
        (fitted(), X[:, :1], Y, "cannot predict from X"),
        (fitted(), X, np.column_stack([Y, Y]), "one answer per row"),
        (fitted(), X[:0], Y[:0], "there are no rows"),
        (fitted(), X, np.where(Y == 0, 7, Y), "classes that the estimator has never seen: 7; it knows 0, 1"),
        (LinearRegression().fit(X, Y), X, np.where(X[:, 0] > 0, np.nan, 1.0), "y has missing answers"),
        (LinearRegression().fit(X, Y), X, np.array(["a"] * 30), "y must be numbers for a regressor"),
        (fitted(), np.where(X > 1, np.nan, X), Y, "cannot predict from X"),
    ],
)
def test_it_is_refused_with_the_remedy(estimator: Any, x: Any, y: Any, said: str) -> None:
    """Nothing is computed of what does not fit together."""
    with pytest.raises(InputError, match=said):
        evaluate(estimator, x, y)


def test_training_rows_are_checked_as_well() -> None:
    """The message names the split that is wrong."""
    with pytest.raises(InputError, match="train: X has 30 rows and y has 29"):
        evaluate(fitted(), X, Y, train=(X, Y[1:]))


def test_a_class_that_is_not_there_cannot_be_positive() -> None:
    """The message names those that are."""
    with pytest.raises(InputError, match="positive: 'yes' is no class of the estimator: it knows 0 and 1"):
        evaluate(fitted(), X, Y, positive="yes")


def test_names_must_be_as_many_as_columns() -> None:
    """A wrong list of names would name the wrong features."""
    with pytest.raises(InputError, match="3 names for 2 columns"):
        evaluate(fitted(), X, Y, features=["a", "b", "c"])


def test_nothing_is_pushed_of_what_cannot_be_evaluated() -> None:
    """The estimator is evaluated before anybody is asked."""
    with serve({}) as server:
        with pytest.raises(InputError, match="not fitted"):
            report_on(LogisticRegression(), X, Y, url=server.url, key="k")
        assert server.asked == []


def test_an_address_that_is_none_is_refused() -> None:
    """Before any waiting."""
    with pytest.raises(InputError, match="must begin with http"):
        report_on(fitted(), X, Y, url=nobody().removeprefix("http://"), key="k", resamples=0, repeats=0)
