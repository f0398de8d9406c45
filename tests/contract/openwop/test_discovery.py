"""What a host says of itself: discovery, its OpenAPI document, its workflows, and what it does not have."""

from __future__ import annotations

import base64
import re

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.contract.openwop.talk import refused


@pytest.fixture(scope="module")
async def said(nobody: httpx.AsyncClient) -> dict:
    found = await nobody.get("/.well-known/openwop")
    assert found.status_code == 200
    assert found.headers["content-type"].startswith("application/json")
    return found.json()


async def test_discovery_needs_no_key_and_may_be_cached(nobody):
    found = await nobody.get("/.well-known/openwop")
    assert found.headers["cache-control"] == "public, max-age=300"
    again = await nobody.get("/.well-known/openwop", headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_what_a_client_cannot_do_without_stands_at_the_root(said):
    assert re.fullmatch(r"\d+\.\d+", said["protocolVersion"])
    assert said["protocolVersion"].startswith("1.")
    assert all(isinstance(name, str) for name in said["supportedEnvelopes"])
    assert all(isinstance(version, int) for version in said["schemaVersions"].values())
    for limit in ("clarificationRounds", "schemaRounds", "envelopesPerTurn"):
        assert isinstance(said["limits"][limit], int)
        assert said["limits"][limit] >= 0
    assert said["limits"]["maxRunDurationMs"] >= 1000
    assert said["implementation"]["name"] == "pressrun"


async def test_the_core_standard_profile_can_be_derived(said):
    assert "clarification.request" in said["supportedEnvelopes"]
    assert "rest" in said["supportedTransports"]


async def test_every_advertised_fixture_is_there_to_be_read(said, http):
    names = said["fixtures"]
    assert len(set(names)) == len(names)
    for name in names:
        assert name
        found = await http.get(f"/v1/workflows/{name}")
        assert found.status_code == 200
        assert found.json()["id"] == name
        assert found.json()["nodes"]


async def test_every_core_fixture_is_advertised(said):
    wanted = """noop identity delay cancellable failure multi-node idempotent approval clarification
        interrupt-external-event interrupt-quorum interrupt-auth-required interrupt-parent-child-cancel
        interrupt-parent-child-cancel-child subworkflow-parent subworkflow-child cap-breach run-duration-breach
        capability-missing configurable-schema channel-ttl stream-text replay-side-effect"""
    assert {f"conformance-{name}" for name in wanted.split()} <= set(said["fixtures"])


async def test_no_action_is_spelled_as_it_was_in_a_draft_of_the_protocol(nobody):
    assert '"edit"' not in (await nobody.get("/.well-known/openwop")).text


async def test_adverts_say_what_is_done(said):
    assert "v1" in said["webhooks"]["signatureAlgorithms"]
    assert set(said["replay"]["modes"]) == {"replay", "branch"}
    assert said["runs"]["bulkCancel"]["maxRunIds"] == 100
    capabilities = said.get("runtimeCapabilities", [])
    assert len(set(capabilities)) == len(capabilities)
    assert "" not in capabilities


async def test_the_audit_log_s_public_key_can_be_read(said):
    assert "openwop-audit-log-integrity" in said["auth"]["profiles"]
    advert = said["auth"]["auditLogIntegrity"]
    assert advert["hashChain"] is True
    assert advert["checkpointSignatureAlgorithm"] == "ed25519"
    assert advert["checkpointIntervalEntries"] > 0
    key = load_der_public_key(base64.b64decode(advert["checkpointPublicKey"]))
    assert isinstance(key, Ed25519PublicKey)


async def test_the_description_is_openapi_of_version_3_1_and_public(nobody):
    described = (await nobody.get("/v1/openapi.json")).json()
    assert re.match(r"^3\.[1-9]", described["openapi"])
    for path in ("/v1/runs", "/v1/runs/{run_id}", "/v1/runs/{run_id}/events", "/v1/webhooks"):
        assert path in described["paths"]


async def test_a_workflow_that_is_not_there_is_not_found(http):
    refused(await http.get("/v1/workflows/conformance-unknown"), 404, "not_found")


async def test_there_is_no_pack_registry_and_no_json_that_looks_like_one(nobody):
    for path in ("/v1/packs", "/v1/packs/-/search?q=", "/v1/packs/vendor.some.pack/1.0.0.json"):
        found = await nobody.get(path)
        assert found.status_code == 404
        assert found.headers["content-type"].startswith("text/plain")
        assert "{" not in found.text
    assert (await nobody.put("/v1/packs/vendor.some.pack", content=b"{}")).status_code == 404


async def test_there_is_no_test_seam(nobody):
    for path in ("/v1/host/sample", "/v1/host/sample/reset", "/v1/host/sample/runs/x/events"):
        refused(await nobody.get(path), 404, "not_found")
