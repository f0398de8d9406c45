"""What a model says of figures: a thousand lies are refused, nine of ten honest sentences are kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.worker.ml.facts import Fact, written
from services.worker.ml.insights import Accepted, Checker, Item, Refused, Role
from services.worker.ml.insights.lexicon import CHANGES, RELATIONS
from services.worker.ml.insights.sentence import cited, parts, prose, written_names
from tests.unit.worker.ml.drawn import sample
from tests.unit.worker.ml.insights.honest import HELD_OUT, sentences
from tests.unit.worker.ml.insights.lies import RELATING, lies
from tests.unit.worker.ml.insights.lies_by_hand import HELD_OUT as HELD_OUT_LIES
from tests.unit.worker.ml.insights.lies_by_hand import TUNED

FACTS = {fact.id: fact for fact in sample("model").facts}
CHECKER = Checker(FACTS.values())
DRAWN = ("model", "regression", "experiment", "project", "deployment", "synthgen", "privacy_session")
_FRAMES = (
    "{{x.low}} @ {{x.high}}.",
    "Here {{x.low}} clearly @ {{x.high}} again.",
    "{{x.low}} is @ {{x.high}}, so the result is good.",
    "{{x.low}} has @ by {{x.high}}.",
    "{{x.low}} and thus @ {{x.high}}.",
    "{{x.low}}, which @ {{x.high}}, is good.",
    "Note how {{x.low}} @ the figure of {{x.high}}.",
)
_PAIR = Checker([Fact(id="x.low", label="alpha", value=0.4), Fact(id="x.high", label="beta", value=0.6)])


def said(text: str, role: Role = "observation") -> str:
    """The accepted sentence as it is read."""
    found = CHECKER.check(Item(role, text))
    assert isinstance(found, Accepted), found.reasons
    return "".join(
        part if isinstance(part, str) else part.text(opens=place == 0) for place, part in enumerate(found.parts)
    )


def refused(text: str, role: Role = "observation") -> str:
    found = CHECKER.check(Item(role, text))
    assert isinstance(found, Refused), found.parts
    return "; ".join(found.reasons)


def test_a_thousand_lies_are_refused() -> None:
    """Numerals in every disguise, figures by a wrong name, false comparisons, units, quantities, broken placeholders."""
    told = lies(FACTS)
    assert len(told) >= 1000
    believed = [lie for lie in told if isinstance(CHECKER.check(Item("observation", lie)), Accepted)]
    assert believed == []


@pytest.mark.parametrize("sheets", [TUNED, HELD_OUT_LIES])
def test_lies_that_were_written_by_hand_are_as_hard_as_they_look(sheets: dict[str, str]) -> None:
    """No digit, no unknown fact and no second sentence gives one away."""
    told = sentences(sheets)
    assert {name for name, _, _ in told} == set(DRAWN)
    assert len({text for _, _, text in told}) == len(told)
    for name, _, text in told:
        of, unknown = parts(text, {fact.id: fact for fact in sample(name).facts})
        assert not unknown
        assert not any(map(str.isdigit, "".join(prose(of)))) or "_" in text
        assert ". " not in text


def test_lies_that_were_written_by_hand_are_refused() -> None:
    """Of every kind of report: quantities, comparisons, wrong names, and results claimed in advice."""
    judged = judge(sentences(TUNED))
    assert len(judged) >= 260
    assert [one for one in judged if isinstance(one, Accepted)] == []


def test_few_lies_are_believed_of_those_that_no_rule_was_tuned_on() -> None:
    judged = judge(sentences(HELD_OUT_LIES))
    assert len(judged) == 118
    assert sum(isinstance(one, Accepted) for one in judged) <= 3


def test_nine_of_ten_honest_sentences_are_kept() -> None:
    judged = judge(sentences())
    assert len(judged) >= 90
    assert kept(judged) >= 0.9, [one for one in judged if isinstance(one, Refused)]


def test_two_of_five_are_kept_of_those_that_no_rule_was_tuned_on() -> None:
    """The others are asked for once more, with the words that cannot be used."""
    judged = judge(sentences(HELD_OUT))
    assert len(judged) == 40
    assert kept(judged) >= 0.4, [one for one in judged if isinstance(one, Refused)]


def judge(told: list[tuple[str, Role, str]]) -> list[Accepted | Refused]:
    checkers = {name: Checker(sample(name).facts) for name in {name for name, _, _ in told}}
    return [checkers[name].check(Item(role, text)) for name, role, text in told]


def kept(judged: list[Accepted | Refused]) -> float:
    return sum(isinstance(one, Accepted) for one in judged) / len(judged)


def test_a_figure_comes_with_its_name() -> None:
    assert said("{{model.test.auc}} says that it separates the classes well.") == (
        "Auc on test (0.9854) says that it separates the classes well."
    )
    assert said("The model is small, at {{model.size}}.") == "The model is small, at size of the model (183 kB)."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The AUC is 0.99, and {{model.test.auc}} too.", "“0.99” has digits"),
        ("The AUC is {{model.test.recall}}.", "“auc” is not what the figure beside it is of"),
        ("The recall is {{model.test.rekall}}.", "there is no fact {{model.test.rekall}}"),
        ("{{model.test.auc}} is above {{model.train.auc}}.", "“above” is false of model.test.auc and model.train.auc"),
        ("{{model.size}} is above {{model.test.auc}}.", "they have different units"),
        ("{{model.test.auc}} is twice as good as others.", "“twice” is a number"),
        ("{{model.test.auc}} percent of the rows are right.", "“percent” right behind a figure"),
        ("The model is good.", "cites the figures"),
        ("It is good. {{model.test.auc}} shows it.", "more than one sentence"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, reason: str) -> None:
    """In words from which the model can write it again."""
    assert reason in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{model.train.auc}} is higher than {{model.test.auc}}.",
        "{{model.test.logloss}} is worse than {{model.train.logloss}}.",
        "{{model.train.auc}} is better than {{model.test.auc}}.",
        "Accuracy falls from {{model.train.accuracy}} to {{model.test.accuracy}}.",
        "The lowest recall is {{model.class.malignant.recall}}.",
        "{{model.confusion.accuracy}} is identical with {{model.test.accuracy}}.",
        "{{model.folds.auc.mean}} is close to {{model.test.auc}}.",
    ],
)
def test_a_true_comparison_is_kept(text: str) -> None:
    assert said(text)


def test_a_recommendation_needs_no_figure_but_may_not_state_any() -> None:
    assert said("Lower the decision threshold if misses cost more than false alarms.", "recommendation")
    assert "has digits" in refused("Lower the threshold to 0.3.", "recommendation")
    assert "is a number" in refused("Double the number of rows.", "recommendation")
    assert "two facts" in refused("Lower it, since recall is lower than precision.", "recommendation")


_WORDS = st.sampled_from(
    [f"{{{{{name}}}}}" for name in list(FACTS)[:40]]
    + "the recall auc on test is above below falls to and nine 9 0.5 ٣ ² half p95 F1 class_0 so that, with (a) Ⅳ % x".split()
)


@given(st.lists(_WORDS, min_size=1, max_size=14).map(" ".join) | st.text(max_size=80))
def test_whatever_is_accepted_has_no_digit_of_the_models(text: str) -> None:
    """All digits of an accepted sentence are those of facts' names and values, written by code."""
    for role in ("observation", "recommendation"):
        found = CHECKER.check(Item(role, text))
        if isinstance(found, Refused):
            assert found.reasons
            continue
        names = frozenset[str]().union(*map(written_names, cited(found.parts)))
        tokens = [token.strip(".,;:!?()'\"") for token in " ".join(prose(found.parts)).lower().split()]
        digits = [token for token in tokens if any(unicodedata.category(mark).startswith("N") for mark in token)]
        assert set(digits) <= names


@given(st.floats(min_value=1e-6, max_value=1e6), st.floats(min_value=1e-6, max_value=1e6))
def test_of_two_opposite_comparisons_one_at_most_is_kept(one: float, other: float) -> None:
    facts = [Fact(id="x.a", label="alpha", value=one), Fact(id="x.b", label="beta", value=other)]
    checker = Checker(facts)
    above = checker.check(Item("observation", "Here {{x.a}} is above {{x.b}}."))
    below = checker.check(Item("observation", "Here {{x.a}} is below {{x.b}}."))
    assert isinstance(above, Accepted) == (one > other)
    assert isinstance(below, Accepted) == (one < other)


def test_a_figure_is_written_as_the_rest_of_the_report_writes_it() -> None:
    """Not a digit more, not a digit less."""
    for fact in list(FACTS.values())[:60]:
        assert said(f"It is worth knowing {{{{{fact.id}}}}} here.").endswith(f" ({written(fact)}) here.")


_LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)


@given(st.sampled_from(_FRAMES), st.sampled_from(RELATING) | _LETTERS | st.lists(_LETTERS, max_size=3).map(" ".join))
def test_between_two_figures_stands_what_relates_nothing_or_is_computed_again(frame: str, said: str) -> None:
    """Whatever verb is put between the smaller figure and the larger one."""
    for role in ("observation", "recommendation"):
        found = _PAIR.check(Item(role, frame.replace("@", said)))
        if isinstance(found, Accepted):
            between = set(said.split())
            assert between <= RELATIONS | CHANGES | set("and with while whereas but the a its it alpha beta".split())
            assert not between & set("above higher exceeds falls fell outweighs tops beyond longer larger".split())


@pytest.mark.parametrize(
    "text",
    [
        "Deploy it, because {{model.test.recall}} is below {{model.test.precision}}.",
        "Do not release it before labels are checked.",
        "Retrain the model if recall falls below precision.",
    ],
)
def test_a_recommendation_may_have_a_condition_or_a_reason_with_its_figure(text: str) -> None:
    assert said(text, "recommendation")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Deploy it, since it finds tumours.", "gives a reason or a fact: cite the figure of it"),
        ("Deploy it: it finds tumours.", "gives a reason or a fact"),
        ("Deploy it, for it is good.", "gives a reason or a fact"),
        ("Prefer recall, which is higher than precision.", "“higher” compares: cite the two facts"),
        ("Deploy it and miss nothing.", "“nothing” states what cannot be checked"),
        ("Deploy the model that failed once.", "“once” needs its condition"),
        ("Deploy it, because {{model.test.recall}} exceeds {{model.test.precision}}.", "“exceeds” is false"),
    ],
)
def test_a_reason_without_its_figure_is_refused(text: str, reason: str) -> None:
    assert reason in refused(text, "recommendation")
