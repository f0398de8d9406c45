"""What an endpoint for vectors is told."""

from __future__ import annotations

import numpy as np

from services.worker.privacy.detect import Detector
from services.worker.privacy.vague import Vague


class Told:
    """Keeps what it is asked."""

    model = "told"

    def __init__(self):
        self.asked = []

    async def passages(self, texts):
        self.asked += texts
        return np.zeros((len(texts), 1))

    async def query(self, text):
        self.asked.append(text)
        return np.zeros(1)

    async def close(self):
        """There is nothing to let go of."""


async def test_an_endpoint_for_vectors_reads_kinds_in_the_place_of_values():
    """Of passages, titles and questions; a token is a kind too."""
    told = Told()
    embedder = Vague(told, Detector("full_anonymization"))
    await embedder.passages(["Letter to Mr Roe\nWrite to jane.roe@example.com"])
    await embedder.query("What of PII-PERSON-0003 and DE89 3704 0044 0532 0130 00?")
    assert told.asked == ["Letter to Mr person\nWrite to email", "What of  person  and iban?"]
