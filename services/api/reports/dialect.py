"""Which of the two report dialects a request is in: by its mount, its header, its keys, and last by a slash.

Both live on ``/api/reports``. Proxies add and strip slashes, so a slash decides only what nothing else does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal, TypeAlias

from litestar.handlers.base import BaseRouteHandler

from services.api import problems
from services.api.auth.caller import Connection
from shared.contracts.records import Report
from shared.domain.errors import NotFound, Unprocessable

Family: TypeAlias = Literal["longform", "ml"]

HEADER = "X-Report-Dialect"
_CHOSEN = "report_dialect"
_BY_HEADER: Mapping[str, Family] = {"ml": "ml", "sting": "longform"}
_BY_MOUNT: Mapping[str, Family] = {"/ml/": "ml", "/sting/": "longform"}
_ABOUT = ("kind", "entity_id", "project_id")
_LISTS: Mapping[str, Family] = {
    **dict.fromkeys(("project_id", "kind", "entity_id"), "ml"),
    **dict.fromkeys(("status", "search", "granted", "include_ml", "_t"), "longform"),
}


def mounted(connection: Connection) -> Family | None:
    """What the path's prefix says."""
    path = connection.scope["path"]
    return next((family for prefix, family in _BY_MOUNT.items() if path.startswith(prefix)), None)


def forced(connection: Connection) -> Family | None:
    """What the mount says, or else the header.

    Raises:
        Unprocessable: the header names no dialect.
    """
    said = connection.headers.get(HEADER)
    if said is not None and said.strip().lower() not in _BY_HEADER:
        problems.speak(connection, problems.MERGED)
        raise Unprocessable(f"{HEADER}: must be ml or sting", details={"field": HEADER})
    return mounted(connection) or (_BY_HEADER[said.strip().lower()] if said is not None else None)


def of_create(connection: Connection, body: Mapping[str, Any] | None) -> Family:
    """What a request for a report asks for. From here on its errors are in that dialect.

    Args:
        body: None for one that cannot be read.

    Raises:
        Unprocessable: it asks for both.
    """
    family = forced(connection)
    if family is None:
        given = {name for name, value in (body or {}).items() if value is not None}
        about = [name for name in _ABOUT if name in given]
        if about and "template_id" in given:
            problems.speak(connection, problems.MERGED)
            raise Unprocessable(
                f"template_id asks for a long-form report, {', '.join(about)} for a machine-learning one: send one of the two",
                details={"field": "template_id"},
            )
        family = "ml" if about else "longform" if given & {"template_id", "parameters"} else _by_slash(connection)
    _say(connection, family)
    return family


def of_list(connection: Connection, names: Collection[str]) -> Family:
    """What kind of reports a list is of, by its query's names."""
    found = [_LISTS[name] for name in names if name in _LISTS]
    by_query: Family | None = None if not found else "ml" if "ml" in found else "longform"
    family = forced(connection) or by_query or _by_slash(connection)
    _say(connection, family)
    return family


async def listing(connection: Connection, _handler: BaseRouteHandler) -> None:
    """A guard that finds a list's dialect before its query is read."""
    of_list(connection, connection.query_params.keys())


def chosen(connection: Connection) -> Family:
    """The dialect that one of these functions has found."""
    family: Family = connection.scope["state"][_CHOSEN]
    return family


def of_report(connection: Connection, report: Report) -> Family:
    """The dialect that a report is answered in: its own, or the one that the header names. Errors follow it.

    Raises:
        NotFound: the mount is the other dialect's.
        Unprocessable: the header names none, or the machine-learning one for a report of the other kind.
    """
    own: Family = "ml" if report.family == "ml" else "longform"
    mount = mounted(connection)
    if mount is not None and mount != own:
        raise NotFound("Report not found")
    said = None if mount else forced(connection)
    if (said, own) == ("ml", "longform"):
        problems.speak(connection, problems.MERGED)
        raise Unprocessable(f"{HEADER}: this is a long-form report, which ml cannot say", details={"field": HEADER})
    _say(connection, said or own)
    return said or own


def _say(connection: Connection, family: Family) -> None:
    connection.scope["state"][_CHOSEN] = family
    if family == "ml" and mounted(connection) is None:
        problems.speak(connection, problems.MERGED)
    elif family == "longform":
        problems.speak(connection, problems.LONGFORM)


def _by_slash(connection: Connection) -> Family:
    raw: bytes = connection.scope.get("raw_path") or b""
    return "longform" if raw.partition(b"?")[0].endswith(b"/") else "ml"
