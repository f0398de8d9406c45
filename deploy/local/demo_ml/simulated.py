"""A simulated inference log: two weeks of requests to the real model, in which sizes drift and latency once rises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from deploy.local.demo_ml.data import SEED, cancer, classifier

DAYS = 14
ROWS = 40_000
BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
DRIFTS_FROM = 7.0
"""The day from which on nuclei look larger, a little more each day."""
SLOW = (5.0, 5.6)
"""The days between which answers take longer."""


class Log(msgspec.Struct, frozen=True):
    """One entry per request in each field."""

    day: np.ndarray
    """Days since the beginning."""
    x: np.ndarray
    score: np.ndarray
    truth: np.ndarray
    """1 for malignant; known later."""
    labelled: np.ndarray
    latency_ms: np.ndarray
    code: np.ndarray
    """0 where it was answered, else the HTTP status."""

    @property
    def answered(self) -> np.ndarray:
        return np.asarray(self.code == 0)


def log() -> Log:
    """Requests by day and night; the answers are the model's."""
    data, dice = cancer(), np.random.default_rng(SEED)
    moments = np.sort(_moments(dice))
    rows = dice.integers(0, len(data.test_y), ROWS)
    x = data.test_x[rows] * dice.normal(1, 0.01, (ROWS, data.test_x.shape[1]))
    sizes = [at for at, name in enumerate(data.names) if any(word in name for word in ("area", "radius", "perimeter"))]
    x[:, sizes] *= (1 + 0.035 * np.clip(moments - DRIFTS_FROM, 0, None))[:, None]
    slow = (moments > SLOW[0]) & (moments < SLOW[1])
    place = list(classifier().classes_).index("malignant")
    broken = np.where(slow, 0.03, 0.006) > dice.random(ROWS)
    return Log(
        day=moments,
        x=x,
        score=classifier().predict_proba(x)[:, place],
        truth=(data.test_y[rows] == "malignant").astype(int),
        labelled=dice.random(ROWS) < 0.25,
        latency_ms=dice.lognormal(2.6, 0.5, ROWS) * np.where(slow, 2.6, 1.0),
        code=np.where(broken, dice.choice([422, 500, 503], ROWS, p=[0.7, 0.2, 0.1]), 0),
    )


def at(day: float) -> str:
    """A day of the simulation as a time."""
    return (BEGIN + timedelta(days=day)).isoformat()


def _moments(dice: np.random.Generator) -> np.ndarray:
    """More by day than by night."""
    drawn = dice.random(4 * ROWS) * DAYS
    busy = 0.55 + 0.45 * np.sin((drawn % 1 - 0.25) * 2 * np.pi)
    return drawn[dice.random(4 * ROWS) < busy][:ROWS]
