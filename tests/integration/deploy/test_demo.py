"""``make demo``: from nothing to files that one would send to a customer."""

from __future__ import annotations

import subprocess
import sys

from deploy.local.folder import ROOT

DEMO_S = 240


def test_the_demo_leaves_three_files_and_nothing_that_runs(tmp_path):
    """It starts everything, has a report made over HTTP, downloads it in every format and stops everything."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "deploy.local", "--folder", tmp_path / "stack", "demo", "--out", out]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEMO_S, check=False)
    assert done.returncode == 0, done.stderr
    files = {path.suffix: path for path in out.iterdir()}
    assert set(files) == {".pdf", ".html", ".md"}
    assert sorted(done.stdout.splitlines()) == sorted(str(path) for path in files.values())
    assert files[".pdf"].read_bytes().startswith(b"%PDF-")
    assert files[".html"].read_text("utf-8").lstrip().lower().startswith("<!doctype html>")
    assert files[".md"].read_text("utf-8").startswith("# ")
    for path in ("/docs", "/queue"):
        assert path in done.stderr
    assert not (tmp_path / "stack" / "state.json").exists()
