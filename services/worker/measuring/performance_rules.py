"""What stands out in how service went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.contracts.states import Priority
from shared.domain.span import Asked

from .rules import Finding
from .values import count, duration, percent, share

if TYPE_CHECKING:
    from .performance import Performance

MINUS = "\N{MINUS SIGN}"

_FAILED = 0.05
_FEW_RUNS = 5
_ONE_CODE = 0.5
_FEW_FAILURES = 4
_TAIL = 5.0
_TAIL_RUNS = 20
_RETRIED = 0.10
_TREND = 0.25
_TREND_RUNS = 10
_PEAK = 3.0
_BUSY = 0.85
_BUSY_S = 60.0


def findings(data: Performance, asked: Asked) -> list[Finding]:
    """Every rule, in the order in which a reader wants them."""
    return [_failing(data), _code(data), _tail(data), _waiting(data), _order(data), _retried(data), _trend(data, asked),
            _peak(data), _full(data)]  # fmt: skip


def _failing(data: Performance) -> Finding:
    ended = data.completed + data.failed
    rate = share(data.failed, ended) if ended >= _FEW_RUNS else None
    text = ""
    if rate is not None and rate >= _FAILED:
        text = f"{count(data.failed)} of {count(ended)} runs that ended have failed, {percent(rate)}."
    return Finding(
        rule="Many failures",
        threshold=f"at least {percent(_FAILED)} of {_FEW_RUNS} or more ended runs failed",
        measured="" if rate is None else percent(rate),
        text=text,
    )


def _code(data: Performance) -> Finding:
    first = data.failures[0] if data.failed >= _FEW_FAILURES and data.failures else None
    part = share(first.count, data.failed) if first else None
    text = ""
    if first and part is not None and part >= _ONE_CODE:
        text = f"“{first.code}” is the cause of {count(first.count)} of {count(data.failed)} failures."
    return Finding(
        rule="One cause of failures",
        threshold=f"one code has at least {percent(_ONE_CODE)} of {_FEW_FAILURES} or more failures",
        measured="" if part is None else percent(part),
        text=text,
    )


def _tail(data: Performance) -> Finding:
    overall = data.overall
    ratio = share(overall.p99, overall.p50) if overall and overall.count >= _TAIL_RUNS else None
    text = ""
    if overall and ratio is not None and ratio >= _TAIL:
        text = (
            f"The slowest hundredth takes {duration(overall.p99)} and more, {ratio:,.1f} times the median of "
            f"{duration(overall.p50)}."
        )
    return Finding(
        rule="Long tail",
        threshold=f"99th percentile at least {_TAIL:g} times the median, of {_TAIL_RUNS} or more runs",
        measured="" if ratio is None else f"{ratio:,.1f} times",
        text=text,
    )


def _waiting(data: Performance) -> Finding:
    overall = [one for one in data.stages if one.priority is None]
    worst = max(overall, key=lambda one: one.wait_p50 - one.make_p50, default=None)
    text = ""
    if worst and worst.wait_p50 > worst.make_p50:
        text = (
            f"In the stage “{worst.stage}” a step waits {duration(worst.wait_p50)} and is made in "
            f"{duration(worst.make_p50)} (medians): more workers would help."
        )
    return Finding(
        rule="Waiting longer than making",
        threshold="a stage's median waiting time is above its median making time",
        measured=f"{worst.stage}: {duration(worst.wait_p50)} and {duration(worst.make_p50)}" if worst else "",
        text=text,
    )


def _order(data: Performance) -> Finding:
    by = {one.priority: one for one in data.turnaround if one.priority and one.count >= _FEW_RUNS}
    known = [by[priority] for priority in Priority if priority in by]
    wrong = [(high, low) for place, high in enumerate(known) for low in known[place + 1 :] if high.p50 > low.p50]
    text = ""
    if wrong:
        high, low = wrong[0]
        text = (
            f"Reports of priority “{high.priority}” take {duration(high.p50)}, those of “{low.priority}” only "
            f"{duration(low.p50)} (medians). They may be larger ones; the queue itself is strict."
        )
    return Finding(
        rule="Priority without effect",
        threshold=f"the median time of a priority is above a lower one's, of {_FEW_RUNS} or more runs each",
        measured=", ".join(f"{one.priority} {duration(one.p50)}" for one in known) if len(known) > 1 else "",
        text=text,
    )


def _retried(data: Performance) -> Finding:
    claimed, troubled = data.steps
    part = share(troubled, claimed)
    text = ""
    if part is not None and part >= _RETRIED:
        text = f"{count(troubled)} of {count(claimed)} steps had a try that failed, {percent(part)}."
    return Finding(
        rule="Many further tries",
        threshold=f"at least {percent(_RETRIED)} of the steps had a failed try",
        measured="" if part is None else percent(part),
        text=text,
    )


def _trend(data: Performance, asked: Asked) -> Finding:
    middle = asked.start + (asked.end - asked.start) / 2
    halves = [
        [one for one in data.flow if (one.at >= middle) is later and one.p50 is not None] for later in (False, True)
    ]
    enough = all(sum(one.completed for one in half) >= _TREND_RUNS for half in halves)
    before, after = (_mean([(one.p50 or 0.0, one.completed) for one in half]) for half in halves)
    change = share(after - before, before) if enough else None
    text = ""
    if change is not None and abs(change) >= _TREND:
        text = (
            f"Reports take {percent(abs(change))} {'longer' if change > 0 else 'less time'} in the second half of the "
            f"period: {duration(after)} after {duration(before)}."
        )
    return Finding(
        rule="Trend",
        threshold=f"time differs by at least {percent(_TREND)} between the halves, of {_TREND_RUNS} or more runs each",
        measured="" if change is None else f"{'+' if change > 0 else MINUS}{abs(change) * 100:.0f} %",
        text=text,
    )


def _mean(weighted: list[tuple[float, int]]) -> float:
    return share(sum(value * weight for value, weight in weighted), sum(weight for _, weight in weighted)) or 0.0


def _peak(data: Performance) -> Finding:
    mean = data.asked / 24
    best = max(data.hours, key=lambda one: one.asked, default=None)
    ratio = share(best.asked, mean) if best and data.asked >= _TAIL_RUNS else None
    text = ""
    if best and ratio is not None and ratio >= _PEAK:
        text = (
            f"Between {best.hour:02}:00 and {(best.hour + 1) % 24:02}:00 UTC {count(best.asked)} runs are asked for, "
            f"{ratio:.1f} times the mean hour."
        )
    return Finding(
        rule="Rush hour",
        threshold=f"an hour of the day has at least {_PEAK:g} times the mean, of {_TAIL_RUNS} or more runs",
        measured="" if ratio is None else f"{ratio:.1f} times",
        text=text,
    )


def _full(data: Performance) -> Finding:
    judged = [(share(one.busy_s, one.seen_s), one) for one in data.workers if one.seen_s >= _BUSY_S]
    best = max(((part, one.name) for part, one in judged if part is not None), default=None)
    text = ""
    if best and best[0] >= _BUSY:
        text = f"{best[1]} had work in hand for {percent(best[0])} of its time."
    return Finding(
        rule="Fully used",
        threshold=f"a process seen for a minute or more is busy for at least {percent(_BUSY)} of its time",
        measured=percent(best[0]) if best else "",
        text=text,
    )
