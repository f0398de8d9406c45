"""The client that PyPI has, unmodified, against the whole system: five kinds of reports, jobs, errors, look-ups."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdf
import pytest
import requests
from coreplexml import CorePlexMLClient
from coreplexml.exceptions import AuthenticationError, CorePlexMLError, NotFoundError, ValidationError

from tests.e2e.rig import Rig

from .entities import KINDS, Family

WAIT_S = 120


@pytest.mark.parametrize("kind", KINDS)
def test_create_wait_get_list_and_download(client: CorePlexMLClient, family: Family, tmp_path: Path, kind: str) -> None:
    """A report of every kind, by the five methods of the client's reports."""
    entity_id = getattr(family, kind)
    made = client.reports.create(family.project, kind, entity_id, {"title": f"About {kind}", "comments": "Looks well."})
    assert (made["id"], made["status"]) == (made["report_id"], "queued")

    waited = client.reports.wait(made["id"], interval=0.2, timeout=WAIT_S)["report"]
    assert waited["status"] == "succeeded", waited
    got = client.reports.get(made["id"])
    assert got == waited
    about = {name: got[name] for name in ("id", "project_id", "kind", "entity_id", "title", "job_id")}
    assert about == {
        "id": made["id"],
        "project_id": family.project,
        "kind": kind,
        "entity_id": entity_id,
        "title": f"About {kind}",
        "job_id": made["job_id"],
    }

    found = client.reports.list(project_id=family.project, kind=kind, limit=500)
    (listed,) = [item for item in found["items"] if item["id"] == made["id"]]
    assert {name: got[name] for name in listed} == listed
    assert found["total"] >= 1

    path = client.reports.download(made["id"], str(tmp_path / "report.pdf"))
    pages = pypdf.PdfReader(path).pages
    assert len(pages) == got["summary"]["pages"]
    text = " ".join(page.extract_text() for page in pages)
    assert f"About {kind}" in text
    assert "Looks well." in text


def test_a_job_is_polled_to_its_end(client: CorePlexMLClient, family: Family) -> None:
    """By the client's own loop; the job leads to the report and its file."""
    made = client.reports.create(family.project, "model", family.model)
    job = client._http.poll_job(made["job_id"], interval=0.2, timeout=WAIT_S)
    assert (job["id"], job["kind"], job["status"]) == (made["job_id"], "report_generate", "succeeded")
    report = client.reports.get(made["id"])
    assert job["result"] == {"report_id": made["id"], "artifact_id": report["artifact_id"]}


def test_insights_without_a_model_are_not_made_up(client: CorePlexMLClient, family: Family, tmp_path: Path) -> None:
    """The report is made all the same; summary and page say what is missing."""
    made = client.reports.create(family.project, "experiment", family.experiment, {"llm_insights": True, "colour": 1})
    summary = client.reports.wait(made["id"], interval=0.2, timeout=WAIT_S)["report"]["summary"]
    assert summary["llm_used"] is False
    assert summary["llm_insights"] == "unavailable: no language model is configured"
    assert summary["ignored_options"] == ["colour"]
    path = client.reports.download(made["id"], str(tmp_path / "report.pdf"))
    text = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(path).pages)
    assert "no language model is configured" in text


def test_a_cancelled_report_ends_the_waiting(client: CorePlexMLClient, family: Family, stack: Rig) -> None:
    """The client knows no such word; it is told that the report has failed, and why."""
    made = client.reports.create(family.project, "model", family.model, {"review": True})
    client._http.post(f"/api/reports/{made['id']}/cancel")
    waited = client.reports.wait(made["id"], interval=0.2, timeout=WAIT_S)["report"]
    assert (waited["status"], waited["error"], waited["summary"]) == ("failed", "cancelled", {})
    job = client._http.poll_job(made["job_id"], interval=0.2, timeout=WAIT_S)
    assert (job["status"], job["error"]) == ("failed", "cancelled")


def test_what_is_not_ready_is_a_conflict(client: CorePlexMLClient, family: Family, tmp_path: Path) -> None:
    made = client.reports.create(family.project, "model", family.model, {"review": True})
    with pytest.raises(CorePlexMLError) as refused:
        client.reports.download(made["id"], str(tmp_path / "report.pdf"))
    assert refused.value.status_code == 409
    assert not (tmp_path / "report.pdf").exists()
    client._http.delete(f"/api/reports/{made['id']}")
    with pytest.raises(NotFoundError) as gone:
        client.reports.get(made["id"])
    assert gone.value.detail == "Report not found"


def test_errors_are_of_the_kinds_that_the_client_knows(client: CorePlexMLClient, family: Family, stack: Rig) -> None:
    with pytest.raises(NotFoundError, match="Model not found"):
        client.reports.create(family.project, "model", str(uuid4()))
    with pytest.raises(NotFoundError, match="Project not found"):
        client.reports.create(str(uuid4()), "model", family.model)
    with pytest.raises(ValidationError) as wrong:
        client.reports.create("nope", "book", family.model, {"include_charts": "yes"})
    assert [one["loc"] for one in wrong.value.detail] == [
        ["body", "project_id"],
        ["body", "kind"],
        ["body", "options", "include_charts"],
    ]
    with pytest.raises(NotFoundError):
        client._http.poll_job(str(uuid4()))
    with CorePlexMLClient(client._http.base_url, "cpx_nothing") as stranger, pytest.raises(AuthenticationError):
        stranger.reports.list()


def test_ids_are_looked_up_by_the_same_client(client: CorePlexMLClient, family: Family) -> None:
    """Projects, experiments, models, deployments, synthetic data: as its own methods ask for them."""
    assert _only(client.projects.list(search="fraud"), family.project)["name"] == "Fraud"
    assert client.projects.get(family.project)["name"] == "Fraud"
    assert client.projects.timeline(family.project)["items"][0]["event"] == "Model deployed"
    assert _only(client.experiments.list(family.project), family.experiment)["status"] == "succeeded"
    assert client.experiments.get(family.experiment)["experiment"]["best_model_id"] == family.model
    assert client.experiments.wait(family.experiment, interval=0.1)["status"] == "succeeded"
    model = _only(client.models.list(experiment_id=family.experiment), family.model)
    assert (model["algorithm"], model["metrics"]["auc"]) == ("GBM", 0.94)
    assert client.models.get(family.model)["name"] == "GBM_1"
    assert client.models.parameters(family.model)["parameters"][0]["name"] == "ntrees"
    assert _only(client.deployments.list(family.project), family.deployment)["stage"] == "production"
    assert client.deployments.get(family.deployment)["name"] == "fraud-prod"
    assert client.deployments.drift(family.deployment)["drift"]["features"][0]["feature"] == "amount"
    (synth,) = client.synthgen.list_models(family.project)["items"]
    assert client.synthgen.get_model(synth["id"])["jobs"][0]["id"] == family.synthgen
    assert _only(client.synthgen.list_jobs(), family.synthgen)["status"] == "completed"
    assert client.synthgen.get_job(family.synthgen)["result"] == {"num_rows": 10000}


def test_a_privacy_session_is_reported_at_its_own_address(
    client: CorePlexMLClient, family: Family, tmp_path: Path
) -> None:
    path = client._http.download(f"/api/privacy/sessions/{family.privacy_session}/report", str(tmp_path / "p.pdf"))
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    assert "patients" in text
    assert "j***" not in text


def test_long_form_reports_live_in_the_same_place(client: CorePlexMLClient, family: Family, stack: Rig) -> None:
    """Each client sees its own reports, whichever was asked for last."""
    longform = stack.post(title="Side by side")
    made = client.reports.create(family.project, "model", family.model)
    assert stack.ended([longform])[longform] == "completed"
    assert client.reports.wait(made["id"], interval=0.2, timeout=WAIT_S)["report"]["status"] == "succeeded"
    mine = [item["id"] for item in client.reports.list(limit=500)["items"]]
    assert made["id"] in mine
    assert longform not in mine
    headers = {"X-API-Key": stack.key}
    theirs = requests.get(f"{stack.url}/api/reports/?limit=100", headers=headers, timeout=20).json()["data"]["reports"]
    assert longform in [one["id"] for one in theirs]
    assert made["id"] not in [one["id"] for one in theirs]


def _only(found: dict[str, Any], wanted: str) -> dict[str, Any]:
    (item,) = [item for item in found["items"] if item["id"] == wanted]
    return item
