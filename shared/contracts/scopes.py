"""What a key may be allowed to do."""

from __future__ import annotations

OWNER_SCOPES = (
    "read",
    "write",
    "publish",
    "manifest:read",
    "runs:create",
    "runs:read",
    "runs:cancel",
    "artifacts:read",
    "webhooks:manage",
    "approvals:respond",
    "audit:read",
)
"""Everything that an ordinary owner needs; ``admin`` is not among them."""


def of_role(role: str) -> tuple[str, ...]:
    """What a person of this role may do."""
    return (*OWNER_SCOPES, "admin") if role in {"admin", "super_admin"} else OWNER_SCOPES
