"""Graphics of projects and of what was found private."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from shared.contracts.entities import Dataset, Finding, PolicyRule, ProjectModel, Requirement, TimelineEntry
from shared.document.blocks import Axis, Block, Lane, Matrix, Spell, Timeline

from .many import MOST, counted, shown_of
from .pieces import bars, lollipops, name_of

_MOMENTS = 400
_LANES = 8


def statuses(by_kind: Mapping[str, Sequence[str]]) -> list[Block]:
    """How many of each kind of thing are in which status."""
    kinds = [kind for kind, found in by_kind.items() if found]
    names = list(dict.fromkeys(status or "unknown" for kind in kinds for status in by_kind[kind]))
    counts = {kind: Counter(status or "unknown" for status in by_kind[kind]) for kind in kinds}
    kept, rest = (names, []) if len(names) <= _LANES else (names[: _LANES - 1], names[_LANES - 1 :])
    series = {name: [float(counts[kind][name]) for kind in kinds] for name in kept}
    if rest:
        series[f"{len(rest)} others"] = [float(sum(counts[kind][name] for name in rest)) for kind in kinds]
    caption = shown_of(len(kept), len(names), "statuses", together=True)
    return bars("stacked", "Status by kind", kinds, series, x="Kind", y="Number", caption=caption)


def events(rows: Sequence[TimelineEntry]) -> list[Block]:
    """What happened when: one lane per actor."""
    shown = sorted(rows, key=lambda row: row.at)[-_MOMENTS:]
    if not shown:
        return []
    actors = [name for name, _ in Counter(row.actor or "unknown" for row in shown).most_common(_LANES)]
    lanes = [
        Lane(
            name_of(actor),
            [Spell("event", row.at, row.at) for row in shown if (row.actor or "unknown") == actor],
        )
        for actor in actors
    ]
    told = "; ".join(f"{lane.name} {len(lane.spells)}" for lane in lanes)
    drawn = sum(len(lane.spells) for lane in lanes)
    left = shown_of(drawn, len(rows), f"events, of the {len(lanes)} busiest actors,", "Events, latest first")
    return [Timeline(title="Events over time", alt=f"Events by actor: {told}.", lanes=lanes, caption=left)]


def best_models(rows: Sequence[ProjectModel], metric: str) -> list[Block]:
    """The best models by one metric."""
    values = [(row.name or row.algo or row.id or "", row.metrics.get(metric)) for row in rows[:MOST]]
    return lollipops(
        f"Best models: {metric}",
        values,
        x="Model",
        y=metric,
        alt=f"{metric} by model:",
        caption=shown_of(len(values), len(rows), "models", "Models, best first"),
    )


def dataset_rows(rows: Sequence[Dataset]) -> list[Block]:
    """How large the data sets are."""
    known = [(row.name or row.id or "", float(row.rows)) for row in rows if row.rows is not None]
    return counted("Rows per data set", known, x="Data set", y="Rows", many="data sets", table="Data sets")


def by_type(counts: Mapping[str, int]) -> list[Block]:
    """Cells with private values by what they are."""
    matches = ((name, float(count)) for name, count in counts.items())
    return counted("Private values by type", matches, x="Type", y="Matches", many="types", shares=True)


def by_risk(findings: Sequence[Finding]) -> list[Block]:
    """Columns with findings by risk, and whether they were transformed."""
    order = {"high": 0, "medium": 1, "low": 2}
    risks = sorted({each.risk or "unknown" for each in findings}, key=lambda risk: (order.get(risk, 3), risk))
    series = {
        name: [float(sum((each.risk or "unknown") == risk and each.transformed is state for each in findings)) for risk in risks]
        for name, state in (("Transformed", True), ("Not transformed", False), ("Not known", None))
    }  # fmt: skip
    drawn = {name: values for name, values in series.items() if any(values)}
    return bars("stacked", "Findings by risk", risks, drawn, x="Risk", y="Findings")


def match_rates(findings: Sequence[Finding]) -> list[Block]:
    """How much of each column is private."""
    ranked = sorted(
        (each for each in findings if each.match_rate is not None), key=lambda each: -(each.match_rate or 0)
    )
    values = [(f"{each.column} ({each.pii_type})", 100 * (each.match_rate or 0)) for each in ranked[:MOST]]
    return lollipops(
        "Share of private values by column",
        values,
        x="Column",
        y="Matches (%)",
        alt="Share of a column's values that are private, in percent:",
        caption=shown_of(len(values), len(ranked), "columns", "Findings"),
    )


def compliance(rows: Sequence[Requirement]) -> list[Block]:
    """How many requirements of each framework are met."""
    frameworks = list(dict.fromkeys(row.framework for row in rows))
    counts = {name: Counter(row.status for row in rows if row.framework == name) for name in frameworks}
    states: tuple[Literal["pass", "fail", "n/a"], ...] = ("pass", "fail", "n/a")
    values: list[list[float | None]] = [[float(counts[name][state]) for state in states] for name in frameworks]
    if not frameworks:
        return []
    told = "; ".join(f"{name}: {counts[name]['pass']} met, {counts[name]['fail']} not met" for name in frameworks)
    return [
        Matrix(
            title="Requirements by framework",
            alt=f"Requirements met and not met. {told}.",
            rows=[name_of(name) for name in frameworks],
            columns=["met", "not met", "not applicable"],
            values=values,
            x=Axis("Result"),
            y=Axis("Framework"),
        )
    ]


def actions(findings: Sequence[Finding], rules: Sequence[PolicyRule]) -> list[Block]:
    """Which action was taken how often; where none is known, which the policy asks for."""
    taken = Counter(each.action for each in findings if each.action)
    asked = Counter(rule.action for rule in rules if rule.is_enabled and rule.action)
    counts, title = (taken, "Actions taken") if taken else (asked, "Actions of the policy")
    each = ((name, float(count)) for name, count in counts.items())
    return counted(title, each, x="Action", y="Columns" if taken else "Rules", many="actions")
