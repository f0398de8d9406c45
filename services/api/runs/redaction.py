"""A last look at what leaves: nothing that is shaped like a secret does."""

from __future__ import annotations

import re
from typing import Any

MASK = "[REDACTED]"

_SECRETS = re.compile(
    r"""\b(?:
        sk-(?:ant-)?[A-Za-z0-9_-]{16,}                                  # model providers
      | sk_[A-Za-z0-9_-]{20,}                                           # our own keys
      | hk_(?:test_)?[A-Za-z0-9_-]{8,}
      | AIza[A-Za-z0-9_-]{20,}
      | cred_[A-Za-z0-9_-]{6,}
      | eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}       # JSON web tokens
    )""",
    re.VERBOSE,
)


def redact(value: Any) -> Any:
    """The same JSON value with secrets in its strings (and keys) masked."""
    match value:
        case str():
            return _SECRETS.sub(MASK, value)
        case list():
            return [redact(item) for item in value]
        case dict():
            return {redact(key): redact(item) for key, item in value.items()}
        case _:
            return value
