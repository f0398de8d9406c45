"""Which stage a node type's steps wait in, and what a stage allows."""

from __future__ import annotations

import msgspec

from shared.contracts.states import Stage


class Limits(msgspec.Struct, frozen=True):
    """``time_s`` is one attempt's; ``attempts`` counts all claims of a step."""

    time_s: float
    attempts: int
    backoff_s: float
    backoff_most_s: float


LIMITS = {
    Stage.TEMPLATE: Limits(time_s=180, attempts=8, backoff_s=0.5, backoff_most_s=15),
    Stage.LLM: Limits(time_s=900, attempts=6, backoff_s=2, backoff_most_s=60),
    Stage.RENDER: Limits(time_s=180, attempts=8, backoff_s=0.5, backoff_most_s=15),
    Stage.DELIVER: Limits(time_s=60, attempts=8, backoff_s=2, backoff_most_s=300),
}

STAGE_OF = {
    "report.collect": Stage.TEMPLATE,
    "report.draft": Stage.TEMPLATE,
    "report.assemble": Stage.TEMPLATE,
    "report.write": Stage.LLM,
    "report.render": Stage.RENDER,
    "report.publish": Stage.DELIVER,
    "core.noop": Stage.TEMPLATE,
    "core.identity": Stage.TEMPLATE,
    "core.delay": Stage.TEMPLATE,
    "core.fail": Stage.TEMPLATE,
    "core.approvalGate": Stage.TEMPLATE,
}
"""Every node type that Pressrun executes."""
