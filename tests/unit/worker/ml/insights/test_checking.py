"""What a model says of figures: a thousand lies are refused, nine of ten honest sentences are kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.worker.ml.facts import Fact, written
from services.worker.ml.insights import Accepted, Checker, Item, Refused, Role
from services.worker.ml.insights.sentence import cited, prose, written_names
from tests.unit.worker.ml.drawn import sample
from tests.unit.worker.ml.insights.honest import HELD_OUT, sentences
from tests.unit.worker.ml.insights.lies import lies

FACTS = {fact.id: fact for fact in sample("model").facts}
CHECKER = Checker(FACTS.values())


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


def test_nine_of_ten_honest_sentences_are_kept() -> None:
    judged = judge(sentences())
    assert len(judged) >= 90
    assert kept(judged) >= 0.9, [one for one in judged if isinstance(one, Refused)]


def test_three_of_four_are_kept_of_those_that_no_rule_was_tuned_on() -> None:
    judged = judge(sentences(HELD_OUT))
    assert len(judged) == 40
    assert kept(judged) >= 0.75, [one for one in judged if isinstance(one, Refused)]


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
