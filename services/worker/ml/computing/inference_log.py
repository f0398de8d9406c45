"""A deployment's figures from its log: volume, latency, errors, and how far its inputs have drifted. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np

from shared.contracts.computing import COLUMNS, Asked

from .asking import Computed, Unfit
from .drift import compared
from .numbers import histogram
from .reading import Sheet

_GOOD = frozenset({"ok", "success", "succeeded", "done"})
_BUCKETS = (("minute", 60, 3 * 3600), ("hour", 3600, 14 * 86_400), ("day", 86_400, 3_650 * 86_400))
"""A bucket's name, its seconds, and up to how many seconds a log is cut into such."""
_QUANTILES = {"latency_p50_ms": 0.5, "latency_p95_ms": 0.95, "latency_p99_ms": 0.99}
_LATENCY_BINS = 30


def compute(sheet: Sheet, asked: Asked, thresholds: dict[str, float]) -> Computed:
    """Every field of a deployment that its log tells. Only the column ``timestamp`` must be there.

    Raises:
        Unfit: it is missing, or columns hold what cannot be.
    """
    moments = sheet.moments("timestamp")
    latency = sheet.numbers("latency_ms", gaps=True) if sheet.has("latency_ms") else None
    if latency is not None and (latency < 0).any():
        row = int(np.flatnonzero(latency < 0)[0]) + 1
        raise Unfit("wrong_values", f"inference_log: latency_ms is negative in row {row:,}; it must be milliseconds")
    codes = sheet.labels("status") if sheet.has("status") else None
    failed = np.array([_failed(code) for code in codes]) if codes is not None else None
    bucket, seconds = _bucket(float(np.ptp(moments)))
    fields: dict[str, Any] = {
        "window": {"from": _iso(moments.min()), "to": _iso(moments.max()), "bucket": bucket},
        "volume": _volume(moments, latency, failed, seconds),
        "totals": _totals(latency, failed, len(sheet)),
    }
    if codes is not None and failed is not None:
        fields["errors_by_code"] = dict(Counter(codes[failed].tolist()).most_common(50))
    if latency is not None and (known := latency[~np.isnan(latency)]).size:
        fields["latency_histogram"] = histogram(known, _edges(known))
    notices: list[str] = []
    drift = _drift(sheet, asked, moments, thresholds, notices)
    return Computed(fields=fields | ({"drift": drift} if drift else {}), notices=notices)


def _failed(code: str) -> bool:
    """A status of HTTP from 400 on, or a word that does not mean success."""
    return int(code) >= 400 if code.isdecimal() else code.lower() not in _GOOD


def _bucket(span: float) -> tuple[str, int]:
    for name, seconds, longest in _BUCKETS:
        if span <= longest:
            return name, seconds
    raise Unfit(
        "wrong_values", "inference_log: timestamp spans more than ten years; check its column and unit (seconds)"
    )


def _volume(
    moments: np.ndarray, latency: np.ndarray | None, failed: np.ndarray | None, seconds: int
) -> list[dict[str, Any]]:
    """Every bucket from the first to the last, empty ones too."""
    places = (moments // seconds).astype(int)
    order = np.argsort(places, kind="stable")
    first, last = int(places.min()), int(places.max())
    ends = np.searchsorted(places[order], np.arange(first, last + 2))
    found = []
    for at in range(last - first + 1):
        rows = order[ends[at] : ends[at + 1]]
        one: dict[str, Any] = {"t": _iso((first + at) * seconds), "predictions": len(rows)}
        if failed is not None:
            one["errors"] = int(failed[rows].sum())
        found.append(one | (_latencies(latency[rows]) if latency is not None else {}))
    return found


def _latencies(values: np.ndarray) -> dict[str, float]:
    known = values[~np.isnan(values)]
    if not known.size:
        return {}
    return {
        name: float(each) for name, each in zip(_QUANTILES, np.quantile(known, list(_QUANTILES.values())), strict=True)
    }


def _totals(latency: np.ndarray | None, failed: np.ndarray | None, rows: int) -> dict[str, Any]:
    found: dict[str, Any] = {"predictions": rows}
    if failed is not None:
        found |= {"errors": int(failed.sum()), "error_rate": float(failed.mean())}
    if latency is not None and not np.isnan(latency).all():
        found |= {"latency_mean_ms": float(np.nanmean(latency))} | _latencies(latency)
    return found


def _edges(latency: np.ndarray) -> np.ndarray:
    """Even bins up to the 99th percentile, and one more for the slowest: few slow calls must not hide the others."""
    most, bulk = float(latency.max()), float(np.quantile(latency, 0.99))
    edges = np.linspace(0, bulk if bulk > 0 else 1, _LATENCY_BINS + 1)
    return np.append(edges, most) if most > edges[-1] else edges


def _drift(
    sheet: Sheet, asked: Asked, moments: np.ndarray, thresholds: dict[str, float], notices: list[str]
) -> dict[str, Any]:
    """The rest of the log against its earliest part; nothing of fewer than two rows or no columns to compare."""
    names = asked.features or [name for name in sheet.rest() if name not in COLUMNS["inference_log"]]
    order = np.argsort(moments, kind="stable")
    cut = int(len(order) * asked.reference_share)
    if not 0 < cut < len(order):
        notices.append("There is no drift of one row.")
        return {}
    before, now = order[:cut], order[cut:]
    features = [{"feature": name} | compared(sheet, name, before, now, thresholds) for name in names]
    found: dict[str, Any] = {
        "reference": _window(moments[before]),
        "current": _window(moments[now]),
        "method": "psi",
        "features": features,
    }
    if thresholds:
        found["thresholds"] = thresholds
    if sheet.has("prediction"):
        found["prediction"] = {"feature": ""} | compared(sheet, "prediction", before, now, thresholds)
    return found if features or "prediction" in found else {}


def _window(moments: np.ndarray) -> dict[str, Any]:
    return {"rows": len(moments), "from": _iso(moments.min()), "to": _iso(moments.max())}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(float(seconds), UTC).isoformat()
