"""Rules about what was found private."""

from __future__ import annotations

from services.worker.measuring.rules import Finding as Rule
from services.worker.ml.facts import write
from shared.contracts.entities import PrivacySession

COVERAGE = 1.0
UNSURE = 0.6


def findings(session: PrivacySession) -> list[Rule]:
    """Every rule, in the order in which a reader wants them."""
    return [_open(session), _failed(session), _coverage(session), _unsure(session), _unruled(session)]


def _open(session: PrivacySession) -> Rule:
    known = [each for each in session.findings if each.transformed is not None]
    left = [each for each in known if each.risk.lower() == "high" and each.transformed is False]
    names = ", ".join(f"“{each.column}” ({each.pii_type})" for each in left[:5])
    rest = f" and {len(left) - 5} more" if len(left) > 5 else ""
    return Rule(
        rule="High risk left as it is",
        threshold="a finding of high risk was not transformed",
        measured=f"{len(left)} of {len(known)} findings" if known else "",
        text=f"Not transformed although of high risk: {names}{rest}." if left else "",
    )


def _failed(session: PrivacySession) -> Rule:
    failed = [each for each in session.compliance if each.status == "fail"]
    names = "; ".join(f"{each.framework}: {each.requirement}" for each in failed[:5])
    rest = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
    return Rule(
        rule="Requirements not met",
        threshold="at least one requirement failed",
        measured=f"{len(failed)} of {len(session.compliance)} requirements" if session.compliance else "",
        text=f"Not met: {names}{rest}." if failed else "",
    )


def _coverage(session: PrivacySession) -> Rule:
    value = session.summary.coverage if session.summary else None
    return Rule(
        rule="Coverage",
        threshold="less than all of the cells were looked at",
        measured="" if value is None else write(value, "percent"),
        text=f"{write(value, 'percent')} of the cells were covered: in the rest there may be more."
        if value is not None and value < COVERAGE
        else "",
    )


def _unsure(session: PrivacySession) -> Rule:
    known = [each for each in session.findings if each.confidence is not None]
    unsure = [each for each in known if (each.confidence or 0) < UNSURE]
    return Rule(
        rule="Unsure findings",
        threshold=f"a finding's confidence is below {UNSURE:g}",
        measured=f"{len(unsure)} of {len(known)} findings" if known else "",
        text=f"{len(unsure)} findings need a person's look: their confidence is below {UNSURE:g}." if unsure else "",
    )


def _unruled(session: PrivacySession) -> Rule:
    rules = {rule.pii_type for rule in session.policy.rules if rule.is_enabled} if session.policy else set()
    found = {each.pii_type for each in session.findings}
    left = sorted(found - rules)
    rest = f" and {len(left) - 8} more" if len(left) > 8 else ""
    return Rule(
        rule="Without a rule",
        threshold="a type was found that no enabled rule of the policy is for",
        measured=f"{len(left)} of {len(found)} types" if rules and found else "",
        text=f"The policy has no enabled rule for: {', '.join(left[:8])}{rest}." if rules and left else "",
    )
