"""The embedded parts: ready when they say so, and nothing is lost or left when they stop."""

from __future__ import annotations

import io
import os
import socket
import subprocess

import asyncpg
import httpx
import pytest
import redis
from minio import Minio

from deploy.local.addresses import S3
from deploy.local.disguise import Disguise
from deploy.local.errors import PartFailedError
from deploy.local.postgres import Postgres
from deploy.local.processes import kill_group
from deploy.local.seaweedfs import Seaweedfs
from deploy.local.valkey import Valkey


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


def disguises() -> list[Disguise]:
    return [Disguise.user_namespace(), Disguise.nobody()] if os.geteuid() == 0 else [Disguise.none()]


async def test_a_committed_row_survives_a_kill_in_every_disguise(tmp_path):
    """The same data is opened by whatever way this machine allows today, also after a crash."""
    for number, disguise in enumerate(disguises()):
        database = Postgres(tmp_path / "data", tmp_path / "log", password="secret", disguise=disguise)
        database.start()
        database.wait()
        connection = await asyncpg.connect(database.url())
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        await connection.execute("INSERT INTO kept VALUES ($1)", number)
        connection.terminate()
        assert database.process
        kill_group(database.process.pid)
        database.process.popen.wait()
        database.start()
        database.wait()
        connection = await asyncpg.connect(database.url())
        kept = [row["number"] for row in await connection.fetch("SELECT number FROM kept ORDER BY number")]
        await connection.close()
        database.stop()
        assert kept == list(range(number + 1))


def test_postgres_does_not_mistake_another_program_for_itself(tmp_path):
    """A lock file of a crash may name a process id that is another program's by now."""
    database = Postgres(tmp_path / "data", tmp_path / "log", password="secret")
    database.start()
    database.wait()
    database.stop()
    lock = tmp_path / "data" / "cluster" / "postmaster.pid"
    with subprocess.Popen(["/bin/sleep", "60"]) as another:
        lock.write_text(f"{another.pid}\n{lock.parent}\n")
        try:
            database.start()
            database.wait()
        finally:
            another.kill()
            database.stop()


def test_a_part_that_lost_its_port_moves_to_another(tmp_path):
    database = Postgres(tmp_path / "data", tmp_path / "log", password="secret")
    wanted = database.port
    with socket.create_server(("127.0.0.1", wanted)):
        database.start()
        database.wait()
        assert database.port != wanted
    database.stop()


def test_valkey_and_the_store_keep_their_data(tmp_path):
    """Stopping, also by force after the grace, loses nothing that was acknowledged."""
    valkey = Valkey(tmp_path / "valkey", tmp_path / "valkey.log", password="secret")
    store = Seaweedfs(tmp_path / "store", tmp_path / "store.log", access_key="a" * 20, secret_key="b" * 40)
    for turn in ("write", "read"):
        for part in (valkey, store):
            part.start()
        for part in (valkey, store):
            part.wait()
        client = Minio(
            store.s3.endpoint.removeprefix("http://"),
            access_key=store.s3.access_key,
            secret_key=store.s3.secret_key,
            secure=False,
        )
        with redis.Redis.from_url(valkey.url, socket_timeout=5) as connection:
            if turn == "write":
                connection.set("kept", "yes")
                for number in range(20):
                    client.put_object(store.s3.bucket, f"kept/{number}", io.BytesIO(b"x" * 5000), 5000)
            else:
                assert connection.get("kept") == b"yes"
                kept = list(client.list_objects(store.s3.bucket, prefix="kept/"))
                assert len(kept) == 20
                assert len(client.get_object(store.s3.bucket, "kept/19").read()) == 5000
        for part in (valkey, store):
            part.stop()


def test_a_part_that_cannot_start_says_why(tmp_path):
    valkey = Valkey(tmp_path / "valkey", tmp_path / "valkey.log", password="two words")
    valkey.start()
    with pytest.raises(PartFailedError, match=r"valkey ended while starting:(.|\n)*requirepass"):
        valkey.wait(10)
    valkey.stop()
