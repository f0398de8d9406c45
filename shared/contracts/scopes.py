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
