"""What the local stack tells its services."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.addresses import S3, Addresses
from deploy.local.folder import Folder
from deploy.local.journal import Journal
from deploy.local.services import MODEL, Services
from deploy.local.settings import Settings
from services.worker.settings import Settings as Worker
from shared.config import load

ADDRESSES = Addresses(
    "postgresql://a@b/c", "redis://d", S3(endpoint="http://e", access_key="f", secret_key="g", bucket="h")
)


@pytest.mark.parametrize(("ports", "demonstration"), [({"api": 1}, False), ({"api": 1, MODEL: 2}, True)])
def test_the_small_model_is_a_demonstration(tmp_path: Path, ports: dict[str, int], demonstration: bool):
    """Its worker knows it, and with it every report; without the model nobody is told so."""
    folder = Folder(tmp_path)
    folder.create()
    journal = Journal(folder.logs, None)
    environment = Services(Settings(), journal, ports=ports, environment={}).environment(
        ADDRESSES, folder.secrets(), Path("chromium")
    )
    journal.close()
    settings = load(Worker, environment)
    assert (settings.llm_demonstration, bool(settings.llm_base_url)) == (demonstration, demonstration)
