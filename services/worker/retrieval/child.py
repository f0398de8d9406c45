"""The process that reads one document: ``python -m services.worker.retrieval.child``.

It is told what to read and within which limits on its standard input, answers on its standard output, and touches
nothing else: foreign bytes meet parsers here, where there is no secret, no connection and little memory.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import msgspec

from .chunk import chunks
from .content import Ask, Chunk, Contents, Reading, Unfit, Unreadable


def main() -> None:
    line, _, data = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.buffer.write(msgspec.json.encode(answer(msgspec.json.decode(line, type=Ask), data)))


def answer(ask: Ask, data: bytes) -> dict[str, Reading | Unreadable]:
    """What there is to say of a document."""
    try:
        return {"reading": read(ask, data)}
    except Unfit as unfit:
        return {"unreadable": Unreadable(code=unfit.code, message=unfit.message)}
    except (MemoryError, RecursionError):
        message = "the document is too complex: reading it takes more memory than is allowed"
        return {"unreadable": Unreadable(code="document_too_complex", message=message)}


def read(ask: Ask, data: bytes) -> Reading:
    """Read and cut a document.

    Raises:
        Unfit: it cannot be read.
    """
    contents = _contents(ask, data)
    found = chunks(contents.blocks)
    if not found:
        raise Unfit("document_no_text", "the document has no text")
    notices = list(contents.notices)
    if len(found) > ask.most_passages:
        notices.append(f"Only the first {ask.most_passages:,} of {len(found):,} passages are searched.")
        found = found[: ask.most_passages]
    return Reading(
        chunks=found,
        title=contents.title[:300],
        pages=contents.pages,
        words=sum(chunk.words for chunk in found),
        notices=notices,
        private=_private(found),
    )


def _private(found: list[Chunk]) -> dict[str, int]:
    from services.worker.privacy.detect import Detector

    detector = Detector("full_anonymization")
    counts = Counter(str(span.kind) for chunk in found for span in detector.find(chunk.text))
    return dict(sorted(counts.items()))


def _contents(ask: Ask, data: bytes) -> Contents:
    """Each parser is imported where it is needed: starting up is most of the time for a small document."""
    if ask.kind == "pdf":
        from .pdf import read_pdf

        return read_pdf(data, deadline=time.monotonic() + ask.seconds)
    if ask.kind == "docx":
        from .docx import read_docx

        return read_docx(data)
    from .text import read_text

    return read_text(ask, data)


if __name__ == "__main__":
    main()
