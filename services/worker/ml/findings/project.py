"""Rules about a project."""

from __future__ import annotations

from services.worker.measuring.rules import Finding
from services.worker.measuring.values import counted
from shared.contracts.entities import Project

_BAD = frozenset("failed error critical".split())


def findings(project: Project) -> list[Finding]:
    """Every rule, in the order in which a reader wants them."""
    return [_unhealthy(project), _failed(project), _unserved(project), _undocumented(project)]


def _unhealthy(project: Project) -> Finding:
    active = [each for each in project.deployments if each.status.lower() in {"active", ""} and each.health]
    bad = [each for each in active if each.health.lower() not in {"ok", "healthy"}]
    names = ", ".join(f"“{each.name or each.id or 'unnamed'}” ({each.health})" for each in bad[:5])
    return Finding(
        rule="Unhealthy deployments",
        threshold="an active deployment's health is not ok",
        measured=f"{len(bad)} of {len(active)} deployments" if active else "",
        text=f"Need a look: {names}{f' and {len(bad) - 5} more' if len(bad) > 5 else ''}." if bad else "",
    )


def _failed(project: Project) -> Finding:
    known = [each for each in project.experiments if each.status]
    bad = [each for each in known if each.status.lower() in _BAD]
    names = ", ".join(f"“{each.name or each.id or 'unnamed'}”" for each in bad[:5])
    return Finding(
        rule="Failed experiments",
        threshold="at least one experiment failed",
        measured=f"{len(bad)} of {len(known)} experiments" if known else "",
        text=f"Failed: {names}{f' and {len(bad) - 5} more' if len(bad) > 5 else ''}." if bad else "",
    )


def _unserved(project: Project) -> Finding:
    known = [each for each in project.models if each.stage]
    production = [each for each in known if each.stage == "production"]
    served = [each for each in project.deployments if each.stage == "production"]
    text = (
        ""
        if production or served
        else f"Of {counted(len(known), 'model')} whose stage is known, none is in production."
    )
    return Finding(
        rule="Nothing in production",
        threshold="the stage of models is known, and none of them is in production",
        measured=f"{len(production)} of {len(known)} models whose stage is known" if known else "",
        text=text if known else "",
    )


def _undocumented(project: Project) -> Finding:
    nothing = not project.description
    return Finding(
        rule="No description",
        threshold="the project does not say what it is for",
        measured="no description" if nothing else "described",
        text="The project has no description: a reader cannot tell what its models are for." if nothing else "",
    )
