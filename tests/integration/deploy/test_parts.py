"""The embedded parts: ready when they say so, and nothing is lost or left when they stop."""

from __future__ import annotations

import asyncpg
import httpx
import redis

from deploy.local.addresses import S3
from deploy.local.postgres import Postgres
from deploy.local.seaweedfs import Seaweedfs


async def test_the_session_database_is_migrated(database_url):
    """Tests that share a database find the newest schema in it."""
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM reports") == 0
    finally:
        await connection.close()


async def test_a_fresh_database_is_migrated_and_empty(fresh_database_url, database_url):
    """A test that commits gets a database of its own."""
    assert fresh_database_url != database_url
    connection = await asyncpg.connect(fresh_database_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM reports") == 0
    finally:
        await connection.close()


async def test_postgres_waits_for_the_disk(postgres: Postgres):
    """Durability can be tested: a commit that is acknowledged is on the disk."""
    connection = await asyncpg.connect(postgres.url())
    try:
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW synchronous_commit") == "on"
    finally:
        await connection.close()


def test_valkey_keeps_an_append_only_file(redis_url):
    """Bells and statistics survive a restart."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_the_store_has_its_bucket(s3: S3):
    assert s3.endpoint.startswith("http://127.0.0.1:")
    assert s3.bucket == "pressrun"


def test_the_store_serves_nobody_without_a_key(s3: S3, seaweedfs: Seaweedfs):
    """Neither the gateway nor the servers behind it hand out a file to who has no key."""
    for server in ("s3", "filer"):
        response = httpx.get(f"http://127.0.0.1:{seaweedfs.ports[server]}/buckets/{s3.bucket}/", timeout=5)
        assert response.status_code in {401, 403}, server
