"""Program text with its words marked by kind."""

from __future__ import annotations

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from shared.document.blocks import Code

_LONGEST = 20_000
_FORMATTER = HtmlFormatter(nowrap=True, classprefix="k-")


def marked(code: Code) -> Markup:
    """Return the text with spans around its tokens; plain where the language is unknown or it is long."""
    if not code.language or len(code.text) > _LONGEST:
        return escape(code.text)
    try:
        lexer = get_lexer_by_name(code.language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code.text)
    return Markup(highlight(code.text, lexer, _FORMATTER))  # noqa: S704 - Pygments escapes what it wraps
