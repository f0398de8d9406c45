"""The published client flow of the long-form dialect, as its scripts are written: requests, polling, a file."""

from __future__ import annotations

import time
from typing import Any

import pypdf
import pytest
import requests

from tests.e2e.rig import CONVERSATIONAL, Rig

TIMEOUT = 20
CONTEXT = [
    {
        "title": "Note on tea",
        "type": "markdown",
        "text": "# Tea\n\n## Water\n\nBlack tea is brewed with boiling water. Green tea must not be brewed above 80 "
        "degrees, because hotter water makes it bitter.\n\n## Time\n\nGreen tea needs two minutes.",
    },
    {
        "title": "Note on coffee",
        "type": "markdown",
        "text": "# Coffee\n\n## Water\n\nFilter coffee is brewed with water between 90 and 96 degrees.\n\n"
        "## Time\n\nWater should run through the filter within four minutes.",
    },
]
SMUGGLED = "<script>document.title='owned'</script> [click](javascript:alert(1)) <img src=x onerror=alert(1)>"


def create(base_url: str, headers: dict[str, str], **more: Any) -> str:
    """The published example's first half."""
    response = requests.post(
        f"{base_url}/api/reports/",
        headers={"Content-Type": "application/json", **headers},
        json={
            "template_id": CONVERSATIONAL,
            "title": "Tea and coffee compared",
            "parameters": {"user_query": "Compare tea and coffee: water and time.", "context": CONTEXT},
            "output_format": "pdf",
            "priority": "high",
        }
        | more,
        timeout=TIMEOUT,
    )
    data = response.json()
    return data["data"]["report"]["id"]


def wait_for_report(base_url: str, report_id: str, headers: dict[str, str], timeout: float = 120) -> str:
    """The published example's polling loop, with shorter pauses."""
    start = time.time()
    while time.time() - start < timeout:
        response = requests.get(f"{base_url}/api/reports/{report_id}", headers=headers, timeout=TIMEOUT)
        data = response.json()
        status = data["report"]["status"]
        if status == "completed":
            return data["report"]["download_url"]
        if status == "failed":
            raise RuntimeError(f"Report failed: {data['report'].get('error_message')}")
        time.sleep(0.2 if status == "processing" else 0.5)
    raise TimeoutError("Report generation timed out")


def fetch(stack: Rig, url: str, **query: str) -> requests.Response:
    response = requests.get(f"{stack.url}{url}", headers={"X-API-Key": stack.key}, params=query, timeout=TIMEOUT)
    assert response.status_code == 200, response.text
    return response


@pytest.mark.parametrize("prefix", ["", "/sting"])
@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_the_published_script_ends_with_a_pdf(stack: Rig, prefix: str, header: str):
    """At the root and below the prefix, with either header."""
    headers = {header: stack.key if header == "X-API-Key" else f"Bearer {stack.key}"}
    base_url = f"{stack.url}{prefix}"
    report_id = create(base_url, headers)
    download_url = wait_for_report(base_url, report_id, headers)
    assert download_url == f"{prefix}/api/reports/{report_id}/download"
    response = requests.get(f"{stack.url}{download_url}", headers=headers, timeout=TIMEOUT)
    assert response.headers["content-type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert f'filename="Tea and coffee compared_{report_id[:8]}.pdf"' in response.headers["content-disposition"]


@pytest.mark.parametrize(
    ("output_format", "media_type", "begins"),
    [("html", "text/html; charset=utf-8", "<!doctype html>"), ("md", "text/markdown; charset=utf-8", "# ")],
)
def test_other_formats_are_delivered_as_they_are_called(stack: Rig, output_format: str, media_type: str, begins: str):
    headers = {"X-API-Key": stack.key}
    report_id = create(stack.url, headers, output_format=output_format)
    response = fetch(stack, wait_for_report(stack.url, report_id, headers))
    assert response.headers["content-type"] == media_type
    assert response.text.lower().startswith(begins)
    assert "Tea and coffee compared" in response.text


def test_every_format_of_one_report_says_the_same(stack: Rig, tmp_path):
    """One document, four renditions; the cited facts are in each."""
    headers = {"X-API-Key": stack.key}
    url = wait_for_report(stack.url, create(stack.url, headers), headers)
    (tmp_path / "report.pdf").write_bytes(fetch(stack, url).content)
    pdf = pypdf.PdfReader(tmp_path / "report.pdf")
    texts = [fetch(stack, url, format=name).text for name in ("html", "md", "json")]
    texts.append(" ".join(page.extract_text() for page in pdf.pages))
    for text in texts:
        assert "80" in text
        assert "bitter" in text
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Tea and coffee compared"


def test_text_of_the_client_stays_text_in_every_format(stack: Rig):
    """Markup in title, description, query and context is shown, not obeyed."""
    headers = {"X-API-Key": stack.key}
    context = [{"title": SMUGGLED, "text": f"# {SMUGGLED}\n\nGreen tea is brewed at 80 degrees. {SMUGGLED}"}]
    parameters = {"user_query": f"What about tea? {SMUGGLED}", "context": context}
    report_id = create(stack.url, headers, title=SMUGGLED, description=SMUGGLED, parameters=parameters)
    url = wait_for_report(stack.url, report_id, headers)
    page = fetch(stack, url, format="html").text
    assert "<script" not in page.lower()
    assert "<img" not in page.lower()
    assert 'href="javascript:' not in page.lower()
    assert "&lt;script&gt;" in page
    assert fetch(stack, url).content.startswith(b"%PDF-")
    listed = fetch(stack, "/api/reports/", search="owned").json()["data"]["reports"]
    assert SMUGGLED in [one["title"] for one in listed]


def test_the_generate_button_of_the_web_client_works(stack: Rig):
    """It posts empty parameters; the title is the question."""
    headers = {"X-API-Key": stack.key}
    report_id = create(stack.url, headers, title="What is tea?", parameters={}, honey_jar_id=None)
    wait_for_report(stack.url, report_id, headers)
    report = fetch(stack, f"/api/reports/{report_id}").json()["report"]
    assert report["title"] == "What is tea?"
    assert report["result_summary"]["formats"] == ["html", "json", "md", "pdf"]


def test_a_report_that_is_cancelled_while_it_is_made_stays_cancelled(stack: Rig):
    headers = {"X-API-Key": stack.key}
    report_id = create(stack.url, headers)
    response = requests.post(f"{stack.url}/api/reports/{report_id}/cancel", headers=headers, timeout=TIMEOUT)
    assert response.status_code in {200, 400}
    time.sleep(3)
    status = fetch(stack, f"/api/reports/{report_id}").json()["report"]["status"]
    assert status == ("cancelled" if response.status_code == 200 else "completed")


def test_the_public_status_counts_what_was_done(stack: Rig):
    """Without a key."""
    headers = {"X-API-Key": stack.key}
    before = requests.get(f"{stack.url}/api/reports/public/queue/status", timeout=TIMEOUT).json()["data"]
    wait_for_report(stack.url, create(stack.url, headers), headers)
    deadline = time.time() + 5  # figures follow a moment after the commit
    while True:
        after = requests.get(f"{stack.url}/api/reports/queue/status", timeout=TIMEOUT).json()["data"]
        if after["completed_today"] == before["completed_today"] + 1:
            break
        assert time.time() < deadline
        time.sleep(0.1)
    assert after["queue_name"] == "default"
    assert after["average_processing_time"].endswith(" minutes")
