"""How useful and how private synthetic rows are."""

from __future__ import annotations

from services.worker.measuring.values import NONE
from services.worker.ml.derive.confusion import ratio
from services.worker.ml.derive.ranking import falling
from services.worker.ml.facts import Format
from shared.contracts.entities import Synthgen, SynthPrivacy, Utility
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import synthetic as graphics

_DISTANCES = {
    "p05_synth_train": "Distance to the closest training record, 5th percentile",
    "p05_holdout_train": "The same of held-out real records",
}


def utility(case: Case[Synthgen]) -> list[Block]:
    """Train on synthetic, test on real."""
    given = case.entity.utility
    if given is None or (given.train_real_test_real is None and given.train_synth_test_real is None):
        return parts.missing(case, "Utility", "utility", "Send “utility” with train_real_test_real and train_synth_test_real.")  # fmt: skip
    real, made = given.train_real_test_real, given.train_synth_test_real
    name = given.metric or "metric"
    tiles = [
        ("Trained on real", case.fact(("utility", "real"), f"{name}, trained and tested on real rows", real, field="utility"), name),
        ("Trained on synthetic", case.fact(("utility", "synthetic"), f"{name}, trained on synthetic and tested on real rows", made, field="utility"), name),
        _kept(case, given),
    ]  # fmt: skip
    return [parts.tiles(*[tile for tile in tiles if tile[1] != NONE]), *graphics.utility(given)]


def _kept(case: Case[Synthgen], given: Utility) -> tuple[str, str, str]:
    """What of a score is left, or by how much an error has grown."""
    real, made, name = given.train_real_test_real, given.train_synth_test_real, given.metric or "metric"
    part = ratio(made, real) if real is not None and made is not None else None
    if not falling(given.metric):
        return (
            "Kept",
            case.fact(("utility", "kept"), f"Share of {name} that is kept", part, "percent"),
            "synthetic over real",
        )
    growth = None if part is None else part - 1
    return (
        "Growth of the error",
        case.fact(("utility", "growth"), f"Growth of {name}", growth, "percent"),
        "from real to synthetic",
    )


def measures(case: Case[Synthgen]) -> list[Block]:
    """How near synthetic rows come to single real ones."""
    given = case.entity.privacy
    if given is None:
        return parts.missing(case, "Privacy measures", "privacy", "Send “privacy” with exact_match_rate, dcr, nndr_p05 and membership_auc.")  # fmt: skip
    rows = [(name, case.fact(("privacy", slug), name, value, form, field="privacy" if source else ""), meaning) for name, slug, value, form, meaning, source in _known(given)]  # fmt: skip
    if not rows:
        return parts.missing(case, "Privacy measures", "privacy", "It was sent without any of its measures.")
    heads = ("Measure", "Value", "What it says")
    table = parts.table(heads, rows, caption="Privacy measures")
    distances = {_DISTANCES.get(name, name): value for name, value in given.dcr.items()}
    return [*table, *graphics.distances(distances)]


def losses(case: Case[Synthgen]) -> list[Block]:
    """How the generator's training went."""
    drawn = graphics.losses(case.entity.loss_curve)
    return drawn or parts.missing(case, "Loss curves", "loss_curve", "Send “loss_curve” with epoch, generator and discriminator.")  # fmt: skip


def _known(given: SynthPrivacy) -> list[tuple[str, str, float, Format, str, bool]]:
    made, held = given.dcr.get("p05_synth_train"), given.dcr.get("p05_holdout_train")
    closeness = ratio(made, held) if made is not None and held is not None else None
    every: list[tuple[str, str, float | None, Format, str, bool]] = [
        ("Exact matches", "exact_match_rate", given.exact_match_rate, "percent", "Synthetic rows that are real ones", True),
        *((_DISTANCES.get(name, name.replace("_", " ")), f"dcr_{name}", value, "metric", "Larger is more private", True) for name, value in given.dcr.items()),
        ("Distance against the hold-out's", "dcr_ratio", closeness, "metric", "Below 1: nearer to training rows than chance", False),
        ("Nearest-neighbour distance ratio, 5th percentile", "nndr_p05", given.nndr_p05, "metric", "Near 0: close to one single record", True),
        ("Membership inference, AUC", "membership_auc", given.membership_auc, "metric", "0.5 is a guess", True),
        ("Least group size", "k_anonymity_min", given.k_anonymity_min, "count", "The smallest group of alike rows", True),
    ]  # fmt: skip
    return [
        (name, slug, value, form, said, source) for name, slug, value, form, said, source in every if value is not None
    ]
