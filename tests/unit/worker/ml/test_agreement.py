"""Supplied figures against what follows from the rest."""

from __future__ import annotations

from services.worker.ml.derive.agreement import Clash, clash, main_split


def test_what_was_rounded_to_two_decimals_agrees():
    assert clash("auc", {"test": 0.94}, [0.9449]) is None
    assert clash("auc", {"test": 0.94}, [0.9451]) == Clash("auc", "test", 0.94, 0.9451)


def test_a_derivation_of_no_named_split_is_compared_with_the_one_the_report_is_about():
    """That another split happens to agree excuses nothing, but explains it."""
    found = clash("accuracy", {"train": 0.999, "test": 0.5}, [0.999])
    assert found == Clash("accuracy", "test", 0.5, 0.999, "the split train")
    assert clash("accuracy", {"train": 0.5, "test": 0.999}, [0.999]) is None


def test_a_named_split_is_compared_with_itself_alone():
    assert clash("accuracy", {"train": 0.9, "test": 0.5}, [0.9], "train") is None
    assert clash("accuracy", {"train": 0.9, "test": 0.5}, [0.5], "train") == Clash("accuracy", "train", 0.9, 0.5, "the split test")  # fmt: skip
    assert clash("accuracy", {"train": 0.9}, [0.5], "test") is None


def test_what_a_figure_is_mistaken_for_is_named():
    found = clash("precision", {"test": 0.99}, [0.7], others={"class “0”": 0.99, "the macro mean": 0.85})
    assert found == Clash("precision", "test", 0.99, 0.7, "class “0”")


def test_what_cannot_be_derived_or_was_not_supplied_contradicts_nothing():
    assert clash("f1", {"test": 0.9}, [None]) is None
    assert clash("f1", {"test": None}, [0.4]) is None
    assert clash("f1", {}, [0.4]) is None


def test_the_split_a_report_is_about():
    assert main_split({"train": 1, "cross_validation": 1, "validation": 1, "test": 1}) == "test"
    assert main_split({"train": 1, "cross_validation": 1}) == "cross_validation"
    assert main_split({"reported": 1}) == "reported"
    assert main_split({}) == ""
