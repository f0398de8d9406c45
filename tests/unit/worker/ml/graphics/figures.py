"""Every graphic with what it must show: computed anew by scikit-learn, scipy and NumPy from the data behind the samples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from scipy.stats import ks_2samp
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_curve, precision_score, recall_score, roc_curve

from services.worker.ml.derive import curves
from services.worker.ml.sections.graphics import classifier, experiment, model, overview, service, synthetic
from shared.contracts.entities import (
    DecileError,
    Deployment,
    Experiment,
    FeatureDrift,
    Model,
    PrivacySession,
    Project,
    Synthgen,
    ThresholdRow,
)
from shared.document.blocks import Block
from tests.unit.worker.ml import observed, trained

Case = tuple[list[Block], list[Mapping[str, Any]]]


def case(blocks: list[Block], *shown: Mapping[str, Any]) -> Case:
    """A graphic's blocks, and of each block the figures by the name of their series, row or lane."""
    return blocks, list(shown)


def classified() -> dict[str, Case]:
    entity, truth, score = msgspec.convert(trained.model(), Model), trained.cancer().test_y, trained.scores()
    fpr, tpr, _ = roc_curve(truth, score)
    precision, recall, _ = precision_recall_curve(truth, score)
    observed_share, predicted = calibration_curve(truth, score, n_bins=8)
    edges = np.linspace(0, 1, 11)
    counts = np.histogram(score, np.linspace(0, 1, 9))[0]
    table = confusion_matrix(truth, score >= 0.5)
    points = [(point.fpr, point.tpr) for point in entity.roc.points]
    gains = classifier.as_gains(curves.cuts(entity.roc.points, float(truth.mean())))
    flagged = truth.mean() * tpr + (1 - truth.mean()) * fpr
    at = np.linspace(0.1, 0.9, 9)
    by_threshold = {
        "Precision": [precision_score(truth, score >= each) for each in at],
        "Recall": [recall_score(truth, score >= each) for each in at],
    }
    rows = [ThresholdRow(threshold=t, precision=p, recall=r) for t, p, r in zip(at.tolist(), *by_threshold.values(), strict=True)]  # fmt: skip
    names = ["benign", "malignant"]
    return {
        "classifier.roc": case(classifier.roc({"Model": points}), {"Model": np.c_[fpr, tpr]}),
        "classifier.precision_recall": case(classifier.precision_recall("Model", [(point.recall, point.precision) for point in entity.pr.points], 0.4), {"Model": np.c_[recall, precision]}),
        "classifier.calibration": case(classifier.calibration(entity.calibration), {"Model": np.c_[predicted, observed_share]}),
        "classifier.calibration_rows": case(classifier.calibration_rows(entity.calibration), {"Rows": counts[counts > 0]}),
        "classifier.score_histogram": case(classifier.score_histogram(entity.score_histogram), {f"Actual {name}": np.histogram(score[truth == at], edges)[0] for at, name in enumerate(names)}),
        "classifier.confusion_counts": case(classifier.confusion_counts(names, entity.confusion_matrix.matrix), dict(zip(names, table, strict=True))),
        "classifier.confusion_shares": case(classifier.confusion_shares(names, entity.confusion_matrix.matrix), dict(zip(names, 100 * confusion_matrix(truth, score >= 0.5, normalize="true"), strict=True))),
        "classifier.thresholds": case(classifier.thresholds(rows, 0.5), {name: np.c_[at, values] for name, values in by_threshold.items()}),
        "classifier.gains": case(classifier.gains(gains), {"Model": np.c_[flagged, tpr]}),
        "classifier.lifts": case(classifier.lifts(gains), {"Model": np.c_[flagged[1:], tpr[1:] / flagged[1:]]}),
    }  # fmt: skip


def compared() -> dict[str, Case]:
    given = trained.experiment()
    rows, base = msgspec.convert(given, Experiment).leaderboard, 0.5
    names, algos = [row["name"] for row in given["leaderboard"]], [row["algo"] for row in given["leaderboard"]]
    auc = np.array([row["metrics"]["auc"] for row in given["leaderboard"]])
    std = np.array([row["metric_std"]["auc"] for row in given["leaderboard"]])
    seconds = np.array([row["training_time_ms"] for row in given["leaderboard"]]) / 1000
    waited = [row["predict_time_per_row_ms"] for row in given["leaderboard"]]
    again = [msgspec.structs.replace(row, metrics={"auc": row.metrics["auc"] - 0.1}) for row in rows]
    reach = np.c_[auc - 0.1, auc - 0.05, auc]
    return {
        "experiment.leaderboard": case(experiment.leaderboard(rows, "auc", base), dict(zip(names, np.c_[auc - std, auc, auc + std], strict=True))),
        "experiment.deltas": case(experiment.deltas([(name, value - base) for name, value in zip(names, auc.tolist(), strict=True)], "auc"), {"Difference": auc - base}),
        "experiment.comparison": case(experiment.comparison(rows), {metric: [row["metrics"][metric] for row in given["leaderboard"]] for metric in given["leaderboard"][0]["metrics"]}),
        "experiment.score_by_time": case(experiment.score_by_time(rows, "auc"), {algo: [[seconds[at], auc[at]]] for at, algo in enumerate(algos)}),
        "experiment.score_by_latency": case(experiment.score_by_latency(rows, "auc"), {algo: [[waited[at], auc[at]]] for at, algo in enumerate(algos)}),
        "experiment.algorithms": case(experiment.algorithms([*rows, *again], "auc"), dict(zip(algos, reach, strict=True))),
    }  # fmt: skip


def modelled() -> dict[str, Case]:
    entity, given, numbers = (
        msgspec.convert(trained.model(), Model),
        trained.model(),
        msgspec.convert(trained.regressor(), Model),
    )
    data, tests, reach = trained.cancer(), given["metrics"], given["intervals"]["test"]
    metrics = [*tests["test"]]
    importance = np.sort(trained.fitted().feature_importances_)[::-1][:20]
    learned = np.array(
        [[point["x"], point["train"], point["validation"]] for point in given["learning_curve"]["points"]]
    )
    folds = {name: [fold["metrics"][name] for fold in given["cv_folds"]] for name in metrics}
    quarters = [(np.quantile(values, [0.25, 0.5, 0.75]) - values.min()) / np.ptp(values) for values in data.x.T[:20]]
    pairs = np.array(trained.regressor()["residuals"]["pred_vs_actual"])
    holes = msgspec.structs.replace(
        entity.dataset,
        features=[
            msgspec.structs.replace(each, missing_rate=1 / (at + 3))
            for at, each in enumerate(entity.dataset.features[:5])
        ],
    )
    tenths = np.array_split(pairs[np.argsort(pairs[:, 0])][:220], 10)
    errors = [float(np.abs(part[:, 1] - part[:, 0]).mean()) for part in tenths]
    means = np.array([part.mean(0) for part in tenths])
    rows = [
        DecileError(decile=at + 1, mae=errors[at], mean_predicted=float(means[at, 0]), mean_actual=float(means[at, 1]))
        for at in range(10)
    ]
    return {
        "model.importance": case(model.importance(entity.feature_importance), {"Importance": importance}),
        "model.learning": case(model.learning(entity.learning_curve), {"Training": learned[:, :2], "Validation": learned[:, ::2]}),
        "model.reaches": case(model.reaches("test", entity.intervals["test"], entity.metrics["test"]), {name: [reach[name]["low"], tests["test"][name], reach[name]["high"]] for name in reach}),
        "model.by_split": case(model.by_split(entity.metrics, metrics), {split: list(values.values()) for split, values in tests.items()}),
        "model.gaps": case(model.gaps(entity.metrics, metrics, "train", "test"), {split: list(values.values()) for split, values in tests.items()}),
        "model.folds": case(model.folds(folds), {name: [min(values), np.median(values), max(values)] for name, values in folds.items()}),
        "model.slices": case(model.slices("auc", [(each.name, each.metrics["auc"]) for each in entity.slices], 0.9), {each["name"]: [0, each["metrics"]["auc"], each["metrics"]["auc"]] for each in given["slices"]}),
        "model.class_balance": case(model.class_balance(entity.dataset), {"Rows": np.bincount(data.y)}),
        "model.missing_rates": case(model.missing_rates(holes), {"Missing": [100 / at for at in range(3, 8)]}),
        "model.quartiles": case(model.quartiles(entity.dataset), {name: [0, found[1], 1] for name, found in zip(data.names, quarters, strict=False)}),
        "model.residuals": case(model.residuals(numbers.residuals.histogram), {"Rows": np.histogram(pairs[:, 1] - pairs[:, 0], 20)[0]}),
        "model.predicted_actual": case(model.predicted_actual(pairs.tolist()), {"Rows": pairs[:, ::-1]}),
        "model.residuals_by_prediction": case(model.residuals_by_prediction(pairs.tolist()), {"Rows": np.c_[pairs[:, 0], pairs[:, 1] - pairs[:, 0]]}),
        "model.decile_errors": case(model.decile_errors(rows), {"MAE": errors}),
        "model.decile_means": case(model.decile_means(rows), {"Mean actual": means[:, 1], "Mean predicted": means[:, 0]}),
    }  # fmt: skip


def served() -> dict[str, Case]:
    given, entity = observed.deployment(), msgspec.convert(observed.deployment(), Deployment)
    hours = given["volume"]
    features = [
        FeatureDrift(
            feature=name,
            psi=0.1 * at,
            ks_stat=float(ks_2samp(trained.cancer().train_x[:, at], trained.cancer().test_x[:, at]).statistic),
        )
        for at, name in enumerate(trained.cancer().names[:5])
    ]
    numeric = given["drift"]["features"][0]
    shares = {
        name: 100 * np.array(numeric[key]["counts"]) / np.sum(numeric[key]["counts"])
        for name, key in (("Reference", "reference_hist"), ("Current", "current_hist"))
    }
    return {
        "service.volume": case(service.volume(entity.volume, "hour"), {"Predictions": [one["predictions"] for one in hours]}),
        "service.latency": case(service.latency(entity.volume, entity.sla), {f"p{at}": [one[f"latency_p{at}_ms"] for one in hours] for at in (50, 95, 99)}),
        "service.error_rates": case(service.error_rates(entity.volume, 0.01), {"Error rate": [100 * one["errors"] / one["predictions"] for one in hours]}),
        "service.latency_histogram": case(service.latency_histogram(entity.latency_histogram), {"Predictions": given["latency_histogram"]["counts"]}),
        "service.errors_by_code": case(service.errors_by_code(entity.errors_by_code), {"Errors": [1450, 310, 96, 22]}),
        "service.targets": case(service.targets([("Latency", 35.0, 40.0)]), {"Latency": [35, 40]}),
        "service.psi": case(service.psi(features, {"warning": 0.1}), {each.feature: [0, 0.1 * at, 0.1 * at] for at, each in enumerate(features)}),
        "service.ks": case(service.ks(features), {each.feature: [0, each.ks_stat, each.ks_stat] for each in features}),
        "service.shift": case(service.shift(entity.drift.features[0], "Shift"), shares),
        "service.drift_history": case(service.drift_history(entity.drift.history, 0.1, 0.25), {"Largest PSI": [one["max_psi"] for one in given["drift"]["history"]]}),
        "service.performance": case(service.performance(entity.performance), {"auc": 0.985 - 0.006 * np.arange(14)}),
        "service.alerts": case(service.alerts(entity.alerts), {"warning": 2, "critical": 1}),
    }  # fmt: skip


def made_up() -> dict[str, Case]:
    given, entity = observed.synthgen(), msgspec.convert(json.loads(json.dumps(observed.synthgen())), Synthgen)
    names, column = given["correlation"]["columns"], given["columns"][0]
    first, second = np.array(given["correlation"]["real"]), np.array(given["correlation"]["synthetic"])
    scores = {each["name"]: each["score"] for each in given["columns"]}
    shares = {
        side.capitalize(): 100 * np.array(column[side]["hist"]["counts"]) / np.sum(column[side]["hist"]["counts"])
        for side in ("real", "synthetic")
    }
    losses = np.array([[one["epoch"], one["generator"], one["discriminator"]] for one in given["loss_curve"]])
    return {
        "synthetic.column_scores": case(synthetic.column_scores(entity.columns), {name: [0, score, score] for name, score in scores.items()}),
        "synthetic.qualities": case(synthetic.qualities({"overall": 0.89}), {"Overall": [0.89, None]}),
        "synthetic.shape": case(synthetic.shape(entity.columns[0]), shares),
        "synthetic.correlations": case(synthetic.correlations(entity.correlation), *(dict(zip(names, each, strict=True)) for each in (first, second, second - first))),
        "synthetic.utility": case(synthetic.utility(entity.utility), {"accuracy": [0.955, 0.843]}),
        "synthetic.distances": case(synthetic.distances({"p05_train": 0.71, "p05_holdout": 0.83}), {"Distance": [0.71, 0.83]}),
        "synthetic.losses": case(synthetic.losses(entity.loss_curve), {"Generator": losses[:, :2], "Discriminator": losses[:, ::2]}),
    }  # fmt: skip


def overseen() -> dict[str, Case]:
    project, session = (
        msgspec.convert(observed.project(), Project),
        msgspec.convert(observed.privacy_session(), PrivacySession),
    )
    best = {each["name"]: each["metrics"]["auc"] for each in observed.project()["models"]}
    rates = {
        f"{each['column']} ({each['pii_type']})": 100 * each["matches"] / 5000
        for each in observed.privacy_session()["findings"]
    }
    return {
        "overview.statuses": case(overview.statuses({"Models": ["a", "b", "a"], "Runs": ["b"]}), {"a": [2, 0], "b": [1, 1]}),
        "overview.events": case(overview.events(project.timeline), {"Data team": 5, "Pipeline": 4}),
        "overview.best_models": case(overview.best_models(project.models, "auc"), {name: [0, value, value] for name, value in best.items()}),
        "overview.dataset_rows": case(overview.dataset_rows(project.datasets), {"Rows": [569, 178]}),
        "overview.by_type": case(overview.by_type(session.summary.by_type), {"Matches": [5412, 5000, 4988, 4980, 3120]}),
        "overview.by_risk": case(overview.by_risk(session.findings), {"Transformed": [2, 1, 1], "Not transformed": [1, 0, 0], "Not known": [0, 0, 1]}),
        "overview.match_rates": case(overview.match_rates(session.findings), {name: [0, rate, rate] for name, rate in rates.items()}),
        "overview.compliance": case(overview.compliance(session.compliance), {"hipaa": [1, 1, 1], "gdpr": [1, 0, 0]}),
        "overview.actions": case(overview.actions(session.findings, []), {"Columns": [2, 1, 1, 1]}),
    }  # fmt: skip


def every() -> dict[str, Case]:
    """The cases of all graphics by module and function."""
    return classified() | compared() | modelled() | served() | made_up() | overseen()
