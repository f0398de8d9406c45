"""The fonts of a page: text faces for Latin, Greek and Cyrillic, and others for what they lack."""

from services.renderer.page.fonts.faces import Mode, Typesetting, faces_for, typesetting
from services.renderer.page.fonts.install import install

__all__ = ["Mode", "Typesetting", "faces_for", "install", "typesetting"]
