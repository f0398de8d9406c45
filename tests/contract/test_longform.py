"""The published client flow of the long-form dialect, as its scripts are written: requests, polling, a file."""

from __future__ import annotations

import html
import io
import re
import time
from typing import Any
from urllib.parse import urlsplit

import pikepdf
import pypdf
import pytest
import requests

from tests.e2e.rig import CONVERSATIONAL, DOCUMENT, Rig

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


def smuggled(field: str) -> str:
    """Markup for every reader on the way, with the field that it came by."""
    return (
        f"<script>document.title='{field}'</script> [{field}](javascript:alert(1)) <img src=x onerror=alert(1)> "
        f"<a href='file:///etc'>{field}</a> {{{{ {field} }}}}"
    )


def test_text_of_the_client_stays_text_in_every_format(stack: Rig):
    """Markup in title, description, query and documents is shown letter by letter, and obeyed nowhere."""
    headers = {"X-API-Key": stack.key}
    names = ("title", "source", "author", "filename")
    context = [
        {name: smuggled(f"context-{name}") for name in names} | {"text": "Green tea is brewed at 80 degrees."},
        {"source": smuggled("only-source"), "text": "Black tea is brewed at 95 degrees."},
        {"title": "White tea", "href": "https://tea.example/?a=<script>&b='\"><img>", "text": "White tea is mild."},
    ]
    parameters = {"user_query": f"What about tea? {smuggled('query')}", "context": context}
    report_id = create(
        stack.url, headers, title=smuggled("title"), description=smuggled("description"), parameters=parameters
    )
    check_shown(stack, report_id, "title", "description", "query", "context-title", "only-source")
    listed = fetch(stack, "/api/reports/", search="alert").json()["data"]["reports"]
    assert smuggled("title") in [one["title"] for one in listed]


@pytest.mark.parametrize("kind", ["text", "markdown"])
def test_text_of_a_document_is_printed_as_it_is(stack: Rig, kind: str):
    """Raw HTML in Markdown is text; a link that leads to no page, no mail and nowhere in the document is none."""
    headers = {"X-API-Key": stack.key}
    links = "[page](https://tea.example/a?b=<script>) [mail](mailto:a@tea.example) [file](file:///etc/passwd)"
    context = {"title": smuggled("heading"), "text": f"# Tea\n\n{smuggled('text')}\n\n{links}", "type": kind}
    report_id = create(stack.url, headers, template_id=DOCUMENT, title="Tea", parameters={"context": context})
    found = check_shown(stack, report_id, "text")
    assert found == ({"https", "mailto"} if kind == "markdown" else set())


def check_shown(stack: Rig, report_id: str, *fields: str) -> set[str]:
    """Every field is on the page and in the PDF to the letter, and neither does anything. The links' schemes."""
    url = wait_for_report(stack.url, report_id, {"X-API-Key": stack.key})
    page, file = fetch(stack, url, format="html").text, fetch(stack, url).content
    assert "<script" not in page.lower()
    assert "<img" not in page.lower()
    assert not re.search(r"""(?:href|src)\s*=\s*["']?\s*(?:javascript|file|data:text)""", page, re.IGNORECASE)
    written, printed = squeezed(html.unescape(re.sub(r"<[^>]*>", "", page))), squeezed(pdf_text(file))
    for field in fields:
        assert squeezed(smuggled(field)) in written, field
        assert squeezed(smuggled(field)) in printed, field
    assert nothing_runs(file)
    assert schemes(file) <= {"http", "https", "mailto"}
    return schemes(file)


def squeezed(text: str) -> str:
    """Without the spaces, which a layout puts in and takes away."""
    return "".join(text.split())


def pdf_text(file: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file)).pages)


def nothing_runs(file: bytes) -> bool:
    """No object of the PDF holds a script, starts a program or sends a form."""
    with pikepdf.open(io.BytesIO(file)) as pdf:
        found = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        actions = {str(one.get("/S")) for one in found}
        return not any("/JS" in one for one in found) and not actions & {"/JavaScript", "/Launch", "/SubmitForm"}


def schemes(file: bytes) -> set[str]:
    """Those of all addresses that can be clicked on."""
    with pikepdf.open(io.BytesIO(file)) as pdf:
        actions = [link.get("/A", {}) for page in pdf.pages for link in page.get("/Annots", [])]
        return {urlsplit(str(action["/URI"])).scheme for action in actions if "/URI" in action}


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
