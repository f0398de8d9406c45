"""A session's totals: as supplied, else from its findings."""

from __future__ import annotations

import msgspec

from shared.contracts.entities import FindingsSummary, PrivacySession


def summed(session: PrivacySession) -> FindingsSummary:
    """What was supplied, with what follows from the findings in the places that are empty."""
    given = session.summary or FindingsSummary()
    by_type: dict[str, int] = {}
    by_risk: dict[str, int] = {}
    for each in session.findings:
        by_type[each.pii_type] = by_type.get(each.pii_type, 0) + (each.matches or 0)
        by_risk[each.risk or "unknown"] = by_risk.get(each.risk or "unknown", 0) + 1
    columns = len({each.column for each in session.findings}) or None
    cells = sum(by_type.values()) if any(each.matches is not None for each in session.findings) else None
    return msgspec.structs.replace(
        given,
        columns_with_pii=given.columns_with_pii if given.columns_with_pii is not None else columns,
        cells_with_pii=given.cells_with_pii if given.cells_with_pii is not None else cells,
        by_type=given.by_type or by_type,
        by_risk=given.by_risk or by_risk,
    )
