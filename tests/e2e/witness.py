"""An OpenAI-compatible endpoint that keeps every byte it is sent, and answers with the tokens it saw, a little changed.

It makes vectors too, and takes what webhooks deliver.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_TOKEN = re.compile(r"PII-[A-Z]+-\d{4}[B-M]?")
_USAGE = {"prompt_tokens": 1, "total_tokens": 1}
_CHANGES: tuple[Callable[[str], str], ...] = (
    lambda token: token,
    lambda token: f"**{token}**",
    lambda token: token.lower(),
    lambda token: token.replace("-", "\u2011"),
    lambda token: token.replace("-", "\\-"),
    lambda token: token.replace("-", " "),
    lambda token: f"({token})",
    lambda token: f"{token}'s file",
    lambda token: token.replace("-0", "-", 1),
    lambda token: token.replace("-", "_"),
)
"""What models do to words that they do not understand."""


class Witness:
    """Plans sections over all passages, and names every token of its prompt in every section."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        """Request lines, headers and bodies, as they came."""
        self.refuses = ""
        """Prompts with this in their system's part are refused for good, with the prompt in the error."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(witness) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler's self is another
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """The tests' output is not this server's."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                witness.heard.append(f"{self.requestline}\n{self.headers}\n".encode() + body)
                asked = json.loads(body)
                if self.path.endswith("/hook"):
                    self._whole(204, None)
                    return
                if self.path.endswith("/embeddings"):
                    vectors = [
                        {"index": at, "object": "embedding", "embedding": _vector(text)}
                        for at, text in enumerate(asked["input"])
                    ]
                    self._whole(200, {"object": "list", "model": "witness", "data": vectors, "usage": _USAGE})
                    return
                if witness.refuses and witness.refuses in asked["messages"][0]["content"]:
                    self._whole(400, {"error": {"message": f"cannot read: {asked['messages'][1]['content']}"}})
                    return
                answer = _answer(asked["messages"][0]["content"], asked["messages"][1]["content"])
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                for start in range(0, len(answer), 7):
                    piece = {"content": answer[start : start + 7]}
                    self._send({"choices": [{"index": 0, "delta": piece, "finish_reason": None}]})
                self._send({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                self._send({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}})
                self.wfile.write(b"data: [DONE]\n\n")

            def _whole(self, status: int, said: dict[str, Any] | None) -> None:
                body = b"" if said is None else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _send(self, chunk: dict[str, Any]) -> None:
                chunk |= {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "witness"}
                self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")

        return Handler


def _vector(text: str) -> list[float]:
    return [digest / 255 for digest in hashlib.sha256(text.encode()).digest()[:8]]


def _answer(system: str, user: str) -> str:
    if "You plan a report" in system:
        return _outline(user)
    if "You edit a report" in system:
        return json.dumps({"edits": [], "contradictions": []})
    if "observations" in system:
        token = next(iter(_TOKEN.findall(user)), "nobody")
        return json.dumps({"observations": [], "recommendations": [f"Ask {token} about the misses."]})
    tokens = list(dict.fromkeys(_TOKEN.findall(user)))
    if "executive summary" in system:
        return f"The letters were read in full. They speak of {tokens[0]}, of {tokens[1]} and of {tokens[2]}, and of what was lost."
    cited = re.findall(r"^\[P(\d+)\]", user, re.MULTILINE) or re.findall(r"\[P(\d+)\]", user) or ["1"]
    told = [
        f"The papers name {_CHANGES[place % len(_CHANGES)](token)} in matter {place} [P{cited[place % len(cited)]}]."
        for place, token in enumerate(tokens)
    ]
    return "The papers were read from the first page to the last, and this is what they hold. " + "\n\n".join(told)


def _outline(user: str) -> str:
    passages = [int(number) for number in re.findall(r"^P(\d+) \|", user, re.MULTILINE)]
    size = max(len(passages) // 4, 1)
    parts = [passages[at : at + size] for at in range(0, len(passages), size)][:5]
    sections = [
        {"title": f"Part {number} of the papers", "brief": "What the papers hold.", "passages": part, "share": 5}
        for number, part in enumerate(parts, 1)
    ]
    return json.dumps({"sections": sections})
