"""What a report shows: its sections, what switches them off, what is said where data is missing, and warnings."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, get_args

import pytest

from services.worker.ml.composed import Composed
from services.worker.ml.sections import KINDS, compose, options
from services.worker.ml.sections.origins import HEADING
from shared.document.blocks import Callout, Drawable, Heading, Table
from shared.document.markdown_out import markdown
from shared.document.plain import text, texts
from tests.unit.worker.ml.drawn import SAMPLES, document, sample

SECTIONS = [(kind, section) for kind, made in KINDS.items() for section in made.SECTIONS]
OF_KIND = {kind: [name for name, (its, _) in SAMPLES.items() if its == kind] for kind in KINDS}
NAMES = {"synthgen": "job_id", "privacy_session": "session_id"}


def of(kind: str, given: dict[str, Any] | None = None, **body: Any) -> Composed:
    """A report on an entity of these fields alone."""
    return compose(kind, {"entity": {NAMES.get(kind, "id"): "x", **body}}, given or {})


@cache
def whole(name: str) -> Composed:
    """A sample's report with everything in it."""
    return sample(name)


def changed(name: str, **fields: Any) -> Composed:
    """A sample's report with some of its fields replaced."""
    kind, make = SAMPLES[name]
    return compose(kind, {"entity": copy.deepcopy(make()) | fields}, {})


def headings(made: Composed) -> list[str]:
    return [text(block.content) for block in made.blocks if isinstance(block, Heading) and block.level == 1]


def prose(made: Composed) -> str:
    return "\n".join(texts(made.blocks))


def section(made: Composed, title: str) -> str:
    """What stands below a heading."""
    place = next(at for at, block in enumerate(made.blocks) if isinstance(block, Heading) and text(block.content) == title)  # fmt: skip
    rest = made.blocks[place + 1 :]
    end = next((at for at, block in enumerate(rest) if isinstance(block, Heading) and block.level == 1), len(rest))
    return "\n".join(texts(rest[:end]))


def warnings(made: Composed) -> list[str]:
    return [f"{block.title}: {' '.join(texts(block.blocks))}" for block in made.blocks if isinstance(block, Callout) and block.tone == "warning"]  # fmt: skip


def table(made: Composed, caption: str) -> list[list[str]]:
    found = next(block for block in made.blocks if isinstance(block, Table) and block.caption == caption)
    return [[text(cell) for cell in row] for row in found.rows]


def origins(made: Composed) -> dict[str, str]:
    return {fact.id: fact.origin for fact in made.facts}


@pytest.mark.parametrize(("kind", "part"), SECTIONS, ids=lambda each: getattr(each, "title", each))
def test_every_section_is_shown_by_a_sample(kind: str, part: Any):
    """But for contradictions, of which a sound sample has none."""
    shown = [name for name in OF_KIND[kind] if part.title in headings(whole(name))]
    assert bool(shown) is (part.title != "Contradictions")


@pytest.mark.parametrize("flag", [flag for flag in get_args(options.Flag) if flag != "charts"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_flag_takes_its_sections_away_and_no_other_under_both_names(name: str, flag: str):
    shown = {*headings(whole(name))}
    own = {part.title for part in KINDS[SAMPLES[name][0]].SECTIONS if part.flag == flag}
    for option in (flag, f"include_{flag}"):
        assert shown - {*headings(sample(name, **{option: False}))} == shown & own


@pytest.mark.parametrize("name", SAMPLES)
def test_without_charts_tables_and_text_are_left(name: str):
    made = sample(name, include_charts=False)
    assert not [block for block in made.blocks if isinstance(block, Drawable)]
    assert [block for block in made.blocks if isinstance(block, Table)]
    assert HEADING in headings(made)


ALWAYS = {
    "At a glance": "Identity",
    "Model card": "Identity",
    "The generator": "Identity",
    "Status": "Nothing has been added to this project yet.",
    "Configuration and reproducibility": "these are missing",
}
"""What is there of an entity of which only the id is known."""


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_not_provided_is_said_with_the_way_to_provide_it(kind: str):
    made = of(kind)
    for title in headings(made):
        said = section(made, title)
        assert ("Not provided:" in said and "“" in said) or ALWAYS[title] in said


def test_a_value_that_could_not_be_read_is_not_said_to_be_missing():
    said = section(of("model", roc={"points": "many"}), "ROC curve")
    assert "Not shown:" in said
    assert "roc.points: Expected `array`, got `str`" in said


@pytest.mark.parametrize("name", SAMPLES)
def test_a_report_is_a_document_that_reads_as_text(name: str):
    written = markdown(document(sample(name, comments="For the audit."), "A title"))
    assert written.startswith("# A title")
    assert "For the audit." in written


class TestOrigins:
    def test_each_number_keeps_its_own(self):
        made = changed("model", sources={"roc": "upstream", "brier": "upstream", "metrics": "computed"})
        found = origins(made)
        assert found["model.roc.auc"] == "upstream"
        assert found["model.roc.auc_computed"] == "computed"
        assert found["model.calibration.brier"] == "upstream"
        assert found["model.calibration.ece"] == "computed"
        assert found["model.test.auc"] == "computed"
        assert found["model.slice.large_nuclei.auc"] == "supplied"
        assert "test · as the source computed it" in prose(made)

    def test_the_section_counts_and_lists_them_and_says_what_it_leaves_out(self):
        made = changed("model", sources={"metrics": "upstream"})
        counts = {row[0]: int(row[2]) for row in table(made, "Figures by origin")}
        by = [fact.origin for fact in made.facts]
        assert counts == {"as supplied": by.count("supplied"), "computed": by.count("computed"), "as the source computed it": by.count("upstream")}  # fmt: skip
        assert len(table(made, "Figures as the source computed it")) == counts["as the source computed it"]
        assert f"{counts['as supplied'] - 25:,} more of {counts['as supplied']:,} figures are left out" in section(made, HEADING)  # fmt: skip

    def test_a_target_measured_from_the_volume_is_computed(self):
        volume = [{"t": "2026-05-04T00:00:00Z", "predictions": 1000, "errors": 20}]
        assert origins(of("deployment", volume=volume, sla={"error_rate": 0.01}))["deployment.slo.error_rate.measured"] == "computed"  # fmt: skip
        sent = of("deployment", totals={"error_rate": 0.02}, sla={"error_rate": 0.01})
        assert origins(sent)["deployment.slo.error_rate.measured"] == "supplied"

    def test_an_experiments_best_model_has_its_own_or_its_experiments(self):
        best = {"id": "m", "roc": {"auc": 0.9, "points": [{"fpr": 0, "tpr": 0}, {"fpr": 1, "tpr": 1}]}}
        for sources, own, said in (
            ({}, {}, "supplied"),
            ({"best_model": "upstream"}, {}, "upstream"),
            ({"best_model": "upstream"}, {"roc": "computed"}, "computed"),
        ):
            made = of("experiment", best_model={**best, "sources": own}, sources=sources)
            assert origins(made)["best_model.roc.auc"] == said

    def test_a_part_of_a_list_may_have_one_of_its_own(self):
        models = [{"id": "a", "name": "A", "metrics": {"auc": 0.9}}, {"id": "b", "name": "B", "metrics": {"auc": 0.8}}]
        found = origins(of("project", models=models, sources={"models.b": "upstream"}))
        assert (found["project.model.a.auc"], found["project.model.b.auc"]) == ("supplied", "upstream")

    def test_a_total_that_was_counted_here_is_computed(self):
        findings = [{"column": "a", "pii_type": "email", "matches": 3}]
        found = origins(of("privacy_session", findings=findings, summary={"coverage": 0.5}))
        assert (found["privacy_session.cells"], found["privacy_session.coverage"]) == ("computed", "supplied")


class TestContradictions:
    MATRIX: ClassVar[dict[str, Any]] = {"labels": ["0", "1"], "matrix": [[990, 0], [1, 9]]}
    """Accuracy 0.999; of class 1 precision 1, recall 0.9; mean per-class error 0.05."""

    @pytest.mark.parametrize("metrics", [{"accuracy": 0.5}, {"mean_per_class_error": 0.3}, {"recall": 0.999}, {"precision": 0.9}, {"f1": 0.999}, {"mcc": 0.5}])  # fmt: skip
    def test_a_metric_that_the_matrix_does_not_give_is_warned_of(self, metrics: dict[str, float]):
        (said,) = warnings(of("model", metrics={"test": metrics}, confusion_matrix=self.MATRIX))
        assert next(iter(metrics)) in said

    def test_what_the_matrix_gives_is_not(self):
        right = {"accuracy": 0.999, "mean_per_class_error": 0.05, "recall": 0.9, "precision": 1.0, "f1": 0.947, "balanced_accuracy": 0.95}  # fmt: skip
        assert warnings(of("model", metrics={"test": right}, confusion_matrix=self.MATRIX)) == []

    def test_agreeing_on_training_rows_is_no_excuse(self):
        (said,) = warnings(of("model", metrics={"train": {"accuracy": 0.999}, "test": {"accuracy": 0.5}}, confusion_matrix=self.MATRIX))  # fmt: skip
        assert "accuracy on test is 0.5, as supplied; computed from the confusion matrix it is 0.999." in said
        assert "does not say which split it is of" in said
        assert "It would agree with the split train." in said

    def test_means_over_more_than_two_classes_are_taken_as_they_are_named(self):
        matrix = {"labels": ["a", "b", "c"], "matrix": [[80, 0, 0], [5, 5, 0], [5, 0, 5]]}
        macro, weighted = (1 + 0.5 + 0.5) / 3, 0.9
        for recall in (macro, weighted):
            assert warnings(of("model", metrics={"test": {"recall": recall}}, confusion_matrix=matrix)) == []
        named = of("model", metrics={"test": {"recall": weighted}}, averages={"recall": "macro"}, confusion_matrix=matrix)  # fmt: skip
        assert "It would agree with the weighted mean." in warnings(named)[0]
        assert "recall (macro mean)" in prose(named)

    def test_a_metric_is_compared_with_the_curve_even_if_the_curve_has_an_area_of_its_own(self):
        points = [{"fpr": 0.0, "tpr": 0.0}, {"fpr": 0.0, "tpr": 0.8}, {"fpr": 1.0, "tpr": 1.0}]
        both = warnings(of("model", metrics={"test": {"auc": 0.6}}, roc={"auc": 0.7, "points": points}))[0]
        assert "auc of the ROC curve itself is 0.7, as supplied; computed from the points of the ROC curve it is 0.9." in both  # fmt: skip
        assert "auc on test is 0.6, as supplied; computed from the ROC curve it is 0.9." in both
        assert warnings(of("model", metrics={"test": {"AUC": 0.9}}, roc={"auc": 0.9, "points": points})) == []

    def test_a_mean_over_classes_is_not_compared_with_the_curve_over_all_decisions(self):
        def curve(tpr: float) -> list[dict[str, float]]:
            return [{"fpr": 0.0, "tpr": 0.0}, {"fpr": 0.0, "tpr": tpr}, {"fpr": 1.0, "tpr": 1.0}]

        roc = {"average": "micro", "auc": 0.95, "points": curve(0.9), "per_class": {name: curve(tpr) for name, tpr in (("a", 0.6), ("b", 0.8), ("c", 1.0))}}  # fmt: skip
        known = {"problem_type": "multiclass", "roc": roc, "averages": {"auc": "macro"}}
        made = of("model", metrics={"test": {"auc": 0.9}}, **known)
        assert warnings(made) == []
        assert "AUC over all decisions" in prose(made)
        assert "auc (macro mean)" in prose(made)
        assert "auc on test is 0.95" in warnings(of("model", metrics={"test": {"auc": 0.95}}, **known))[0]

    @pytest.mark.parametrize("flag", get_args(options.Flag))
    def test_no_option_takes_the_warning_away(self, flag: str):
        body = {"metrics": {"test": {"accuracy": 0.5}}, "confusion_matrix": self.MATRIX}
        assert len(warnings(of("model", {flag: False}, **body))) == 1
        assert len(warnings(of("experiment", {flag: False}, best_model={"id": "m", **body}))) == 1

    @pytest.mark.parametrize(("best", "said"), [("b", "that of “B”, with auc 0.8; by auc the leaderboard has “A” first, with 0.9"), ("z", "z, which is not on the leaderboard"), ("a", "")])  # fmt: skip
    def test_a_best_model_that_the_leaderboard_does_not_have_first(self, best: str, said: str):
        rows = [{"model_id": name.lower(), "name": name, "metrics": {"auc": auc}} for name, auc in (("B", 0.8), ("A", 0.9))]  # fmt: skip
        found = warnings(of("experiment", leaderboard=rows, best_model_id=best))
        assert [said in each for each in found] == ([True] if said else [])

    def test_a_status_that_contradicts_the_psi(self):
        drift = {"features": [{"feature": "amount", "psi": 0.9, "status": "ok"}, {"feature": "age", "psi": 0.01, "status": "ok"}]}  # fmt: skip
        made = of("deployment", drift=drift)
        assert [row[-1] for row in table(made, "Drift by feature")] == ["critical", "ok"]
        assert "amount was sent as ok; by its PSI of 0.9 it is critical" in warnings(made)[0]

    def test_totals_that_contradict_what_they_are_of(self):
        (said,) = warnings(of("deployment", totals={"predictions": 1000, "errors": 10, "error_rate": 0.5}))
        assert "errors over predictions are 1 %" in said


class TestCurves:
    def test_one_that_goes_back_is_drawn_with_a_warning(self):
        points = [(0.0, 0.0), (0.5, 0.9), (0.3, 0.95), (1.0, 1.0)]
        roc = of("model", roc={"points": [{"fpr": x, "tpr": y} for x, y in points]})
        assert warnings(roc)[0].startswith(
            "A curve that is not monotone: The points of the ROC curve go back and forth"
        )
        assert [block for block in roc.blocks if isinstance(block, Drawable)]
        pr = of("model", pr={"points": [{"recall": x, "precision": y} for x, y in points]})
        assert "precision-recall curve" in warnings(pr)[0]
        learned = of("model", learning_curve={"points": [{"x": x, "train": y} for x, y in ((1, 0.5), (3, 0.7), (2, 0.6))]})  # fmt: skip
        assert "not in order" in warnings(learned)[0]

    def test_the_prevalence_follows_from_the_bins_of_the_calibration_too(self):
        points = [{"recall": 0.0, "precision": 1.0}, {"recall": 1.0, "precision": 0.3}]
        bins = [{"p_mean": 0.1, "observed": 0.1, "n": 300}, {"p_mean": 0.8, "observed": 0.9, "n": 100}]
        facts = {fact.id: fact for fact in of("model", pr={"points": points}, calibration=bins).facts}
        assert facts["model.prevalence"].value == pytest.approx(0.3, abs=1e-12)
        assert facts["model.prevalence"].origin == "computed"


class TestNothing:
    @pytest.mark.parametrize(("kind", "field", "title", "said"), [("experiment", "failures", "Failures", "No failed models were reported."), ("deployment", "alerts", "Alerts", "No alerts were reported for this window."), ("privacy_session", "findings", "Findings", "Nothing private was found.")])  # fmt: skip
    def test_none_that_was_sent_is_another_thing_than_what_was_not_sent(
        self, kind: str, field: str, title: str, said: str
    ):
        assert section(of(kind, **{field: []}), title) == said
        assert section(of(kind), title).startswith("Not provided:")


class TestService:
    def test_targets_run_in_their_own_direction_and_a_miss_has_its_size(self):
        made = of("deployment", totals={"predictions": 86_400, "uptime": 0.99896}, sla={"predictions": 1000, "uptime": 0.999, "latency_p95_ms": 40})  # fmt: skip
        assert [row[:4] for row in table(made, "Targets")] == [
            ["Predictions", "86,400", "at least 1,000", "met"],
            ["Uptime", "99.9 %", "at least 99.9 %", "missed by 0.004 %"],
            ["Latency p95", "–", "40 ms", "not measured"],
        ]

    def test_errors_have_their_rate_by_code(self):
        made = of("deployment", totals={"predictions": 1000}, errors_by_code={"500": 30, "422": 10})
        assert table(made, "Errors by code") == [["500", "30", "75 %", "3 %"], ["422", "10", "25 %", "1 %"]]


class TestTimes:
    def test_what_was_supplied_what_passed_and_what_models_took_are_three_figures(self):
        made = of("experiment", training_time_s=600, started_at="2026-05-04T09:00:00Z", finished_at="2026-05-04T09:30:00Z", leaderboard=[{"metrics": {"auc": 0.9}, "training_time_ms": 400_000}, {"metrics": {"auc": 0.8}, "training_time_ms": 500_000}])  # fmt: skip
        values = {fact.id: fact.value for fact in made.facts}
        assert values["experiment.training_time"] == 600
        assert values["experiment.elapsed"] == 1800
        assert values["experiment.models_time"] == 900


class TestSynthetic:
    def test_pair_trends_are_mean_differences_of_correlation(self):
        correlation = {"columns": ["a", "b", "c"], "real": [[1, 0.4, 0.1], [0.4, 1, None], [0.1, None, 1]], "synthetic": [[1, 0.1, 0.2], [0.1, 1, 0.5], [0.2, 0.5, 1]]}  # fmt: skip
        columns = [{"name": name, "score": 0.9} for name in ("a", "b", "c", "d")]
        facts = {fact.id: fact.value for fact in of("synthgen", columns=columns, correlation=correlation).facts}
        trends = {name: facts.get(f"synthgen.column.{name}.pair_trend") for name in "abcd"}
        assert trends == {"a": pytest.approx(0.2), "b": pytest.approx(0.3), "c": pytest.approx(0.1), "d": None}

    @pytest.mark.parametrize(("metric", "real", "made", "said"), [("auc", 0.8, 0.6, "Kept: 75 %"), ("rmse", 10, 15, "Growth of the error: 50 %")])  # fmt: skip
    def test_utility_is_kept_of_a_score_and_grows_of_an_error(self, metric: str, real: float, made: float, said: str):
        found = of("synthgen", utility={"metric": metric, "train_real_test_real": real, "train_synth_test_real": made})
        label, value = said.split(": ")
        assert label in section(found, "Utility")
        assert value in section(found, "Utility")


class TestPrivate:
    def test_no_value_in_a_text_reaches_the_page(self):
        session = {
            "findings": [{"column": "jane.doe@example.org", "pii_type": "email", "risk": "high", "transformed": False}],
            "compliance": [{"framework": "gdpr", "requirement": "No numbers such as +1 415 555 2671", "status": "fail", "evidence": "jane.doe@example.org was found"}],
            "summary": {"by_type": {"jane.doe@example.org": 3}},
        }  # fmt: skip
        made = of("privacy_session", {"comments": "Ask jane.doe@example.org."}, **session)
        written = markdown(document(made, "Patients"))
        assert "jane.doe" not in written
        assert "555 2671" not in written
        assert "[email] was found" in prose(made)
        assert "looked private" in warnings(made)[-1]

    def test_ordinary_words_are_left_as_they_are(self):
        made = sample("privacy_session")
        assert "Names are removed or masked" in prose(made)
        assert warnings(made) == []


CUT: list[tuple[str, str, Callable[[int], dict[str, Any]], str]] = [
    ("experiment", "Leaderboard", lambda n: {"leaderboard": [{"name": "A", "metrics": {f"m{at}": 0.5 for at in range(n)}}]}, "Not shown here are the metrics"),
    ("model", "Slices", lambda n: {"slices": [{"name": "s", "metrics": {f"m{at}": 0.5 for at in range(n)}}]}, "Not shown here are the metrics"),
    ("model", "Performance", lambda n: {"metrics": {"test": {f"m{at}": 0.5 for at in range(n)}}}, "Not shown here are the metrics"),
    ("model", "Performance", lambda n: {"metrics": {"test": {"auc": 0.5}}, "cv_folds": [{"fold": 1, "metrics": {f"m{at}": 0.5 for at in range(n)}}]}, "Not shown here are the metrics"),
    ("model", "Calibration", lambda n: {"calibration": [{"p_mean": at / n, "observed": at / n, "n": 1} for at in range(n)]}, "rows are left out here"),
    ("model", "ROC curve", lambda n: {"roc": {"points": [{"fpr": 0, "tpr": 0}, {"fpr": 1, "tpr": 1}], "per_class": {f"c{at}": [] for at in range(n)}}}, "Not shown here are the curves of the classes"),
    ("model", "Lift and gain", lambda n: {"gains": [{"fraction": (at + 1) / n, "gain": (at + 1) / n} for at in range(n)]}, "points; all are in “gains”"),
    ("deployment", "Feature drift", lambda n: {"drift": {"features": [{"feature": f"f{at}", "reference_hist": {"edges": [0, 1, 2], "counts": [1, 2]}, "current_hist": {"edges": [0, 1, 2], "counts": [2, 1]}} for at in range(n)]}}, "Histograms of"),
    ("synthgen", "Shapes of the columns", lambda n: {"columns": [{"name": f"c{at}", "score": 0.9, "real": {"freq": {"a": 1}}, "synthetic": {"freq": {"a": 1}}} for at in range(n)]}, "Distributions of"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "title", "body", "said"), CUT, ids=[f"{case[1]} {at}" for at, case in enumerate(CUT)])
def test_what_is_left_out_is_said_and_where_it_is(kind: str, title: str, body: Callable[[int], dict[str, Any]], said: str):  # fmt: skip
    assert said in section(of(kind, **body(45)), title)
    assert said not in section(of(kind, **body(2)), title)


def test_a_project_of_more_than_is_looked_at_says_so():
    body = {"id": "x", "models": [{"id": "a", "metrics": {"auc": 0.9}}]}
    made = compose("project", {"entity": body, "related": {"counts": {"models": 731}}}, {})
    assert "Models: the 1 changed last of 731" in warnings(made)[0]
    assert made.summary["models"] == 731
    assert {fact.id: fact.value for fact in made.facts}["project.models"] == 731


def test_metrics_that_only_a_tile_would_show_are_named_where_their_table_is_switched_off():
    metrics = {"test": {f"m{at}": 0.5 for at in range(8)}}
    assert "Not shown here" not in section(of("model", metrics=metrics), "At a glance")
    assert "m6, m7; they are in “metrics”" in section(of("model", {"metrics": False}, metrics=metrics), "At a glance")
