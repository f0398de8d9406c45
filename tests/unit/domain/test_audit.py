"""The audit log's mathematics: whatever is changed, verification says so."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.contracts.audit import Checkpoint, Entry, Verification
from shared.domain.audit import (
    DETAILS_BYTES,
    Merkle,
    details_text,
    entry_hash,
    public_text,
    sign,
    signed,
    signing_key,
    verifying_key,
)
from shared.domain.walk import ANOMALIES, Walk

# The key and the public key of RFC 8032, section 7.1, test 1.
SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEED))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
START = datetime(2026, 3, 1, 12, tzinfo=UTC)

Head = tuple[int, str | None]


class Log:
    """An audit log in memory, with a checkpoint every ``every`` entries."""

    def __init__(self, length: int, *, every: int = 5) -> None:
        self.entries: list[Entry] = []
        self.checkpoints: list[Checkpoint] = []
        previous = None
        for sequence in range(1, length + 1):
            entry = make_entry(sequence, previous)
            previous = entry_hash(entry)
            self.entries.append(entry)
        for upto in range(every, length + 1, every):
            self.anchor(upto - every, upto)
        self.head: Head = (length, previous)

    def anchor(self, after: int, upto: int, key: Ed25519PrivateKey = KEY) -> None:
        root = naive_root([entry_hash(entry) for entry in self.entries[after:upto]])
        self.checkpoints.append(
            Checkpoint(checkpoint=f"c{upto}", at_sequence=upto, merkle_root=root, signature=sign(key, root))
        )

    def verify(self, first: int = 0, last: int = 10_000) -> Verification:
        window = [each for each in self.checkpoints if first <= each.at_sequence <= last]
        before = [each.at_sequence for each in self.checkpoints if each.at_sequence < first]
        walk = Walk(first, last, anchored=max(before, default=0), checkpoints=window, keys=[KEY.public_key()])
        for entry in sorted(self.entries, key=lambda each: each.sequence):
            if walk.start <= entry.sequence <= walk.end:
                walk.step(entry)
        return walk.finish(self.head)

    def rechain(self) -> None:
        """What somebody with all rights to the database would do after a change: make the chain fit."""
        previous = None
        for index, entry in enumerate(self.entries):
            self.entries[index] = replace(entry, sequence=index + 1, prev_hash=previous)
            previous = entry_hash(self.entries[index])
        self.head = (len(self.entries), previous)


def make_entry(sequence: int, prev_hash: str | None) -> Entry:
    return Entry(
        id=UUID(int=2**100 + sequence),
        sequence=sequence,
        at=START + timedelta(seconds=sequence),
        actor=str(UUID(int=sequence % 3)),
        action="report.create",
        object_kind="report",
        object_id=f"report-{sequence}",
        trace_id=f"{sequence:032x}" if sequence % 2 else None,
        details=details_text({"title": f"Nr. {sequence} – été", "pages": sequence}),
        prev_hash=prev_hash,
    )


def naive_root(leaves: list[str]) -> str:
    """The construction level by level, as it is specified."""
    while len(leaves) > 1:
        pairs = [leaves[index : index + 2] for index in range(0, len(leaves), 2)]
        leaves = [hashlib.sha256("".join(pair).encode()).hexdigest() if len(pair) == 2 else pair[0] for pair in pairs]
    return leaves[0]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(max_codepoint=127)), json_values, max_size=5))
def test_details_are_canonical_json(details: dict[str, object]) -> None:
    """Sorted names, no spaces, shortest escapes: what RFC 8785 asks for in this subset."""
    canonical = json.dumps(details, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if len(canonical.encode()) <= DETAILS_BYTES:
        assert details_text(details) == canonical


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), float("nan"), b"x", START, {"é": 1}, [[0.0]]])
def test_details_without_one_canonical_form_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="audit details"):
        details_text({"value": value})


def test_large_details_are_left_out_visibly() -> None:
    """A write never fails because what is said of it is long."""
    assert json.loads(details_text({"title": "x" * 10_000})) == {"omittedBytes": 10_012}


@pytest.mark.parametrize("length", [*range(1, 40), 63, 64, 65, 1000])
def test_a_root_that_is_made_leaf_by_leaf_is_the_tree_s(length: int) -> None:
    leaves = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(length)]
    merkle = Merkle()
    for leaf in leaves:
        merkle.add(leaf)
    assert (merkle.root(), merkle.leaves) == (naive_root(leaves), length)


def test_no_leaves_have_no_root() -> None:
    with pytest.raises(ValueError, match="leaf"):
        Merkle().root()


def test_a_key_is_read_from_its_seed_and_advertised_as_spki() -> None:
    key = signing_key(base64.b64encode(bytes.fromhex(SEED)).decode())
    prefix = bytes.fromhex("302a300506032b6570032100")
    assert base64.b64decode(public_text(key.public_key())) == prefix + bytes.fromhex(PUBLIC)
    assert public_text(verifying_key(public_text(key.public_key()))) == public_text(key.public_key())


@pytest.mark.parametrize("seed", ["", "not base64!", base64.b64encode(b"short").decode()])
def test_what_is_not_a_key_is_refused(seed: str) -> None:
    with pytest.raises(ValueError, match="audit key"):
        signing_key(seed)
    with pytest.raises(ValueError, match="audit key"):
        verifying_key(seed)


def test_a_signature_counts_for_its_root_and_for_known_keys_only() -> None:
    root = naive_root(["ab" * 32])
    signature = sign(KEY, root)
    assert signed([STRANGER.public_key(), KEY.public_key()], root, signature)
    assert not signed([STRANGER.public_key()], root, signature)
    assert not signed([KEY.public_key()], naive_root(["cd" * 32]), signature)
    assert not signed([KEY.public_key()], root, "not base64!")
    assert not signed([KEY.public_key()], "no hex", signature)


@given(first=st.integers(0, 25), span=st.integers(0, 25), length=st.integers(0, 23), every=st.integers(1, 9))
def test_an_untouched_log_is_valid_in_every_window(first: int, span: int, length: int, every: int) -> None:
    log = Log(length, every=every)
    found = log.verify(first, first + span)
    assert found.anomalies == []
    assert found.chain_valid
    assert found.checkpoints_valid
    expected = [each for each in log.checkpoints if first <= each.at_sequence <= first + span]
    assert found.checkpoints == expected


def test_the_answer_has_the_protocol_s_closed_shape() -> None:
    log = Log(5)
    log.entries[1] = replace(log.entries[1], actor="nobody")
    told = json.loads(msgspec.json.encode(log.verify(0, 100)))
    assert list(told) == ["fromSeq", "toSeq", "chainValid", "checkpointsValid", "checkpoints", "anomalies"]
    assert [told[name] for name in list(told)[:4]] == [0, 100, False, False]
    assert [list(each) for each in told["checkpoints"]] == [["checkpoint", "atSequence", "merkleRoot", "signature"]]
    assert {tuple(each) for each in told["anomalies"]} == {("atSeq", "expectedPrevHash", "actualPrevHash")}


def changed(entry: Entry, field: str, data: st.DataObject) -> Entry:
    """The entry with one character, bit or microsecond of one field changed."""
    value = getattr(entry, field)
    if field == "id":
        return replace(entry, id=UUID(int=value.int ^ (1 << data.draw(st.integers(0, 127)))))
    if field == "at":
        return replace(entry, at=value + timedelta(microseconds=data.draw(st.sampled_from([-1, 1, 10**6]))))
    if value is None:
        return replace(entry, **{field: "x"})
    position = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"], exclude_characters=value[position]))
    return replace(entry, **{field: value[:position] + other + value[position + 1 :]})


FIELDS = ["id", "at", "actor", "action", "object_kind", "object_id", "trace_id", "details", "prev_hash"]


@settings(max_examples=400)
@given(st.data())
def test_any_change_of_any_field_of_any_entry_is_found(data: st.DataObject) -> None:
    """One changed byte anywhere in the window breaks a link: its own, the next one, or the end's."""
    log = Log(data.draw(st.integers(1, 17)), every=data.draw(st.integers(1, 20)))
    index = data.draw(st.integers(0, len(log.entries) - 1))
    field = data.draw(st.sampled_from(FIELDS))
    log.entries[index] = changed(log.entries[index], field, data)
    first, last = data.draw(st.integers(0, index + 1)), data.draw(st.integers(index + 1, 20))
    found = log.verify(first, last)
    assert not found.chain_valid
    assert {each.at_seq for each in found.anomalies} & {index + 1, index + 2}


@given(st.integers(2, 15), st.data())
def test_two_entries_that_changed_places_are_found(length: int, data: st.DataObject) -> None:
    log = Log(length, every=100)
    one, two = data.draw(st.lists(st.integers(0, length - 1), min_size=2, max_size=2, unique=True))
    a, b = log.entries[one], log.entries[two]
    log.entries[one], log.entries[two] = replace(b, sequence=a.sequence), replace(a, sequence=b.sequence)
    assert not log.verify().chain_valid


@given(st.integers(1, 15), st.data())
def test_removed_entries_are_found_wherever_they_were(length: int, data: st.DataObject) -> None:
    log = Log(length, every=100)
    gone = data.draw(st.sets(st.integers(1, length), min_size=1))
    log.entries = [entry for entry in log.entries if entry.sequence not in gone]
    found = log.verify(0, length)
    assert found.anomalies[0].at_seq == min(gone)
    assert not found.chain_valid


@given(st.integers(5, 23), st.data())
def test_a_chain_made_to_fit_after_a_change_is_found_by_its_checkpoints(length: int, data: st.DataObject) -> None:
    """Who rewrites the log and all its hashes still cannot sign the roots."""
    log = Log(length)
    anchored = log.checkpoints[-1].at_sequence
    match data.draw(st.sampled_from(["change", "remove", "insert", "cut"])):
        case "change":
            index = data.draw(st.integers(0, anchored - 1))
            log.entries[index] = replace(log.entries[index], actor="nobody")
        case "remove":
            del log.entries[data.draw(st.integers(0, anchored - 1))]
        case "insert":
            log.entries.insert(data.draw(st.integers(0, anchored - 1)), make_entry(99, None))
        case "cut":
            del log.entries[data.draw(st.integers(0, anchored - 1)) :]
    log.rechain()
    found = log.verify()
    assert not found.checkpoints_valid
    assert not found.chain_valid
    assert found.anomalies


def test_a_cut_end_is_found_by_the_recorded_head() -> None:
    """Removing the newest entries needs no checkpoint to be seen."""
    log = Log(8, every=100)
    del log.entries[6:]
    [anomaly] = log.verify().anomalies
    assert anomaly.at_seq == 7
    assert anomaly.expected_prev_hash == entry_hash(log.entries[-1])


def test_an_emptied_log_is_found() -> None:
    log = Log(3)
    log.entries.clear()
    [anomaly] = log.verify().anomalies
    assert (anomaly.at_seq, anomaly.expected_prev_hash) == (1, "0" * 64)


@pytest.mark.parametrize("field", ["merkle_root", "signature", "at_sequence"])
def test_a_changed_checkpoint_is_found(field: str) -> None:
    log = Log(10)
    other = {"merkle_root": "ab" * 32, "signature": sign(STRANGER, log.checkpoints[0].merkle_root), "at_sequence": 4}
    log.checkpoints[0] = replace(log.checkpoints[0], **{field: other[field]})
    found = log.verify()
    assert not found.checkpoints_valid
    assert not found.chain_valid
    assert found.anomalies[0].at_seq == log.checkpoints[0].at_sequence


def test_a_removed_checkpoint_shows_in_the_next_one() -> None:
    log = Log(10)
    del log.checkpoints[0]
    assert not log.verify().checkpoints_valid


def test_a_stranger_s_checkpoint_does_not_count() -> None:
    log = Log(5, every=100)
    log.anchor(0, 5, STRANGER)
    assert not log.verify().checkpoints_valid


def test_nodes_of_the_tree_do_not_pass_for_its_leaves() -> None:
    """Two entries whose hashes were the inner nodes of four would give the same root: the number decides."""
    log = Log(4, every=4)
    checkpoint = replace(log.checkpoints[0], at_sequence=4)
    walk = Walk(1, 4, anchored=0, checkpoints=[checkpoint], keys=[KEY.public_key()])
    for entry in log.entries[:2]:
        walk.step(entry)
    assert not walk.finish(log.head).checkpoints_valid


def test_the_list_of_anomalies_is_bounded() -> None:
    log = Log(3)
    log.entries = [replace(make_entry(2 * number, None), prev_hash="x") for number in range(1, ANOMALIES + 50)]
    assert len(log.verify(0, 10**9).anomalies) == ANOMALIES
