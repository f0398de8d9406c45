"""What stands out in what is stored."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .rules import Finding
from .values import count, counted, duration, percent, share

if TYPE_CHECKING:
    from .retention import Retention

_OLD = timedelta(days=365)
_UNUSED = timedelta(days=90)
_EXPIRING = 0.25


def findings(data: Retention) -> list[Finding]:
    """Every rule, in the order in which a reader wants them."""
    return [_overdue(data), _plain(data), _expiring(data), _endless(data), _unused(data), _old(data)]


def _overdue(data: Retention) -> Finding:
    return Finding(
        rule="Kept beyond expiry",
        threshold="any report that has expired is still there",
        measured=count(data.overdue) if data.reports else "",
        text=f"{counted(data.overdue, 'report')} expired and still there. Is a worker running?" if data.overdue else "",
    )


def _plain(data: Retention) -> Finding:
    demanding = [one for one in data.kept if one.demands]
    plain = sum(one.plain for one in demanding)
    return Finding(
        rule="Scrambling switched off",
        threshold="any report goes without, of a template that asks for it",
        measured=f"{count(plain)} of {count(sum(one.reports for one in demanding))}" if demanding else "",
        text=f"{counted(plain, 'report')} made without scrambling although the template asks for it." if plain else "",
    )


def _expiring(data: Retention) -> Finding:
    part = share(data.expiring, data.reports)
    found = part is not None and part >= _EXPIRING
    return Finding(
        rule="Much expires soon",
        threshold=f"at least {percent(_EXPIRING)} of the reports within {data.soon} days",
        measured="" if part is None else percent(part),
        text=f"{percent(part)} of the reports expire within {data.soon} days: download what is still needed."
        if found
        else "",
    )


def _endless(data: Retention) -> Finding:
    endless = [one for one in data.usable if one.expires_at is None]
    return Finding(
        rule="Keys without an end",
        threshold="any usable key never expires",
        measured=f"{count(len(endless))} of {count(len(data.usable))}" if data.usable else "",
        text=f"{count(len(endless))} of {counted(len(data.usable), 'usable key')} without an expiry."
        if endless
        else "",
    )


def _unused(data: Retention) -> Finding:
    idle = [one for one in data.usable if data.now - (one.last_used_at or one.created_at) >= _UNUSED]
    return Finding(
        rule="Unused keys",
        threshold=f"any usable key was not used for {_UNUSED.days} days",
        measured=f"{count(len(idle))} of {count(len(data.usable))}" if data.usable else "",
        text=f"{counted(len(idle), 'usable key')} not used for {_UNUSED.days} days: revoke what nobody needs."
        if idle
        else "",
    )


def _old(data: Retention) -> Finding:
    oldest = max((data.now - one.created_at for one in data.usable), default=None)
    return Finding(
        rule="Old keys",
        threshold=f"any usable key is older than {_OLD.days} days",
        measured="" if oldest is None else duration(max(oldest.total_seconds(), 0)),
        text=f"The oldest usable key is {duration(oldest.total_seconds())} old." if oldest and oldest > _OLD else "",
    )
