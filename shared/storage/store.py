"""The object store: a protocol, and S3 (MinIO's API) behind it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.response import BaseHTTPResponse

from shared.domain.errors import NotFound, PressrunError, Unavailable

from .keys import attachment

CONNECT_S = 2.0
READ_S = 5.0
RETRIES = 1
THREADS = 8
CHUNK = 256 * 1024

MISCONFIGURED = frozenset({"AccessDenied", "InvalidAccessKeyId", "NoSuchBucket", "SignatureDoesNotMatch"})

T = TypeVar("T")


class Store(Protocol):
    """Files by key. Every method raises ``Unavailable`` when the store does not answer."""

    async def put(self, key: str, data: bytes, media_type: str) -> None:
        """Store ``data``. Storing the same key again is harmless: keys are content-addressed."""

    async def get(self, key: str) -> bytes:
        """Read a whole file. Raises ``NotFound``."""

    def stream(self, key: str) -> AsyncIterator[bytes]:
        """Read a file in chunks. Raises ``NotFound`` on the first."""

    async def link(self, key: str, *, filename: str, media_type: str, seconds: int) -> str:
        """A signed GET link that serves the file under this name and expires."""

    async def delete(self, key: str) -> None: ...

    async def check(self) -> None:
        """Make sure that the bucket is there and answers (it is created if it is missing)."""


class S3Store:
    """A bucket of any S3 gateway.

    The client library blocks, so its calls run in a few threads of their own. A store that is
    down is told within seconds: connecting, every read and the number of tries are bounded.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        region: str = "us-east-1",
        public_endpoint: str = "",
        patience_s: float = READ_S,
    ) -> None:
        """
        Args:
            public_endpoint: where clients reach the store, for links; empty means ``endpoint``.
            patience_s: the longest silence in the middle of an answer.
        """
        self._bucket = bucket
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="store")
        self._http = _http(patience_s)
        self._client = _client(endpoint, access_key, secret_key, region, self._http)
        self._links = _client(public_endpoint or endpoint, access_key, secret_key, region, self._http)

    async def put(self, key: str, data: bytes, media_type: str) -> None:
        await self._run(
            lambda: self._client.put_object(self._bucket, key, io.BytesIO(data), len(data), content_type=media_type)
        )

    async def get(self, key: str) -> bytes:
        return await self._run(lambda: self._read(key))

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        answer = await self._run(lambda: self._client.get_object(self._bucket, key))
        try:
            while chunk := await self._run(lambda: answer.read(CHUNK)):
                yield chunk
        finally:
            _let_go(answer)

    async def link(self, key: str, *, filename: str, media_type: str, seconds: int) -> str:
        return self._links.presigned_get_object(  # signs locally: the region is known
            self._bucket,
            key,
            expires=timedelta(seconds=seconds),
            response_headers={
                "response-content-disposition": attachment(filename),
                "response-content-type": media_type,
            },
        )

    async def delete(self, key: str) -> None:
        await self._run(lambda: self._client.remove_object(self._bucket, key))

    async def check(self) -> None:
        await self._run(self._ensure_bucket)

    async def close(self) -> None:
        """Let running calls end and drop the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._http.clear()

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _named(error) from error

    def _read(self, key: str) -> bytes:
        answer = self._client.get_object(self._bucket, key)
        try:
            return answer.read()
        finally:
            _let_go(answer)

    def _ensure_bucket(self) -> None:
        if not self._client.bucket_exists(self._bucket):
            try:
                self._client.make_bucket(self._bucket)
            except S3Error as error:
                if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                    raise


def _http(patience_s: float) -> urllib3.PoolManager:
    retry = urllib3.Retry(
        total=RETRIES, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504], raise_on_status=False
    )
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_S, read=patience_s), maxsize=THREADS, block=False, retries=retry
    )


def _client(endpoint: str, access_key: str, secret_key: str, region: str, http: urllib3.PoolManager) -> Minio:
    address = urlsplit(endpoint)
    return Minio(
        address.netloc,
        access_key=access_key,
        secret_key=secret_key,
        secure=address.scheme == "https",
        region=region,
        http_client=http,
    )


def _let_go(answer: BaseHTTPResponse) -> None:
    answer.close()
    answer.release_conn()


def _named(error: Exception) -> PressrunError:
    if isinstance(error, S3Error):
        if error.code == "NoSuchKey":
            return NotFound("the file is not in the object store any more")
        if error.code in MISCONFIGURED:
            return Unavailable(f"the object store refused the request ({error.code}); check the PRESSRUN_S3_ settings")
    return Unavailable("the object store does not answer; check PRESSRUN_S3_ENDPOINT or try again")
