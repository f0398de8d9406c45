"""A report on a privacy session: what was found and what was done about it, never a sample of it."""

from __future__ import annotations

from typing import Any

from services.worker.measuring.rules import Finding as Rule
from services.worker.measuring.values import NONE, instant
from services.worker.ml.findings import privacy_session as rules
from shared.contracts.entities import Finding, PrivacySession
from shared.document.blocks import Block

from . import parts
from .case import Case, Section
from .graphics import overview as graphics
from .privacy_summary import summed

_ROWS = 40


def at_a_glance(case: Case[PrivacySession]) -> list[Block]:
    """How much is private, and how it stands."""
    session, found = case.entity, summed(case.entity)
    values = (
        ("Columns with findings", "columns", "columns_with_pii", found.columns_with_pii, "count"),
        ("Cells with findings", "cells", "cells_with_pii", found.cells_with_pii, "count"),
        ("Coverage", "coverage", "coverage", found.coverage, "percent"),
    )
    tiles = [
        (label, case.fact((slug,), label, value, form, field=_source(session, name)), "")  # type: ignore[arg-type]
        for label, slug, name, value, form in values
        if value is not None
    ]
    policy, dataset = session.policy, session.dataset
    rows = [
        ("Status", session.status),
        ("Policy", " · ".join(part for part in (policy.name, policy.profile) if part) if policy else ""),
        ("Data set", dataset.name or dataset.id or "" if dataset else ""),
        (
            "Rows",
            case.fact(("rows",), "Rows of the data set", dataset.rows if dataset else None, "count", field="dataset"),
        ),
        (
            "Columns",
            case.fact(
                ("data_columns",),
                "Columns of the data set",
                dataset.columns if dataset else None,
                "count",
                field="dataset",
            ),
        ),
        ("Started", instant(session.started_at)),
        ("Finished", instant(session.finished_at)),
        ("Identity", session.session_id),
    ]
    return [*([parts.tiles(*tiles)] if tiles else []), *parts.pairs(rows, caption="The session")]


def findings_of(case: Case[PrivacySession]) -> list[Block]:
    """Every column with what was found in it. Values themselves are never shown."""
    order = {"high": 0, "medium": 1, "low": 2}
    given = sorted(case.entity.findings, key=lambda each: (order.get(each.risk.lower(), 3), -(each.matches or 0)))
    if not given:
        return parts.nothing(case, "Nothing private was found.", "Findings", "findings")
    rows = [_row(case, each) for each in given[:_ROWS]] + [(each.column,) for each in given[_ROWS:]]
    heads = ("Column", "Type", "Risk", "Action", "Transformed", "Matches", "Share", "Confidence")
    table = parts.long_table(heads, rows, caption="Findings", field="findings", most=_ROWS, texts=5)
    return [
        *graphics.by_risk(given),
        *graphics.by_type(summed(case.entity).by_type),
        *table,
        parts.say("Values that were found are not shown in this report, masked or not."),
    ]


def coverage(case: Case[PrivacySession]) -> list[Block]:
    """How much was looked at, and how much of each column is private."""
    drawn = graphics.match_rates(case.entity.findings)
    found = summed(case.entity)
    said: list[Block] = []
    if found.coverage is not None:
        share = case.fact(("coverage",), "Coverage", found.coverage, "percent", field="summary")
        said = [parts.say(f"{share} of the data were covered by the detection.")]
    else:
        said = parts.missing(case, "Coverage", "summary.coverage")
    return [*said, *drawn]


def actions(case: Case[PrivacySession]) -> list[Block]:
    """What was done, and what the policy asks for."""
    rules_of = case.entity.policy.rules if case.entity.policy else []
    rows = [(rule.pii_type, rule.action or NONE, "yes" if rule.is_enabled else "no") for rule in rules_of]
    heads = ("Type", "Action", "Enabled")
    table = parts.long_table(heads, rows, caption="Rules of the policy", field="policy.rules", texts=3)
    return [
        *graphics.actions(case.entity.findings, rules_of),
        *(table or parts.missing(case, "Rules of the policy", "policy.rules")),
    ]


def compliance(case: Case[PrivacySession]) -> list[Block]:
    """Every requirement with its evidence."""
    given = case.entity.compliance
    if not given:
        return parts.missing(
            case, "Compliance", "compliance", "Send “compliance” with framework, requirement and status."
        )
    words = {"pass": "met", "fail": "not met", "n/a": "not applicable"}
    ordered = sorted(given, key=lambda each: (each.status != "fail", each.framework))
    rows = [(each.framework, each.requirement, words[each.status], each.evidence or NONE) for each in ordered]
    heads = ("Framework", "Requirement", "Result", "Evidence")
    table = parts.long_table(heads, rows, caption="Requirements", field="compliance", most=_ROWS, texts=4)
    return [*graphics.compliance(given), *table]


SECTIONS = [
    Section("At a glance", at_a_glance),
    Section("Findings", findings_of),
    Section("Coverage", coverage, "metrics"),
    Section("Actions", actions),
    Section("Compliance", compliance),
]


def findings(case: Case[PrivacySession]) -> list[Rule]:
    """What stands out, by rule."""
    return rules.findings(case.entity)


def summary(case: Case[PrivacySession]) -> dict[str, Any]:
    """How much was found."""
    found = summed(case.entity)
    values = {
        "columns_with_pii": found.columns_with_pii,
        "cells_with_pii": found.cells_with_pii,
        "coverage": found.coverage,
    }
    return {"status": case.entity.status, **{name: value for name, value in values.items() if value is not None}}


def _source(session: PrivacySession, name: str) -> str:
    """The field that a total was sent in; none if it was counted from the findings."""
    return "summary" if session.summary and getattr(session.summary, name) is not None else ""


def _row(case: Case[PrivacySession], each: Finding) -> tuple[str, ...]:
    place = ("finding", each.column, each.pii_type)
    where = f"{each.pii_type} in {each.column}"
    done = {True: "yes", False: "no", None: NONE}[each.transformed]
    return (
        each.column,
        each.pii_type,
        each.risk or NONE,
        each.action or NONE,
        done,
        case.fact((*place, "matches"), f"Matches of {where}", each.matches, "count", field="findings"),
        case.fact((*place, "rate"), f"Share of {where}", each.match_rate, "percent", field="findings"),
        case.fact((*place, "confidence"), f"Confidence of {where}", each.confidence, field="findings"),
    )
