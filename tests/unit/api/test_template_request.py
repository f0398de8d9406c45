"""What an administrator says of a template, part by part."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.api.reports import template_request, template_said, template_wire
from shared.contracts.records import Template
from shared.contracts.states import Format
from shared.domain.errors import Conflict, Rejected
from shared.domain.ids import new_id
from shared.templates import own
from shared.templates.registry import Registry, load

REGION = {"name": "region", "type": "select", "options": ["North", "South"], "required": True}
BODY = {"name": "Weekly review", "parameters": [REGION], "template_config": {"instructions": "For {{region}}."}}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load()


def made(registry: Registry, **more: Any) -> Template:
    body = {name: value for name, value in (BODY | more).items() if value is not ...}
    said = template_said.read(body)
    return template_request.new(said, registry, template_id=new_id(), created_by=new_id())


def refusal(registry: Registry, **more: Any) -> Rejected:
    with pytest.raises(Rejected) as refused:
        made(registry, **more)
    assert refused.value.details is not None
    assert refused.value.message.startswith(f"{refused.value.details['field']}: ")
    return refused.value


def test_what_is_not_said_is_as_in_the_base(registry: Registry):
    """The conversational report, unless another base is named."""
    found = made(registry)
    base = registry.by_key["conversational"].template
    assert (found.base, found.category, found.workflow_id) == ("conversational", "custom", base.workflow_id)
    same = ("output_formats", "max_output_tokens", "estimated_time_minutes", "requires_scrambling", "required_role")
    assert {name: getattr(found, name) for name in same} == {name: getattr(base, name) for name in same}
    assert found.key.startswith("weekly_review_")
    assert made(registry, generator_class="document").workflow_id == registry.by_key["document"].workflow.id


def test_what_is_said_is_stored(registry: Registry):
    said = {
        "description": "What happened.",
        "category": "analysis",
        "output_formats": ["md", "pdf"],
        "estimated_time_minutes": 3,
        "max_output_tokens": 4000,
        "requires_scrambling": False,
        "scrambling_profile": "hipaa_compliant",
        "security_level": "critical",
        "required_role": "analyst",
        "is_active": False,
        "is_premium": True,
    }
    found = msgspec.to_builtins(made(registry, **said))
    assert {name: found[name] for name in said} == said | {"output_formats": ["pdf", "md"]}


@pytest.mark.parametrize(
    ("more", "field", "remedy"),
    [
        ({"name": ...}, "name", "is required"),
        ({"name": "  "}, "name", "is required"),
        ({"name": ""}, "name", "1 to 200"),
        ({"name": 5}, "name", "1 to 200"),
        ({"name": "x" * 201}, "name", "1 to 200"),
        ({"description": ["a"]}, "description", "must be text"),
        ({"category": "Two Words"}, "category", "lower case"),
        ({"generator_class": "Nobody"}, "generator_class", "conversational, document"),
        ({"generator_class": 5}, "generator_class", "must be text"),
        ({"parameters": "region"}, "parameters", "must be a list"),
        ({"parameters": {"region": "text"}}, "parameters", "must be a list"),
        ({"parameters": [5]}, "parameters[0]", "must be an object"),
        ({"parameters": [REGION, {"type": "text"}]}, "parameters[1]", "missing required field `name`"),
        ({"parameters": [{"name": "two words"}]}, "parameters[0].name", "letters, digits and _"),
        ({"parameters": [REGION, REGION]}, "parameters[1].name", "'region' is there twice"),
        ({"parameters": [REGION, {"name": "a", "type": "file"}]}, "parameters[1].type", "date, text, number"),
        ({"parameters": [{"name": "a", "required": "yes"}]}, "parameters[0].required", "must be true or false"),
        ({"parameters": [{"name": "a", "type": "select"}]}, "parameters[0].options", "what a select offers"),
        ({"parameters": [{"name": "a", "options": ["b", 5]}]}, "parameters[0].options[1]", "must be text"),
        ({"parameters": [REGION | {"default": "East"}]}, "parameters[0].default", "must be one of North, South"),
        (
            {"parameters": [{"name": "a", "type": "multiselect", "options": ["b"], "default": ["b", 7]}]},
            "parameters[0].default[1]",
            "must be one of b",
        ),
        (
            {"parameters": [{"name": "a", "type": "date", "default": "tomorrow"}]},
            "parameters[0].default",
            "a date such as",
        ),
        ({"parameters": [{"name": f"p{n}"} for n in range(51)]}, "parameters", "50"),
        ({"template_config": []}, "template_config", "must be an object"),
        ({"template_config": {"instructions": 5}}, "template_config.instructions", "must be text"),
        ({"template_config": {"instructions": "{{regoin}}"}}, "template_config", "{{regoin}} stands for no parameter"),
        ({"template_config": {"sections": [{"titel": "A"}]}}, "template_config.sections[0]", "titel"),
        ({"template_config": {"sections": [["A"]]}}, "template_config.sections[0]", "must be an object"),
        ({"template_config": {"sections": ["A", ""]}}, "template_config.sections[1].title", ">= 1"),
        ({"template_config": {"theme": "gothic"}}, "template_config.theme", "must be one of pressrun"),
        ({"template_config": {"accent": "red"}}, "template_config.accent", "a colour such as"),
        ({"template_config": {"style": {}}}, "template_config.style", "there are accent, classification"),
        ({"template_config": {"queries": [{"sql": "SELECT 1"}]}}, "template_config.queries", "generator_class"),
        ({"template_config": {"parameters": {}, "instructions": ""}, "parameters": [5]}, "parameters[0]", "object"),
        (
            {"parameters": [], "template_config": {"parameters": [{"name": "a", "type": 5}]}},
            "template_config.parameters[0].type",
            "date, text",
        ),
        ({"output_formats": "pdf"}, "output_formats", "must be a list"),
        ({"output_formats": []}, "output_formats", "length >= 1"),
        ({"output_formats": ["pdf", "docx"]}, "output_formats[1]", "must be one of pdf, md, html"),
        ({"output_formats": ["csv", "xlsx"]}, "output_formats", "at least one of pdf, md, html"),
        ({"estimated_time_minutes": 0}, "estimated_time_minutes", ">= 1"),
        ({"estimated_time_minutes": "5"}, "estimated_time_minutes", "must be a whole number"),
        ({"max_output_tokens": 10**9}, "max_output_tokens", "<= 200000"),
        ({"requires_scrambling": "no"}, "requires_scrambling", "must be true or false"),
        ({"scrambling_profile": "none"}, "scrambling_profile", "gdpr_compliant, hipaa_compliant"),
        ({"security_level": 3}, "security_level", "standard, high, critical"),
        ({"required_role": "boss"}, "required_role", "user, analyst, admin, super_admin"),
        ({"is_active": 1}, "is_active", "must be true or false"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(registry: Registry, more: dict[str, Any], field: str, remedy: str):
    refused = refusal(registry, **more)
    assert refused.details == {"field": field}
    assert remedy in refused.message


def test_a_template_is_not_for_less_of_a_role_than_its_base(registry: Registry):
    """Else it would show what its base is kept from people for."""
    admins = [folder for folder in registry.by_id.values() if folder.template.required_role == "admin"]
    for folder in admins:
        refused = refusal(registry, generator_class=folder.template.key, required_role="user")
        assert refused.details == {"field": "required_role"}
        assert made(registry, generator_class=folder.template.key).required_role == "admin"


def test_the_web_editor_s_ways_are_understood(registry: Registry):
    """Types, empty defaults, formats and an empty object as its form sends them."""
    found = made(
        registry,
        name="incident_report",
        display_name="Incident Report",
        parameters=[
            {"name": "a", "type": "string", "label": "A", "required": False, "default": "", "description": "What?"},
            {"name": "b", "type": "select", "label": "B", "default": "", "options": ["x", ""]},
        ],
        template_config={"data_sources": [], "queries": {}, "visualizations": []},
        output_formats=["pdf", "csv", "json"],
    )
    assert (found.name, found.key[:-7]) == ("Incident Report", "incident_report")
    assert found.output_formats == [Format.PDF]
    first, second = own.parameters(found)
    assert (first.type, first.default, first.help, second.options) == ("text", None, "What?", ["x"])
    assert template_request.left_out(template_said.read({"output_formats": ["pdf", "csv", "json"]})) == [
        "csv",
        "json",
    ]
    assert made(registry, parameters={}, template_config=None).parameters == []


def test_parameters_may_stand_in_the_configuration(registry: Registry):
    found = made(registry, parameters=..., template_config={"parameters": [REGION], "instructions": "{{region}}"})
    assert [one.name for one in own.parameters(found)] == ["region"]


def test_a_change_keeps_what_is_not_said(registry: Registry):
    """Also its key, by which logs know it."""
    first = made(registry, description="About", output_formats=["md"])
    second = template_request.changed(first, template_said.read({"security_level": "high"}), registry)
    assert second == msgspec.structs.replace(first, security_level="high")


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"name": "Monthly review"}, "Monthly review"),
        ({"display_name": "Monthly review"}, "Monthly review"),
        ({"name": "Weekly review", "display_name": "Monthly review"}, "Monthly review"),
        ({"name": "Monthly review", "display_name": "Weekly review"}, "Monthly review"),
        ({"name": "Weekly review", "display_name": "Weekly review"}, "Weekly review"),
    ],
)
def test_the_name_that_is_new_counts(registry: Registry, more: dict[str, str], name: str):
    """An editor sends both, and lets people change one of them."""
    assert template_request.changed(made(registry), template_said.read(more), registry).name == name


def test_a_change_must_fit_the_rest(registry: Registry):
    """Words that name a parameter which is taken away."""
    with pytest.raises(Rejected, match="stands for no parameter"):
        template_request.changed(made(registry), template_said.read({"parameters": []}), registry)


def test_a_built_in_template_s_name_is_taken(registry: Registry):
    with pytest.raises(Conflict, match="Template with this name already exists") as refused:
        made(registry, name="bee conversational REPORT")
    assert refused.value.code == "template_exists"


def test_only_two_things_are_said_of_a_built_in_template(registry: Registry):
    """An editor that sends everything back as it was, with those two changed, is welcome."""
    for folder in registry.by_id.values():
        shown = msgspec.to_builtins(template_wire.whole(folder))
        body = shown | {"is_active": False, "required_role": "super_admin"}
        assert template_request.overridden(template_said.read(body), shown) == {
            "is_active": False,
            "required_role": "super_admin",
        }
        with pytest.raises(Conflict, match="not name, description") as refused:
            template_request.overridden(template_said.read({"name": "Mine", "description": "Mine"}), shown)
        assert refused.value.code == "template_built_in"
