"""What a subscription may say and what is sent to it."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.contracts.records import Event
from shared.domain import webhooks
from shared.domain.errors import Rejected, Unavailable
from shared.domain.sealing import Sealer, read_key
from shared.domain.webhooks import Sending

URL = "https://example.com/hook"
EVENT = Event(
    event_id=UUID(int=7),
    run_id="run-1",
    type="run.completed",
    sequence=4,
    timestamp=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    payload={"outputs": {"ä": 1}},
)
SENDING = Sending(
    webhook_id=UUID(int=1),
    principal_id=UUID(int=2),
    url=URL,
    secret=b"sealed",
    fingerprint="00000000",
    attempt=1,
    trace_id="0" * 32,
    event=EVENT,
)


def check(url: Any = URL, events: Any = ("run.completed",), **more: Any) -> webhooks.Wanted:
    return webhooks.check(
        url, list(events) if isinstance(events, tuple) else events, **({"allow_private": False} | more)
    )


def test_a_subscription_without_a_secret_gets_one_of_64_hex_digits() -> None:
    first, second = check(), check()
    assert len(bytes.fromhex(first.secret)) == 32
    assert len(first.secret) == 64
    assert first.secret != second.secret


def test_a_secret_of_the_subscriber_s_own_is_kept() -> None:
    assert check(secret="a-secret-of-my-own").secret == "a-secret-of-my-own"


def test_entries_said_twice_are_kept_once() -> None:
    wanted = check(events=("run.failed", "run.completed", "run.failed"), tags=["a", "a"])
    assert wanted.events == ["run.failed", "run.completed"]
    assert wanted.tags == ["a"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": None},
        {"url": ""},
        {"url": 7},
        {"events": None},
        {"events": []},
        {"events": "run.completed"},
        {"events": [1]},
        {"events": ["run.completed", ""]},
        {"events": ["run.*"]},
        {"events": ["run.completed\0"]},
        {"events": ["a.b"] * 101},
        {"tags": "a"},
        {"tags": [None]},
        {"tags": ["a\0"]},
        {"tags": ["a" * 257]},
        {"secret": ""},
        {"secret": "short"},
        {"secret": "with a space in it"},
        {"secret": 1},
    ],
)
def test_what_is_not_a_subscription_names_the_field(wrong: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refusal:
        check(**wrong)
    assert refusal.value.code == "validation_error"
    assert refusal.value.message.startswith(next(iter(wrong)))


def test_a_url_that_we_do_not_call_has_a_code_of_its_own() -> None:
    with pytest.raises(Rejected) as refusal:
        check(url="http://127.0.0.1:65535/")
    assert refusal.value.code == "webhook_url_rejected"
    assert check(url="http://127.0.0.1:65535/", allow_private=True).url == "http://127.0.0.1:65535/"


def test_a_subscription_hears_of_its_types_and_of_nothing_that_is_our_own() -> None:
    assert webhooks.wants(["run.completed"], "run.completed")
    assert not webhooks.wants(["run.completed"], "run.failed")
    assert webhooks.wants(["*"], "run.failed")
    assert not webhooks.wants(["*"], "vendor.pressrun.slice.completed")
    assert not webhooks.wants(["vendor.pressrun.slice.completed"], "vendor.pressrun.slice.completed")


def test_the_body_has_the_event_as_it_stands_in_the_log() -> None:
    sent = json.loads(webhooks.body(SENDING))
    assert sent == {
        "runId": "run-1",
        "workspaceId": str(UUID(int=2)),
        "type": "run.completed",
        "event": {
            "eventId": str(UUID(int=7)),
            "runId": "run-1",
            "type": "run.completed",
            "sequence": 4,
            "timestamp": "2026-01-02T03:04:05Z",
            "payload": {"outputs": {"ä": 1}},
        },
    }
    made = msgspec.structs.replace(SENDING, report_id=UUID(int=9))
    assert json.loads(webhooks.body(made)) == sent | {"reportId": str(UUID(int=9))}


def test_every_header_is_there_under_both_names() -> None:
    headers = dict(webhooks.headers(SENDING, b"{}", secret="s" * 16, now=1_700_000_000))
    expected = "sha256=" + hmac.new(b"s" * 16, b"1700000000.{}", hashlib.sha256).hexdigest()
    for prefix in ("X-openwop-", "OpenWOP-"):
        assert headers.pop(f"{prefix}Webhook-Id") == str(UUID(int=1))
        assert headers.pop(f"{prefix}Event-Type") == "run.completed"
        assert headers.pop(f"{prefix}Timestamp") == "1700000000"
        assert headers.pop(f"{prefix}Signature") == expected
        assert headers.pop(f"{prefix}Signature-Algorithm") == "v1"
    assert headers == {"Content-Type": "application/json", "User-Agent": "openwop-webhook-dispatcher/1.0"}


def test_without_a_secret_nothing_is_signed() -> None:
    names = dict(webhooks.headers(replace(SENDING, secret=None), b"{}", secret=None, now=1))
    assert not [name for name in names if "Signature" in name]
    assert names["X-openwop-Webhook-Id"]


def test_a_signature_known_from_elsewhere() -> None:
    """printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef"""
    assert (
        webhooks.sign("0123456789abcdef", 1_700_000_000, b'{"a":1}')
        == "sha256=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23"
    )


def test_the_fingerprint_is_the_beginning_of_the_secret_s_digest() -> None:
    assert webhooks.fingerprint("abc") == "ba7816bf"


@pytest.mark.parametrize(("status", "again"), [(500, True), (503, True), (429, True), (301, False), (404, False)])
def test_only_what_may_pass_is_tried_again(status: int, again: bool) -> None:
    assert webhooks.worth_retrying(status) is again


def test_tries_are_further_and_further_apart_and_end() -> None:
    delays = [webhooks.next_try(attempt) for attempt in range(1, 6)]
    assert delays[-1] is None
    bounds = [(0.5, 1), (2, 4), (8, 16), (32, 64)]
    assert all(
        delay is not None and low <= delay <= high for delay, (low, high) in zip(delays[:-1], bounds, strict=True)
    )


@given(st.text(max_size=300), st.binary(max_size=20))
def test_what_is_sealed_opens_where_it_was_sealed_for(plain: str, row: bytes) -> None:
    sealer = Sealer(b"k" * 32, "webhooks")
    sealed = sealer.seal(plain, row)
    assert sealer.open(sealed, row) == plain
    assert plain.encode() not in sealed or len(plain) < 4
    for wrong in (
        lambda: sealer.open(sealed, row + b"x"),
        lambda: sealer.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), row),
        lambda: Sealer(b"k" * 32, "another purpose").open(sealed, row),
        lambda: Sealer(b"l" * 32, "webhooks").open(sealed, row),
    ):
        with pytest.raises(Unavailable) as refusal:
            wrong()
        assert refusal.value.code == "secret_unreadable"


@pytest.mark.parametrize("text", ["", "short", "k" * 43, "not base64 at all, and long enough to be a key?", "é" * 44])
def test_a_key_of_another_form_is_refused_with_the_setting_named(text: str) -> None:
    with pytest.raises(ValueError, match="PRESSRUN_SECRET_KEY must be 32 bytes in base64"):
        read_key(text)


def test_a_key_is_read_in_either_alphabet() -> None:
    assert read_key("-_" * 21 + "A=") == read_key("+/" * 21 + "A=")
