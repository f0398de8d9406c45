"""The mail that brings somebody a link to a report. Pure."""

from __future__ import annotations

from datetime import datetime

from shared.domain.mails import Letter, one_line

_LONGEST = 300


def invitation(*, sender: str, title: str, message: str, link: str, expires_at: datetime) -> Letter:
    """
    Args:
        sender: the name of who shares the report.
        message: what they say; may be empty.
    """
    sender, title = one_line(sender, _LONGEST) or "Somebody", one_line(title, _LONGEST)
    until = f"{expires_at.day} {expires_at:%B %Y, %H:%M} UTC"
    parts = [
        f"{sender} shares a report with you:",
        f"    {title}",
        *([f"{sender} writes:", _quoted(message)] if message else []),
        f"Read it here until {until}:",
        link,
        "Whoever has this link can open the report, so pass it on with care.",
    ]
    return Letter(subject=f"{sender} shares a report with you: {title}", text="\n\n".join(parts) + "\n")


def _quoted(text: str) -> str:
    lines = (one_line(line, 1000) for line in text.splitlines())
    return "\n".join(f"> {line}".rstrip() for line in lines)
