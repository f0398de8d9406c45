"""What a report of each style usually has, whatever it is about. The summary stands before all of it."""

from __future__ import annotations

import msgspec

from services.worker.content import Style


class Part(msgspec.Struct, frozen=True):
    title: str
    brief: str


PARTS: dict[Style, tuple[Part, ...]] = {
    "use_case": (
        Part("Scenarios", "For each field of use: the challenge, the solution, who is involved, and a walk-through."),
        Part("Value across the scenarios", "What all scenarios gain, whatever the field."),
        Part("Adoption guidance", "How to begin, what to prepare, and what to look out for."),
    ),
    "comparison": (
        Part("Feature by feature", "What each side offers, point by point."),
        Part("Strengths", "What each side does better than the other."),
        Part("Limitations", "What each side lacks or forbids."),
        Part("Best fit", "For whom and for what each side is the right one."),
        Part("Decision framework", "The questions whose answers decide."),
        Part("Recommendations", "What to do, and under which conditions."),
    ),
    "summary": (
        Part("Highlights", "The five to seven points that matter most."),
        Part("Quick reference", "Figures, dates and terms to look up."),
        Part("Breakdown", "The matter part by part, short."),
        Part("Actions", "What follows from it, and for whom."),
    ),
    "technical": (
        Part("Detailed analysis", "How it works, part by part, and why."),
        Part("Recommendations", "What to do, in which order, with which risks."),
        Part("Conclusion", "What has been found, and what remains open."),
    ),
}
