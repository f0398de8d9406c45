"""Makes the set of texts that detection is measured on: ``python -m tests.benchmarks.privacy.make``.

The same seed gives the same file; a test compares the committed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.privacy.values import Values

from .sentences import HELD_OUT, TUNED

SET = Path(__file__).with_name("set.jsonl")
SEED = 4711
TEXTS = 900
_PLACE = re.compile(r"\{(\w+)\}")
_HELD_OUT_EVERY = 3


class Text(msgspec.Struct, frozen=True):
    """A text and where its values are: (start, end, kind)."""

    text: str
    values: list[tuple[int, int, str]]
    language: str
    held_out: bool


def texts() -> Iterator[Text]:
    """The set."""
    values = Values(SEED)
    for number in range(TEXTS):
        held_out = number % _HELD_OUT_EVERY == 0
        pool = HELD_OUT if held_out else TUNED
        first = pool[(number // _HELD_OUT_EVERY if held_out else number - number // _HELD_OUT_EVERY) % len(pool)]
        same = [one for one in pool if one[0] == first[0]]
        more = [values.dice.choice(same) for _ in range(values.dice.randint(0, 2))]
        yield _text([first, *more], values, held_out=held_out)


def load() -> list[Text]:
    """The committed set."""
    return [msgspec.json.decode(line, type=Text) for line in SET.read_text("utf-8").splitlines()]


def _text(sentences: list[tuple[str, str]], values: Values, *, held_out: bool) -> Text:
    said, places = "", []
    for language, sentence in sentences:
        said += "\n" if said else ""
        at = 0
        for place in _PLACE.finditer(sentence):
            said += sentence[at : place.start()]
            value, kind = _value(values, place[1], language)
            places.append((len(said), len(said) + len(value), kind))
            said += value
            at = place.end()
        said += sentence[at:]
    return Text(said, places, sentences[0][0], held_out)


def _value(values: Values, kind: str, language: str) -> tuple[str, str]:
    named = language if language in {"en", "de", "fr", "es", "it", "nl", "pl"} else "en"
    local = language if language != "in" else "en"
    drawn = {
        "email": lambda: values.email(named),
        "person": lambda: values.person(named),
        "phone": lambda: values.phone(local),
        "national_id": lambda: values.national(language),
        "birth_date": lambda: values.birth(local),
        "address": lambda: values.address(local),
        "place": lambda: values.place(local),
        "password": values.password,
        "medical_record": values.medical,
        "bank_account": values.account,
    }
    made = drawn.get(kind) or getattr(values, kind)
    return made(), {"password": "secret"}.get(kind, kind)


def main() -> None:
    encoded = b"".join(msgspec.json.encode(one) + b"\n" for one in texts())
    SET.write_bytes(encoded)


if __name__ == "__main__":
    main()
