"""What a client asks for, field by field."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from services.api.auth.caller import Caller
from services.api.reports.catalog import Catalog
from services.api.reports.request import LONGEST_TITLE, Order, check, check_parameters, read
from shared.contracts.records import Principal
from shared.domain.errors import Forbidden, NotFound, PressrunError, Rejected
from shared.domain.ids import new_id
from shared.templates.registry import Registry, load

MOST = 1024 * 1024
CONVERSATIONAL = "cc030440-0005-470f-8341-6ec798d00445"
DOCUMENT = "8f0c4d52-6f3b-4b5e-9a41-2d7c1e90b3f6"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load()


def caller(role: str = "user") -> Caller:
    return Caller(principal=Principal(id=new_id(), name="owner", role=role), key_id=new_id())


def order(registry: Registry, **more: Any) -> Order:
    body = {"template_id": CONVERSATIONAL, "title": "Tea", "parameters": {"user_query": "Compare."}} | more
    asked = read({name: value for name, value in body.items() if value is not ...}, most_bytes=MOST)
    return check(asked, Catalog(registry.by_id).usable(asked.template_id, caller()))


def refusal(registry: Registry, **more: Any) -> PressrunError:
    with pytest.raises(PressrunError) as refused:
        order(registry, **more)
    return refused.value


@pytest.mark.parametrize("missing", ["template_id", "title"])
@pytest.mark.parametrize("value", [..., None, "", "   "])
def test_template_and_title_are_required(registry: Registry, missing: str, value: Any):
    """The text is the contract's."""
    refused = refusal(registry, **{missing: value})
    assert isinstance(refused, Rejected)
    assert refused.message == "template_id and title are required"
    assert refused.details == {"field": missing}


@pytest.mark.parametrize("template_id", ["nonsense", "cc030440-0005-470f-8341-6ec798d00446", "../..", "0" * 5000])
def test_an_unknown_template_is_not_found(registry: Registry, template_id: str):
    """A malformed id is an unknown one."""
    refused = refusal(registry, template_id=template_id)
    assert isinstance(refused, NotFound)
    assert refused.message == "Template not found"


@pytest.mark.parametrize(
    ("field", "value", "remedy"),
    [
        ("template_id", 5, "as text"),
        ("title", 5, "must be text of 1 to 500"),
        ("title", "x" * 10_000, "must be text of 1 to 500"),
        ("title", ["a"], "must be text"),
        ("description", "x" * 5001, "at most 5000"),
        ("description", {}, "must be text"),
        ("priority", "asap", "urgent, high, normal, low"),
        ("priority", 1, "urgent, high, normal, low"),
        ("priority", "URGENT", "urgent, high, normal, low"),
        ("output_format", "docx", "pdf, html, md"),
        ("output_format", "json", "pdf, html, md"),
        ("parameters", [], "must be an object"),
        ("parameters", "query", "must be an object"),
        ("honey_jar_id", 7, "as text"),
        ("scrambling_enabled", "yes", "true or false"),
        ("scrambling_enabled", 1, "true or false"),
    ],
)
def test_a_wrong_field_is_named_with_what_it_must_be(registry: Registry, field: str, value: Any, remedy: str):
    """A client can repair its request from the message alone."""
    refused = refusal(registry, **{field: value})
    assert isinstance(refused, Rejected)
    assert refused.message.startswith(f"{field}: ")
    assert remedy in refused.message
    assert refused.details == {"field": field}


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"user_query": ""}, "parameters.user_query"),
        ({"user_query": " \n\t"}, "parameters.user_query"),
        ({"query": "  "}, "parameters.query"),
        ({"user_query": 5}, "parameters.user_query"),
        ({"user_query": "x" * 20_001}, "parameters.user_query"),
        ({"report_style": "poem"}, "parameters.report_style"),
        ({"context": 5}, "parameters.context"),
        ({"context": [{"text": 5}]}, "parameters.context"),
        ({"context": [7]}, "parameters.context"),
        (
            {"context": [{"text": "a", "content": "b"}]},
            "parameters.context[0]: must have 'text' or 'content', not both",
        ),
        ({"context": [{"title": "a"}]}, "parameters.context[0]: must have a 'text'"),
        ({"context": [{"text": "a", "href": "javascript:alert(1)"}]}, "parameters.context[0].href: must be an http"),
        ({"context": [{"text": "a", "href": "https://["}]}, "parameters.context[0].href: must be an http"),
        ({"context": ["a"] * 51}, "parameters.context: must hold at most 50 documents, not 51"),
        ({"context": {"a": 5}}, "parameters.context.a: must be a text"),
        ({"language": 5}, "parameters.language: must be text or null"),
        ({"language": "x" * 800}, "parameters.language: must "),
        ({"language": "as you like"}, "parameters.language: must be a language tag such as en or pt-BR"),
        ({"review": "perhaps"}, "parameters.review: must be true or false"),
        ({"theme": "gold"}, "parameters.theme: must be one of pressrun, broadsheet, plain"),
    ],
)
def test_parameters_are_checked_by_the_templates_schema(registry: Registry, parameters: dict[str, Any], field: str):
    """The path of what does not fit is said, and what it must be."""
    refused = refusal(registry, parameters=parameters)
    assert isinstance(refused, Rejected)
    assert refused.message.startswith(field)


def test_a_message_never_repeats_a_large_value(registry: Registry):
    """Validators quote what they refuse."""
    for context in (["x" * 100_000, 7], {"x" * 100_000: 7}, [{"text": "a", "type": "x" * 100_000}]):
        refused = refusal(registry, parameters={"context": context})
        assert len(refused.message) < 500
        assert len(str(refused.details)) < 500


def test_a_report_made_of_documents_needs_one(registry: Registry):
    """It would fail later with the very same words; a stored conversation is a document too."""
    for context in ({}, [], "  ", None, [{"text": ""}], {"documents": []}):
        refused = refusal(registry, template_id=DOCUMENT, parameters={"context": context})
        assert refused.message == "parameters.context: must hold at least one document that is not empty"
        assert refused.details == {"field": "parameters.context"}
    talk = {"context": None, "conversation_id": str(new_id())}
    assert order(registry, template_id=DOCUMENT, parameters=talk).asked.parameters == talk


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"type": ["integer", "null"]}, "x", "must be a whole number or null"),
        ({"enum": ["a", "b", None]}, "x", "must be one of a, b"),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"x": 1}, "must have no other fields than a"),
        ({"minItems": 1}, [], "must have at least 1 entries"),
        ({"uniqueItems": True}, ["x", "x"], "must have no entry twice"),
        ({"maximum": 3}, 5, "must be at most 3"),
        ({"minLength": 1}, "", "must not be empty"),
        ({"minLength": 1, "x-must": "be a name"}, "", "must not be empty"),
        ({"pattern": "^a$", "x-must": "be an a"}, "x", "must be an a"),
        ({"not": {}}, "x", "must be as the template's parameters say; GET /api/reports/templates shows them"),
    ],
)
def test_what_a_value_must_be_is_said_in_plain_words(schema: dict[str, Any], value: Any, said: str):
    """Not in those of a schema, and without the value."""
    with pytest.raises(Rejected) as refused:
        check_parameters({"p": value}, {"properties": {"p": schema}})
    assert refused.value.message == f"parameters.p: {said}"


def test_what_is_missing_is_named():
    with pytest.raises(Rejected, match=r"parameters\.p\.a: must be given"):
        check_parameters({"p": {}}, {"properties": {"p": {"type": "object", "required": ["a"]}}})


@pytest.mark.parametrize(
    ("parameters", "description", "query"),
    [
        ({"user_query": "Why?", "query": "How?"}, "About", "Why?"),
        ({"user_query": None, "query": "How?"}, "About", "How?"),
        ({"query": "How?"}, "About", "How?"),
        ({}, "About", "About"),
        ({}, "  ", "Tea"),
        (None, None, "Tea"),
        (..., ..., "Tea"),
    ],
)
def test_the_query_falls_back_to_description_and_title(
    registry: Registry, parameters: Any, description: Any, query: str
):
    """A client that posts empty parameters still says what it wants."""
    assert order(registry, parameters=parameters, description=description).query == query


def test_null_means_not_said(registry: Registry):
    """Clients serialise absent values as null."""
    found = order(registry, description=None, priority=None, output_format=None, honey_jar_id=None).asked
    assert (found.description, found.priority, found.output_format) == ("", "normal", "pdf")


def test_the_longest_title_is_accepted_unchanged(registry: Registry):
    """The user's title is kept as it is."""
    title = "  " + "é" * (LONGEST_TITLE - 2)
    assert order(registry, title=title).asked.title == title


def test_a_template_of_another_role_is_forbidden(registry: Registry):
    """Every role may use what the roles below it may."""
    folder = next(iter(registry.by_id.values()))
    admin = replace(folder, template=replace(folder.template, required_role="admin"))
    only, template_id = Catalog({folder.template.id: admin}), str(folder.template.id)
    for role in ("user", "analyst"):
        with pytest.raises(Forbidden, match="Insufficient permissions"):
            only.usable(template_id, caller(role))
    for role in ("admin", "super_admin"):
        assert only.usable(template_id, caller(role)) is admin


def test_an_inactive_template_is_not_found(registry: Registry):
    """Retired templates keep their reports and take no new ones."""
    folder = next(iter(registry.by_id.values()))
    retired = replace(folder, template=replace(folder.template, is_active=False))
    with pytest.raises(NotFound, match="Template not found"):
        Catalog({folder.template.id: retired}).usable(str(folder.template.id), caller())


def test_parameters_are_as_large_as_a_megabyte(registry: Registry):
    """As JSON; one byte more is refused with the limit."""
    empty = len(msgspec.json.encode({"user_query": "Compare.", "context": ""}))
    text = "é" * ((MOST - empty) // 2)
    assert order(registry, parameters={"user_query": "Compare.", "context": text}).asked.parameters["context"] == text
    refused = refusal(registry, parameters={"user_query": "Compare.", "context": text + "xx"})
    assert isinstance(refused, Rejected)
    assert refused.message == "parameters: must be at most 1048576 bytes of JSON; send less context"
