"""How long a step that is tried again waits."""

from __future__ import annotations

import math

import pytest

from shared.contracts.states import Stage
from shared.domain.outcome import Retry
from shared.domain.record import backoff


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [(None, 1, 2), (42.0, 42, 42), (86400.0, 3600, 3600), (1e300, 3600, 3600), (math.inf, 1, 2), (math.nan, 1, 2)],
)
def test_a_part_may_ask_for_a_pause_and_never_for_ever(asked: float | None, least: float, most: float):
    """What is no length of time is not obeyed: the database could not store it."""
    assert least <= backoff(Stage.LLM, 0, Retry(code="x", message="x", after_s=asked)) <= most
