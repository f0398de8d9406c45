"""What a request's JSON may hold."""

from __future__ import annotations

from typing import Any

import pytest

from services.api.body import DEEPEST, MOST_VALUES, check_values
from shared.domain.errors import Rejected


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("found", "field"),
    [
        ({"title": "a\0b"}, "title"),
        ({"parameters": {"context": [{"text": "a\0"}]}}, "parameters.context[0].text"),
        ({"parameters": {"a\0": 1}}, "parameters"),
        ({"parameters": {"n": 2**63}}, "parameters.n"),
        ({"parameters": {"n": -(2**63) - 1}}, "parameters.n"),
        ({"parameters": {"n": 1e300}}, "parameters.n"),
        ({"parameters": nested(DEEPEST)}, None),
        ({"parameters": {"n": list(range(MOST_VALUES))}}, "parameters"),
    ],
)
def test_values_that_a_later_part_cannot_hold_are_refused_by_name(found: dict[str, Any], field: str | None):
    """The refusal says where."""
    with pytest.raises(Rejected) as refused:
        check_values(found)
    assert refused.value.details is not None
    if field:
        assert refused.value.details["field"] == field
        assert refused.value.message.startswith(f"{field}: ")


def test_values_at_the_limits_are_accepted():
    """A limit is what is still allowed."""
    check_values({"n": [2**63 - 1, -(2**63), 9.2e18], "deep": nested(DEEPEST - 1), "text": "\ud7ff\x01"})
    check_values({"n": list(range(MOST_VALUES - 1))})


def test_a_long_text_is_one_value():
    """Context is welcome; only the number of values is limited."""
    check_values({"parameters": {"context": "x" * 5_000_000}})
