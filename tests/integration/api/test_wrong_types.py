"""Values of a wrong type in every place of a request, at every depth: an answer that names the place, never a crash."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts.scopes import OWNER_SCOPES

from .conftest import CONVERSATIONAL, Api

VALUES: list[Any] = [None, True, 5, -1.5, "", "x", [], {}, [None], [[[]]], {"a": {"b": [1]}}]

REPORT = {
    "template_id": CONVERSATIONAL,
    "title": "Tea",
    "description": "About tea",
    "priority": "low",
    "output_format": "md",
    "honey_jar_id": None,
    "scrambling_enabled": True,
    "callback_url": None,
    "parameters": {
        "user_query": "Why?",
        "report_style": "summary",
        "review": False,
        "conversation_id": None,
        "generation_mode": "conversational",
        "theme": "plain",
        "accent": "#123456",
        "context": {"documents": [{"title": "A", "text": "One.", "source": "here", "href": None, "type": "text"}]},
    },
}
TEMPLATE = {
    "display_name": "Nothing",
    "description": "About",
    "category": "custom",
    "generator_class": "conversational",
    "output_formats": ["pdf"],
    "estimated_time_minutes": 5,
    "max_output_tokens": 1000,
    "requires_scrambling": True,
    "scrambling_profile": "gdpr_compliant",
    "security_level": "high",
    "required_role": "user",
    "is_active": False,
    "is_premium": False,
    "parameters": [
        {
            "name": "region",
            "type": "select",
            "label": "Region",
            "required": False,
            "default": "North",
            "options": ["North"],
            "help": "Which?",
        }
    ],
    "template_config": {
        "instructions": "For {{region}}.",
        "sections": [{"title": "In {{region}}", "instructions": "Be brief."}],
        "theme": "plain",
        "watermark": "Draft",
    },
}


CONSEQUENCES = {"parameters": ["template_config"], "display_name": ["name"]}
"""Words that name a parameter which is not there any more; what a missing name is asked for as."""


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, found in inner:
        yield (*path, key)
        yield from places(found, (*path, key))


def changed(body: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(body)
    inner: Any = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return made


@pytest.mark.parametrize(("path", "body"), [("", REPORT), ("/templates", TEMPLATE)], ids=["report", "template"])
async def test_a_wrong_type_anywhere_is_named(shared_api: Api, path: str, body: dict[str, Any]):
    """What is refused names a field on the way to the wrong value; what is accepted answers 201."""
    key = await shared_api.key(role="admin", scopes=[*OWNER_SCOPES, "admin"])
    refused = 0
    async with shared_api.client(key) as client:
        for place in places(body):
            for value in VALUES:
                answer = await client.post(f"/api/reports{path}", json=changed(body, place, value))
                said = f"{place} = {value!r}: {answer.status_code} {answer.text[:300]}"
                assert answer.status_code in {201, 400, 404, 409}, said
                if answer.status_code == 400:
                    refused += 1
                    field = answer.json()["details"]["field"]
                    # Instructions that name a parameter are wrong when the parameter is.
                    assert field.split(".")[0].split("[")[0] in {str(place[0]), "name", "template_config"}, said
                    assert len(answer.json()["error"]) < 600, said
    assert refused > 100
