"""Entities on their way in: what is refused, by which path, and what is kept."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.api.entities import shapes, soundness
from services.api.entities.reading import MOST_UNKNOWN, Reading, read
from services.api.problems import FIELDS
from services.worker.nodes.ml_assemble import assembled
from services.worker.nodes.ml_compose import composed
from shared.contracts.entities import SHAPES
from shared.db.entities import Entity
from shared.domain.errors import Rejected
from tests.contract.coreplexml.entities import Family

FAMILY = Family()
NOW = datetime(2026, 5, 4, tzinfo=UTC)
VALUES: list[Any] = [
    None, True, 5, -1.5, "", "x", [], {}, [None], [[[]]], {"a": {"b": [1]}}, 0, 1e99, -1e99, 10**18, "<script>", "é" * 300,
]  # fmt: skip


def reading(kind: str, **fields: Any) -> Reading:
    """A family's entity with some of its fields replaced."""
    return read(kind, UUID(getattr(FAMILY, kind)), FAMILY.body(kind) | fields)


def refusal(kind: str, **fields: Any) -> tuple[list[str | int], str]:
    """Where the one wrong field is, and what is said of it."""
    with pytest.raises(Rejected) as refused:
        reading(kind, **fields)
    assert refused.value.details is not None
    (said,) = refused.value.details[FIELDS]
    assert said["msg"] == refused.value.message
    return said["loc"], said["msg"]


@pytest.mark.parametrize("kind", SHAPES)
def test_a_sound_entity_is_kept_as_it_was_sent(kind: str):
    """Only its id is added; samples of private values are not kept."""
    found = reading(kind)
    expected = FAMILY.body(kind)
    if kind == "privacy_session":
        assert found.dropped == ["findings[].masked_samples"]
        for finding in expected["findings"]:
            del finding["masked_samples"]
    name = {"synthgen": "job_id", "privacy_session": "session_id"}.get(kind, "id")
    assert found.body == expected | {name: getattr(FAMILY, kind)}
    assert found.unknown == []
    assert found.name == {"privacy_session": "patients", "synthgen": "Payments CTGAN"}.get(kind, expected.get("name"))


@pytest.mark.parametrize(
    ("kind", "fields", "loc"),
    [
        ("model", {"metrics": {"test": {"auc": "0.9"}}}, ["metrics", "test", "auc"]),
        ("model", {"metrics": [0.9]}, ["metrics"]),
        ("model", {"hyperparameters": [{"value": 1}]}, ["hyperparameters", 0]),
        ("model", {"name": 5}, ["name"]),
        ("model", {"created_at": "yesterday"}, ["created_at"]),
        ("model", {"roc": {"points": [{"fpr": 0}]}}, ["roc", "points", 0]),
        ("model", {"experiment_id": "nope"}, ["experiment_id"]),
        ("model", {"project_id": "nope"}, ["project_id"]),
        ("model", {"id": str(uuid4())}, ["id"]),
        ("synthgen", {"job_id": str(uuid4())}, ["job_id"]),
        ("experiment", {"leaderboard": [{"rank": 1.5}]}, ["leaderboard", 0, "rank"]),
        ("experiment", {"sort_direction": "up"}, ["sort_direction"]),
        ("deployment", {"volume": [{"t": "2026-01-01T00:00:00Z", "predictions": "many"}]}, ["volume", 0, "predictions"]),
        ("deployment", {"model": {"id": "nope"}}, ["model", "id"]),
        ("deployment", {"window": {"bucket": "year"}}, ["window", "bucket"]),
        ("privacy_session", {"compliance": [{"framework": "a", "requirement": "b", "status": "ok"}]}, ["compliance", 0, "status"]),
        ("project", {"name": "a\0b"}, ["name"]),
        ("model", {"metrics": {"test": {"auc": 1e200}}}, ["metrics", "test", "auc"]),
        ("model", {"metrics": {"test": {"auc": math.nan}}}, ["metrics", "test", "auc"]),
        ("model", {"metrics": {"test": {"auc": math.inf}}}, ["metrics", "test", "auc"]),
    ],
)  # fmt: skip
def test_a_wrong_type_is_refused_with_its_path(kind: str, fields: dict[str, Any], loc: list[Any]):
    where, said = refusal(kind, **fields)
    assert where == ["body", *loc]
    assert said


def test_a_matrix_has_as_many_rows_and_columns_as_labels():
    """Not square, ragged, or of another size than its labels: each is said with both sizes."""
    for matrix in ([[1, 2]], [[1, 2], [3]], [[1, 2, 3]] * 3, []):
        where, said = refusal("model", confusion_matrix={"labels": ["a", "b"], "matrix": matrix})
        assert where == ["body", "confusion_matrix", "matrix"]
        assert "must be square and of the size of its 2 labels" in said
    square = [[1, 0.4], [0.4, 1]]
    where, said = refusal("synthgen", correlation={"columns": ["a"], "real": square, "synthetic": square})
    assert where == ["body", "correlation", "real"]
    assert "1 columns; it is 2 x 2" in said
    best = {"id": "m", "confusion_matrix": {"labels": ["a"], "matrix": [[1, 2]]}}
    assert refusal("experiment", best_model=best)[0] == ["body", "best_model", "confusion_matrix", "matrix"]


def test_a_histogram_has_one_edge_more_than_counts():
    wrong = {"edges": [0, 1], "counts": [5, 6]}
    assert refusal("deployment", latency_histogram=wrong)[0] == ["body", "latency_histogram"]
    feature = {"feature": "a", "reference_hist": wrong}
    assert refusal("deployment", drift={"features": [feature]})[0] == ["body", "drift", "features", 0, "reference_hist"]
    assert refusal("model", score_histogram={"1": wrong})[0] == ["body", "score_histogram", "1"]
    assert reading("deployment", latency_histogram={"edges": [], "counts": []})


def test_lists_and_texts_have_an_end():
    """A longer one is refused with the advice to thin it; nothing is cut in silence."""
    points = [{"fpr": at / soundness.MOST_ITEMS, "tpr": 1} for at in range(soundness.MOST_ITEMS + 1)]
    where, said = refusal("model", roc={"points": points})
    assert where == ["body", "roc", "points"]
    assert said == "roc.points: has 10,001 entries; at most 10,000 are kept. Thin it, and keep its ends"
    assert reading("model", roc={"points": points[1:]})
    where, _ = refusal("project", timeline=[{"at": "2026-01-01T00:00:00Z", "event": "x" * 20_001}])
    assert where == ["body", "timeline", 0, "event"]


def test_empty_lists_are_no_mistake():
    """Reports say that nothing was provided."""
    empty = {"roc": {"points": []}, "confusion_matrix": {"labels": [], "matrix": []}, "feature_importance": []}
    found = reading("model", **empty)
    assert {name: found.body[name] for name in empty} == empty


def test_a_curve_that_turns_back_is_kept():
    """It is drawn as it is, and the page says so."""
    points = [{"fpr": 0.5, "tpr": 0.5}, {"fpr": 0.1, "tpr": 0.9}]
    assert reading("model", roc={"points": points}).body["roc"]["points"] == points


def test_unknown_keys_are_kept_and_named():
    """By their path, once, however often they occur; known keys whose names nobody has fixed are not among them."""
    found = reading(
        "model",
        colour="red",
        metrics={"test": {"auc": 0.9, "my_own_metric": 1}},
        hyperparameters=[{"name": "a", "unit": "m"}, {"name": "b", "unit": "s"}],
        dataset={"name": "d", "features": [{"name": "f", "scale": 1}]},
    )
    assert found.unknown == ["colour", "dataset.features[].scale", "hyperparameters[].unit"]
    assert (found.body["colour"], found.body["hyperparameters"][0]["unit"]) == ("red", "m")
    many = reading("model", **{f"key_{at}": at for at in range(MOST_UNKNOWN + 50)})
    assert len(many.unknown) == MOST_UNKNOWN
    assert reading("experiment", config={"anything": {"goes": 1}}, environment={"python": "3.11"}).unknown == []


def test_samples_of_private_values_are_kept_nowhere():
    """Under whatever name, at whatever depth."""
    findings = [
        {"column": "a", "pii_type": "email", "samples": ["jane@example.org"], "detail": {"raw_value": "jane@example.org"}},
        {"column": "b", "pii_type": "phone", "ExampleValues": ["+1 555"]},
    ]  # fmt: skip
    findings.append({"column": "c", "pii_type": "email", "value": "jane@example.org", "values": ["jane@example.org"], "matched_text": "jane@example.org"})  # fmt: skip
    features = [{"name": "e_mail", "top": "jane@example.org", "min": 1.5}]
    found = reading("privacy_session", findings=findings, preview_rows=[["jane@example.org"]], dataset={"name": "people", "features": features})  # fmt: skip
    assert "jane@example.org" not in str(found.body)
    assert "+1 555" not in str(found.body)
    assert found.dropped == [
        "dataset.features",
        "findings[].ExampleValues",
        "findings[].detail",
        "findings[].matched_text",
        "findings[].samples",
        "findings[].value",
        "findings[].values",
        "preview_rows",
    ]
    assert found.body["dataset"] == {"name": "people"}
    assert [sorted(each) for each in found.body["findings"]] == [["column", "pii_type"]] * 3


def test_reading_does_not_change_what_was_given():
    """A request that is repeated is the same request."""
    given = FAMILY.body("privacy_session")
    before = copy.deepcopy(given)
    read("privacy_session", UUID(FAMILY.privacy_session), given)
    assert given == before


@pytest.mark.parametrize("kind", SHAPES)
def test_any_value_in_any_place_is_refused_by_name_or_makes_a_report(kind: str):
    """Nothing that is accepted fails later."""
    refused = accepted = 0
    for place in places(FAMILY.body(kind)):
        for value in VALUES:
            body = changed(FAMILY.body(kind), place, value)
            try:
                found = read(kind, UUID(getattr(FAMILY, kind)), body)
            except Rejected as error:
                refused += 1
                (said,) = (error.details or {})[FIELDS]
                inner = [part for part in place if isinstance(part, str)]
                assert said["loc"][1] in inner, (place, value, said)
                assert len(said["msg"]) < 300
                continue
            accepted += 1
            inputs = {"kind": kind, "title": "T", "parameters": {}}
            made = composed(inputs | {"snapshot": {"entity": found.body, "related": {}}})
            assert assembled(inputs | made, NOW)["document"]["blocks"]
    assert refused > 50
    assert accepted > 20


def test_models_and_jobs_are_looked_up_in_the_words_of_their_clients():
    """Metrics of the best split there is; a job by its own id and its last statuses."""
    model = entity("model", metrics={"train": {"auc": 0.99}, "validation": {"auc": 0.9}})
    assert shapes.shown(model)["metrics"] == {"auc": 0.9}
    assert shapes.shown(model)["metrics_by_split"]["train"] == {"auc": 0.99}
    for said, told in (("succeeded", "completed"), ("error", "failed"), ("", "completed"), ("running", "running")):
        assert shapes.shown(entity("synthgen", said))["status"] == told
    for said, told in (("completed", "succeeded"), ("", "succeeded"), ("error", "failed"), ("Running", "running")):
        assert shapes.status(entity("experiment", said)) == told


@pytest.mark.parametrize("said", ["cancelled", "CANCELED", "stopped", "aborted", "KILLED", "timed_out", "error"])
def test_what_ended_without_success_ends_the_waiting(said: str):
    """Clients wait for success or failure, and would wait for anything else until they give up."""
    assert shapes.status(entity("experiment", said)) == "failed"
    assert shapes.shown(entity("experiment", said))["status"] == "failed"
    assert shapes.shown(entity("synthgen", said))["status"] == "failed"


def entity(kind: str, status: str = "", **body: Any) -> Entity:
    return Entity(kind=kind, id=uuid4(), status=status, body=body, created_at=NOW, updated_at=NOW)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, found in inner:
        yield (*path, key)
        yield from places(found, (*path, key))


def changed(body: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(body)
    inner: Any = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return made
