"""The pages of people: log in, one's account, the second factor. What they show comes from public routes."""

from __future__ import annotations

from litestar import get
from litestar.response import Template

from services.api.auth.passwords import SHORTEST

from .headers import PAGE_HEADERS


@get("/login", include_in_schema=False)
async def login_page() -> Template:
    """Log in, and go where one wanted to."""
    return Template("login.html.jinja", headers=PAGE_HEADERS)


@get("/account", include_in_schema=False)
async def account_page() -> Template:
    """Password, second factor, keys, sessions."""
    return Template("account.html.jinja", context={"shortest": SHORTEST}, headers=PAGE_HEADERS)


@get("/security-upgrade", include_in_schema=False)
async def security_upgrade_page() -> Template:
    """Show the second factor, and go where one wanted to."""
    return Template("security-upgrade.html.jinja", headers=PAGE_HEADERS)


PAGES = [login_page, account_page, security_upgrade_page]
