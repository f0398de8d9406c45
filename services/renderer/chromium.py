"""The engine behind the pool: one Chromium, whose tabs are kept and printed on again and again.

A tab shows documents of ours only. It runs no script, and reaches nothing: it is offline, every
request fails by interception, no name resolves, and where the machine allows it the browser has no
network at all. Only ``data:`` addresses work.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import structlog
from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Error,
    Page,
    Playwright,
    Route,
    async_playwright,
)

from .disguise import WRAPPER, Disguise
from .engine import EngineDied, TabDied

CLOSE_S = 3.0
"""What does not close by then is killed."""

FLAGS = ["--host-resolver-rules=MAP * ~NOTFOUND"]
BLANK = "about:blank"

log = structlog.get_logger()


class Tab:
    """A kept page. It belongs to one print at a time."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self.page = page
        self._browser = browser
        self._crashed = False
        page.on("crash", self._on_crash)

    async def print(self, html: str, **options: Any) -> bytes:
        """A PDF of this HTML, printed as Playwright's ``page.pdf`` does with these options.

        Raises:
            TabDied: this HTML brought the tab down, or led it away.
            EngineDied: the browser is gone.
        """
        try:
            await self.page.set_content(html, timeout=0)
            printed = await self.page.pdf(**options)
            await self.page.set_content("", timeout=0)  # nothing of this document may still go on
        except Error as error:
            raise self._named(error) from error
        if self.page.url != BLANK:
            raise TabDied("the document went to another page")
        return printed

    def _named(self, error: Error) -> Exception:
        closed = type(error).__name__ == "TargetClosedError"
        if not self._crashed and (closed or not self._browser.is_connected()):
            return EngineDied(error.message)
        return TabDied(error.message)

    def _on_crash(self, _page: Page) -> None:
        self._crashed = True


class Chromium:
    """One browser process tree, with Playwright's driver that launched it."""

    def __init__(self, program: Path, disguise: Disguise, *, fontconfig: Path | None = None) -> None:
        """
        Args:
            fontconfig: the configuration that says which fonts the browser finds; None: the system's.
        """
        self._program = program
        self._disguise = disguise
        self._fontconfig = fontconfig
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._context: BrowserContext | None = None
        self._processes: list[psutil.Process] = []
        """The driver and the leader of the browser's process group, once they run."""
        self._profile: str | None = None

    async def start(self) -> None:
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=WRAPPER,
            env=self._environment(),
            chromium_sandbox=self._disguise.sandbox,
            args=FLAGS,
            artifacts_dir=tempfile.gettempdir(),  # there are none; otherwise a folder would be made for them
            handle_sigint=False,  # a signal to this process is for its main to deal with
            handle_sigterm=False,
            handle_sighup=False,
        )
        pid = await _pid(await self._browser.new_browser_cdp_session())
        leader = psutil.Process(os.getpgid(pid))  # the browser, or a script of the system's that started it
        self._processes = [psutil.Process(leader.ppid()), leader]
        self._profile = _profile(leader)
        self._context = await self._browser.new_context(
            java_script_enabled=False,
            offline=True,
            accept_downloads=False,
            bypass_csp=True,  # a kept page would hold every document to the policies of all before it
        )
        await self._context.route("**/*", _refuse)

    def _environment(self) -> dict[str, str | float | bool]:
        fonts = {} if self._fontconfig is None else {"FONTCONFIG_FILE": str(self._fontconfig)}
        return {**self._disguise.environment(self._program), **fonts}

    async def stop(self) -> None:
        processes = list(self.processes())
        for close in (
            self._browser.close if self._browser else None,
            self._playwright.stop if self._playwright else None,
        ):
            if close is not None:
                with contextlib.suppress(Error, TimeoutError, OSError):
                    await asyncio.wait_for(close(), CLOSE_S)
        self.kill()
        for process in self._processes[:1]:
            with contextlib.suppress(psutil.Error, OSError):
                process.kill()
        await asyncio.to_thread(_clean_up, processes, self._profile)

    def kill(self) -> None:
        for process in self._processes[1:]:
            with contextlib.suppress(psutil.Error, OSError):
                if process.is_running():  # and is not another one of this number
                    os.killpg(process.pid, signal.SIGKILL)

    def healthy(self) -> bool:
        connected = self._browser is not None and self._browser.is_connected()
        return connected and all(map(_runs, self._processes))  # the driver's end is not told to the browser's object

    def megabytes(self) -> float:
        """What is the browser's alone: the program's own pages, which all its processes share, do not count."""
        return sum(_private_bytes(process) for process in self.processes()) / 1e6

    def processes(self) -> Iterator[psutil.Process]:
        """The browser's processes."""
        for browser in self._processes[1:]:
            with contextlib.suppress(psutil.Error):
                yield browser
                yield from browser.children(recursive=True)

    async def open(self) -> Tab:
        if self._browser is None or self._context is None:
            raise EngineDied("it was not started")
        try:
            return Tab(self._browser, await self._context.new_page())
        except Error as error:
            raise EngineDied(error.message) from error

    async def discard(self, tab: Tab) -> None:
        try:
            await asyncio.wait_for(tab.page.close(), CLOSE_S)
        except (Error, TimeoutError) as error:
            raise EngineDied("a tab does not close") from error


async def _pid(session: CDPSession) -> int:
    answer = await session.send("SystemInfo.getProcessInfo")
    return next(process["id"] for process in answer["processInfo"] if process["type"] == "browser")


def _profile(browser: psutil.Process) -> str | None:
    words = (word.partition("=") for word in browser.cmdline())
    return next((value for name, _, value in words if name == "--user-data-dir"), None)


def _clean_up(processes: list[psutil.Process], profile: str | None) -> None:
    """Remove the profile: the driver, which should, may have been killed before it could."""
    deadline = time.monotonic() + CLOSE_S
    while any(map(_runs, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)
    if profile is not None:
        shutil.rmtree(profile, ignore_errors=True)


async def _refuse(route: Route) -> None:
    with contextlib.suppress(Error):  # its tab may be closing
        await route.abort()


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _private_bytes(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        memory = process.memory_info()
        return int(memory.rss - memory.shared)
    return 0
