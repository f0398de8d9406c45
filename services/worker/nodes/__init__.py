"""One module per node type: async functions from a step's input to its outcome, and nothing else."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from services.worker.llm.answers import Answers
from services.worker.llm.door import Writer
from services.worker.llm.model import Model
from services.worker.privacy.guard import Alone, Guard
from services.worker.privacy.vault import Vault
from shared.domain.outcome import NodeFunction

from . import channels, conformance, core, gates, nested
from .assemble import assemble
from .call_prompt import call_prompt
from .check import check
from .collect import collect
from .draft import draft
from .join import join
from .knowledge import Library
from .measure import Rows, measure
from .ml_assemble import ml_assemble
from .ml_comment import ml_comment
from .ml_compose import ml_compose
from .ml_compute import Computing
from .ml_load import Shelf, ml_load
from .nearer import nearer
from .outline import outline
from .private import hiding, restored, scrambled
from .summarise import summarise
from .write import LiveFor, write


class Needs(Protocol):
    """What node functions need of a worker's resources."""

    @property
    def writer(self) -> Writer: ...

    @property
    def live_for(self) -> LiveFor: ...

    @property
    def answers(self) -> Answers | None: ...

    @property
    def rows(self) -> Rows | None: ...

    @property
    def library(self) -> Library | None: ...

    @property
    def shelf(self) -> Shelf | None: ...

    @property
    def computing(self) -> Computing | None: ...

    @property
    def vault(self) -> Vault | None: ...

    @property
    def conformance(self) -> bool: ...


def node_functions(resources: Needs) -> dict[str, NodeFunction]:
    """What each node type of a worker does."""
    vault = resources.vault
    model = Model(resources.writer, resources.answers, Guard(vault) if vault else None)
    commenting = Model(resources.writer, resources.answers, Alone(vault.names) if vault else None)
    gathering = resources.library.gathering if resources.library else None
    gathered: NodeFunction = partial(collect, gathering=gathering)
    planned = hiding(outline(model), vault, "template") if vault else outline(model)
    planned = nearer(planned, gathering, vault) if gathering and not model.quotes else planned
    measuring = {"report.measure": measure(resources.rows)} if resources.rows else {}
    return (
        {
            "report.collect": scrambled(gathered, vault) if vault else gathered,
            "report.draft": draft,
            "report.outline": planned,
            "report.write": write(model, resources.live_for),
            "report.join": join(model),
            "report.summarise": summarise(model, resources.live_for),
            "report.assemble": restored(assemble, vault) if vault else assemble,
            "report.check": check,
            "ml.compose": ml_compose,
            "ml.comment": ml_comment(commenting),
            "ml.assemble": ml_assemble,
            "core.noop": core.noop,
            "core.identity": core.identity,
            "core.delay": core.delay,
            "core.fail": core.fail,
            "core.approvalGate": core.approval_gate,
            "core.clarificationGate": gates.clarification,
            "core.interrupt": gates.interrupt,
            "core.subWorkflow": nested.sub_workflow,
            "core.channelWrite": channels.channel_write,
            "core.ai.callPrompt": call_prompt(model, resources.live_for),
        }
        | measuring
        | ({"ml.load": ml_load(resources.shelf)} if resources.shelf else {})
        | ({"ml.compute": resources.computing} if resources.computing else {})
        | (resources.library.functions() if resources.library else {})
        | (conformance.FUNCTIONS if resources.conformance else {})
    )
