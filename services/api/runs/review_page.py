"""A draft as a plain page, with a form to decide about it. Pure; there is no script in it, and nothing from elsewhere."""

from __future__ import annotations

import html
from typing import Any

from markdown_it import MarkdownIt

from shared.contracts.records import Interrupt
from shared.domain.errors import Rejected

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "no-referrer",
}
LONGEST_COMMENT = 4000

_PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.6 Georgia, serif; max-width: 42rem; margin: 0 auto; padding: 2rem 1.25rem 5rem }}
h1, h2, h3, h4 {{ line-height: 1.25; margin: 2rem 0 .5rem }}
table {{ border-collapse: collapse; font: .85rem/1.4 system-ui, sans-serif; display: block; overflow-x: auto }}
th, td {{ border-bottom: 1px solid #8886; padding: .35rem .7rem; text-align: left; vertical-align: top }}
blockquote {{ border-left: 3px solid #8886; margin-inline: 0; padding-left: 1rem; font-style: italic }}
pre {{ overflow-x: auto; background: #8882; padding: .75rem }}
.draft {{ font: 600 .8rem system-ui, sans-serif; letter-spacing: .04em; color: #b45309 }}
.draft a {{ color: inherit; float: right }}
form {{ font: .95rem/1.5 system-ui, sans-serif; border-top: 3px solid #b45309; margin-top: 3rem; padding-top: 1rem }}
form h2 {{ margin-top: 0 }}
label {{ display: block; margin: 1rem 0 .25rem; font-weight: 600 }}
textarea, select, button {{ font: inherit; box-sizing: border-box; padding: .5rem .75rem; border: 1px solid #888; border-radius: 4px }}
textarea, select {{ width: 100% }}
button {{ margin: 1rem .5rem 0 0; cursor: pointer; background: none; color: inherit }}
button.first {{ background: #166534; border-color: #166534; color: #fff }}
:focus-visible {{ outline: 3px solid #2563eb; outline-offset: 2px }}
</style>{body}</html>"""

_BUTTONS = {
    "accept": '<button class="first" name="action" value="accept" formnovalidate>Release</button>',
    "refine": '<button name="action" value="refine">Send back</button>',
    "reject": '<button name="action" value="reject">Reject</button>',
}
_DONE = {
    "accept": "The draft is released. Thank you.",
    "refine": "The draft goes back and is written again. Whoever asked you can give you a new link to it.",
    "reject": "The draft is rejected, for the reason that you gave.",
}


def draft(interrupt: Interrupt, written: str, *, title: str, language: str, may_answer: bool) -> str:
    """The page of a draft.

    Args:
        written: the document in Markdown.
        may_answer: whether it ends with the form.
    """
    body = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(written)
    form = _form(interrupt) if may_answer else ""
    way = '<a href="#decide">Decide</a>' if form else ""
    return _page(f"Draft: {title}", f'<p class="draft">DRAFT, NOT RELEASED {way}</p>{body}{form}', language)


def decided(action: str) -> str:
    """What is shown after the form was sent."""
    return _page("Thank you", f"<h1>{_DONE[action]}</h1>")


def refused(said: str) -> str:
    """Why there is nothing to look at, or why the form was not taken."""
    return _page("Not possible", f"<h1>That was not possible</h1><p>{html.escape(said)}</p>")


def decision(form: dict[str, Any]) -> dict[str, Any]:
    """The form's ``resumeValue``.

    Raises:
        Rejected: no button of ours, or a comment that is missing or too long.
    """
    action = form.get("action")
    comment = str(form.get("comment") or "").strip()
    if action not in _BUTTONS:
        raise Rejected("action must be accept, refine or reject")
    if action != "accept" and not comment:
        raise Rejected("comment must say why the draft is rejected, or what is to be changed; go back and write it")
    if len(comment) > LONGEST_COMMENT:
        raise Rejected(f"comment must have at most {LONGEST_COMMENT} characters; go back and shorten it")
    value: dict[str, Any] = {"action": action} | ({"feedback": comment} if comment else {})
    if action == "refine":
        section = str(form.get("section") or "")
        where = {"scope": "section", "itemIds": [section]} if section else {"scope": "whole"}
        value["refineFeedback"] = where | {"text": comment}
    return value


def _form(interrupt: Interrupt) -> str:
    """Empty where none of our buttons is offered."""
    offered = [name for name in _BUTTONS if name in interrupt.data["actions"]]
    if not offered:
        return ""
    sections = interrupt.data.get("sections") if "refine" in offered else None
    choice = "".join(
        f'<option value="{html.escape(str(one["id"]))}">{html.escape(str(one["title"]))}</option>'
        for one in sections or []
    )
    which = (
        '<label for="section">What to send back</label><select id="section" name="section">'
        f'<option value="">The whole draft</option>{choice}</select>'
    )
    return (
        f'<form method="post" id="decide"><h2>{html.escape(str(interrupt.data["title"]))}</h2>'
        '<label for="comment">Reason to reject, or what to change</label>'
        f'<textarea id="comment" name="comment" rows="4" required maxlength="{LONGEST_COMMENT}"></textarea>'
        f"{which if choice else ''}{''.join(_BUTTONS[name] for name in offered)}</form>"
    )


def _page(title: str, body: str, language: str = "en") -> str:
    return _PAGE.format(language=html.escape(language), title=html.escape(title), body=body)
