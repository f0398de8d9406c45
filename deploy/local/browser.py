"""Finds Chromium: the headless shell before the whole browser, Playwright's own before the system's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

SYSTEM_PROGRAMS = (
    "/usr/lib/chromium/chromium-headless-shell",
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)


def installed() -> Path | None:
    """The best Chromium on this machine, or None."""
    return next((Path(found) for found in _candidates() if found), None)


def playwright_shells(cache: Path) -> list[Path]:
    """The headless shells that Playwright downloaded into its cache, newest first."""
    found = [
        *cache.glob("chromium_headless_shell-*/chrome-*/headless_shell"),
        *cache.glob("chromium_headless_shell-*/chrome-*/chrome-headless-shell"),
    ]
    return sorted((path for path in found if os.access(path, os.X_OK)), key=_revision, reverse=True)


def _candidates() -> Iterable[str | Path | None]:
    yield from playwright_shells(Path.home() / ".cache" / "ms-playwright")
    for program in SYSTEM_PROGRAMS:
        yield shutil.which(program)


def _revision(path: Path) -> int:
    number = path.parent.parent.name.rpartition("-")[2]
    return int(number) if number.isdigit() else 0
