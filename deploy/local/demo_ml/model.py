"""Models that tell malignant from benign tumours, measured on rows that they have not seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from deploy.local.demo_ml.data import DATA_NAME, SEED, TARGET, cancer, classifier, ident
from sdk.pressrun_ml import evaluate


def model() -> dict[str, Any]:
    """The model as it is pushed."""
    return evaluated(classifier(), "Gradient boosting, 80 trees", ident("model"))


def evaluated(estimator: Any, name: str, ident_: str) -> dict[str, Any]:
    """Any fitted classifier of these data, measured."""
    data = cancer()
    area, texture = (data.test_x[:, data.column(name)] for name in ("mean area", "mean texture"))
    return evaluate(
        estimator,
        data.test_x,
        data.test_y,
        train=(data.train_x, data.train_y),
        cv=5,
        positive="malignant",
        slices={
            "small nuclei": area < np.median(area),
            "large nuclei": area >= np.median(area),
            "smooth texture": texture < np.median(texture),
            "rough texture": texture >= np.median(texture),
        },
        seed=SEED,
        name=name,
        data_name=DATA_NAME,
        target=TARGET,
        features=data.names,
        id=ident_,
        project_id=ident("project"),
        experiment_id=ident("experiment"),
        description="Tells malignant from benign tumours by thirty measures of cell nuclei in a digitised image.",
        intended_use="A worked example: how a report looks when every figure in it was measured.",
        limitations="Learned from 341 tumours of one clinic. It is no medical device and must not be used as one.",
    )
