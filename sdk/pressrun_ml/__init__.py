"""Reports on machine-learning work, from where the work is done.

``report_on(estimator, X, y, url=…, key=…)`` evaluates a scikit-learn estimator and has its report made. ``Client``
pushes any entity and reports on it; ``importers`` read experiments and models from MLflow and from CorePlexML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .client import Client, Report
from .errors import InputError, PressrunError, RefusedError, ReportFailedError, UnreachableError

if TYPE_CHECKING:
    from .evaluation import evaluate
    from .reporting import report_on

__all__ = [
    "Client",
    "InputError",
    "PressrunError",
    "RefusedError",
    "Report",
    "ReportFailedError",
    "UnreachableError",
    "evaluate",
    "report_on",
]

_WITH_SKLEARN = {"evaluate": "evaluation", "report_on": "reporting"}


def __getattr__(name: str) -> Any:
    """What needs scikit-learn is imported when it is asked for: clients and importers work without it."""
    if name not in _WITH_SKLEARN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_WITH_SKLEARN[name]}", __name__), name)
