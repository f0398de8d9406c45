"""Which Chromium is chosen."""

from __future__ import annotations

from pathlib import Path

from deploy.local.browser import candidates, first_that_works, playwright_shells


class Machine:
    """What a machine has, and what was fetched for it."""

    def __init__(self, *installed: str, playwright: bool = False, network: bool = False, apt: bool = False) -> None:
        self.installed = set(installed)
        self.playwright = playwright
        self.network = network
        self.apt = apt
        self.fetched: list[str] = []

    def candidates(self):
        return candidates(
            playwright=lambda: [Path("/playwright/shell")] if self.playwright else [],
            system=lambda name: f"/usr/bin/{name}" if name in self.installed else None,
            download=self._download,
            install=self._install,
        )

    def first(self) -> str | None:
        found = next(self.candidates(), None)
        return str(found) if found else None

    def _download(self) -> bool:
        self.fetched.append("download")
        self.playwright = self.network
        return self.network

    def _install(self) -> bool:
        self.fetched.append("install")
        self.installed |= {"chromium-headless-shell"} if self.apt else set()
        return self.apt


def test_playwrights_own_shell_comes_first():
    """It is the build that the library was made for."""
    machine = Machine("chromium-headless-shell", "chromium", playwright=True)
    assert machine.first() == "/playwright/shell"
    assert machine.fetched == []


def test_the_systems_shell_spares_a_download():
    machine = Machine("chromium", "chromium-headless-shell", network=True)
    assert machine.first() == "/usr/bin/chromium-headless-shell"
    assert machine.fetched == []


def test_a_shell_is_downloaded_before_a_whole_browser_is_used():
    """The headless shell prints twice as fast."""
    machine = Machine("chromium", "google-chrome", network=True)
    assert machine.first() == "/playwright/shell"
    assert machine.fetched == ["download"]


def test_a_whole_browser_is_better_than_an_installation():
    machine = Machine("google-chrome", "chromium", apt=True)
    assert machine.first() == "/usr/bin/chromium"
    assert machine.fetched == ["download"]


def test_the_package_manager_is_the_last_resort():
    machine = Machine(apt=True)
    assert machine.first() == "/usr/bin/chromium-headless-shell"
    assert machine.fetched == ["download", "install"]


def test_a_machine_without_anything_has_none():
    assert Machine().first() is None


def test_a_program_that_does_not_run_is_passed_over(tmp_path):
    """A downloaded browser may lack the system's libraries."""
    broken, missing, good = tmp_path / "broken", tmp_path / "missing", tmp_path / "good"
    for path, code in ((broken, 127), (good, 0)):
        path.write_text(f"#!/bin/sh\nexit {code}\n")
        path.chmod(0o755)
    assert first_that_works([missing, broken, good]) == good
    assert first_that_works([missing, broken]) is None


def test_the_newest_of_playwrights_shells_is_preferred(tmp_path):
    old = tmp_path / "chromium_headless_shell-999" / "chrome-linux" / "headless_shell"
    new = tmp_path / "chromium_headless_shell-1255" / "chrome-headless-shell-linux64" / "chrome-headless-shell"
    for path in (old, new):
        path.parent.mkdir(parents=True)
        path.touch()
    assert playwright_shells({"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}) == [new, old]
