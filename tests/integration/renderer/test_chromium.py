"""The browser itself: as whom it runs, what it can reach, how it dies and what it leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from services.renderer.chromium import Chromium, Tab
from services.renderer.disguise import Disguise, choose
from services.renderer.engine import EngineDied, TabDied
from services.renderer.pool import Crashed, Limits, Pool, TooSlow
from tests.integration.renderer.pdf_text import text

HEAVY = "<table>" + "".join(f"<tr><td>{n}<td>{'word ' * 30}</tr>" for n in range(30_000)) + "</table>"
ROOT = Path(__file__).parents[3]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for temporary files that no other program uses."""
    with tempfile.TemporaryDirectory(prefix="pressrun-test-", ignore_cleanup_errors=True) as directory:
        path = Path(directory)
        path.chmod(0o755)
        monkeypatch.setenv("TMPDIR", directory)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield path
    tempfile.tempdir = None


async def test_a_tab_prints_one_document_after_another(tab: Tab):
    """A kept tab shows nothing of the document before."""
    assert text(await tab.print("<p>first")).strip() == "first"
    assert text(await tab.print("<p>second")).strip() == "second"


async def test_a_documents_policy_does_not_bind_the_next(tab: Tab):
    """A content security policy stays in force on a kept page; here none does, for nothing can be loaded anyway."""
    policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
    await tab.print(f"{policy}<style>p {{ display: none }}</style><p>hidden")
    assert text(await tab.print("<style>p { display: none }</style><p>hidden")).strip() == ""


async def test_embedded_images_and_fonts_are_printed(tab: Tab):
    """Data addresses are all that a document may use, and they work."""
    square = "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='20'><text y='9'>inside</text></svg>"
    printed = await tab.print(f'<img src="data:image/svg+xml,{square.replace("<", "%3C").replace(">", "%3E")}">')
    assert "inside" in text(printed)


async def test_scripts_do_not_run(tab: Tab):
    """Whatever gets into a document, it is not executed."""
    printed = await tab.print("<noscript>off</noscript><script>document.body.append('on')</script><p onclick=x>p")
    assert "off" in text(printed)
    assert "on" not in text(printed).split()


async def test_the_browser_has_no_rights(engine: Chromium, tab: Tab):
    """None of its processes is root's or may do what only root may, and it sees no secrets of ours."""
    await tab.print("<p>warm")
    processes = list(engine.processes())
    assert len(processes) > 3
    for process in processes:
        status = _status(process)
        if os.geteuid() == 0:
            assert "0" not in status["Uid"].split(), process
        if status["NSpid"].strip().count("\t") == 0:  # those of the sandbox's own namespaces have theirs there only
            assert int(status["CapEff"], 16) == 0, process
    environment = _environment(processes[0])
    assert b"PRESSRUN" not in environment
    assert b"PYTEST" not in environment


async def test_the_sandbox_is_on(engine: Chromium, tab: Tab):
    """Pages are handled in processes of their own namespaces behind a system call filter."""
    await tab.print("<p>warm")
    assert not any("no-sandbox" in word for process in engine.processes() for word in process.cmdline())
    renderers = _renderers(engine)
    assert renderers
    for renderer in renderers:
        assert _status(renderer)["Seccomp"].strip() == "2"
        for namespace in ("user", "pid", "net"):
            assert _namespace(renderer, namespace) != _namespace(psutil.Process(), namespace)


REQUESTS: dict[str, Callable[[str], str]] = {
    "image": lambda url: f'<img src="{url}/a"><picture><source srcset="{url}/b"><img></picture>',
    "style": lambda url: f'<style>@import url("{url}/a");body{{background:url({url}/b)}}</style>',
    "font": lambda url: f'<style>@font-face{{font-family:x;src:url("{url}/a")}}p{{font-family:x}}</style><p>x',
    "link": lambda url: f'<link rel=stylesheet href="{url}/a"><link rel=icon href="{url}/b">',
    "hints": lambda url: "".join(
        f'<link rel={rel} href="{url}/{rel}" as=script>'
        for rel in ("preconnect", "dns-prefetch", "prefetch", "preload", "modulepreload", "prerender", "manifest")
    ),
    "frames": lambda url: f'<iframe src="{url}/a"></iframe><object data="{url}/b"></object><embed src="{url}/c">',
    "svg": lambda url: f'<svg><image href="{url}/a"/><use href="{url}/b#x"/></svg>',
    "media": lambda url: f'<video src="{url}/a" poster="{url}/b" autoplay></video><audio src="{url}/c" autoplay>',
    "refresh": lambda url: f'<meta http-equiv=refresh content="0;url={url}/a"><p>x',
    "nested": lambda url: f"""<iframe srcdoc='<img src="{url}/a">'></iframe>""",
}


@pytest.mark.parametrize("networked", [False, True], ids=["without a network", "with one"])
async def test_a_document_reaches_no_server(chromium: Path, disguise: Disguise, networked: bool):
    """Not even a connection is made, by the browser's own refusal alone and where there is no network at all."""
    if networked:
        disguise = Disguise(
            name="networked", prefix=[word for word in disguise.prefix if word != "--net"], owner=disguise.owner
        )
        if disguise.prefix[:1] == ["unshare"] and not disguise.prefix[1].startswith("-"):
            disguise = Disguise(name="networked", prefix=disguise.prefix[1:], owner=disguise.owner)
    connections: list[str] = []
    server = await asyncio.start_server(lambda _, writer: _count(connections, writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    engine = Chromium(chromium, disguise)
    try:
        await engine.start()
        for kind, document in REQUESTS.items():
            tab = await engine.open()
            for host in ("127.0.0.1", "localhost"):
                with contextlib.suppress(TabDied):
                    await tab.print(document(f"http://{host}:{port}"))
            await asyncio.sleep(0.3)
            assert connections == [], kind
            await engine.discard(tab)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await asyncio.sleep(0.05)
        assert len(connections) == 1  # it does count
    finally:
        await engine.stop()
        server.close()


async def test_a_document_reads_no_files(tab: Tab, tmp_path: Path):
    """A file that any user may read stays unread."""
    secret = Path(tempfile.gettempdir()) / f"readable-{os.getpid()}.html"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg' id='x'><text y='20'>SECRET</text></svg>")
    secret.chmod(0o644)
    try:
        url = secret.as_uri()
        printed = await tab.print(
            f'<p>shown<iframe src="{url}"></iframe><object data="{url}"></object><embed src="{url}"><img src="{url}">'
            f'<link rel=stylesheet href="{url}"><svg><image href="{url}"/><use href="{url}#x"/></svg>'
        )
        assert "shown" in text(printed)
        assert "SECRET" not in text(printed)
    finally:
        secret.unlink()


async def test_a_document_that_leads_its_tab_away_harms_nobody(engine: Chromium):
    """Either it is stopped in time or its tab is lost with it; the next document is printed as if nothing had been."""
    tab = await engine.open()
    for delay in ("0", "0", "0.1", "0.3"):
        try:
            await tab.print(f'<meta http-equiv=refresh content="{delay};url=http://127.0.0.1:9/"><p>x')
        except TabDied:
            tab = await engine.open()
        for _ in range(5):
            assert text(await tab.print("<p>next")).strip() == "next"
            await asyncio.sleep(0.1)


async def test_a_dead_page_is_told_from_a_dead_browser(engine: Chromium):
    """One tab's crash is that tab's; the browser goes on."""
    other = await engine.open()
    await other.print("<p>warm")
    before = _renderers(engine)
    tab = await engine.open()
    await tab.print("<p>warm")
    printing = asyncio.create_task(tab.print(HEAVY))
    await asyncio.sleep(0.2)
    for renderer in set(_renderers(engine)) - set(before):
        renderer.kill()
    with pytest.raises(TabDied):
        await printing
    await engine.discard(tab)
    assert engine.healthy()
    assert text(await other.print("<p>alive")).strip() == "alive"


async def test_a_dead_browser_is_told(engine: Chromium, tab: Tab):
    """Everything that was printing fails at once, and nothing hangs."""
    printing = asyncio.create_task(tab.print(HEAVY))
    await asyncio.sleep(0.2)
    engine.kill()
    with pytest.raises(EngineDied):
        await asyncio.wait_for(printing, 3)
    assert not engine.healthy()
    with pytest.raises(EngineDied):
        await engine.open()


async def test_a_dead_driver_is_a_dead_browser(temporary: Path, engine: Chromium, tab: Tab):
    """The process between us and the browser may die as well; the browser does not outlive it."""
    processes = list(engine.processes())
    printing = asyncio.create_task(tab.print(HEAVY))
    await asyncio.sleep(0.2)
    processes[0].parent().kill()
    with pytest.raises(EngineDied):
        await asyncio.wait_for(printing, 3)
    assert not engine.healthy()
    await asyncio.wait_for(engine.stop(), 10)
    await _gone(processes)
    assert _inside(temporary) == set()


async def test_an_abandoned_print_is_gone_within_a_second(engine: Chromium, tab: Tab):
    """A cancelled report does not go on using the processor."""
    printing = asyncio.create_task(tab.print(HEAVY))
    await asyncio.sleep(0.2)
    printing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await printing
    began = time.monotonic()
    await engine.discard(tab)
    assert time.monotonic() - began < 1
    other = await engine.open()
    assert text(await other.print("<p>next")).strip() == "next"


@pytest.mark.parametrize("way", ["stop", "kill and stop", "kill", "stop twice"])
async def test_nothing_is_left_behind(temporary: Path, chromium: Path, disguise: Disguise, way: str):
    """No process, no zombie, no temporary file, however the browser ended."""
    engine = Chromium(chromium, disguise)
    await engine.start()
    tab = await engine.open()
    await tab.print("<p>x")
    processes = list(engine.processes())
    assert _inside(temporary)
    if way.startswith("kill"):
        engine.kill()
    if way == "kill and stop":
        await asyncio.sleep(0.5)
    await engine.stop()
    if way == "stop twice":
        await engine.stop()
    await _gone(processes)
    assert _inside(temporary) == set()
    assert [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE] == []


async def test_a_killed_renderer_takes_its_browser_with_it(temporary: Path, chromium: Path):
    """SIGKILL leaves nobody to clean up, and still nothing is left."""
    script = textwrap.dedent(
        f"""
        import asyncio, os
        from pathlib import Path
        from services.renderer.chromium import Chromium
        from services.renderer.disguise import choose

        async def main():
            program = Path({str(chromium)!r})
            engine = Chromium(program, choose(program, root=os.geteuid() == 0, allow_root=False))
            await engine.start()
            tab = await engine.open()
            print("pids", *(process.pid for process in engine.processes()), flush=True)
            while True:
                await tab.print("<p>x")

        asyncio.run(main())
        """
    )
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert owner.stdout
    line = ""
    while not line.startswith("pids"):
        line = (await asyncio.wait_for(owner.stdout.readline(), 20)).decode()
        assert line
    processes = [psutil.Process(int(pid)) for pid in line.split()[1:]]
    owner.send_signal(signal.SIGKILL)
    await owner.wait()
    await _gone(processes)
    async with asyncio.timeout(5):
        while _inside(temporary):
            await asyncio.sleep(0.05)


async def test_the_pool_kills_a_late_print_and_goes_on(chromium: Path, disguise: Disguise):
    """The deadline ends all of the browser's processes; the next report finds a new one."""
    engines: list[Chromium] = []

    def make() -> Chromium:
        engines.append(Chromium(chromium, disguise))
        return engines[-1]

    pool = Pool(make, Limits(slots=2))
    assert text(await pool.run(lambda tab: tab.print("<p>warm"), deadline_s=20)).strip() == "warm"
    processes = list(engines[0].processes())
    with pytest.raises(TooSlow):
        await pool.run(lambda tab: tab.print(HEAVY), deadline_s=0.3)
    await _gone(processes)
    assert text(await pool.run(lambda tab: tab.print("<p>next"), deadline_s=20)).strip() == "next"
    await pool.close()


async def test_the_pool_finds_out_who_kills_the_browser(chromium: Path, disguise: Disguise):
    """The document that does it fails; the one beside it is printed."""
    engines: list[Chromium] = []

    def make() -> Chromium:
        engines.append(Chromium(chromium, disguise))
        return engines[-1]

    async def poison(tab: Tab) -> bytes:
        engines[-1].kill()
        return await tab.print("<p>poison")

    pool = Pool(make, Limits(slots=2))
    await pool.run(lambda tab: tab.print("<p>warm"), deadline_s=20)
    innocent = asyncio.create_task(pool.run(lambda tab: tab.print("<p>fine" + HEAVY[:200_000]), deadline_s=20))
    await asyncio.sleep(0.05)
    with pytest.raises(Crashed):
        await pool.run(poison, deadline_s=20)
    assert "fine" in text(await innocent, most=1)
    await pool.close()


@as_root
def test_a_browser_that_others_cannot_reach_runs_in_a_user_namespace(chromium: Path, tmp_path: Path):
    """Below a private folder only root finds the program, and still it is not root that runs it."""
    private = Path(tempfile.mkdtemp(prefix="private-"))
    try:
        hidden = private / "browser"
        hidden.write_text(f'#!/bin/sh\nexec {chromium} "$@"\n')
        hidden.chmod(0o755)
        found = choose(hidden, root=True, allow_root=False)
        assert found.name.startswith("user namespace")
        assert found.sandbox
    finally:
        hidden.unlink()
        private.rmdir()


def test_what_is_no_browser_is_refused_with_reasons():
    """An operator reads what was tried and what to set."""
    with pytest.raises(SystemExit, match="PRESSRUN_CHROMIUM"):
        choose(Path("/nowhere/chromium"), root=True, allow_root=True)
    with pytest.raises(SystemExit, match=r"own user.*\n.*user namespace.*(\n.*)*PRESSRUN_ALLOW_ROOT_CHROMIUM"):
        choose(Path("/bin/false"), root=True, allow_root=False)


def _status(process: psutil.Process) -> dict[str, str]:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return dict(line.split(":", 1) for line in lines)


def _namespace(process: psutil.Process, kind: str) -> str:
    return str(Path(f"/proc/{process.pid}/ns/{kind}").readlink())


def _environment(process: psutil.Process) -> bytes:
    return Path(f"/proc/{process.pid}/environ").read_bytes()


def _renderers(engine: Chromium) -> list[psutil.Process]:
    return [process for process in engine.processes() if "--type=renderer" in process.cmdline()]


async def _count(connections: list[str], writer: asyncio.StreamWriter) -> None:
    connections.append("one")
    writer.close()


async def _gone(processes: list[psutil.Process]) -> None:
    """Ended; who started a killed parent reaps its children in its own time."""
    async with asyncio.timeout(5):
        while any(map(_runs, processes)):
            await asyncio.sleep(0.02)


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _inside(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}
