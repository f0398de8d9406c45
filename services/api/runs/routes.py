"""OpenWOP v1: runs of workflows, and with them every report's run."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from . import answering, asking, events, hooks, host, lifecycle, outputs, preview


def handlers() -> list[ControllerRouterHandler]:
    """Every route below ``/v1``, and discovery."""
    return [
        host.discovery,
        host.openapi,
        host.workflow,
        host.verify_audit,
        host.packs,
        host.unversioned,
        lifecycle.create_run,
        lifecycle.get_run,
        lifecycle.cancel_run,
        lifecycle.bulk_cancel,
        lifecycle.custom_method,
        events.stream_events,
        events.poll_events,
        asking.inspect_by_run,
        answering.resolve_by_run,
        answering.revoke_tokens,
        asking.inspect_by_token,
        answering.resolve_by_token,
        outputs.list_artifacts,
        outputs.get_artifact,
        outputs.artifact_content,
        outputs.debug_bundle,
        preview.preview_by_run,
        preview.preview_by_token,
        preview.decide,
        hooks.subscribe,
        hooks.unsubscribe,
    ]
