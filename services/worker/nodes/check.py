"""``report.check``: whether the finished document is what was asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from services.worker.assembly.quality import FATAL, Made, Quality, verdict
from services.worker.content import Joined, Outline, Summary, Written
from shared.document.blocks import Document
from shared.domain.outcome import Done, Fail, Outcome, Work


async def check(work: Work) -> Outcome:
    """Check the document. Outputs: ``quality``. An empty one fails the run; all else is told with the report."""
    quality = await asyncio.to_thread(checked, work.inputs)
    if quality.code in FATAL:
        return Fail("output_empty", " ".join(one.message for one in quality.findings if one.code in FATAL))
    return Done(outputs={"quality": msgspec.to_builtins(quality)})


def checked(inputs: dict[str, Any]) -> Quality:
    """The verdict on the node's inputs, of which only ``document`` must be there. Pure."""
    privacy, removed = inputs.get("privacy") or {}, inputs.get("removed") or {}
    outline = inputs.get("outline")
    return verdict(
        msgspec.convert(inputs["document"], Document),
        Made(
            outline=msgspec.convert(outline, Outline) if outline else None,
            written=msgspec.convert(inputs.get("written") or [], list[Written]),
            joined=msgspec.convert(inputs.get("joined") or {}, Joined),
            summary=msgspec.convert(inputs.get("summary") or {}, Summary),
            tokens_left=int(privacy.get("left") or 0),
            tokens_kept=(inputs.get("parameters") or {}).get("restore_pii") is False,
            links=int(removed.get("links") or 0),
        ),
    )
