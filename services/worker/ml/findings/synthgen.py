"""Rules about synthetic data."""

from __future__ import annotations

from services.worker.measuring.rules import Finding
from services.worker.ml.derive.ranking import falling
from services.worker.ml.facts import write
from shared.contracts.entities import Synthgen

MEMBERSHIP = 0.6
CLOSER = 0.9
NEAR = 0.1
UNLIKE = 0.7
UTILITY = 0.1


def findings(job: Synthgen) -> list[Finding]:
    """Every rule, privacy first."""
    return [_copies(job), _closer(job), _nearest(job), _membership(job), _unlike(job), _utility(job)]


def _copies(job: Synthgen) -> Finding:
    rate = job.privacy.exact_match_rate if job.privacy else None
    return Finding(
        rule="Copied rows",
        threshold="a synthetic row is exactly a real one",
        measured="" if rate is None else write(rate, "percent"),
        text=f"{write(rate, 'percent')} of the synthetic rows are exact copies of real ones." if rate else "",
    )


def _closer(job: Synthgen) -> Finding:
    dcr = job.privacy.dcr if job.privacy else {}
    made, held = dcr.get("p05_synth_train"), dcr.get("p05_holdout_train")
    ratio = made / held if made is not None and held is not None and held > 0 else None
    text = ""
    if ratio is not None and ratio < CLOSER:
        text = (
            f"Synthetic rows lie closer to the training rows than held-out real ones do ({write(made)} against "
            f"{write(held)} at the 5th percentile): parts of the training rows may have been learned by heart."
        )
    return Finding(
        rule="Closer than chance",
        threshold=f"the 5th percentile of the distance to the closest record is below {CLOSER:g} times the hold-out's",
        measured="" if ratio is None else f"{write(ratio)} times",
        text=text,
    )


def _nearest(job: Synthgen) -> Finding:
    value = job.privacy.nndr_p05 if job.privacy else None
    return Finding(
        rule="Beside single records",
        threshold=f"the nearest-neighbour distance ratio at the 5th percentile is below {NEAR:g}",
        measured="" if value is None else write(value),
        text=f"One row in twenty lies much nearer to one real record than to the next (ratio {write(value)})."
        if value is not None and value < NEAR
        else "",
    )


def _membership(job: Synthgen) -> Finding:
    value = job.privacy.membership_auc if job.privacy else None
    return Finding(
        rule="Membership can be guessed",
        threshold=f"the membership inference attack's AUC is above {MEMBERSHIP:g} (0.5 is a guess)",
        measured="" if value is None else f"AUC {write(value)}",
        text=f"Whether a record was trained on can be told with AUC {write(value)}."
        if value is not None and value > MEMBERSHIP
        else "",
    )


def _unlike(job: Synthgen) -> Finding:
    known = [(each.score, each.name) for each in job.columns if each.score is not None]
    unlike = sorted(each for each in known if each[0] < UNLIKE)
    names = ", ".join(f"“{name}” ({write(score)})" for score, name in unlike[:5])
    rest = f" and {len(unlike) - 5} more" if len(unlike) > 5 else ""
    return Finding(
        rule="Unlike columns",
        threshold=f"a column's similarity is below {UNLIKE:g}",
        measured=f"{len(unlike)} of {len(known)} columns" if known else "",
        text=f"These columns are unlike the real ones: {names}{rest}." if unlike else "",
    )


def _utility(job: Synthgen) -> Finding:
    given = job.utility
    real, made = (given.train_real_test_real, given.train_synth_test_real) if given else (None, None)
    lost = None
    if given and real is not None and made is not None and real:
        lost = (made - real if falling(given.metric) else real - made) / abs(real)
    return Finding(
        rule="Lost utility",
        threshold=f"a model trained on synthetic rows is worse by more than {UTILITY:.0%} than one trained on real rows",
        measured="" if lost is None else f"{write(lost, 'percent')} worse",
        text=f"Trained on synthetic rows, {given.metric or 'the metric'} is worse by {write(lost, 'percent')}: from {write(real)} to {write(made)}."
        if given and lost is not None and lost > UTILITY
        else "",
    )
