"""The model in service, as its simulated log has it: traffic, errors, latency, drift, and how right it stayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score

from deploy.local.demo_ml.data import cancer, classifier, ident
from deploy.local.demo_ml.simulated import DAYS, Log, at, log
from sdk.pressrun_ml.origin import marked

SIMULATED = (
    "The requests of this report are simulated: {rows:,} rows of the breast cancer data set that comes with "
    "scikit-learn, sent to a real model over two made-up weeks, with sizes that drift from the eighth day on and a "
    "slow half day. Every figure is measured on that log."
)
TARGETS = {"latency_p95_ms": 40.0, "error_rate": 0.01}
WARNING, CRITICAL = 0.1, 0.25
FLOOR = 1e-4
BINS = 20
HOURS = 3
"""So long in a row is worth an alert."""


def deployment() -> dict[str, Any]:
    """The deployment as it is pushed."""
    seen, now = log(), log().day >= DAYS - 4
    answered = seen.latency_ms[seen.answered]
    counts, edges = np.histogram(answered[answered < 150], 30)
    hours = [_hour(seen, hour) for hour in range(24 * DAYS)]
    codes, numbers = np.unique(seen.code[~seen.answered], return_counts=True)
    return marked({
        "id": ident("deployment"),
        "name": "tumour-screening (simulated log)",
        "project_id": ident("project"),
        "stage": "production",
        "status": "active",
        "model": {"id": ident("model"), "name": "Gradient boosting, 80 trees", "algo": "GradientBoostingClassifier"},
        "traffic_percent": 100,
        "created_at": at(-3),
        "window": {"from": at(0), "to": at(DAYS), "bucket": "hour"},
        "volume": hours,
        "latency_histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
        "totals": {
            "predictions": len(seen.day),
            "errors": int((~seen.answered).sum()),
            "error_rate": float((~seen.answered).mean()),
            "latency_mean_ms": float(answered.mean()),
            **_percentiles(answered),
        },
        "errors_by_code": {str(code): int(number) for code, number in zip(codes, numbers, strict=True)},
        "sla": TARGETS,
        "drift": _drift(seen, now),
        "performance": [_performance(seen, day) for day in range(DAYS)],
        "alerts": _alerts(seen, hours),
    }, "computed")  # fmt: skip


def _hour(seen: Log, hour: int) -> dict[str, Any]:
    inside = (seen.day >= hour / 24) & (seen.day < (hour + 1) / 24)
    latencies = seen.latency_ms[inside & seen.answered]
    told = _percentiles(latencies) if len(latencies) else {}
    return {
        "t": at(hour / 24),
        "predictions": int(inside.sum()),
        "errors": int((inside & ~seen.answered).sum()),
        **told,
    }


def _percentiles(latencies: np.ndarray) -> dict[str, float]:
    return {f"latency_p{level}_ms": float(np.quantile(latencies, level / 100)) for level in (50, 95, 99)}


def _drift(seen: Log, now: np.ndarray) -> dict[str, Any]:
    data = cancer()
    place = list(classifier().classes_).index("malignant")
    before = classifier().predict_proba(data.train_x)[:, place]
    return {
        "reference": {"rows": len(data.train_y)},
        "current": {"rows": int(now.sum()), "from": at(DAYS - 4), "to": at(DAYS)},
        "method": "psi",
        "thresholds": {"warning": WARNING, "critical": CRITICAL},
        "features": [
            {"feature": name, **_moved(data.train_x[:, column], seen.x[now, column])}
            for column, name in enumerate(data.names)
        ],
        "prediction": _moved(before, seen.score[now]),
        "history": [{"t": at(day), "max_psi": _worst(seen, day)} for day in range(DAYS)],
    }


def _moved(before: np.ndarray, now: np.ndarray) -> dict[str, Any]:
    """How far apart two samples of a feature are, over ten bins that hold a tenth of the reference each; drawn are even ones."""
    cuts = np.unique(np.quantile(before, np.linspace(0, 1, 11)[1:-1]))
    low, high = min(before.min(), now.min()), max(before.max(), now.max())
    edges, even = np.unique([low, *cuts, np.nextafter(high, np.inf)]), np.linspace(low, high, BINS + 1)
    test = ks_2samp(before, now)
    size = psi(before, now, edges)
    return {
        "type": "numeric",
        "psi": size,
        "ks_stat": float(test.statistic),
        "p_value": float(test.pvalue),
        "status": "critical" if size >= CRITICAL else "warning" if size >= WARNING else "ok",
        "reference_hist": {"edges": even.tolist(), "counts": np.histogram(before, even)[0].tolist()},
        "current_hist": {"edges": even.tolist(), "counts": np.histogram(now, even)[0].tolist()},
    }


def psi(before: np.ndarray, now: np.ndarray, edges: Sequence[float] | np.ndarray) -> float:
    """The population stability index; no bin counts as emptier than a ten-thousandth."""
    first, second = (np.maximum(np.histogram(side, edges)[0] / len(side), FLOOR) for side in (before, now))
    return float(np.sum((second - first) * np.log(second / first)))


def _worst(seen: Log, day: int) -> float:
    """The largest index of any feature on one day."""
    data, today = cancer(), (seen.day >= day) & (seen.day < day + 1)
    return max(_moved(data.train_x[:, column], seen.x[today, column])["psi"] for column in range(len(data.names)))


def _performance(seen: Log, day: int) -> dict[str, Any]:
    known = (seen.day >= day) & (seen.day < day + 1) & seen.labelled & seen.answered
    value = float(roc_auc_score(seen.truth[known], seen.score[known]))
    return {"t": at(day), "metric": "auc", "value": value, "n_labelled": int(known.sum())}


def _alerts(seen: Log, hours: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first time that each target was missed."""
    late = [one.get("latency_p95_ms", 0) > TARGETS["latency_p95_ms"] for one in hours]
    slow = next((hours[end] for end in range(HOURS, len(hours)) if all(late[end - HOURS : end])), None)
    drifted = next((day for day in range(DAYS) if _worst(seen, day) >= CRITICAL), None)
    found = [] if slow is None else [{"at": slow["t"], "severity": "warning", "message": f"Latency p95 was above {TARGETS['latency_p95_ms']:.0f} ms for {HOURS} hours"}]  # fmt: skip
    if drifted is not None:
        found.append({"at": at(drifted + 1), "severity": "critical", "message": f"The largest PSI of a feature is above {CRITICAL}"})  # fmt: skip
    return found
