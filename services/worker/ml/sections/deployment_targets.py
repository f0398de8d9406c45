"""What a deployment promised, and how fast it spends what may go wrong."""

from __future__ import annotations

import msgspec

from services.worker.ml.derive.service import Burn, burn, downtime
from services.worker.ml.facts import Format
from shared.contracts.entities import Deployment
from shared.document.blocks import Block

from . import parts
from .case import Case
from .deployment_service import totals_of
from .graphics import service as graphics

_MORE = frozenset({"uptime", "availability"})


class Slo(msgspec.Struct, frozen=True, kw_only=True):
    """One target with what was measured."""

    key: str
    name: str
    value: float | None
    target: float
    form: Format
    more: bool
    """More is better, as of uptime."""

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.target if self.more else self.value <= self.target


def slos(entity: Deployment) -> list[Slo]:
    """Every target, in the order in which they were sent."""
    found = totals_of(entity)
    return [
        Slo(
            key=key,
            name=key.removesuffix("_ms").replace("_", " ").capitalize(),
            value=found.get("uptime" if key in _MORE else key),
            target=target,
            form="milliseconds"
            if key.endswith("_ms")
            else "percent"
            if key in _MORE or key.endswith("rate")
            else "number",
            more=key in _MORE,
        )
        for key, target in entity.sla.items()
    ]


def slo_burn(case: Case[Deployment]) -> list[Block]:
    """Measured against promised, and what is left of the error budget."""
    given = slos(case.entity)
    if not given:
        return parts.missing(case, "Targets", "sla", "Send “sla”, such as {“latency_p95_ms”: 100, “error_rate”: 0.01}.")
    rows, drawn = [], []
    for each in given:
        value = case.fact(
            ("slo", each.key, "measured"), f"{each.name}, measured", each.value, each.form, field="totals"
        )
        target = case.fact(("slo", each.key, "target"), f"{each.name}, target", each.target, each.form, field="sla")
        spent = spending(each)
        rate = case.fact(("slo", each.key, "burn"), f"Burn rate of {each.name}", spent.rate if spent else None)
        left = case.fact(
            ("slo", each.key, "left"), f"Budget of {each.name} left", spent.left if spent else None, "percent"
        )
        said = {True: "met", False: "missed", None: "not measured"}[each.met]
        rows.append((each.name, value, target, said, rate, left))
        if each.form != "milliseconds" and each.value is not None:
            drawn.append((f"{each.name} (%)", 100 * each.value, 100 * each.target))
        elif each.value is not None:
            drawn.append((f"{each.name} (ms)", each.value, each.target))
    note = "Burn rate: how many times faster than allowed errors come; 1 spends the budget exactly by the window's end."
    heads = ("Target", "Measured", "Promised", "Result", "Burn rate", "Budget left")
    return [*graphics.targets(drawn), *parts.table(heads, rows, caption="Targets", note=note)]


def spending(slo: Slo) -> Burn | None:
    """How fast the budget goes, of targets that have one."""
    if slo.more:
        return downtime(slo.value, slo.target)
    return burn(slo.value, slo.target) if slo.key == "error_rate" else None
