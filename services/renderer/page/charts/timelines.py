"""What was in which status when: lanes on an axis of time."""

from __future__ import annotations

from services.renderer.page.charts import frame, looks, moments
from services.renderer.page.charts.across import across
from services.renderer.page.charts.axle import On
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lettering import LEADING
from services.renderer.page.charts.markup import element
from services.renderer.page.charts.rows import rows
from shared.document.blocks import Spell, Timeline
from shared.document.labels import Labels

_ROW = 26.0
_LEAST = 1.5


def timeline(drawn: Timeline, _words: Labels) -> Drawn:
    """Draw each spell as a bar in the look of its status; what has no end reaches to the axis' end."""
    spells = [spell for lane in drawn.lanes for spell in lane.spells]
    statuses = list(dict.fromkeys(spell.status for spell in spells))
    ends = [moments.seconds(at) for spell in spells for at in (spell.start, spell.end) if at is not None]
    until = moments.seconds(drawn.until) if drawn.until else max(ends, default=0.0)
    axle = moments.axle([*(end for end in ends if end <= until), until])
    key = frame.key([frame.entry(at, status, "bars") for at, status in enumerate(statuses)])
    laid = rows([lane.name for lane in drawn.lanes], key.height + 6, wanted=_ROW)
    on = axle.scale(laid.left, WIDTH - 4)
    parts = [key.markup, across(on, laid.top, laid.bottom), laid.markup()]
    for place, lane in enumerate(drawn.lanes):
        bars = [
            _spell(spell, statuses.index(spell.status), on, until, (laid.middle(place), laid.height))
            for spell in lane.spells
        ]
        parts.append(element("g", "".join(bars), class_="lane") if any(bars) else "")
    foot = frame.foot(moments.measure(axle), laid.bottom + LEADING + 4)
    return Drawn("".join([*parts, foot.markup]), laid.bottom + LEADING + 8 + foot.height, laid.whole and key.whole)


def _spell(spell: Spell, status: int, on: On, until: float, row: tuple[float, float]) -> str:
    start = moments.seconds(spell.start)
    end = min(until if spell.end is None else moments.seconds(spell.end), until)
    left, right = on.at(start), on.at(max(end, start))
    if left is None or right is None or start > until:
        return ""
    middle, height = row
    long = max(right - left, _LEAST)
    return looks.bar(status, min(left, on.line.end - long), middle - height * 0.31, long, height * 0.62)
