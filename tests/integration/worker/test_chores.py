"""What a worker's process sees to beside its steps, in a process of its own."""

from __future__ import annotations

import asyncio
import base64
import sys
from pathlib import Path

from deploy.local.processes import plain_environment
from deploy.local.seaweedfs import S3
from shared.db import garbage, mails
from shared.db.pool import Database
from shared.domain import mails as rules
from shared.domain.ids import new_id
from shared.domain.mails import Letter
from shared.storage.store import S3Store

from .mailbox import Mailbox

ROOT = Path(__file__).parents[3]
KEY = b"0123456789abcdef0123456789abcdef"


async def test_a_worker_sends_mails_and_deletes_objects(fresh_database_url: str, fresh_redis_url: str, s3: S3):
    """Nobody rings for them: the sweeper finds what waits."""
    store = S3Store(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, bucket=s3.bucket)
    await store.check()
    database = await Database.open(fresh_database_url)
    key, mail_id = f"artifacts/test/{new_id()}.md", new_id()
    await store.put(key, b"x", "text/markdown")
    letter = rules.seal(rules.sealer(KEY), mail_id, Letter(subject="Hello", text="A text.\n"))
    async with database.begin() as db:
        await garbage.add(db, [key])
        await mails.enqueue(db, mail_id, recipient="ada@example.org", letter=letter)
    async with Mailbox() as mailbox:
        environment = plain_environment(ROOT) | {
            "PRESSRUN_DATABASE_URL": fresh_database_url,
            "PRESSRUN_REDIS_URL": fresh_redis_url,
            "PRESSRUN_S3_ENDPOINT": s3.endpoint,
            "PRESSRUN_S3_ACCESS_KEY": s3.access_key,
            "PRESSRUN_S3_SECRET_KEY": s3.secret_key,
            "PRESSRUN_S3_BUCKET": s3.bucket,
            "PRESSRUN_SECRET_KEY": base64.b64encode(KEY).decode(),
            "PRESSRUN_SMTP_URL": mailbox.url,
            "PRESSRUN_MAIL_FROM": "reports@example.com",
        }
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.worker.main", cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            await asyncio.wait_for(mailbox.arrived.wait(), 60)
            await asyncio.wait_for(_gone(database), 60)
        finally:
            worker.terminate()
            assert await worker.wait() == 0
    assert [message["Subject"] for message in mailbox.to("ada@example.org")] == ["Hello"]
    await database.close()
    await store.close()


async def _gone(database: Database) -> None:
    """Wait until no object is left to delete."""
    while True:
        async with database.connect() as db:
            if not await db.fetchval("SELECT count(*) FROM garbage"):
                return
        await asyncio.sleep(0.1)
