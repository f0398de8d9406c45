"""What is told of a finished report."""

from __future__ import annotations

from typing import Any

import pytest

from services.api.reports.result import reviewed

KNOWN: dict[str, Any] = {"quality": {"code": "PASS", "passed": True, "findings": []}, "removed": {"links": 1}}


def test_a_document_that_a_reviewer_edited_was_not_the_one_that_was_checked():
    """The verdict stays, and says of what it is."""
    told = reviewed(KNOWN, "edit-accept")
    assert (told["quality"]["code"], told["quality"]["passed"]) == ("PASS_WITH_WARNINGS", True)
    assert [one["code"] for one in told["quality"]["findings"]] == ["EDITED_BY_REVIEWER"]
    assert told["removed"] == {"links": 1}
    grave = {"quality": {"code": "MISSING_SECTIONS", "passed": False, "findings": []}}
    assert reviewed(grave, "edit-accept")["quality"]["code"] == "MISSING_SECTIONS"


@pytest.mark.parametrize(("known", "action"), [(KNOWN, "accept"), (KNOWN, ""), ({}, "edit-accept")])
def test_what_nobody_edited_stays_as_it_is(known: dict[str, Any], action: str):
    """Nothing to add."""
    assert reviewed(known, action) == known
