"""What the person at the terminal is told."""

from __future__ import annotations

import errno
import os
import sys


def say(text: str) -> None:
    """A line beside what the command prints: standard output may be captured."""
    print(text, file=sys.stderr, flush=True)


def is_closed() -> bool:
    """Whether the terminal was closed under us. Not everyone between it and us passes the news on: make does not."""
    try:
        os.tcgetpgrp(sys.stderr.fileno())
    except OSError as error:
        return error.errno == errno.EIO
    return False
