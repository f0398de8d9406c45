"""What the model is asked, and how its answer is read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from services.worker.llm.door import Prompt
from services.worker.llm.json_replies import json_object
from services.worker.measuring.rules import Finding
from services.worker.ml.facts import Fact, written

from .checking import Item, Refused

MOST_OBSERVATIONS = 8
MOST_RECOMMENDATIONS = 5
MAX_TOKENS = 1_800
"""Of one answer."""
_MOST_FACTS = 160
_LONGEST_LABEL = 120

_SYSTEM = """\
You comment on figures for a report about {what}. You are given facts, each with an id, and findings that fixed rules made.

Answer with one JSON object and nothing else: {{"observations": ["…"], "recommendations": ["…"]}}.

Every entry is one English sentence in plain text:
- Never write a number yourself: no digits, no number words (not even "one", "first", "half" or "double"), no percent.
  Where a figure belongs, write the id of its fact in double braces, such as {{{{{example}}}}}. The report puts in the
  figure's name and its value, as in "{shown}". So write the sentence around name and value.
- Call a figure by its own name only. Do not name another metric, split, class or feature beside it.
- Between two figures of a sentence stands nothing but "and", "with" or "while", or one word of comparison, and then they
  have the same unit: "{{{{first.id}}}} is above {{{{second.id}}}}", or "falls from {{{{first.id}}}} to {{{{second.id}}}}". It is
  computed again.
- Use plain words. What a figure means for people, cases or errors belongs in a clause of its own behind the figures:
  "…, so the model misses tumours".
- No "all", "none", "every", "no", "never", "most", "often" or "few"; no sums, ratios or differences; nothing about
  times, groups, data or models that the figure is not of.
- Observations cite at least one fact each. Recommendations are orders, "Collect …", if you like with a condition, "if …",
  and need no figure; a reason, "because …", cites the figure that it rests on.
- At most {observations} observations and {recommendations} recommendations, the most useful first. Say what the figures
  mean for whoever decides, not what they are."""

_USER = """\
Report: {title}

Facts (id: name = value):
{facts}{left_out}

Findings by rule:
{findings}"""

_AGAIN = """\
{asked}

You answered, among other things:

{sentences}

These sentences cannot be used as they are. Write each of them again so that it can be, in the same order and the same
role, or leave it out. Answer with one JSON object of the same form and with nothing but these sentences."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "observations": {"type": "array", "items": {"type": "string"}, "maxItems": 40},
        "recommendations": {"type": "array", "items": {"type": "string"}, "maxItems": 40},
    },
    "required": ["observations", "recommendations"],
}


def prompt(what: str, title: str, facts: Sequence[Fact], findings: Sequence[Finding]) -> Prompt:
    """The first question. Facts come in the order of the report, the headline first; too many are cut off."""
    shown = facts[:_MOST_FACTS]
    example = shown[0]
    return Prompt(
        system=_SYSTEM.format(
            what=what,
            example=example.id,
            shown=f"{_line(example.label)} ({written(example)})",
            observations=MOST_OBSERVATIONS,
            recommendations=MOST_RECOMMENDATIONS,
        ),
        user=_USER.format(
            title=_line(title),
            facts="\n".join(f"- {fact.id}: {_line(fact.label)} = {written(fact)}" for fact in shown),
            left_out=f"\n({len(facts) - len(shown)} more are not shown.)" if len(facts) > len(shown) else "",
            findings="\n".join(f"- {one.rule}: {one.text}" for one in findings if one.text) or "- none",
        ),
        max_tokens=MAX_TOKENS,
        schema=SCHEMA,
    )


def again(asked: Prompt, refused: Sequence[Refused]) -> Prompt:
    """The second and last question: what was wrong with each sentence."""
    told = "\n".join(
        f"{number}. ({each.item.role}) {each.item.text[:800]}\n   Wrong: {'; '.join(each.reasons[:6])}."
        for number, each in enumerate(refused, start=1)
    )
    return msgspec.structs.replace(asked, user=_AGAIN.format(asked=asked.user, sentences=told))


def read(text: str) -> list[Item]:
    """The sentences of an answer, as many as may be used.

    Raises:
        Unusable: it is not what was asked for.
    """
    found = json_object(text, SCHEMA)
    observations = [Item("observation", one) for one in found["observations"] if one.strip()]
    recommendations = [Item("recommendation", one) for one in found["recommendations"] if one.strip()]
    return [*observations[:MOST_OBSERVATIONS], *recommendations[:MOST_RECOMMENDATIONS]]


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_LABEL]
