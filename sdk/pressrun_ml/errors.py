"""What can go wrong, each with what to do about it.

PressrunError
├── InputError         what was passed cannot be reported on
├── UnreachableError   nobody answers at the address
├── RefusedError       the server said no; ``status`` is its HTTP status
└── ReportFailedError  the report was accepted and could not be made
"""

from __future__ import annotations


class PressrunError(Exception):
    """The base of all errors of this package."""


class InputError(PressrunError):
    """What was passed cannot be reported on."""


class UnreachableError(PressrunError):
    """Nobody answers at the address."""


class RefusedError(PressrunError):
    """The server said no."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class ReportFailedError(PressrunError):
    """The report was accepted and could not be made, or not in time."""
