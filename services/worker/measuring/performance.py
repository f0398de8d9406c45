"""Queue and service performance: throughput, waiting and making, failures, workers, printing."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shared.contracts.states import Priority, Stage
from shared.db.insight import performance as rows
from shared.db.insight.performance import Failure, Flow, Hour, Printing, Retried, StageTime, Turnaround, Worker
from shared.db.insight.view import View
from shared.db.pool import Connection
from shared.document.blocks import Block
from shared.domain.span import Asked

from . import parts
from .performance_rules import findings
from .rules import stands_out
from .values import NONE, count, day, duration, duration_unit, percent, share, size

_CODES = 12
_WORKERS = 20
_STAGES = {
    Stage.TEMPLATE: "Collect and assemble",
    Stage.LLM: "Write",
    Stage.RENDER: "Print",
    Stage.DELIVER: "Deliver",
}


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the report is made from."""

    flow: list[Flow]
    turnaround: list[Turnaround]
    interrupted: int
    stages: list[StageTime]
    failures: list[Failure]
    retries: list[Retried]
    steps: tuple[int, int]
    hours: list[Hour]
    workers: list[Worker]
    printing: Printing | None
    pages: dict[int, int]

    @property
    def asked(self) -> int:
        return sum(each.asked for each in self.flow)

    @property
    def completed(self) -> int:
        return sum(each.completed for each in self.flow)

    @property
    def failed(self) -> int:
        return sum(each.failed for each in self.flow)

    @property
    def cancelled(self) -> int:
        return sum(each.cancelled for each in self.flow)

    @property
    def overall(self) -> Turnaround | None:
        return next((each for each in self.turnaround if each.priority is None), None)


async def read(db: Connection, view: View) -> Performance:
    """The rows, within the caller's transaction."""
    return Performance(
        flow=await rows.flow(db, view),
        turnaround=await rows.turnaround(db, view),
        interrupted=await rows.interrupted(db, view),
        stages=await rows.stages(db, view),
        failures=await rows.failures(db, view),
        retries=await rows.retries(db, view),
        steps=await rows.steps(db, view),
        hours=await rows.hours(db, view),
        workers=await rows.workers(db, view),
        printing=await rows.printing(db, view),
        pages=await rows.pages(db, view),
    )


def blocks(data: Performance, asked: Asked) -> list[Block]:
    """The report's content. Pure."""
    if not data.asked:
        return []
    return [
        parts.heading("At a glance"),
        _tiles(data),
        *stands_out(findings(data, asked)),
        *_throughput(data, asked),
        *_turnaround(data, asked),
        *_stages(data),
        *_failures(data),
        *_hours(data),
        *_workers(data),
        *_printing(data),
        parts.heading("How this was measured"),
        parts.notes(_method(data)),
    ]


def headline(data: Performance) -> dict[str, int | float | None]:
    """The figures that stand for the report where it is listed."""
    overall = data.overall
    return {
        "runs": data.asked,
        "completed": data.completed,
        "failed": data.failed,
        "p50_s": overall.p50 if overall else None,
        "p95_s": overall.p95 if overall else None,
    }


def _tiles(data: Performance) -> Block:
    overall, (claimed, troubled) = data.overall, data.steps
    ended = data.completed + data.failed
    return parts.tiles(
        ("Runs asked for", count(data.asked), f"{count(data.asked - ended - data.cancelled)} not ended yet"),
        (
            "Completed",
            count(data.completed),
            f"{percent(share(data.completed, ended))} of those that succeeded or failed",
        ),
        ("Failed", count(data.failed), f"{count(data.cancelled)} cancelled"),
        ("Median time", duration(overall.p50 if overall else None), "from asking to completion"),
        ("95th percentile", duration(overall.p95 if overall else None), "one in twenty takes longer"),
        ("99th percentile", duration(overall.p99 if overall else None), "one in a hundred takes longer"),
        ("Steps", count(claimed), "taken by a worker"),
        ("Steps with a failed try", count(troubled), f"{percent(share(troubled, claimed))} of the steps"),
    )


def _throughput(data: Performance, asked: Asked) -> list[Block]:
    by_part = {each.at: each for each in data.flow}
    found = [by_part.get(at) for at in asked.parts]
    names = [asked.label(at) for at in asked.parts]
    busiest = max(data.flow, key=lambda each: each.asked)
    return [
        parts.heading("Throughput"),
        parts.say(
            f"On average {data.asked / len(names):,.1f} runs per {asked.grouping}; the busiest {asked.grouping} is "
            f"{asked.label(busiest.at)} with {count(busiest.asked)}."
        ),
        *parts.stacked(
            f"Runs by {asked.grouping}",
            names,
            {
                "Completed": [each.completed if each else 0 for each in found],
                "Failed": [each.failed if each else 0 for each in found],
                "Cancelled": [each.cancelled if each else 0 for each in found],
                "Not ended": [each.open if each else 0 for each in found],
            },
            x="UTC",
            y="Runs",
            caption=f"By the {asked.grouping} in which they were asked for, and how they stand now.",
        ),
    ]


def _turnaround(data: Performance, asked: Asked) -> list[Block]:
    known = _by_priority(data.turnaround)
    if not known:
        return [
            parts.heading("From asking to completion"),
            parts.say("No run was completed without waiting for a person."),
        ]
    each = [*known, *([data.overall] if data.overall and len(known) > 1 else [])]
    by_part = {one.at: one for one in data.flow}
    trend = {
        "Median": [by_part[at].p50 if at in by_part else None for at in asked.parts],
        "95th percentile": [by_part[at].p95 if at in by_part else None for at in asked.parts],
    }
    unit = duration_unit(value for values in trend.values() for value in values)
    return [
        parts.heading("From asking to completion"),
        *parts.table(
            ("Priority", "Runs", "Median", "95th percentile", "99th percentile"),
            [(one.priority or "All", count(one.count), *map(duration, (one.p50, one.p95, one.p99))) for one in each],
            caption="Time from asking to completion by priority",
            note=_left_out(data),
        ),
        *_quantile_bars("Time from asking to completion by priority", known),
        *parts.lines(
            f"Time from asking to completion by {asked.grouping}",
            [asked.label(at) for at in asked.parts],
            parts.in_unit(unit, trend),
            x="UTC, when it was asked for",
            y="Time",
            unit=unit.name,
            caption=f"A gap is a {asked.grouping} in which nothing that was completed was asked for.",
        ),
    ]


def _quantile_bars(title: str, known: Sequence[Turnaround]) -> list[Block]:
    series = {"Median": [one.p50 for one in known], "95th percentile": [one.p95 for one in known]}
    unit = duration_unit(one.p95 for one in known)
    names = [str(one.priority) for one in known]
    return parts.bars(title, names, parts.in_unit(unit, dict(series)), x="Priority", y="Time", unit=unit.name)


def _left_out(data: Performance) -> str:
    if not data.interrupted:
        return "Of completed runs."
    return f"Of completed runs. Left out: {count(data.interrupted)} that waited for a person's answer."


def _stages(data: Performance) -> list[Block]:
    if not data.stages:
        return []
    overall = [one for stage in Stage for one in data.stages if one.stage == stage and one.priority is None]
    waits = {
        str(priority): [_of(data.stages, one.stage, priority) for one in overall]
        for priority in Priority
        if any(one.priority == priority for one in data.stages)
    }
    unit = duration_unit(value for values in waits.values() for value in values)
    making = {"Median": [one.make_p50 for one in overall], "95th percentile": [one.make_p95 for one in overall]}
    made = duration_unit(one.make_p95 for one in overall)
    names = [_stage(one.stage) for one in overall]
    return [
        parts.heading("Waiting and making by stage"),
        parts.say("A step waits until a worker takes it, and is made until its result is recorded."),
        *_stage_table(data.stages, "wait", "Waiting time of steps by stage and priority"),
        *parts.bars(
            "Waiting time by stage and priority, 95th percentile",
            names,
            parts.in_unit(unit, waits),
            y="Waiting",
            unit=unit.name,
            sideways=True,
        ),
        *_stage_table(data.stages, "make", "Making time of steps by stage and priority"),
        *parts.bars(
            "Making time by stage", names, parts.in_unit(made, dict(making)), y="Making", unit=made.name, sideways=True
        ),
    ]


def _stage_table(stages: Sequence[StageTime], kind: str, caption: str) -> list[Block]:
    order = {None: 0} | {str(priority): place for place, priority in enumerate(Priority, 1)}
    found = sorted(stages, key=lambda one: (list(Stage).index(Stage(one.stage)), order[one.priority]))
    lines = [
        (
            _stage(one.stage),
            one.priority or "all",
            count(one.count),
            *(duration(getattr(one, f"{kind}_{name}")) for name in ("p50", "p95", "p99")),
        )
        for one in found
    ]
    heads = ("Stage", "Priority", "Steps", "Median", "95th percentile", "99th percentile")
    return parts.table(
        heads, lines, caption=caption, note="Of finished steps; of one tried again, the last try.", texts=2
    )


def _failures(data: Performance) -> list[Block]:
    shown, rest = data.failures[:_CODES], data.failures[_CODES:]
    left = (
        f"Left out: {count(sum(one.count for one in rest))} failures with {count(len(rest))} rarer codes."
        if rest
        else ""
    )
    more = data.retries[_CODES:]
    cut = f" Left out: {count(len(more))} rarer pairs of stage and code." if more else ""
    made: list[Block] = [parts.heading("Failures and further tries")]
    if not data.failures:
        made.append(parts.say("No run of the period has failed."))
    made += parts.table(
        ("Code", "Last message", "Last on", "Runs", "Share"),
        [
            (one.code, one.message, day(one.last_at), count(one.count), percent(share(one.count, data.failed)))
            for one in shown
        ],
        caption="Failed runs by code",
        note=left,
        texts=3,
    )
    made += parts.pareto("Failed runs by code", {one.code: one.count for one in shown}, x="Code", y="Runs")
    if not data.retries:
        made.append(parts.say("No step had to be tried again."))
    return made + parts.table(
        ("Stage", "Code", "Failed tries", "Steps"),
        [(_stage(one.stage), one.code, count(one.attempts), count(one.steps)) for one in data.retries[:_CODES]],
        caption="Failed tries of steps by stage and code",
        note=f"A step that fails with a passing problem is tried again after a pause.{cut}",
        texts=2,
    )


def _hours(data: Performance) -> list[Block]:
    by_hour = {each.hour: each for each in data.hours}
    asked = [by_hour[hour].asked if hour in by_hour else 0 for hour in range(24)]
    steps = [by_hour[hour].steps if hour in by_hour else 0 for hour in range(24)]
    names = [f"{hour:02}" for hour in range(24)]
    best = max(range(24), key=asked.__getitem__)
    return [
        parts.heading("Busiest hours"),
        parts.say(
            f"Most is asked for between {best:02}:00 and {(best + 1) % 24:02}:00 UTC: {count(asked[best])} runs."
        ),
        *parts.bars("Runs asked for by hour of the day", names, {"Runs": asked}, x="Hour of the day (UTC)", y="Runs"),
        *parts.bars("Steps finished by hour of the day", names, {"Steps": steps}, x="Hour of the day (UTC)", y="Steps"),
    ]


def _workers(data: Performance) -> list[Block]:
    if not data.workers:
        return []
    shown, rest = data.workers[:_WORKERS], data.workers[_WORKERS:]
    left = f" Left out: {count(len(rest))} that worked less." if rest else ""
    busy = [share(one.busy_s, one.seen_s) for one in shown]
    lines = [
        (one.name, count(one.steps), duration(one.busy_s), percent(part), _at_once(one))
        for one, part in zip(shown, busy, strict=True)
    ]
    return [
        parts.heading("Workers"),
        *parts.table(
            ("Process", "Steps", "Busy", "Busy share", "Steps at once"),
            lines,
            caption="Processes that finished steps",
            note="Busy is time with at least one step in hand; its share is of the time from the first step that the "
            f"process took to the last result it recorded.{left}",
        ),
        *parts.bars(
            "Share of its time that each process was busy",
            [one.name for one in shown],
            {"Busy": [None if part is None else round(100 * part, 1) for part in busy]},
            y="Busy",
            unit="%",
            sideways=True,
        ),
    ]


def _at_once(worker: Worker) -> str:
    mean = share(worker.worked_s, worker.busy_s)
    return NONE if mean is None else f"{mean:.1f}"


def _printing(data: Performance) -> list[Block]:
    found = data.printing
    if found is None:
        return []
    per_page = share(found.pages, found.files)
    return [
        parts.heading("Printing"),
        parts.tiles(
            ("Median print", duration(found.p50), f"{count(found.count)} prints"),
            ("95th percentile", duration(found.p95), f"99th: {duration(found.p99)}"),
            ("Pages", count(found.pages), NONE if per_page is None else f"{per_page:.1f} per PDF"),
            ("PDF bytes", size(found.bytes), f"{count(found.files)} files"),
        ),
        *parts.histogram("PDF files by number of pages", data.pages, x="Pages", y="Files"),
    ]


def _method(data: Performance) -> list[tuple[str, str]]:
    return [
        ("Runs", "Runs of reports that were asked for in the period, retries included. This very run is one of them."),
        ("Waiting", "From the moment a step was ready until a worker took it, the last time if it was tried again."),
        ("Making", "From being taken until the result was recorded, in the last try."),
        (
            "Percentiles",
            "Interpolated between neighbouring values, so that of few runs the 99th is close to the longest.",
        ),
        ("Left out", f"{_left_out(data)} Runs of workflows without a report are not counted anywhere."),
    ]


def _by_priority(found: Sequence[Turnaround]) -> list[Turnaround]:
    return [one for priority in Priority for one in found if one.priority == priority]


def _of(stages: Sequence[StageTime], stage: str, priority: str) -> float | None:
    return next((one.wait_p95 for one in stages if one.stage == stage and one.priority == priority), None)


def _stage(stage: str) -> str:
    return _STAGES[Stage(stage)]
