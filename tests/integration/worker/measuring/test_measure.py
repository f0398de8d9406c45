"""Reports about Pressrun itself: their figures against independent recounts, and whose rows they show."""

from __future__ import annotations

import itertools
import json
import math
import statistics
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.renderer.page.page import page
from services.worker.measuring.subjects import SUBJECTS, permitted
from services.worker.nodes.assemble import assemble
from services.worker.nodes.measure import Rows, measure
from shared.db import audit
from shared.db.insight.view import View, asker
from shared.db.pool import Connection, Database
from shared.document.blocks import Block, Chart, Document, Heading, Table, Text, Tiles
from shared.document.markdown_out import markdown
from shared.domain.errors import Rejected
from shared.domain.outcome import Done
from shared.domain.span import read
from shared.templates.registry import load
from tests.integration.worker.measuring.seeded import BEGIN, NOW, World
from tests.unit.worker.nodes.test_core import work

MONTH = {"from": "2026-05-01", "to": "2026-05-29T12:00:00Z"}
EVERYBODY = MONTH | {"scope": "all"}
KEYS = {
    "queue_service_performance": "performance",
    "usage_analytics": "usage",
    "privacy_retention_status": "retention",
    "user_activity_audit": "activity",
    "knowledge_base_summary": "knowledge",
}


async def data(db: Connection, world: World, subject: str, who: str = "Chris", **parameters: Any) -> Any:
    """The rows of a subject for this person."""
    asked = read(EVERYBODY | parameters, NOW)
    view = permitted(SUBJECTS[subject], await asker(db, world.runs[who]), asked)
    return await SUBJECTS[subject].read(db, view, asked, [])


async def measured(
    month: Database, world: World, subject: str, who: str = "Chris", **parameters: Any
) -> tuple[dict[str, Any], Document]:
    """The outputs of measuring, and the document that is assembled of them."""
    outcome = await measure(Rows(month))(
        work(run_id=world.runs[who], config={"subject": subject}, inputs={"parameters": parameters}, started_at=NOW)
    )
    assert isinstance(outcome, Done)
    outputs = json.loads(json.dumps(outcome.outputs))
    put = await assemble(work(config={"content": "measured"}, inputs={"title": "T"} | outputs, started_at=NOW))
    assert isinstance(put, Done)
    return outputs, msgspec.convert(put.outputs["document"], Document)


async def runs(db: Connection, world: World, *owners: str) -> list[dict[str, Any]]:
    """Raw rows, to be counted again by other means."""
    rows = await db.fetch(
        """SELECT run.*, EXISTS (SELECT FROM interrupts WHERE run_id = run.id) AS interrupted
             FROM runs AS run WHERE report_id IS NOT NULL ORDER BY created_at"""
    )
    wanted = {world.owners[name] for name in owners or world.owners}
    return [
        dict(row) for row in rows if row["principal_id"] in wanted and BEGIN.replace(hour=0) <= row["created_at"] < NOW
    ]


def quantile(values: list[float], share: float) -> float:
    """Interpolated between neighbours, spelt out."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def took(run: dict[str, Any]) -> float:
    return (run["completed_at"] - run["created_at"]).total_seconds()


async def test_turnaround_is_what_a_recount_gives(db: Connection, world: World):
    """Percentiles by priority and over all, without runs that waited for a person."""
    found = await data(db, world, "performance")
    done = [run for run in await runs(db, world) if run["status"] == "completed"]
    assert found.interrupted == sum(run["interrupted"] for run in done) > 0
    timed = [run for run in done if not run["interrupted"]]
    assert {one.priority for one in found.turnaround} == {None, *(run["priority"] for run in timed)}
    for one in found.turnaround:
        values = [took(run) for run in timed if one.priority in {None, run["priority"]}]
        assert one.count == len(values)
        assert [one.p50, one.p95, one.p99] == pytest.approx([quantile(values, q) for q in (0.5, 0.95, 0.99)])
    assert found.overall.p50 == pytest.approx(statistics.median([took(run) for run in timed]))


async def test_throughput_adds_up_and_stands_in_the_right_part(db: Connection, world: World):
    """Days are UTC; every run is counted once."""
    found, raw = await data(db, world, "performance"), await runs(db, world)
    assert (found.asked, found.completed, found.failed) == (
        len(raw), sum(run["status"] == "completed" for run in raw), sum(run["status"] == "failed" for run in raw),
    )  # fmt: skip
    by_day = Counter(run["created_at"].astimezone(UTC).date() for run in raw)
    assert {one.at.date(): one.asked for one in found.flow} == by_day


async def test_stage_times_failures_retries_and_hours_are_what_a_recount_gives(db: Connection, world: World):
    """Every figure of the tables, from the raw rows."""
    found, raw = await data(db, world, "performance"), await runs(db, world)
    ids = {run["id"] for run in raw}
    steps = [dict(row) for row in await db.fetch("SELECT * FROM steps") if row["run_id"] in ids]
    done = [step for step in steps if step["status"] == "done"]
    for one in found.stages:
        mine = [step for step in done if step["stage"] == one.stage and one.priority in {None, step["priority"]}]
        waits = [(step["claimed_at"] - step["queued_at"]).total_seconds() for step in mine]
        makes = [(step["finished_at"] - step["claimed_at"]).total_seconds() for step in mine]
        assert one.count == len(mine)
        assert [one.wait_p50, one.wait_p95, one.wait_p99] == pytest.approx(
            [quantile(waits, q) for q in (0.5, 0.95, 0.99)]
        )
        assert [one.make_p50, one.make_p95, one.make_p99] == pytest.approx(
            [quantile(makes, q) for q in (0.5, 0.95, 0.99)]
        )
    codes = Counter(run["state"]["error"]["code"] for run in raw if run["status"] == "failed")
    assert {one.code: one.count for one in found.failures} == codes
    assert [one.count for one in found.failures] == sorted(codes.values(), reverse=True)
    retried = [step for step in steps if step["errors"]]
    assert found.steps == (len(steps), len(retried))
    assert [(one.stage, one.code, one.attempts, one.steps) for one in found.retries] == [
        ("llm", "model_busy", len(retried), len(retried))
    ]
    assert {one.hour: one.asked for one in found.hours if one.asked} == Counter(run["created_at"].hour for run in raw)
    assert {one.hour: one.steps for one in found.hours if one.steps} == Counter(s["finished_at"].hour for s in done)


async def test_workers_are_busy_as_long_as_a_sweep_over_their_steps_says(db: Connection, world: World):
    """Overlapping steps are not counted twice in busy time."""
    found, raw = await data(db, world, "performance"), await runs(db, world)
    ids = {run["id"] for run in raw}
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in await db.fetch("SELECT * FROM steps WHERE finished_at IS NOT NULL"):
        if row["run_id"] in ids:
            spans[row["worker"]].append((row["claimed_at"], row["finished_at"]))
    assert {one.name for one in found.workers} == set(spans)
    for one in found.workers:
        busy, until = 0.0, datetime.min.replace(tzinfo=UTC)
        for start, end in sorted(spans[one.name]):
            busy += max(0.0, (end - max(start, until)).total_seconds())
            until = max(until, end)
        assert one.steps == len(spans[one.name])
        assert one.busy_s == pytest.approx(busy)
        assert one.worked_s == pytest.approx(sum((end - start).total_seconds() for start, end in spans[one.name]))
        assert one.busy_s <= one.worked_s + 1e-6


async def test_printing_counts_pages_once(db: Connection, world: World):
    """Pages and files of the PDFs of the period's runs."""
    found, raw = await data(db, world, "performance"), await runs(db, world)
    ids = {run["id"] for run in raw}
    pdfs = [row for row in await db.fetch("SELECT * FROM artifacts WHERE format = 'pdf'") if row["run_id"] in ids]
    assert (found.printing.files, found.printing.pages) == (len(pdfs), sum(row["pages"] for row in pdfs))
    assert found.printing.bytes == sum(row["size_bytes"] for row in pdfs)
    assert found.pages == Counter(row["pages"] for row in pdfs)


async def test_usage_is_what_a_recount_gives(db: Connection, world: World):
    """By template, owner, format and hour; sizes and tokens too."""
    found = await data(db, world, "usage")
    ids = {run["report_id"] for run in await runs(db, world)}
    rows = await db.fetch(
        """SELECT report.*, template.name AS template, principal.name AS owner, run.status FROM reports AS report
             JOIN templates AS template ON template.id = template_id JOIN principals AS principal
               ON principal.id = report.principal_id JOIN runs AS run ON run.id = report.run_id"""
    )
    raw = [dict(row) for row in rows if row["id"] in ids]
    files = [dict(row) for row in await db.fetch("SELECT * FROM artifacts")]
    sizes = Counter[str]()
    for file in files:
        sizes[file["run_id"]] += file["size_bytes"]
    for groups, key in ((found.templates, "template"), (found.owners, "owner"), (found.formats, "output_format")):
        assert {one.name for one in groups} == {row[key] for row in raw}
        for one in groups:
            mine = [row for row in raw if row[key] == one.name]
            done = [row for row in mine if row["status"] == "completed"]
            assert (one.asked, one.completed) == (len(mine), len(done))
            assert one.downloads == sum(row["download_count"] for row in mine)
            assert one.unread == sum(not row["download_count"] for row in done)
            assert one.bytes == sum(sizes[row["run_id"]] for row in mine)
    assert {int(one.name): one.asked for one in found.hours} == Counter(row["created_at"].hour for row in raw)
    answers = [dict(row) for row in await db.fetch("SELECT * FROM answers WHERE created_at < $1", NOW)]
    for one in found.tokens:
        mine = [answer for answer in answers if answer["model"] == one.model]
        assert (one.calls, one.prompt) == (len(mine), sum(answer["prompt_tokens"] for answer in mine))
        assert one.cost == sum((answer["cost"] for answer in mine if answer["cost"] is not None), Decimal(0))
        assert one.currency == ("EUR" if one.model == "large" else "")
    assert sum(one.calls for one in found.tokens) == len(answers)
    assert sum(one.asked for one in found.demand) == found.total.asked == len(raw)


async def test_retention_counts_what_is_there(db: Connection, world: World):
    """Stored, expiring, protected, and every key."""
    found = await data(db, world, "retention", expiring_days=9)
    reports = [dict(row) for row in await db.fetch("SELECT * FROM reports")]
    counted = {one.kind: one.count for one in found.stored}
    for kind, table in (("Reports", "reports"), ("Runs", "runs"), ("Files of reports", "artifacts")):
        assert counted[kind] == await db.fetchval(f"SELECT count(*) FROM {table}")
    assert counted["Entries of the audit log"] == await db.fetchval("SELECT count(*) FROM audit_entries")
    assert found.expiring == sum(NOW <= row["expires_at"] < NOW + timedelta(days=9) for row in reports) > 0
    assert found.overdue == sum(row["expires_at"] < NOW for row in reports)
    assert sum(one.scrambled for one in found.kept) == sum(row["scrambling_enabled"] for row in reports)
    maps = [dict(row) for row in await db.fetch("SELECT * FROM privacy_maps")]
    assert {one.kind: one.values for one in found.found} == sum((Counter(row["counts"]) for row in maps), Counter())
    assert {one.risk: one.reports for one in found.risks} == Counter(row["risk"] for row in maps)
    assert counted["Maps of private values"] == sum(row["sealed"] is not None for row in maps) > 0
    assert len(found.keys) == 12
    assert len(found.usable) == 9
    assert {one.action: one.count for one in found.removals} == {
        "report.delete": await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'report.delete'")
    }


async def test_knowledge_is_what_a_recount_gives(db: Connection, world: World):
    """Sums per base and kind, failures, and terms by the passages that have them."""
    found = await data(db, world, "knowledge")
    documents = [dict(row) for row in await db.fetch("SELECT * FROM knowledge_documents")]
    assert sum(one.documents for one in found.bases) == len(documents) > 20
    assert {one.kind: (one.documents, one.bytes, one.words) for one in found.kinds} == {
        kind: (len(mine), sum(row["size_bytes"] for row in mine), sum(row["words"] for row in mine))
        for kind in {row["kind"] for row in documents}
        if (mine := [row for row in documents if row["kind"] == kind])
    }
    assert found.states == Counter(row["status"] for row in documents)
    assert sum(one.documents for one in found.failures) == sum(row["status"] == "failed" for row in documents) > 0
    texts = [row["text"].split() for row in await db.fetch("SELECT text FROM knowledge_passages")]
    for one in found.terms:
        assert one.passages == sum(one.term in words for words in texts)
        assert one.times == sum(words.count(one.term) for words in texts)
    since = [row for row in documents if BEGIN.replace(hour=0) <= row["created_at"] < NOW]
    assert sum(one.documents for one in found.added) == len(since)


async def test_only_the_knowledge_bases_that_were_named(db: Connection, world: World):
    """And never another owner's, whoever knows its id."""
    rows = await db.fetch("SELECT id, principal_id, name FROM knowledge_bases ORDER BY name")
    for row in rows:
        seen = await data(db, world, "knowledge", "Ada", scope="own", honey_jars=[str(row["id"])])
        mine = row["principal_id"] == world.owners["Ada"]
        assert [one.name for one in seen.bases] == ([row["name"]] if mine else [])
        assert bool(seen.terms) is bool(seen.kinds) is mine
    with pytest.raises(Rejected, match="honey_jars must hold ids"):
        await data(db, world, "knowledge", honey_jars=["all"])


async def test_activity_is_what_the_log_says(db: Connection, world: World):
    """By actor, action and day; refusals and changed keys are found by their actions."""
    found = await data(db, world, "activity", entries=7)
    log = [dict(row) for row in await db.fetch("SELECT * FROM audit_entries WHERE at < $1", NOW)]
    names = {str(ident): name for name, ident in world.owners.items()}
    assert {one.name: one.entries for one in found.actors} == Counter(
        names.get(row["actor"], row["actor"]) for row in log
    )
    assert {one.name: one.entries for one in found.actions} == Counter(row["action"] for row in log)
    assert sum(one.entries for one in found.days) == len(log)
    assert found.refused == len(found.refusals) == sum(row["action"] == "session.refused" for row in log)
    assert found.key_changes == sum(row["action"].startswith("key.") for row in log)
    assert [one.at for one in found.latest] == sorted((row["at"] for row in log), reverse=True)[:7]
    assert found.verification.chain_valid
    only = await data(db, world, "activity", actors=["Ada"], actions=["report.*"])
    assert {one.name for one in only.actors} == {"Ada"}
    assert {one.name.split(".")[0] for one in only.actions} == {"report"}


async def test_a_broken_chain_is_said(month: Database, world: World):
    """A changed entry shows, in the tile, the finding and the verdict."""
    async with month.connect() as db:
        transaction = db.transaction(isolation="repeatable_read")
        await transaction.start()
        try:
            await db.execute("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_final")
            await db.execute("UPDATE audit_entries SET action = 'report.create' WHERE sequence = 40")
            found = await SUBJECTS["activity"].read(db, *await _everything(db, world, "activity"), [])
            text = json.dumps(msgspec.to_builtins(SUBJECTS["activity"].blocks(found, read(EVERYBODY, NOW))))
        finally:
            await transaction.rollback()
    assert not found.verification.chain_valid
    assert "The log was changed" in text
    assert "broken" in text


async def test_signatures_are_checked_with_the_servers_key(month: Database, world: World):
    """A checkpoint by another key does not count."""
    key = Ed25519PrivateKey.generate()
    async with month.connect() as db:
        transaction = db.transaction(isolation="repeatable_read")
        await transaction.start()
        try:
            await audit.anchor(db, key, seconds=0)
            for keys, valid in (([key.public_key()], True), ([Ed25519PrivateKey.generate().public_key()], False)):
                found = await SUBJECTS["activity"].read(db, *await _everything(db, world, "activity"), keys)
                assert found.verification.checkpoints_valid is valid
        finally:
            await transaction.rollback()


async def _everything(db: Connection, world: World, subject: str) -> tuple[View, Any]:
    asked = read(EVERYBODY, NOW)
    return permitted(SUBJECTS[subject], await asker(db, world.runs["Chris"]), asked), asked


@pytest.mark.parametrize("subject", ["performance", "usage", "retention", "knowledge"])
async def test_everybodys_figures_are_for_administrators(month: Database, world: World, subject: str):
    """Refused with a code and the parameter, whatever was promised before the run began."""
    for who in ("Ada", "Ben"):
        with pytest.raises(Rejected, match=r"parameters\.scope") as caught:
            await measured(month, world, subject, who, **EVERYBODY)
        assert caught.value.code == "forbidden"
    assert "everybody's data" in markdown((await measured(month, world, subject, "Chris", **EVERYBODY))[1])


async def test_the_audit_log_is_for_administrators(month: Database, world: World):
    """Also when the workflow is started without its template."""
    with pytest.raises(Rejected, match="for administrators") as caught:
        await measured(month, world, "activity", "Ben")
    assert caught.value.code == "forbidden"


async def test_an_owner_sees_own_rows_only(db: Connection, world: World):
    """Figures of one owner are a recount of the owner's rows; nobody else's name, key or row is there."""
    mine = await data(db, world, "performance", "Ada", scope="own")
    assert mine.asked == len(await runs(db, world, "Ada")) < (await data(db, world, "performance")).asked
    use = await data(db, world, "usage", "Ada", scope="own")
    assert use.owners == []
    assert use.total.asked == mine.asked
    kept = await data(db, world, "retention", "Ada", scope="own")
    assert {one.owner for one in kept.keys} == {"Ada"}
    assert kept.reports == await db.fetchval(
        "SELECT count(*) FROM reports WHERE principal_id = $1", world.owners["Ada"]
    )


async def test_priorities_narrow_the_figures(db: Connection, world: World):
    """Only runs of the priorities that were asked for."""
    found = await data(db, world, "performance", priorities=["urgent", "low"])
    wanted = [run for run in await runs(db, world) if run["priority"] in {"urgent", "low"}]
    assert found.asked == len(wanted)


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_a_report_reads_well(month: Database, world: World, subject: str):
    """Tiles, a verdict by rules with thresholds, charts with titles, units and alternatives, tables with captions."""
    outputs, document = await measured(month, world, subject, **EVERYBODY)
    blocks = document.blocks
    assert document.meta.template == SUBJECTS[subject].kind
    assert any(isinstance(block, Tiles) for block in blocks)
    titles = [
        block.content[0].text for block in blocks if isinstance(block, Heading) and isinstance(block.content[0], Text)
    ]
    assert titles[:2] == ["At a glance", "What stands out"]
    assert titles[-1] == "How this was measured"
    rules = next(block for block in blocks if isinstance(block, Table) and block.caption == "Rules applied")
    assert len(rules.rows) >= 4
    charts = [block for block in blocks if isinstance(block, Chart)]
    assert len(charts) >= 3
    assert all(one.title and len(one.alt) > 20 and (one.x.label or one.y.label) for one in charts)
    assert all(block.caption for block in blocks if isinstance(block, Table))
    assert outputs["headline"]
    assert "UTC" in markdown(document)
    assert page(document, fonts="system").count('class="chart ') == len(charts)
    _sound(blocks)


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_an_empty_period_says_so(month: Database, world: World, subject: str):
    """Neither a table of zeros nor an empty chart. What is stored now has no period and is always told."""
    _, document = await measured(month, world, subject, **(EVERYBODY | {"from": "2024-01-01", "to": "2024-01-07"}))
    _sound(document.blocks)
    if not SUBJECTS[subject].snapshot:
        assert "Nothing was recorded" in markdown(document)
        assert not [block for block in document.blocks if isinstance(block, Chart | Table | Tiles)]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize(
    "narrow",
    [{"from": f"2026-05-{day:02}", "to": f"2026-05-{day:02}", "grouping": "hour"} for day in (4, 11, 18)]
    + [{"priorities": ["urgent"], "days": 1, "from": None}, {"grouping": "week", "priorities": ["low"]}],
)
async def test_few_rows_make_a_sound_report(month: Database, world: World, subject: str, narrow: dict[str, Any]):
    """Periods with a handful of rows: nothing is divided by nothing, no chart is empty."""
    _, document = await measured(month, world, subject, **(EVERYBODY | narrow))
    _sound(document.blocks)


def _sound(blocks: list[Block]) -> None:
    text = json.dumps(msgspec.to_builtins(blocks)).lower()
    assert not [word for word in (" nan", "infinity", " inf ") if word in text]
    for chart in (block for block in blocks if isinstance(block, Chart)):
        values = [value for series in chart.series for value in series.values if value is not None]
        assert values, chart.title
        assert any(values), chart.title
        assert all(math.isfinite(value) for value in values)
        assert chart.kind == "histogram" or {len(one.values) for one in chart.series} == {len(chart.categories)}
    for table in (block for block in blocks if isinstance(block, Table)):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}
    for one, after in itertools.pairwise([*blocks, Heading(1, [])]):
        assert not (isinstance(one, Heading) and isinstance(after, Heading)), one


async def test_the_templates_run_through_their_node_functions(month: Database, world: World):
    """Inputs are connected as the definitions say, and the samples are requests that work."""
    functions = {"report.measure": measure(Rows(month)), "report.assemble": assemble}
    for key, subject in KEYS.items():
        found = load().by_key[key]
        assert found.workflow.nodes[0].config == {"subject": subject}
        outputs: dict[str, dict[str, Any]] = {}
        variables = {one.name: one.default_value for one in found.workflow.variables}
        variables |= {"title": found.sample["title"], "parameters": found.sample["parameters"]}
        for node in found.workflow.nodes[:2]:
            inputs = {
                name: variables[one.variable_name]
                if hasattr(one, "variable_name")
                else outputs[one.node_id][one.output_key]
                for name, one in node.inputs.items()
            }
            outcome = await functions[node.type_id](
                work(run_id=world.runs["Chris"], config=node.config, inputs=inputs, started_at=NOW)
            )
            assert isinstance(outcome, Done)
            outputs[node.id] = outcome.outputs
        assert outputs["assemble"]["document"]["meta"]["title"] == found.sample["title"]


def test_each_subject_has_its_template():
    """What can be measured can be asked for, with the role that it demands."""
    by_subject = {
        folder.workflow.nodes[0].config["subject"]: folder.template
        for folder in load().by_key.values()
        if folder.workflow.nodes[0].type_id == "report.measure"
    }
    assert by_subject.keys() == SUBJECTS.keys()
    for name, subject in SUBJECTS.items():
        assert (by_subject[name].required_role == "admin") is subject.administrators
