"""What stands out: named rules with their thresholds, each with what it measured."""

from __future__ import annotations

import msgspec

from shared.document.blocks import Block, Callout, Column, Heading, Inline, ListBlock, Paragraph, Table, Text


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A rule and what came of it."""

    rule: str
    threshold: str
    """When the rule speaks, as a reader can check it."""
    measured: str = ""
    """Empty: there was too little to measure."""
    text: str = ""
    """What it says; empty: nothing stands out by this rule."""


def stands_out(findings: list[Finding]) -> list[Block]:
    """The section: what was found in sentences, then every rule with its threshold and measure."""
    found = [finding for finding in findings if finding.text]
    items: list[list[Block]] = [
        [Paragraph([Text(f"{finding.rule}.", ["strong"]), Text(f" {finding.text}")])] for finding in found
    ]
    told: Block = ListBlock(items) if items else Callout([Paragraph([Text(_quiet(findings))])], tone="success")
    rows: list[list[list[Inline]]] = [
        [[Text(one.rule)], [Text(one.threshold)], [Text(one.measured or "too little data")], [Text(_verdict(one))]]
        for one in findings
    ]
    columns = [Column([Text(name)]) for name in ("Rule", "Speaks when", "Measured", "Result")]
    note = "These rules and nothing else decide what this section says."
    return [Heading(1, [Text("What stands out")]), told, Table(columns, rows, caption="Rules applied", note=note)]


def _verdict(finding: Finding) -> str:
    if finding.text:
        return "met"
    return "not\N{NO-BREAK SPACE}met" if finding.measured else "not\N{NO-BREAK SPACE}judged"


def _quiet(findings: list[Finding]) -> str:
    judged = sum(1 for finding in findings if finding.measured)
    return (
        f"Nothing stands out: none of the {judged} rules that could be applied was met."
        if judged
        else "There is too little data to apply any rule."
    )
