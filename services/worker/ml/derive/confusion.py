"""What a confusion matrix says: rows are actual classes, columns predicted ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from shared.contracts.entities import ConfusionMatrix

Counts = Sequence[Sequence[float]]


class ClassScores(msgspec.Struct, frozen=True):
    """Of one class; None where nothing of it was predicted or nothing of it was there."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: float
    predicted: float


def problem(given: ConfusionMatrix) -> str:
    """Return why a matrix cannot be used; empty if it can."""
    size = len(given.matrix)
    if not size:
        return "it has no rows"
    if uneven := next((len(row) for row in given.matrix if len(row) != size), None):
        return f"it is not square: {size} rows, and a row with {uneven} columns"
    if any(not row for row in given.matrix):
        return "it is not square: a row has no columns"
    if len(given.labels) != size:
        return f"its labels do not match: {len(given.labels)} labels for {size} classes"
    if any(not math.isfinite(cell) or cell < 0 for row in given.matrix for cell in row):
        return "a cell is below zero or no number"
    return "" if total(given.matrix) > 0 else "all of its cells are zero"


def total(matrix: Counts) -> float:
    return math.fsum(cell for row in matrix for cell in row)


def per_class(matrix: Counts) -> list[ClassScores]:
    """Return each class's scores, in the matrix's order."""
    found = []
    for place, row in enumerate(matrix):
        hit, support = row[place], math.fsum(row)
        predicted = math.fsum(other[place] for other in matrix)
        found.append(
            ClassScores(
                ratio(hit, predicted), ratio(hit, support), ratio(2 * hit, support + predicted), support, predicted
            )
        )
    return found


def accuracy(matrix: Counts) -> float | None:
    return ratio(math.fsum(row[place] for place, row in enumerate(matrix)), total(matrix))


def balanced_accuracy(matrix: Counts) -> float | None:
    """The mean recall of the classes that are there."""
    return mean([each.recall for each in per_class(matrix)])


def macro(scores: Sequence[ClassScores], name: str) -> float | None:
    """The plain mean over the classes of ``precision``, ``recall`` or ``f1``."""
    return mean([getattr(each, name) for each in scores])


def weighted(scores: Sequence[ClassScores], name: str) -> float | None:
    """The mean over the classes by how many of each there are."""
    known = [(getattr(each, name), each.support) for each in scores if getattr(each, name) is not None]
    return ratio(math.fsum(value * weight for value, weight in known), math.fsum(weight for _, weight in known))


def mcc(matrix: Counts) -> float | None:
    """Matthews' correlation coefficient, for any number of classes."""
    everything = total(matrix)
    if not everything:
        return None
    cells = [[cell / everything for cell in row] for row in matrix]
    actual, predicted = [math.fsum(row) for row in cells], [math.fsum(column) for column in zip(*cells, strict=True)]
    hit = math.fsum(cells[place][place] for place in range(len(cells)))
    covariance = hit - math.fsum(a * p for a, p in zip(actual, predicted, strict=True))
    spread = (1 - math.fsum(p * p for p in predicted)) * (1 - math.fsum(a * a for a in actual))
    return covariance / math.sqrt(spread) if spread > 0 else None


def kappa(matrix: Counts) -> float | None:
    """Cohen's kappa: agreement beyond what the two distributions give by chance."""
    agreed, everything = accuracy(matrix), total(matrix)
    if agreed is None:
        return None
    columns = list(zip(*matrix, strict=True))
    chance = math.fsum(
        (math.fsum(row) / everything) * (math.fsum(column) / everything)
        for row, column in zip(matrix, columns, strict=True)
    )
    return ratio(agreed - chance, 1 - chance) if chance < 1 else None


def shares(matrix: Counts) -> list[list[float | None]]:
    """Each cell as a share of its row; None in rows without anything."""
    return [[ratio(cell, math.fsum(row)) for cell in row] for row in matrix]


def ratio(part: float, whole: float) -> float | None:
    """``part`` of ``whole``; None of nothing."""
    if not whole:
        return None
    found = part / whole
    return found if math.isfinite(found) else None


def mean(values: Sequence[float | None]) -> float | None:
    """The mean of the known ones."""
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
