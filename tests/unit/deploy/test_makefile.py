"""The commands that the README promises."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from deploy.local.folder import ROOT

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def make(*arguments: str, cwd=ROOT) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.defpath, "HOME": str(cwd)}
    return subprocess.run(
        ["/usr/bin/make", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_help_lists_every_target_with_one_line():
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert targets
    listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", make("help").stdout, re.MULTILINE))
    assert set(listed) == set(targets[1].split())
    assert {"demo", "up", "down", "key", "test", "check", "bench", "clean"} <= set(listed)


def test_help_is_what_make_does_by_itself():
    assert make().stdout == make("help").stdout


def test_a_model_that_is_not_known_is_refused():
    done = make("up", "LLM=lokal")
    assert done.returncode != 0
    assert "only LLM=local is known" in done.stderr


def test_clean_removes_data_and_nothing_outside_the_tree(tmp_path):
    """A folder that is only linked to is another's."""
    tree, elsewhere = tmp_path / "a tree", tmp_path / "elsewhere"
    for directory in (tree / ".pressrun", tree / "bench-results", tree / "docs", elsewhere):
        directory.mkdir(parents=True)
        (directory / "file").touch()
    (tree / "out").symlink_to(elsewhere)
    (tree / "Makefile").write_text(MAKEFILE)
    assert make("clean", cwd=tree).returncode == 0
    assert sorted(path.name for path in tree.iterdir()) == ["Makefile", "docs"]
    assert (elsewhere / "file").exists()


def test_a_key_without_a_stack_is_a_message_not_a_key(tmp_path):
    (tmp_path / "Makefile").write_text(MAKEFILE)
    done = make("-s", "key", cwd=tmp_path)
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "run make up" in done.stderr


@pytest.mark.parametrize("command", ["make test", "make check"])
def test_ci_runs_what_the_readme_says(command):
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert command in script.splitlines()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
