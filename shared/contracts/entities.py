"""What a machine-learning report describes, as clients push it: the shapes of its six kinds of entities.

Units: times ISO 8601 in UTC; ``_ms`` milliseconds, ``_s`` seconds, ``_bytes`` bytes; rates are fractions from 0 to 1;
metrics are raw floats. Whatever is missing is None or empty, and a report says "not provided" in its place.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

Kind = Literal["experiment", "model", "project", "deployment", "synthgen", "privacy_session"]
Metrics = dict[str, float | None]
"""By name: ``auc``, ``aucpr``, ``logloss``, ``accuracy``, ``f1``, ``precision``, ``recall``, ``rmse``, ``mae``, ``r2`` ..."""
Origin = Literal["supplied", "computed", "upstream"]


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The base of all: unknown keys are no error here (the api reports them)."""


class Reference(Shape, frozen=True, kw_only=True):
    """Another entity, by id and by what people call it."""

    id: str | None = None
    name: str = ""
    algo: str = ""


class Feature(Shape, frozen=True, kw_only=True):
    name: str
    type: str = ""
    missing_rate: float | None = None
    unique: int | None = None
    mean: float | None = None
    std: float | None = None
    min: float | None = None
    p25: float | None = None
    p50: float | None = None
    p75: float | None = None
    max: float | None = None
    top: Any = None


class Dataset(Shape, frozen=True, kw_only=True):
    id: str | None = None
    dataset_version_id: str | None = None
    name: str = ""
    rows: int | None = None
    columns: int | None = None
    versions: int | None = None
    size_bytes: int | None = None
    target: str | None = None
    class_counts: dict[str, int] = {}
    missing_rate: float | None = None
    duplicate_rows: int | None = None
    features: list[Feature] = []
    updated_at: datetime | None = None


class Hyperparameter(Shape, frozen=True, kw_only=True):
    name: str
    value: Any = None
    default: Any = None


class Threshold(Shape, frozen=True, kw_only=True):
    value: float
    criterion: str = ""


class Fold(Shape, frozen=True, kw_only=True):
    fold: int
    metrics: Metrics


class RocPoint(Shape, frozen=True, kw_only=True):
    fpr: float
    tpr: float
    threshold: float | None = None


class Roc(Shape, frozen=True, kw_only=True):
    points: list[RocPoint]
    split: str = ""
    auc: float | None = None
    average: str = ""
    """Of more than two classes, what the points are of: ``micro`` is all decisions taken together."""
    per_class: dict[str, list[RocPoint]] | None = None


class PrPoint(Shape, frozen=True, kw_only=True):
    recall: float
    precision: float
    threshold: float | None = None


class Pr(Shape, frozen=True, kw_only=True):
    points: list[PrPoint]
    split: str = ""
    average_precision: float | None = None
    prevalence: float | None = None


class CalibrationBin(Shape, frozen=True, kw_only=True):
    p_mean: float
    observed: float
    n: int | None = None


class ConfusionMatrix(Shape, frozen=True, kw_only=True):
    """Rows are actual, columns are predicted."""

    labels: list[str]
    matrix: list[list[float]]
    threshold: float | None = None
    split: str = ""


class Importance(Shape, frozen=True, kw_only=True):
    feature: str
    importance: float
    relative: float | None = None
    method: str = ""


class LearningPoint(Shape, frozen=True, kw_only=True):
    x: float
    train: float | None = None
    validation: float | None = None


class LearningCurve(Shape, frozen=True, kw_only=True):
    points: list[LearningPoint]
    x_unit: str = ""
    metric: str = ""


class Histogram(Shape, frozen=True, kw_only=True):
    """``len(edges) == len(counts) + 1``."""

    edges: list[float]
    counts: list[float]


class Residuals(Shape, frozen=True, kw_only=True):
    histogram: Histogram | None = None
    pred_vs_actual: list[tuple[float, float]] = []


class Interval(Shape, frozen=True, kw_only=True):
    """A bootstrap confidence interval."""

    low: float
    high: float
    level: float = 0.95


class Slice(Shape, frozen=True, kw_only=True):
    """How a model does on part of the data."""

    name: str
    rows: int | None = None
    metrics: Metrics = {}


class Gain(Shape, frozen=True, kw_only=True):
    """The best-scored part of the rows, and the part of the positives in it."""

    fraction: float
    gain: float
    lift: float | None = None


class ThresholdRow(Shape, frozen=True, kw_only=True):
    threshold: float
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    accuracy: float | None = None
    flagged_rate: float | None = None


class DecileError(Shape, frozen=True, kw_only=True):
    decile: int
    mean_actual: float | None = None
    mean_predicted: float | None = None
    mae: float | None = None
    n: int | None = None


class Model(Shape, frozen=True, kw_only=True):
    id: str
    name: str = ""
    algo: str = ""
    experiment_id: str | None = None
    project_id: str | None = None
    problem_type: str | None = None
    created_at: datetime | None = None
    artifact_size_bytes: int | None = None
    description: str = ""
    intended_use: str = ""
    limitations: str = ""
    hyperparameters: list[Hyperparameter] = []
    metrics: dict[str, Metrics] = {}
    """By split: ``train``, ``validation``, ``cross_validation``, ``test``."""
    averages: dict[str, str] = {}
    """How a metric is a mean over classes: ``macro``, ``weighted`` or ``micro``, by metric."""
    intervals: dict[str, dict[str, Interval]] = {}
    """By split, then by metric."""
    cv_folds: list[Fold] = []
    threshold: Threshold | None = None
    thresholds: list[ThresholdRow] = []
    roc: Roc | None = None
    pr: Pr | None = None
    calibration: list[CalibrationBin] = []
    brier: float | None = None
    ece: float | None = None
    score_histogram: dict[str, Histogram] = {}
    """By actual class."""
    gains: list[Gain] = []
    confusion_matrix: ConfusionMatrix | None = None
    feature_importance: list[Importance] = []
    learning_curve: LearningCurve | None = None
    residuals: Residuals | None = None
    error_by_decile: list[DecileError] = []
    slices: list[Slice] = []
    dataset: Dataset | None = None
    sources: dict[str, Origin] = {}
    """Where a field's numbers come from, by field or by the path of a part of it; what is not named was supplied."""


class LeaderboardRow(Shape, frozen=True, kw_only=True):
    rank: int | None = None
    model_id: str | None = None
    name: str = ""
    algo: str = ""
    metrics: Metrics = {}
    metric_std: Metrics = {}
    training_time_ms: float | None = None
    predict_time_per_row_ms: float | None = None


class Failure(Shape, frozen=True, kw_only=True):
    model: str = ""
    error: str = ""


class Experiment(Shape, frozen=True, kw_only=True):
    id: str
    name: str = ""
    project_id: str | None = None
    status: str = ""
    problem_type: str | None = None
    target_column: str | None = None
    engine: str = ""
    config: dict[str, Any] = {}
    environment: dict[str, Any] = {}
    """Versions, hardware, commit: what is needed to do it again."""
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    training_time_s: float | None = None
    sort_metric: str | None = None
    sort_direction: Literal["asc", "desc"] | None = None
    best_model_id: str | None = None
    baseline: LeaderboardRow | None = None
    dataset: Dataset | None = None
    leaderboard: list[LeaderboardRow] = []
    best_model: Model | None = None
    failures: list[Failure] = []
    sources: dict[str, Origin] = {}


class Member(Shape, frozen=True, kw_only=True):
    name: str
    role: str = ""


class BestMetric(Shape, frozen=True, kw_only=True):
    name: str
    value: float


class ProjectExperiment(Shape, frozen=True, kw_only=True):
    id: str | None = None
    name: str = ""
    status: str = ""
    problem_type: str | None = None
    best_metric: BestMetric | None = None
    models: int | None = None
    finished_at: datetime | None = None


class ProjectModel(Shape, frozen=True, kw_only=True):
    id: str | None = None
    name: str = ""
    algo: str = ""
    metrics: Metrics = {}
    stage: str = ""
    """``production``, ``staging`` or ``none``; empty where nobody has said."""


class ProjectDeployment(Shape, frozen=True, kw_only=True):
    id: str | None = None
    name: str = ""
    stage: str = ""
    status: str = ""
    health: str = ""


class TimelineEntry(Shape, frozen=True, kw_only=True):
    at: datetime
    event: str
    actor: str = ""


class Project(Shape, frozen=True, kw_only=True):
    id: str
    name: str = ""
    description: str = ""
    owner: str = ""
    members: list[Member] = []
    created_at: datetime | None = None
    datasets: list[Dataset] = []
    experiments: list[ProjectExperiment] = []
    models: list[ProjectModel] = []
    deployments: list[ProjectDeployment] = []
    synthgen: list[dict[str, Any]] = []
    privacy_sessions: list[dict[str, Any]] = []
    timeline: list[TimelineEntry] = []
    sources: dict[str, Origin] = {}


class Window(Shape, frozen=True, kw_only=True):
    start: datetime | None = msgspec.field(default=None, name="from")
    end: datetime | None = msgspec.field(default=None, name="to")
    bucket: Literal["minute", "hour", "day"] = "hour"


class Traffic(Shape, frozen=True, kw_only=True):
    """One bucket of time."""

    t: datetime
    predictions: int | None = None
    errors: int | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    latency_p99_ms: float | None = None


class Totals(Shape, frozen=True, kw_only=True):
    predictions: int | None = None
    errors: int | None = None
    error_rate: float | None = None
    latency_mean_ms: float | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    latency_p99_ms: float | None = None
    uptime: float | None = None


class FeatureDrift(Shape, frozen=True, kw_only=True):
    feature: str = ""
    """Empty where it is the prediction or the target that drifts."""
    type: str = "numeric"
    psi: float | None = None
    ks_stat: float | None = None
    p_value: float | None = None
    status: str = ""
    reference_hist: Histogram | None = None
    current_hist: Histogram | None = None
    reference_freq: dict[str, float] = {}
    current_freq: dict[str, float] = {}


class DriftWindow(Shape, frozen=True, kw_only=True):
    rows: int | None = None
    start: datetime | None = msgspec.field(default=None, name="from")
    end: datetime | None = msgspec.field(default=None, name="to")


class DriftPoint(Shape, frozen=True, kw_only=True):
    t: datetime
    max_psi: float | None = None


class Drift(Shape, frozen=True, kw_only=True):
    reference: DriftWindow | None = None
    current: DriftWindow | None = None
    method: str = "psi"
    thresholds: dict[str, float] = {}
    """``warning`` and ``critical``; missing ones are 0.1 and 0.25."""
    features: list[FeatureDrift] = []
    prediction: FeatureDrift | None = None
    target: FeatureDrift | None = None
    history: list[DriftPoint] = []


class Performance(Shape, frozen=True, kw_only=True):
    t: datetime
    metric: str
    value: float
    n_labelled: int | None = None


class Alert(Shape, frozen=True, kw_only=True):
    at: datetime
    severity: str = ""
    message: str = ""


class Deployment(Shape, frozen=True, kw_only=True):
    id: str
    name: str = ""
    project_id: str | None = None
    stage: str = ""
    status: str = ""
    model: Reference | None = None
    traffic_percent: float | None = None
    created_at: datetime | None = None
    window: Window | None = None
    volume: list[Traffic] = []
    latency_histogram: Histogram | None = None
    """Edges in milliseconds."""
    totals: Totals | None = None
    errors_by_code: dict[str, int] = {}
    sla: dict[str, float] = {}
    """Targets by name: ``latency_p95_ms``, ``error_rate``, ``uptime``."""
    drift: Drift | None = None
    performance: list[Performance] = []
    alerts: list[Alert] = []
    sources: dict[str, Origin] = {}


class SynthModel(Shape, frozen=True, kw_only=True):
    id: str | None = None
    name: str = ""
    type: str = ""
    config: dict[str, Any] = {}
    training_time_s: float | None = None


class ColumnSide(Shape, frozen=True, kw_only=True):
    mean: float | None = None
    std: float | None = None
    hist: Histogram | None = None
    freq: dict[str, float] = {}


class SynthColumn(Shape, frozen=True, kw_only=True):
    name: str
    type: str = ""
    metric: str = ""
    score: float | None = None
    real: ColumnSide | None = None
    synthetic: ColumnSide | None = None


class Correlation(Shape, frozen=True, kw_only=True):
    columns: list[str]
    real: list[list[float | None]]
    synthetic: list[list[float | None]]
    mean_abs_diff: float | None = None


class SynthPrivacy(Shape, frozen=True, kw_only=True):
    exact_match_rate: float | None = None
    dcr: dict[str, float] = {}
    nndr_p05: float | None = None
    membership_auc: float | None = None
    k_anonymity_min: int | None = None


class Utility(Shape, frozen=True, kw_only=True):
    task: str = ""
    metric: str = ""
    train_real_test_real: float | None = None
    train_synth_test_real: float | None = None


class LossPoint(Shape, frozen=True, kw_only=True):
    epoch: int
    generator: float | None = None
    discriminator: float | None = None


class Synthgen(Shape, frozen=True, kw_only=True):
    job_id: str
    project_id: str | None = None
    model: SynthModel | None = None
    status: str = ""
    rows_real: int | None = None
    rows_synthetic: int | None = None
    seed: int | None = None
    created_at: datetime | None = None
    quality: dict[str, float | None] = {}
    """``overall``, ``column_shapes``, ``column_pairs``: 0 to 1, higher is better."""
    columns: list[SynthColumn] = []
    correlation: Correlation | None = None
    privacy: SynthPrivacy | None = None
    utility: Utility | None = None
    loss_curve: list[LossPoint] = []
    sources: dict[str, Origin] = {}


class PolicyRule(Shape, frozen=True, kw_only=True):
    pii_type: str
    action: str = ""
    is_enabled: bool = True


class Policy(Shape, frozen=True, kw_only=True):
    id: str | None = None
    name: str = ""
    profile: str = ""
    rules: list[PolicyRule] = []


class Finding(Shape, frozen=True, kw_only=True):
    column: str
    pii_type: str
    matches: int | None = None
    rows_scanned: int | None = None
    match_rate: float | None = None
    confidence: float | None = None
    risk: str = ""
    action: str = ""
    transformed: bool | None = None


class FindingsSummary(Shape, frozen=True, kw_only=True):
    columns_with_pii: int | None = None
    cells_with_pii: int | None = None
    by_type: dict[str, int] = {}
    by_risk: dict[str, int] = {}
    coverage: float | None = None


class Requirement(Shape, frozen=True, kw_only=True):
    framework: str
    requirement: str
    status: Literal["pass", "fail", "n/a"]
    evidence: str = ""


class PrivacySession(Shape, frozen=True, kw_only=True):
    """Without samples of what was found, masked or not: they are left out when it is read."""

    session_id: str
    project_id: str | None = None
    status: str = ""
    policy: Policy | None = None
    dataset: Dataset | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    findings: list[Finding] = []
    summary: FindingsSummary | None = None
    compliance: list[Requirement] = []
    sources: dict[str, Origin] = {}


Entity = Experiment | Model | Project | Deployment | Synthgen | PrivacySession

SHAPES: dict[str, type[Shape]] = {
    "experiment": Experiment,
    "model": Model,
    "project": Project,
    "deployment": Deployment,
    "synthgen": Synthgen,
    "privacy_session": PrivacySession,
}
