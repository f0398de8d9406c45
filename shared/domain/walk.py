"""A walk along the audit log's chain that says where it is broken."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.contracts.audit import Anomaly, Checkpoint, Entry, Verification

from .audit import Merkle, entry_hash, signed

ANOMALIES = 1000
"""More are not listed: the answer's size stays bounded, and the verdict stays the same."""
_NOTHING = "0" * 64


class Walk:
    """Folds entries in the order of their sequence, holding one hash at a time.

    It begins early enough for the first entry of the window to have a predecessor and for the first
    checkpoint to have all its leaves, and it looks at the link of one entry after the window, so that
    a change of any entry in the window shows.

    Args:
        from_seq: the window's first entry.
        to_seq: its last.
        anchored: the last entry under the checkpoint before the window; 0 when there is none.
        checkpoints: those in the window, ascending.
        keys: whose signatures count.
    """

    def __init__(
        self,
        from_seq: int,
        to_seq: int,
        *,
        anchored: int,
        checkpoints: Sequence[Checkpoint],
        keys: Sequence[Ed25519PublicKey],
    ) -> None:
        self._window = from_seq, to_seq
        self._first = max(from_seq, 1)
        self._checkpoints = checkpoints
        self._keys = keys
        self._anomalies: list[Anomaly] = []
        self._unsound = False
        self._open = list(reversed(checkpoints))
        self._anchored = anchored
        self._merkle = Merkle()
        self.start = max(1, min(self._first - 1, anchored + 1 if checkpoints else self._first))
        self.end = to_seq + 1
        self._last = self.start - 1
        self._hash: str | None = None

    def step(self, entry: Entry) -> None:
        """The next entry that there is from ``start`` to ``end``, in the order of the sequence."""
        if entry.sequence != self._last + 1:
            self._missing(entry.sequence)
        elif entry.prev_hash != self._hash and (entry.sequence > self.start or entry.sequence == 1):
            self._broken(entry.sequence, entry.prev_hash or "")
        self._last, self._hash = entry.sequence, entry_hash(entry)
        if entry.sequence < self.end:
            self._anchor(entry.sequence, self._hash)

    def finish(self, head: tuple[int, str | None]) -> Verification:
        """The verdict, given the end of the chain (sequence and hash) as it was recorded."""
        sequence, recorded = head
        reached = max(self._last, sequence) >= self.start
        if self._last < self.end and reached and (self._last, self._hash) != head:
            self._broken(max(self._last + 1, self._first), recorded or "")
        while self._open:
            self._unanchored(self._open.pop())
        return Verification(
            from_seq=self._window[0],
            to_seq=self._window[1],
            chain_valid=not self._anomalies,
            checkpoints_valid=not self._unsound,
            checkpoints=list(self._checkpoints),
            anomalies=self._anomalies,
        )

    def _missing(self, found: int) -> None:
        """Nothing lies between the last entry and the one found, which is too far on."""
        if found >= self._first:
            self._broken(max(self._last + 1, self._first), "")

    def _anchor(self, sequence: int, leaf: str) -> None:
        while self._open and self._open[-1].at_sequence < sequence:
            self._unanchored(self._open.pop())
        if self._open and sequence > self._anchored:
            self._merkle.add(leaf)
        if self._open and self._open[-1].at_sequence == sequence:
            self._settle(self._open.pop())

    def _settle(self, checkpoint: Checkpoint) -> None:
        """All entries under this checkpoint have been walked."""
        complete = self._merkle.leaves == checkpoint.at_sequence - self._anchored
        root = self._merkle.root()
        if not (complete and root == checkpoint.merkle_root and signed(self._keys, root, checkpoint.signature)):
            self._refuse(checkpoint, root)
        self._anchored, self._merkle = checkpoint.at_sequence, Merkle()

    def _unanchored(self, checkpoint: Checkpoint) -> None:
        """The entry at which this checkpoint was made is gone."""
        self._refuse(checkpoint, self._merkle.root() if self._merkle.leaves else _NOTHING)
        self._anchored, self._merkle = checkpoint.at_sequence, Merkle()

    def _refuse(self, checkpoint: Checkpoint, root: str) -> None:
        self._unsound = True
        self._add(checkpoint.at_sequence, root, checkpoint.merkle_root)

    def _broken(self, sequence: int, actual: str) -> None:
        if sequence >= self._first:
            self._add(sequence, self._hash or _NOTHING, actual)

    def _add(self, sequence: int, expected: str, actual: str) -> None:
        if len(self._anomalies) < ANOMALIES:
            self._anomalies.append(Anomaly(at_seq=sequence, expected_prev_hash=expected, actual_prev_hash=actual))
