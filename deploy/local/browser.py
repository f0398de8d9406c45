"""Finds a Chromium that runs, and installs one where there is none."""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from deploy.local.errors import NoBrowserError
from deploy.local.folder import Folder

# The headless shell prints twice as fast as the whole browser.
SHELLS = ("chromium-headless-shell", "/usr/lib/chromium/chromium-headless-shell")
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

PACKAGE = "chromium-headless-shell"
SILENCE_S = 30.0
"""A download that says nothing for so long has no network."""

PATIENCE = ("-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=120")
"""How long apt-get waits for its servers, and for another apt-get."""

Say = Callable[[str], None]


def installed(environment: Mapping[str, str]) -> Path | None:
    """The best Chromium on this machine, or None."""
    return first_that_works(
        candidates(
            playwright=lambda: playwright_shells(environment),
            system=shutil.which,
            download=lambda: False,
            install=lambda: False,
        )
    )


def ensure(folder: Folder, environment: Mapping[str, str], *, say: Say) -> Path:
    """The Chromium to use: the one in ``PRESSRUN_CHROMIUM``, the one of the last time, or the best to be had.

    Raises:
        NoBrowserError: there is none; with the command to type.
    """
    given = environment.get("PRESSRUN_CHROMIUM")
    if given:
        if not works(Path(given)):
            raise NoBrowserError(f"PRESSRUN_CHROMIUM={given} does not run: is it the path of a Chromium?")
        return Path(given)
    remembered = folder.path / "chromium"
    if remembered.is_symlink() and remembered.exists():
        return remembered.readlink()
    found = first_that_works(
        candidates(
            playwright=lambda: playwright_shells(environment),
            system=shutil.which,
            download=lambda: _download(environment, say=say),
            install=lambda: _install(say=say),
        )
    )
    if found is None:
        raise NoBrowserError(_advice())
    remembered.unlink(missing_ok=True)
    remembered.symlink_to(found)
    return found


def candidates(
    *,
    playwright: Callable[[], Iterable[Path]],
    system: Callable[[str], str | None],
    download: Callable[[], bool],
    install: Callable[[], bool],
) -> Iterator[Path]:
    """Every Chromium to be had, best first; what must be fetched is only fetched when it is asked for.

    Args:
        playwright: the headless shells that Playwright has.
        system: the path of an installed program by its name.
        download: have Playwright fetch its headless shell; whether it did.
        install: have the system's package manager install one; whether it did.
    """
    yield from playwright()
    yield from _found(SHELLS, system)
    if download():
        yield from playwright()
    yield from _found(BROWSERS, system)
    if install():
        yield from _found(SHELLS, system)


def first_that_works(programs: Iterable[Path]) -> Path | None:
    return next((program for program in programs if works(program)), None)


def works(program: Path) -> bool:
    """Whether the program runs here at all: a downloaded one may lack system libraries."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def playwright_shells(environment: Mapping[str, str]) -> list[Path]:
    """The headless shells that Playwright downloaded, newest first."""
    cache = Path(environment.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = [
        program
        for name in ("headless_shell", "chrome-headless-shell")
        for program in cache.glob(f"chromium_headless_shell-*/chrome-*/{name}")
    ]
    return sorted(found, key=_revision, reverse=True)


def _found(names: Iterable[str], system: Callable[[str], str | None]) -> Iterator[Path]:
    return (Path(found) for found in map(system, names) if found)


def _revision(path: Path) -> int:
    number = path.parent.parent.name.rpartition("-")[2]
    return int(number) if number.isdigit() else 0


def _download(environment: Mapping[str, str], *, say: Say) -> bool:
    say("no headless Chromium found: downloading Playwright's")
    process = subprocess.Popen(
        [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"],
        env={**environment, "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with process:
        if not _talks_to_its_end(process):
            process.kill()
    done = process.returncode == 0
    say("downloaded" if done else "the download failed")
    return done


def _talks_to_its_end(process: subprocess.Popen[bytes]) -> bool:
    """Wait for a program while it says something at least every ``SILENCE_S``."""
    if process.stdout is None:
        return False
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        deadline = time.monotonic() + SILENCE_S
        while time.monotonic() < deadline:
            if not selector.select(timeout=1):
                continue
            if not os.read(process.stdout.fileno(), 65536):
                return True
            deadline = time.monotonic() + SILENCE_S
    return False


def _install(*, say: Say) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"no Chromium found: installing the system package {PACKAGE} with apt-get")
    environment = {**_system_environment(), "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", PACKAGE]):
        done = subprocess.run(
            ["apt-get", *PATIENCE, *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            say(f"`apt-get {' '.join(command)}` failed: {said}")
    return done.returncode == 0


def _system_environment() -> dict[str, str]:
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


def _advice() -> str:
    if shutil.which("apt-get"):
        return (
            "Chromium is missing and could not be downloaded. Type\n\n"
            f"    sudo apt-get install {PACKAGE}\n\n"
            "and run the same command again."
        )
    return (
        "Chromium is missing and could not be downloaded. Install chromium-headless-shell, Chromium or Chrome, "
        "or set PRESSRUN_CHROMIUM to the path of one, and run the same command again."
    )
