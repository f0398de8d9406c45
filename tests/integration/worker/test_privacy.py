"""The map of private values: sealed, shared by steps side by side, gone when it is no longer needed."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from services.worker.llm.door import Prompt
from services.worker.llm.extractive import Extractive
from services.worker.nodes import node_functions
from services.worker.nodes.private import restored, scrambled
from services.worker.privacy.guard import RULE, Guard
from services.worker.privacy.kinds import Kind
from services.worker.privacy.scramble import Leak
from services.worker.privacy.tokens import PATTERN
from services.worker.privacy.vault import Vault
from shared.contracts.states import RunStatus
from shared.db import privacy
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Work
from shared.pipeline.pipeline import Pipeline
from shared.templates.registry import load
from tests.integration.db.stored import stored_run
from tests.integration.pipeline.conftest import Begin, ended, working
from tests.integration.worker.test_worker import Printed, resources

KEY = bytes(range(32))


@pytest.fixture
def vault(pipeline: Pipeline) -> Vault:
    return Vault(pipeline.database, KEY, None)


async def work(pipeline: Pipeline, **more: Any) -> Work:
    """A step of a run that is there."""
    async with pipeline.database.begin() as db:
        run_id = await stored_run(db, **{name: more.pop(name) for name in ("status", "root_run_id") if name in more})
    values: dict[str, Any] = {
        "run_id": run_id,
        "node_id": "write",
        "type_id": "report.write",
        "slice": -1,
        "attempt": 1,
        "config": {},
        "inputs": {},
        "configurable": {},
        "started_at": datetime.now(UTC),
        "root_run_id": run_id,
    }
    return Work(**(values | more))


async def told(pipeline: Pipeline, step: Work) -> privacy.Told:
    async with pipeline.database.connect() as db:
        return (await privacy.told(db, [step.run_id]))[step.run_id]


async def forget(pipeline: Pipeline) -> int:
    async with pipeline.database.begin() as db:
        return await privacy.forget(db)


async def test_steps_side_by_side_give_a_value_one_token(pipeline: Pipeline, vault: Vault):
    """Twelve steps change the map at once: nothing is lost, and who comes second takes the first one's token."""
    step = await work(pipeline)
    await vault.begin(step, "gdpr_compliant", {})
    texts = [f"write to shared@example.com, not to own{number}@example.com" for number in range(12)]
    made = await asyncio.gather(*(vault.change(step, lambda one, text=text: one.scramble(text)) for text in texts))
    tokens = [re.findall(r"PII-EMAIL-\d{4}", text) for text in made]
    assert len({pair[0] for pair in tokens}) == 1
    assert len({pair[1] for pair in tokens}) == 12
    assert [(await vault.back(step, text)).value for text in made] == texts
    assert (await told(pipeline, step)).counts == {"email": 13}


async def test_the_stored_map_shows_nothing(pipeline: Pipeline, vault: Vault):
    """Only the key of the settings opens it; counts and risk may be read by anybody."""
    step = await work(pipeline)
    await vault.begin(step, "gdpr_compliant", {"Ottilie Brückner": Kind.PERSON})
    await vault.change(step, lambda one: one.scramble("IBAN DE89 3704 0044 0532 0130 00 of Ottilie Brückner"))
    async with pipeline.database.connect() as db:
        kept = await privacy.get(db, step.root_run_id)
        assert kept is not None
        assert kept.sealed is not None
    assert b"Ottilie" not in kept.sealed
    assert b"DE89" not in kept.sealed
    found = await told(pipeline, step)
    assert (found.counts, found.risk) == ({"iban": 1, "person": 1}, "high")
    with pytest.raises(Exception, match="PRESSRUN_SECRET_KEY"):
        await Vault(pipeline.database, bytes(32), None).back(step, "PII-IBAN-0001")


async def test_values_go_when_a_run_of_the_family_is_complete(pipeline: Pipeline, vault: Vault):
    """A failed run keeps them for its retry; one that goes on keeps them for its siblings; counts stay for the report."""
    failed, complete = await work(pipeline, status=RunStatus.FAILED), await work(pipeline, status=RunStatus.COMPLETED)
    busy = await work(pipeline, status=RunStatus.COMPLETED)
    await work(pipeline, status=RunStatus.RUNNING, root_run_id=busy.root_run_id)
    for step in (failed, complete, busy):
        await vault.begin(step, "gdpr_compliant", {})
        await vault.change(step, lambda one: one.scramble("a@example.com"))
    assert await forget(pipeline) == 1
    assert (await told(pipeline, complete)).forgotten
    assert (await told(pipeline, complete)).counts == {"email": 1}
    assert not (await told(pipeline, failed)).forgotten
    assert not (await told(pipeline, busy)).forgotten
    with pytest.raises(Rejected, match="ask for a new report") as gone:
        await vault.back(complete, "PII-EMAIL-0001")
    assert gone.value.code == "privacy_map_gone"


async def test_values_that_nobody_used_for_a_week_go(pipeline: Pipeline, vault: Vault):
    """A failed report that nobody made again; not one that waits for its reviewer, however long that takes."""
    step, waits = await work(pipeline, status=RunStatus.FAILED), await work(pipeline, status=RunStatus.WAITING_APPROVAL)
    for one in (step, waits):
        await vault.begin(one, None, {})
    async with pipeline.database.begin() as db:
        await db.execute("UPDATE privacy_maps SET expires_at = now() - interval '1 second'")
    assert await forget(pipeline) == 1
    assert not (await told(pipeline, waits)).forgotten


async def test_a_replay_from_the_start_finds_the_same_tokens(pipeline: Pipeline, vault: Vault):
    """The map is gone, the same texts are read again: the recorded answers still fit."""
    step = await work(pipeline, status=RunStatus.COMPLETED)
    text = "a@example.com, then b@example.com and +43 1 58858 0"
    await vault.begin(step, "gdpr_compliant", {})
    first = await vault.change(step, lambda one: one.scramble(text))
    await forget(pipeline)
    await vault.begin(step, "gdpr_compliant", {})
    assert await vault.change(step, lambda one: one.scramble(text)) == first


async def test_a_prompt_leaves_with_tokens_and_its_answer_comes_back_tidied(pipeline: Pipeline, vault: Vault):
    """Values of the map and new ones; the system prompt says what tokens are; a schema goes out with tokens too."""
    step = await work(pipeline)
    await vault.begin(step, "gdpr_compliant", {"Ottilie Brückner": Kind.PERSON})
    prompt = Prompt(
        system="Write.",
        user="A reviewer wants this changed: name OTTILIE BRÜCKNER, mail new@example.com",
        max_tokens=100,
        schema={"properties": {"title": {"enum": ["Of Ottilie Brückner"]}}},
    )
    passed = await Guard(vault).outbound(step, prompt)
    assert passed.prompt.user == "A reviewer wants this changed: name PII-PERSON-0001, mail PII-EMAIL-0002"
    assert passed.prompt.system == "Write." + RULE
    assert passed.prompt.schema == {"properties": {"title": {"enum": ["Of PII-PERSON-0001B"]}}}
    assert passed.tidy("see pii email 2") == "see PII-EMAIL-0002"
    again = await Guard(vault).outbound(step, passed.prompt)
    assert again.prompt.user == passed.prompt.user


async def test_where_nothing_is_scrambled_prompts_pass(pipeline: Pipeline, vault: Vault):
    """A run that asked for no scrambling has no map."""
    prompt = Prompt(system="Write.", user="a@example.com", max_tokens=100)
    assert (await Guard(vault).outbound(await work(pipeline), prompt)).prompt == prompt


async def test_a_value_that_would_leave_stops_the_prompt():
    """The error names the kind and never the value."""

    class Blind(Vault):
        async def change(self, *_: Any) -> Any:
            raise Leak([Kind.EMAIL])

    step = Work(
        run_id="r", node_id="n", type_id="t", slice=-1, attempt=1, config={}, inputs={}, configurable={},
        started_at=datetime.now(UTC),
    )  # fmt: skip
    with pytest.raises(Rejected, match="email; nothing was sent") as refused:
        await Guard(Blind.__new__(Blind)).outbound(step, Prompt(system="", user="", max_tokens=1))
    assert refused.value.code == "privacy_refused"


REQUEST = {
    "title": "Of Ottilie Brückner",
    "description": "For PII-EMAIL-0001, which is a part number",
    "query": "What does Ottilie Brückner's letter say?",
    "author": "owner",
    "scrambling": True,
    "parameters": {
        "patient": {"name": "Ottilie Brückner"},
        "context": [
            {
                "title": "Letter",
                "type": "markdown",
                "text": "# Letter\n\n## Mail\n\nOttilie Brückner writes from ottilie@example.com, not from PII-EMAIL-0001. "
                "She has asked for the letter to be kept in the file for at least ten years.\n\n"
                "## Money\n\nThe account DE89 3704 0044 0532 0130 00 must be used for every payment that is due.",
            }
        ],
    },
}
VALUES = ("Ottilie", "ottilie@example.com", "DE89")


@pytest.mark.parametrize("kept", [False, True])
async def test_a_report_without_a_model_is_made_of_tokens_too(
    pipeline: Pipeline, begin: Begin, vault: Vault, kept: bool
):
    """One way for all: what is stored between steps has no value; the document has them, unless tokens are asked for."""
    printed, own = Printed(), resources(pipeline, Extractive())
    own.vault = vault
    functions = node_functions(own) | {"report.render": printed.render}
    request = REQUEST | {"parameters": REQUEST["parameters"] | ({"restore_pii": False} if kept else {})}
    async with working(pipeline, functions):
        run = await begin(load().by_key["conversational"].raw, request)
        assert (await ended(pipeline, run.id, within_s=30)).status is RunStatus.COMPLETED
    async with pipeline.database.connect() as db:
        events = await db.fetchval("SELECT string_agg(payload::text, ' ') FROM events")
        results = await db.fetch("SELECT body FROM results WHERE NOT (body ? 'blocks' AND body ? 'meta')")
    between = events + msgspec.json.encode([row["body"] for row in results]).decode()
    assert not [value for value in VALUES if value in between]
    assert printed.document is not None
    document = msgspec.json.encode(printed.document).decode()
    if kept:
        assert not [value for value in VALUES if value in document]
        assert PATTERN.search(printed.document.meta.title)
        assert any("left out" in notice for notice in printed.document.meta.notices)
    else:
        assert not [value for value in VALUES if value not in document]
        assert printed.document.meta.title == REQUEST["title"]
        assert printed.document.meta.subtitle == REQUEST["description"]
        assert "not from PII-EMAIL-0001" in document
        assert PATTERN.findall(document.replace("PII-EMAIL-0001", "")) == []
    assert any("no name model is installed" in notice for notice in printed.document.meta.notices)


async def test_a_token_that_stands_for_nothing_is_counted_and_told(pipeline: Pipeline, vault: Vault):
    """A model may make one up; the quality check hears of it, and a restored link must still be one."""

    async def assembled(_: Work) -> Done:
        text = [{"type": "text", "text": "see PII-EMAIL-0009", "href": "PII-SECRET-0001"}]
        return Done(outputs={"document": {"meta": {"title": "PII-SECRET-0001"}, "blocks": text}})

    step = await work(pipeline)
    await vault.begin(step, "gdpr_compliant", {"javascript:alert(1)": Kind.SECRET})
    await vault.change(step, lambda one: one.scramble("javascript:alert(1)"))
    outcome = await restored(assembled, vault)(step)
    assert isinstance(outcome, Done)
    assert outcome.outputs["privacy"] == {"scrambled": True, "restored": True, "left": 1}
    assert outcome.outputs["document"]["meta"]["title"] == "javascript:alert(1)"
    assert outcome.outputs["document"]["blocks"][0]["href"] is None
    assert outcome.private == ["document"]


async def test_errors_of_steps_that_see_values_do_not_repeat_them(pipeline: Pipeline, vault: Vault):
    """What is rejected is named with tokens; what breaks is told by its kind and place, in the log too."""

    async def rejecting(_: Work) -> Done:
        raise Rejected(
            "parameters.context.Ottilie Brückner must be a text",
            details={"field": "context.Ottilie Brückner", "most": 3},
        )

    async def breaking(_: Work) -> Done:
        raise KeyError("ottilie@example.com")

    step = await work(pipeline, inputs={"scrambling": True, "parameters": {"author": "Ottilie Brückner"}})
    with pytest.raises(Rejected, match=r"parameters\.context\.PII-PERSON-0001 must be a text") as refused:
        await scrambled(rejecting, vault)(step)
    assert refused.value.details == {"field": "context.PII-PERSON-0001", "most": 3}
    with capture_logs() as logs, pytest.raises(RuntimeError) as broke:
        await scrambled(breaking, vault)(step)
    assert "KeyError" in str(broke.value)
    assert "ottilie" not in f"{broke.value} {broke.value.__cause__} {logs}"
    assert any("breaking" in place for one in logs for place in one["places"])
