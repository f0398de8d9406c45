"""What a renderer is told by its environment."""

from __future__ import annotations

from shared.config import Core


class Settings(Core, frozen=True, kw_only=True):
    """Beside ``Core``."""

    chromium: str
    """The path of the browser's program; the headless shell prints twice as fast as the whole browser."""
    render_slots: int = 2
    """Reports printed at once: one a processor."""
    render_deadline_s: float = 60.0
    """How long one print may take before the browser is killed."""
    render_recycle_prints: int = 500
    render_recycle_mb: float = 1000.0
    """A browser that printed so often, or holds so much memory, is replaced between two prints."""
    max_pages: int = 1000
    max_html_bytes: int = 64_000_000
    allow_root_chromium: bool = False
    """Run Chromium as root, without its sandbox, where it starts in no other way."""
    brand_accent: str = ""
    """The house's colour, such as #14525e; a report's own comes before it."""
    brand_logo: str = ""
    """The path of a PNG or SVG picture for every cover."""
