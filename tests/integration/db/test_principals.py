"""Keys on PostgreSQL: shown once, stored as a hash, expired and revoked told apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.db import principals
from shared.db.pool import Connection
from shared.domain.ids import new_id


async def test_a_key_leads_to_its_owner_with_the_keys_scopes(db: Connection):
    """The key itself is in no row."""
    owner = await principals.create_principal(db, "Ada", "analyst")
    key = await principals.create_key(db, owner.id, name="laptop", scopes=["read", "write"])
    assert key.startswith("sk_")
    assert len(key) == 46
    holder = await principals.by_key(db, key)
    assert holder is not None
    assert (holder.principal.id, holder.principal.name, holder.principal.role) == (owner.id, "Ada", "analyst")
    assert (holder.principal.scopes, holder.state, holder.last_used_at) == (["read", "write"], "valid", None)
    row = dict(await db.fetchrow("SELECT * FROM api_keys"))
    assert key not in repr(row)
    assert row["prefix"] == key[:11]


async def test_two_keys_are_never_the_same(db: Connection):
    owner = await principals.create_principal(db, "Ada")
    keys = {await principals.create_key(db, owner.id, name="", scopes=[]) for _ in range(20)}
    assert len(keys) == 20


async def test_unknown_keys_have_no_holder(db: Connection):
    """Whatever they are made of."""
    for key in ("", "sk_", "sk_" + "x" * 43, "\udcff", "'; DROP TABLE api_keys; --"):
        assert await principals.by_key(db, key) is None


async def test_expired_and_revoked_keys_are_told_apart(db: Connection):
    """Revoked wins: somebody did it on purpose."""
    owner = await principals.create_principal(db, "Ada")
    past, later = datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC) + timedelta(hours=1)
    expired = await principals.create_key(db, owner.id, name="", scopes=[], expires_at=past)
    revoked = await principals.create_key(db, owner.id, name="", scopes=[], expires_at=later)
    held = await principals.by_key(db, revoked)
    assert held is not None
    assert held.state == "valid"
    assert await principals.revoke_key(db, owner.id, held.key_id)
    states = [(await principals.by_key(db, key)) for key in (expired, revoked)]
    assert [found.state for found in states if found] == ["expired", "revoked"]


async def test_only_its_owner_revokes_a_key_and_only_once(db: Connection):
    owner = await principals.create_principal(db, "Ada")
    held = await principals.by_key(db, await principals.create_key(db, owner.id, name="", scopes=[]))
    assert held is not None
    assert not await principals.revoke_key(db, new_id(), held.key_id)
    assert await principals.revoke_key(db, owner.id, held.key_id)
    assert not await principals.revoke_key(db, owner.id, held.key_id)


async def test_use_is_noted_for_many_keys_at_once(db: Connection):
    owner = await principals.create_principal(db, "Ada")
    keys = [await principals.create_key(db, owner.id, name="", scopes=[]) for _ in range(3)]
    held = [found for key in keys if (found := await principals.by_key(db, key))]
    await principals.used(db, {held[0].key_id, held[1].key_id})
    seen = [found.last_used_at is not None for key in keys if (found := await principals.by_key(db, key))]
    assert seen == [True, True, False]
