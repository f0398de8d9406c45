"""Keys, tokens and passwords: by the prefixes their issuers give them, by their form, and by the words before them. Pure."""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Iterator

from .kinds import Kind, Span

_ISSUED = re.compile(
    r"(?<![\w-])(?:"
    r"sk-(?:ant-|proj-|svcacct-|or-)?[\w-]{20,200}"  # language model services
    r"|(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{16,120}|whsec_[\w+/=-]{20,80}"  # payment services
    r"|gh[pousr]_[0-9A-Za-z]{30,100}|github_pat_\w{30,120}|gl(?:pat|dt|rt|soat)-[\w-]{18,60}"  # code hosting
    r"|xox[abeoprs]-[0-9A-Za-z-]{10,120}|xapp-[0-9A-Za-z-]{20,120}"  # chat
    r"|(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA)[0-9A-Z]{16}|AIza[\w-]{35}|ya29\.[\w-]{20,300}"  # clouds
    r"|do[opr]_v1_[0-9a-f]{64}|shp(?:at|ca|pa|ss)_[0-9a-f]{32}|EAAC[0-9A-Za-z]{20,250}"
    r"|SG\.[\w-]{16,40}\.[\w-]{30,60}|key-[0-9a-f]{32}|npm_[0-9A-Za-z]{36}|pypi-[\w-]{50,300}|hf_[0-9A-Za-z]{30,60}"
    r"|hv[sbr]\.[\w-]{20,200}|dapi[0-9a-f]{32}|age-secret-key-1[0-9a-z]{50,70}|AGE-SECRET-KEY-1[0-9A-Z]{50,70}"
    r"|sq0(?:atp|csp)-[\w-]{20,60}|NRAK-[0-9A-Z]{27}|lin_api_[0-9A-Za-z]{30,60}|ntn_[0-9A-Za-z]{30,60}"
    r")(?![\w-])"
)
_BOT = re.compile(r"(?<![\w])[0-9]{8,10}:AA[\w-]{33}(?![\w-])")
_JWT = re.compile(r"(?<![\w.-])(eyJ[\w-]{8,2000})\.[\w-]{4,4000}\.[\w-]{0,1000}(?![\w-])")
_PEM = re.compile(
    r"-----BEGIN (?P<what>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----.{0,20000}?(?:-----END (?P=what)-----|\Z)",
    re.DOTALL,
)
_HEADER = re.compile(r"\b(?:bearer|basic|token)[ \t]+(?P<value>[\w.+/=~-]{12,2000})", re.IGNORECASE)
_COMMAND = re.compile(
    r"\bcurl\b[^\n]{0,200}?[ ](?:-u|--user)[ =]?[\"']?(?P<curl>[^\s:\"']{1,64}:[^\s\"']{1,128})"
    r"|\b(?:mysql|mysqldump|mariadb|sshpass)\b[^\n]{0,200}?[ ](?:-p|--password[ =])[\"']?(?P<client>[^\s\"'-][^\s\"']{2,128})"
)
_COOKIE = re.compile(
    r"\b(?:set-)?cookie:[ \t]*(?P<jar>[^\n=]{1,80}=[^\n]{4,4000})"
    r"|(?<![^\W_])(?:session|sess|sid|jsessionid|phpsessid)(?:[ _-]?(?:id|token|key))?[\"']?\s{0,2}[:=]\s{0,2}[\"']?(?P<session>[\w.%+/=-]{12,400})",
    re.IGNORECASE,
)
_WORDS = (
    r"pass(?:word|wd|phrase|code)?|passwort|kennwort|pwd|mot de passe|contrase(?:ñ|n)a|wachtwoord|senha|has(?:ł|l)o|"
    r"secret|token|api[ _-]?key|access[ _-]?key(?:[ _-]?id)?|auth[ _-]?key|account[ _-]?key|shared[ _-]?access[ _-]?key|"
    r"client[ _-]?secret|private[ _-]?key|signing[ _-]?key|encryption[ _-]?key|secret[ _-]?(?:access[ _-]?)?key|"
    r"credentials?|recovery code|pin"
)
_SAID = re.compile(
    rf"(?<![^\W_])(?P<word>{_WORDS})(?![^\W_])[\"'`]?"
    r"(?P<by>\s{0,3}(?:[:=]|=>|:=)\s{0,3}|\s{1,3}(?:is|was|ist|lautet|est|es|to)\s{1,3}:?\s{0,2})"
    r"(?P<quote>[\"'`\u201c]?)(?P<value>[^\s\"'`\u201c\u201d<>,;]{4,300})",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"(?<![^\W_])(?:pass(?:word|phrase)|passwort|kennwort|passphrase|seed phrase|recovery phrase)[ ]?(?:(?:is|ist|lautet)[ ]|[:=][ ]?)?"
    r"[\"\u201c\u201e](?P<value>[^\"\u201c\u201d\n]{4,200})[\"\u201c\u201d]",
    re.IGNORECASE,
)
"""In quotes it may have spaces."""
_PIN = re.compile(
    r"\b(?:PIN|[Pp]in(?=[ -]?[Cc]ode|[ ]is|[ ]ist))(?:[ -]?[Cc]ode)?[ ](?:(?:is|ist|lautet)[ ])?(?P<value>[0-9]{4,8})(?![\w.])"
)
_PLACEHOLDER = re.compile(
    r"^(?:\*+|x+|\.+|\$\{.*|\{\{.*|<.*|none|null|true|false|required|optional|changed?|reset)\W*$", re.IGNORECASE
)
_PASSWORDS = re.compile(r"pass|pwd|kennwort|mot de|contrase|wachtwoord|senha|has[łl]o", re.IGNORECASE)
_ENTROPY = 3.0


def find(text: str) -> Iterator[Span]:
    """Whatever opens a door."""
    for pattern in (_ISSUED, _BOT):
        yield from (Span(match.start(), match.end(), Kind.SECRET) for match in pattern.finditer(text))
    if "eyJ" in text:
        yield from (
            Span(match.start(), match.end(), Kind.SECRET) for match in _JWT.finditer(text) if _is_header(match[1])
        )
    if "PRIVATE KEY" in text:
        yield from (Span(match.start(), match.end(), Kind.SECRET) for match in _PEM.finditer(text))
    yield from (
        Span(match.start("value"), match.end("value"), Kind.SECRET)
        for match in _HEADER.finditer(text)
        if _is_random(match["value"])
    )
    yield from (Span(*match.span(match.lastgroup or 0), Kind.SECRET) for match in _COMMAND.finditer(text))
    for match in _COOKIE.finditer(text):
        if match["jar"] or any(char.isdigit() for char in match["session"]):
            yield Span(*match.span(match.lastgroup or 0), Kind.SECRET)
    yield from (Span(*match.span("value"), Kind.SECRET) for match in _PHRASE.finditer(text))
    yield from (Span(*match.span("value"), Kind.SECRET) for match in _PIN.finditer(text))
    yield from _said(text)


def _said(text: str) -> Iterator[Span]:
    for match in _SAID.finditer(text):
        value = match["value"].rstrip(".?)*")
        if len(value) < 4 or _PLACEHOLDER.match(value):
            continue
        if _counts(match["word"].lower(), value, assigned=any(sign in match["by"] for sign in ":=")):
            start = match.start("value")
            yield Span(start, start + len(value), Kind.SECRET)


def _counts(word: str, value: str, *, assigned: bool) -> bool:
    if word == "pin":
        return value.isdigit() and len(value) <= 8
    if _PASSWORDS.match(word):
        if any(char.isdigit() for char in value) and any(char.isalpha() for char in value):
            return True
        mixed = sum((any(c.isdigit() for c in value), any(not c.isalnum() for c in value), value.lower() != value))
        return mixed >= (1 if assigned else 2) or (assigned and len(value) >= 6)
    return _is_random(value) if not assigned else _is_random(value) or _varied(value)


def _is_random(value: str) -> bool:
    """Long, with digits among its letters, and without the repetitions of words."""
    digits = sum(char.isdigit() for char in value)
    return len(value) >= 16 and 0 < digits < len(value) and entropy(value) >= _ENTROPY


def _varied(value: str) -> bool:
    return len(value) >= 8 and any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


def entropy(value: str) -> float:
    """Bits for each character, by how often each occurs."""
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in Counter(value).values())


def _is_header(part: str) -> bool:
    try:
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return False
    return isinstance(header, dict)
