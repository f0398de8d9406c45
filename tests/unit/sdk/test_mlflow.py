"""Reading MLflow's folders: small ones in its own format. What MLflow itself writes is read in the integration tests."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sdk.pressrun_ml import InputError, RefusedError, UnreachableError
from sdk.pressrun_ml.importers import mlflow
from sdk.pressrun_ml.importers.mlflow.names import placed
from services.api.entities.reading import read
from tests.unit.sdk.serving import nobody, serve


def folder(root: Path, *runs: dict[str, Any], name: str = "cancer", ident: str = "7") -> Path:
    """An experiment's folder with these runs, as MLflow's file store writes it."""
    place = root / ident
    place.mkdir(parents=True)
    (place / "meta.yaml").write_text(f"creation_time: 1795423244693\nexperiment_id: '{ident}'\nlifecycle_stage: active\nname: {name}\n")  # fmt: skip
    for run in runs:
        home = place / run["id"]
        about = {"run_id": run["id"], "run_name": run.get("name", ""), "experiment_id": ident, "status": run.get("status", 3), "start_time": run.get("start", 1795423245000), "end_time": run.get("end", 1795423246500), "lifecycle_stage": run.get("stage", "active")}  # fmt: skip
        for part in ("params", "metrics", "tags", "artifacts"):
            (home / part).mkdir(parents=True)
            for key, value in run.get(part, {}).items():
                file = home / part / key
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(value if isinstance(value, str) else "".join(f"1795423245000 {one} {step}\n" for step, one in enumerate(value)))  # fmt: skip
        (home / "meta.yaml").write_text(json.dumps(about))
    return place


RUN = "a" * 32
OTHER = "b" * 32


def test_runs_become_a_leaderboard_the_best_first(tmp_path: Path) -> None:
    """Names of splits and metrics become those of reports; failed and deleted runs are none of its rows."""
    folder(
        tmp_path,
        {"id": RUN, "name": "shallow", "params": {"max_depth": "1", "lr": "0.1"}, "metrics": {"test_roc_auc": [0.9], "training_roc_auc": [0.99], "training_score": [float("nan")]}},
        {"id": OTHER, "name": "deep", "params": {"max_depth": "9", "lr": "0.1"}, "metrics": {"test_roc_auc": [0.93]}, "tags": {"estimator_name": "Tree"}},
        {"id": "c" * 32, "name": "broken", "status": 4},
        {"id": "d" * 32, "name": "deleted", "stage": "deleted", "metrics": {"test_roc_auc": [1.0]}},
    )  # fmt: skip
    entity, models = mlflow.read_experiment(tmp_path)
    assert [(row["rank"], row["name"], row["metrics"]) for row in entity["leaderboard"]] == [(1, "deep", {"auc": 0.93}), (2, "shallow", {"auc": 0.9})]  # fmt: skip
    assert (entity["sort_metric"], entity["sort_direction"], entity["status"]) == ("auc", "desc", "succeeded")
    assert entity["best_model_id"] == str(UUID(OTHER)) == models[0]["id"] == entity["best_model"]["id"]
    assert entity["failures"] == [{"model": "broken", "error": "MLflow says FAILED; it keeps no reason."}]
    assert entity["config"] == {"lr": 0.1, "runs": 3, "leaderboard_split": "test", "sort_metric": "auc"}
    assert entity["leaderboard"][0]["training_time_ms"] == 1500
    assert "training_time_s" not in entity, "a sum of runs is no training time of an experiment"
    shallow = models[1]
    assert shallow["metrics"] == {"test": {"auc": 0.9}, "train": {"auc": 0.99}}
    assert {"name": "max_depth", "value": 1} in shallow["hyperparameters"]
    assert models[0]["algo"] == "Tree"
    for kind, one in (("experiment", entity), *(("model", one) for one in models)):
        assert read(kind, UUID(one["id"]), json.loads(json.dumps(one))).unknown == []
        assert set(one["sources"].values()) == {"upstream"}


def test_less_is_better_of_errors_and_any_metric_can_be_asked_for(tmp_path: Path) -> None:
    """By default the most telling metric ranks."""
    runs = [{"id": RUN, "metrics": {"rmse": [2.0], "mae": [1.0]}}, {"id": OTHER, "metrics": {"rmse": [1.5], "mae": [1.2]}}]  # fmt: skip
    folder(tmp_path, *runs)
    by_rmse, by_mae = mlflow.read_experiment(tmp_path)[0], mlflow.read_experiment(tmp_path, metric="mae")[0]
    assert (by_rmse["best_model_id"], by_rmse["sort_direction"]) == (str(UUID(OTHER)), "asc")
    assert by_mae["best_model_id"] == str(UUID(RUN))
    assert by_rmse["problem_type"] == "regression"


def test_steps_become_a_learning_curve(tmp_path: Path) -> None:
    """Training and validation of the same metric, by step; the last value is the metric."""
    place = folder(tmp_path, {"id": RUN, "metrics": {"train_loss": [0.9, 0.5, 0.2], "val_loss": [1.0, 0.7, 0.6], "lr": [0.1]}})  # fmt: skip
    model = mlflow.read_run(place / RUN)
    assert model["learning_curve"] == {"x_unit": "steps", "metric": "loss", "points": [{"x": 0, "train": 0.9, "validation": 1.0}, {"x": 1, "train": 0.5, "validation": 0.7}, {"x": 2, "train": 0.2, "validation": 0.6}]}  # fmt: skip
    assert model["metrics"] == {"train": {"loss": 0.2}, "validation": {"loss": 0.6}, "logged": {"lr": 0.1}}


def test_files_of_known_names_become_fields(tmp_path: Path) -> None:
    """Those in our shapes, and the importance that autologging writes; others are left alone."""
    files = {
        "confusion_matrix.json": '{"labels": ["0", "1"], "matrix": [[5, 1], [2, 8]]}',
        "feature_importance_gain.json": '{"amount": 3.0, "hour": 7.5}',
        "broken.json": "{",
        "roc.json": "not json",
        "model.pkl": "x",
    }
    model = mlflow.read_run(folder(tmp_path, {"id": RUN, "artifacts": files, "metrics": {"auc": [1]}}) / RUN)
    assert model["confusion_matrix"]["matrix"] == [[5, 1], [2, 8]]
    assert model["feature_importance"] == [{"feature": "hour", "importance": 7.5, "method": "gain"}, {"feature": "amount", "importance": 3.0, "method": "gain"}]  # fmt: skip
    assert "roc" not in model


def test_the_same_run_is_the_same_model_again(tmp_path: Path) -> None:
    """Importing twice replaces, and never doubles."""
    folder(tmp_path, {"id": RUN, "metrics": {"auc": [0.9]}})
    first, again = (mlflow.read_experiment(tmp_path, "cancer") for _ in range(2))
    assert first == again


def test_one_experiment_of_several_must_be_named(tmp_path: Path) -> None:
    """The message names them; empty ones do not count."""
    folder(tmp_path, {"id": RUN, "metrics": {"auc": [0.9]}})
    folder(tmp_path, name="Default", ident="0")
    assert mlflow.read_experiment(tmp_path)[0]["name"] == "cancer"
    folder(tmp_path, {"id": OTHER}, name="wine", ident="8")
    with pytest.raises(InputError, match=r"2 experiments .“cancer”, “wine”.: name the one to import"):
        mlflow.read_experiment(tmp_path)
    with pytest.raises(InputError, match="no experiment “tea”; it has “Default”, “cancer”, “wine”"):
        mlflow.read_experiment(tmp_path, "tea")
    assert mlflow.read_experiment(tmp_path, "8")[0]["name"] == "wine"


def test_what_is_not_mlflows_is_refused(tmp_path: Path) -> None:
    """A missing path, an empty folder, a file that is no database, a database that is not MLflow's, an unknown run."""
    with pytest.raises(InputError, match="nowhere is not there: give a tracking server"):
        mlflow.read_experiment(tmp_path / "nowhere")
    with pytest.raises(InputError, match="no folder of MLflow: it should hold meta"):
        mlflow.read_experiment(tmp_path)
    (tmp_path / "notes.txt").write_text("Nothing at all.")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as made:
        made.execute("CREATE TABLE tea (leaf)")
    made.close()
    for file in (tmp_path / "notes.txt", other):
        with pytest.raises(InputError, match="no database of MLflow"):
            mlflow.read_experiment(file)
    folder(tmp_path, {"id": RUN})
    with pytest.raises(InputError, match="no run “x”"):
        mlflow.read_run(tmp_path, "x")


def test_a_server_that_is_away_or_another_is_said() -> None:
    """With its address and what to check."""
    url = nobody()
    with pytest.raises(UnreachableError, match=f"MLflow tracking server cannot be reached at {url}"):
        mlflow.read_experiment(url)
    with (
        serve({"POST /api/2.0/mlflow/experiments/search": (200, b"<html>")}) as server,
        pytest.raises(UnreachableError, match="is that the address of the MLflow tracking server"),
    ):
        mlflow.read_experiment(server.url)
    with serve({}) as server, pytest.raises(RefusedError, match="check the address"):
        mlflow.read_experiment(server.url)


@pytest.mark.parametrize(
    ("name", "split", "metric"),
    [
        ("training_roc_auc", "train", "auc"),
        ("val_loss", "validation", "loss"),
        ("test/accuracy_score", "test", "accuracy"),
        ("f1_score_test", "test", "f1"),
        ("accuracy", "logged", "accuracy"),
        ("validation-log_loss", "validation", "logloss"),
        ("contest_score", "logged", "contest_score"),
    ],
)
def test_names_of_metrics_tell_of_their_split(name: str, split: str, metric: str) -> None:
    """By the words that people and autologging put before or behind."""
    assert placed(name) == (split, metric)


def test_that_no_run_failed_is_told(tmp_path: Path) -> None:
    folder(tmp_path, {"id": RUN, "name": "one", "metrics": {"test_roc_auc": [0.9]}})
    assert mlflow.read_experiment(tmp_path)[0]["failures"] == []
