"""An engine that prints without a browser: blank pages, or whatever goes wrong."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from pikepdf import Pdf

from services.renderer.engine import TabDied


class Paper:
    """A tab that prints ``pages`` blank pages after ``seconds``, or dies."""

    def __init__(self, *, pages: int = 1, seconds: float = 0.0, dies: bool = False) -> None:
        self.pages = pages
        self.seconds = seconds
        self.dies = dies
        self.printed: list[str] = []

    async def print(self, html: str, **_options: Any) -> bytes:
        self.printed.append(html)
        await asyncio.sleep(self.seconds)
        if self.dies:
            raise TabDied
        book, data = Pdf.new(), io.BytesIO()
        for _ in range(self.pages):
            book.add_blank_page()
        book.save(data)
        return data.getvalue()


class Press:
    """An engine with one kind of tab."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def kill(self) -> None: ...

    def healthy(self) -> bool:
        return True

    def megabytes(self) -> float:
        return 1.0

    async def open(self) -> Paper:
        return self.paper

    async def discard(self, tab: Paper) -> None: ...
