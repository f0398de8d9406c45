"""The process that reads one document: ``python -m services.worker.retrieval.child``.

It is told what to read and within which limits on its standard input, and answers on its standard output. Foreign bytes
meet parsers here: it is given no secret, no setting and no connection, little memory and little time, and it can write no
file. It still runs as the worker's user and is not cut off from the network: who needs that runs workers where nothing
else can be reached.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import msgspec
from msgspec.structs import replace

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
    found = chunks([replace(block, text=_clean(block.text)) for block in contents.blocks])
    if not found:
        raise Unfit("document_no_text", "the document has no text")
    notices = list(contents.notices)
    if len(found) > ask.most_passages:
        notices.append(f"Only the first {ask.most_passages:,} of {len(found):,} passages are searched.")
        found = found[: ask.most_passages]
    return Reading(
        chunks=found,
        title=_clean(contents.title)[:300],
        pages=contents.pages,
        words=sum(chunk.words for chunk in found),
        notices=notices,
        private=_private(found),
    )


def _clean(text: str) -> str:
    """Without what a database does not take: NUL, and halves of characters."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


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
