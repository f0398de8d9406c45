"""The engine's pipeline over the real parts, for a worker's own node functions."""

from __future__ import annotations

from tests.integration.pipeline.conftest import begin, owner, pipeline

__all__ = ["begin", "owner", "pipeline"]
