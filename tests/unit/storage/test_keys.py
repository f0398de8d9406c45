"""Keys and the names that clients save files under."""

from __future__ import annotations

from shared.storage.keys import EXTENSIONS, MEDIA_TYPES, artifact_key, attachment


def test_a_key_says_content_and_format():
    """The same bytes have the same key; the first bytes spread the files over folders."""
    assert artifact_key("abcd" + "0" * 60, "md") == f"artifacts/ab/cd/abcd{'0' * 60}.md"
    assert EXTENSIONS.keys() == MEDIA_TYPES.keys()


def test_a_name_in_any_script_is_kept():
    """Old clients get an ASCII name, the others the real one."""
    assert attachment("Отчёт 5%.pdf") == (
        "attachment; filename=\"_____ 5_.pdf\"; filename*=UTF-8''%D0%9E%D1%82%D1%87%D1%91%D1%82%205%25.pdf"
    )


def test_a_name_cannot_leave_its_header_or_its_folder():
    """Line breaks, quotes and path separators from a title do no harm."""
    header = attachment('../..\\x\r\nSet-Cookie: a="b"\u202e.pdf')
    assert header.startswith('attachment; filename="_.._x__Set-Cookie: a=_b__.pdf"')
    assert attachment(" .. ").startswith('attachment; filename="report"')
