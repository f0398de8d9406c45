"""Which of other people's servers we may call, by URL and by address. Pure: nothing is resolved here."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import msgspec

from .errors import Rejected

CODE = "webhook_url_rejected"
LONGEST_URL = 2048

# Everything special in IANA's registry, and the one metadata service that lives in public space (168.63.129.16).
_SPECIAL_4 = [
    IPv4Network(block)
    for block in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    ).split()
]
# IPv6 the other way round: only what is handed out as global unicast, less documentation and
# the tunnels that carry an IPv4 address past these rules (Teredo, 6to4).
_GLOBAL_6 = IPv6Network("2000::/3")
_SPECIAL_6 = [IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")

_INTERNAL = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa")

# Strict on purpose: ASCII only, no user name, no fragment, no backslash, no white space. What passes is taken
# apart here once and handed on in parts, so that no second parser can read it differently.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:[/?][a-z0-9._~:/?\[\]@!$&'()*+,;=%-]*)?)",
    re.ASCII | re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A URL in parts. ``host`` is in lower case, without brackets and without a last dot."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _usual(self.scheme) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def public(address: str) -> bool:
    """Whether this is an address on the public internet; False for what is not an address at all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in block for block in _SPECIAL_4)
    if parsed.scope_id is not None:
        return False
    if parsed in _NAT64:
        return public(str(IPv4Address(int(parsed) & 0xFFFF_FFFF)))
    return parsed in _GLOBAL_6 and not any(parsed in block for block in _SPECIAL_6)


def parse(url: str, *, allow_private: bool) -> Target:
    """Take apart a URL that we are asked to call.

    Args:
        allow_private: also accept plain http, private addresses, internal names and any port.

    Raises:
        Rejected: it is not a URL that we call, and why not. What a name resolves to is checked when it is called.
    """
    found = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
    if found is None:
        raise Rejected(
            f"url must be an absolute https URL of at most {LONGEST_URL} ASCII characters, "
            "without a user name and without a fragment",
            code=CODE,
        )
    scheme = found["scheme"].lower()
    target = Target(
        scheme=scheme,
        host=_host(found["host"].lower()),
        port=int(found["port"]) if found["port"] else _usual(scheme),
        target=found["target"] if found["target"].startswith("/") else f"/{found['target']}",
    )
    if not 0 < target.port < 65536:
        raise Rejected("url has a port outside 1 to 65535", code=CODE)
    if not allow_private:
        _require_public(target)
    return target


def _host(host: str) -> str:
    """A name, or an address in its usual form: what else a resolver takes for one (127.1, 0x7f.1) is refused."""
    name = host.removesuffix(".")
    try:
        if host.startswith("["):
            return str(IPv6Address(host[1:-1]))
        if _NUMBER.fullmatch(name.rpartition(".")[2]):
            return str(IPv4Address(name))
    except AddressValueError:
        raise Rejected("url has an address that is not in its usual form as its host", code=CODE) from None
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise Rejected("url has a host that is not a valid name", code=CODE)
    return name


def _require_public(target: Target) -> None:
    if target.scheme != "https":
        raise Rejected("url must begin with https://", code=CODE)
    if target.port != 443 and target.port < 1024:
        raise Rejected("url must have port 443, or one of 1024 and above", code=CODE)
    if ":" in target.host or _NUMBER.fullmatch(target.host.rpartition(".")[2]):
        if not public(target.host):
            raise Rejected("url has an address that is not on the public internet", code=CODE)
    elif "." not in target.host or target.host.endswith(tuple(f".{suffix}" for suffix in _INTERNAL)):
        raise Rejected("url has a host that is not a name on the public internet", code=CODE)


def _usual(scheme: str) -> int:
    return 443 if scheme == "https" else 80
