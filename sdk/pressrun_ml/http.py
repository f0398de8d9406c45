"""Asks an HTTP server for JSON; what goes wrong is said with the address and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from .errors import InputError, RefusedError, UnreachableError

_REMEDIES = {
    401: "pass a valid key",
    403: "use a key that may do this",
    404: "check the address and the id",
    429: "wait a little and try again",
}


class Server:
    """One server's JSON API."""

    def __init__(self, url: str, *, name: str, headers: Mapping[str, str] | None = None, timeout_s: float = 30) -> None:
        """
        Raises:
            InputError: that is no HTTP address.
        """
        if not url.startswith(("http://", "https://")):
            raise InputError(f"{url!r} is no address of {name}: it must begin with http:// or https://")
        self.url = url.rstrip("/")
        self._name = name
        self._client = httpx.Client(base_url=self.url, headers=dict(headers or {}), timeout=timeout_s)

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """The answer's JSON.

        Raises:
            UnreachableError: nobody answers, or something that is not this server.
            RefusedError: with the server's words.
        """
        response = self._send(method, path, **more)
        try:
            return response.json()
        except ValueError:
            raise UnreachableError(
                f"{self.url} answers {method} {path} with something that is no JSON: is that the address of {self._name}?"
            ) from None

    def fetch(self, path: str, **more: Any) -> bytes:
        """The answer's bytes.

        Raises:
            UnreachableError: nobody answers.
            RefusedError: with the server's words.
        """
        return self._send("GET", path, **more).content

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **more)
        except httpx.TimeoutException:
            raise UnreachableError(f"{self._name} at {self.url} did not answer {method} {path} in time") from None
        except httpx.HTTPError as error:
            raise UnreachableError(
                f"{self._name} cannot be reached at {self.url} ({error}): check the address, and that it runs"
            ) from None
        if response.is_error or response.is_redirect:
            raise self._refusal(response, method, path)
        return response

    def _refusal(self, response: httpx.Response, method: str, path: str) -> RefusedError:
        remedy = _REMEDIES.get(response.status_code)
        said = _said(response) + (f" ({remedy})" if remedy else "")
        return RefusedError(
            f"{self._name} answers {method} {path} {response.status_code}: {said}", response.status_code
        )


def _said(response: httpx.Response) -> str:
    """A server's own words, whatever shape they have."""
    try:
        body = response.json()
    except ValueError:
        return response.text[:300].strip() or "without a word"
    detail = next((body[name] for name in ("detail", "error", "message") if body.get(name)), body) if isinstance(body, dict) else body  # fmt: skip
    if isinstance(detail, list):
        return "; ".join(str(one.get("msg", one)) if isinstance(one, dict) else str(one) for one in detail)[:1000]
    return str(detail)[:1000]
