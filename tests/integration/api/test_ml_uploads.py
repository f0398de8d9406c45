"""Tables are uploaded by HTTP, and a real worker process computes an entity's figures from them."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk

from deploy.local.seaweedfs import S3
from services.worker.ml.computing.calculator import Calculator
from services.worker.nodes.ml_compute import Computing
from services.worker.retention import Collector, Retention
from shared.storage.keys import upload_key
from tests.contract.coreplexml.entities import Family

from . import ml
from .conftest import Api, serving, told

ROWS, BYTES = 5_000, 400_000


@pytest.fixture(scope="module")
async def small_api(database_url: str, redis_url: str, s3: S3) -> AsyncIterator[Api]:
    """With limits that a test can reach."""
    settings = told(database_url, redis_url, s3, ml_upload_bytes=BYTES, ml_upload_rows=ROWS, limits=False)
    async with serving(settings) as api:
        await api.resources.pipeline.store.check()
        yield api


@pytest.fixture
async def owner(small_api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with small_api.client(await small_api.key()) as client:
        yield client


@pytest.fixture
async def family(owner: httpx.AsyncClient) -> Family:
    return await ml.push(owner)


def csv(**columns: Any) -> bytes:
    return pl.DataFrame(columns).write_csv().encode()


def predictions(rows: int = 400, seed: int = 5) -> dict[str, Any]:
    """Scores that mean something, of two regions."""
    dice = np.random.default_rng(seed)
    truth = dice.integers(0, 2, rows)
    score = np.clip(0.5 * truth + dice.random(rows) * 0.5, 0, 1)
    return {"y_true": truth, "y_score": score, "region": dice.choice(["north", "south"], rows)}


async def send(client: httpx.AsyncClient, data: bytes, media: str = "text/csv", name: str = "table.csv") -> str:
    answer = await client.post(
        "/api/ml/uploads", content=data, headers={"Content-Type": media}, params={"filename": name}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["upload"]["id"]


async def job(api: Api, client: httpx.AsyncClient, kind: str, ident: str, calculator: Calculator | None = None, **asked: Any) -> dict[str, Any]:  # fmt: skip
    """Ask, have a worker do it, and look at the job."""
    answer = await client.post(f"/api/ml/entities/{kind}/{ident}/compute", json=asked)
    assert answer.status_code == 202, answer.text
    pipeline = api.resources.pipeline
    node = Computing(pipeline.database, pipeline.store, calculator or Calculator(), most_rows=ROWS)
    run_id = f"run-{UUID(answer.json()['job_id']).hex}"
    await api.finish(run_id, {"ml.compute": node})
    return (await client.get(f"/api/jobs/{answer.json()['job_id']}")).json()["job"]


async def body(client: httpx.AsyncClient, kind: str, ident: str) -> dict[str, Any]:
    return (await client.get(f"/api/ml/entities/{kind}/{ident}")).json()["entity"]


async def test_a_models_figures_are_computed_and_its_report_says_so(
    small_api: Api, owner: httpx.AsyncClient, family: Family
):
    """What scikit-learn says of the same rows; fields that nobody computed stay."""
    before = await body(owner, "model", family.model)
    told_ = predictions()
    upload = await send(owner, csv(**told_))
    done = await job(small_api, owner, "model", family.model, predictions={"upload_id": upload}, slices=["region"])
    assert done["status"] == "succeeded", done
    assert done["kind"] == "ml_compute"
    after = await body(owner, "model", family.model)
    assert after["metrics"]["test"]["auc"] == pytest.approx(
        sk.roc_auc_score(told_["y_true"], told_["y_score"]), abs=1e-9
    )
    assert after["name"] == before["name"]
    assert {after["sources"][field] for field in done["result"]["fields"]} == {"computed"}
    assert {"roc", "pr", "calibration", "intervals", "slices"} <= set(done["result"]["fields"])
    assert [one["name"].split(" = ")[0] for one in after["slices"]] == ["region", "region"]
    documents: list[Any] = []

    async def assemble(work: Any) -> Any:
        outcome = await ml.NODES(small_api)["ml.assemble"](work)
        documents.append(outcome.outputs)
        return outcome

    made = await ml.order(owner, ml.asked(family))
    assert await ml.finish(small_api, made, {"ml.assemble": assemble}) == "completed"
    assert "computed" in str(documents[0])


async def test_a_parquet_form_of_a_regression_by_other_names(small_api: Api, owner: httpx.AsyncClient, family: Family):
    dice = np.random.default_rng(1)
    truth = dice.normal(10, 3, 300)
    said = truth + dice.normal(0, 1, 300)
    frame = pl.DataFrame({"price": truth, "guess": said, "part": ["train"] * 100 + ["test"] * 200})
    file = io.BytesIO()
    frame.write_parquet(file)
    answer = await owner.post("/api/ml/uploads", files={"file": ("prices.parquet", file.getvalue())})
    assert answer.status_code == 201, answer.text
    sent = answer.json()["upload"]
    assert (sent["kind"], sent["filename"]) == ("parquet", "prices.parquet")
    mapped = {"upload_id": sent["id"], "columns": {"y_true": "price", "y_pred": "guess", "split": "part"}}
    done = await job(small_api, owner, "model", family.model, predictions=mapped)
    assert done["status"] == "succeeded", done
    after = await body(owner, "model", family.model)
    assert after["metrics"]["test"]["mae"] == pytest.approx(sk.mean_absolute_error(truth[100:], said[100:]), abs=1e-9)
    assert after["problem_type"] == "regression"
    assert len(after["error_by_decile"]) == 10


async def test_a_deployments_figures_from_its_log(small_api: Api, owner: httpx.AsyncClient, family: Family):
    dice = np.random.default_rng(2)
    moments = [f"2026-05-0{1 + at // 200}T{at // 10 % 20:02}:00:00Z" for at in range(800)]
    amount = np.concatenate([dice.normal(0, 1, 400), dice.normal(1, 1, 400)])
    latency = dice.lognormal(3, 0.4, 800)
    log = csv(timestamp=moments, latency_ms=latency, status=dice.choice(["200", "500"], 800), prediction=dice.random(800), amount=amount)  # fmt: skip
    done = await job(
        small_api, owner, "deployment", family.deployment, inference_log={"upload_id": await send(owner, log)}
    )
    assert done["status"] == "succeeded", done
    after = await body(owner, "deployment", family.deployment)
    assert after["totals"]["latency_p95_ms"] == pytest.approx(np.quantile(latency, 0.95), abs=1e-9)
    assert [one["feature"] for one in after["drift"]["features"]] == ["amount"]
    assert after["drift"]["features"][0]["psi"] > 0.25
    assert (await ml.done(small_api, owner, ml.asked(family, "deployment")))["status"] == "succeeded"


async def test_a_synthetic_data_jobs_figures_from_its_tables(small_api: Api, owner: httpx.AsyncClient, family: Family):
    def table(seed: int) -> bytes:
        dice = np.random.default_rng(seed)
        x = dice.normal(0, 1, 200)
        return csv(
            x=x, y=x + dice.normal(0, 0.5, 200), colour=dice.choice(["red", "blue"], 200), bought=(x > 0).astype(int)
        )

    asked = {
        role: {"upload_id": await send(owner, table(seed))}
        for seed, role in enumerate(("real", "synthetic", "holdout"))
    }
    done = await job(small_api, owner, "synthgen", family.synthgen, target="bought", **asked)
    assert done["status"] == "succeeded", done
    after = await body(owner, "synthgen", family.synthgen)
    assert after["quality"].keys() == {"column_shapes", "column_pairs", "overall"}
    assert after["privacy"]["exact_match_rate"] == 0
    assert after["privacy"]["dcr"]["p05_holdout_train"] > 0
    assert 0.3 < after["privacy"]["membership_auc"] < 0.7
    assert after["utility"]["metric"] == "auc"
    assert (await ml.done(small_api, owner, ml.asked(family, "synthgen")))["status"] == "succeeded"


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"label,y_score\n1,0.5\n", "missing_column", ["y_true", "label, y_score", "predictions.columns.y_true"]),
        (b"y_true,p\n1,0.5\n", "missing_column", ["y_score", "y_true, p"]),
        (b"y_true,y_score\n1,0.5\n0,NaN\n", "wrong_values", ["y_score", "'NaN'", "row 2"]),
        (b"y_true,y_score\n1,inf\n0,0.1\n", "wrong_values", ["y_score", "'inf'", "row 1"]),
        (b"y_true,y_score\n1,0.5\n0,high\n", "wrong_values", ["y_score", "'high'", "row 2"]),
        (b"y_true,y_score\n1,\n0,0.5\n", "wrong_values", ["y_score", "is empty", "row 1"]),
        (b"y_true,y_score\nham,0.5\nspam,0.5\n", "wrong_values", ["positive_class", "ham and spam"]),
        (b"y_true,y_score\n", "upload_empty", ["no rows"]),
        (b"y_true,y_score\n1,0.5,7\n", "upload_unreadable", ["csv"]),
        (b"PAR1 and nothing else PAR1", "upload_unreadable", ["parquet"]),
    ],
)  # fmt: skip
async def test_tables_that_will_not_do_fail_the_job_and_say_why(
    small_api: Api, owner: httpx.AsyncClient, family: Family, data: bytes, code: str, words: list[str]
):
    """The entity stays as it was."""
    before = await body(owner, "model", family.model)
    done = await job(small_api, owner, "model", family.model, predictions={"upload_id": await send(owner, data)})
    assert done["status"] == "failed", code
    for word in words:
        assert word in str(done["error"])
    assert await body(owner, "model", family.model) == before


async def test_one_class_has_metrics_but_no_curves(small_api: Api, owner: httpx.AsyncClient, family: Family):
    upload = await send(owner, b"y_true,y_score\n0,0.5\n0,0.1\n")
    done = await job(small_api, owner, "model", family.model, predictions={"upload_id": upload})
    assert done["status"] == "succeeded", done
    assert "of one class" in done["result"]["notices"][0]
    assert "roc" not in done["result"]["fields"]


async def test_limits_are_named_with_the_remedy(small_api: Api, owner: httpx.AsyncClient, family: Family):
    """One row or one byte too many; of Parquet the worker counts the rows."""
    head, row = b"y_true,y_score\n", b"1,0.5\n"
    fits = await owner.post("/api/ml/uploads", content=head + row * ROWS, headers={"Content-Type": "text/csv"})
    assert fits.status_code == 201
    long = await owner.post("/api/ml/uploads", content=head + row * (ROWS + 1), headers={"Content-Type": "text/csv"})
    assert (long.status_code, long.json()["code"]) == (413, "upload_too_long")
    assert "5,001 rows" in long.json()["detail"]
    assert "PRESSRUN_ML_UPLOAD_ROWS" in long.json()["detail"]
    for size in (BYTES + 1, BYTES + 100_000):
        large = await owner.post("/ml/api/ml/uploads", content=b"x" * size, headers={"Content-Type": "text/csv"})
        assert large.status_code == 413
        assert "PRESSRUN_ML_UPLOAD_BYTES" in large.json()["detail"]
    file = io.BytesIO()
    pl.DataFrame({"y_true": [1] * (ROWS + 1), "y_score": [0.5] * (ROWS + 1)}).write_parquet(file)
    upload = await send(owner, file.getvalue(), "application/vnd.apache.parquet")
    done = await job(small_api, owner, "model", family.model, predictions={"upload_id": upload})
    assert done["status"] == "failed"
    assert "more than 5,000 rows" in str(done["error"])


async def test_a_calculation_beyond_its_limits_is_ended(small_api: Api, owner: httpx.AsyncClient, family: Family):
    upload = {"upload_id": await send(owner, csv(**predictions()))}
    late = await job(small_api, owner, "model", family.model, Calculator(deadline_s=0.05), predictions=upload)
    assert (late["status"], "too long" in str(late["error"])) == ("failed", True)
    narrow = Calculator(memory_bytes=150 * 1024 * 1024, deadline_s=20)
    failed = await job(small_api, owner, "model", family.model, narrow, predictions=upload)
    assert (failed["status"], "memory" in str(failed["error"]) or "too long" in str(failed["error"])) == (
        "failed",
        True,
    )


@pytest.mark.parametrize(
    ("media", "data", "status"),
    [("application/json", b"{}", 415), ("image/png", b"\x89PNG", 415), ("text/csv", b"\x89PNG\0\xff", 415), ("text/csv", b" \n", 422)],
)  # fmt: skip
async def test_what_is_no_table_is_refused(owner: httpx.AsyncClient, media: str, data: bytes, status: int):
    answer = await owner.post("/api/ml/uploads", content=data, headers={"Content-Type": media})
    assert answer.status_code == status, answer.text


async def test_what_can_be_seen_at_once_is_refused_at_once(owner: httpx.AsyncClient, family: Family):
    upload = await send(owner, csv(**predictions(20)))
    path = f"/api/ml/entities/model/{family.model}/compute"
    for asked, word in [
        ({}, "predictions"),
        ({"predictions": {"upload_id": "x"}}, "predictions.upload_id"),
        ({"predictions": {"upload_id": str(uuid4())}}, "predictions.upload_id"),
        ({"real": {"upload_id": upload}}, "real"),
        ({"predictions": {"upload_id": upload, "columns": {"y": "z"}}}, "predictions.columns.y"),
        ({"predictions": {"upload_id": upload}, "colour": 1}, "colour"),
        ({"predictions": {"upload_id": upload}, "task": "guess"}, "task"),
    ]:
        answer = await owner.post(path, json=asked)
        assert answer.status_code == 422, answer.text
        assert word in answer.text
    asked = {"predictions": {"upload_id": upload}}
    assert (await owner.post(f"/api/ml/entities/model/{uuid4()}/compute", json=asked)).status_code == 404
    assert (await owner.post(f"/api/ml/entities/project/{family.project}/compute", json=asked)).status_code == 422


async def test_another_owners_upload_is_not_there(small_api: Api, owner: httpx.AsyncClient):
    upload = await send(owner, csv(**predictions(20)))
    async with small_api.client(await small_api.key("stranger")) as stranger:
        family = await ml.push(stranger)
        assert (await stranger.get(f"/api/ml/uploads/{upload}")).status_code == 404
        assert (await stranger.delete(f"/api/ml/uploads/{upload}")).status_code == 404
        assert (await stranger.get("/api/ml/uploads")).json()["total"] == 0
        asked = {"predictions": {"upload_id": upload}}
        answer = await stranger.post(f"/api/ml/entities/model/{family.model}/compute", json=asked)
        assert answer.status_code == 422
    assert (await owner.get(f"/api/ml/uploads/{upload}")).json()["upload"]["id"] == upload
    assert [one["id"] for one in (await owner.get("/api/ml/uploads")).json()["items"]] == [upload]


async def test_the_same_key_uploads_and_computes_once(owner: httpx.AsyncClient, family: Family):
    headers = {"Content-Type": "text/csv", "Idempotency-Key": str(uuid4())}
    data = csv(**predictions(20))
    first, second = [(await owner.post("/api/ml/uploads", content=data, headers=headers)).json() for _ in range(2)]
    assert first == second
    asked = {"predictions": {"upload_id": first["upload"]["id"]}}
    path, again = f"/api/ml/entities/model/{family.model}/compute", {"Idempotency-Key": str(uuid4())}
    jobs = [(await owner.post(path, json=asked, headers=again)).json()["job_id"] for _ in range(2)]
    assert jobs[0] == jobs[1]


async def test_uploads_end_by_deletion_and_by_time_and_leave_no_object(
    small_api: Api, owner: httpx.AsyncClient, family: Family
):
    pipeline = small_api.resources.pipeline
    data = csv(**predictions(30, seed=77))
    deleted, kept = await send(owner, data), await send(owner, data)
    key = upload_key((await owner.get(f"/api/ml/uploads/{kept}")).json()["upload"]["sha256"])
    assert (await owner.delete(f"/api/ml/uploads/{deleted}")).status_code == 200
    assert await pipeline.store.get(key) == data
    asked = {"predictions": {"upload_id": kept}}
    waiting = await owner.post(f"/api/ml/entities/model/{family.model}/compute", json=asked)
    async with pipeline.database.begin() as db:
        await db.execute("UPDATE uploads SET expires_at = now() - interval '1 second' WHERE id = $1", UUID(kept))
    assert (await owner.get(f"/api/ml/uploads/{kept}")).status_code == 404
    await Retention(pipeline).round()
    async with pipeline.database.begin() as db:
        assert await db.fetchval("SELECT count(*) FROM uploads WHERE id = $1", UUID(kept)) == 0
        await db.execute("UPDATE garbage SET ready_at = now() WHERE key = $1", key)
    await Collector(pipeline.database, pipeline.store).round()
    node = Computing(pipeline.database, pipeline.store, Calculator(), most_rows=ROWS)
    await small_api.finish(f"run-{UUID(waiting.json()['job_id']).hex}", {"ml.compute": node})
    late = (await owner.get(f"/api/jobs/{waiting.json()['job_id']}")).json()["job"]
    assert late["status"] == "failed"
    assert "send it again" in str(late["error"])
