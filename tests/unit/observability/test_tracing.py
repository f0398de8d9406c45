"""W3C trace context."""

from __future__ import annotations

import pytest

from shared.observability.tracing import begin, parse

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_callers_trace_is_carried_on_in_a_span_of_our_own():
    """Same trace and flags, another span."""
    found = begin(PARENT)
    assert (found.trace_id, found.flags) == ("0af7651916cd43dd8448eb211c80319c", "01")
    assert found.span_id != "b7ad6b7169203331"
    assert parse(str(found)) == found


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        "nonsense",
        PARENT.upper(),
        PARENT + "-more",
        PARENT.replace("00-", "ff-", 1),
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX: y",
    ],
)
def test_a_header_that_is_not_valid_begins_a_new_trace(wrong: str | None):
    """It is never repeated back."""
    first, second = begin(wrong), begin(wrong)
    assert parse(str(first)) == first
    assert first.trace_id != second.trace_id


def test_a_later_version_may_say_more():
    """As the standard asks."""
    found = parse("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")
    assert found is not None
    assert found.trace_id == "0af7651916cd43dd8448eb211c80319c"
