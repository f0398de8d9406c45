"""A report on a project: the status of everything, what happened, what is best, what serves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from services.worker.measuring.rules import Finding
from services.worker.measuring.values import NONE, instant
from services.worker.ml.derive.ranking import falling, main_metric
from services.worker.ml.findings import project as rules
from shared.contracts.entities import Project, ProjectModel
from shared.document.blocks import Block, Callout

from . import parts
from .case import Case, Section
from .graphics import overview as graphics

_ROWS = 25
_KINDS = ("datasets", "experiments", "models", "deployments", "synthgen", "privacy_sessions")


def status(case: Case[Project]) -> list[Block]:
    """How much of everything there is, and how it stands."""
    project, counts = case.entity, _counts(case)
    tiles = [
        (_said(kind), case.fact((kind,), f"{_said(kind)} of the project", count, "count"), "")
        for kind, count in counts.items()
        if count
    ]
    members = ", ".join(f"{each.name} ({each.role})" if each.role else each.name for each in project.members[:20])
    rows = [
        ("Name", project.name),
        ("Description", project.description),
        ("Owner", project.owner),
        ("Members", f"{members} and {len(project.members) - 20} more" if len(project.members) > 20 else members),
        ("Created", instant(project.created_at)),
        ("Identity", project.id),
    ]
    empty = [parts.say("Nothing has been added to this project yet.")]
    by_kind = {
        "Experiments": [each.status for each in project.experiments],
        "Deployments": [each.status for each in project.deployments],
        "Synthetic data": [_text(each, "status") for each in project.synthgen],
        "Privacy sessions": [_text(each, "status") for each in project.privacy_sessions],
    }
    shown = [parts.tiles(*tiles)] if tiles else empty
    return [*shown, *_unseen(case), *parts.pairs(rows, caption="The project"), *graphics.statuses(by_kind)]


def timeline(case: Case[Project]) -> list[Block]:
    """What happened, the latest first."""
    given = sorted(case.entity.timeline, key=lambda each: each.at, reverse=True)
    if not given:
        return parts.missing(case, "Events", "timeline", "Send “timeline” with at, event and actor.")
    rows = [(instant(each.at), each.event, each.actor or NONE) for each in given]
    heads = ("At", "Event", "By")
    table = parts.long_table(heads, rows, caption="Events, latest first", field="timeline", most=_ROWS, texts=3)
    return [*graphics.events(given), *table]


def experiments(case: Case[Project]) -> list[Block]:
    """Every experiment with its best metric."""
    given = case.entity.experiments
    if not given:
        return parts.missing(case, "Experiments", "experiments")
    rows = []
    for at, each in enumerate(given[:_ROWS]):
        name = each.name or each.id or f"Experiment {at + 1}"
        best = each.best_metric
        said = case.fact(("experiment", name, best.name), f"Best {best.name} of {name}", best.value, field=_part("experiments", each.id)) if best else NONE  # fmt: skip
        models = case.fact(("experiment", name, "models"), f"Models of {name}", each.models, "count", field=_part("experiments", each.id))  # fmt: skip
        rows.append((name, each.problem_type or NONE, each.status or NONE, instant(each.finished_at), f"{best.name} {said}" if best else NONE, models))  # fmt: skip
    rows += [("",) * 6] * (len(given) - len(rows))
    heads = ("Experiment", "Problem", "Status", "Finished", "Best metric", "Models")
    return parts.long_table(heads, rows, caption="Experiments", field="experiments", most=_ROWS, texts=4)


def models(case: Case[Project]) -> list[Block]:
    """The best models, by the metric that most have."""
    given = case.entity.models
    if not given:
        return parts.missing(case, "Models", "models", "Send “models” with name, algo, metrics and stage.")
    counts = Counter(name for each in given for name, value in each.metrics.items() if value is not None)
    most = max(counts.values(), default=0)
    metric = main_metric([{name: 1.0 for name, count in counts.items() if count == most}])
    ranked = sorted(given, key=lambda each: _key(each, metric))
    rows = [_model(case, at, each, metric) for at, each in enumerate(ranked[:_ROWS])]
    rows += [("",) * 4] * (len(ranked) - len(rows))
    heads = ("Model", "Algorithm", "Stage", metric or "Metric")
    drawn = graphics.best_models([each for each in ranked if metric and each.metrics.get(metric) is not None], metric) if metric else []  # fmt: skip
    return [*drawn, *parts.long_table(heads, rows, caption="Models, best first", field="models", most=_ROWS, texts=3)]


def deployments(case: Case[Project]) -> list[Block]:
    """What serves, and its health."""
    given = case.entity.deployments
    if not given:
        return parts.missing(
            case, "Deployments", "deployments", "Send “deployments” with name, stage, status and health."
        )
    rows = [(each.name or each.id or NONE, each.stage or NONE, each.status or NONE, each.health or "unknown") for each in given]  # fmt: skip
    heads = ("Deployment", "Stage", "Status", "Health")
    health = graphics.statuses({"Health": [each.health for each in given]})
    return [*health, *parts.long_table(heads, rows, caption="Deployments", field="deployments", most=_ROWS, texts=4)]


def datasets(case: Case[Project]) -> list[Block]:
    """What there is to learn from."""
    given = case.entity.datasets
    if not given:
        return parts.missing(case, "Data sets", "datasets")
    rows = []
    for at, each in enumerate(given[:_ROWS]):
        name = each.name or each.id or f"Data set {at + 1}"
        cells = [
            case.fact(("dataset", name, field), f"{field.capitalize()} of {name}", getattr(each, field), "count", field="datasets")
            for field in ("rows", "columns", "versions")
        ]  # fmt: skip
        rows.append((name, *cells, instant(each.updated_at)))
    rows += [("",) * 5] * (len(given) - len(rows))
    heads = ("Data set", "Rows", "Columns", "Versions", "Updated")
    return [*graphics.dataset_rows(given), *parts.long_table(heads, rows, caption="Data sets", field="datasets", most=_ROWS)]  # fmt: skip


SECTIONS = [
    Section("Status", status),
    Section("Timeline", timeline),
    Section("Experiments", experiments, "leaderboard"),
    Section("Best models", models, "metrics"),
    Section("Deployments and their health", deployments),
    Section("Data", datasets, "data_summary"),
]


def findings(case: Case[Project]) -> list[Finding]:
    """What stands out, by rule."""
    return rules.findings(case.entity)


def summary(case: Case[Project]) -> dict[str, Any]:
    """How much of everything there is."""
    return {"project": case.entity.name or case.entity.id, **_counts(case)}


def _counts(case: Case[Project]) -> dict[str, int]:
    """How many there are of each kind, which may be more than are looked at."""
    known = case.related.get("counts")
    more = known if isinstance(known, Mapping) else {}
    return {kind: max(len(getattr(case.entity, kind)), int(more.get(kind, 0))) for kind in _KINDS}


def _unseen(case: Case[Project]) -> list[Block]:
    """Say of which kinds there are more than this report is made from."""
    seen = [(kind, len(getattr(case.entity, kind)), count) for kind, count in _counts(case).items()]
    said = [f"{_said(kind)}: the {few:,} changed last of {count:,}" for kind, few, count in seen if few < count]
    if not said:
        return []
    told = "This project has more than one report looks at; tables, graphics and findings are about these:"
    return [Callout([parts.say(told), *parts.listed(said)], tone="warning", title="Not everything is in this report")]


def _model(case: Case[Project], at: int, each: ProjectModel, metric: str | None) -> tuple[str, ...]:
    name = each.name or each.id or f"Model {at + 1}"
    value = each.metrics.get(metric) if metric else None
    said = case.fact(("model", name, metric or ""), f"{metric} of {name}", value, field=_part("models", each.id))
    return name, each.algo or NONE, each.stage or NONE, said


def _part(field: str, ident: str | None) -> str:
    """Where one entry's origin is told, if it has one of its own."""
    return f"{field}.{ident}" if ident else field


def _key(each: ProjectModel, metric: str | None) -> tuple[bool, float]:
    value = each.metrics.get(metric) if metric else None
    return value is None, (value or 0.0) * (1 if falling(metric or "") else -1)


def _said(kind: str) -> str:
    return {"synthgen": "Synthetic data", "datasets": "Data sets"}.get(kind, kind.replace("_", " ").capitalize())


def _text(given: Mapping[str, Any], name: str) -> str:
    found = given.get(name)
    return found if isinstance(found, str) else ""
