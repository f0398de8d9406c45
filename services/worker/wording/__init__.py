"""The sentences that Pressrun itself says in a report, in the report's language.

They state places, counts and how the report was made, and claim nothing else. A language that is not here is answered
in English, without the sentences that lead from quotation to quotation.
"""

from __future__ import annotations

from .words import Words, wording

__all__ = ["Words", "wording"]
