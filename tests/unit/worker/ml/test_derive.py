"""What is derived agrees with scikit-learn, scipy and NumPy to 1e-9."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from scipy.stats import ks_2samp
from sklearn import metrics as sk

from services.worker.ml.derive import calibration, confusion, curves, drift, ranking, regression, service, trends
from shared.contracts.entities import CalibrationBin, Correlation, Histogram, LeaderboardRow, RocPoint
from tests.unit.worker.ml import trained


def near(value: float | None) -> object:
    return pytest.approx(value, abs=1e-9)


@pytest.fixture(scope="module")
def wine() -> tuple[np.ndarray, np.ndarray]:
    """Actual and predicted of four classes, at random but alike."""
    dice = np.random.default_rng(trained.SEED)
    truth = dice.integers(0, 4, 500)
    return truth, np.where(dice.random(500) < 0.7, truth, dice.integers(0, 4, 500))


def test_a_confusion_matrix(wine: tuple[np.ndarray, np.ndarray]):
    matrix = sk.confusion_matrix(*wine).tolist()
    scores = confusion.per_class(matrix)
    assert confusion.total(matrix) == 500
    assert confusion.accuracy(matrix) == near(sk.accuracy_score(*wine))
    assert confusion.balanced_accuracy(matrix) == near(sk.balanced_accuracy_score(*wine))
    assert confusion.mcc(matrix) == near(sk.matthews_corrcoef(*wine))
    assert confusion.kappa(matrix) == near(sk.cohen_kappa_score(*wine))
    np.testing.assert_allclose(confusion.shares(matrix), sk.confusion_matrix(*wine, normalize="true"), atol=1e-9)
    for name, of in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        np.testing.assert_allclose([getattr(each, name) for each in scores], of(*wine, average=None), atol=1e-9)
        assert confusion.macro(scores, name) == near(of(*wine, average="macro"))
        assert confusion.weighted(scores, name) == near(of(*wine, average="weighted"))


def test_curves():
    truth, score = trained.cancer().test_y, trained.scores()
    fpr, tpr, at = sk.roc_curve(truth, score)
    points = [RocPoint(fpr=a, tpr=b, threshold=c) for a, b, c in zip(fpr.tolist(), tpr.tolist(), at.tolist(), strict=True)]  # fmt: skip
    precision, recall, _ = sk.precision_recall_curve(truth, score)
    assert curves.auc(list(zip(fpr, tpr, strict=True))) == near(sk.roc_auc_score(truth, score))
    assert curves.average_precision(list(zip(recall, precision, strict=True))) == near(sk.average_precision_score(truth, score))  # fmt: skip
    best = curves.youden(points)
    assert best
    assert best.tpr - best.fpr == near(max(tpr - fpr))
    for cut in curves.cuts(points, float(truth.mean()))[1:]:
        said = score >= cut.threshold
        assert cut.flagged == near(said.mean())
        assert cut.recall == near(sk.recall_score(truth, said))
        assert cut.precision == near(sk.precision_score(truth, said))
        assert cut.accuracy == near(sk.accuracy_score(truth, said))
        assert cut.f1 == near(sk.f1_score(truth, said))
        assert cut.lift == near(truth[said].mean() / truth.mean())


def test_calibration():
    """Of predictions that all are their bin's mean, the Brier score is scikit-learn's."""
    dice = np.random.default_rng(trained.SEED)
    predicted = dice.integers(1, 10, 400) / 10
    truth = (dice.random(400) < predicted**1.5).astype(int)
    parts = {at: truth[predicted == at] for at in np.unique(predicted).tolist()}
    bins = [CalibrationBin(p_mean=at, observed=float(part.mean()), n=len(part)) for at, part in parts.items()]
    gaps = np.array([abs(at - part.mean()) for at, part in parts.items()])
    assert calibration.brier(bins) == near(sk.brier_score_loss(truth, predicted))
    assert calibration.ece(bins) == near(np.average(gaps, weights=[len(part) for part in parts.values()]))
    assert calibration.mce(bins) == near(gaps.max())
    assert calibration.prevalence(bins) == near(truth.mean())


def test_regression():
    pairs = np.array(trained.regressor()["residuals"]["pred_vs_actual"])
    predicted, actual = pairs.T
    found = regression.errors(pairs.tolist())
    assert found
    assert found.rmse == near(sk.root_mean_squared_error(actual, predicted))
    assert found.mae == near(sk.mean_absolute_error(actual, predicted))
    assert found.bias == near((actual - predicted).mean())
    assert found.r2 == near(sk.r2_score(actual, predicted))
    rising = pairs[np.lexsort((actual, predicted))]
    bounds = [at * len(pairs) // 10 for at in range(11)]
    for at, row in enumerate(regression.deciles(pairs.tolist())):
        part = rising[bounds[at] : bounds[at + 1]]
        assert (row.mean_predicted, row.mean_actual) == (near(part[:, 0].mean()), near(part[:, 1].mean()))
        assert (row.mae, row.n) == (near(sk.mean_absolute_error(part[:, 1], part[:, 0])), len(part))


def test_drift():
    dice = np.random.default_rng(trained.SEED)
    before, now = dice.integers(0, 8, 700), dice.binomial(7, 0.45, 500)
    first, second = (np.bincount(values, minlength=8) for values in (before, now))
    a, b = (np.maximum(counts / counts.sum(), drift.FLOOR) for counts in (first, second))
    assert drift.psi(first.tolist(), second.tolist()) == near(np.sum((b - a) * np.log(b / a)))
    assert drift.ks(first.tolist(), second.tolist()) == near(ks_2samp(before, now).statistic)
    np.testing.assert_allclose(drift.shares(first.tolist()), first / first.sum(), atol=1e-9)


def test_service():
    counts, edges = np.histogram(np.random.default_rng(trained.SEED).lognormal(2, 0.5, 997), 30)
    histogram = Histogram(edges=edges.tolist(), counts=counts.tolist())
    for share in (0.5, 0.95, 0.99):
        assert service.quantile(histogram, share) == near(np.interp(share * 997, np.r_[0, counts.cumsum()], edges))
    assert service.error_rate(3, 400) == near(0.0075)
    burnt, down = service.burn(0.03, 0.01), service.downtime(0.9985, 0.999)
    assert burnt
    assert (burnt.rate, burnt.left) == (near(3.0), near(-2.0))
    assert down
    assert (down.rate, down.left) == (near(1.5), near(-0.5))


def test_ranking():
    values, spreads = [0.91, 0.955, 0.942], [0.02, 0.01, 0.015]
    rows = [LeaderboardRow(name=f"{at}", metrics={"auc": value}, metric_std={"auc": std}) for at, (value, std) in enumerate(zip(values, spreads, strict=True))]  # fmt: skip
    assert [row.name for row in ranking.ranked(rows, "auc")] == ["1", "2", "0"]
    ahead = ranking.margin(rows, "auc")
    assert ahead
    assert (ahead.size, ahead.spread, ahead.clear) == (near(0.013), near(0.015), False)
    assert ranking.deviation(values) == near(np.std(values, ddof=1))
    assert ranking.gain(3.0, 5.0, less=True) == near(2.0)


def test_trends():
    dice = np.random.default_rng(trained.SEED)
    first, second = (np.corrcoef(dice.normal(size=(4, 50))) for _ in range(2))
    given = msgspec.convert({"columns": list("abcd"), "real": first.tolist(), "synthetic": second.tolist()}, Correlation)  # fmt: skip
    apart = np.abs(second - first)[~np.eye(4, dtype=bool)].reshape(4, 3).mean(1)
    assert trends.apart(given) == {name: near(value) for name, value in zip("abcd", apart, strict=True)}
