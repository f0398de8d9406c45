"""How a deployment serves: traffic, latency, errors, alerts."""

from __future__ import annotations

from services.worker.measuring.values import NONE, instant
from services.worker.ml.derive import drift
from services.worker.ml.derive import service as derived
from services.worker.ml.derive.confusion import ratio
from services.worker.ml.derive.targets import is_supplied, totals_of
from services.worker.ml.facts import Format, write
from shared.contracts.entities import Deployment
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import service as graphics

_ALERTS = 25
_CODES = 20
_FORMS: dict[str, tuple[str, Format]] = {
    "predictions": ("Predictions", "count"),
    "errors": ("Errors", "count"),
    "error_rate": ("Error rate", "percent"),
    "latency_mean_ms": ("Mean latency", "milliseconds"),
    "latency_p50_ms": ("Latency p50", "milliseconds"),
    "latency_p95_ms": ("Latency p95", "milliseconds"),
    "latency_p99_ms": ("Latency p99", "milliseconds"),
    "uptime": ("Uptime", "percent"),
}


def at_a_glance(case: Case[Deployment]) -> list[Block]:
    """What is deployed, and the window's totals."""
    entity = case.entity
    window = entity.window
    rows = [
        ("Name", entity.name),
        ("Stage", entity.stage),
        ("Status", entity.status),
        ("Model", _model(entity)),
        ("Share of traffic", case.fact(("traffic",), "Share of traffic", None if entity.traffic_percent is None else entity.traffic_percent / 100, "percent", field="traffic_percent")),
        ("Deployed", instant(entity.created_at)),
        ("Window", f"{instant(window.start)} to {instant(window.end)}" if window and (window.start or window.end) else ""),
        ("Identity", entity.id),
    ]  # fmt: skip
    tiles = [_tile(case, name, value) for name, value in totals_of(entity).items() if value is not None]
    shown = [parts.tiles(*tiles)] if tiles else parts.missing(case, "Totals", "totals", "Send “totals”, or “volume” per bucket of time.")  # fmt: skip
    return [*shown, *_doubts(case), *parts.pairs(rows, caption="The deployment")]


def volume(case: Case[Deployment]) -> list[Block]:
    """How much was asked of it."""
    drawn = graphics.volume(case.entity.volume, case.entity.window.bucket if case.entity.window else "bucket")
    if not drawn:
        return parts.missing(case, "Volume over time", "volume", "Send “volume” with t and predictions per bucket.")
    busiest = max(case.entity.volume, key=lambda row: row.predictions or 0)
    most = case.fact(("volume", "most"), "Predictions in the busiest bucket", busiest.predictions, "count", field="volume")  # fmt: skip
    return [*drawn, parts.say(f"The busiest bucket begins at {instant(busiest.t)}, with {most} predictions.")]


def latency(case: Case[Deployment]) -> list[Block]:
    """How long it takes, over time and in all."""
    over = graphics.latency(case.entity.volume, case.entity.sla)
    given = case.entity.latency_histogram
    spread = graphics.latency_histogram(given) if given and drift.usable(given) else []
    rows = [
        (name, case.fact(("latency", name, "computed"), f"Latency {name}, from the histogram", derived.quantile(given, share), "milliseconds"))
        for name, share in (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99))
        if spread
    ]  # fmt: skip
    return [
        *(over or parts.missing(case, "Latency over time", "volume", "Send “volume” with latency_p50_ms, latency_p95_ms and latency_p99_ms.")),
        *(spread or parts.missing(case, "Distribution of latency", "latency_histogram", "Send “latency_histogram” with rising edges in milliseconds, one more than counts.")),
        *parts.table(("Percentile", "Latency"), rows, caption="Percentiles of the distribution", note="Interpolated within the histogram's bins."),
    ]  # fmt: skip


def errors(case: Case[Deployment]) -> list[Block]:
    """How often and how it fails."""
    over = graphics.error_rates(case.entity.volume, case.entity.sla.get("error_rate"))
    codes = {code: count for code, count in case.entity.errors_by_code.items() if count >= 0}
    rows = [_code(case, code, count, sum(codes.values())) for code, count in sorted(codes.items(), key=lambda item: -item[1])]  # fmt: skip
    return [
        *(over or parts.missing(case, "Error rate over time", "volume", "Send “volume” with errors and predictions.")),
        *(graphics.errors_by_code(codes) or parts.missing(case, "Errors by code", "errors_by_code")),
        *parts.long_table(
            ("Code", "Errors", "Share of errors", "Rate"),
            rows,
            caption="Errors by code",
            field="errors_by_code",
            most=_CODES,
            note="Rate: errors with the code over all predictions of the window.",
        ),
    ]


def alerts(case: Case[Deployment]) -> list[Block]:
    """What was alarming, the latest first."""
    given = sorted(case.entity.alerts, key=lambda each: each.at, reverse=True)
    if not given:
        return parts.nothing(case, "No alerts were reported for this window.", "Alerts", "alerts")
    rows = [(instant(each.at), each.severity or "unknown", each.message) for each in given]
    heads = ("At", "Severity", "Message")
    return [*graphics.alerts(given), *parts.long_table(heads, rows, caption="Alerts, latest first", field="alerts", most=_ALERTS, texts=3)]  # fmt: skip


def _tile(case: Case[Deployment], name: str, value: float) -> tuple[str, str, str]:
    label, form = _FORMS[name]
    field = "totals" if is_supplied(case.entity, name) else ""
    return label, case.fact((name,), label, value, form, field=field), case.note(field)


def _code(case: Case[Deployment], code: str, count: int, everything: int) -> tuple[str, ...]:
    rate = derived.error_rate(count, totals_of(case.entity)["predictions"])
    return (
        code,
        case.fact(("errors", code), f"Errors with code {code}", count, "count", field="errors_by_code"),
        write(ratio(count, everything), "percent"),
        case.fact(("errors", code, "rate"), f"Rate of errors with code {code}", rate, "percent"),
    )


def _doubts(case: Case[Deployment]) -> list[Block]:
    """Warn where totals contradict what they are the total of."""
    given = case.entity.totals
    if given is None:
        return []
    rate = derived.error_rate(given.errors, given.predictions)
    said = []
    if rate is not None and given.error_rate is not None and abs(rate - given.error_rate) > max(5e-4, 0.05 * rate):
        said.append(f"The error rate was supplied as {write(given.error_rate, 'percent')}; errors over predictions are {write(rate, 'percent')}.")  # fmt: skip
    codes = sum(case.entity.errors_by_code.values())
    if codes and given.errors is not None and codes != given.errors:
        said.append(f"Errors by code come to {write(codes, 'count')}; {write(given.errors, 'count')} errors were supplied.")  # fmt: skip
    return [parts.warning("Supplied figures contradict one another", " ".join(said))] if said else []


def _model(entity: Deployment) -> str:
    model = entity.model
    if model is None:
        return NONE
    name = model.name or model.id or ""
    return f"{name} ({model.algo})" if model.algo and name else name or model.algo
