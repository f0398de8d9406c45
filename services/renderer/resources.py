"""What a renderer's node functions stand on: a pool of browser tabs and the object store."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from shared.storage.store import Store

from .chromium import Chromium, Tab
from .disguise import choose
from .page import fonts
from .page.house import House, HouseBroken, house
from .pool import Limits, Pool
from .settings import Settings


class Resources(msgspec.Struct, frozen=True):
    pool: Pool[Tab]
    store: Store
    settings: Settings
    house: House = House()


@asynccontextmanager
async def open_resources(settings: Settings, store: Store) -> AsyncIterator[Resources]:
    """Find out how the browser can run here; it starts with the first report.

    Raises:
        SystemExit: it cannot, or the house's colour or logo cannot be used; with what to do.
    """
    try:
        own = await asyncio.to_thread(house, settings.brand_accent, settings.brand_logo)
    except HouseBroken as error:
        raise SystemExit(str(error)) from None
    program = Path(settings.chromium)
    root = os.geteuid() == 0
    disguise = await asyncio.to_thread(choose, program, root=root, allow_root=settings.allow_root_chromium)
    fontconfig = await asyncio.to_thread(_install_fonts)
    limits = Limits(
        slots=settings.render_slots, renders=settings.render_recycle_prints, megabytes=settings.render_recycle_mb
    )
    pool = Pool(lambda: Chromium(program, disguise, fontconfig=fontconfig), limits)
    try:
        yield Resources(pool, store, settings, own)
    finally:
        await pool.close()


def _install_fonts() -> Path:
    """Write the page's fonts where the browser's user can read them; what an earlier start wrote is used again."""
    directory = Path(tempfile.gettempdir()) / f"pressrun-fonts-{os.geteuid()}"
    directory.mkdir(exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid != os.geteuid():  # somebody else's: not to be trusted
        directory = Path(tempfile.mkdtemp(prefix="pressrun-fonts-"))
    conf = fonts.install(directory)
    for path in (directory, *directory.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return conf
