"""The pages of one's reports. What they show comes from public routes; these are only their frames."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from shared.contracts.states import Priority
from shared.document.design import CLASSES, PAGE_SIZES, THEMES

from .headers import PAGE_HEADERS

STATUSES = ("queued", "processing", "completed", "failed", "cancelled")


@get("/reports", include_in_schema=False)
async def reports_page() -> Template:
    """My reports, and the way to a new one."""
    context = {
        "statuses": STATUSES,
        "priorities": [str(priority) for priority in Priority],
        "themes": THEMES,
        "page_sizes": PAGE_SIZES,
        "classes": CLASSES,
    }
    return Template("reports.html.jinja", context=context, headers=PAGE_HEADERS)


@get("/reports/{report_id:str}", include_in_schema=False)
async def report_page(report_id: FromPath[str]) -> Template:  # noqa: ARG001 - the page reads its own address
    """One report: as it is made, and when it is done."""
    return Template("report.html.jinja", headers=PAGE_HEADERS)


PAGES = [reports_page, report_page]
