"""Requests for reports about Pressrun itself: refused at once where making them would fail."""

from __future__ import annotations

from datetime import UTC, datetime

from services.api.auth.caller import Caller
from shared.domain import span
from shared.domain.errors import Forbidden

from .request import Order

_MEASURES = "report.measure"


def check(order: Order, caller: Caller) -> None:
    """Check the period and whose figures are asked for; nothing for other templates.

    The node that measures checks both again, for runs that begin otherwise.

    Raises:
        Rejected: naming the parameter that is wrong.
        Forbidden: everybody's figures are for administrators.
    """
    if not any(node.type_id == _MEASURES for node in order.folder.workflow.nodes):
        return
    asked = span.read(order.asked.parameters, datetime.now(UTC))
    if asked.scope == "all" and not caller.may_act_as("admin"):
        message = "parameters.scope: everybody's figures are for administrators; use 'own' or leave it out"
        raise Forbidden(message, details={"field": "parameters.scope"})
