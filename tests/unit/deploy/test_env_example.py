"""The example of the environment is the list of settings, and stays so."""

from __future__ import annotations

import re
import subprocess

import msgspec
import pytest

from deploy.local.addresses import S3, Addresses
from deploy.local.folder import ROOT, Folder
from deploy.local.journal import Journal
from deploy.local.services import Services
from deploy.local.settings import Settings as Local
from services.api.settings import Settings as Api
from services.renderer.settings import Settings as Renderer
from services.worker.settings import Settings as Worker
from shared.config import PREFIX, load

PATH = ROOT / "deploy" / ".env.example"
LINES = re.findall(rf"^#({PREFIX}\w+)=(.*)$", PATH.read_text("utf-8"), re.MULTILINE)
EXAMPLE = dict(LINES)
SERVICES = (Api, Worker, Renderer)


def test_it_names_every_setting_and_no_other():
    fields = {PREFIX + field.upper() for kind in (*SERVICES, Local) for field in kind.__struct_fields__}
    assert set(EXAMPLE) == fields


def test_no_setting_is_named_twice():
    assert len(EXAMPLE) == len(LINES)


@pytest.mark.parametrize("kind", [*SERVICES, Local], ids=["api", "worker", "renderer", "local"])
def test_its_values_are_the_defaults(kind: type[msgspec.Struct]):
    """Except for what has no default, and for the addresses that the local stack takes as orders."""
    given = load(kind, EXAMPLE | {"PRESSRUN_SECRET_KEY": "without a default"})
    for field in msgspec.structs.fields(kind):
        if field.required or kind is Local:
            continue
        assert getattr(given, field.name) == field.default, field.name


def test_sourcing_it_as_it_is_changes_nothing():
    """So that a newcomer who follows its first lines keeps the stack that makes everything up."""
    sourced = ["sh", "-c", f"set -a; . {PATH}; set +a; env"]
    said = subprocess.run(sourced, env={}, capture_output=True, text=True, check=True).stdout
    assert PREFIX not in said


def test_settings_without_a_value_leave_what_was_made_up(tmp_path):
    """``PRESSRUN_SECRET_KEY=`` must not make a stack that seals with nothing, nor one that does not start."""
    folder = Folder(tmp_path)
    folder.create()
    journal = Journal(folder.logs, None)
    empty = dict.fromkeys(EXAMPLE, "")
    services = Services(load(Local, empty), journal, ports={"api": 8600}, environment=empty)
    addresses = Addresses(
        "postgresql://a", "redis://b", S3(endpoint="http://c", access_key="d", secret_key="e", bucket="f")
    )
    told = services.environment(addresses, folder.secrets(), tmp_path / "chromium")
    journal.close()

    assert told["PRESSRUN_SECRET_KEY"] == folder.secrets().secret_key
    assert told["PRESSRUN_AUDIT_KEY"] == folder.secrets().audit_key
    assert "" not in told.values()
    assert load(Api, told | {"PRESSRUN_BODY_LIMIT_BYTES": ""}).body_limit_bytes == 8 * 1024 * 1024
