"""``report.check``: whether the finished document is what was asked for."""

from __future__ import annotations

import msgspec

from shared.document.blocks import Document
from shared.domain.outcome import Done, Fail, Outcome, Work

EMPTY = "OUTPUT_EMPTY"


async def check(work: Work) -> Outcome:
    """Check the document. Outputs: ``quality``. A document without content fails the run."""
    document = msgspec.convert(work.inputs["document"], Document)
    if not document.blocks:
        return Fail("output_empty", "nothing was written: the report would be empty")
    return Done(outputs={"quality": {"code": "PASS", "findings": []}})
