"""How a report is to look, as clients ask for it: every template takes the same parameters."""

from __future__ import annotations

from typing import Any

import pytest

from shared.document.design import THEMES
from shared.templates.registry import load
from tests.unit.api.test_request import order, refusal


@pytest.fixture(scope="module")
def registry() -> Any:
    return load()


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("theme", "nonesuch", "must be one of pressrun, broadsheet, plain"), ("theme", "../pressrun", "must be one of"),
        ("theme", 7, "must be one of"), ("page_size", "A3", "must be one of A4, Letter"),
        ("accent", "red", "must be a colour such as #14525e"), ("accent", "#12345", "must be a colour"),
        ("accent", "#fff;}body{", "must be a colour"), ("accent", 5, "must be text or null"),
        ("classification", "x" * 41, "at most 40 characters"), ("classification", ["internal"], "must be text or null"),
        ("classification", "two\nlines", "must be one line of text"),
        ("watermark", "x" * 31, "at most 30 characters"), ("watermark", {}, "must be text or null"),
    ],
)  # fmt: skip
def test_a_wrong_choice_is_named_with_what_it_must_be(registry: Any, name: str, value: Any, remedy: str):
    """The field, and the remedy."""
    refused = refusal(registry, parameters={"user_query": "x", name: value})
    assert refused.details == {"field": f"parameters.{name}"}
    assert remedy in refused.message


@pytest.mark.parametrize(
    "chosen",
    [
        {"theme": "broadsheet", "page_size": "letter", "accent": "#8c1F16", "classification": "Nur für den Vorstand", "watermark": "ENTWURF"},
        {"theme": None, "page_size": None, "accent": None, "classification": None, "watermark": None},
        {"accent": "#abc", "classification": "", "watermark": ""},
    ],
)  # fmt: skip
def test_a_choice_reaches_the_report_as_it_was_made(registry: Any, chosen: dict[str, Any]):
    """Null means not said."""
    kept = order(registry, parameters={"user_query": "x"} | chosen).asked.parameters
    assert {name: value for name, value in chosen.items() if value is not None}.items() <= kept.items()


def test_every_template_s_page_takes_the_choices(registry: Any):
    """Its own design is one there is, and what draws the page is given the parameters."""
    for folder in registry.by_id.values():
        assert folder.template.theme in THEMES
        for node in folder.raw["nodes"]:
            if node["typeId"] == "report.render":
                assert node["inputs"]["parameters"] == {"type": "variable", "variableName": "parameters"}, (
                    folder.template.key
                )
                assert node["inputs"]["theme"] == {"type": "variable", "variableName": "theme"}, folder.template.key
