"""One call from a fitted estimator to a finished report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from .client import FORMATS, Client, Report
from .evaluation import evaluate
from .inputs import Table


def report_on(
    estimator: Any,
    X: Table,  # noqa: N803 - as everybody calls it
    y: Any,
    *,
    url: str,
    key: str,
    project_id: str | None = None,
    model_id: str | None = None,
    options: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    formats: Iterable[str] = FORMATS,
    wait_s: float = 300,
    **evaluating: Any,
) -> Report:
    """Evaluate an estimator on rows that it was not fitted on, push the model to Pressrun and have a report made.

    Args:
        url: where Pressrun is.
        key: an API key for it.
        project_id: the project that the model belongs to; one of its own if it is None.
        model_id: the model's id, to replace what was pushed before; a new one if it is None.
        options: of the report: ``llm_insights``, ``title``, ``comments``, ``include_…``.
        out: a folder to download the report into, in these formats.
        evaluating: everything that ``evaluate`` takes: ``train``, ``cv``, ``positive``, ``slices``, ``name`` …

    Raises:
        InputError: the estimator cannot be evaluated on these rows, and what to do.
        UnreachableError: no Pressrun at this address.
        RefusedError: Pressrun said no, and why.
        ReportFailedError: the report could not be made.
    """
    ids = {"id": model_id or str(uuid4()), "project_id": project_id or str(uuid4())}
    entity = evaluate(estimator, X, y, **{**evaluating, **ids})
    with Client(url, key) as client:
        client.push("model", entity)
        return client.report(
            "model",
            ids["id"],
            project_id=ids["project_id"],
            options=options,
            out=out,
            formats=formats,
            wait_s=wait_s,
        )
