"""A real MLflow: writes runs into a folder and into its database, then serves the database. Run as a process of its own.

``python -m tests.integration.sdk.tracking FOLDER`` prints the server's port when it can be asked.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FIGURES = {"shallow": 0.91, "deep": 0.94}
LOSSES = [1.0, 0.5, 0.25]
MATRIX = {"labels": ["0", "1"], "matrix": [[50, 3], [4, 43]]}


def main(folder: Path) -> None:
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # noqa: TID251 - it is MLflow that reads these
    import mlflow

    database = f"sqlite:///{folder / 'mlflow.db'}"
    for place in (f"file://{folder / 'mlruns'}", database):
        _write(mlflow, place, folder / "files")
    os.environ["_MLFLOW_SERVER_FILE_STORE"] = database  # noqa: TID251
    os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = f"file://{folder / 'files'}"  # noqa: TID251
    from mlflow.server import app
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()


def _write(mlflow: object, place: str, files: Path) -> None:
    mlflow.set_tracking_uri(place)
    if place.startswith("sqlite"):
        mlflow.create_experiment("cancer", artifact_location=f"file://{files}")
    mlflow.set_experiment("cancer")
    for name, auc in FIGURES.items():
        with mlflow.start_run(run_name=name):
            mlflow.log_params({"max_depth": 1 if name == "shallow" else 5, "learning_rate": 0.1})
            mlflow.log_metric("test_roc_auc", auc)
            for step, loss in enumerate(LOSSES):
                mlflow.log_metric("val_loss", loss, step=step)
                mlflow.log_metric("train_loss", loss / 2, step=step)
            mlflow.set_tag("estimator_name", "GradientBoostingClassifier")
            mlflow.log_dict(MATRIX, "confusion_matrix.json")
    try:
        with mlflow.start_run(run_name="broken"):
            raise ValueError
    except ValueError:
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]))
