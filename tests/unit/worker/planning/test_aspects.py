"""What a query asks about."""

from __future__ import annotations

import pytest

from services.worker.planning.aspects import aspects

TITLES = ["Apache License 2.0", "Mozilla Public License 2.0", "GNU General Public License 3"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "Compare Apache 2.0, MPL 2.0 and GPL 3 on obligations, patents, termination, liability.",
            ["obligations", "patents", "termination", "liability"],
        ),
        (
            "Explain patents, warranty and liability, and new versions.",
            ["patents", "warranty and liability", "new versions"],
        ),
        ("Explain patents, warranty and liability.", ["patents", "warranty", "liability"]),
        (
            (
                "Provide a detailed 4500+ word analysis of SCADA/ICS security best practices, including NERC CIP compliance, "
                "network segmentation, and incident response."
            ),
            ["SCADA/ICS security best practices", "NERC CIP compliance", "network segmentation", "incident response"],
        ),
        ("What is it about?", []),
        ("", []),
        ("Patents? Patents! patent", ["Patents"]),
        ("the GNU General Public License", []),
    ],
)
def test_the_matters_of_a_query_are_its_phrases(query, expected):
    """In its order and words; names of sources, style words and fillers are no matters."""
    assert expected == aspects(query, TITLES)


def test_words_that_only_one_title_has_are_its_name():
    """``tea`` names the note on tea."""
    assert aspects("Compare tea and coffee: brewing time", ["Note on tea", "Note on coffee"]) == ["brewing time"]
