"""What logging in and being logged in needs, opened once per process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec

from services.api.settings import Settings
from shared.domain import sealing

from .kratos import Kratos
from .passwords import Passwords


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of sessions, and the parts behind them."""

    settings: Settings
    passwords: Passwords
    sealer: sealing.Sealer
    """Of authenticators' secrets."""
    kratos: Kratos | None

    @property
    def lasts(self) -> timedelta:
        return timedelta(hours=self.settings.session_hours)

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.settings.session_idle_minutes)

    @property
    def secure(self) -> bool:
        """Whether cookies are only for TLS."""
        return self.settings.public_url.lower().startswith("https://")

    def confirmed(self, stepped_up_at: datetime | None) -> bool:
        """Whether a second factor that was shown then still counts."""
        lasts = timedelta(minutes=self.settings.second_factor_minutes)
        return stepped_up_at is not None and stepped_up_at + lasts > datetime.now(UTC)


@asynccontextmanager
async def open_door(settings: Settings) -> AsyncIterator[Door]:
    kratos = Kratos(settings.kratos_url) if settings.kratos_url else None
    passwords = Passwords()
    try:
        yield Door(
            settings=settings,
            passwords=passwords,
            sealer=sealing.Sealer(sealing.read_key(settings.secret_key), "second-factor"),
            kratos=kratos,
        )
    finally:
        passwords.close()
        if kratos is not None:
            await kratos.close()
