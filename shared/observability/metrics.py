"""The metrics of a process, by name, and their text for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

registry = CollectorRegistry()

HTTP_REQUESTS = Counter(
    "pressrun_http_requests_total",
    "Requests answered, by route template.",
    ["method", "route", "status"],
    registry=registry,
)
HTTP_SECONDS = Histogram(
    "pressrun_http_request_seconds",
    "Time from a request's first byte to its response's last.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
REPORTS_ACCEPTED = Counter(
    "pressrun_reports_accepted_total",
    "Reports accepted, by template and priority.",
    ["template", "priority"],
    registry=registry,
)
EVENT_STREAMS = Gauge("pressrun_event_streams", "Server-sent event streams open now.", ["stream"], registry=registry)
QUEUE_REPORTS = Gauge(
    "pressrun_queue_reports", "Reports in the queue, by state and priority.", ["state", "priority"], registry=registry
)
QUEUE_ALIVE = Gauge(
    "pressrun_queue_processes_alive", "Processes that gave a sign of life.", ["service"], registry=registry
)
QUEUE_AGE = Gauge("pressrun_queue_figures_age_seconds", "Time since the figures were recounted.", registry=registry)

MEDIA_TYPE = CONTENT_TYPE_LATEST


def text() -> bytes:
    """All metrics in Prometheus's text format."""
    return generate_latest(registry)
