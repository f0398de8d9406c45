"""The one place that knows which templates there are: the built-in ones and the administrators'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from services.api.auth.caller import ROLES, Caller
from shared.contracts.records import Template
from shared.db import templates
from shared.db.pool import Connection
from shared.domain.errors import Forbidden, NotFound
from shared.templates import own
from shared.templates.registry import ML, Registry, TemplateFolder


class Catalog(msgspec.Struct, frozen=True):
    """Templates as they are now: by an administrator's word, and never for less of a role than their base is."""

    by_id: Mapping[UUID, TemplateFolder]

    def usable(self, template_id: str, caller: Caller) -> TemplateFolder:
        """An active template that the caller's role may use.

        Raises:
            NotFound, Forbidden.
        """
        folder = self.any(template_id)
        if not folder.template.is_active:
            raise NotFound("Template not found")
        if not caller.may_act_as(folder.template.required_role):
            raise Forbidden("Insufficient permissions", details={"role": folder.template.required_role})
        return folder

    def any(self, template_id: str) -> TemplateFolder:
        """A template, whoever asks. Raises ``NotFound``."""
        known = as_id(template_id)
        folder = self.by_id.get(known) if known else None
        if folder is None:
            raise NotFound("Template not found")
        return folder


async def whole(db: Connection, registry: Registry) -> Catalog:
    """Every template, by name."""
    return _catalog(await templates.every(db), registry)


async def one(db: Connection, registry: Registry, template_id: str) -> Catalog:
    """A catalog of this template, if there is one."""
    known = as_id(template_id)
    return _catalog(await templates.with_base(db, known) if known else [], registry)


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _catalog(rows: Iterable[Template], registry: Registry) -> Catalog:
    rows = list(rows)
    built_in = {row.key: row for row in rows if row.base is None}
    found = ((row.id, _folder(row, built_in, registry)) for row in rows)
    return Catalog({template_id: folder for template_id, folder in found if folder is not None})


def _folder(row: Template, built_in: Mapping[str, Template], registry: Registry) -> TemplateFolder | None:
    """None for a template whose base, or which itself, is not in the tree any more, or is asked for by kind."""
    base = registry.by_key.get(row.base or row.key)
    if base is None or base.template.category == ML:
        return None
    if row.base is None:
        return msgspec.structs.replace(base, template=row)
    roles = {row.required_role, built_in[row.base].required_role if row.base in built_in else "super_admin"}
    return own.folder(msgspec.structs.replace(row, required_role=max(roles, key=ROLES.index)), base)
