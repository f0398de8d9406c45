"""The example of the environment is the list of settings, and stays so."""

from __future__ import annotations

import msgspec
import pytest

from deploy.local.folder import ROOT
from deploy.local.settings import Settings as Local
from services.api.settings import Settings as Api
from services.renderer.settings import Settings as Renderer
from services.worker.settings import Settings as Worker
from shared.config import PREFIX, load

LINES = (ROOT / "deploy" / ".env.example").read_text("utf-8").splitlines()
EXAMPLE = dict(line.split("=", 1) for line in LINES if line and not line.startswith("#"))
SERVICES = (Api, Worker, Renderer)


def test_it_names_every_setting_and_no_other():
    fields = {PREFIX + field.upper() for kind in (*SERVICES, Local) for field in kind.__struct_fields__}
    assert set(EXAMPLE) == fields


def test_no_setting_is_named_twice():
    assert len(EXAMPLE) == sum(1 for line in LINES if line and not line.startswith("#"))


@pytest.mark.parametrize("kind", [*SERVICES, Local], ids=["api", "worker", "renderer", "local"])
def test_its_values_are_the_defaults(kind: type[msgspec.Struct]):
    """Except for what has no default, and for the addresses that the local stack takes as orders."""
    given = load(kind, EXAMPLE)
    for field in msgspec.structs.fields(kind):
        if field.required or kind is Local:
            continue
        assert getattr(given, field.name) == field.default, field.name
