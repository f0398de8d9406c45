"""What is worth knowing of a finished report beside its file."""

from __future__ import annotations

from typing import Any

from shared.contracts.states import RunStatus
from shared.db import artifacts, runs
from shared.db.pool import Connection
from shared.db.privacy import Told
from shared.db.reports import ReportView
from shared.domain.values import REFERENCE, is_reference

from .ml.create import FAMILY
from .ml.summary import summary
from .usage import usage

_OUTLINE = ("style", "style_chosen", "style_words", "words", "words_asked", "words_wanted", "language", "mode")

_TOLD = (("check", "quality"), ("assemble", "removed"))
_EDITED = {
    "code": "EDITED_BY_REVIEWER",
    "message": "A reviewer replaced the document after this check; what it says is of the draft.",
}


async def result_summary(db: Connection, view: ReportView, told: Told | None = None) -> dict[str, Any] | None:
    """Pages, formats and, of a machine-learning report, its summary; of a written report, the style that was chosen and the words it was chosen by; what its
    language model has used; and what the look at its quality found.

    While the report is not completed there is only ``usage``, or nothing.

    Args:
        told: what was found private in it; None: nobody looked.
    """
    used = await usage(db, view.report.run_id)
    spent = {"usage": used} if used else {}
    if view.run.status is not RunStatus.COMPLETED:
        return spent or None
    files = await artifacts.of_run(db, view.report.run_id)
    planner = "outline" if "outline" in view.run.fold.nodes else "draft"
    outline = await _output(db, view, planner, "outline")
    about = await summary(db, view) if view.report.family == FAMILY else {}
    known = {name: found for node, name in _TOLD if (found := await _output(db, view, node, name))}
    review = view.run.fold.nodes.get("review")
    return {
        **about,
        "formats": sorted(file.format for file in files),
        "pages": next((file.pages for file in files if file.pages), None),
        **{name: outline[name] for name in _OUTLINE if name in outline},
        **spent,
        **reviewed(known, str(review.outputs.get("action")) if review else ""),
        **({"privacy": await _privacy(db, view, told)} if told else {}),
    }


def reviewed(known: dict[str, Any], action: str) -> dict[str, Any]:
    """What is known of the draft, with a finding that it is only of the draft if a reviewer edited it. Pure."""
    quality = known.get("quality")
    if action != "edit-accept" or not quality:
        return known
    code = "PASS_WITH_WARNINGS" if quality["code"] == "PASS" else quality["code"]
    return known | {"quality": quality | {"code": code, "findings": [*quality.get("findings", []), _EDITED]}}


async def _privacy(db: Connection, view: ReportView, told: Told) -> dict[str, Any]:
    """How many values of each kind were kept from the language model, how names were looked for, and what came back."""
    return {
        "counts": told.counts,
        "risk_level": told.risk,
        "profile": told.profile,
        "names": {"model": told.model, "found_by": "rules, given fields" + (", model" if told.model else "")},
        "values_deleted": told.forgotten,
        **await _output(db, view, "assemble", "privacy"),
    }


async def _output(db: Connection, view: ReportView, node_id: str, name: str) -> dict[str, Any]:
    node = view.run.fold.nodes.get(node_id)
    value: Any = node.outputs.get(name) if node else None
    if is_reference(value):
        digest = value[REFERENCE]
        value = (await runs.results(db, view.report.run_id, [digest])).get(digest, (None, None))[0]
    return value if isinstance(value, dict) else {}
