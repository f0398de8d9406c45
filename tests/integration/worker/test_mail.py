"""From the outbox to a real mail server: delivered, delayed, refused, and never more than it says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.worker.mail import Mails, open_mails
from services.worker.smtp import Smtp, check_sender, read_url
from shared.db import mails
from shared.db.pool import Connection, Database
from shared.domain import mails as rules
from shared.domain.errors import Rejected
from shared.domain.ids import new_id
from shared.domain.mails import Letter
from tests.integration.worker.mailbox import Mailbox

KEY = b"0123456789abcdef0123456789abcdef"
SENDER = "Pressrun <reports@example.com>"


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(fresh_database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Connection]:
    """One connection; every statement is its own transaction."""
    async with database.connect() as connection:
        yield connection


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with Mailbox() as opened:
        yield opened


@pytest.fixture
async def worker(database: Database, mailbox: Mailbox) -> AsyncIterator[Mails]:
    made = open_mails(database, KEY, smtp_url=mailbox.url, sender=SENDER)
    assert made is not None
    yield made
    made.close()


async def written(
    db: Connection, *, subject: str = "Hello", text: str = "A text.\n", to: str = "ada@example.org"
) -> UUID:
    """A mail in the outbox."""
    ident = new_id()
    letter = rules.seal(rules.sealer(KEY), ident, Letter(subject=subject, text=text))
    await mails.enqueue(db, ident, recipient=to, letter=letter)
    return ident


async def state(db: Connection, ident: UUID) -> tuple[str, str | None, bool]:
    """Its status, what came of the last attempt, and whether its text is still kept."""
    row = await db.fetchrow("SELECT status, outcome, letter IS NOT NULL AS kept FROM mails WHERE id = $1", ident)
    assert row is not None
    return row["status"], row["outcome"], row["kept"]


async def ready(db: Connection) -> None:
    await db.execute(
        "UPDATE mails SET ready_at = now(), lease_until = now() - interval '1 second' WHERE letter IS NOT NULL"
    )


async def test_a_mail_arrives_as_it_was_written(db: Connection, worker: Mails, mailbox: Mailbox):
    """In any script; then its text is kept no longer."""
    ident = await written(db, subject="Über Tee: 茶", text="Grüße 🫖\n\n.\n.. und ein Punkt\nFrom here\n")
    assert await worker.on_bell()
    assert not await worker.on_bell()
    (message,) = mailbox.to("ada@example.org")
    assert (message["Subject"], message["From"], message["To"]) == ("Über Tee: 茶", SENDER, "ada@example.org")
    assert message.get_content().replace("\r\n", "\n") == "Grüße 🫖\n\n.\n.. und ein Punkt\nFrom here\n"
    assert message["Message-ID"] == f"<{ident}@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert await state(db, ident) == ("done", "sent", False)


async def test_no_text_gets_into_the_headers(db: Connection, worker: Mails, mailbox: Mailbox):
    """A line break in a subject is a space; one in the text stays in the text."""
    evil = "Report\r\nBcc: eve@example.org\n\n<script>\x00\x1b[31m"
    await written(db, subject=evil, text=f"{evil}\r\n.\r\nMAIL FROM:<eve@example.org>\r\n")
    assert await worker.on_bell()
    ((envelope, message),) = mailbox.taken
    assert envelope.rcpt_tos == ["ada@example.org"]
    assert message["Bcc"] is None
    assert message["Subject"] == "Report Bcc: eve@example.org <script> [31m"
    assert len(mailbox.taken) == 1


@pytest.mark.parametrize("recipient", ["a@example.org\r\nRCPT TO:<eve@example.org>", "a@b@c", "", "a b"])
async def test_an_address_that_is_none_is_given_up(db: Connection, worker: Mails, mailbox: Mailbox, recipient: str):
    """However it came into the outbox."""
    ident = await written(db, to=recipient)
    assert await worker.on_bell()
    assert await state(db, ident) == ("failed", "mail_invalid", False)
    assert mailbox.taken == []


async def test_a_server_that_is_busy_is_asked_again(db: Connection, worker: Mails, mailbox: Mailbox):
    """Later, and with the same Message-ID, which tells a repetition."""
    mailbox.says = ["451 come back later"]
    ident = await written(db)
    assert await worker.on_bell()
    assert await state(db, ident) == ("queued", "smtp_451", True)
    assert not await worker.on_bell()
    await ready(db)
    assert await worker.due() == 1
    assert await worker.on_bell()
    assert await state(db, ident) == ("done", "sent", False)


async def test_a_recipient_who_does_not_exist_is_given_up(db: Connection, worker: Mails, mailbox: Mailbox):
    """At once: asking again would change nothing."""
    mailbox.says = ["550 no such user"]
    ident = await written(db)
    assert await worker.on_bell()
    assert await state(db, ident) == ("failed", "smtp_550", False)


async def test_a_server_that_is_away_is_tried_until_it_is_given_up(db: Connection, database: Database):
    """A bounded number of times, further and further apart."""
    async with Mailbox() as gone:
        url = gone.url
    worker = open_mails(database, KEY, smtp_url=url, sender=SENDER)
    assert worker is not None
    ident = await written(db)
    for _ in range(rules.MOST_ATTEMPTS):
        assert (await state(db, ident))[0] == "queued"
        await ready(db)
        assert await worker.on_bell()
    assert await state(db, ident) == ("failed", "smtp_unreachable", False)
    worker.close()


async def test_a_password_is_shown_to_the_server(db: Connection, database: Database):
    """The right one is let in; a wrong one is a matter of the settings, and the mail waits."""
    async with Mailbox(user="us@er", password="p:ss") as mailbox:
        for url, outcome in (
            (f"smtp://us%40er:wrong@127.0.0.1:{mailbox.port}", "smtp_535"),
            (f"smtp://us%40er:p%3Ass@127.0.0.1:{mailbox.port}", "sent"),
        ):
            worker = open_mails(database, KEY, smtp_url=url, sender=SENDER)
            assert worker is not None
            ident = await written(db)
            await worker.on_bell()
            assert (await state(db, ident))[1] == outcome
            await db.execute("DELETE FROM mails")
            worker.close()


async def test_a_dead_worker_s_mail_is_sent_by_another(db: Connection, worker: Mails, mailbox: Mailbox):
    ident = await written(db)
    assert await mails.claim(db, lease_s=-1, most=2) is not None
    assert await worker.due() == 1
    assert await worker.on_bell()
    assert await state(db, ident) == ("done", "sent", False)


async def test_what_was_sealed_with_another_key_waits(db: Connection, database: Database, mailbox: Mailbox):
    """Until the settings are right again; nothing is sent that could not be read."""
    ident = await written(db)
    other = Mails(database, b"x" * 32, SENDER, Smtp(read_url(mailbox.url)))
    assert await other.on_bell()
    assert await state(db, ident) == ("queued", "secret_unreadable", True)
    assert mailbox.taken == []
    other.close()


async def test_no_more_are_under_way_than_a_server_likes(db: Connection, worker: Mails):
    """Two at once over all workers."""
    for _ in range(3):
        await written(db)
    assert await mails.claim(db, lease_s=60, most=2)
    assert await mails.claim(db, lease_s=60, most=2)
    assert not await worker.on_bell()


async def test_the_outbox_holds_no_text_in_the_clear(db: Connection):
    """It may be a token."""
    await written(db, text="share_secret")
    assert b"share_secret" not in await db.fetchval("SELECT letter FROM mails")


@pytest.mark.parametrize(
    "url",
    ["example.com", "http://example.com", "smtp://", "smtp://h:99999", "smtp://h:x", "smtp://h/path", "smtp://h?a=b"],
)
def test_an_address_that_is_no_mail_server_is_refused(url: str):
    with pytest.raises(Rejected, match="PRESSRUN_SMTP_URL"):
        read_url(url)


@pytest.mark.parametrize("sender", ["", "nobody", "@example.com", "a@", "A <a@b>\r\nBcc: c@d"])
def test_a_sender_that_is_no_address_is_refused(sender: str):
    with pytest.raises(Rejected, match="PRESSRUN_MAIL_FROM"):
        check_sender(sender)


@pytest.mark.parametrize(("url", "sender", "missing"), [("smtp://h", "", "MAIL_FROM"), ("", "a@b.c", "SMTP_URL")])
async def test_one_of_the_two_settings_is_not_enough(database: Database, url: str, sender: str, missing: str):
    with pytest.raises(Rejected, match=missing):
        open_mails(database, KEY, smtp_url=url, sender=sender)
