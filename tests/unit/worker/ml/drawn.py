"""A composed report as a document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.worker.ml.composed import Composed
from services.worker.ml.findings import told
from services.worker.ml.sections import compose
from shared.document.blocks import Document, Meta
from tests.unit.worker.ml import observed, trained

SAMPLES = {
    "experiment": ("experiment", trained.experiment),
    "model": ("model", trained.model),
    "regression": ("model", trained.regressor),
    "multiclass": ("model", trained.classes),
    "project": ("project", observed.project),
    "deployment": ("deployment", observed.deployment),
    "synthgen": ("synthgen", observed.synthgen),
    "privacy_session": ("privacy_session", observed.privacy_session),
}


def sample(name: str, **options: Any) -> Composed:
    """A sample's report."""
    kind, entity = SAMPLES[name]
    return compose(kind, {"entity": entity(), "related": {}}, options)


def document(made: Composed, title: str) -> Document:
    """The report as it is printed, its findings behind its sections."""
    meta = Meta(title=title, created_at=datetime(2026, 5, 4, tzinfo=UTC))
    return Document(meta=meta, blocks=[*made.blocks, *told(made.findings)])
