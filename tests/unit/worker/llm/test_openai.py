"""The times of the model door beside those of the engine."""

from __future__ import annotations

from services.worker.llm.openai import Times
from services.worker.nodes.asking import PATIENCE
from shared.contracts.states import Stage
from shared.domain.stages import LIMITS


def test_the_door_gives_up_before_the_engine_does():
    """A step asks at most twice; were its own time over first, a report could not go on without a model that hangs."""
    times, limits = Times(), LIMITS[Stage.LLM]
    assert times.connect < times.read < times.total
    assert 2 * times.total <= 0.9 * limits.time_s
    assert limits.attempts > PATIENCE
