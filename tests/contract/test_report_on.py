"""From a fitted estimator to a printed report, and from one server to another, against the whole system."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import httpx
import pypdf
import pytest
from sklearn import datasets
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from deploy.local.folder import ROOT
from sdk.pressrun_ml import Client, RefusedError, report_on
from sdk.pressrun_ml.importers import coreplexml
from tests.e2e.rig import _MAKE_KEY, Rig


def another_key(stack: Rig) -> str:
    """The key of another owner."""
    made = subprocess.run([sys.executable, "-c", _MAKE_KEY], cwd=ROOT, env=stack.environment(), check=True, capture_output=True)  # fmt: skip
    return made.stdout.decode().strip()


def test_an_estimator_is_reported_on_and_imported_by_another(stack: Rig, tmp_path: Path) -> None:
    """The figures of the PDF are scikit-learn's; another owner's importer reads the same model over the lookups."""
    data = datasets.load_breast_cancer()
    train_x, x, train_y, y = train_test_split(data.data, data.target, test_size=0.5, random_state=3)
    estimator = GradientBoostingClassifier(n_estimators=8, max_depth=1, random_state=3).fit(train_x, train_y)
    made = report_on(
        estimator, x, y, train=(train_x, train_y), url=stack.url, key=stack.key, name="Boosted stumps",
        features=[str(name) for name in data.feature_names], resamples=5, repeats=1, out=tmp_path, wait_s=120,
    )  # fmt: skip
    auc = roc_auc_score(y, estimator.predict_proba(x)[:, 1])
    assert made.title == "Model report: Boosted stumps"
    assert {path.suffix for path in made.files.values()} == {".pdf", ".html", ".md"}
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.files["pdf"].read_bytes())).pages)
    assert f"{auc:.4g}" in text
    assert f"{auc:.4g}" in made.files["md"].read_text()
    shown = httpx.get(made.view_url, headers={"Authorization": f"Bearer {stack.key}"}, timeout=20)
    assert shown.headers["content-type"].startswith("text/html")

    key = another_key(stack)
    with Client(stack.url, key) as other:
        with pytest.raises(RefusedError, match="404"):
            other.report("model", made.entity_id, project_id=made.project_id)
        imported = coreplexml.import_entity(other, f"{stack.url}/ml", stack.key, "model", made.entity_id)
        assert imported.ids == {"model": [made.entity_id]}
        entity = coreplexml.read_entity(stack.url, key, "model", made.entity_id)
    assert entity["metrics"]["test"]["auc"] == pytest.approx(auc, abs=1e-9)
    assert entity["confusion_matrix"]["matrix"] == [[int(((y == a) & (estimator.predict(x) == b)).sum()) for b in (0, 1)] for a in (0, 1)]  # fmt: skip
