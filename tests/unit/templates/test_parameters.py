"""What an administrator's template asks for: its schema, its defaults, its words for the writer."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from msgspec.structs import replace

from shared.contracts.records import Template
from shared.domain.ids import new_id
from shared.templates import own
from shared.templates.parameters import Parameter, described, filled, schema, shown
from shared.templates.registry import Registry, load

SIX = {
    "date": ("2026-02-28", ["2026-02-30", "28.2.2026", "20260228", 5, "2026-02-28T00:00"]),
    "text": ("any", [5, ["any"], "x" * 20_001]),
    "number": (1.5, ["1.5", True, None]),
    "boolean": (False, ["false", 0]),
    "select": ("North", ["north", "", ["North"]]),
    "multiselect": (["South", "North"], ["South", ["East"], ["North", "North"]]),
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load()


def parameter(kind: str, **more: Any) -> Parameter:
    options = ["North", "South"] if "select" in kind else []
    return Parameter(name="value", type=kind, options=options, **more)  # type: ignore[arg-type]


def fits(one: Parameter, value: Any) -> bool:
    return Draft202012Validator(schema(one), format_checker=FormatChecker(["date"])).is_valid(value)


def template(registry: Registry, **more: Any) -> Template:
    base = registry.by_key["conversational"].template
    return replace(base, id=new_id(), key="mine", name="Mine", base="conversational", **more)


@pytest.mark.parametrize("kind", SIX)
def test_each_type_takes_its_values_and_no_other(kind: str):
    right, wrong = SIX[kind]
    assert fits(parameter(kind), right)
    assert [value for value in wrong if fits(parameter(kind), value)] == []


def test_what_is_required_must_say_something():
    assert not fits(parameter("text", required=True), "")
    assert not fits(parameter("multiselect", required=True), [])
    assert fits(parameter("text"), "")


@pytest.mark.parametrize("kind", SIX)
def test_a_schema_is_described_as_the_parameter_that_it_was_made_of(kind: str):
    """So a form can be made of a built-in template's schema as well."""
    one = parameter(kind, label="Value", help="What it is worth.", default=SIX[kind][0])
    assert described({"properties": {"value": schema(one)}}) == [one]


def test_what_no_form_can_ask_for_is_left_out(registry: Registry):
    """Documents are not typed into a form."""
    found = {one.name: one.type for one in described(registry.by_key["conversational"].parameters)}
    assert found["user_query"] == "text"
    assert found["report_style"] == "select"
    assert found["review"] == "boolean"
    assert "context" not in found


def test_defaults_fill_what_was_not_said():
    """Null is not said; what the template does not know stays as it is."""
    asked = [parameter("text", default="usual"), Parameter(name="count", type="number", default=0)]
    assert filled({"value": None, "other": None}, asked) == {"value": "usual", "count": 0, "other": None}
    assert filled({"value": "mine", "count": 7}, asked) == {"value": "mine", "count": 7}


@pytest.mark.parametrize(
    ("value", "words"), [(True, "yes"), (False, "no"), (["a", "b"], "a, b"), (None, ""), (3, "3"), ("x", "x")]
)
def test_values_become_words(value: Any, words: str):
    assert shown(value) == words


def test_a_built_in_template_tells_the_writer_nothing_and_fills_nothing(registry: Registry):
    folder = registry.by_key["conversational"]
    assert own.told(folder.template, {"user_query": "Why?"}) == {}
    assert own.complete(folder.template, {"a": None}) == {"a": None}


def test_a_template_s_words_carry_the_parameters(registry: Registry):
    """Where they are named, and in lines at the end where they are not; a value is not read again for names."""
    mine = template(
        registry,
        parameters=[
            {"name": "region", "type": "select", "options": ["North"]},
            {"name": "since", "type": "date", "label": "First day"},
            {"name": "odd", "type": "text"},
            {"name": "unsaid", "type": "text"},
        ],
        config={
            "instructions": "For {{ region }} and {{odd}}.",
            "sections": [{"title": "In {{region}}", "instructions": "Not {{unsaid}}."}],
        },
        max_output_tokens=4000,
    )
    given = own.complete(mine, {"region": "North", "since": "2026-11-01", "odd": "{{region}}"})
    assert own.told(mine, given) == {
        "key": "mine",
        "name": "Mine",
        "instructions": "For North and {{region}}.\nFirst day: 2026-11-01",
        "sections": [{"title": "In North", "instructions": "Not ."}],
        "maxOutputTokens": 4000,
    }


def test_a_template_says_how_its_reports_look_unless_they_say_it_themselves(registry: Registry):
    mine = template(registry, config={"theme": "plain", "watermark": "Draft", "instructions": "Be brief."})
    assert own.complete(mine, {"watermark": "Final"}) == {"theme": "plain", "watermark": "Final"}


def test_a_template_is_checked_by_its_base_s_schema_and_its_own(registry: Registry):
    """A parameter of the same name must fit both."""
    mine = template(
        registry, parameters=[{"name": "user_query", "type": "select", "options": ["A?"], "required": True}]
    )
    made = own.folder(mine, registry.by_key["conversational"]).parameters
    fits = Draft202012Validator(made).is_valid
    assert fits({"user_query": "A?", "review": True})
    for wrong in ({}, {"user_query": "B?"}, {"user_query": "A?", "review": "yes"}):
        assert not fits(wrong)


def test_every_template_on_top_of_every_built_in_one_has_a_sample_that_works(registry: Registry):
    """With all six types demanded and none of them given a default."""
    options = {"select": ["North"], "multiselect": ["South"]}
    asked = [{"name": f"p_{kind}", "type": kind, "required": True, "options": options.get(kind, [])} for kind in SIX]
    for base in registry.by_id.values():
        mine = replace(template(registry, parameters=asked), output_formats=base.template.output_formats)
        made = own.folder(mine, base)
        assert Draft202012Validator(made.parameters).is_valid(made.sample["parameters"]), base.template.key
        assert made.sample["title"] == "Mine"
        assert (made.workflow, made.digest) == (base.workflow, base.digest)
