"""What stands out in an entity: fixed rules with their thresholds, without any language model."""

from __future__ import annotations

from services.worker.measuring.rules import Finding, stands_out
from shared.document.blocks import Block, Heading, Paragraph, Text

HEADING = "What stands out"


def told(findings: list[Finding]) -> list[Block]:
    """The section: that these are rules, what was found, and every rule with its threshold and measure."""
    said = "These findings were made by fixed rules from the figures of this report, not by a language model."
    return [Heading(1, [Text(HEADING)]), Paragraph([Text(said)]), *stands_out(findings)[1:]]
