"""Figures of logs and of synthetic tables, against numpy, scipy, scikit-learn and hand calculation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import numpy as np
import polars as pl
import pytest
from scipy.stats import ks_2samp
from sklearn.neighbors import NearestNeighbors

from services.worker.ml.computing import inference_log, tables
from services.worker.ml.computing.asking import Unfit
from services.worker.ml.computing.reading import Sheet, read
from shared.contracts.computing import Asked, Table

TABLE = Table(upload_id=uuid4())
DICE = np.random.default_rng(4)


def near(value: Any) -> Any:
    return pytest.approx(value, abs=1e-9)


def sheet(role: str, columns: dict[str, Any]) -> Sheet:
    return read(role, "csv", pl.DataFrame(columns).write_csv().encode(), TABLE, 100_000)


def logged(columns: dict[str, Any], **asked: Any) -> dict[str, Any]:
    return inference_log.compute(sheet("inference_log", columns), Asked(inference_log=TABLE, **asked), {}).fields


def compared(columns: list[dict[str, Any]], **asked: Any) -> dict[str, Any]:
    roles = ("real", "synthetic", "holdout")[: len(columns)]
    sheets = {role: sheet(role, each) for role, each in zip(roles, columns, strict=True)}
    return tables.compute(sheets, Asked(real=TABLE, synthetic=TABLE, **asked)).fields


def test_volume_errors_and_latency_by_hour():
    """An empty hour is there, with nothing in it."""
    latency = DICE.lognormal(3, 0.5, 4)
    moments = ["2026-05-04T10:00:00Z", "2026-05-04T10:59:59", "2026-05-04T14:30:00+02:00", "2026-05-04T15:10:00Z"]
    found = logged({"timestamp": moments, "latency_ms": latency, "status": ["200", "503", "ok", "failed"]})
    assert found["window"] == {
        "from": "2026-05-04T10:00:00+00:00",
        "to": "2026-05-04T15:10:00+00:00",
        "bucket": "hour",
    }
    assert [each["predictions"] for each in found["volume"]] == [2, 0, 1, 0, 0, 1]
    assert [each["errors"] for each in found["volume"]] == [1, 0, 0, 0, 0, 1]
    assert found["volume"][0]["latency_p95_ms"] == near(np.quantile(latency[:2], 0.95))
    assert found["totals"]["latency_p99_ms"] == near(np.quantile(latency, 0.99))
    assert found["totals"]["latency_mean_ms"] == near(latency.mean())
    assert found["totals"]["error_rate"] == near(0.5)
    assert found["errors_by_code"] == {"503": 1, "failed": 1}
    assert sum(found["latency_histogram"]["counts"]) == 4


def test_seconds_since_1970_are_moments():
    found = logged({"timestamp": [0.0, 60.5], "latency_ms": [1, 2]})
    assert found["window"]["to"] == datetime.fromtimestamp(60.5, UTC).isoformat()
    assert [each["predictions"] for each in found["volume"]] == [1, 1]


def psi(before: np.ndarray, now: np.ndarray) -> float:
    """Ten quantiles of the reference, the outer ones open, shares floored at 1e-4: written down a second time."""
    edges = np.quantile(before, np.linspace(0, 1, 11))[1:-1]
    a, b = (np.bincount(np.searchsorted(edges, each, side="right"), minlength=10) / len(each) for each in (before, now))
    a, b = np.maximum(a, 1e-4), np.maximum(b, 1e-4)
    return float(((b - a) * np.log(b / a)).sum())


def test_drift_of_numbers_and_of_texts():
    before, now = DICE.normal(0, 1, 600), DICE.normal(0.5, 1.4, 400)
    colours = ["red"] * 300 + ["blue"] * 300 + ["red"] * 100 + ["blue"] * 100 + ["green"] * 200
    score = DICE.random(1000)
    columns = {"timestamp": np.arange(1000), "x": np.concatenate([before, now]), "colour": colours, "prediction": score}
    drift = logged(columns, reference_share=0.6)["drift"]
    x, colour = drift["features"]
    test = ks_2samp(before, now, method="asymp")
    assert x["psi"] == near(psi(before, now))
    assert (x["ks_stat"], x["p_value"]) == near((test.statistic, test.pvalue))
    assert (sum(x["reference_hist"]["counts"]), sum(x["current_hist"]["counts"])) == (600, 400)
    assert colour["current_freq"] == near({"red": 0.25, "blue": 0.25, "(other)": 0.5})
    expected = 2 * (-0.25) * np.log(0.25 / 0.5) + (0.5 - 1e-4) * np.log(0.5 / 1e-4)
    assert colour["psi"] == near(expected)
    assert drift["prediction"]["psi"] == near(psi(score[:600], score[600:]))
    assert (drift["reference"]["rows"], drift["current"]["rows"]) == (600, 400)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"time": [1, 2]}, "no column 'timestamp'; the table has time"),
        ({"timestamp": ["yesterday", "1"]}, "'yesterday' in row 1"),
        ({"timestamp": [1, 2], "latency_ms": [3, -1]}, "negative in row 2"),
        ({"timestamp": [1, 2], "latency_ms": ["3", "fast"]}, "'fast' in row 2"),
        ({"timestamp": [1, 1_700_000_000]}, "more than ten years"),
    ],
)
def test_a_log_that_will_not_do(columns: dict[str, Any], words: str):
    with pytest.raises(Unfit, match=words):
        logged(columns)


def test_shapes_of_columns_and_of_pairs():
    real, synthetic = DICE.normal(0, 1, (300, 2)), DICE.normal(0.3, 1, (200, 2))
    found = compared(
        [
            {"a": real[:, 0], "b": real[:, 1], "c": ["x"] * 200 + ["y"] * 100},
            {"a": synthetic[:, 0], "b": synthetic[:, 1], "c": ["x"] * 100 + ["z"] * 100},
        ]
    )
    a, b, c = found["columns"]
    assert a["score"] == near(1 - ks_2samp(real[:, 0], synthetic[:, 0]).statistic)
    assert c["score"] == near(1 - (2 / 3 - 0.5 + 1 / 3 + 0.5) / 2)
    assert found["quality"]["column_shapes"] == near(np.mean([a["score"], b["score"], c["score"]]))
    apart = abs(np.corrcoef(real.T)[0, 1] - np.corrcoef(synthetic.T)[0, 1])
    assert found["correlation"]["mean_abs_diff"] == near(apart)
    assert a["real"]["std"] == near(real[:, 0].std(ddof=1))
    assert 0 < found["quality"]["column_pairs"] < 1


def test_pairs_of_texts_by_hand():
    real = {"a": ["x", "x", "y", "y"], "b": ["1a", "2a", "1a", "2a"]}
    synthetic = {"a": ["x", "x", "y", "y"], "b": ["1a", "1a", "2a", "2a"]}
    assert compared([real, synthetic])["quality"] == near({"column_shapes": 1, "column_pairs": 0.5, "overall": 0.75})


def test_distances_are_those_of_scikit_learn():
    real, synthetic, holdout = DICE.random((200, 3)), DICE.random((150, 3)), DICE.random((100, 3))
    found = compared([dict(zip("abc", each.T, strict=True)) for each in (real, synthetic, holdout)])["privacy"]
    low, width = real.min(0), np.ptp(real, 0)
    near_real = NearestNeighbors(n_neighbors=2).fit((real - low) / width)
    distance, _ = near_real.kneighbors((synthetic - low) / width)
    assert found["dcr"]["p05_synth_train"] == near(np.quantile(distance[:, 0], 0.05))
    assert found["nndr_p05"] == near(np.quantile(distance[:, 0] / distance[:, 1], 0.05))
    held, _ = near_real.kneighbors((holdout - low) / width)
    assert found["dcr"]["p05_holdout_train"] == near(np.quantile(held[:, 0], 0.05))
    assert found["exact_match_rate"] == 0


def test_a_copy_is_found_out():
    """Rows that were copied match exactly, and everybody whose row was copied is known to be a member."""
    real, holdout = ({"a": DICE.random(80), "c": DICE.choice(["x", "y"], 80)} for _ in range(2))
    found = compared([real, {"a": real["a"][:40], "c": real["c"][:40]}, holdout])["privacy"]
    assert found["exact_match_rate"] == 1
    assert found["dcr"]["p05_synth_train"] == 0
    assert found["membership_auc"] > 0.7


def test_utility_of_noise_is_less_than_of_the_real_thing():
    def table(rows: int, *, sense: bool) -> dict[str, Any]:
        x = DICE.random(rows)
        return {"x": x, "bought": np.where((x if sense else DICE.random(rows)) > 0.5, "yes", "no")}

    worth = compared([table(300, sense=True), table(300, sense=False)], target="bought")["utility"]
    assert (worth["task"], worth["metric"]) == ("binary", "auc")
    assert worth["train_real_test_real"] > 0.95
    assert worth["train_synth_test_real"] < 0.8


@pytest.mark.parametrize(
    ("synthetic", "words"),
    [
        ({"a": [1.0]}, "synthetic: there is no column 'b'"),
        ({"a": [1.0], "b": [1.0], "c": [1.0]}, "real: there is no column 'c'"),
        ({"a": ["one"], "b": [1.0]}, "'one' in row 1"),
    ],
)
def test_tables_that_cannot_be_compared(synthetic: dict[str, Any], words: str):
    with pytest.raises(Unfit, match=words):
        compared([{"a": [1.0, 2.0], "b": [2.0, 1.0]}, synthetic])
