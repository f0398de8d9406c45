"""Pressrun's own services: their commands, their settings, how each says that it is ready."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from secrets import token_urlsafe

import httpx

from deploy.local import model
from deploy.local.addresses import Addresses
from deploy.local.folder import ROOT, Secrets
from deploy.local.journal import Journal
from deploy.local.ports import LOOPBACK
from deploy.local.processes import plain_environment
from deploy.local.service import Service
from deploy.local.settings import Settings

EVERYWHERE = frozenset({"0.0.0.0", "::", "", "localhost"})  # noqa: S104 - where we ask, not where we listen

MODEL = "model"

UNMET_LIMITS = {
    "PRESSRUN_LIMIT_CREATE": "10000/3600",
    "PRESSRUN_LIMIT_CREATE_ML": "10000/3600",
    "PRESSRUN_LIMIT_LIST": "10000/60",
    "PRESSRUN_LIMIT_DOWNLOAD": "10000/60",
}
"""Whoever tries Pressrun on one machine is not to meet a limit."""


class Services:
    """What to start beside the parts, in this order."""

    def __init__(
        self, settings: Settings, journal: Journal, *, ports: Mapping[str, int], environment: Mapping[str, str]
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._ports = ports
        self._environment = environment
        self._model_key = token_urlsafe(24)

    @property
    def api_url(self) -> str:
        host = self._settings.api_host
        return f"http://{LOOPBACK if host in EVERYWHERE else host}:{self._ports['api']}"

    def environment(self, addresses: Addresses, secrets: Secrets, chromium: Path) -> dict[str, str]:
        """Every service's settings: the only way in which a secret reaches it. What is empty sets nothing."""
        return {
            "PRESSRUN_LOG_FORMAT": "console",
            "PRESSRUN_SECRET_KEY": secrets.secret_key,
            "PRESSRUN_AUDIT_KEY": secrets.audit_key,
            **UNMET_LIMITS,
            **{name: value for name, value in self._environment.items() if value},
            **addresses.environment(),
            **self._model_settings(),
            "PRESSRUN_API_HOST": self._settings.api_host,
            "PRESSRUN_API_PORT": str(self._ports["api"]),
            "PRESSRUN_CHROMIUM": str(chromium),
            "PYTHONUNBUFFERED": "1",
        }

    def to_start(self, environment: Mapping[str, str]) -> list[Service]:
        """The services, the language model among them if there is a port for it."""
        many = (("worker", self._settings.workers), ("renderer", self._settings.renderers))
        return [
            *self._model(),
            Service(
                "api",
                [sys.executable, "-m", "services.api.main"],
                env=environment,
                cwd=ROOT,
                journal=self._journal,
                is_ready=lambda: _answers(f"{self.api_url}/health/ready"),
            ),
            *(
                Service(
                    kind if of == 1 else f"{kind}-{number}",
                    [sys.executable, "-m", f"services.{kind}.main"],
                    env=environment,
                    cwd=ROOT,
                    journal=self._journal,
                    says_ready=f"{kind}.ready",
                )
                for kind, of in many
                for number in range(1, of + 1)
            ),
        ]

    def _model(self) -> list[Service]:
        return [model_service(self._ports[MODEL], self._model_key, self._journal)] if MODEL in self._ports else []

    def _model_settings(self) -> dict[str, str]:
        if MODEL not in self._ports:
            return {}
        return {
            "PRESSRUN_LLM_BASE_URL": model.url(self._ports[MODEL]),
            "PRESSRUN_LLM_MODEL": model.NAME,
            "PRESSRUN_LLM_API_KEY": self._model_key,
            "PRESSRUN_LLM_CONCURRENCY": str(model.AT_ONCE),
            "PRESSRUN_LLM_DEMONSTRATION": "true",
        }


def model_service(port: int, key: str, journal: Journal) -> Service:
    """The small language model; it gets its key and nothing else of ours."""
    return Service(
        MODEL,
        [sys.executable, "-m", "deploy.local.model", str(port)],
        env={**plain_environment(ROOT), "PRESSRUN_LLM_API_KEY": key},
        cwd=ROOT,
        journal=journal,
        is_ready=lambda: _answers(f"http://{LOOPBACK}:{port}/health"),
    )


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False
