"""What several graphics are made with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.worker.ml.facts import write
from shared.document.blocks import (
    Axis,
    Block,
    Chart,
    Guide,
    Interval,
    Intervals,
    Moments,
    Plot,
    Points,
    Series,
    TimePlot,
)
from shared.document.thinning import spread, thinned

Place = tuple[float, float]
Times = Mapping[str, Sequence[tuple[datetime, float | None]]]

_NAME = 48
_TOLD = 6


def name_of(text: str) -> str:
    """A name short enough to stand beside a bar."""
    said = text.strip() or "(no name)"
    return said if len(said) <= _NAME else f"{said[: _NAME - 1]}…"


def unique(names: Sequence[str]) -> list[str]:
    """Names that differ: a repeated one is numbered."""
    seen: dict[str, int] = {}
    found = []
    for name in map(name_of, names):
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]


def curve(name: str, points: Sequence[Place]) -> Points:
    """A line through at most as many points as are drawn, its ends among them."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    kept = thinned(xs, ys)
    return Points(name, [xs[at] for at in kept], [ys[at] for at in kept])


def cloud(name: str, points: Sequence[Place]) -> Points:
    """Points of a scatter, evenly chosen with the extremes among them."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    kept = spread(xs, ys)
    return Points(name, [xs[at] for at in kept], [ys[at] for at in kept])


def lollipops(
    title: str,
    values: Sequence[tuple[str, float | None]],
    *,
    x: str,
    y: str,
    alt: str,
    guides: Sequence[tuple[float, str]] = (),
    caption: str = "",
) -> list[Block]:
    """Values as dots on stems from zero, with lines to compare with."""
    shown = [(name, value) for name, value in values if value is not None]
    names = unique([name for name, _ in shown])
    rows = [
        Interval(name, value, min(0.0, value), max(0.0, value)) for name, (_, value) in zip(names, shown, strict=True)
    ]
    return intervals(title, rows, x=x, y=y, alt=alt, guides=guides, caption=caption)


def intervals(
    title: str,
    rows: Sequence[Interval],
    *,
    x: str,
    y: str,
    alt: str,
    guides: Sequence[tuple[float, str]] = (),
    caption: str = "",
) -> list[Block]:
    if not rows:
        return []
    lines = [Guide("vertical", at, label=label) for at, label in guides]
    told = "; ".join(f"{row.name} {write(row.middle)}" for row in rows[:_TOLD])
    rest = f"; and {len(rows) - _TOLD} more" if len(rows) > _TOLD else ""
    return [
        Intervals(
            title=title,
            alt=f"{alt} {told}{rest}.",
            rows=list(rows),
            x=Axis(x),
            y=Axis(y),
            guides=lines,
            caption=caption,
        )
    ]


def over_time(
    title: str,
    lines: Times,
    *,
    y: str,
    unit: str = "",
    guides: Sequence[tuple[float, str]] = (),
    caption: str = "",
) -> list[Block]:
    """Lines over time, without those that have no value."""
    series, told = [], []
    for name, points in lines.items():
        ordered = sorted(points, key=lambda point: point[0])
        if not (values := known([value for _, value in ordered])):
            continue
        kept = _thin(ordered)
        series.append(Moments(name, [at for at, _ in kept], [value for _, value in kept]))
        measured = f"{write(min(values))} to {write(max(values))}"
        told.append(f"{name} from {measured}{f' {unit}' if unit else ''}, {len(values):,} values")
    if not series:
        return []
    return [
        TimePlot(
            title=title,
            alt=f"{title}: {'; '.join(told)}.",
            series=series,
            y=Axis(y, unit),
            guides=[Guide("horizontal", at, label=label) for at, label in guides],
            caption=caption,
        )
    ]


def overlaid(
    title: str, edges: Sequence[float], series: Mapping[str, Sequence[float]], *, x: str, y: str, caption: str = ""
) -> list[Block]:
    """Histograms of the same bins laid over one another."""
    drawn = {name: values for name, values in series.items() if any(values)}
    if not drawn:
        return []
    told = [f"{name} mostly {_bin(edges, values)}" for name, values in drawn.items()]
    return [
        Chart(
            kind="histogram",
            title=title,
            alt=f"{title}, {len(edges) - 1} bins from {write(edges[0])} to {write(edges[-1])}: {'; '.join(told)}.",
            series=[Series(name, list(values)) for name, values in drawn.items()],
            edges=list(edges),
            x=Axis(x),
            y=Axis(y),
            caption=caption,
        )
    ]


def bars(
    kind: str,
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    x: str,
    y: str,
    unit: str = "",
    apart: bool = False,
    decimals: int | None = None,
    caption: str = "",
) -> list[Block]:
    """Any chart over categories, without series that have no value; zeros are values."""
    drawn = {name: values for name, values in series.items() if known(values)}
    if not drawn or not categories:
        return []
    names = unique(categories)
    told = [_told(name, names, values) for name, values in drawn.items()]
    return [
        Chart(
            kind=kind,  # type: ignore[arg-type]
            title=title,
            alt=f"{title}. {'; '.join(told)}.",
            categories=names,
            series=[Series(name, list(values)) for name, values in drawn.items()],
            x=Axis(x),
            y=Axis(y, unit),
            apart=apart,
            decimals=decimals,
            caption=caption,
        )
    ]


def plot(
    title: str,
    series: Sequence[Points],
    *,
    x: str,
    y: str,
    alt: str,
    kind: str = "lines",
    guides: Sequence[Guide] = (),
    square: bool = False,
    log: Sequence[str] = (),
    caption: str = "",
) -> list[Block]:
    """Points on two axes; with ``square`` both show 0 to 1."""
    drawn = [each for each in series if known(each.y)]
    if not drawn:
        return []
    whole = (0.0, 1.0) if square else None
    return [
        Plot(
            kind=kind,  # type: ignore[arg-type]
            title=title,
            alt=alt,
            series=drawn,
            guides=list(guides),
            x=Axis(x),
            y=Axis(y),
            x_range=whole,
            y_range=whole,
            log=list(log),  # type: ignore[arg-type]
            caption=caption,
        )
    ]


def _told(name: str, categories: Sequence[str], values: Sequence[float | None]) -> str:
    pairs = [(value, at) for value, at in zip(values, categories, strict=False) if value is not None]
    if len(pairs) <= _TOLD:
        return f"{name}: " + ", ".join(f"{at} {write(value)}" for value, at in pairs)
    (low, least), (high, most) = min(pairs), max(pairs)
    return f"{name}: from {write(low)} ({least}) to {write(high)} ({most}), {len(pairs)} values"


def _bin(edges: Sequence[float], values: Sequence[float]) -> str:
    best = max(range(len(values)), key=values.__getitem__)
    return f"{write(edges[best])} to {write(edges[best + 1])}"


def _thin(points: Sequence[tuple[datetime, float | None]]) -> list[tuple[datetime, float | None]]:
    """As many moments as are drawn. A long line loses its gaps' places, not its extremes."""
    seen = [(at, value) for at, value in points if value is not None]
    if len(points) <= 2000:
        return list(points)
    kept = thinned([at.timestamp() for at, _ in seen], [value for _, value in seen])
    return [seen[at] for at in kept]
