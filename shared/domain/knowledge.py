"""Who may do what with a knowledge base. Pure; ``shared/db/knowledge.py`` says the same in SQL for lists.

- The owner, an administrator, and whoever ``permissions.write`` names may read it and change its documents.
- Only the owner and an administrator may change the base itself: its name, type, status and permissions.
- ``public``: everybody may read. ``team``, ``premium``, ``enterprise``, ``restricted``: whoever ``permissions.read``
  names may read; the four differ in what they tell people, not in what they allow. ``private``: nobody is named.
- A ``draft`` is seen only by those who may write to it. An ``archived`` one is read as before, and takes no documents.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.contracts.knowledge import Base

BaseType = Literal["public", "private", "team", "premium", "enterprise", "restricted"]
BaseStatus = Literal["active", "draft", "archived"]

ADMINS = frozenset({"admin", "super_admin"})


def may_change(base: Base, principal_id: UUID, role: str) -> bool:
    """Whether this principal may change the base itself."""
    return principal_id == base.principal_id or role in ADMINS


def may_write(base: Base, principal_id: UUID, role: str) -> bool:
    """Whether this principal may add and remove documents."""
    return may_change(base, principal_id, role) or principal_id in base.writers


def may_read(base: Base, principal_id: UUID, role: str) -> bool:
    """Whether this principal may look at it, search it, and have reports written from it."""
    if may_write(base, principal_id, role):
        return True
    return base.status != "draft" and (base.type == "public" or principal_id in base.readers)
