"""What the api service is told by its environment."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.config import Core

Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Rate = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,5}/[1-9][0-9]{0,6}$")]
"""``10/3600``: so many within so many seconds."""


class Settings(Core, frozen=True, kw_only=True):
    api_host: str = "127.0.0.1"
    api_port: int = 8600
    public_url: str = ""
    """Where clients reach the api, for the OpenAPI document and for links; empty: wherever they asked. The same for
    api and worker."""
    body_limit_bytes: int = 8 * 1024 * 1024
    """A request body over this is answered 413."""
    parameters_limit_bytes: int = 1024 * 1024
    """A report's parameters over this, as JSON, are refused."""
    upload_limit_bytes: int = 20 * 1024 * 1024
    """A document of a knowledge base over this is refused."""
    ml_upload_bytes: int = 50 * 1024 * 1024
    """A table that an entity's figures are to be computed from is answered 413 over this."""
    ml_upload_rows: int = 500_000
    """And so is a CSV with more rows; of Parquet the worker counts them. The same for api and worker."""
    secret_key: str
    """32 random bytes in base64: seals stored secrets and signs tokens; the same for api and worker."""
    audit_key: str = ""
    """32 random bytes in base64: signs the audit log's checkpoints. Empty: there are none."""
    audit_retired_keys: str = ""
    """Public keys that signed checkpoints before ``audit_key``, as discovery showed them, separated by commas."""
    conformance: bool = False
    """Load the protocol's conformance workflows, and let test keys use mock models. Never in production."""
    webhook_allow_private: bool = False
    """Let webhooks go to plain http and to private addresses."""
    retention_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = 30
    """A report and its files are deleted so many days after it was asked for."""
    smtp_url: str = ""
    """``smtp[s]://user:password@host:port``: who takes our mails; empty: none are written. The same for api and worker."""
    mail_from: str = ""
    """Whom mails are from: an address, or ``Name <address>``. The same for api and worker."""
    link_seconds: int = 300
    """How long a signed link to an artifact works."""
    interrupt_link_seconds: Annotated[int, msgspec.Meta(ge=60, le=7_776_000)] = 1800
    """How long a token works that answers an interrupt, if the interrupt waits so long. The same for api and worker."""
    view_seconds: Count = 300
    """How long a link works that shows a machine-learning report in a frame."""
    frame_ancestors: str = ""
    """Whose pages may show reports in a frame, as in a Content-Security-Policy; empty: our own."""
    stream_limit: int = 200
    """Live queue pages that one process serves at once."""
    limits: bool = True
    """Whether the four limits below are kept."""
    limit_create: Rate = "10/3600"
    """Long-form reports that one principal may ask for."""
    limit_create_ml: Rate = "300/3600"
    """Machine-learning reports that one principal may ask for."""
    limit_list: Rate = "100/60"
    """Lists of reports that one principal may read."""
    limit_download: Rate = "50/60"
    """Files that one principal may download."""
    session_hours: Count = 168
    """A session ends after this at the latest."""
    session_idle_minutes: Count = 720
    """A session that is not used for so long ends."""
    login_attempts: Count = 10
    """Failed log-ins of one account within 15 minutes; ten times as many of one address."""
    second_factor: Literal["enrolled", "always", "off"] = "enrolled"
    """Of whose sessions a second factor is demanded: of people who have set one up, of everybody, or of nobody."""
    second_factor_minutes: Count = 480
    """How long a session counts as confirmed by the second factor."""
    kratos_url: str = ""
    """An Ory Kratos whose sessions are accepted too, as http://host:4433; empty: only our own."""
