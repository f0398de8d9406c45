"""What the api service is told by its environment."""

from __future__ import annotations

from shared.config import Core


class Settings(Core, frozen=True, kw_only=True):
    api_host: str = "127.0.0.1"
    api_port: int = 8600
    public_url: str = ""
    """Where clients reach the api, for the OpenAPI document; empty: wherever they asked."""
    body_limit_bytes: int = 8 * 1024 * 1024
    """A request body over this is answered 413."""
    secret_key: str
    """32 random bytes in base64: seals stored secrets and signs tokens; the same for api and worker."""
    audit_key: str = ""
    """32 random bytes in base64: signs the audit log's checkpoints. Empty: there are none."""
    conformance: bool = False
    """Load the protocol's conformance workflows, and let test keys use mock models. Never in production."""
    webhook_allow_private: bool = False
    """Let webhooks go to plain http and to private addresses."""
    link_seconds: int = 300
    """How long a signed link to an artifact works."""
    stream_limit: int = 200
    """Live queue pages that one process serves at once."""
