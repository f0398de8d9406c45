"""What is killed, flushed, stopped or restarted loses nothing and doubles nothing."""

from __future__ import annotations

import signal
import time

import httpx
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


async def test_a_worker_killed_in_the_middle_of_a_slice(rig: Rig, model: SlowModel) -> None:
    """Its slices run again within five seconds, once each, and no finished slice is written again."""
    settings = with_model(model, 2.0)
    rig.start("worker", PRESSRUN_LLM_CONCURRENCY="2", **settings)
    rig.start("renderer")
    report = rig.post(**demo_request())
    await rig.until("SELECT 1 FROM events WHERE type = 'vendor.pressrun.slice.completed' OFFSET 1")
    time.sleep(0.7)  # the next two slices are being written now
    rig.kill("worker")
    killed = time.monotonic()
    lost = await rig.sql("SELECT id FROM steps WHERE stage = 'llm' AND status = 'running'")
    assert lost
    rig.start("worker", PRESSRUN_LLM_CONCURRENCY="4", **with_model(model, 0.1))
    await rig.until("SELECT 1 FROM steps WHERE id = ANY($1) AND attempt = 2", [row["id"] for row in lost])
    assert time.monotonic() - killed < 5 + 3  # 3 s for the new process to start on a busy machine
    assert rig.ended([report]) == {report: "completed"}
    await rig.check_logs(accepted=1)
    assert set(model.finished.values()) == {1}
    assert max(model.begun.values()) == 2


async def test_a_renderer_killed_in_the_middle_of_a_page(rig: Rig) -> None:
    rig.start("worker")
    rig.start("renderer")
    report = rig.post(title="Long", parameters={"context": LONG})
    await rig.until("SELECT 1 FROM steps WHERE stage = 'render' AND status = 'running'")
    rig.kill("renderer")
    killed = time.monotonic()
    rig.start("renderer")
    await rig.until("SELECT 1 FROM steps WHERE stage = 'render' AND attempt = 2")
    assert time.monotonic() - killed < 5 + 3
    assert rig.ended([report]) == {report: "completed"}
    await rig.check_logs(accepted=1)


async def test_a_flush_of_redis_loses_none_of_fifty_queued_reports(rig: Rig) -> None:
    made = [rig.post(title=f"Report {number}") for number in range(50)]
    redis.Redis.from_url(rig.valkey.url).flushall()
    rig.start("worker")
    rig.start("renderer")
    time.sleep(0.5)
    redis.Redis.from_url(rig.valkey.url).flushall()
    assert set(rig.ended(made, within_s=90).values()) == {"completed"}
    await rig.check_logs(accepted=50)


async def test_a_report_is_accepted_while_redis_is_down(rig: Rig) -> None:
    rig.start("worker")
    rig.start("renderer")
    rig.valkey.stop()
    asked = time.monotonic()
    report = rig.post()
    assert time.monotonic() - asked < 5
    rig.valkey.start()
    rig.valkey.wait()
    assert rig.ended([report]) == {report: "completed"}
    await rig.check_logs(accepted=1)


async def test_the_object_store_is_down_for_ten_seconds(rig: Rig) -> None:
    rig.start("worker")
    rig.start("renderer")
    rig.seaweedfs.stop()
    report = rig.post()
    await rig.until("SELECT 1 FROM events WHERE type = 'node.retried' AND node_id = 'render'")
    time.sleep(10)
    rig.seaweedfs.start()
    rig.seaweedfs.wait()
    assert rig.ended([report], within_s=90) == {report: "completed"}
    assert rig.download(report).content.startswith(b"%PDF-")
    await rig.check_logs(accepted=1)


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
    assert set(rig.ended(made, within_s=90).values()) == {"completed"}
    await rig.check_logs(accepted=2)
    assert max(model.finished.values()) <= 2


async def test_everything_is_told_to_stop_under_load(rig: Rig, model: SlowModel) -> None:
    """SIGTERM finishes or hands back; what comes up again goes on where it stopped."""
    settings = with_model(model, 0.5)
    for name in ("worker", "worker-2"):
        rig.start(name, **settings)
    rig.start("renderer")
    made = [rig.post(title=f"Report {number}") for number in range(12)]
    made += [rig.post(**demo_request()) for _ in range(2)]
    await rig.until("SELECT 1 FROM events WHERE type = 'run.completed'")
    for name in ("worker", "worker-2", "renderer", "api"):
        assert rig.stop(name) == 0, rig.log(name).read_text()[-2000:]
    assert not await rig.sql("SELECT 1 FROM steps WHERE status = 'running'")
    rig.start("api")
    rig.wait_for(rig.ready)
    rig.start("worker", **settings)
    rig.start("renderer")
    assert set(rig.ended(made, within_s=120).values()) == {"completed"}
    await rig.check_logs(accepted=14)
    assert set(model.finished.values()) <= {1, 2}


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
    import psutil

    for child in psutil.Process(rig._services["renderer"].pid).children(recursive=True):
        try:
            browser = "chrom" in child.name() and not any(word.startswith("--type=") for word in child.cmdline())
            if browser and child.status() != psutil.STATUS_ZOMBIE:
                child.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue


async def test_the_seed_s_poll_loop_downloads_every_format(rig: Rig) -> None:
    """Create, poll, download, as the long-form API's own example does it."""
    rig.start("worker")
    rig.start("renderer")
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
