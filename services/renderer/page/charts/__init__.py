"""Charts as inline SVG: values in, markup out, looks left to the page's stylesheet."""

from services.renderer.page.charts.draw import Drawing, draw

__all__ = ["Drawing", "draw"]
