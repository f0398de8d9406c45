"""What this host says of itself: ``/.well-known/openwop``. Pure. Nothing is advertised that is not done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from services.api.compress import ENCODINGS
from shared.domain.stages import MAX_NODE_EXECUTIONS, MAX_RUN_DURATION_MS

from .requests import MOCK_PROVIDERS, MOST_CANCELS


def discovery(*, version: str, fixtures: Sequence[str], audit: dict[str, Any] | None) -> tuple[bytes, str]:
    """The document and its ETag.

    Args:
        fixtures: ids of the conformance workflows that are loaded.
        audit: the ``auditLogIntegrity`` advert; None when there is no key to sign with.
    """
    document: dict[str, Any] = {
        "protocolVersion": "1.0",
        "implementation": {"name": "pressrun", "version": version, "vendor": "Pressrun"},
        "engineVersion": 1,
        "eventLogSchemaVersion": 2,
        "minClientVersion": "1.0",
        "supportedTransports": ["rest"],
        "supportedEnvelopes": ["clarification.request"],
        "schemaVersions": {},
        "limits": {
            "clarificationRounds": 3,
            "schemaRounds": 2,
            "envelopesPerTurn": 5,
            "maxNodeExecutions": MAX_NODE_EXECUTIONS,
            "maxRunDurationMs": MAX_RUN_DURATION_MS,
        },
        "replay": {
            "supported": True,
            "modes": ["replay", "branch"],
            "sideEffectSuppression": "recorded-outcome",
        },
        "debugBundle": {"supported": True},
        "webhooks": {"supported": True, "signatureAlgorithms": ["v1"]},
        "runs": {
            "pauseResume": {"supported": True, "drainPolicies": ["drain-current-node", "immediate"]},
            "bulkCancel": {"supported": True, "maxRunIds": MOST_CANCELS},
        },
        "restTransport": {"conditionalRunGet": True, "contentEncodings": list(ENCODINGS)},
        "extensions": {
            "interrupts": {"profiles": ["openwop-interrupt-quorum"], "signedCallbackTokens": True},
        },
    }
    if fixtures:
        document["fixtures"] = list(fixtures)
        document["testing"] = {"mockProviders": list(MOCK_PROVIDERS), "testKeyPrefix": "hk_test_"}
    if audit is not None:
        document["auth"] = {"profiles": ["openwop-audit-log-integrity"], "auditLogIntegrity": audit}
    encoded = msgspec.json.encode(document)
    return encoded, f'"{hashlib.sha256(encoded).hexdigest()[:24]}"'
