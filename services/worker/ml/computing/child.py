"""The process that computes: ``python -m services.worker.ml.computing.child``.

Foreign tables meet parsers here, where there is no secret, no connection and little memory. Only here are polars,
scikit-learn and scipy imported: a worker starts without them.
"""

from __future__ import annotations

import sys

import msgspec

from .asking import Ask, Computed, Refused, Unfit

TOO_MUCH = "the tables take more memory than is allowed; send fewer rows or columns"


def main() -> None:
    line, _, data = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.buffer.write(msgspec.json.encode(answer(msgspec.json.decode(line, type=Ask), data)))


def answer(ask: Ask, data: bytes) -> dict[str, Computed | Refused]:
    """What there is to say of some tables."""
    try:
        return {"computed": compute(ask, data)}
    except Unfit as unfit:
        return {"refused": Refused(code=unfit.code, message=unfit.message)}
    except MemoryError:
        return {"refused": Refused(code="upload_too_large", message=TOO_MUCH)}


def compute(ask: Ask, data: bytes) -> Computed:
    """The fields of an entity from its tables. Raises ``Unfit``."""
    from . import inference_log, predictions, tables
    from .reading import read

    by_role = ask.asked.tables()
    sheets, start = {}, 0
    for file in ask.files:
        part = data[start : start + file.size_bytes]
        sheets[file.role] = read(file.role, file.kind, part, by_role[file.role], ask.most_rows)
        start += file.size_bytes
    if ask.kind == "model":
        return predictions.compute(sheets["predictions"], ask.asked)
    if ask.kind == "deployment":
        return inference_log.compute(sheets["inference_log"], ask.asked, ask.thresholds)
    return tables.compute(sheets, ask.asked)


if __name__ == "__main__":
    main()
