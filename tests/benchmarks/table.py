"""What a benchmark found: ours and a rival's raw samples, and a table of their medians."""

from __future__ import annotations

import math
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

RESULTS = Path("bench-results")
MORE_IS_BETTER = frozenset({"1/s", "/s", "1/min", "share", "MB/s"})


class Row(msgspec.Struct, frozen=True):
    """One comparison, both sides measured in turns in the same run."""

    name: str
    rival: str
    unit: str
    """``1/s``, ``1/min`` and ``share`` are the better the more, anything else the less."""
    ours: list[float]
    theirs: list[float]
    expect: str
    """What the ratio was when this was written, in words."""
    missing: str = ""
    """Why the rival was not measured, and how it can be; then it has no samples."""

    @property
    def ratio(self) -> float:
        """How many times better ours is, by the medians; there is none without a rival's."""
        if self.missing:
            return math.nan
        ours, theirs = statistics.median(self.ours), statistics.median(self.theirs)
        better, worse = (ours, theirs) if self.unit in MORE_IS_BETTER else (theirs, ours)
        return better / worse if worse else math.inf


def table(rows: Sequence[Row]) -> str:
    """The rows as text, with medians and, where there are enough samples to say, the worst twentieth and hundredth."""
    head = ("what", "unit", "ours", "p95", "p99", "rival", "theirs", "p95", "p99", "ratio", "expected")
    lines = [head, *map(_line, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def keep(name: str, rows: Sequence[Row], folder: Path = RESULTS) -> Path:
    """Write the raw samples as JSON and return where they are."""
    folder.mkdir(exist_ok=True)
    moment = datetime.now(UTC)
    path = folder / f"{name}-{moment:%Y%m%d-%H%M%S}.json"
    found = {
        "name": name,
        "at": moment,
        "machine": platform.platform(),
        "python": platform.python_version(),
        "rows": rows,
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    return path


def _line(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        row.unit,
        *_summary(row.ours, row.unit),
        row.rival,
        *(("", "", "") if row.missing else _summary(row.theirs, row.unit)),
        "" if row.missing else f"{_number(row.ratio)}x",
        row.missing or row.expect,
    )


def _summary(samples: Sequence[float], unit: str) -> tuple[str, str, str]:
    def worst(of: int) -> str:
        if len(samples) < of or unit in MORE_IS_BETTER:
            return ""
        return _number(statistics.quantiles(samples, n=of)[-1])

    return _number(statistics.median(samples)), worst(20), worst(100)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
