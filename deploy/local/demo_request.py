"""The demo's report: what is posted to the API, with the texts that it is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus"

_TEXTS = (
    ("Apache License 2.0", "Apache-2.0.txt", "https://www.apache.org/licenses/LICENSE-2.0"),
    ("Mozilla Public License 2.0", "MPL-2.0.txt", "https://www.mozilla.org/MPL/2.0/"),
    ("GNU General Public License 3", "GPL-3.txt", "https://www.gnu.org/licenses/gpl-3.0.html"),
)

_QUERY = (
    "Compare the Apache License 2.0, the Mozilla Public License 2.0 and the GNU General Public License version 3 "
    "for a team that ships software: copyright grants, patents, distribution of source code, additional terms, "
    "termination, disclaimer of warranty, limitation of liability, and revised versions of the license."
)


def demo_request() -> dict[str, Any]:
    """The body of ``POST /api/reports/``."""
    return {
        "template_id": "cc030440-0005-470f-8341-6ec798d00445",
        "title": "Open-source licences compared: Apache 2.0, MPL 2.0 and GPL 3",
        "description": "What each text grants, requires and excludes, in its own words",
        "priority": "normal",
        "output_format": "pdf",
        "parameters": {
            "user_query": _QUERY,
            "generation_mode": "conversational",
            "context": {
                "documents": [
                    {"title": title, "text": (CORPUS / name).read_text("utf-8"), "href": href, "type": "text"}
                    for title, name, href in _TEXTS
                ]
            },
        },
    }
