"""Share a report, give access to it, see who has some, and take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.assurance import second_factor
from services.api.auth.caller import Caller, requires
from services.api.body import json_object, wrong
from services.api.idempotency import finalise
from services.api.resources import Resources
from shared.contracts.records import Report
from shared.contracts.states import RunStatus, Stage
from shared.db import grants, mails, runs
from shared.db.pool import Connection
from shared.domain import mails as letters
from shared.domain.errors import Conflict, NotFound
from shared.domain.ids import new_id
from shared.domain.sealing import Sealer, read_key
from shared.pipeline.pipeline import Transaction

from . import sharing, wire
from .access import READ, WRITE, lock, note, prefix
from .letters import invitation
from .openapi import ERRORS
from .sharing import Access, GrantBody, Share

MOST_GRANTS = 500
"""Of one report, those that have ended among them."""

log = structlog.get_logger()


@post(
    "/{report_id:str}/share",
    status_code=200,
    guards=[requires(*WRITE)],
    opt={"operation": "share"},
    summary="Share a report",
    tags=["sharing"],
    responses=ERRORS,
)
async def share(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], report_id: FromPath[str]
) -> Response[wire.Shared]:
    """Make a link, a download token that works once, or mail a link to others. A token is shown only here."""
    asked = sharing.read(await json_object(request), Share)
    given, text = sharing.permissions(asked), sharing.message(asked)
    addresses = _addresses(asked, resources)
    async with resources.pipeline.transaction() as tx:
        report = await _shareable(tx.db, request, report_id)
        now = datetime.now(UTC)
        expires_at = sharing.expiry(asked, report.expires_at, now)
        made = _Made(request, resources, report, given, expires_at, now)
        data = await made.mailed(tx, addresses, text) if addresses else await made.token(tx.db, asked.method)
        ids = [str(grant_id) for grant_id in data.grant_ids]
        await note(tx.db, request, "report.share", report.id, method=asked.method, grants=ids, permissions=given)
        response = Response(wire.Shared(data=data), status_code=200, headers={"Cache-Control": "no-store"})
        await finalise(tx.db, request, response)
    log.info("report.shared", report_id=report_id, method=asked.method, grants=len(ids))
    return response


@post(
    "/{report_id:str}/grant-access",
    status_code=200,
    guards=[requires(*WRITE), second_factor("grant_access", fresh=True)],
    opt={"operation": "grant_access"},
    summary="Give another principal access to a report",
    tags=["sharing"],
    responses=ERRORS,
)
async def grant_access(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], report_id: FromPath[str]
) -> Response[wire.Granted]:
    """Give access to somebody who has an account here, instead of what was given before."""
    asked = sharing.read(await json_object(request), Access)
    given = sharing.permissions(asked)
    async with resources.pipeline.transaction() as tx:
        report = await lock(tx.db, request, report_id)
        expires_at = sharing.expiry(asked, report.expires_at, datetime.now(UTC))
        whom = await _principal(tx.db, asked)
        if whom == report.principal_id:
            raise wrong("principal_id" if asked.principal_id else "user_email", "is the report's owner already")
        await _check_room(tx.db, report.id)
        grant_id = await grants.give_to(
            tx.db, report.id, whom, permissions=given, expires_at=expires_at, made_by=request.user.id
        )
        await note(
            tx.db, request, "report.grant", report.id, grant=str(grant_id), principal=str(whom), permissions=given
        )
        found = {grant.id: grant for grant in await grants.of_report(tx.db, report.id)}
        body = wire.GrantedData(grant=sharing.grant_body(found[grant_id]), expires_at=expires_at)
        response = Response(wire.Granted(message="Access granted", data=body), status_code=200)
        await finalise(tx.db, request, response)
    log.info("report.granted", report_id=report_id, grant_id=str(grant_id))
    return response


@get(
    "/{report_id:str}/grants",
    guards=[requires(*READ)],
    summary="See who has access to a report",
    tags=["sharing"],
    responses=ERRORS,
)
async def index(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], report_id: FromPath[str]
) -> wire.GrantsListed:
    """Every grant, newest first, those that have ended among them. Tokens are not shown again."""
    async with resources.pipeline.database.begin() as db:
        report = await lock(db, request, report_id)
        shown = [sharing.grant_body(grant) for grant in await grants.of_report(db, report.id)]
    return wire.GrantsListed(data=wire.GrantsData(grants=shown, count=len(shown)))


@delete(
    "/{report_id:str}/grants/{grant_id:str}",
    status_code=200,
    guards=[requires(*WRITE)],
    opt={"operation": "revoke_access"},
    summary="Take access to a report back",
    tags=["sharing"],
    responses=ERRORS,
)
async def revoke(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    report_id: FromPath[str],
    grant_id: FromPath[str],
) -> wire.Said:
    """End a grant at once. Ending it twice changes nothing."""
    async with resources.pipeline.database.begin() as db:
        report = await lock(db, request, report_id)
        try:
            found = await grants.revoke(db, report.id, UUID(grant_id))
        except ValueError:
            found = False
        if not found:
            raise NotFound("Grant not found")
        await note(db, request, "report.revoke", report.id, grant=grant_id)
    log.info("report.revoked", report_id=report_id, grant_id=grant_id)
    return wire.Said(message="Access taken back")


HANDLERS = [share, grant_access, index, revoke]


async def valid_grants(db: Connection, report_id: UUID) -> list[GrantBody]:
    """What others may do with a report now, newest first."""
    return [sharing.grant_body(grant) for grant in await grants.of_report(db, report_id) if grant.state == "valid"]


class _Made:
    """Grants of one request."""

    def __init__(
        self,
        request: Request[Caller, Any, Any],
        resources: Resources,
        report: Report,
        permissions: Sequence[str],
        expires_at: datetime,
        now: datetime,
    ) -> None:
        self._request = request
        self._settings = resources.settings
        self._report = report
        self._permissions = list(permissions)
        self._expires_at = expires_at
        self._expires_in = round((expires_at - now).total_seconds())

    async def token(self, db: Connection, method: str) -> wire.SharedData:
        """A link, or a token that downloads once."""
        once = method == "download_token"
        grant_id, token = await self._give(db, method, uses=1 if once else None)
        if not once:
            return self._data(method, "Share link created", [grant_id], share_url=self._url(token))
        address = f"{prefix(self._request)}/{self._report.id}/download?token={token}"
        return self._data(method, "Download token created", [grant_id], download_token=token, download_url=address)

    async def mailed(self, tx: Transaction, addresses: Sequence[str], message: str) -> wire.SharedData:
        """A link of its own for each address, on its way by mail."""
        sealer = letters.sealer(read_key(self._settings.secret_key))
        ids = [await self._mail(tx.db, sealer, address, message) for address in addresses]
        tx.ring(Stage.DELIVER, len(ids))
        said = f"Sent to {len(addresses)} {'recipient' if len(addresses) == 1 else 'recipients'}"
        return self._data("email", said, ids, recipients=list(addresses))

    async def _mail(self, db: Connection, sealer: Sealer, address: str, message: str) -> UUID:
        grant_id, token = await self._give(db, "email", recipient=address)
        letter = invitation(
            sender=self._request.user.principal.name,
            title=self._report.title,
            message=message,
            link=self._url(token),
            expires_at=self._expires_at,
        )
        mail_id = new_id()
        sealed = letters.seal(sealer, mail_id, letter)
        await mails.enqueue(db, mail_id, recipient=address, letter=sealed, grant_id=grant_id)
        return grant_id

    async def _give(self, db: Connection, kind: str, **more: Any) -> tuple[UUID, str]:
        return await grants.give(
            db,
            self._report.id,
            kind=kind,
            permissions=self._permissions,
            expires_at=self._expires_at,
            made_by=self._request.user.id,
            **more,
        )

    def _url(self, token: str) -> str:
        base = self._settings.public_url or str(self._request.base_url)
        return f"{base.rstrip('/')}/s/{token}"

    def _data(self, method: str, message: str, ids: list[UUID], **more: Any) -> wire.SharedData:
        return wire.SharedData(
            method=method,
            message=message,
            expires_at=self._expires_at,
            expires_in=self._expires_in,
            permissions=self._permissions,
            grant_ids=ids,
            **more,
        )


def _addresses(asked: Share, resources: Resources) -> list[str]:
    """Whom to write to; empty for the other methods. Raises ``Rejected``."""
    if asked.method != "email":
        return []
    settings = resources.settings
    missing = [
        name
        for name, value in (
            ("PRESSRUN_SMTP_URL", settings.smtp_url),
            ("PRESSRUN_MAIL_FROM", settings.mail_from),
            ("PRESSRUN_PUBLIC_URL", settings.public_url),
        )
        if not value
    ]
    if missing:
        raise wrong(
            "method", f"email needs {' and '.join(missing)}, which this server has not set; use link or download_token"
        )
    return sharing.recipients(asked.recipients)


async def _shareable(db: Connection, request: Request[Caller, Any, Any], report_id: str) -> Report:
    report = await lock(db, request, report_id)
    run = await runs.get(db, report.run_id)
    if run is None or run.status is not RunStatus.COMPLETED:
        raise Conflict("Report not ready for sharing", code="not_ready")
    await _check_room(db, report.id)
    return report


async def _check_room(db: Connection, report_id: UUID) -> None:
    if await grants.count(db, report_id) >= MOST_GRANTS:
        raise Conflict(f"A report can be shared {MOST_GRANTS} times at most", code="too_many_grants")


async def _principal(db: Connection, asked: Access) -> UUID:
    """Whom to give access. Raises ``Rejected`` and ``NotFound``."""
    if (asked.user_email is None) == (asked.principal_id is None):
        raise wrong("principal_id", "name whom to give access: either principal_id or user_email")
    found = await grants.grantee(db, principal_id=asked.principal_id, email=asked.user_email)
    if found is None:
        raise NotFound("User not found", details={"field": "principal_id" if asked.principal_id else "user_email"})
    return found
