"""The data set that most demos are about, cut once, and the ids of what is made of it."""

from __future__ import annotations

from functools import cache
from uuid import NAMESPACE_URL, uuid5

import msgspec
import numpy as np
from sklearn import datasets
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import train_test_split

SEED = 7
DATA_NAME = "Breast cancer Wisconsin (from scikit-learn)"
TARGET = "diagnosis"


class Cancer(msgspec.Struct, frozen=True):
    """Thirty measures of cell nuclei of 569 tumours, and what these were."""

    names: list[str]
    train_x: np.ndarray
    test_x: np.ndarray
    train_y: np.ndarray
    test_y: np.ndarray

    def column(self, name: str) -> int:
        return self.names.index(name)


def ident(what: str) -> str:
    """The same id each time, so that the demo replaces what it pushed before."""
    return str(uuid5(NAMESPACE_URL, f"pressrun/demo/{what}"))


@cache
def cancer() -> Cancer:
    """Three fifths to learn from, two to be measured on."""
    found = datasets.load_breast_cancer()
    words = np.array([str(name) for name in found.target_names])[found.target]
    parts = train_test_split(found.data, words, test_size=0.4, random_state=SEED, stratify=words)
    return Cancer([str(name) for name in found.feature_names], *parts)


@cache
def classifier() -> GradientBoostingClassifier:
    """The model that is in service."""
    return GradientBoostingClassifier(n_estimators=80, max_depth=2, subsample=0.8, random_state=SEED).fit(
        cancer().train_x, cancer().train_y
    )
