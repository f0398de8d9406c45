"""Runs of report workflows that begin as runs are held to what requests for reports are held to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Request

from services.api.auth.caller import Caller
from services.api.knowledge import access as jars
from services.api.limits import CREATE, CREATE_ML, counted
from services.api.reports import catalog, measured
from services.api.reports.request import check, check_parameters, read
from services.api.resources import Resources
from shared.db.pool import Connection
from shared.domain.errors import Forbidden, NotFound, PressrunError, Rejected
from shared.templates.registry import ML, TemplateFolder

_NAMES = {"output_format": "outputFormat", "honey_jar_id": "honeyJarId", "scrambling_enabled": "scrambling"}


@asynccontextmanager
async def counted_as_report(request: Request[Caller, Any, Any], folder: TemplateFolder | None) -> AsyncIterator[None]:
    """Count a report's run against its owner's limit; nothing for other workflows. Raises ``TooMany``."""
    if folder is None:
        yield
    else:
        async with counted(request, CREATE_ML if folder.template.category == ML else CREATE):
            yield


async def checked(
    db: Connection, caller: Caller, resources: Resources, folder: TemplateFolder, inputs: dict[str, Any]
) -> dict[str, Any]:
    """The inputs, which were found to be of the declared types, if the template allows them.

    Raises:
        Rejected, NotFound, Forbidden: naming the input; or the template is not for the caller.
    """
    if folder.template.category == ML:  # asked for by kind, not by a template that somebody may change
        check_parameters(inputs.get("parameters", {}), folder.parameters, "inputs.parameters")
        return inputs
    template_id = str(folder.template.id)
    known = await catalog.one(db, resources.pipeline.registry, template_id)
    folder = known.usable(template_id, caller)
    said = {
        "template_id": template_id,
        "title": inputs.get("title") or folder.template.name,
        "description": inputs.get("description"),
        "parameters": inputs.get("parameters"),
        "output_format": inputs.get("outputFormat"),
        "honey_jar_id": inputs.get("honeyJarId") or None,
        "scrambling_enabled": inputs.get("scrambling"),
    }
    try:
        order = check(read(said, most_bytes=resources.settings.parameters_limit_bytes), folder)
        measured.check(order, caller)
        if order.asked.honey_jar_id:
            await jars.find(db, caller, order.asked.honey_jar_id, "read", field="honey_jar_id")
    except (Rejected, NotFound, Forbidden) as error:
        raise _of_inputs(error) from None
    return inputs | ({"scrambling": True} if folder.template.requires_scrambling else {})


def _of_inputs(error: PressrunError) -> PressrunError:
    """The same refusal, with the name that the field has here."""
    field = str((error.details or {}).get("field", ""))
    name = f"inputs.{_NAMES.get(field, field)}"
    message = f"{name}: {error.message.removeprefix(f'{field}: ')}" if field else error.message
    return type(error)(message, code=error.code, details={"key": name} if field else None)
