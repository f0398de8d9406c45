"""What a deployment promised, and how fast it spends what may go wrong."""

from __future__ import annotations

from services.worker.ml.derive.targets import Slo, slos, spending
from shared.contracts.entities import Deployment
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import service as graphics

_NOTE = "Burn rate: how many times faster than allowed errors come; 1 spends the budget exactly by the window's end."


def slo_burn(case: Case[Deployment]) -> list[Block]:
    """Measured against promised, and what is left of the error budget."""
    given = slos(case.entity)
    if not given:
        return parts.missing(case, "Targets", "sla", "Send “sla”, such as {“latency_p95_ms”: 100, “error_rate”: 0.01}.")
    heads = ("Target", "Measured", "Promised", "Result", "Burn rate", "Budget left")
    rows = [_row(case, each) for each in given]
    drawn = [bullet for each in given if (bullet := _bullet(each))]
    return [*graphics.targets(drawn), *parts.table(heads, rows, caption="Targets", note=_NOTE)]


def _row(case: Case[Deployment], slo: Slo) -> tuple[str, ...]:
    place, field = ("slo", slo.key), "totals" if slo.supplied else ""
    target = case.fact((*place, "target"), f"{slo.name}, target", slo.target, slo.form, field="sla")
    direction = "" if slo.met is None else "at least " if slo.more else "at most "
    spent = spending(slo)
    return (
        slo.name,
        case.fact((*place, "measured"), f"{slo.name}, measured", slo.value, slo.form, field=field),
        f"{direction}{target}",
        _result(case, slo),
        case.fact((*place, "burn"), f"Burn rate of {slo.name}", spent.rate if spent else None),
        case.fact((*place, "left"), f"Budget of {slo.name} left", spent.left if spent else None, "percent"),
    )


def _result(case: Case[Deployment], slo: Slo) -> str:
    """Whether it was met; by how much it was missed too, as both may be rounded to the same."""
    if slo.value is None or slo.met:
        return "not measured" if slo.value is None else "met"
    off = abs(slo.value - slo.target)
    return f"missed by {case.fact(('slo', slo.key, 'missed_by'), f'{slo.name}, missed by', off, slo.form)}"


def _bullet(slo: Slo) -> tuple[str, float, float] | None:
    """A target on a scale that others can stand beside."""
    if slo.value is None or slo.form not in {"percent", "milliseconds"}:
        return None
    size, unit = (100, "%") if slo.form == "percent" else (1, "ms")
    return f"{slo.name} ({unit})", size * slo.value, size * slo.target
