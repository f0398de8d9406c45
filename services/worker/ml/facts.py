"""Every number that a page shows, by a speaking id, and how it is written."""

from __future__ import annotations

import math
import re
from typing import Literal

import msgspec

from services.worker.measuring.values import NONE, duration, size
from shared.contracts.entities import Origin

Format = Literal["metric", "percent", "count", "seconds", "milliseconds", "bytes", "number"]

ORIGINS: dict[Origin, str] = {
    "supplied": "as supplied",
    "computed": "computed",
    "upstream": "as the source computed it",
}
"""What a page calls them."""

_UNITS: dict[str, str] = {"seconds": "s", "milliseconds": "ms", "bytes": "bytes"}
_NAME = re.compile(r"[^\w]+")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One number with its meaning. ``value`` is as exact as it was given; ``written`` rounds it."""

    id: str
    label: str
    value: float
    unit: str = ""
    format: Format = "metric"
    origin: Origin = "supplied"


class Ledger:
    """Takes down facts in the order in which a report comes to them."""

    def __init__(self) -> None:
        self._by_id: dict[str, Fact] = {}

    @property
    def facts(self) -> list[Fact]:
        return list(self._by_id.values())

    def add(self, fact: Fact) -> str:
        """Take it down and return its text. A second one of the same id and another value gets a number behind it."""
        name, count = fact.id, 1
        while name in self._by_id and self._by_id[name].value != fact.value:
            count += 1
            name = f"{fact.id}.{count}"
        if name not in self._by_id:
            self._by_id[name] = msgspec.structs.replace(fact, id=name)
        return written(fact)


def fact_id(*parts: str | int) -> str:
    """Join names into an id of lower-case words, underscores and dots."""
    return ".".join(_NAME.sub("_", str(part).lower()).strip("_") or "item" for part in parts)


def unit_of(form: Format) -> str:
    return _UNITS.get(form, "")


def written(fact: Fact) -> str:
    """Return a fact's value as a page shows it, with its unit."""
    said = write(fact.value, fact.format)
    own = fact.unit and fact.unit != unit_of(fact.format) and said != NONE
    return f"{said} {fact.unit}" if own else said


def write(value: float | None, form: Format = "metric") -> str:
    """Return a number in its form; None and what is no number are a dash."""
    if value is None or not math.isfinite(value):
        return NONE
    return _signed(_unsigned(abs(value), form), value)


def apart(first: float, second: float, form: Format = "metric") -> tuple[str, str]:
    """Return two numbers in their form; as exact as they are where rounded ones that differ would look alike."""
    said = write(first, form), write(second, form)
    if first == second or said[0] != said[1]:
        return said
    factor, unit = (100, " %") if form == "percent" else (1, f" {unit_of(form)}".rstrip())
    exact = [_signed(f"{abs(value) * factor:.12g}{unit}", value) for value in (first, second)]
    return exact[0], exact[1]


def _unsigned(value: float, form: Format) -> str:
    match form:
        case "percent":
            return _percent(value)
        case "count":
            return f"{value:,.0f}" if value == round(value) else _digits(value)
        case "seconds":
            return duration(value)
        case "milliseconds":
            return duration(value / 1000) if value >= 9_999.5 else f"{_digits(value, 3)} ms"
        case "bytes":
            return size(value)
        case "metric" | "number":
            return _digits(value)


def _percent(value: float) -> str:
    """Three significant digits, and one more near all: 99.96 % is not 100 %."""
    hundred = value * 100
    if hundred and hundred < 0.001:
        return "< 0.001 %"
    said = f"{hundred:,.4g}" if 99 < hundred < 100 else f"{hundred:,.3g}" if hundred < 1000 else f"{hundred:,.0f}"
    if said == "100" and hundred < 100:
        said = "> 99.99"
    return f"{said} %"


def _digits(value: float, significant: int = 4) -> str:
    """So many significant digits. What is not quite 1 is never shown as 1: a perfect score is another thing."""
    if value == 0:
        return "0"
    if value < 1 and float(f"{value:.{significant}g}") == 1:
        return f"> 0.{'9' * significant}"
    if value < 1e-4 or value >= 1e12:
        mantissa, _, exponent = f"{value:.{significant - 2}e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')} \N{MULTIPLICATION SIGN} 10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    if value >= 10 ** (significant - 1):
        return f"{value:,.0f}" if value >= 10**significant or value == round(value) else f"{value:,.1f}"
    return f"{value:.{significant}g}"


def _signed(said: str, value: float) -> str:
    """With the minus of what is below zero, where a bound is one from the other side; no minus before a rounded zero."""
    if value >= 0 or not said.strip("0. %ms"):
        return said
    if said[0] in "<>":
        return f"{'>' if said[0] == '<' else '<'} \N{MINUS SIGN}{said[2:]}"
    return f"\N{MINUS SIGN}{said}"
