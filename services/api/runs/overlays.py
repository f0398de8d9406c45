"""What a run may be told beside its inputs, and what a branch may change: checked against its workflow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.api.auth.caller import Caller
from services.api.reports import catalog
from services.api.reports.request import check_parameters
from shared.contracts.records import Run
from shared.contracts.workflow import Workflow
from shared.db.pool import Connection
from shared.document import design
from shared.domain.errors import Forbidden, NotFound, Rejected
from shared.templates import own
from shared.templates.registry import Registry

LONGEST_OVERRIDE = 20_000
LONGEST_TONE = 200
_PROMPTED = ("report.outline", "report.write", "report.summarise", "core.ai.callPrompt")
"""Node types whose prompts take words of the caller's."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_ONE_LINE = re.compile(r"[^\x00-\x1f\x7f\u0085\u2028\u2029]+")


def check_new(workflow: Workflow, options: Mapping[str, Any]) -> None:
    """The same as ``check`` for a run that begins: only a branch can change its template."""
    if "template" in options and makes_a_report(workflow):
        raise _wrong("template", "is for branches; ask for a report by that template instead")
    check(workflow, options)


def check(workflow: Workflow, options: Mapping[str, Any]) -> None:
    """``promptOverrides``, and for reports ``tone``, ``language`` and the looks, are what this workflow can act on.

    Raises:
        Rejected: naming the key.
    """
    _check_overrides(workflow, options.get("promptOverrides") or {})
    if not makes_a_report(workflow):
        return
    types = {node.type_id for node in workflow.nodes}
    looks = {name: options[name] for name in design.PARAMETERS["properties"] if name in options}
    check_parameters(looks, design.PARAMETERS, "configurable")
    for key, (fits, must) in _WRITING.items():
        if key not in options:
            continue
        if "report.write" not in types:
            raise _wrong(key, "is for workflows that write sections (report.write); this one has none")
        if not isinstance(options[key], str) or not fits(options[key]):
            raise _wrong(key, must)


def makes_a_report(workflow: Workflow) -> bool:
    """Whether these words mean something to its nodes; other workflows have words of their own."""
    return any(node.type_id.startswith(("report.", "ml.")) for node in workflow.nodes)


async def with_template(db: Connection, registry: Registry, caller: Caller, run: Run, wanted: Any) -> dict[str, Any]:
    """The inputs of a branch that is to be made by another template of the same workflow.

    Its sections and instructions act from the node that plans, its page design where the report is printed.

    Raises:
        Rejected: there is no such template for this caller, or this run cannot go on by it.
    """
    try:
        folder = (await catalog.one(db, registry, str(wanted))).usable(str(wanted), caller)
    except (NotFound, Forbidden):
        raise _wrong("template", "must be the id of a template that you may use") from None
    if folder.workflow.id != run.workflow_id:
        raise _wrong("template", "must be a template of the same workflow, whose nodes did the work so far")
    if folder.template.requires_scrambling and not run.inputs.get("scrambling"):
        raise _wrong("template", "replaces personal data before anything is read, which this run did not")
    before = run.inputs.get("parameters") or {}
    kept = {name: value for name, value in before.items() if name not in design.PARAMETERS["properties"]}
    parameters = own.complete(folder.template, kept)
    check_parameters(parameters, folder.parameters)
    told = own.told(folder.template, parameters)
    return run.inputs | {"parameters": parameters, "theme": folder.template.theme, "template": told}


def _check_overrides(workflow: Workflow, overrides: Mapping[str, Any]) -> None:
    prompted = [node.id for node in workflow.nodes if node.type_id in _PROMPTED]
    for node_id, text in overrides.items():
        if node_id not in prompted:
            can = (
                f"the nodes that can be told something are {', '.join(prompted)}"
                if prompted
                else "no node asks a model"
            )
            raise _wrong("promptOverrides", f"names a node that takes no prompt; {can}")
        if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_OVERRIDE:
            raise _wrong(f"promptOverrides.{node_id}", f"must be a text of 1 to {LONGEST_OVERRIDE} characters")


_WRITING: dict[str, tuple[Any, str]] = {
    "language": (_LANGUAGE.fullmatch, "must be a language tag such as en or pt-BR"),
    "tone": (
        lambda text: len(text) <= LONGEST_TONE and _ONE_LINE.fullmatch(text),
        f"must be one line of at most {LONGEST_TONE} characters",
    ),
}


def _wrong(key: str, must: str) -> Rejected:
    return Rejected(f"configurable.{key} {must}", details={"key": key})
