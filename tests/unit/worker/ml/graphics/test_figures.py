"""Every graphic shows what was computed apart from it, to 1e-9, and says what it shows."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import numpy as np
import pytest

from services.worker.ml.sections.graphics import classifier, experiment, model, overview, service, synthetic
from shared.document.blocks import Block, Bullets, Chart, Intervals, Matrix, Plot, Timeline, TimePlot
from tests.unit.worker.ml.graphics import figures

NAMES = [
    f"{module.__name__.rpartition('.')[2]}.{name}"
    for module in (classifier, experiment, model, overview, service, synthetic)
    for name, made in inspect.getmembers(module, inspect.isfunction)
    if not name.startswith("_") and made.__module__ == module.__name__ and made.__annotations__["return"] == "list[Block]"
]  # fmt: skip
UNITS = {
    "service.volume": "per hour",
    "service.latency": "ms",
    "service.error_rates": "%",
    "classifier.confusion_shares": "%",
    "model.missing_rates": "%",
    "service.shift": "%",
    "synthetic.shape": "%",
    "overview.match_rates": "%",
    "service.latency_histogram": "ms",
    "experiment.score_by_time": "(s)",
    "experiment.score_by_latency": "(ms)",
}


@cache
def cases() -> dict[str, figures.Case]:
    return figures.every()


def shown(block: Block) -> dict[str, Any]:
    """The figures of a block by the name of their series, row or lane."""
    match block:
        case Chart():
            return {each.name: each.values for each in block.series}
        case Plot():
            return {each.name: list(zip(each.x, each.y, strict=True)) for each in block.series}
        case TimePlot():
            return {each.name: each.values for each in block.series}
        case Matrix():
            return dict(zip(block.rows, block.values, strict=True))
        case Intervals():
            return {each.name: (each.low, each.middle, each.high) for each in block.rows}
        case Bullets():
            return {each.name: (each.value, each.target) for each in block.rows}
        case Timeline():
            return {each.name: len(each.spells) for each in block.lanes}
    raise AssertionError(block)


def ordered(values: Any) -> np.ndarray:
    """Points in order of their place: a curve is the same whichever of two points at one place comes first."""
    found = np.array(values, dtype=float)
    return found[np.lexsort(found.T[::-1])] if found.ndim == 2 else found


def test_there_are_at_least_thirty():
    assert len(NAMES) >= 55
    assert set(cases()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_shows_what_was_computed_apart(name: str):
    blocks, wanted = cases()[name]
    assert len(blocks) == len(wanted)
    for block, figures_of in zip(blocks, wanted, strict=True):
        found = shown(block)
        assert set(found) == set(figures_of)
        for each, values in figures_of.items():
            np.testing.assert_allclose(ordered(found[each]), ordered(values), rtol=0, atol=1e-9, err_msg=each)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_shows(name: str):
    for block in cases()[name][0]:
        assert block.title
        assert len(block.alt) > len(block.title) or any(letter.isdigit() for letter in block.alt)
        assert "None" not in block.alt
        assert "nan" not in block.alt.split()
        if isinstance(block, Bullets | Timeline):
            assert all(each in block.alt for each in shown(block))
            continue
        assert block.y.label
        if not isinstance(block, TimePlot):
            assert block.x.label
        if name in UNITS:
            axes = [
                block.y.label,
                block.y.unit,
                getattr(block, "unit", ""),
                *([] if isinstance(block, TimePlot) else [block.x.label]),
            ]
            assert UNITS[name] in " ".join(axes)


@pytest.mark.parametrize("name", NAMES)
def test_alternative_texts_differ_with_the_figures(name: str):
    """None is the text of another graphic."""
    texts = [block.alt for blocks, _ in cases().values() for block in blocks]
    assert all(texts.count(block.alt) == 1 for block in cases()[name][0])
