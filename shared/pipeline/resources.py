"""Opens a process's parts in order and closes them in reverse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from shared.config import Core
from shared.db.pool import Database
from shared.queue.bell import Bell
from shared.queue.broker import make_broker
from shared.queue.channel import Channel
from shared.queue.stats import Stats
from shared.storage.store import S3Store
from shared.templates import registry

from .objects import Objects
from .pipeline import Pipeline


@asynccontextmanager
async def open_pipeline(settings: Core) -> AsyncIterator[Pipeline]:
    """A pipeline whose database answers. Redis and the store may still be coming up: both are retried in use.

    Raises:
        Unavailable: the database does not answer.
    """
    async with AsyncExitStack() as opened:
        database = await Database.open(settings.database_url)
        opened.push_async_callback(database.close)
        broker = make_broker(settings.redis_url)
        opened.callback(broker.close)
        bell = Bell(broker)
        opened.callback(bell.close)
        channel = Channel(settings.redis_url)
        await channel.open()
        opened.push_async_callback(channel.close)
        stats = Stats(settings.redis_url)
        opened.push_async_callback(stats.close)
        store = S3Store(
            endpoint=settings.s3_endpoint,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            bucket=settings.s3_bucket,
            region=settings.s3_region,
            public_endpoint=settings.s3_public_endpoint,
        )
        opened.push_async_callback(store.close)
        yield Pipeline(
            database=database,
            broker=broker,
            bell=bell,
            channel=channel,
            stats=stats,
            store=Objects(database, store),
            registry=registry.load(),
        )
