"""What is killed, flushed, stopped or restarted loses nothing and doubles nothing."""

from __future__ import annotations

import signal
import time
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import psutil
import redis

from deploy.local.demo_request import demo_request
from tests.e2e.model import SlowModel
from tests.e2e.rig import CONVERSATIONAL, Rig

TEXT = "# {n}. Part\n\nThe quick brown fox jumps over the lazy dog, again and again, until the page is full. " * 4
LONG = "\n\n".join(
    f"# Part {number}\n\n" + ("The page is full of words that must be printed. " * 60) for number in range(90)
)


def with_model(model: SlowModel, seconds: float) -> dict[str, str]:
    model.seconds = seconds
    return {"PRESSRUN_LLM_BASE_URL": model.url, "PRESSRUN_LLM_MODEL": "slow"}


async def kill_a_holder(rig: Rig, stage: str) -> tuple[datetime, list[UUID]]:
    """Kill one of the services that work on this stage. When, and the steps that it held."""
    held = await rig.until(
        "SELECT worker FROM steps WHERE stage = $1 AND status = 'running' AND claimed_at < now() - interval '0.3 s'",
        stage,
    )
    worker = held[0]["worker"]
    killed = await rig.now()
    rig.kill(rig.named(worker))
    lost = await rig.sql("SELECT id FROM steps WHERE stage = $1 AND status = 'running' AND worker = $2", stage, worker)
    assert lost
    return killed, [row["id"] for row in lost]


async def check_taken_over(rig: Rig, killed: datetime, lost: list[UUID]) -> None:
    """Each was claimed once more, within five seconds, by the database's own clock."""
    steps = await rig.sql("SELECT attempt, claimed_at - $2 AS later FROM steps WHERE id = ANY($1)", lost, killed)
    assert {step["attempt"] for step in steps} == {2}
    assert max(step["later"] for step in steps) < timedelta(seconds=5)


async def test_a_worker_killed_in_the_middle_of_a_slice(rig: Rig, model: SlowModel) -> None:
    """The other one writes its slices within five seconds, once each, and no finished slice again."""
    for name in ("worker", "worker-2"):
        rig.start(name, PRESSRUN_LLM_CONCURRENCY="3", **with_model(model, 1.0))
    rig.start("renderer")
    report = rig.post(**demo_request())
    await rig.until("SELECT 1 FROM events WHERE type = 'vendor.pressrun.slice.completed' OFFSET 1")
    model.seconds = 60.0  # whatever is written when the worker dies is not finished
    rig.wait_for(lambda: model.under_way == 3, what="three sections to be under way")
    killed, lost = await kill_a_holder(rig, "llm")
    model.seconds = 0.1
    assert rig.ended([report]) == {report: "completed"}
    await check_taken_over(rig, killed, lost)
    await rig.check_logs(accepted=1)
    assert set(model.finished.values()) == {1}
    assert max(model.begun.values()) == 2


async def test_a_renderer_killed_in_the_middle_of_a_page(rig: Rig) -> None:
    """The other one prints its report within five seconds."""
    for name in ("worker", "renderer", "renderer-2"):
        rig.start(name)
    report = rig.post(title="Long", parameters={"context": LONG})
    killed, lost = await kill_a_holder(rig, "render")
    assert rig.ended([report]) == {report: "completed"}
    await check_taken_over(rig, killed, lost)
    await rig.check_logs(accepted=1)


async def test_a_flush_of_redis_loses_none_of_fifty_queued_reports(rig: Rig) -> None:
    made = [rig.post(title=f"Report {number}") for number in range(50)]
    redis.Redis.from_url(rig.valkey.url).flushall()
    rig.start("worker")
    rig.start("renderer")
    time.sleep(0.5)
    redis.Redis.from_url(rig.valkey.url).flushall()
    assert set(rig.ended(made).values()) == {"completed"}
    await rig.check_logs(accepted=50)


async def test_a_report_is_accepted_while_redis_is_down(staffed: Rig) -> None:
    rig = staffed
    rig.valkey.stop()
    report = rig.post()
    rig.valkey.start()
    rig.valkey.wait()
    assert rig.ended([report]) == {report: "completed"}
    await rig.check_logs(accepted=1)


async def test_the_object_store_is_down_for_ten_seconds(staffed: Rig) -> None:
    rig = staffed
    rig.seaweedfs.stop()
    report = rig.post()
    await rig.until("SELECT 1 FROM events WHERE type = 'node.retried' AND node_id = 'render'")
    time.sleep(10)
    rig.seaweedfs.start()
    rig.seaweedfs.wait()
    assert rig.ended([report]) == {report: "completed"}
    assert rig.download(report).content.startswith(b"%PDF-")
    await rig.check_logs(accepted=1)


async def test_the_seed_s_poll_loop_downloads_every_format(staffed: Rig) -> None:
    """Create, poll, download, as the long-form API's own example does it."""
    rig = staffed
    report = rig.post(
        template_id=CONVERSATIONAL,
        title="Zero Trust",
        parameters={"user_query": "Summarize the rules.", "context": TEXT.format(n=1)},
    )
    assert rig.ended([report]) == {report: "completed"}
    detail = rig.report(report)
    for form, media_type in (("pdf", "application/pdf"), ("html", "text/html"), ("md", "text/markdown")):
        answer = rig.download(report, form)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
    address = rig.url + detail["download_url"]
    assert httpx.get(address, headers={"Authorization": f"Bearer {rig.key}"}).content.startswith(b"%PDF-")


async def test_the_database_is_restarted_under_load(rig: Rig, model: SlowModel) -> None:
    """Everybody reconnects; a request in the meantime is told so, quickly and in the caller's dialect."""
    rig.start("worker", **with_model(model, 1.0))
    rig.start("renderer")
    made = [rig.post(), rig.post(**demo_request())]
    await rig.until("SELECT 1 FROM steps WHERE stage = 'llm' AND status = 'running'")
    rig.postgres.stop()
    asked = time.monotonic()
    answer = httpx.get(f"{rig.url}/api/reports/", headers={"X-API-Key": rig.key}, timeout=20)
    assert answer.status_code == 503
    assert answer.json()["success"] is False
    assert time.monotonic() - asked < 10
    rig.postgres.start()
    rig.postgres.wait()
    assert set(rig.ended(made).values()) == {"completed"}
    await rig.check_logs(accepted=2)
    assert set(model.finished.values()) == {1}


async def test_everything_is_told_to_stop_under_load(rig: Rig, model: SlowModel) -> None:
    """SIGTERM to all at once finishes or hands back; what comes up again goes on where it stopped."""
    grace = {"PRESSRUN_SHUTDOWN_GRACE_S": "1"}
    for name in ("worker", "worker-2"):
        rig.start(name, **with_model(model, 2.0), **grace)
    rig.start("renderer", **grace)
    made = [rig.post(**demo_request() | {"title": f"Long {number}"}) for number in range(2)]
    await rig.until("SELECT 1 FROM steps WHERE stage = 'llm' AND status = 'running' AND slice >= 0 OFFSET 3")
    model.seconds = 60.0  # much longer than they may go on
    rig.wait_for(lambda: model.under_way == 4, what="four sections to be under way")
    made += [rig.post(title=f"Report {number}") for number in range(12)]
    await rig.until("SELECT 1 FROM events WHERE type = 'run.completed'")
    assert rig.stop("worker", "worker-2", "renderer", "api") == [0, 0, 0, 0]
    assert not await rig.sql("SELECT 1 FROM steps WHERE status = 'running'")
    handed_back = await rig.sql("SELECT id FROM steps WHERE stage = 'llm' AND status = 'queued' AND attempt = 1")
    assert handed_back
    rig.start("api")
    rig.wait_for(rig.ready)
    rig.start("worker", **with_model(model, 0.1))
    rig.start("renderer")
    assert set(rig.ended(made).values()) == {"completed"}
    await rig.check_logs(accepted=14)
    again = await rig.sql("SELECT id FROM steps WHERE stage = 'llm' AND attempt > 1")
    assert sorted(row["id"] for row in again) == sorted(row["id"] for row in handed_back)
    assert set(model.finished.values()) == {1}


async def test_a_document_that_kills_the_browser_twice_fails_only_its_own_run(rig: Rig) -> None:
    """Whenever the poison is being printed the browser is killed; the reports beside it are finished."""
    rig.start("worker")
    rig.start("renderer", PRESSRUN_RENDER_SLOTS="1")
    poison = rig.post(title="Poison", parameters={"context": LONG * 3}, priority="urgent")
    others = [rig.post(title=f"Report {number}") for number in range(4)]
    deadline = time.monotonic() + 150
    while rig.report(poison)["status"] not in {"failed", "completed"}:
        assert time.monotonic() < deadline
        if await rig.sql(
            """SELECT 1 FROM steps JOIN reports USING (run_id)
                WHERE title = 'Poison' AND stage = 'render' AND steps.status = 'running'"""
        ):
            time.sleep(0.3)
            _kill_browser(rig)
        time.sleep(0.02)
    assert rig.report(poison)["status"] == "failed"
    assert "browser" in rig.report(poison)["error_message"]
    assert set(rig.ended(others).values()) == {"completed"}
    await rig.check_logs(accepted=5)


def _kill_browser(rig: Rig) -> None:
    """Kill the renderer's browser process, if there is one."""
    for child in psutil.Process(rig.pid("renderer")).children(recursive=True):
        try:
            browser = "chrom" in child.name() and not any(word.startswith("--type=") for word in child.cmdline())
            if browser and child.status() != psutil.STATUS_ZOMBIE:
                child.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
