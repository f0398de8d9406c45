"""The folder of the local stack: secrets stay secret, and only one supervisor has it."""

from __future__ import annotations

import base64
import os
import subprocess
import sys

import msgspec
import pytest

from deploy.local.addresses import S3
from deploy.local.errors import NotOursError
from deploy.local.folder import ROOT, Folder
from deploy.local.processes import Running
from deploy.local.settings import Settings
from deploy.local.state import State, read

TAKE = "import sys; from pathlib import Path; from deploy.local.folder import Folder; sys.exit(not Folder(Path(sys.argv[1])).take())"


@pytest.fixture
def folder(tmp_path) -> Folder:
    made = Folder(tmp_path / "with space" / ".pressrun")
    made.create()
    return made


def test_secrets_are_made_once_and_read_by_their_owner_only(folder):
    """The data can only be opened again with the same secrets."""
    first = folder.secrets()
    assert Folder(folder.path).secrets() == first
    assert (folder.path / "secrets.json").stat().st_mode & 0o077 == 0
    assert folder.path.stat().st_mode & 0o077 == 0
    assert len({first.database_password, first.redis_password, first.s3_secret_key}) == 3


def test_a_secret_that_is_new_joins_the_old_ones(folder):
    """A folder made by an older version keeps its data readable."""
    old = {"database_password": "old", "redis_password": "old", "s3_access_key": "old", "s3_secret_key": "old"}
    (folder.path / "secrets.json").write_bytes(msgspec.json.encode(old))
    secrets = folder.secrets()
    assert secrets.database_password == "old"
    assert len(base64.b64decode(secrets.secret_key)) == 32
    assert folder.secrets() == secrets


def test_ports_are_remembered(folder):
    assert folder.ports() == {}
    folder.keep_ports({"api": 8600})
    assert Folder(folder.path).ports() == {"api": 8600}


def test_only_one_process_has_the_folder(folder):
    """A second supervisor would run a second database over the same files."""
    assert folder.holder() is None
    assert folder.take()
    assert folder.holder() == Running.of(os.getpid())
    second = subprocess.run([sys.executable, "-c", TAKE, folder.path], cwd=ROOT, check=False)
    assert second.returncode == 1


def test_a_folder_whose_holder_ended_is_free_again(folder):
    first = subprocess.run([sys.executable, "-c", TAKE, folder.path], cwd=ROOT, check=False)
    assert first.returncode == 0
    assert folder.holder() is None
    assert folder.take()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_folder_is_not_taken_over(folder):
    os.chown(folder.path, 65534, 65534)
    with pytest.raises(NotOursError, match=r"belongs to user 65534 .* rm -r "):
        folder.create()


def test_the_state_file_says_what_runs_and_is_private(folder):
    state = State(
        supervisor=Running(1, 2),
        api_url="http://127.0.0.1:8600",
        dashboard_url="http://127.0.0.1:8600/queue",
        database_url="postgresql://user:secret@127.0.0.1/db",
        redis_url="redis://127.0.0.1",
        s3=S3(endpoint="http://127.0.0.1:1", access_key="a", secret_key="b", bucket="c"),
        processes={"api": Running(3, 4)},
    )
    state.write(folder.state)
    assert read(folder.state) == state
    assert folder.state.stat().st_mode & 0o077 == 0


def test_a_state_file_that_cannot_be_read_counts_as_none(folder):
    folder.state.write_text('{"half": ')
    assert read(folder.state) is None
    folder.state.unlink()
    assert read(folder.state) is None


def test_a_store_from_outside_needs_its_keys():
    """Half an address is a mistake, not a reason to start another store."""
    assert Settings().outside_store() is None
    with pytest.raises(SystemExit, match="PRESSRUN_S3_ACCESS_KEY"):
        Settings(s3_endpoint="https://s3.example").outside_store()
