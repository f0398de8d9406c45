"""Everything that a real MLflow keeps runs in is read alike: its folder, its database file and its server."""

from __future__ import annotations

import selectors
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from sdk.pressrun_ml import InputError
from sdk.pressrun_ml.importers import mlflow
from services.api.entities.reading import read
from shared.config import environment
from tests.integration.sdk.tracking import FIGURES, LOSSES, MATRIX

ROOT = Path(__file__).parents[3]
PATIENCE_S = 150
"""For MLflow's imports on a busy machine."""


class Tracked(msgspec.Struct, frozen=True):
    folder: Path
    database: Path
    server: str


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracked]:
    """The same two runs in all three places."""
    if find_spec("mlflow") is None:
        if "CI" in environment():
            pytest.fail("the dependency group mlflow is not installed: make test installs it")
        pytest.skip("the dependency group mlflow is not installed")
    folder = tmp_path_factory.mktemp("tracking")
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.sdk.tracking", str(folder)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=log, env={**environment(), "MLFLOW_DISABLE_TELEMETRY": "true"},
    )  # fmt: skip
    try:
        port = _line(process, folder / "log")
        yield Tracked(folder / "mlruns", folder / "mlflow.db", f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.communicate()
        log.close()


@pytest.mark.parametrize("place", ["folder", "database", "server"])
def test_an_experiment_is_read_whole(tracked: Tracked, place: str) -> None:
    """Leaderboard, settings, curves, files and failures are what was logged."""
    entity, models = mlflow.read_experiment(getattr(tracked, place), "cancer")
    assert {row["name"]: row["metrics"]["auc"] for row in entity["leaderboard"]} == FIGURES
    assert entity["leaderboard"][0]["name"] == "deep"
    assert [one["model"] for one in entity["failures"]] == ["broken"]
    assert entity["config"]["learning_rate"] == 0.1
    best = models[0]
    assert (best["name"], best["algo"]) == ("deep", "GradientBoostingClassifier")
    assert {"name": "max_depth", "value": 5} in best["hyperparameters"]
    assert best["confusion_matrix"] == MATRIX
    points = [{"x": step, "train": loss / 2, "validation": loss} for step, loss in enumerate(LOSSES)]
    assert best["learning_curve"] == {"x_unit": "steps", "metric": "loss", "points": points}
    for kind, one in (("experiment", entity), *(("model", one) for one in models)):
        assert read(kind, UUID(one["id"]), msgspec.json.decode(msgspec.json.encode(one))).unknown == []


@pytest.mark.parametrize("place", ["folder", "database", "server"])
def test_the_only_experiment_with_runs_need_not_be_named(tracked: Tracked, place: str) -> None:
    """MLflow always makes an empty “Default” beside it."""
    assert mlflow.read_experiment(getattr(tracked, place))[0]["name"] == "cancer"


@pytest.mark.parametrize("place", ["folder", "database", "server"])
def test_one_run_is_read_by_its_id(tracked: Tracked, place: str) -> None:
    """The same model as within its experiment; an id that there is not is refused."""
    source = getattr(tracked, place)
    model = mlflow.read_experiment(source, "cancer")[1][0]
    experiment = model.pop("experiment_id")
    assert mlflow.read_run(source, UUID(model["id"]).hex) == model
    assert experiment
    with pytest.raises(InputError, match="no run"):
        mlflow.read_run(source, "f" * 32)


def test_the_database_of_a_server_at_work_can_be_read(tracked: Tracked) -> None:
    """It is opened for reading only: nothing of it changes."""
    before = tracked.database.read_bytes()
    mlflow.read_experiment(f"sqlite:///{tracked.database}", "cancer")
    assert tracked.database.read_bytes() == before


def test_the_newest_runs_are_taken_where_there_are_too_many(tracked: Tracked) -> None:
    """The limit is the caller's."""
    assert len(mlflow.read_experiment(tracked.server, "cancer", most_runs=2)[1]) == 1


def _line(process: subprocess.Popen[bytes], log: Path) -> int:
    """The port that the process prints, within bounds."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        ready = selector.select(PATIENCE_S)
    line = process.stdout.readline() if ready else b""
    assert line.strip().isdigit(), log.read_text()[-3000:]
    return int(line)
