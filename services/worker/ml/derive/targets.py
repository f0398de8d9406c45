"""What a deployment's window comes to, and what was promised of it."""

from __future__ import annotations

import msgspec

from services.worker.ml.facts import Format
from shared.contracts.entities import Deployment, Totals

from . import service
from .service import Burn

_TIME = frozenset({"uptime", "availability"})
_MORE = _TIME | {"predictions"}
"""Of these more is better; of everything else that a window has, less is."""
_COUNTS = frozenset({"predictions", "errors"})


class Slo(msgspec.Struct, frozen=True, kw_only=True):
    """One target with what was measured."""

    key: str
    name: str
    value: float | None
    target: float
    form: Format
    supplied: bool
    """The measured value was sent, not computed here."""

    @property
    def more(self) -> bool:
        """More is better, as of uptime."""
        return self.key in _MORE

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.target if self.more else self.value <= self.target


def totals_of(entity: Deployment) -> dict[str, float | None]:
    """The window's totals: as supplied, else what follows from the buckets and the histogram."""
    given = entity.totals or Totals()
    predictions, errors = service.totals(entity.volume)
    if errors is None and entity.errors_by_code:
        errors = sum(entity.errors_by_code.values())
    computed: dict[str, float | None] = {
        "predictions": predictions,
        "errors": errors,
        "error_rate": service.error_rate(given.errors if given.errors is not None else errors, given.predictions or predictions),
        **{f"latency_p{share}_ms": service.quantile(entity.latency_histogram, share / 100) for share in (50, 95, 99)},
    }  # fmt: skip
    supplied: dict[str, float | None] = msgspec.structs.asdict(given)
    return {name: value if value is not None else computed.get(name) for name, value in supplied.items()}


def is_supplied(entity: Deployment, name: str) -> bool:
    """Tell whether a total was sent, or is computed here."""
    return entity.totals is not None and getattr(entity.totals, name, None) is not None


def slos(entity: Deployment) -> list[Slo]:
    """Every target, in the order in which they were sent."""
    found = totals_of(entity)
    return [_slo(entity, key, target, found) for key, target in entity.sla.items()]


def spending(slo: Slo) -> Burn | None:
    """How fast the budget goes, of targets that have one."""
    if slo.key in _TIME:
        return service.downtime(slo.value, slo.target)
    return service.burn(slo.value, slo.target) if slo.key == "error_rate" else None


def _slo(entity: Deployment, key: str, target: float, found: dict[str, float | None]) -> Slo:
    total = "uptime" if key in _TIME else key
    return Slo(
        key=key,
        name=key.removesuffix("_ms").replace("_", " ").capitalize(),
        value=found.get(total),
        target=target,
        form=_form(key),
        supplied=is_supplied(entity, total),
    )


def _form(key: str) -> Format:
    if key.endswith("_ms"):
        return "milliseconds"
    if key in _TIME or key.endswith("rate"):
        return "percent"
    return "count" if key in _COUNTS else "number"
