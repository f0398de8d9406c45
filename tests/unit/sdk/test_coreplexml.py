"""Reading a CorePlexML server that answers in the shapes its published client reads."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from coreplexml import CorePlexMLClient

from sdk.pressrun_ml import Client, InputError, RefusedError, UnreachableError
from sdk.pressrun_ml.importers import coreplexml
from services.api.entities.reading import read
from tests.unit.sdk.serving import Answer, Asked, nobody, serve

PROJECT, EXPERIMENT, FIRST, SECOND, DEPLOYMENT, JOB, SYNTH = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "1234567")  # fmt: skip

MODELS: list[dict[str, Any]] = [
    {"id": FIRST, "name": "GLM_1", "algo": "GLM", "experiment_id": EXPERIMENT, "project_id": PROJECT, "metrics": {"auc": 0.91, "logloss": 0.3, "rmse": None}},
    {"id": SECOND, "name": "GBM_1", "model_type": "GBM", "experiment_id": EXPERIMENT, "project_id": PROJECT, "metrics": {"auc": 0.94, "logloss": 0.2}, "training_time_ms": 5120},
]  # fmt: skip


def page(*items: dict[str, Any]) -> Answer:
    """A list as CorePlexML cuts it."""

    def answer(asked: Asked) -> tuple[int, Any]:
        limit, offset = int(asked.query["limit"]), int(asked.query["offset"])
        return 200, {
            "items": list(items[offset : offset + limit]),
            "total": len(items),
            "limit": limit,
            "offset": offset,
        }

    return answer


def upstream() -> dict[str, Answer]:
    """A project with one of each kind."""
    experiment = {"id": EXPERIMENT, "name": "Fraud v3", "project_id": PROJECT, "status": "succeeded", "problem_type": "classification", "target_column": "is_fraud", "engines": ["h2o"], "config": {"nfolds": 5, "sort_metric": "AUC"}, "created_at": "2026-05-04T09:00:00Z"}  # fmt: skip
    deployment = {"id": DEPLOYMENT, "name": "fraud-prod", "stage": "production", "status": "active", "traffic_percent": 100, "model_id": SECOND, "project_id": PROJECT}  # fmt: skip
    drift = {"method": "psi", "features": [{"feature": "amount", "psi": 0.18, "status": "warning"}]}
    job = {"id": JOB, "status": "ready", "model_id": SYNTH, "result": {"num_rows": 500, "seed": 7}, "output_artifact_id": SYNTH}  # fmt: skip
    return {
        f"GET /api/projects/{PROJECT}": (200, {"project": {"id": PROJECT, "name": "Fraud", "description": "Cards."}}),
        f"GET /api/projects/{PROJECT}/timeline": (200, {"items": [{"created_at": "2026-05-04T09:00:00Z", "type": "experiment started", "user": "Ada"}]}),
        f"GET /api/projects/{PROJECT}/members": (403, {"detail": "Insufficient permissions"}),
        "GET /api/experiments": page(experiment),
        f"GET /api/experiments/{EXPERIMENT}": (200, {"experiment": experiment}),
        "GET /api/models": page(*MODELS),
        f"GET /api/models/{FIRST}": (200, MODELS[0]),
        f"GET /api/models/{SECOND}": (200, {"model": MODELS[1]}),
        f"GET /api/models/{SECOND}/parameters": (200, {"parameters": {"ntrees": {"default": 50, "actual": 120}, "seed": 42}}),
        f"GET /api/models/{SECOND}/explain": (200, {"variable_importance": [{"variable": "hour", "relative_importance": 12.5}, {"variable": "amount", "relative_importance": 80}]}),
        f"GET /api/mlops/projects/{PROJECT}/deployments": page(deployment),
        f"GET /api/mlops/deployments/{DEPLOYMENT}": (200, {"deployment": deployment, "model": MODELS[1]}),
        f"GET /api/mlops/deployments/{DEPLOYMENT}/drift": (200, {"deployment_id": DEPLOYMENT, "drift": drift}),
        "GET /api/synthgen/jobs": page(job),
        f"GET /api/synthgen/jobs/{JOB}": (200, job),
    }  # fmt: skip


def checked(kind: str, entity: dict[str, Any]) -> dict[str, Any]:
    """The entity, which Pressrun accepts, and knows every field of but one that is a leaderboard's."""
    reading = read(kind, UUID(entity["job_id" if kind == "synthgen" else "id"]), json.loads(json.dumps(entity)))
    assert set(reading.unknown) <= {"training_time_ms"}
    return entity


def test_a_model_has_what_the_published_client_is_told() -> None:
    """Metrics, settings and importance are those that ``coreplexml`` reads from the same server."""
    with serve(upstream()) as server, CorePlexMLClient(server.url, api_key="cpx") as sdk:
        entity = checked("model", coreplexml.read_entity(server.url, "cpx", "model", SECOND))
        told, settings = sdk.models.get(SECOND)["model"], sdk.models.parameters(SECOND)["parameters"]
        assert {one.headers["Authorization"] for one in server.asked} == {"Bearer cpx"}
    assert entity["metrics"] == {"reported": told["metrics"]}
    assert entity["hyperparameters"] == [
        {"name": "ntrees", "value": settings["ntrees"]["actual"], "default": 50},
        {"name": "seed", "value": 42},
    ]
    assert [(one["feature"], one["importance"]) for one in entity["feature_importance"]] == [("amount", 80), ("hour", 12.5)]  # fmt: skip
    assert (entity["algo"], entity["name"]) == ("GBM", "GBM_1")
    assert set(entity["sources"].values()) == {"upstream"}
    assert entity["sources"]["metrics"] == "upstream"


def test_an_experiment_has_its_models_as_leaderboard() -> None:
    """The best first by the metric that it was sorted by; what classification means is not made up."""
    with serve(upstream()) as server:
        entity = checked("experiment", coreplexml.read_entity(server.url, "cpx", "experiment", EXPERIMENT))
    assert [(row["name"], row["algo"], row["metrics"]["auc"]) for row in entity["leaderboard"]] == [("GBM_1", "GBM", 0.94), ("GLM_1", "GLM", 0.91)]  # fmt: skip
    assert (entity["best_model_id"], entity["sort_metric"], entity["engine"]) == (SECOND, "auc", "h2o")
    assert "problem_type" not in entity


def test_a_deployment_has_its_model_and_its_drift() -> None:
    """Three answers become one entity."""
    with serve(upstream()) as server:
        entity = checked("deployment", coreplexml.read_entity(server.url, "cpx", "deployment", DEPLOYMENT))
    assert entity["model"] == {"id": SECOND, "name": "GBM_1", "algo": "GBM"}
    assert entity["drift"]["features"][0]["psi"] == 0.18


def test_a_synthetic_data_job_is_known_by_its_own_id() -> None:
    """Its result becomes fields, and its status the one of jobs."""
    with serve(upstream()) as server:
        entity = checked("synthgen", coreplexml.read_entity(server.url, "cpx", "synthgen", JOB))
    assert (entity["job_id"], entity["status"], entity["rows_synthetic"], entity["seed"]) == (JOB, "completed", 500, 7)
    assert entity["model"] == {"id": SYNTH}


def test_a_whole_project_is_pushed_kind_by_kind() -> None:
    """Everything of the project arrives under its project; what cannot be seen is left out."""
    kept: list[Asked] = []

    def keep(asked: Asked) -> tuple[int, Any]:
        kept.append(asked)
        return 201, {
            "ok": True,
            "entity": {"unknown": ["engines"] if "experiment" in asked.path else []},
            "dropped": [],
        }

    idents = [("project", PROJECT), ("experiment", EXPERIMENT), ("model", FIRST), ("model", SECOND), ("deployment", DEPLOYMENT), ("synthgen", JOB)]  # fmt: skip
    answers: dict[str, Answer] = {f"PUT /api/ml/entities/{kind}/{ident}": keep for kind, ident in idents}
    with serve(upstream()) as far, serve(answers) as near, Client(near.url, "k") as client:
        found = coreplexml.import_project(client, far.url, "cpx", PROJECT)
    assert [one.path.split("/")[-2:] for one in kept] == [list(pair) for pair in idents]
    assert {one.body.get("project_id") for one in kept[1:]} == {PROJECT}
    assert kept[0].body["timeline"] == [{"at": "2026-05-04T09:00:00Z", "event": "experiment started", "actor": "Ada"}]
    assert "members" not in kept[0].body
    assert (found.project_id, found.ids["model"], found.unknown) == (PROJECT, [FIRST, SECOND], {EXPERIMENT: ["engines"]})  # fmt: skip


def test_long_lists_are_read_to_their_end() -> None:
    """More models than one page has."""
    many = [{"id": f"{at:08d}-0000-4000-8000-000000000000", "metrics": {"auc": at / 1000}} for at in range(250)]
    with serve(upstream() | {"GET /api/models": page(*many)}) as server:
        entity = coreplexml.read_entity(server.url, "cpx", "experiment", EXPERIMENT)
    assert len(entity["leaderboard"]) == 250
    assert entity["leaderboard"][0]["metrics"]["auc"] == 0.249


def test_what_goes_wrong_is_said_with_the_remedy() -> None:
    """An unknown kind, an unknown id, a bad key, a project that nobody names, nobody at the address."""
    with serve(upstream() | {f"GET /api/models/{JOB}": (401, {"detail": "Invalid key"})}) as server:
        with pytest.raises(InputError, match="none of experiment, model"):
            coreplexml.read_entity(server.url, "cpx", "tree", FIRST)
        with pytest.raises(RefusedError, match=r"404: Not found .check the address and the id"):
            coreplexml.read_entity(server.url, "cpx", "model", DEPLOYMENT)
        with pytest.raises(RefusedError, match="pass a valid key"):
            coreplexml.read_entity(server.url, "cpx", "model", JOB)
        with Client(server.url, "k") as client, pytest.raises(InputError, match="pass project_id"):
            coreplexml.import_entity(client, server.url, "cpx", "synthgen", JOB)
    url = nobody()
    with pytest.raises(UnreachableError, match=f"CorePlexML cannot be reached at {url}"):
        coreplexml.read_project(url, "cpx", PROJECT)
