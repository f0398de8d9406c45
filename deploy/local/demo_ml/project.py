"""A project around everything that the other demos make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from deploy.local.demo_ml.data import DATA_NAME, cancer, ident


def project(happened: Sequence[tuple[datetime, str]] = ()) -> dict[str, Any]:
    """The project as it is pushed; what belongs to it is found by the server.

    Args:
        happened: what was done when.
    """
    data, now = cancer(), datetime.now(UTC)
    rows = len(data.train_y) + len(data.test_y)
    return {
        "id": ident("project"),
        "name": "Tumour screening (demo)",
        "description": "Everything that Pressrun's demos make of the data sets that come with scikit-learn.",
        "owner": "The demo",
        "created_at": (happened[0][0] if happened else now).isoformat(),
        "datasets": [
            {
                "id": ident("data/cancer"),
                "name": DATA_NAME,
                "versions": 1,
                "rows": rows,
                "columns": len(data.names) + 1,
            },
            {"id": ident("data/wine"), "name": "Wine (from scikit-learn)", "versions": 1, "rows": 178, "columns": 14},
        ],
        "timeline": [{"at": at.isoformat(), "event": event, "actor": "demo"} for at, event in happened],
    }
