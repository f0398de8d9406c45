"""Every rule, met and not met, and not judged where there is too little."""

from __future__ import annotations

from typing import Any

import pytest

from services.worker.measuring.rules import Finding
from services.worker.ml.sections import compose
from tests.unit.worker.ml.drawn import SAMPLES, sample

AT = "2026-05-04T00:00:00Z"


def found(kind: str, rule: str, **body: Any) -> Finding:
    """What a rule says of an entity."""
    name = {"synthgen": "job_id", "privacy_session": "session_id"}.get(kind, "id")
    made = compose(kind, {"entity": {name: "x", **body}}, {})
    return next(one for one in made.findings if one.rule == rule)


def metrics(train: dict[str, float], test: dict[str, float]) -> dict[str, Any]:
    return {"metrics": {"train": train, "test": test}}


def board(*values: float, std: float | None = None, **more: Any) -> dict[str, Any]:
    spread = {} if std is None else {"metric_std": {"auc": std}}
    return {"leaderboard": [{"name": f"M{at}", "metrics": {"auc": value}, **spread} for at, value in enumerate(values)], "sort_metric": "auc", **more}  # fmt: skip


def slo(target: dict[str, float], **totals: float) -> dict[str, Any]:
    return {"sla": target, "totals": totals}


def drift(psi: float | None, status: str = "") -> dict[str, Any]:
    return {"drift": {"features": [{"feature": "amount", "psi": psi, "status": status}]}}


def performance(*values: float, metric: str = "auc") -> dict[str, Any]:
    return {"performance": [{"t": f"2026-05-{at + 1:02}T00:00:00Z", "metric": metric, "value": value} for at, value in enumerate(values)]}  # fmt: skip


CASES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("model", "Suspicion of leakage", metrics({}, {"auc": 0.999}), metrics({}, {"auc": 0.99})),
    ("model", "Overfitting", metrics({"auc": 0.99}, {"auc": 0.93}), metrics({"auc": 0.99}, {"auc": 0.95})),
    ("model", "Overfitting", metrics({"auc": 0.99, "logloss": 0.01}, {"auc": 0.985, "logloss": 0.4}), metrics({"auc": 0.99, "logloss": 0.2}, {"auc": 0.985, "logloss": 0.23})),
    ("model", "Overfitting", metrics({"rmse": 10}, {"rmse": 12.5}), metrics({"rmse": 10}, {"rmse": 11.5})),
    ("model", "Calibration", {"ece": 0.06}, {"ece": 0.05}),
    ("model", "Imbalance", {"dataset": {"class_counts": {"a": 95, "b": 5}}}, {"dataset": {"class_counts": {"a": 90, "b": 10}}}),
    ("model", "Weak slice", {**metrics({}, {"auc": 0.9}), "slices": [{"name": "s", "metrics": {"auc": 0.79}}]}, {**metrics({}, {"auc": 0.9}), "slices": [{"name": "s", "metrics": {"auc": 0.81}}]}),
    ("model", "One dominant feature", {"feature_importance": [{"feature": name, "importance": value} for name, value in (("a", 6), ("b", 3), ("c", 1))]}, {"feature_importance": [{"feature": name, "importance": value} for name, value in (("a", 4), ("b", 3), ("c", 3))]}),
    ("experiment", "No better than the baseline", board(0.5, baseline={"metrics": {"auc": 0.5}}), board(0.6, baseline={"metrics": {"auc": 0.5}})),
    ("experiment", "Many failures", board(0.6, failures=[{"model": "a"}]), board(0.6, 0.5, 0.4, 0.3, 0.2, failures=[{"model": "a"}])),
    ("deployment", "Breached targets", slo({"latency_p95_ms": 100}, latency_p95_ms=101), slo({"latency_p95_ms": 100}, latency_p95_ms=100)),
    ("deployment", "Breached targets", slo({"uptime": 0.999}, uptime=0.9989), slo({"uptime": 0.999}, uptime=0.999)),
    ("deployment", "Breached targets", slo({"predictions": 100_000}, predictions=86_400), slo({"predictions": 1000}, predictions=86_400)),
    ("deployment", "Drifted features", drift(0.1), drift(0.09)),
    ("deployment", "Drifted features", drift(0.9, "ok"), drift(0.01, "critical")),
    ("deployment", "Drifted features", drift(None, "critical"), drift(None, "ok")),
    ("deployment", "Drifted predictions", {"drift": {"prediction": {"psi": 0.2}}}, {"drift": {"prediction": {"psi": 0.05}}}),
    ("deployment", "Declining performance", performance(0.9, 0.9, 0.8, 0.8), performance(0.9, 0.9, 0.89, 0.89)),
    ("deployment", "Declining performance", performance(1.0, 1.0, 1.2, 1.2, metric="logloss"), performance(1.0, 1.0, 0.8, 0.8, metric="logloss")),
    ("deployment", "Severe alerts", {"alerts": [{"at": AT, "severity": "critical", "message": "down"}]}, {"alerts": [{"at": AT, "severity": "info", "message": "up"}]}),
    ("synthgen", "Copied rows", {"privacy": {"exact_match_rate": 0.01}}, {"privacy": {"exact_match_rate": 0.0}}),
    ("synthgen", "Closer than chance", {"privacy": {"dcr": {"p05_synth_train": 0.8, "p05_holdout_train": 1.0}}}, {"privacy": {"dcr": {"p05_synth_train": 0.95, "p05_holdout_train": 1.0}}}),
    ("synthgen", "Beside single records", {"privacy": {"nndr_p05": 0.05}}, {"privacy": {"nndr_p05": 0.5}}),
    ("synthgen", "Membership can be guessed", {"privacy": {"membership_auc": 0.7}}, {"privacy": {"membership_auc": 0.55}}),
    ("synthgen", "Unlike columns", {"columns": [{"name": "a", "score": 0.6}]}, {"columns": [{"name": "a", "score": 0.8}]}),
    ("synthgen", "Lost utility", {"utility": {"metric": "auc", "train_real_test_real": 0.9, "train_synth_test_real": 0.7}}, {"utility": {"metric": "auc", "train_real_test_real": 0.9, "train_synth_test_real": 0.88}}),
    ("synthgen", "Lost utility", {"utility": {"metric": "rmse", "train_real_test_real": 10, "train_synth_test_real": 15}}, {"utility": {"metric": "rmse", "train_real_test_real": 15, "train_synth_test_real": 10}}),
    ("project", "Unhealthy deployments", {"deployments": [{"name": "a", "status": "active", "health": "critical"}]}, {"deployments": [{"name": "a", "status": "active", "health": "ok"}]}),
    ("project", "Failed experiments", {"experiments": [{"name": "a", "status": "failed"}]}, {"experiments": [{"name": "a", "status": "succeeded"}]}),
    ("project", "Nothing in production", {"models": [{"name": "a", "stage": "staging"}, {"name": "b"}]}, {"models": [{"name": "a", "stage": "production"}]}),
    ("project", "No description", {}, {"description": "For screening."}),
    ("privacy_session", "High risk left as it is", {"findings": [{"column": "a", "pii_type": "email", "risk": "high", "transformed": False}]}, {"findings": [{"column": "a", "pii_type": "email", "risk": "high", "transformed": True}]}),
    ("privacy_session", "Requirements not met", {"compliance": [{"framework": "gdpr", "requirement": "r", "status": "fail"}]}, {"compliance": [{"framework": "gdpr", "requirement": "r", "status": "pass"}]}),
    ("privacy_session", "Coverage", {"summary": {"coverage": 0.97}}, {"summary": {"coverage": 1.0}}),
    ("privacy_session", "Unsure findings", {"findings": [{"column": "a", "pii_type": "email", "confidence": 0.5}]}, {"findings": [{"column": "a", "pii_type": "email", "confidence": 0.9}]}),
    ("privacy_session", "Without a rule", {"findings": [{"column": "a", "pii_type": "phone"}], "policy": {"rules": [{"pii_type": "email"}]}}, {"findings": [{"column": "a", "pii_type": "email"}], "policy": {"rules": [{"pii_type": "email"}]}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "rule", "met", "unmet"), CASES, ids=[f"{case[1]} {at}" for at, case in enumerate(CASES)])  # fmt: skip
def test_a_rule_speaks_when_its_threshold_is_passed_and_only_then(
    kind: str, rule: str, met: dict[str, Any], unmet: dict[str, Any]
):
    loud, quiet = found(kind, rule, **met), found(kind, rule, **unmet)
    assert loud.text
    assert loud.measured
    assert quiet.text == ""
    assert quiet.measured


def test_every_rule_has_such_a_case():
    rules = {(SAMPLES[name][0], one.rule) for name in SAMPLES for one in sample(name).findings}
    of_models = {rule for kind, rule in rules if kind == "model"}
    judged = {(kind, rule) for kind, rule, _, _ in CASES} | {("experiment", rule) for rule in of_models}
    assert rules - judged == {("experiment", "Best model and margin")}


def test_without_anything_measured_no_rule_is_judged():
    for kind, rule, _, _ in CASES:
        if rule != "No description":
            assert (found(kind, rule).text, found(kind, rule).measured) == ("", "")


def test_the_best_model_and_its_margin_are_always_told():
    rule = "Best model and margin"
    clear = found("experiment", rule, **board(0.9, 0.95, std=0.01)).text
    assert clear == (
        "“M1” is the best: auc 0.95. It is ahead of “M0” by 0.05, more than the larger standard deviation of the two (0.01)."
    )
    assert "cannot be told apart" in found("experiment", rule, **board(0.95, 0.949, std=0.01)).text
    assert "nothing says whether that is more than chance" in found("experiment", rule, **board(0.95, 0.9)).text
    assert found("experiment", rule, **board(0.95)).text.endswith("There is no other model to compare it with.")


def test_a_breach_is_told_with_units_and_so_that_both_numbers_differ():
    said = found("deployment", "Breached targets", **slo({"uptime": 0.999, "latency_p95_ms": 100}, uptime=0.99896, latency_p95_ms=100.2)).text  # fmt: skip
    assert said == "Uptime is 99.896 %, the target at least 99.9 %; Latency p95 is 100.2 ms, the target at most 100 ms."


def test_an_error_is_said_to_grow_by_a_share_and_a_score_to_lose_a_part():
    loss = found("model", "Overfitting", **metrics({"auc": 0.99, "logloss": 0.01}, {"auc": 0.985, "logloss": 0.4}))
    assert loss.measured == "logloss: 3,900 % worse"
    assert "logloss is 0.01 on training rows and 0.4 on the test split" in loss.text
    score = found("model", "Overfitting", **metrics({"auc": 0.99, "logloss": 0.1}, {"auc": 0.9, "logloss": 0.4}))
    assert score.measured == "auc: worse by 0.09"
    assert found("model", "Overfitting", **metrics({"auc": 0.9}, {"auc": 0.95})).measured == "auc: no worse"


def test_models_whose_stage_nobody_said_are_not_said_to_be_out_of_production():
    assert found("project", "Nothing in production", models=[{"name": "a"}, {"name": "b"}]).measured == ""
    known = found("project", "Nothing in production", models=[{"name": "a", "stage": "none"}, {"name": "b"}])
    assert known.text == "Of 1 model whose stage is known, none is in production."


def test_more_types_without_a_rule_than_are_named_are_counted():
    findings = [{"column": f"c{at}", "pii_type": f"type_{at}"} for at in range(11)]
    said = found("privacy_session", "Without a rule", findings=findings, policy={"rules": [{"pii_type": "email"}]}).text
    assert said.endswith("and 3 more.")
