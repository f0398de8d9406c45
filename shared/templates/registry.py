"""Every template that ships with Pressrun, read from its folder and checked as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.records import Template
from shared.contracts.workflow import Workflow
from shared.domain.errors import NotFound
from shared.domain.stages import STAGE_OF

from .folder import TemplateBroken, TemplateFolder, read_folder

__all__ = ["ML", "Registry", "Template", "TemplateBroken", "TemplateFolder", "load"]

HERE = Path(__file__).parent

ML = "ml"
"""The category of templates that machine-learning reports are made by: they are asked for by kind, and not listed."""


class Registry(msgspec.Struct, frozen=True):
    """The templates by id and by key, and their workflows by id."""

    by_id: Mapping[UUID, TemplateFolder]
    by_key: Mapping[str, TemplateFolder]
    by_workflow: Mapping[str, TemplateFolder]

    @property
    def offered(self) -> list[TemplateFolder]:
        """The templates that are asked for by their ids."""
        return [folder for folder in self.by_id.values() if folder.template.category != ML]

    def workflow(self, workflow_id: str) -> tuple[Workflow, str]:
        """The definition and its digest.

        Raises:
            NotFound: no template has a workflow of this id.
        """
        folder = self.by_workflow.get(workflow_id)
        if folder is None:
            raise NotFound(f"there is no workflow '{workflow_id}'", code="workflow_not_found")
        return folder.workflow, folder.digest

    def raw(self, workflow_id: str) -> dict[str, Any]:
        """The definition exactly as it is stored. Raises ``NotFound``."""
        self.workflow(workflow_id)
        return self.by_workflow[workflow_id].raw


def load(root: Path = HERE, known_types: Collection[str] = frozenset(STAGE_OF)) -> Registry:
    """Read and check every template folder below ``root``.

    Raises:
        TemplateBroken: naming the file and the field.
    """
    folders = [read_folder(path.parent, known_types) for path in sorted(root.glob("*/template.json"))]
    by_id: dict[UUID, TemplateFolder] = {}
    by_workflow: dict[str, TemplateFolder] = {}
    for folder in folders:
        _refuse_twin(by_id.get(folder.template.id), folder, "template.json", "id")
        _refuse_twin(by_workflow.get(folder.workflow.id), folder, "workflow.json", "id")
        by_id[folder.template.id] = folder
        by_workflow[folder.workflow.id] = folder
    return Registry(by_id, {folder.template.key: folder for folder in folders}, by_workflow)


def _refuse_twin(twin: TemplateFolder | None, folder: TemplateFolder, file: str, field: str) -> None:
    if twin is not None:
        raise TemplateBroken(f"{folder.template.key}/{file}", field, f"template '{twin.template.key}' has it already")
