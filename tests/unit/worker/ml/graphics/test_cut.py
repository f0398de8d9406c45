"""What graphics do with more than they have room for, with values of different sizes and with curves that turn back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.worker.ml.sections import compose
from services.worker.ml.sections.graphics import classifier, experiment, model, overview, service, synthetic
from shared.contracts import entities
from shared.document.blocks import Callout, Chart
from shared.document.plain import texts

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MANY = range(40)
ROW = {"edges": [0.0, 0.5, 1.0], "counts": [1.0, 2.0]}


def drift(at: int) -> entities.FeatureDrift:
    return entities.FeatureDrift(feature=f"f{at}", psi=0.1, ks_stat=0.2)


SAID: dict[str, tuple[list[Any], str]] = {
    "classes": (model.class_balance(entities.Dataset(class_counts={f"c{at}": 1 for at in MANY})), "19 of 40 classes are drawn; the rest is added up as others, see the table “Rows per class”."),
    "missing": (model.missing_rates(entities.Dataset(features=[entities.Feature(name=f"f{at}", missing_rate=0.1) for at in MANY])), "20 of 40 features with missing values are drawn, see the table “Features”."),
    "slices": (model.slices("auc", [(f"s{at}", 0.5) for at in MANY], None), "20 of 40 slices are drawn, see the table “Metrics by slice”."),
    "statuses": (overview.statuses({"Models": [f"s{at}" for at in MANY]}), "7 of 40 statuses are drawn; the rest is added up as others."),
    "events": (overview.events([entities.TimelineEntry(at=NOON, event="run", actor=f"a{at}") for at in MANY]), "8 of 40 events, of the 8 busiest actors, are drawn, see the table “Events, latest first”."),
    "best": (overview.best_models([entities.ProjectModel(id=f"m{at}", metrics={"auc": 0.5}) for at in MANY], "auc"), "20 of 40 models are drawn, see the table “Models, best first”."),
    "rows": (overview.dataset_rows([entities.Dataset(name=f"d{at}", rows=at) for at in MANY]), "19 of 40 data sets are drawn; the rest is added up as others, see the table “Data sets”."),
    "types": (overview.by_type({f"t{at}": 1 for at in MANY}), "19 of 40 types are drawn; the rest is added up as others."),
    "alerts": (service.alerts([entities.Alert(at=NOON, severity="warning")] * 500), "400 of 500 alerts, the latest, are drawn."),
    "performance": (service.performance([entities.Performance(t=NOON, metric=f"m{at}", value=0.5) for at in MANY]), "6 of 40 metrics are drawn, see the table “Performance over time”."),
    "psi": (service.psi([drift(at) for at in MANY], {}), "20 of 40 features are drawn, see the table “Drift by feature”."),
    "ks": (service.ks([drift(at) for at in MANY]), "20 of 40 features are drawn, see the table “Drift by feature”."),
    "codes": (service.errors_by_code({f"{at}": 5 for at in MANY}), "19 of 40 codes are drawn; the rest is added up as others, see the table “Errors by code”."),
    "deltas": (experiment.deltas([(f"m{at}", 0.1) for at in MANY], "auc"), "15 of 40 models are drawn, see the table “Leaderboard”."),
    "matrix": (classifier.confusion_shares([f"c{at}" for at in MANY], [[1.0] * 40] * 40), "12 of 40 classes are drawn, see the table “Scores by class”."),
    "histograms": (classifier.score_histogram({"a": entities.Histogram(**ROW), "b": entities.Histogram(edges=[0.0, 1.0], counts=[3.0])}), "1 of 2 classes, those with the bins of the first, are drawn."),
}  # fmt: skip


@pytest.mark.parametrize(("blocks", "said"), SAID.values(), ids=list(SAID))
def test_what_has_no_room_is_said(blocks: list[Any], said: str):
    assert [block.caption for block in blocks] == [said]


def test_counts_without_room_are_added_up_and_have_no_line_of_shares():
    (drawn,) = service.errors_by_code({f"{at}": 5 for at in MANY})
    assert drawn.kind == "bars-h"
    assert drawn.categories[-1] == "21 others"
    assert sum(drawn.series[0].values) == 200
    (whole,) = service.errors_by_code({f"{at}": 5 for at in range(20)})
    assert (whole.kind, len(whole.categories), whole.caption) == ("pareto", 20, "")


def test_statuses_without_room_are_added_up():
    (drawn,) = overview.statuses({"Models": [f"s{at}" for at in MANY], "Runs": ["s39", "s38"]})
    assert (drawn.series[-1].name, drawn.series[-1].values) == ("33 others", [33.0, 2.0])


@pytest.mark.parametrize("drawn", [
    service.shift(entities.FeatureDrift(feature="f", reference_freq={f"v{at}": 1.0 for at in MANY}, current_freq={"v39": 4.0}), "Shift"),
    synthetic.shape(entities.SynthColumn(name="f", real=entities.ColumnSide(freq={f"v{at}": 1.0 for at in MANY}), synthetic=entities.ColumnSide(freq={"v39": 4.0}))),
])  # fmt: skip
def test_values_without_room_keep_their_share(drawn: list[Any]):
    (block,) = drawn
    assert block.categories[-1] == "21 others"
    for series in block.series:
        assert sum(series.values) == pytest.approx(100, abs=1e-9)
    assert block.caption == "19 of 40 values are drawn; the rest is added up as others."


def test_shares_of_a_cut_matrix_are_of_all_its_classes():
    (drawn,) = classifier.confusion_shares([f"c{at}" for at in MANY], [[1.0] * 40] * 40)
    assert drawn.values == [[pytest.approx(2.5, abs=1e-12)] * 12] * 12


def test_the_median_of_two_is_between_them():
    rows = [entities.LeaderboardRow(name=f"{at}", algo=algo, metrics={"auc": value}) for at, (algo, value) in enumerate([("A", 0.5), ("A", 0.9), ("B", 0.6)])]  # fmt: skip
    (drawn,) = experiment.algorithms(rows, "auc")
    assert [row.middle for row in drawn.rows] == pytest.approx([0.7, 0.6], abs=1e-12)


def test_metrics_are_compared_each_on_its_own_axis_and_unrounded():
    rows = [entities.LeaderboardRow(name=f"{at}", metrics={f"m{of}": 0.123456789 for of in range(8)}) for at in range(9)]  # fmt: skip
    (drawn,) = experiment.comparison(rows)
    assert isinstance(drawn, Chart)
    assert (drawn.kind, drawn.apart, drawn.series[0].values[0]) == ("multiples", True, 0.123456789)
    assert drawn.caption == "8 of 9 models are drawn, see the table “Leaderboard”. 6 of 8 metrics are drawn."


@pytest.mark.parametrize(("body", "said"), [
    ({"roc": {"points": [{"fpr": 0, "tpr": 0}, {"fpr": 1, "tpr": 1}], "per_class": {"cat": [{"fpr": x, "tpr": y} for x, y in ((0, 0), (0.5, 0.9), (0.3, 0.95), (1, 1))]}}}, "The points of the ROC curve of cat go back and forth"),
    ({"gains": [{"fraction": x, "gain": y} for x, y in ((0.2, 0.6), (0.4, 0.5), (1, 1))]}, "The points of the gain curve go back and forth"),
])  # fmt: skip
def test_curves_that_turn_back_are_drawn_with_a_warning(body: dict[str, Any], said: str):
    made = compose("model", {"entity": {"id": "x", **body}}, {})
    assert any(said in " ".join(texts([block])) for block in made.blocks if isinstance(block, Callout))
