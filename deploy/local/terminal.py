"""What the person at the terminal is told."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """A line beside what the command prints: standard output may be captured."""
    print(text, file=sys.stderr, flush=True)
