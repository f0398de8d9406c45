"""A month of made-up work in the database: everything that the figures are counted from."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.states import Priority
from shared.db import audit, principals
from shared.db.pool import Connection
from shared.domain.ids import new_id, run_id
from tests.integration.db.stored import stored_report, stored_run, stored_template

NOW = datetime(2026, 5, 29, 12, 0, tzinfo=UTC)
"""A Friday."""
BEGIN = NOW - timedelta(days=28)
_CODES = ("model_refused", "document_too_large", "render_timeout")
_SHARES = (("completed", 0.8), ("failed", 0.12), ("cancelled", 0.05), ("running", 0.03))


class World(msgspec.Struct, frozen=True):
    """Who is there, and the run by which each of them asks."""

    owners: dict[str, UUID]
    runs: dict[str, str]


async def seed(db: Connection, *, reports: int = 240) -> World:
    """Fill an empty database; the same rows each time but for ids."""
    dice = random.Random(7)  # noqa: S311 - made-up work
    owners = {
        name: (await principals.create_principal(db, name, role)).id
        for name, role in (("Ada", "user"), ("Ben", "analyst"), ("Chris", "admin"))
    }
    templates = [
        (await stored_template(db, name=name, requires_scrambling=scrambled)).id
        for name, scrambled in (("Conversational report", True), ("Document", False), ("Comparison of offers", False))
    ]
    for _ in range(reports):
        await _report(
            db, dice, dice.choices(list(owners.values()), (6, 3, 1))[0], dice.choices(templates, (5, 3, 2))[0]
        )
    await _keys(db, dice, owners)
    await _audit(db, dice, owners)
    await _knowledge(db, dice, owners)
    runs = {name: await stored_run(db, principal_id=owner) for name, owner in owners.items()}
    return World(owners, runs)


async def _report(db: Connection, dice: random.Random, owner: UUID, template: UUID) -> None:
    hour = min(23, max(0, round(dice.gauss(13, 3))))
    asked = BEGIN.replace(hour=0) + timedelta(days=dice.randrange(28), hours=hour, seconds=dice.randrange(3600))
    status = dice.choices([name for name, _ in _SHARES], [share for _, share in _SHARES])[0]
    priority = dice.choices(list(Priority), (1, 2, 6, 1))[0]
    ident = run_id()
    ended = None if status == "running" else asked + timedelta(seconds=dice.lognormvariate(4, 0.8))
    state = {"status": status}
    if status == "failed":
        state |= {
            "error": {"code": dice.choice(_CODES[:2] if dice.random() < 0.9 else _CODES), "message": "It went wrong."}
        }
    report = await stored_report(
        db,
        run_id=ident,
        principal_id=owner,
        template_id=template,
        priority=priority,
        output_format=dice.choice(["pdf", "pdf", "html", "md"]),
        scrambling_enabled=dice.random() < 0.5,
        download_count=dice.choice([0, 0, 1, 3]) if status == "completed" else 0,
        retry_count=int(dice.random() < 0.05),
        created_at=asked,
        updated_at=asked,
        expires_at=asked + timedelta(days=30),
        run={"status": status, "created_at": asked, "completed_at": ended, "started_at": asked},
    )
    await db.execute("UPDATE runs SET state = $2 WHERE id = $1", report.run_id, state)
    if status == "completed" and dice.random() < 0.05:
        await db.execute(
            "INSERT INTO interrupts (id, run_id, node_id, kind, key, data) VALUES ($1, $2, 'review', 'approval', 'r:0', '{}')",
            new_id(), ident,
        )  # fmt: skip
    await _steps(db, dice, report.run_id, owner, priority, asked, status)
    if status == "completed":
        await _outcome(db, dice, report.run_id, ended or asked)


async def _steps(
    db: Connection, dice: random.Random, run: str, owner: UUID, priority: str, asked: datetime, status: str
) -> None:
    at, rows = asked, []
    for node, type_id, stage in (
        ("collect", "report.collect", "template"),
        ("write", "report.write", "llm"),
        ("assemble", "report.assemble", "template"),
        ("render", "report.render", "render"),
    ):
        took = at + timedelta(seconds=dice.expovariate(1 / {"template": 0.2, "llm": 9, "render": 1.5}[stage]))
        gave = took + timedelta(seconds=dice.lognormvariate({"template": -2, "llm": 3, "render": 0}[stage], 0.5))
        errors = (
            [{"attempt": 1, "code": "model_busy", "message": "wait"}] if stage == "llm" and dice.random() < 0.15 else []
        )
        last = node == "write" and status != "completed"
        rows.append(
            (new_id(), run, node, type_id, stage, status if last else "done", 1 + len(errors), owner, priority, at, took,
             None if last and status == "running" else gave, f"host-{dice.randrange(3)}", errors)
        )  # fmt: skip
        at = gave
        if last:
            break
    await db.executemany(
        """INSERT INTO steps (id, run_id, node_id, type_id, stage, status, attempt, principal_id, priority, rank,
                              ready_at, queued_at, claimed_at, finished_at, worker, errors)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $10, $11, $12, $13, $14)""",
        rows,
    )


async def _outcome(db: Connection, dice: random.Random, run: str, at: datetime) -> None:
    pages = dice.randrange(4, 40)
    for format_, size in (
        ("pdf", pages * 21_000),
        ("html", pages * 9_000),
        ("md", pages * 2_500),
        ("json", pages * 4_000),
    ):
        await db.execute(
            """INSERT INTO artifacts (id, run_id, node_id, format, media_type, key, size_bytes, sha256, pages, created_at)
               VALUES ($1, $2, 'render', $3, 'x/y', $4, $5, 'f', $6, $7)""",
            new_id(), run, format_, f"{run}/{format_}", size, pages if format_ == "pdf" else None, at,
        )  # fmt: skip
    model, (prompt, completion) = dice.choice(["large", "small"]), (pages * 900, pages * 250)
    await db.execute(
        """INSERT INTO answers (root_run_id, digest, answer, created_at, run_id, model, prompt_tokens, completion_tokens,
                                cost, currency)
           VALUES ($1, 'd', '{}', $2, $1, $3, $4, $5, $6, $7)""",
        run, at, model, prompt, completion, Decimal(prompt) / 1_000_000 if model == "large" else None,
        "EUR" if model == "large" else None,
    )  # fmt: skip
    if dice.random() < 0.4:
        await _private(db, dice, run, at)


async def _private(db: Connection, dice: random.Random, run: str, at: datetime) -> None:
    kinds = dice.sample(["person", "email", "phone", "iban"], k=dice.randrange(1, 4))
    gone = dice.random() < 0.7
    await db.execute(
        """INSERT INTO privacy_maps (root_run_id, id, sealed, counts, risk, profile, created_at, expires_at, forgotten_at)
           VALUES ($1, $2, $3, $4, $5, 'gdpr', $6, $7, $8)""",
        run, new_id(), None if gone else b"sealed", {kind: dice.randrange(1, 20) for kind in kinds},
        dice.choice(["low", "medium", "high"]), at, at + timedelta(days=7), at if gone else None,
    )  # fmt: skip


async def _keys(db: Connection, dice: random.Random, owners: dict[str, UUID]) -> None:
    for name, owner in owners.items():
        for place in range(4):
            await principals.create_key(db, owner, name=f"{name}'s key {place}", scopes=["read", "write"])
            made = NOW - timedelta(days=dice.choice([3, 20, 60, 200, 500]), hours=place)
            used = dice.choice([None, made + timedelta(hours=1), NOW - timedelta(hours=5)])
            await db.execute(
                """UPDATE api_keys SET created_at = $3, last_used_at = $4, expires_at = $5, revoked_at = $6
                    WHERE principal_id = $1 AND name = $2""",
                owner, f"{name}'s key {place}", made, used,
                NOW + timedelta(days=40) if place == 1 else None, NOW - timedelta(days=1) if place == 3 else None,
            )  # fmt: skip


async def _audit(db: Connection, dice: random.Random, owners: dict[str, UUID]) -> None:
    actions = ("report.create",) * 6 + ("report.cancel", "key.create", "key.revoke", "session.refused", "report.delete")
    for _ in range(120):
        action = dice.choice(actions)
        details: dict[str, Any] = {"template": "document"} if action == "report.create" else {}
        await audit.append(
            db,
            actor=str(dice.choice([*owners.values(), "system"])),
            action=action,
            object_kind=action.split(".")[0],
            object_id=str(new_id()),
            details=details,
        )
    # The log's own clock cannot be set: the entries are spread over the month before they are chained.
    await db.execute("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_final")
    rows = await db.fetch("SELECT id FROM audit_entries WHERE at > $1", NOW)
    for row in rows:
        at = BEGIN + timedelta(seconds=dice.randrange(28 * 86_400))
        await db.execute("UPDATE audit_entries SET at = $2 WHERE id = $1", row["id"], at)
    await db.execute("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_final")
    await audit.chain(db)


async def _knowledge(db: Connection, dice: random.Random, owners: dict[str, UUID]) -> None:
    for name, owner in (("Statutes", "Ada"), ("Minutes", "Ben"), ("Press", "Ada")):
        base = new_id()
        await db.execute(
            """INSERT INTO knowledge_bases (id, principal_id, name, type, query_count, query_ms)
               VALUES ($1, $2, $3, 'private', $4, $5)""",
            base, owners[owner], name, queries := dice.choice([0, 12, 90]), queries * 14.5,
        )  # fmt: skip
        for place in range(10):
            await _document(db, dice, base, owners[owner], f"{name} {place}")


async def _document(db: Connection, dice: random.Random, base: UUID, owner: UUID, title: str) -> None:
    ident, broken, passages = new_id(), dice.random() < 0.15, dice.randrange(1, 6)
    at = NOW - timedelta(hours=dice.randrange(1, 1200))
    await db.execute(
        """INSERT INTO knowledge_documents (id, base_id, uploaded_by, title, kind, size_bytes, sha256, key, run_id, status,
                                            error_code, error, words, passages, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 'k', 'run-x', $8, $9, $10, $11, $12, $13, $13)""",
        ident, base, owner, title, dice.choice(["pdf", "markdown", "html", "docx"]), dice.randrange(2_000, 900_000),
        title, "failed" if broken else "completed", "document_broken" if broken else None,
        "it is not a PDF" if broken else None, 0 if broken else passages * 40, 0 if broken else passages, at,
    )  # fmt: skip
    for number in range(0 if broken else passages):
        text = " ".join(
            dice.choices(("reading", "room", "book", "shelf", "lamp", "desk", "quiet", "hour", "window"), k=40)
        )
        await db.execute(
            """INSERT INTO knowledge_passages (document_id, number, base_id, text, words, terms)
               VALUES ($1, $2, $3, $4, 40, to_tsvector('simple', $4))""",
            ident, number + 1, base, text,
        )  # fmt: skip
