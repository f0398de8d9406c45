"""How an experiment was set up, what is needed to do it again, and what failed."""

from __future__ import annotations

from services.worker.measuring.values import instant
from shared.contracts.entities import Experiment
from shared.document.blocks import Block

from . import parts
from .case import Case

_SETTINGS = 40
_FAILURES = 20
_NEEDED = ("seed", "nfolds")


def configuration(case: Case[Experiment]) -> list[Block]:
    """Settings, times, versions, and what is missing to do it again."""
    experiment = case.entity
    rows = [
        ("Name", experiment.name),
        ("Identity", experiment.id),
        ("Target", experiment.target_column or ""),
        ("Problem", experiment.problem_type or ""),
        ("Engine", experiment.engine),
        ("Created", instant(experiment.created_at)),
        ("Started", instant(experiment.started_at)),
        ("Finished", instant(experiment.finished_at)),
    ]
    settings = parts.lines_of(experiment.config)
    table = parts.long_table(("Setting", "Value"), settings, caption="Configuration", field="config", most=_SETTINGS, texts=2)  # fmt: skip
    return [
        *parts.pairs(rows, caption="The experiment"),
        *(table or parts.missing(case, "Configuration", "config")),
        *_again(case),
    ]


def failures(case: Case[Experiment]) -> list[Block]:
    """Models that could not be trained, and why."""
    given = case.entity.failures
    if not given:
        return parts.nothing(case, "No failed models were reported.", "Failed models", "failures")
    rows = [(each.model or "(no name)", each.error or "no reason was given") for each in given]
    return parts.long_table(
        ("Model", "Error"), rows, caption="Failed models", field="failures", most=_FAILURES, texts=2
    )


def _again(case: Case[Experiment]) -> list[Block]:
    experiment = case.entity
    environment = parts.lines_of(experiment.environment)
    table = parts.long_table(("Part", "Value"), environment, caption="Environment", field="environment", most=_SETTINGS, texts=2)  # fmt: skip
    version = experiment.dataset and (experiment.dataset.dataset_version_id or experiment.dataset.id)
    lacking = [f"“config.{name}”" for name in _NEEDED if experiment.config.get(name) is None]
    lacking += [] if environment else ["“environment” (versions, hardware, commit)"]
    lacking += [] if version else ["“dataset.dataset_version_id”"]
    said = f"To do it again, these are missing: {', '.join(lacking)}." if lacking else "What is needed to do it again is here: settings, seed, versions, and the version of the data."  # fmt: skip
    return parts.sub("Reproducibility", [parts.say(said), *table])
