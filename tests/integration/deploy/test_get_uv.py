"""How a machine comes by uv: what `make` does first."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.folder import ROOT

TOOLS = ("sh", "dirname", "mkdir", "ln", "rm", "id", "env", "cc")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs, for a PATH: those of a small machine, and no uv."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (folder / tool).symlink_to(found)
    return folder


def get_uv(path: Path, link: Path, python: str = sys._base_executable) -> subprocess.CompletedProcess[str]:  # type: ignore[attr-defined]
    return subprocess.run(
        [ROOT / "deploy" / "local" / "get-uv", python, link],
        env={**os.environ, "PATH": str(path)},  # noqa: TID251 - where packages come from is the machine's affair
        capture_output=True,
        text=True,
        check=False,
    )


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_machine_without_uv_gets_its_own(bare: Path, tmp_path: Path):
    """In a folder that was not there; the machine itself is as it was."""
    link = tmp_path / "a tree" / ".tools" / "uv"
    done = get_uv(bare, link)
    assert done.returncode == 0, done.stderr
    said = subprocess.run([link, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("uv ")
    assert link.resolve().is_relative_to(tmp_path / "a tree")
    assert shutil.which("uv", path=str(bare)) is None


def test_a_machine_s_own_uv_is_used(bare: Path, tmp_path: Path):
    link = tmp_path / ".tools" / "uv"
    own = script(bare / "uv", "echo uv 1")
    assert get_uv(bare, link).returncode == 0
    assert link.resolve() == own
    assert [path.name for path in link.parent.iterdir()] == ["uv"]


def test_an_old_python_is_refused_with_what_to_type(bare: Path, tmp_path: Path):
    link = tmp_path / ".tools" / "uv"
    done = get_uv(bare, link, str(script(tmp_path / "python3", "exit 1")))
    assert (done.returncode, link.exists()) == (1, False)
    assert "make PYTHON=python3.12" in done.stderr
