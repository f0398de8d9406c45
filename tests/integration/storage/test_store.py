"""The object store behind its door, with a real S3 gateway."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.domain.errors import NotFound, Unavailable
from shared.storage.keys import MEDIA_TYPES, artifact_key
from shared.storage.store import S3Store
from tests.integration.storage.cable import Cable

FEW_SECONDS = 4


@pytest.fixture
async def store(s3: Any) -> AsyncIterator[S3Store]:
    made = _store(s3, s3.endpoint)
    yield made
    await made.close()


@pytest.fixture
async def cable(s3: Any) -> AsyncIterator[Cable]:
    made = Cable(s3.endpoint)
    await made.plug()
    yield made
    await made.cut()


@pytest.fixture
async def far_store(s3: Any, cable: Cable) -> AsyncIterator[S3Store]:
    made = _store(s3, cable.endpoint, patience_s=1)
    yield made
    await made.close()


async def test_a_stored_file_comes_back_byte_for_byte(store: S3Store):
    """What is put is what is got, whole and in chunks."""
    data = secrets.token_bytes(700_000)
    key = artifact_key(hashlib.sha256(data).hexdigest(), "pdf")
    await store.put(key, data, MEDIA_TYPES["pdf"])
    await store.put(key, data, MEDIA_TYPES["pdf"])
    assert data == await store.get(key)
    chunks = [chunk async for chunk in store.stream(key)]
    assert data == b"".join(chunks)
    assert len(chunks) > 1


async def test_a_missing_file_is_not_found(store: S3Store):
    """A key that was never stored, or was deleted, is told apart from a store that is down."""
    with pytest.raises(NotFound):
        await store.get("artifacts/none")
    with pytest.raises(NotFound):
        _ = [chunk async for chunk in store.stream("artifacts/none")]
    await store.put("artifacts/some", b"x", "text/plain")
    await store.delete("artifacts/some")
    await store.delete("artifacts/some")
    with pytest.raises(NotFound):
        await store.get("artifacts/some")


async def test_an_abandoned_download_does_not_spoil_the_next(store: S3Store):
    """A client that goes away in the middle costs nobody else anything."""
    data = secrets.token_bytes(5_000_000)
    await store.put("artifacts/big", data, "application/pdf")
    for _ in range(12):
        stream = store.stream("artifacts/big")
        assert await anext(stream)
        await stream.aclose()
    assert data == await store.get("artifacts/big")


async def test_a_link_serves_the_file_under_its_name(store: S3Store):
    """The link alone is enough, and it forces name and type whatever was stored."""
    await store.put("artifacts/linked", b"%PDF-", "application/octet-stream")
    link = await store.link("artifacts/linked", filename='Bérichte "1"/2.pdf', media_type="application/pdf", seconds=60)
    async with httpx.AsyncClient() as client:
        answer = await client.get(link)
    assert answer.status_code == 200
    assert answer.content == b"%PDF-"
    assert answer.headers["content-type"] == "application/pdf"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; ")
    assert "filename*=UTF-8''B%C3%A9richte%20_1__2.pdf" in disposition


async def test_a_tampered_an_expired_and_an_unsigned_link_are_refused(store: S3Store):
    """Nobody gets a file whose link was not made for it and for now."""
    await store.put("artifacts/mine", b"mine", "text/plain")
    await store.put("artifacts/other", b"other", "text/plain")
    link = await store.link("artifacts/mine", filename="a.txt", media_type="text/plain", seconds=60)
    brief = await store.link("artifacts/mine", filename="a.txt", media_type="text/plain", seconds=1)
    async with httpx.AsyncClient() as client:
        assert (await client.get(link)).status_code == 200
        for wrong in (link.replace("mine", "other"), link.replace("a.txt", "b.txt"), link.split("?", maxsplit=1)[0]):
            assert wrong != link
            assert (await client.get(wrong)).status_code == 403
        await asyncio.sleep(2.2)
        assert (await client.get(brief)).status_code == 403
        assert (await client.get(link)).status_code == 200


async def test_links_lead_to_the_public_endpoint(s3: Any):
    """Clients may reach the store elsewhere than the services do; making a link asks nobody."""
    store = S3Store(
        endpoint="http://127.0.0.1:9",
        access_key=s3.access_key,
        secret_key=s3.secret_key,
        bucket=s3.bucket,
        public_endpoint="https://files.example.org",
    )
    link = await store.link("artifacts/x", filename="x.pdf", media_type="application/pdf", seconds=60)
    assert link.startswith(f"https://files.example.org/{s3.bucket}/artifacts/x?")
    await store.close()


async def test_check_makes_a_missing_bucket(s3: Any):
    """A fresh store needs no preparation by hand."""
    store = S3Store(
        endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, bucket=f"b-{secrets.token_hex(4)}"
    )
    await store.check()
    await store.check()
    await store.put("a", b"a", "text/plain")
    assert await store.get("a") == b"a"
    await store.close()


async def test_wrong_credentials_are_said_to_be_settings(s3: Any):
    """An operator learns which settings to look at."""
    store = S3Store(endpoint=s3.endpoint, access_key=s3.access_key, secret_key="wrong", bucket=s3.bucket)
    with pytest.raises(Unavailable, match="PRESSRUN_S3_"):
        await store.put("a", b"a", "text/plain")
    await store.close()


@pytest.mark.parametrize("failure", ["cut", "silence"])
async def test_a_store_that_is_down_is_told_within_seconds_and_works_again(
    far_store: S3Store, cable: Cable, failure: str
):
    """No call hangs, refused or unanswered, and nothing needs a restart afterwards."""
    await far_store.put("artifacts/far", b"far", "text/plain")
    await getattr(cable, failure)()
    began = time.monotonic()
    calls = [far_store.get("artifacts/far"), far_store.put("a", b"a", "text/plain"), far_store.check()]
    for result in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(result, Unavailable)
    with pytest.raises(Unavailable):
        await anext(far_store.stream("artifacts/far"))
    assert time.monotonic() - began < 2 * FEW_SECONDS  # those at once, and the stream
    await cable.plug()
    assert await far_store.get("artifacts/far") == b"far"


async def test_a_download_that_breaks_off_is_unavailable(far_store: S3Store, cable: Cable):
    """A reader never takes a part of a file for the whole."""
    await far_store.put("artifacts/long", secrets.token_bytes(20_000_000), "application/pdf")
    stream = far_store.stream("artifacts/long")
    assert await anext(stream)
    await cable.cut()
    with pytest.raises(Unavailable):
        _ = [chunk async for chunk in stream]


def _store(s3: Any, endpoint: str, **overrides: Any) -> S3Store:
    return S3Store(endpoint=endpoint, access_key=s3.access_key, secret_key=s3.secret_key, bucket=s3.bucket, **overrides)
