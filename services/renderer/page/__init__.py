"""A document as one self-contained HTML page: the page of every rendition that has pages."""

from services.renderer.page.outline import anchors
from services.renderer.page.page import page

__all__ = ["anchors", "page"]
