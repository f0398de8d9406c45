"""Log lines of a process, as its standard output shows them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from shared.observability.logging import HIDDEN, configure, redact

PROGRAM = """
import logging, structlog, sys
from shared.observability.logging import configure
configure({level!r}, {format!r}, "api")
log = structlog.get_logger()
structlog.contextvars.bind_contextvars(trace_id="t1")
log.info("report.accepted", report_id="r1", tokens=5)
log.debug("report.detail")
logging.getLogger("uvicorn.error").info("listening on %s", "here", extra={{"color_message": "x"}})
logging.getLogger("uvicorn.access").info("GET /")
try:
    secret = "sk_" + "local" * 10
    raise ValueError("no postgres://me:hunter2@db/x for " + secret)
except ValueError:
    log.exception("report.crashed")
"""


def lines(level: str = "info", format: str = "json") -> list[str]:  # noqa: A002 - the setting's name
    program = PROGRAM.format(level=level, format=format)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_json_lines_have_the_same_keys_whoever_wrote_them():
    """Ours and the libraries' go one way; access lines of the server are ours to write."""
    found = [json.loads(line) for line in lines()]
    assert [line["event"] for line in found] == ["report.accepted", "listening on here", "report.crashed"]
    for line in found:
        assert list(line)[:4] == ["timestamp", "level", "service", "event"]
        assert (line["service"], line["trace_id"]) == ("api", "t1")
    assert (found[0]["report_id"], found[0]["tokens"]) == ("r1", 5)
    assert "color_message" not in found[1]


def test_a_traceback_has_its_secrets_taken_out_and_no_local_variables():
    """Also on the console."""
    for form in ("json", "console"):
        text = "\n".join(lines(format=form))
        assert "ValueError" in text
        assert "hunter2" not in text
        assert "locallocal" not in text
        assert f"postgres://me:{HIDDEN}@db/x" in text


def test_levels_filter():
    assert any("report.detail" in line for line in lines(level="debug"))
    assert [line for line in lines(level="error") if "accepted" in line] == []


@pytest.mark.parametrize(("level", "form"), [("loud", "json"), ("info", "yaml")])
def test_a_wrong_setting_is_named(level: str, form: str):
    """The process ends before it does anything."""
    with pytest.raises(SystemExit, match="PRESSRUN_LOG_"):
        configure(level, form, "api")


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        ({"authorization": "Bearer abc"}, {"authorization": HIDDEN}),
        ({"api_key": "x", "x-api-key": "y"}, {"api_key": HIDDEN, "x-api-key": HIDDEN}),
        ({"token": "x", "max_tokens": 5, "tokens": "many"}, {"token": HIDDEN, "max_tokens": 5, "tokens": "many"}),
        ({"headers": {"cookie": "a=b", "accept": "c"}}, {"headers": {"cookie": HIDDEN, "accept": "c"}}),
        ({"said": ["Bearer abcdefgh12"]}, {"said": [f"Bearer {HIDDEN}"]}),
        ({"url": "http://s/b?X-Amz-Signature=12ab&x=1"}, {"url": f"http://s/b?X-Amz-Signature={HIDDEN}&x=1"}),
        ({"password": None, "n": 1}, {"password": None, "n": 1}),
    ],
)
def test_secrets_are_hidden_by_name_and_by_shape(event: dict[str, Any], shown: dict[str, Any]):
    assert redact(None, "", event) == shown
