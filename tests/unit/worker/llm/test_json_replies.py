"""JSON in a model's answer."""

from __future__ import annotations

import pytest

from services.worker.llm.json_replies import Unusable, json_object

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "array", "items": {"type": "integer"}, "maxItems": 2}},
    "required": ["n"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    "text",
    [
        '{"n": [1]}',
        'Sure!\n```json\n{"n": [1]}\n```\nDone.',
        '<think>{"n": "no"}</think>{"n": [1]}',
        '\n\n {"n":[1]} .',
    ],
)
def test_it_is_found_whatever_stands_around_it(text: str):
    """Fences, politeness and thoughts are no part of it."""
    assert json_object(text, SCHEMA) == {"n": [1]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON object"),
        ("[1]", "no JSON object"),
        ("{", "no JSON object"),
        ('{"n": [1}', "not JSON"),
        ('{"n": ' + "[" * 5000 + "]" * 5000 + "}", "not JSON"),
        ('{"n": [1, 2, 3]}', "n: must have at most 2 items"),
        ('{"n": ["x"]}', "n[0]: must be of type integer"),
        ('{"n": [], "m": 1}', "the object: Additional properties"),
        ('{"n": ["' + "x" * 9999 + '"]}', "n[0]: must be"),
        ('{"n": [], "' + "x" * 9999 + '": 1}', "…"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(text: str, said: str):
    """For the model, which is shown it once; never longer than a sentence should be."""
    with pytest.raises(Unusable) as caught:
        json_object(text, SCHEMA)
    assert said in caught.value.errors[0]
    assert all(len(error) < 300 for error in caught.value.errors)
