"""A model's figures are those of scikit-learn, and confidence intervals those of rows drawn one by one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from services.worker.ml.computing import classes, predictions, resampling
from services.worker.ml.computing.asking import Unfit
from services.worker.ml.computing.reading import read
from shared.contracts.computing import Asked, Table

DICE = np.random.default_rng(3)
TRUTH = DICE.integers(0, 2, 500)
SCORE = np.round(np.clip(0.4 * TRUTH + DICE.random(500) * 0.6, 0, 1), 2)  # with ties
SAID = (SCORE >= 0.5).astype(int)
CLASSES = DICE.choice(list("abc"), 400)
GUESSES = np.where(DICE.random(400) < 0.7, CLASSES, DICE.choice(list("abc"), 400))


def fields(columns: dict[str, Any], **asked: Any) -> dict[str, Any]:
    data = pl.DataFrame(columns).write_csv().encode()
    table = Table(upload_id=uuid4())
    return predictions.compute(
        read("predictions", "csv", data, table, 10_000), Asked(predictions=table, **asked)
    ).fields


def near(value: float) -> Any:
    return pytest.approx(value, abs=1e-9)


def test_two_classes():
    found = fields({"y_true": TRUTH, "y_score": SCORE})
    expected = {
        "auc": sk.roc_auc_score(TRUTH, SCORE),
        "aucpr": sk.average_precision_score(TRUTH, SCORE),
        "logloss": sk.log_loss(TRUTH, SCORE),
        "accuracy": sk.accuracy_score(TRUTH, SAID),
        "f1": sk.f1_score(TRUTH, SAID),
        "precision": sk.precision_score(TRUTH, SAID),
        "recall": sk.recall_score(TRUTH, SAID),
        "mcc": sk.matthews_corrcoef(TRUTH, SAID),
        "mean_per_class_error": 1 - sk.balanced_accuracy_score(TRUTH, SAID),
    }
    assert found["metrics"] == {"test": near(expected)}
    assert found["brier"] == near(sk.brier_score_loss(TRUTH, SCORE))
    assert found["confusion_matrix"]["matrix"] == sk.confusion_matrix(TRUTH, SAID).tolist()
    points = [(each["fpr"], each["tpr"]) for each in found["roc"]["points"]]
    assert sk.auc(*zip(*points, strict=True)) == near(expected["auc"])
    observed, said = calibration_curve(TRUTH, SCORE, n_bins=10)
    assert sum(each["n"] for each in found["calibration"]) == 500
    assert len(found["calibration"]) == len(observed) == len(said)
    assert found["ece"] == near(
        sum(each["n"] * abs(each["p_mean"] - each["observed"]) for each in found["calibration"]) / 500
    )
    assert sum(sum(each["counts"]) for each in found["score_histogram"].values()) == 500


def test_thresholds_are_those_of_each_cut():
    for row in classes.thresholds(TRUTH, SCORE, sure=True):
        said = (row["threshold"] <= SCORE).astype(int)
        assert row["f1"] == near(sk.f1_score(TRUTH, said, zero_division=0))
        assert row["recall"] == near(sk.recall_score(TRUTH, said))
        assert row["accuracy"] == near(sk.accuracy_score(TRUTH, said))
        assert row["flagged_rate"] == near(said.mean())
        if said.any():
            assert row["precision"] == near(sk.precision_score(TRUTH, said))


def test_gain_shares_ties():
    """By hand: four rows, two of them equal; the best twentieth of two rows is a tenth of the first positive."""
    rows = classes.gains(np.array([1, 0, 1, 0]), np.array([0.9, 0.5, 0.5, 0.1]))
    at = {round(row["fraction"], 2): row for row in rows}
    assert at[0.25]["gain"] == near(0.5)
    assert at[0.5]["gain"] == near(0.75)
    assert at[0.5]["lift"] == near(1.5)
    assert at[1.0]["gain"] == near(1)


def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
    rows = np.random.default_rng(9).integers(0, count, count)
    return rows, np.bincount(rows, minlength=count)


def test_weighted_metrics_are_those_of_rows_drawn_one_by_one():
    rows, weights = drawn(500)
    found = resampling.of_two(TRUTH, SAID, SCORE, sure=True)(weights)
    expected = classes.binary_metrics(TRUTH[rows], SAID[rows], SCORE[rows], sure=True)
    assert found == near({name: expected[name] for name in found})
    assert {"auc", "aucpr", "logloss", "accuracy", "f1", "precision", "recall"} == set(found)


def test_weighted_metrics_of_many_classes_and_of_numbers():
    rows, weights = drawn(400)
    truth, said = (np.searchsorted(list("abc"), each) for each in (CLASSES, GUESSES))
    expected = classes.many_metrics(truth[rows], said[rows], 3)
    found = resampling.of_classes(truth, said, 3)(weights)
    assert found == near({name: expected[name] for name in found})
    numbers, guesses = DICE.normal(0, 1, 400), DICE.normal(0, 1, 400)
    found = resampling.of_numbers(numbers, guesses)(weights)
    assert found["r2"] == near(sk.r2_score(numbers[rows], guesses[rows]))
    assert found["rmse"] == near(sk.root_mean_squared_error(numbers[rows], guesses[rows]))
    assert found["mae"] == near(sk.mean_absolute_error(numbers[rows], guesses[rows]))


def test_intervals_enclose_the_metric_and_are_the_same_each_time():
    first, second = (fields({"y_true": TRUTH, "y_score": SCORE}) for _ in range(2))
    assert first == second
    for name, each in first["intervals"]["test"].items():
        assert each["low"] <= first["metrics"]["test"][name] <= each["high"], name


def test_many_classes():
    found = fields({"y_true": CLASSES, "y_pred": GUESSES})
    assert found["problem_type"] == "multiclass"
    assert found["metrics"]["test"]["f1"] == near(sk.f1_score(CLASSES, GUESSES, average="macro"))
    assert found["confusion_matrix"]["matrix"] == sk.confusion_matrix(CLASSES, GUESSES).tolist()


def test_numbers():
    truth = DICE.normal(100, 20, 300)
    said = truth + DICE.normal(0, 5, 300)
    found = fields({"y_true": truth, "y_pred": said})
    assert found["metrics"]["test"] == near(
        {
            "rmse": sk.root_mean_squared_error(truth, said),
            "mse": sk.mean_squared_error(truth, said),
            "mae": sk.mean_absolute_error(truth, said),
            "r2": sk.r2_score(truth, said),
        }
    )
    assert sum(found["residuals"]["histogram"]["counts"]) == 300
    order = np.argsort(said)
    assert found["error_by_decile"][0]["mae"] == near(np.abs(truth - said)[order[:30]].mean())


def test_splits_and_slices():
    """Curves and slices are of the test split."""
    split = np.where(np.arange(500) < 200, "train", "test")
    region = np.where(np.arange(500) % 3 == 0, "north", "south")
    found = fields({"y_true": TRUTH, "y_score": SCORE, "split": split, "region": region}, slices=["region"])
    for name in ("train", "test"):
        assert found["metrics"][name]["auc"] == near(sk.roc_auc_score(TRUTH[split == name], SCORE[split == name]))
    assert found["roc"]["split"] == "test"
    south = (split == "test") & (region == "south")
    assert [each["name"] for each in found["slices"]] == ["region = south", "region = north"]
    assert found["slices"][0]["rows"] == south.sum()
    assert found["slices"][0]["metrics"]["auc"] == near(sk.roc_auc_score(TRUTH[south], SCORE[south]))


@pytest.mark.parametrize(("one", "other"), [("1", "0"), ("1.0", "0.0"), ("true", "false"), ("Yes", "No")])
def test_the_positive_class_is_known_by_its_name(one: str, other: str):
    found = fields({"y_true": np.where(TRUTH == 1, one, other), "y_score": SCORE})
    assert found["metrics"]["test"]["auc"] == near(sk.roc_auc_score(TRUTH, SCORE))


def test_a_positive_class_that_is_named_is_looked_for():
    found = fields({"y_true": np.where(TRUTH == 1, "spam", "ham"), "y_score": 1 - SCORE}, positive_class="ham")
    assert found["metrics"]["test"]["auc"] == near(sk.roc_auc_score(1 - TRUTH, 1 - SCORE))
    assert found["confusion_matrix"]["labels"] == ["spam", "ham"]
    with pytest.raises(Unfit, match="no row of y_true is 'eggs'"):
        fields({"y_true": np.where(TRUTH == 1, "spam", "ham"), "y_score": SCORE}, positive_class="eggs")


def test_three_classes_need_predictions():
    with pytest.raises(Unfit, match="y_pred is needed"):
        fields({"y_true": CLASSES, "y_score": np.full(400, 0.5)})
