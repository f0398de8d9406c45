"""What can go wrong with the local stack; each message says what to do.

StackError
├ PartFailedError   a part or a service did not start
├ AlreadyRunsError  another process runs the stack of this folder
├ NotOursError      the folder belongs to another user
├ NoBrowserError    there is no Chromium and none can be installed
└ DemoFailedError   the demo's report was not made
"""

from __future__ import annotations


class StackError(Exception):
    """Shown to the person at the terminal as it is."""


class PartFailedError(StackError):
    """A part or a service did not start, with what it said last."""


class AlreadyRunsError(StackError):
    """Another process runs the stack of this folder."""


class NotOursError(StackError):
    """The folder belongs to another user."""


class NoBrowserError(StackError):
    """There is no Chromium and none can be installed, with the command to type."""


class DemoFailedError(StackError):
    """The demo's report was not made, with the reason that the API gives."""
