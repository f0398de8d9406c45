"""How numbers are written and where they are taken down."""

from __future__ import annotations

import math

import pytest

from services.worker.ml.facts import Fact, Format, Ledger, apart, fact_id, write, written


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        (0.9432, "metric", "0.9432"),
        (1, "metric", "1"),
        (0.99994, "metric", "0.9999"),
        (0.99996, "metric", "> 0.9999"),
        (-0.99996, "metric", "< \N{MINUS SIGN}0.9999"),
        (-0.5, "metric", "\N{MINUS SIGN}0.5"),
        (12_345.6, "metric", "12,346"),
        (3.2e-7, "metric", "3.2 \N{MULTIPLICATION SIGN} 10⁻⁷"),
        (0.9996, "percent", "99.96 %"),
        (0.9999999, "percent", "> 99.99 %"),
        (-0.9999999, "percent", "< \N{MINUS SIGN}99.99 %"),
        (1e-7, "percent", "< 0.001 %"),
        (-1e-7, "percent", "> \N{MINUS SIGN}0.001 %"),
        (1.0, "percent", "100 %"),
        (86_400, "count", "86,400"),
        (41.26, "milliseconds", "41.3 ms"),
        (12_345, "milliseconds", "12 s"),
        (130, "seconds", "2 min 10 s"),
        (-0.0001, "seconds", "> \N{MINUS SIGN}1 ms"),
        (812_345, "bytes", "812 kB"),
        (0.0, "metric", "0"),
        (None, "metric", "–"),
        (math.nan, "percent", "–"),
        (math.inf, "metric", "–"),
    ],
)
def test_a_number_is_written_in_its_form(value: float | None, form: Format, said: str):
    assert write(value, form) == said


def test_two_numbers_that_differ_never_look_alike():
    assert apart(0.99896, 0.999, "percent") == ("99.896 %", "99.9 %")
    assert apart(100.2, 100, "milliseconds") == ("100.2 ms", "100 ms")
    assert apart(0.93121, 0.93119) == ("0.93121", "0.93119")
    assert apart(41.26, 40, "milliseconds") == ("41.3 ms", "40 ms")
    assert apart(0.5, 0.5, "percent") == ("50 %", "50 %")


def test_the_same_id_with_another_value_gets_a_number_behind_it():
    """Nothing is overwritten, and what is told twice is one fact."""
    ledger = Ledger()
    for value in (1.0, 2.0, 1.0, 3.0):
        ledger.add(Fact(id="model.auc", label="auc", value=value))
    assert [(fact.id, fact.value) for fact in ledger.facts] == [
        ("model.auc", 1.0),
        ("model.auc.2", 2.0),
        ("model.auc.3", 3.0),
    ]


def test_ids_are_words_and_units_stand_behind_values():
    assert fact_id("model", "Mean Area (worst)", 3, "¿?") == "model.mean_area_worst.3.item"
    assert written(Fact(id="a", label="a", value=7, unit="trees", format="count")) == "7 trees"
    assert written(Fact(id="a", label="a", value=7, unit="ms", format="milliseconds")) == "7 ms"
