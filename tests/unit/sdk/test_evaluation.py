"""What is measured of an estimator, against scikit-learn's own figures and sums by hand."""

from __future__ import annotations

import json
import math
from functools import cache
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from scipy import sparse
from sklearn import datasets
from sklearn import metrics as sk
from sklearn.base import clone
from sklearn.calibration import calibration_curve
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from sdk.pressrun_ml import evaluate
from services.api.entities.reading import read

QUICK = {"resamples": 0, "repeats": 0}
CLOSE = 1e-9


class Split:
    """A data set of scikit-learn in two parts, and an estimator fitted on the first."""

    def __init__(self, load: Any, estimator: Any, *, shown: Any = np.asarray) -> None:
        data = load()
        self.names = [str(name) for name in data.feature_names]
        parts = train_test_split(data.data, data.target, test_size=0.5, random_state=3)
        self.train_x, self.x, self.train_y, self.y = (shown(part) for part in parts)
        self.estimator = estimator.fit(self.train_x, self.train_y)

    def evaluate(self, **more: Any) -> dict[str, Any]:
        return evaluate(self.estimator, self.x, self.y, **{**QUICK, **more})


@cache
def cancer() -> Split:
    return Split(datasets.load_breast_cancer, make_pipeline(StandardScaler(), LogisticRegression()))


@cache
def wine() -> Split:
    return Split(datasets.load_wine, GaussianNB())


@cache
def diabetes() -> Split:
    return Split(datasets.load_diabetes, LinearRegression())


def close(found: float, wanted: float) -> bool:
    return math.isclose(found, float(wanted), rel_tol=0, abs_tol=CLOSE)


def test_metrics_of_two_classes_are_scikit_learns() -> None:
    """Every metric on both splits equals the library's own."""
    split = cancer()
    entity = split.evaluate(train=(split.train_x, split.train_y))
    for name, x, y in (("train", split.train_x, split.train_y), ("test", split.x, split.y)):
        score, said = split.estimator.predict_proba(x)[:, 1], split.estimator.predict(x)
        wanted = {
            "auc": sk.roc_auc_score(y, score),
            "aucpr": sk.average_precision_score(y, score),
            "logloss": sk.log_loss(y, score),
            "accuracy": sk.accuracy_score(y, said),
            "f1": sk.f1_score(y, said),
            "precision": sk.precision_score(y, said),
            "recall": sk.recall_score(y, said),
            "mcc": sk.matthews_corrcoef(y, said),
            "mean_per_class_error": 1 - sk.balanced_accuracy_score(y, said),
        }
        assert entity["metrics"][name].keys() == wanted.keys()
        assert all(close(entity["metrics"][name][metric], value) for metric, value in wanted.items())


def test_the_confusion_matrix_has_actual_classes_in_its_rows() -> None:
    """It is the library's, with the classes' names."""
    split = cancer()
    found = split.evaluate()["confusion_matrix"]
    assert found["matrix"] == sk.confusion_matrix(split.y, split.estimator.predict(split.x)).tolist()
    assert (found["labels"], found["threshold"], found["split"]) == (["0", "1"], 0.5, "test")


def test_curves_keep_their_area_and_their_ends() -> None:
    """ROC and precision-recall curves sum up to the library's areas, and begin and end in their corners."""
    split = cancer()
    entity = split.evaluate()
    score = split.estimator.predict_proba(split.x)[:, 1]
    points = entity["roc"]["points"]
    assert [(points[at]["fpr"], points[at]["tpr"]) for at in (0, -1)] == [(0, 0), (1, 1)]
    assert "threshold" not in points[0]
    assert close(sk.auc([p["fpr"] for p in points], [p["tpr"] for p in points]), sk.roc_auc_score(split.y, score))
    assert close(entity["roc"]["auc"], sk.roc_auc_score(split.y, score))
    pr = entity["pr"]["points"]
    area = sum((b["recall"] - a["recall"]) * b["precision"] for a, b in pairwise(pr))
    assert close(area, sk.average_precision_score(split.y, score))
    assert close(entity["pr"]["prevalence"], split.y.mean())
    assert (pr[0]["recall"], pr[-1]["recall"]) == (0, 1)


def test_calibration_agrees_with_the_librarys_curve() -> None:
    """Bins, the Brier score, and the expected calibration error by hand."""
    split = cancer()
    entity = split.evaluate()
    score = split.estimator.predict_proba(split.x)[:, 1]
    observed, said = calibration_curve(split.y, score, n_bins=10)
    assert np.allclose([each["observed"] for each in entity["calibration"]], observed, atol=CLOSE)
    assert np.allclose([each["p_mean"] for each in entity["calibration"]], said, atol=CLOSE)
    assert sum(each["n"] for each in entity["calibration"]) == len(split.y)
    assert close(entity["brier"], sk.brier_score_loss(split.y, score))
    counts = [each["n"] for each in entity["calibration"]]
    assert close(entity["ece"], np.average(np.abs(observed - said), weights=counts))


def test_each_threshold_says_what_it_would_do() -> None:
    """Precision, recall and the rest of each row are those of rows scored at or above it."""
    split = cancer()
    score = split.estimator.predict_proba(split.x)[:, 1]
    rows = split.evaluate()["thresholds"]
    assert len(rows) == 19
    for row in rows:
        said = score >= row["threshold"]
        hits = int((said & (split.y == 1)).sum())
        assert close(row["flagged_rate"], said.sum() / len(said))
        assert close(row["recall"], hits / (split.y == 1).sum())
        assert close(row["precision"], hits / said.sum())
        assert close(row["accuracy"], (said == split.y).mean())


def test_gain_and_histograms_count_every_row() -> None:
    """The best half holds as many positives as counting finds; histograms hold each class whole."""
    split = cancer()
    entity = split.evaluate()
    score = split.estimator.predict_proba(split.x)[:, 1]
    whole, half = entity["gains"][-1], entity["gains"][9]
    assert (whole["fraction"], whole["gain"], whole["lift"]) == (1, 1, 1)
    best = split.y[np.argsort(-score, kind="stable")]
    low, high = best[: len(best) // 2].sum() / best.sum(), best[: len(best) // 2 + 1].sum() / best.sum()
    assert low - CLOSE <= half["gain"] <= high + CLOSE
    for label in (0, 1):
        assert sum(entity["score_histogram"][str(label)]["counts"]) == (split.y == label).sum()


def test_equal_scores_share_what_they_find() -> None:
    """Of scores that are all alike, a part of the rows finds the same part of the positives."""
    x = np.zeros((40, 1))
    y = np.array([0, 1] * 20)
    entity = evaluate(GaussianNB(var_smoothing=1).fit(np.random.default_rng(0).normal(size=(40, 1)), y), x, y, **QUICK)
    assert all(close(row["gain"], row["fraction"]) for row in entity["gains"])


def test_the_other_class_can_be_the_positive_one() -> None:
    """Scores, matrix and metrics turn round with it."""
    split = cancer()
    entity = split.evaluate(positive=0)
    score = split.estimator.predict_proba(split.x)[:, 0]
    assert entity["confusion_matrix"]["labels"] == ["1", "0"]
    assert close(entity["metrics"]["test"]["recall"], sk.recall_score(split.y, split.estimator.predict(split.x), pos_label=0))  # fmt: skip
    assert close(entity["metrics"]["test"]["aucpr"], sk.average_precision_score(1 - split.y, score))


def test_a_chosen_threshold_decides() -> None:
    """Metrics and matrix are those at the threshold, which the entity names."""
    split = cancer()
    entity = split.evaluate(threshold=0.9)
    said = (split.estimator.predict_proba(split.x)[:, 1] >= 0.9).astype(int)
    assert entity["threshold"] == {"value": 0.9, "criterion": "chosen"}
    assert entity["confusion_matrix"]["matrix"] == sk.confusion_matrix(split.y, said).tolist()
    assert close(entity["metrics"]["test"]["f1"], sk.f1_score(split.y, said))


def test_scores_that_are_no_probabilities_have_no_calibration() -> None:
    """Distances from a plane give curves and thresholds, and nothing that only probabilities have."""
    split = Split(datasets.load_breast_cancer, make_pipeline(StandardScaler(), LinearSVC()))
    entity = split.evaluate()
    score = split.estimator.decision_function(split.x)
    assert close(entity["metrics"]["test"]["auc"], sk.roc_auc_score(split.y, score))
    assert (
        entity["confusion_matrix"]["matrix"] == sk.confusion_matrix(split.y, split.estimator.predict(split.x)).tolist()
    )
    assert not {"calibration", "ece", "brier"} & entity.keys()
    assert "logloss" not in entity["metrics"]["test"]


def test_three_classes_have_means_over_classes_and_a_curve_for_each() -> None:
    """Macro means, the one-against-the-rest AUC, and each class's own curve."""
    split = wine()
    entity = split.evaluate()
    said, sure = split.estimator.predict(split.x), split.estimator.predict_proba(split.x)
    wanted = {
        "auc": sk.roc_auc_score(split.y, sure, multi_class="ovr"),
        "logloss": sk.log_loss(split.y, sure),
        "accuracy": sk.accuracy_score(split.y, said),
        "f1": sk.f1_score(split.y, said, average="macro"),
    }
    assert entity["problem_type"] == "multiclass"
    assert all(close(entity["metrics"]["test"][name], value) for name, value in wanted.items())
    for at in range(3):
        points = entity["roc"]["per_class"][str(at)]
        area = sk.auc([p["fpr"] for p in points], [p["tpr"] for p in points])
        assert close(area, sk.roc_auc_score(split.y == at, sure[:, at]))


def test_errors_of_numbers_are_scikit_learns() -> None:
    """Errors, every residual counted, and deciles that hold every row once."""
    split = diabetes()
    entity = split.evaluate()
    said = split.estimator.predict(split.x)
    wanted = {
        "rmse": math.sqrt(sk.mean_squared_error(split.y, said)),
        "mse": sk.mean_squared_error(split.y, said),
        "mae": sk.mean_absolute_error(split.y, said),
        "r2": sk.r2_score(split.y, said),
    }
    assert entity["metrics"]["test"].keys() == wanted.keys()
    assert all(close(entity["metrics"]["test"][name], value) for name, value in wanted.items())
    assert sum(entity["residuals"]["histogram"]["counts"]) == len(split.y)
    assert np.allclose(entity["residuals"]["pred_vs_actual"], np.column_stack([said, split.y]))
    deciles = entity["error_by_decile"]
    assert sum(each["n"] for each in deciles) == len(split.y)
    assert close(np.average([each["mae"] for each in deciles], weights=[each["n"] for each in deciles]), wanted["mae"])
    assert [each["mean_predicted"] for each in deciles] == sorted(each["mean_predicted"] for each in deciles)


def test_cross_validation_is_that_of_fresh_copies() -> None:
    """Each fold's figures are those of a clone that never saw its rows; their mean is a split of its own."""
    split = cancer()
    entity = split.evaluate(cv=3, seed=5)
    for fold, (train, held) in zip(entity["cv_folds"], StratifiedKFold(3, shuffle=True, random_state=5).split(split.x, split.y), strict=True):  # fmt: skip
        copy = clone(split.estimator).fit(split.x[train], split.y[train])
        assert close(fold["metrics"]["auc"], sk.roc_auc_score(split.y[held], copy.predict_proba(split.x[held])[:, 1]))
    mean = np.mean([fold["metrics"]["auc"] for fold in entity["cv_folds"]])
    assert close(entity["metrics"]["cross_validation"]["auc"], mean)
    assert [point["x"] for point in entity["learning_curve"]["points"]] == sorted({p["x"] for p in entity["learning_curve"]["points"]})  # fmt: skip
    assert entity["learning_curve"]["metric"] == "accuracy"


def test_intervals_are_the_middle_of_what_drawing_again_gives() -> None:
    """The bootstrap's quantiles from 2.5 to 97.5 %, of rows that a seed decides."""
    split = cancer()
    found, values = split.evaluate(resamples=25, seed=1), split.evaluate()["metrics"]["test"]
    score, dice = split.estimator.predict_proba(split.x)[:, 1], np.random.default_rng(1)
    drawn = [dice.integers(0, len(split.y), len(split.y)) for _ in range(25)]
    low, high = np.quantile([sk.roc_auc_score(split.y[rows], score[rows]) for rows in drawn], [0.025, 0.975])
    intervals = found["intervals"]["test"]
    assert intervals.keys() == values.keys()
    assert (close(intervals["auc"]["low"], low), close(intervals["auc"]["high"], high)) == (True, True)
    assert all(one["low"] <= values[name] <= one["high"] for name, one in intervals.items())


def test_slices_are_measured_by_themselves() -> None:
    """A mask and row numbers name the same rows."""
    split = cancer()
    mask = split.x[:, 0] > np.median(split.x[:, 0])
    by_mask, by_rows = split.evaluate(slices={"large": mask, "the same": np.flatnonzero(mask)})["slices"]
    said = split.estimator.predict(split.x[mask])
    assert by_mask["metrics"] == by_rows["metrics"]
    assert by_mask["rows"] == mask.sum()
    assert close(by_mask["metrics"]["accuracy"], sk.accuracy_score(split.y[mask], said))


def test_trees_tell_how_each_of_them_helped() -> None:
    """The learning curve of a boosted model is its loss after every tree, on both splits."""
    for load, estimator, loss in (
        (datasets.load_breast_cancer, GradientBoostingClassifier(n_estimators=4, max_depth=1), sk.log_loss),
        (datasets.load_diabetes, GradientBoostingRegressor(n_estimators=4, max_depth=1), sk.root_mean_squared_error),
    ):
        split = Split(load, estimator)
        points = split.evaluate(train=(split.train_x, split.train_y))["learning_curve"]["points"]
        last = split.estimator.predict_proba(split.x) if loss is sk.log_loss else split.estimator.predict(split.x)
        assert [point["x"] for point in points] == [1, 2, 3, 4]
        assert close(points[-1]["validation"], loss(split.y, last))


def test_importance_is_what_shuffling_costs() -> None:
    """A feature that nothing depends on costs nothing; the decisive one leads."""
    dice = np.random.default_rng(0)
    x = dice.normal(size=(200, 3))
    y = (x[:, 1] > 0).astype(int)
    entity = evaluate(LogisticRegression().fit(x, y), x, y, features=["a", "b", "c"], resamples=0)
    found = {one["feature"]: one for one in entity["feature_importance"]}
    assert entity["feature_importance"][0]["feature"] == "b"
    assert found["b"]["relative"] == 1
    assert abs(found["a"]["importance"]) < 0.1 < found["b"]["importance"]


def test_the_data_set_is_described_by_hand_sums() -> None:
    """Rows, classes, missing values, duplicates and quartiles of the training rows."""
    x = np.array([[1.0, 5.0], [2.0, np.nan], [1.0, 5.0], [4.0, 8.0]])
    y = np.array([0, 1, 0, 1])
    made = GaussianNB().fit(np.nan_to_num(x), y)
    found = evaluate(made, np.nan_to_num(x), y, train=(np.nan_to_num(x), y), data_name="four", target="t", **QUICK)
    about = found["dataset"]
    assert (about["name"], about["rows"], about["columns"], about["target"]) == ("four", 4, 3, "t")
    assert (about["class_counts"], about["duplicate_rows"]) == ({"0": 2, "1": 2}, 1)
    assert about["features"][0] == {"name": "feature 0", "missing_rate": 0, "unique": 3, "type": "numeric", "mean": 2, "std": pytest.approx(2**0.5), "min": 1, "p25": 1, "p50": 1.5, "p75": 2.5, "max": 4}  # fmt: skip


def test_settings_stand_beside_their_defaults() -> None:
    """Those of a pipeline's steps too, each with its own class's default."""
    settings = {one["name"]: one for one in cancer().evaluate()["hyperparameters"]}
    assert settings["logisticregression__C"] == {"name": "logisticregression__C", "value": 1.0, "default": 1.0}
    assert "steps" not in settings
    assert "logisticregression" not in settings
    assert cancer().evaluate()["algo"] == "LogisticRegression"


@pytest.mark.parametrize("split", [cancer, wine, diabetes])
def test_pressrun_knows_every_field(split: Any) -> None:
    """What is evaluated is of the shape that the server checks, and JSON can say it."""
    made = split()
    entity = made.evaluate(train=(made.train_x, made.train_y), cv=2, resamples=2, repeats=1, name="A model")
    reading = read("model", UUID(entity["id"]), json.loads(json.dumps(entity, allow_nan=False)))
    assert (reading.unknown, reading.name) == ([], "A model")


def test_lists_and_sparse_tables_are_tables() -> None:
    """Any table that scikit-learn takes can be reported on."""
    split = cancer()
    wanted = split.evaluate()["metrics"]
    listed = evaluate(split.estimator, split.x.tolist(), split.y.tolist(), **QUICK)
    assert listed["metrics"] == wanted
    thin = LogisticRegression(max_iter=50, solver="liblinear").fit(sparse.csr_matrix(split.x), split.y)
    found = evaluate(thin, sparse.csr_matrix(split.x), split.y, train=(sparse.csr_matrix(split.x), split.y), **QUICK)
    assert found["metrics"]["test"]["accuracy"] == sk.accuracy_score(split.y, thin.predict(split.x))
    assert found["dataset"]["features"][0]["max"] == split.x[:, 0].max()


def test_one_class_alone_has_no_curves() -> None:
    """What needs both classes is left out, and nothing is made up for it."""
    split = cancer()
    part = split.y == 1
    entity = evaluate(split.estimator, split.x[part], split.y[part], resamples=2, repeats=1)
    assert not {"roc", "pr"} & entity.keys()
    assert not {"auc", "aucpr", "mcc", "mean_per_class_error"} & entity["metrics"]["test"].keys()
    assert entity["metrics"]["test"]["accuracy"] == split.estimator.score(split.x[part], split.y[part])


@pytest.mark.parametrize("split", [cancer, wine, diabetes])
def test_every_figure_is_marked_as_computed(split: Any) -> None:
    """A report says so of each; what the caller adds is the caller's."""
    entity = split().evaluate(resamples=2, repeats=1, description="A model", project_id=str(uuid4()))
    assert set(entity["sources"].values()) == {"computed"}
    assert {"metrics", "intervals", "feature_importance"} <= entity["sources"].keys()
    assert not {"id", "project_id", "description"} & entity["sources"].keys()


def test_means_over_classes_are_named() -> None:
    """The curve of all decisions has another area than the mean over classes."""
    entity = wine().evaluate(resamples=2, repeats=1)
    assert entity["averages"]["auc"] == "macro"
    assert entity["roc"]["average"] == "micro"
    assert "averages" not in cancer().evaluate(resamples=2, repeats=1)
