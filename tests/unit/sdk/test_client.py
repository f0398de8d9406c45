"""The client against a server that answers as Pressrun does: what is sent, what comes back, what is said of failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from sdk.pressrun_ml import Client, InputError, RefusedError, ReportFailedError, UnreachableError, report_on
from tests.unit.sdk.serving import Answer, Asked, nobody, serve

MODEL, PROJECT, REPORT = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123")
X = np.random.default_rng(0).normal(size=(30, 2))
Y = (X[:, 0] > 0).astype(int)


def pressrun(*statuses: str, **changes: Any) -> dict[str, Answer]:
    """A server whose report has one status after the other."""
    left = list(statuses or ("queued", "running", "succeeded"))

    def report(_: Asked) -> tuple[int, Any]:
        status = left.pop(0) if len(left) > 1 else left[0]
        body = {"id": REPORT, "status": status, "title": "Model report", "summary": {"auc": 0.9}}
        return 200, {"report": body | ({"error": "no entity"} if status == "failed" else {})}

    def file(asked: Asked) -> tuple[int, Any]:
        return 200, f"file as {asked.query['format']}".encode()

    return {
        f"PUT /api/ml/entities/model/{MODEL}": (201, {"ok": True, "entity": {"unknown": []}, "dropped": []}),
        f"GET /api/ml/entities/model/{MODEL}": (200, {"entity": {}, "about": {"project_id": PROJECT}}),
        "POST /api/reports": (201, {"report_id": REPORT, "job_id": REPORT, "status": "queued"}),
        f"GET /api/reports/{REPORT}": report,
        f"GET /api/reports/{REPORT}/download": file,
    } | changes


def test_an_estimator_becomes_a_report_in_one_call(tmp_path: Path) -> None:
    """Evaluated, pushed, asked for, waited for, downloaded; links and paths come back."""
    with serve(pressrun()) as server:
        made = report_on(
            GaussianNB().fit(X, Y), X, Y, url=server.url, key="secret", model_id=MODEL, project_id=PROJECT,
            options={"comments": "By hand."}, out=tmp_path, resamples=0, repeats=0,
        )  # fmt: skip
    pushed, asked = server.asked[0], server.asked[1]
    assert {one.headers["Authorization"] for one in server.asked} == {"Bearer secret"}
    assert (pushed.body["id"], pushed.body["project_id"]) == (MODEL, PROJECT)
    assert pushed.body["metrics"]["test"]["accuracy"] == GaussianNB().fit(X, Y).score(X, Y)
    assert asked.body == {"project_id": PROJECT, "kind": "model", "entity_id": MODEL, "options": {"comments": "By hand."}}  # fmt: skip
    assert (made.id, made.title, made.summary) == (REPORT, "Model report", {"auc": 0.9})
    assert made.view_url == f"{server.url}/api/reports/{REPORT}/view"
    assert {form: path.read_text() for form, path in made.files.items()} == {form: f"file as {form}" for form in ("pdf", "html", "md")}  # fmt: skip
    assert made.files["pdf"] == tmp_path / f"{REPORT}.pdf"


def test_the_project_is_looked_up_if_nobody_says_it() -> None:
    """The entity knows where it belongs."""
    with serve(pressrun("succeeded")) as server, Client(server.url, "k") as client:
        assert client.report("model", MODEL).project_id == PROJECT


def test_an_entity_of_no_project_needs_one() -> None:
    """The message says how to give it."""
    alone: Answer = (200, {"entity": {}, "about": {"project_id": None}})
    with (
        serve(pressrun() | {f"GET /api/ml/entities/model/{MODEL}": alone}) as server,
        Client(server.url, "k") as client,
        pytest.raises(InputError, match="pass project_id"),
    ):
        client.report("model", MODEL)


def test_a_report_that_fails_says_why() -> None:
    """The server's reason is in the message."""
    with (
        serve(pressrun("running", "failed")) as server,
        Client(server.url, "k") as client,
        pytest.raises(ReportFailedError, match="no entity"),
    ):
        client.report("model", MODEL)


def test_waiting_has_an_end() -> None:
    """The message says where to look."""
    with (
        serve(pressrun("running")) as server,
        Client(server.url, "k") as client,
        pytest.raises(ReportFailedError, match=f"still running after 0 s: look at {server.url}"),
    ):
        client.report("model", MODEL, wait_s=0)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {"detail": "Not authenticated"}, "401: Not authenticated .pass a valid key"),
        (403, {"detail": "Insufficient permissions"}, "use a key that may do this"),
        (422, {"detail": [{"loc": ["body", "roc"], "msg": "roc.points: too short"}]}, "422: roc.points: too short"),
        (429, {"detail": "Too many"}, "wait a little"),
        (500, {"error": "no"}, "500: no"),
        (307, {}, "307"),
    ],
)
def test_a_refusal_has_the_servers_words(status: int, body: Any, said: str) -> None:
    """With the status for programs and the remedy for people."""
    with (
        serve({f"PUT /api/ml/entities/model/{MODEL}": (status, body)}) as server,
        Client(server.url, "k") as client,
        pytest.raises(RefusedError, match=said) as caught,
    ):
        client.push("model", {"id": MODEL})
    assert caught.value.status == status


@pytest.mark.parametrize(("kind", "name"), [("synthgen", "job_id"), ("privacy_session", "session_id")])
def test_an_entity_goes_to_its_own_id(kind: str, name: str) -> None:
    """Whatever its kind calls the id."""
    address = f"PUT /api/ml/entities/{kind}/{MODEL}"
    with serve({address: (201, {"ok": True})}) as server, Client(server.url, "k") as client:
        assert client.push(kind, {name: MODEL, "status": "detected"}) == {"ok": True}
        assert server.asked[0].body == {name: MODEL, "status": "detected"}


def test_an_address_where_nobody_listens() -> None:
    """The message names it and says what to check."""
    url = nobody()
    with (
        Client(url, "k") as client,
        pytest.raises(UnreachableError, match=f"cannot be reached at {url}.*check the address"),
    ):
        client.push("model", {"id": MODEL})


def test_an_address_of_something_else() -> None:
    """A page in place of JSON is not Pressrun."""
    with (
        serve({f"PUT /api/ml/entities/model/{MODEL}": (200, b"<html>")}) as server,
        Client(server.url, "k") as client,
        pytest.raises(UnreachableError, match="is that the address of Pressrun"),
    ):
        client.push("model", {"id": MODEL})


@pytest.mark.parametrize(("kind", "entity", "said"), [
    ("tree", {"id": MODEL}, "is none of"), ("synthgen", {"id": MODEL}, "no “job_id”"),
    ("privacy_session", {"id": MODEL}, "no “session_id”"),
])  # fmt: skip
def test_an_entity_must_be_of_a_kind_and_have_its_id(kind: str, entity: dict[str, Any], said: str) -> None:
    """Refused before anybody is asked."""
    with serve({}) as server:
        with Client(server.url, "k") as client, pytest.raises(InputError, match=said):
            client.push(kind, entity)
        assert server.asked == []


def test_a_key_is_needed() -> None:
    """The message says where one comes from."""
    with pytest.raises(InputError, match="make key"):
        Client("http://127.0.0.1:1", "")
