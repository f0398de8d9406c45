"""An OpenAI-compatible endpoint that takes its time and remembers what it was asked."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SlowModel:
    """Streams a short section for every prompt; ``seconds`` is how long that takes."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.finished: Counter[str] = Counter()
        """Answers that were sent to their end, by prompt."""
        self.begun: Counter[str] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def under_way(self) -> int:
        """Answers that were begun and not sent to their end, those of callers that died among them."""
        return self.begun.total() - self.finished.total()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(model) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler's self is another
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """The tests' output is not this server's."""

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                prompt = json.dumps(asked["messages"])
                model.begun[prompt] += 1
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                try:
                    self._answer(prompt)
                except OSError:
                    return
                model.finished[prompt] += 1

            def _answer(self, prompt: str) -> None:
                cited = re.findall(r"\[P(\d+)\]", prompt)[:2] or ["1"]
                words = [f"Sentence {number} of the answer [P{cited[number % len(cited)]}]. " for number in range(10)]
                for word in words:
                    time.sleep(model.seconds / len(words))
                    self._send({"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})
                self._send({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                self._send({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}})
                self.wfile.write(b"data: [DONE]\n\n")
                self.wfile.flush()

            def _send(self, chunk: dict[str, Any]) -> None:
                chunk |= {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "slow"}
                self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                self.wfile.flush()

        return Handler
