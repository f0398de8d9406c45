"""Reciprocal rank fusion."""

from __future__ import annotations

import pytest

from services.worker.retrieval.fuse import fuse


def test_what_both_rankings_have_comes_first():
    """Second in both beats first in one."""
    assert [item for item, _ in fuse(["a", "b"], ["c", "b"])] == ["b", "a", "c"]


def test_the_scores_are_the_papers():
    """The sum of 1 / (60 + place)."""
    assert dict(fuse(["a", "b"], ["b"])) == pytest.approx({"a": 1 / 61, "b": 1 / 62 + 1 / 61})


def test_one_ranking_keeps_its_order():
    """And nothing at all gives nothing."""
    assert [item for item, _ in fuse([3, 1, 2], [])] == [3, 1, 2]
    assert fuse([], []) == []
