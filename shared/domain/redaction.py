"""A last look at what leaves: nothing that is shaped like a secret does."""

from __future__ import annotations

import re
from typing import Any

from shared.contracts.workflow import Workflow

from .values import variables

MASK = "[REDACTED]"
SHORTEST = 4
"""A shorter secret is only masked where it stands alone: it would be found in every other word."""

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


class Hidden:
    """The values of a run's sensitive variables, wherever they turn up."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values
        self._texts = [value for value in values if isinstance(value, str) and len(value) >= SHORTEST]

    def mask(self, value: Any) -> Any:
        """The same JSON value with every sensitive one in it masked."""
        if not self._values:
            return value
        if any(value == one and type(value) is type(one) for one in self._values):
            return MASK
        match value:
            case str():
                for text in self._texts:
                    value = value.replace(text, MASK)
                return value
            case list():
                return [self.mask(item) for item in value]
            case dict():
                return {self.mask(key): self.mask(item) for key, item in value.items()}
            case _:
                return value


NOTHING = Hidden([])


def hidden(workflow: Workflow, inputs: dict[str, Any]) -> Hidden:
    """What must not be shown of a run with these inputs."""
    sensitive = {variable.name for variable in workflow.variables if variable.sensitive}
    if not sensitive:
        return NOTHING
    known = variables(workflow, inputs)
    return Hidden([known[name] for name in sorted(sensitive) if known[name] not in (None, "", [], {}, True, False)])
