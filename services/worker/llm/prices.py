"""What a model's tokens cost, by the prices in the settings."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.worker.content import Usage
from shared.domain.errors import Rejected

_MILLION = Decimal(1_000_000)


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """Of a million tokens; both 0: no price is known."""

    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)
    currency: str = "USD"

    def __post_init__(self) -> None:
        if not (self.input.is_finite() and self.output.is_finite()) or min(self.input, self.output) < 0:
            raise Rejected("PRESSRUN_LLM_PRICE_INPUT and PRESSRUN_LLM_PRICE_OUTPUT must not be negative")

    def cost(self, usage: Usage) -> Decimal | None:
        """Of these tokens, exactly."""
        if not self.input and not self.output:
            return None
        return (usage.prompt * self.input + usage.completion * self.output) / _MILLION
