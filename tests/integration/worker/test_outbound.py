"""Only checked addresses are called, whatever a URL, a name server or a receiver tries."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.worker import outbound
from services.worker.outbound import Outbound
from shared.domain.errors import Rejected, Unavailable
from tests.integration.worker.receiver import Receiver

HEADERS = [("Content-Type", "application/json")]
PUBLIC = "93.184.215.14"


class Names:
    """A name server that gives the prepared answers in turn, and the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a connection was tried to; those outside this machine are not really called."""
    seen: list[str] = []
    real = outbound.httpcore2.AnyIOBackend.connect_tcp

    async def connect_tcp(self, host: str, port: int, *rest: object) -> object:
        seen.append(host)
        if host == PUBLIC:
            raise outbound.httpcore2.ConnectError("nobody there")
        return await real(self, host, port, *rest)

    monkeypatch.setattr(outbound.httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)
    return seen


async def post(caller: Outbound, url: str, body: bytes = b"{}") -> int:
    try:
        return await caller.post(url, HEADERS, body)
    finally:
        caller.close()


async def test_the_request_arrives_as_it_was_given() -> None:
    async with Receiver() as receiver:
        assert await post(Outbound(allow_private=True), f"{receiver.url}?a=%20b", b'{"a": 1}') == 204
    (got,) = receiver.received
    assert got.line == "POST /hook?a=%20b HTTP/1.1"
    assert got.body == b'{"a": 1}'
    assert got.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "connection": "close",
        "content-length": "8",
        "content-type": "application/json",
    }


async def test_a_private_address_is_refused_before_anything_is_sent(dialled: list[str]) -> None:
    async with Receiver() as receiver:
        for url in (receiver.url, f"https://127.0.0.1:{receiver.port}/", f"https://[::ffff:7f00:1]:{receiver.port}/"):
            with pytest.raises(Rejected) as refusal:
                await post(Outbound(), url)
            assert refusal.value.code == "webhook_url_rejected"
    assert receiver.connections == 0
    assert dialled == []


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        [PUBLIC, "127.0.0.1"],
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["fd00:ec2::254"],
        ["fe80::1%1"],
        ["0.0.0.0"],  # noqa: S104 - it reaches this machine
        ["64:ff9b::7f00:1"],
    ],
)
async def test_a_name_with_any_address_inside_is_refused(answers: list[str], dialled: list[str]) -> None:
    with pytest.raises(Rejected) as refusal:
        await post(Outbound(resolve=Names(answers)), "https://hooks.example.com/")
    assert refusal.value.code == "webhook_url_rejected"
    assert dialled == []


async def test_a_name_that_changes_its_address_is_connected_to_where_it_was_checked(dialled: list[str]) -> None:
    """DNS rebinding: the name is looked up once for each call; the checked address is the one dialled."""
    names = Names([PUBLIC], ["127.0.0.1"])
    caller = Outbound(resolve=names)
    with pytest.raises(Unavailable):
        await caller.post("https://hooks.example.com/", HEADERS, b"{}")
    assert names.asked == [("hooks.example.com", 443)]
    assert dialled == [PUBLIC]
    with pytest.raises(Rejected):
        await caller.post("https://hooks.example.com/", HEADERS, b"{}")
    assert dialled == [PUBLIC]
    caller.close()


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "017700000001"])
async def test_odd_forms_of_an_address_reach_nobody_even_where_private_ones_may_be_called(host: str) -> None:
    async with Receiver() as receiver:
        with pytest.raises(Rejected):
            await post(Outbound(allow_private=True), f"http://{host}:{receiver.port}/")
    assert receiver.connections == 0


async def test_the_system_s_names_are_asked_and_checked_too() -> None:
    """Without a resolver of the test's: localhost by way of the system, refused and allowed."""
    async with Receiver() as receiver:
        url = f"http://localhost:{receiver.port}/"
        assert await post(Outbound(allow_private=True), url) == 204
        with pytest.raises(Rejected):
            await post(Outbound(), url)
    assert receiver.received[0].headers["host"] == f"localhost:{receiver.port}"


async def test_a_second_address_is_tried_when_the_first_does_not_answer(dialled: list[str]) -> None:
    async with Receiver() as receiver:
        names = Names([PUBLIC, "127.0.0.1"])
        url = f"http://hooks.example.com:{receiver.port}/"
        assert await post(Outbound(allow_private=True, resolve=names), url) == 204
    assert dialled == [PUBLIC, "127.0.0.1"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    async with Receiver() as receiver, Receiver() as elsewhere:
        receiver.statuses.append(status)
        receiver.location = elsewhere.url
        assert await post(Outbound(allow_private=True), receiver.url) == status
    assert elsewhere.connections == 0
    assert receiver.connections == 1


async def test_a_slow_receiver_is_left() -> None:
    async with Receiver() as receiver:
        receiver.delay_s = 2
        began = time.monotonic()
        with pytest.raises(Unavailable) as failure:
            await post(Outbound(allow_private=True, time_s=0.3), receiver.url)
        assert time.monotonic() - began < 1.9
    assert failure.value.code == "webhook_timeout"


async def test_a_receiver_that_drips_its_headers_is_left_too() -> None:
    """The time is for the whole call, not for each read."""

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for byte in b"HTTP/1.1 200 OK\r\nX-Padding: " + b"a" * 100:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.05)
        except OSError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(Unavailable) as failure:
        await post(Outbound(allow_private=True, time_s=0.4), f"http://127.0.0.1:{port}/")
    server.close()
    assert failure.value.code == "webhook_timeout"


async def test_a_name_server_that_does_not_answer_is_left() -> None:
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(10)
        return []

    with pytest.raises(Unavailable) as failure:
        await post(Outbound(time_s=0.2, resolve=never), "https://hooks.example.com/")
    assert failure.value.code == "webhook_timeout"


async def test_a_large_answer_is_not_read() -> None:
    async with Receiver() as receiver:
        receiver.body = b"x" * 50_000_000
        began = time.monotonic()
        assert await post(Outbound(allow_private=True), receiver.url) == 204
        assert time.monotonic() - began < 4


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 50_000])
async def test_what_is_not_an_answer_is_no_connection(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(Unavailable) as failure:
        await post(Outbound(allow_private=True), f"http://127.0.0.1:{port}/")
    server.close()
    assert failure.value.code == "webhook_unreachable"


async def test_nobody_at_the_port_and_no_such_name_are_no_connection() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unavailable) as refused:
            await post(Outbound(allow_private=True), f"http://127.0.0.1:{port}/")

    async def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with pytest.raises(Unavailable) as nameless:
        await post(Outbound(resolve=unknown), "https://nobody.example.com/")
    with pytest.raises(Unavailable) as empty:
        await post(Outbound(resolve=Names([])), "https://nobody.example.com/")
    assert {refused.value.code, nameless.value.code, empty.value.code} == {"webhook_unreachable"}


async def test_over_tls_the_name_is_asked_for_and_proved(tmp_path: Path) -> None:
    """The connection goes to the checked address; SNI, certificate and Host are the name's."""
    server, client = certificate(tmp_path, "hooks.example.com")
    async with Receiver(tls=server) as receiver:
        names = Names(["127.0.0.1"])
        port = receiver.port
        caller = Outbound(allow_private=True, resolve=names, tls=client)
        assert await post(caller, f"https://hooks.example.com:{port}/x") == 204
        with pytest.raises(Unavailable) as other_name:
            await post(Outbound(allow_private=True, resolve=names, tls=client), f"https://other.example.com:{port}/x")
        with pytest.raises(Unavailable) as not_trusted:
            await post(Outbound(allow_private=True, resolve=names), f"https://hooks.example.com:{port}/x")
    (got,) = receiver.received
    assert got.server_name == "hooks.example.com"
    assert got.headers["host"] == f"hooks.example.com:{port}"
    assert {other_name.value.code, not_trusted.value.code} == {"webhook_unreachable"}


def certificate(directory: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for this name, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = directory / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
