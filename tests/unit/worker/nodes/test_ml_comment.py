"""``ml.comment``: whatever a model answers, only what was checked is kept, and what was not is counted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from services.worker.llm.door import Answer, ModelBusy, ModelDown, ModelEmpty, ModelRefused, Prompt
from services.worker.llm.extractive import Extractive
from services.worker.llm.model import Model
from services.worker.llm.scripted import Line, Scripted
from services.worker.nodes.ml_assemble import assembled
from services.worker.nodes.ml_comment import ml_comment
from services.worker.privacy.guard import Alone
from shared.document.blocks import Block, Document
from shared.document.plain import texts
from shared.domain.outcome import Done, Retry
from tests.unit.worker.ml.drawn import sample
from tests.unit.worker.ml.insights.lies import lies
from tests.unit.worker.nodes.test_core import work

HONEST = "{{model.train.auc}} is higher than {{model.test.auc}}, so the model has partly learned its training rows."
READ = "Auc on train (1) is higher than auc on test (0.9854), so the model has partly learned its training rows."
ADVICE = "Lower the threshold if misses cost more than false alarms."
COMPOSED = sample("model")


def answer(observations: Iterable[str], recommendations: Iterable[str] = ()) -> Answer:
    text = json.dumps({"observations": list(observations), "recommendations": list(recommendations)})
    return Answer(text=text, model="tiny-1")


async def commented(*lines: Line, **more: Any) -> tuple[dict[str, Any], list[Prompt]]:
    writer = Scripted(lines)
    inputs = msgspec.to_builtins(
        {"kind": "model", "title": "A model", "facts": COMPOSED.facts, "findings": COMPOSED.findings}
    )
    done = await ml_comment(Model(writer))(work(inputs=inputs, **more))
    assert isinstance(done, Done), done
    return done.outputs, writer.prompts


def read(outputs: dict[str, Any]) -> str:
    blocks = msgspec.convert(outputs["commentary"], list[Block])
    return "\n".join(texts(blocks))


async def test_what_is_true_is_kept_with_figures_named_and_listed() -> None:
    outputs, prompts = await commented(answer([HONEST], [ADVICE]))
    assert outputs["counts"] == {"sentences": 2, "asked_again": 0, "dropped": 0}
    said = read(outputs)
    assert READ in said
    assert ADVICE in said
    assert "Written by a language model" in json.dumps(outputs["commentary"])
    assert len(prompts) == 1
    assert "- model.test.auc: auc on test = 0.9854" in prompts[0].user


async def test_no_lie_of_a_lying_model_is_kept() -> None:
    """Thirteen in an answer, and the next thirteen when it is asked again: the page is as if it had told none."""
    told = lies({fact.id: fact for fact in COMPOSED.facts})
    honest, _ = await commented(answer([HONEST]))
    for first in range(0, len(told), 14):
        lying = answer([HONEST, *told[first : first + 7]]), answer(told[first + 7 : first + 14])
        outputs, prompts = await commented(*lying)
        spoken = [lie for lie in told[first : first + 7] if lie]
        assert outputs["counts"] == {"sentences": 1, "asked_again": len(spoken), "dropped": len(spoken)}
        assert len(prompts) == 2
        without_note = [block for block in outputs["commentary"] if block["type"] != "callout"]
        assert without_note == [block for block in honest["commentary"] if block["type"] != "callout"]


async def test_a_refused_sentence_is_asked_for_once_more_with_the_reason() -> None:
    outputs, prompts = await commented(
        answer(["The AUC is 0.99.", HONEST]), answer(["Recall is {{model.test.recall}}."])
    )
    assert outputs["counts"] == {"sentences": 2, "asked_again": 1, "dropped": 0}
    assert "Recall is recall on test (0.8941)." in read(outputs)
    assert "“0.99” has digits" in prompts[1].user
    assert HONEST not in prompts[1].user.partition("You answered")[2]


async def test_what_is_refused_twice_is_dropped_and_counted_on_the_page() -> None:
    outputs, prompts = await commented(
        answer([HONEST, "It is 9.", "It is 8."]), answer(["It is 7.", "It is 6.", "It is 5."])
    )
    assert outputs["counts"] == {"sentences": 1, "asked_again": 2, "dropped": 2}
    assert "2 sentences that could not be checked were left out" in json.dumps(outputs["commentary"])
    assert len(prompts) == 2


async def test_more_sentences_than_were_asked_for_again_do_not_slip_in() -> None:
    outputs, _ = await commented(answer([HONEST, "It is 9."]), answer(["It is 8.", HONEST, HONEST]))
    assert outputs["counts"] == {"sentences": 1, "asked_again": 1, "dropped": 1}


async def test_without_a_useful_model_the_reason_is_told() -> None:
    """The report goes on with its rules."""
    reasons = [
        (answer(["It is 9."]), "no sentence of the language model could be checked"),
        (Answer(text="I would rather not."), "the language model's answer could not be read"),
        (answer([]), "no sentence of the language model could be checked"),
        (ModelRefused("no"), "the language model refused the request"),
        (ModelEmpty("nothing"), "the language model answered with nothing"),
    ]
    for line, reason in reasons:
        outputs, _ = await commented(line)
        assert outputs["commentary"] == []
        assert outputs["counts"]["reason"] == reason
    outputs, _ = await commented(ModelDown("away"), attempt=3)
    assert outputs["counts"]["reason"] == "the language model does not answer"
    nobody = await ml_comment(Model(Extractive()))(work(inputs={"facts": msgspec.to_builtins(COMPOSED.facts)}))
    assert nobody == Done(outputs={"commentary": [], "counts": {"reason": "no language model is configured"}})


async def test_a_busy_model_is_waited_for() -> None:
    inputs = {"facts": msgspec.to_builtins(COMPOSED.facts)}
    found = await ml_comment(Model(Scripted([ModelBusy("later", after_s=7)])))(work(inputs=inputs))
    assert found == Retry(code="model_busy", message="later", after_s=7)


async def test_the_report_tells_of_it_in_its_summary_and_on_its_cover() -> None:
    """Rules stand in its place, labelled as such."""
    outputs, _ = await commented(answer([HONEST, "It is 9."]))
    given = {
        "kind": "model",
        "title": "A model",
        "parameters": {"llm_insights": True},
        "blocks": msgspec.to_builtins(COMPOSED.blocks),
        "findings": msgspec.to_builtins(COMPOSED.findings),
        "summary": COMPOSED.summary,
    }
    now = work().started_at
    made = assembled({**given, **outputs}, now)
    assert made["summary"]["commentary"] == {"sentences": 1, "asked_again": 1, "dropped": 1}
    assert made["summary"]["llm_insights"] == "written"
    without = assembled({**given, "commentary": [], "counts": {"reason": "no language model is configured"}}, now)
    assert without["summary"]["llm_insights"] == "unavailable: no language model is configured"
    page = "\n".join(texts(msgspec.convert(without["document"], Document).blocks))
    assert "made by fixed rules from the figures of this report, not by a language model" in page
    assert "The commentary that was asked for was not written: no language model is configured." in json.dumps(
        without["document"]["meta"]
    )


async def test_no_private_value_of_a_models_report_leaves() -> None:
    """Titles, names of features and findings are read by nobody else; a sentence that names a person is not printed."""

    def said(prompt: Prompt) -> Answer:
        token = re.search(r"PII-PERSON-\d+", prompt.user)
        return answer([HONEST], [f"Ask {token[0] if token else 'nobody'} about the misses."])

    writer = Scripted([said])
    facts, *more = msgspec.to_builtins(COMPOSED.facts)
    inputs = {
        "kind": "model",
        "title": "Churn for jane.roe@example.com, IBAN DE89 3704 0044 0532 0130 00",
        "facts": [facts, *more],
        "findings": [{"rule": "x", "threshold": "y", "text": "Mrs Okafor is an outlier."}],
    }
    done = await ml_comment(Model(writer, guard=Alone(None)))(work(inputs=inputs))
    assert isinstance(done, Done), done
    sent = "".join(prompt.system + prompt.user for prompt in writer.prompts)
    assert not [value for value in ("jane.roe", "DE89", "Okafor") if value in sent]
    assert done.outputs["counts"]["sentences"] == 1
    assert "Okafor" not in read(done.outputs)
