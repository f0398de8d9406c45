"""schema.sql is what readers trust: the migrations must give exactly that."""

from __future__ import annotations

from pathlib import Path

import asyncpg

from shared.db import migrate

SCHEMA = Path(migrate.__file__).parent / "schema.sql"

# Everything that schema.sql can say, as text, from the catalogue.
_DESCRIBE = """
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(udt_name, '') || ' null:'
       || is_nullable || ' default:' || coalesce(column_default, '') AS line
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""


async def describe(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(_DESCRIBE)
    return sorted(row["line"] for row in rows if " migrations" not in row["line"] and " migrations." not in row["line"])


async def test_the_migrations_give_exactly_the_schema(empty_database_url: str, second_empty_database_url: str) -> None:
    """Two databases, one from schema.sql and one by migrating, say the same of themselves."""
    by_schema = await asyncpg.connect(empty_database_url)
    by_migration = await asyncpg.connect(second_empty_database_url)
    try:
        await by_schema.execute(SCHEMA.read_text())
        async with by_migration.transaction():
            assert await migrate.migrate(by_migration)
        described = await describe(by_schema)
        assert len(described) > 100
        assert await describe(by_migration) == described
    finally:
        await by_schema.close()
        await by_migration.close()


async def test_migrating_twice_applies_nothing_the_second_time(empty_database_url: str) -> None:
    connection = await asyncpg.connect(empty_database_url)
    try:
        async with connection.transaction():
            first = await migrate.migrate(connection)
        async with connection.transaction():
            second = await migrate.migrate(connection)
    finally:
        await connection.close()
    assert first == sorted(path.stem for path in migrate.MIGRATIONS.glob("*.sql"))
    assert second == []
