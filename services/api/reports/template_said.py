"""The body of a request to make or change a template: its fields, and what is wrong with them, by path. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from services.api.auth.caller import ROLES
from shared.domain.errors import Rejected
from shared.templates.parameters import Parameter

PROFILES = ("gdpr_compliant", "hipaa_compliant", "full_anonymization", "security_audit", "chat_analytics")
MOST_PARAMETERS = 50

Minutes = Annotated[int, Meta(ge=1, le=1440)]
Tokens = Annotated[int, Meta(ge=0, le=200_000)]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a request to make or change a template; None is not said. Other fields are ignored."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    display_name: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    """What people read; ``name`` if this is not said."""
    description: Annotated[str, Meta(max_length=5000)] | None = None
    category: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,49}$")] | None = None
    generator_class: str | None = None
    """The key of the built-in template that does the work."""
    parameters: Annotated[list[Parameter], Meta(max_length=MOST_PARAMETERS)] | None = None
    """What a report's ``parameters`` hold, beside what the built-in template asks for."""
    template_config: dict[str, Any] | None = None
    """``instructions``, ``sections`` and how reports look; ``{{name}}`` stands for a parameter's value."""
    output_formats: Annotated[list[str], Meta(min_length=1, max_length=20)] | None = None
    estimated_time_minutes: Minutes | None = None
    max_output_tokens: Tokens | None = None
    requires_scrambling: bool | None = None
    scrambling_profile: Literal[PROFILES] | None = None  # type: ignore[valid-type]
    security_level: Literal["standard", "high", "critical"] | None = None
    required_role: Literal[ROLES] | None = None  # type: ignore[valid-type]
    is_active: bool | None = None
    is_premium: bool | None = None


def read(body: Mapping[str, Any]) -> Said:
    """What is said.

    Raises:
        Rejected: with the path of what has a wrong type or is out of its range.
    """
    given = {name: value for name, value in body.items() if value is not None}
    if given.get("parameters") == {}:
        del given["parameters"]  # an empty object is how some clients say that there are none
    if isinstance(given.get("parameters"), list):
        given["parameters"] = [plain(one) for one in given["parameters"]]
    return convert(given, Said, "")


def plain(parameter: Any) -> Any:
    """A parameter as this API's web editor writes it: ``string`` is text, an empty default none at all."""
    if not isinstance(parameter, dict):
        return parameter
    said = {name: value for name, value in parameter.items() if value is not None}
    if said.get("type") == "string":
        said["type"] = "text"
    if said.get("default") in ("", []):
        del said["default"]
    if "description" in said and "help" not in said:
        said["help"] = said["description"]
    if isinstance(said.get("options"), list):
        said["options"] = [option for option in said["options"] if option != ""]
    return said


def convert(given: Any, kind: Any, path: str) -> Any:
    """Into this type. Raises ``Rejected`` with the path of what does not fit, below this one."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        where = f"{path}{place.rstrip('`')}".lstrip(".") or "body"
        field = re.sub(r"\[.*?\]$", "", where).rpartition(".")[2]
        raise Rejected(f"{where}: {_MUST.get(field, _in_words(message))}", details={"field": where}) from None


_MUST = {
    "type": "must be one of date, text, number, boolean, select, multiselect",
    "required_role": f"must be one of {', '.join(ROLES)}",
    "scrambling_profile": f"must be one of {', '.join(PROFILES)}",
    "security_level": "must be one of standard, high, critical",
    "category": "must be a word such as analysis, in lower case",
    "name": "must be text of 1 to 200 characters (a parameter's: letters, digits and _, 64 at most)",
}


def _in_words(message: str) -> str:
    """What msgspec says, without the names of Python's types."""
    expected = re.match(r"Expected `(\w+)(?: \| null)?`(, got )?", message)
    if expected is None:
        return message[:1].lower() + message[1:]
    word = _WORDS.get(expected[1], expected[1])
    return f"must be {word}" if expected[2] else f"must be {word}{message[expected.end() :]}"


_WORDS = {
    "str": "text",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}
