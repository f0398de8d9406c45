"""SVG drawings of others: only the elements and attributes that draw are kept.

A page shows them as images, in which a browser runs no script and loads nothing; this is the wall
before that one, for whoever takes the picture out of the page.
"""

from __future__ import annotations

import re

from lxml import etree

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_DRAWING = frozenset(
    "svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath title desc switch "
    "linearGradient radialGradient stop clipPath mask pattern marker image style filter feBlend feColorMatrix "
    "feComponentTransfer feComposite feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode "
    "feMorphology feOffset feDropShadow".split()
)
_INSIDE = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|gif|webp);base64,)", re.IGNORECASE)
_LEADS_OUT = re.compile(r"url\s*\(\s*(?!['\"]?\s*#)|@import|@font-face|expression\s*\(|javascript:|\\", re.IGNORECASE)
_MOST_ELEMENTS = 20_000


def sanitised(data: bytes) -> bytes | None:
    """Return the drawing with nothing in it but what draws, or None where it is none."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.tag != f"{{{_SVG}}}svg" or sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        return None
    _strip(root)
    etree.cleanup_namespaces(root)
    return bytes(etree.tostring(root, encoding="utf-8"))


def _strip(element: etree._Element) -> None:
    for child in list(element):
        if _draws(child):
            _strip(child)
        else:
            _remove(element, child)
    for name, value in list(element.attrib.items()):
        if not _harmless(str(name), str(value)):
            del element.attrib[name]


def _draws(element: etree._Element) -> bool:
    """Tell whether an element is one that draws; entities and processing instructions have no name."""
    if not isinstance(element.tag, str):
        return False
    space, _, name = element.tag.rpartition("}")
    if space != f"{{{_SVG}" or name not in _DRAWING:
        return False
    return name != "style" or not (len(element) or _LEADS_OUT.search(element.text or ""))


def _harmless(name: str, value: str) -> bool:
    if name in {"href", _XLINK}:
        return _INSIDE.match(value) is not None
    if name.startswith("{"):
        return name == "{http://www.w3.org/XML/1998/namespace}space"
    return not (name.lower().startswith("on") or _LEADS_OUT.search(value))


def _remove(parent: etree._Element, child: etree._Element) -> None:
    """Take an element out, and leave the text after it."""
    before, after = child.getprevious(), child.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + after
    else:
        parent.text = (parent.text or "") + after
    parent.remove(child)
