"""Which URLs and addresses we call."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.addresses import parse, public
from shared.domain.errors import Rejected

PUBLIC = ["8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "192.167.0.1", "100.63.255.255", "223.255.255.255"]
PUBLIC += ["2606:4700:4700::1111", "2a00:1450:4001::200e", "64:ff9b::8.8.8.8"]

SPECIAL = {
    "unspecified": ["0.1.2.3", "::", str(ipaddress.IPv4Address(0))],
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
    "shared": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "link-local": ["169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "2606:4700::1111%eth0"],
    "unique local": ["fc00::1", "fd00:ec2::254", "fd20:ce::254"],
    "site-local": ["fec0::1"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "192.0.0.192", "192.88.99.1", "198.18.0.1", "4000::1", "100::1"],
    "documentation": ["192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1", "3fff::1"],
    "metadata": ["168.63.129.16"],
    "mapped": ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe", "::127.0.0.1"],
    "translated": ["64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808"],
    "tunnelled": ["2002:7f00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "no address": ["", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "8.8.8.8 ", "8.8.8", "1.2.3.4.5", "::g"],
}


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_on_the_public_internet_is_called(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize("address", [one for some in SPECIAL.values() for one in some])
def test_a_special_address_is_not_called(address: str) -> None:
    assert not public(address)


@given(st.ip_addresses())
def test_nothing_that_the_standard_library_calls_private_is_public(address: ipaddress.IPv4Address) -> None:
    """Ours is the stricter of the two lists, except for NAT64, which is judged by the address inside."""
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return
    if public(str(address)):
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://example.com", "https://example.com/"),
        ("https://example.com/hook?a=1&b=%20", "https://example.com/hook?a=1&b=%20"),
        ("https://example.com?a=1", "https://example.com/?a=1"),
        ("HTTPS://Example.COM./Hook", "https://example.com/Hook"),
        ("https://example.com:443/", "https://example.com/"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:4700:0::1111]:8443/x", "https://[2606:4700:4700::1111]:8443/x"),
        ("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/"),
        ("https://hooks.example1.com/services/T0/B0:@x", "https://hooks.example1.com/services/T0/B0:@x"),
    ],
)
def test_a_public_url_is_taken_in_its_usual_form(given: str, read: str) -> None:
    assert parse(given, allow_private=False).url == read


REFUSED = {
    "scheme": ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//a.com/"],
    "no url": ["not a url", "https://", "https:///x", "https:example.com", "https://example.com:", " https://a.com/"],
    "user name": ["https://user@example.com/", "https://a:b@example.com/", "https://example.com@127.0.0.1/"],
    "two readings": [
        "https://example.com\\@127.0.0.1/",
        "https://127.0.0.1\\.example.com/",
        "https://example.com#@127.0.0.1/",
        "https://exam\tple.com/",
        "https://example.com/\r\nHost: x",
        "https://127.0.0.1%2f.example.com/",
        "https://example.com:443:80/",
        "https://example.com/é",
    ],
    "loopback": ["https://127.0.0.1/", "https://localhost/", "https://LOCALHOST./", "https://a.localhost/"],
    "private": ["https://10.1.2.3/", "https://172.20.0.1/", "https://192.168.0.1/", "https://[fd00::1]/"],
    "metadata": ["https://169.254.169.254/latest/", "https://metadata.google.internal/", "https://metadata/"],
    "internal name": ["https://redis/", "https://db.local/", "https://api.svc.cluster.local/", "https://x.home.arpa/"],
    "decimal": ["https://2130706433/", "https://134744072/"],
    "octal": ["https://0177.0.0.1/", "https://017700000001/", "https://08.8.8.8/"],
    "hexadecimal": ["https://0x7f000001/", "https://0x7f.0.0.1/", "https://127.0.0.0x1/", "https://0x/"],
    "short": ["https://127.1/", "https://10.1/", "https://0/", "https://127.0.0.1./"],
    "IPv6": ["https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/"],
    "IPv6 in disguise": ["https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[fe80::1%25eth0]/"],
    "full width": ["https://\uff11\uff12\uff17.0.0.1/", "https://\u24dbocalhost/", "https://example\u3002com/"],
    "port": ["https://example.com:0/", "https://example.com:65536/", "https://example.com:22/", "https://a.com:-1/"],
    "port in disguise": [
        "https://example.com:80/",
        "https://example.com:+443/",
        "https://example.com:\uff14\uff14\uff13/",
    ],
    "name": ["https://-a.com/", "https://a..com/", "https://.com/", f"https://{'a' * 64}.com/", "https://*.a.com/"],
    "length": ["https://example.com/" + "a" * 2048],
}


@pytest.mark.parametrize("url", [one for some in REFUSED.values() for one in some])
def test_any_other_url_is_refused_with_one_code(url: str) -> None:
    with pytest.raises(Rejected) as refusal:
        parse(url, allow_private=False)
    assert refusal.value.code == "webhook_url_rejected"
    assert refusal.value.message.startswith("url ")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://localhost:80/", "https://redis/", "http://[::1]:1/", "https://10.0.0.1/"]
)
def test_private_urls_are_taken_when_they_are_allowed(url: str) -> None:
    assert parse(url, allow_private=True).url == url.replace(":80/", "/")


@pytest.mark.parametrize("kind", ["user name", "two readings", "full width", "octal", "hexadecimal", "name"])
def test_allowing_private_urls_allows_no_tricks(kind: str) -> None:
    for url in REFUSED[kind]:
        with pytest.raises(Rejected):
            parse(url, allow_private=True)


@given(st.text(max_size=60), st.booleans())
def test_whatever_the_text_the_answer_is_a_url_or_a_refusal(text: str, allow_private: bool) -> None:
    """What passes reads back as itself: there is one reading."""
    for url in (text, f"https://{text}", f"https://{text}/", f"https://example.com{text}"):
        try:
            target = parse(url, allow_private=allow_private)
        except Rejected:
            continue
        assert parse(target.url, allow_private=allow_private) == target
