"""How a deployment stands, by what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.contracts.entities import Deployment, FeatureDrift

from . import drift, targets


def measured(feature: FeatureDrift) -> FeatureDrift:
    """The feature with PSI and KS computed from its bins where they were not supplied."""
    bins = drift.binned(feature)
    if bins is None:
        return feature
    ordered = feature.reference_hist is not None
    return msgspec.structs.replace(
        feature,
        psi=feature.psi if feature.psi is not None else drift.psi(*bins),
        ks_stat=feature.ks_stat if feature.ks_stat is not None or not ordered else drift.ks(*bins),
    )


def standing(feature: FeatureDrift, thresholds: Mapping[str, float]) -> str:
    """``ok``, ``warning`` or ``critical`` by a measured feature's PSI; without one, what was said of it."""
    return drift.status(feature.psi, thresholds) or feature.status.lower()


def health(entity: Deployment) -> str:
    """The gravest of its drift and its targets, a missed one being critical; empty where nothing was measured."""
    given = entity.drift
    features = [*given.features, *([given.prediction] if given.prediction else [])] if given else []
    found = {standing(measured(each), given.thresholds) for each in features} if given else set()
    found |= {"ok" if slo.met else "critical" for slo in targets.slos(entity) if slo.met is not None}
    return next((grave for grave in ("critical", "warning", "ok") if grave in found), "")
