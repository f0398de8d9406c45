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

MAX_NODE_EXECUTIONS = 1000
"""Nodes that one run may start, revisions included."""
MAX_RUN_DURATION_MS = 30 * 24 * 3_600_000
"""A run may wait for weeks for a person; a client may ask for less."""

STAGE_OF = {
    "report.collect": Stage.TEMPLATE,
    "report.measure": Stage.TEMPLATE,
    "report.draft": Stage.TEMPLATE,
    "report.assemble": Stage.TEMPLATE,
    "report.check": Stage.TEMPLATE,
    "report.outline": Stage.LLM,
    "report.write": Stage.LLM,
    "report.join": Stage.LLM,
    "report.summarise": Stage.LLM,
    "report.render": Stage.RENDER,
    "ml.load": Stage.TEMPLATE,
    "ml.compose": Stage.TEMPLATE,
    "ml.comment": Stage.LLM,
    "ml.assemble": Stage.TEMPLATE,
    "ml.compute": Stage.TEMPLATE,
    "knowledge.index": Stage.TEMPLATE,
    "knowledge.embed": Stage.TEMPLATE,
    "knowledge.search": Stage.TEMPLATE,
    "core.noop": Stage.TEMPLATE,
    "core.identity": Stage.TEMPLATE,
    "core.delay": Stage.TEMPLATE,
    "core.fail": Stage.TEMPLATE,
    "core.approvalGate": Stage.TEMPLATE,
    "core.clarificationGate": Stage.TEMPLATE,
    "core.interrupt": Stage.TEMPLATE,
    "core.subWorkflow": Stage.TEMPLATE,
    "core.channelWrite": Stage.TEMPLATE,
    "core.ai.callPrompt": Stage.LLM,
    "conformance.requiresMissing": Stage.TEMPLATE,
    "core.conformance.hold": Stage.TEMPLATE,
    "core.conformance.side-effect": Stage.DELIVER,
}
"""Every node type that Pressrun executes."""

RECORDED = frozenset(
    {
        "report.collect",
        "report.measure",
        "report.outline",
        "report.write",
        "report.join",
        "report.summarise",
        "ml.load",
        "ml.comment",
        "knowledge.index",
        "knowledge.embed",
        "knowledge.search",
        "core.ai.callPrompt",
        "core.subWorkflow",
        "core.conformance.side-effect",
    }
)
"""Node types that a replay must not run: they have an effect, or they read what changes. It takes the outcome from its
source's log."""
