"""Entities about what is served, made up and found private: simulated from the data sets that come with scikit-learn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from scipy.stats import ks_2samp
from sklearn import datasets

from tests.unit.worker.ml import trained

BEGIN = datetime(2026, 5, 4, tzinfo=UTC)


@cache
def deployment() -> dict[str, Any]:
    """Two simulated weeks in which sizes drift and latency once rises."""
    dice = np.random.default_rng(trained.SEED)
    hours = [BEGIN + timedelta(hours=at) for at in range(24 * 14)]
    volume = [_hour(at, moment, dice) for at, moment in enumerate(hours)]
    latencies = dice.lognormal(2.6, 0.55, 20_000)
    counts, edges = np.histogram(latencies[latencies < 120], 30)
    return {
        "id": "0d9c8b7a-6f5e-4d3c-9b2a-1f0e9d8c7b6a",
        "name": "tumour-prod",
        "stage": "production",
        "status": "active",
        "model": {"id": trained.MODEL_ID, "name": "GradientBoosting_1", "algo": "GradientBoosting"},
        "traffic_percent": 100,
        "created_at": "2026-05-01T10:00:00Z",
        "window": {"from": hours[0].isoformat(), "to": hours[-1].isoformat(), "bucket": "hour"},
        "volume": volume,
        "latency_histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
        "totals": {
            "predictions": sum(one["predictions"] for one in volume),
            "errors": sum(one["errors"] for one in volume),
            "latency_mean_ms": float(latencies.mean()),
            "latency_p95_ms": float(np.quantile(latencies, 0.95)),
            "latency_p99_ms": float(np.quantile(latencies, 0.99)),
            "uptime": 0.9987,
        },
        "errors_by_code": {"422": 1450, "500": 310, "503": 96, "408": 22},
        "sla": {"latency_p95_ms": 40, "error_rate": 0.01, "uptime": 0.999},
        "drift": _drift(dice),
        "performance": [
            {"t": (BEGIN + timedelta(days=at)).isoformat(), "metric": "auc", "value": 0.985 - 0.006 * at, "n_labelled": 220 + at}
            for at in range(14)
        ],
        "alerts": [
            {"at": (BEGIN + timedelta(days=5, hours=3)).isoformat(), "severity": "warning", "message": "Latency p95 above 40 ms"},
            {"at": (BEGIN + timedelta(days=9)).isoformat(), "severity": "critical", "message": "PSI of mean area above 0.25"},
            {"at": (BEGIN + timedelta(days=9, hours=1)).isoformat(), "severity": "warning", "message": "Error rate above 1 %"},
        ],
    }  # fmt: skip


def _hour(at: int, moment: datetime, dice: np.random.Generator) -> dict[str, Any]:
    count = int(400 + 260 * np.sin((at % 24 - 6) / 24 * 2 * np.pi) + dice.integers(0, 60))
    slow = 2.4 if 120 <= at <= 132 else 1.0
    return {
        "t": moment.isoformat(),
        "predictions": count,
        "errors": int(dice.binomial(count, 0.03 if 210 < at < 222 else 0.008)),
        "latency_p50_ms": slow * float(13 + dice.normal(0, 0.6)),
        "latency_p95_ms": slow * float(33 + dice.normal(0, 2)),
        "latency_p99_ms": slow * float(52 + dice.normal(0, 4)),
    }


def _drift(dice: np.random.Generator) -> dict[str, Any]:
    data = trained.cancer()
    features = []
    for at, name in enumerate(data.names[:14]):
        before = data.train_x[:, at]
        now = dice.choice(data.test_x[:, at], 500) * (1.35 if "area" in name else 1.0 + at / 150)
        edges = np.quantile(np.concatenate([before, now]), np.linspace(0, 1, 11))
        features.append(
            {
                "feature": name,
                "type": "numeric",
                "p_value": float(ks_2samp(before, now).pvalue),
                "reference_hist": {"edges": edges.tolist(), "counts": np.histogram(before, edges)[0].tolist()},
                "current_hist": {"edges": edges.tolist(), "counts": np.histogram(now, edges)[0].tolist()},
            }
        )
    features.append(
        {
            "feature": "scanner",
            "type": "categorical",
            "reference_freq": {"A": 0.6, "B": 0.3, "C": 0.1},
            "current_freq": {"A": 0.4, "B": 0.35, "C": 0.1, "D": 0.15},
        }
    )
    edges = np.linspace(0, 1, 11)
    return {
        "reference": {"rows": 341},
        "current": {"rows": 500},
        "thresholds": {"warning": 0.1, "critical": 0.25},
        "features": features,
        "prediction": {
            "reference_hist": {
                "edges": edges.tolist(),
                "counts": np.histogram(trained.fitted().predict_proba(data.train_x)[:, 1], edges)[0].tolist(),
            },
            "current_hist": {"edges": edges.tolist(), "counts": np.histogram(trained.scores(), edges)[0].tolist()},
        },
        "history": [
            {"t": (BEGIN + timedelta(days=at)).isoformat(), "max_psi": 0.05 + 0.025 * at + 0.01 * (at % 3)}
            for at in range(14)
        ],
    }


@cache
def synthgen() -> dict[str, Any]:
    """Wine, sampled anew from one normal distribution: real correlations, wrong shapes."""
    data = datasets.load_wine()
    real, names = data.data[:, :8], [str(name) for name in data.feature_names[:8]]
    dice = np.random.default_rng(trained.SEED)
    made = dice.multivariate_normal(real.mean(0), np.cov(real.T) + np.diag(0.3 * real.var(0)), 500)
    columns = [_column(name, real[:, at], made[:, at]) for at, name in enumerate(names)]
    columns.append(
        {
            "name": "cultivar",
            "type": "categorical",
            "metric": "tv_complement",
            "score": 0.93,
            "real": {"freq": {"A": 59, "B": 71, "C": 48}},
            "synthetic": {"freq": {"A": 180, "B": 170, "C": 150}},
        }
    )
    first, second = np.corrcoef(real.T), np.corrcoef(made.T)
    return {
        "job_id": "2b3c4d5e-6f7a-4b8c-9d0e-1f2a3b4c5d6e",
        "model": {"id": "m", "name": "Wine, normal", "type": "gaussian_copula", "config": {"rows": 500, "noise": 0.3}, "training_time_s": 0.8},
        "status": "completed",
        "rows_real": len(real),
        "rows_synthetic": 500,
        "seed": trained.SEED,
        "created_at": "2026-05-04T09:30:00Z",
        "quality": {"overall": 0.89, "column_shapes": float(np.mean([one["score"] for one in columns])), "column_pairs": 0.9},
        "columns": columns,
        "correlation": {"columns": names, "real": first.tolist(), "synthetic": second.tolist(), "mean_abs_diff": float(np.abs(first - second)[np.tril_indices(8, -1)].mean())},
        "privacy": {"exact_match_rate": 0.0, "dcr": {"p05_synth_train": 0.71, "p05_holdout_train": 0.83}, "nndr_p05": 0.52, "membership_auc": 0.53},
        "utility": {"task": "multiclass", "metric": "accuracy", "train_real_test_real": 0.955, "train_synth_test_real": 0.843},
        "loss_curve": [{"epoch": at, "generator": 2.0 / (1 + at / 20) + 0.05 * np.sin(at), "discriminator": 0.7 + 0.03 * np.cos(at)} for at in range(1, 101)],
    }  # fmt: skip


def _column(name: str, real: np.ndarray, made: np.ndarray) -> dict[str, Any]:
    edges = np.histogram_bin_edges(np.concatenate([real, made]), 15)
    return {
        "name": name,
        "type": "numeric",
        "metric": "ks_complement",
        "score": float(1 - ks_2samp(real, made).statistic),
        "real": _side(real, edges),
        "synthetic": _side(made, edges),
    }


def _side(values: np.ndarray, edges: np.ndarray) -> dict[str, Any]:
    hist = {"edges": edges.tolist(), "counts": np.histogram(values, edges)[0].tolist()}
    return {"mean": float(values.mean()), "std": float(values.std()), "hist": hist}


def project() -> dict[str, Any]:
    """A project around the models of this module."""
    kinds = ["GradientBoosting", "RandomForest", "LogisticRegression", "NaiveBayes"]
    days = [BEGIN + timedelta(days=3 * at, hours=at) for at in range(9)]
    told = ["created", "data set added", "experiment started", "experiment succeeded", "experiment failed", "model to staging", "model to production", "deployment created", "alert acknowledged"]  # fmt: skip
    return {
        "id": trained.PROJECT_ID,
        "name": "Tumours",
        "description": "Tell malignant from benign tumours.",
        "owner": "Research",
        "members": [{"name": "Data team", "role": "editor"}, {"name": "Clinic", "role": "viewer"}],
        "created_at": days[0].isoformat(),
        "datasets": [{"id": "d1", "name": "breast cancer", "rows": 569, "columns": 31, "versions": 2, "updated_at": days[1].isoformat()}, {"id": "d2", "name": "wine", "rows": 178, "columns": 14, "versions": 1}],
        "experiments": [
            {"id": "e1", "name": "Six algorithms", "status": "succeeded", "problem_type": "binary", "best_metric": {"name": "auc", "value": 0.9932}, "models": 6, "finished_at": days[3].isoformat()},
            {"id": "e2", "name": "Deep", "status": "failed", "problem_type": "binary"},
        ],
        "models": [{"id": f"m{at}", "name": f"{name}_{at + 1}", "algo": name, "metrics": {"auc": 0.99 - at * 0.006, "f1": 0.94 - at * 0.01}, "stage": ["production", "staging", "none", "none"][at]} for at, name in enumerate(kinds)],
        "deployments": [{"id": "p1", "name": "tumour-prod", "stage": "production", "status": "active", "health": "warning"}, {"id": "p2", "name": "tumour-staging", "stage": "staging", "status": "inactive", "health": "ok"}],
        "synthgen": [{"id": "s1", "status": "completed"}],
        "timeline": [{"at": at.isoformat(), "event": event.capitalize(), "actor": ["Data team", "Pipeline"][place % 2]} for place, (at, event) in enumerate(zip(days, told, strict=True))],
    }  # fmt: skip


def privacy_session() -> dict[str, Any]:
    """What detection found in a table of patients."""
    found = [
        ("e_mail", "email", 4980, "high", "hash", True, 0.99),
        ("name", "person", 5000, "high", "mask", True, 0.97),
        ("phone", "phone_number", 3120, "medium", "redact", True, 0.93),
        ("notes", "person", 412, "high", "mask", False, 0.58),
        ("postcode", "postcode", 4988, "low", "generalize", True, 0.9),
        ("visited_at", "date", 5000, "low", "", None, 0.99),
    ]
    return {
        "session_id": "4c5d6e7f-8a9b-4c0d-8e1f-2a3b4c5d6e7f",
        "status": "transformed",
        "policy": {
            "name": "Health data",
            "profile": "hipaa",
            "rules": [
                {"pii_type": kind, "action": action, "is_enabled": kind != "postcode"}
                for kind, action in (("email", "hash"), ("person", "mask"), ("phone_number", "redact"), ("postcode", "generalize"))
            ],
        },
        "dataset": {"id": "p", "name": "patients", "rows": 5000, "columns": 22},
        "started_at": "2026-05-04T09:30:00Z",
        "finished_at": "2026-05-04T09:31:12Z",
        "findings": [
            {"column": column, "pii_type": kind, "matches": matches, "rows_scanned": 5000, "match_rate": matches / 5000, "confidence": sure, "risk": risk, "action": action, "transformed": done, "masked_samples": ["j***@e***.com"]}
            for column, kind, matches, risk, action, done, sure in found
        ],
        "summary": {"columns_with_pii": 6, "cells_with_pii": 23500, "by_type": {"person": 5412, "date": 5000, "postcode": 4988, "email": 4980, "phone_number": 3120}, "by_risk": {"high": 3, "medium": 1, "low": 2}, "coverage": 0.97},
        "compliance": [
            {"framework": "hipaa", "requirement": "Names are removed or masked", "status": "fail", "evidence": "412 names in notes are as they were"},
            {"framework": "hipaa", "requirement": "E-mail addresses are removed", "status": "pass", "evidence": "4,980 of 4,980 hashed"},
            {"framework": "hipaa", "requirement": "Biometric data are removed", "status": "n/a", "evidence": "none found"},
            {"framework": "gdpr", "requirement": "Data are minimised", "status": "pass", "evidence": "postcodes generalised"},
        ],
    }  # fmt: skip
