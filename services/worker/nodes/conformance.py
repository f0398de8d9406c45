"""Node types that only the protocol's conformance fixtures use. Registered by one setting, never in production."""

from __future__ import annotations

from shared.domain.outcome import Done, Fail, NodeFunction, Outcome, Wait, Work

HOLD_S = 20.0
NEVER_PROVIDED = "conformance.never-provided"


async def requires_missing(work: Work) -> Outcome:
    """Needs a capability that no host has."""
    message = f"node '{work.node_id}' needs the capability '{NEVER_PROVIDED}', which this host does not provide"
    return Fail("capability_not_provided", message)


async def hold(work: Work) -> Outcome:
    """Keeps the source run before its effect for a while; a replay does not wait."""
    if work.resume is None and not work.replaying:
        return Wait(delay_s=HOLD_S)
    return Done()


async def side_effect(work: Work) -> Outcome:
    """Stands for an effect on the outside: the pipeline never calls it in a replay."""
    return Done(outputs={"effect": work.node_id})


FUNCTIONS: dict[str, NodeFunction] = {
    "conformance.requiresMissing": requires_missing,
    "core.conformance.hold": hold,
    "core.conformance.side-effect": side_effect,
}
