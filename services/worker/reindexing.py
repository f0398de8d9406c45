"""Gives documents new vectors when the model that makes them is another one."""

from __future__ import annotations

import structlog

from shared.db import knowledge
from shared.domain.ids import run_id as new_run_id
from shared.observability import tracing
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.start import start
from shared.templates.internal_workflows import KNOWLEDGE_EMBED

AT_ONCE = 20
"""Documents that one round starts; those that it leaves are the next round's."""

log = structlog.get_logger()


class Reindexing:
    """Looks for documents whose vectors are another model's, or missing."""

    def __init__(self, pipeline: Pipeline, model: str) -> None:
        self._pipeline = pipeline
        self._model = model

    async def round(self) -> int:
        """Start runs for some of them. Until they are done, these documents are found by their words."""
        async with self._pipeline.transaction() as tx:
            waiting = await knowledge.of_other_models(tx.db, self._model, AT_ONCE)
            deployed = await self._pipeline.find_workflow(tx.db, KNOWLEDGE_EMBED) if waiting else None
            if deployed is None:
                return 0
            for document in waiting:
                run_id = new_run_id()
                await knowledge.reindexed(tx.db, document.id, run_id)
                await start(
                    tx,
                    run_id=run_id,
                    principal_id=document.uploaded_by,
                    workflow=deployed[0],
                    digest=deployed[1],
                    inputs={"documentId": str(document.id)},
                    trace_id=tracing.begin().trace_id,
                )
        log.info("knowledge.reindexing", documents=len(waiting), model=self._model)
        return len(waiting)
