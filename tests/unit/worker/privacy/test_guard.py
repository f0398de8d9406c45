"""Prompts that go out: every value is hidden wherever it stands, and an ordinary prompt is never refused."""

from __future__ import annotations

import pytest

from services.worker.content import Passage, SourceInfo
from services.worker.llm.door import Prompt
from services.worker.nodes.nearer import _Pool
from services.worker.nodes.private import hidden
from services.worker.privacy.detect import Detector
from services.worker.privacy.fields import given
from services.worker.privacy.guard import _passed
from services.worker.privacy.kinds import Kind, Span
from services.worker.privacy.mapping import Mapping
from services.worker.privacy.scramble import Scrambler
from services.worker.retrieval.gather import Gathered
from shared.domain.context import SourceText


class Capitals:
    """A name model that takes every word with a capital for a name."""

    name = "capitals"

    def find(self, text):
        at = 0
        for word in text.split():
            at = text.index(word, at)
            bare = word.strip(".,;:'")
            if bare[:1].isupper():
                yield Span(at, at + len(bare), Kind.PERSON)
            at += len(word)


def outbound(user, *, system="Write.", schema=None, scrambler=None):
    one = scrambler or Scrambler(Detector("gdpr_compliant"), Mapping())
    return _passed(one, Prompt(system=system, user=user, max_tokens=10, schema=schema)).prompt


@pytest.mark.parametrize(
    ("user", "value"),
    [
        ("A reviewer wants this changed: Winterfeld objects. Mr Winterfeld must be named.", "Winterfeld"),
        ("Winterfeld said so.\nKind regards,\nWinterfeld", "Winterfeld"),
        ("Order 12345678 was paid. His account number is 12345678.", "12345678"),
        ("The ticket 4471190 was closed. Patient ID 4471190 is hers.", "4471190"),
        ("Dr. Hallström of Graz doubts it. Hallström points to demand, HALLSTRÖM's study too.", "Hallström"),
        ("Hallströms came. Dr. Hallström had asked Hall-\nström.", "Hallström"),
    ],
)
def test_a_value_that_is_told_by_its_label_once_is_hidden_everywhere(user, value):
    """Before the label too, and without it; that is no reason to refuse the prompt."""
    sent = outbound(user)
    assert value.casefold() not in sent.user.replace("-\n", "").casefold()
    assert "PII-" in sent.user


def test_what_the_user_s_part_tells_is_hidden_in_the_system_s_and_in_the_schema():
    """One prompt, one set of values, whichever part is read first."""
    schema = {
        "type": "object",
        "required": ["said"],
        "properties": {"said": {"type": "string", "description": "Of Roe"}},
    }
    sent = outbound("Ask Mrs Roe.", system="Roe's report.", schema=schema)
    assert "Roe" not in sent.system + sent.user
    assert sent.schema == schema | {"properties": {"said": {"type": "string", "description": "Of PII-PERSON-0001"}}}


def test_a_field_of_a_schema_that_is_called_like_a_keyword_is_read_too():
    """``pattern`` and ``type`` are names that a client may give."""
    schema = {"type": "object", "properties": {"pattern": {"type": "string", "description": "jane.roe@example.com"}}}
    assert "jane.roe" not in str(outbound("Go.", schema=schema).schema)


def test_words_that_the_report_writes_small_are_no_names_in_a_later_step():
    """What was found out over all texts holds where only some of them are seen."""
    detector = Detector("gdpr_compliant", Capitals())
    first = Scrambler(detector, Mapping())
    first.values(["The licensee pays the tax. Winterfeld objects."])
    later = Scrambler(detector, first.mapping, ordinary=first.ordinary)
    assert "Licensee" in outbound("Licensee and Tax", scrambler=later, system="write").user


def test_parts_of_a_name_that_was_found_are_hidden_elsewhere():
    """A person is introduced once and called by one name afterwards; a part that is a word too stays a word."""
    one = Scrambler(Detector("gdpr_compliant"), Mapping())
    made = one.values(["Patient: Ottilie Brückner\nBrückner was seen at noon; Ottilie's sister came.", "OTTILIE left."])
    assert "brückner" not in str(made).casefold()
    assert "ottilie" not in str(made).casefold()
    assert "Will" in one.values(["Dr. Will Okafor will come. Will he?"])[0]


@pytest.mark.parametrize(
    "said",
    """
    Brückner's|Brückners|Brueckner|Bruckner|BRÜCKNER|Bru\u0308ckner|Brück\u00adner|Brück-\nner|Ottilies|\uff22rückner|Kowalskiego|Kowalskim|Brückner\u200b
    """.strip().split("|"),
)
def test_a_given_name_is_hidden_however_it_is_written(said):
    """With endings, accents left out or spelt in two letters, decomposed, with soft hyphens, over the end of a line."""
    one = Scrambler(Detector("gdpr_compliant"), Mapping(), given({"customers": ["Ottilie Brückner", "Jan Kowalski"]}))
    sent = one.scramble(f"Yesterday {said} called.")
    assert sent.startswith("Yesterday PII-PERSON-0001")
    assert sent.endswith(" called.")


def test_a_name_spelt_in_two_letters_is_hidden_with_its_umlaut():
    """Given as Mueller, written as Müller; Muellerei and mull are other words."""
    one = Scrambler(Detector("gdpr_compliant"), Mapping(), given({"customer": "Mueller"}))
    assert (
        one.scramble("Müller, Müllers, the Mullah and the mull")
        == "PII-PERSON-0001, PII-PERSON-0002, the Mullah and the mull"
    )


def test_a_search_of_the_web_is_asked_without_values():
    """Also without those that only one of their places tells."""
    one = Scrambler(Detector("gdpr_compliant"), Mapping())
    assert "Winterfeld" not in one.without("What did Winterfeld say, and Mr Winterfeld's wife?")


def test_frequent_words_of_a_report_are_none_of_its_private_values():
    """Streets, companies and places count words too; fields of the client's that are called like ours are read."""
    text = "The tenant lives at Lindenstraße 5, 93047 Regensburg. Meyer & Söhne GmbH manages it."
    terms = dict.fromkeys("tenant lives lindenstraße regensburg meyer söhne manages".split(), 1)
    one = Scrambler(Detector("full_anonymization"), Mapping())
    made = hidden(
        one, {"text": text, "kind": "jane.roe@example.com", "origin": "jane.roe@example.com", "facts": {"terms": terms}}
    )
    assert made["facts"]["terms"].keys() == {"tenant", "lives", "manages"}
    assert "jane" not in str(made)


def test_the_same_passage_of_two_documents_is_one_passage():
    """Whichever section found it."""
    passage = Passage(number=1, source=1, origin="a:1", text="Tea is hot.", words=3)
    again = Gathered(
        sources=[SourceText(number=1, title="B", text="")],
        passages=[Passage(number=1, source=1, origin="b:7", text="Tea  is hot.", words=3)],
    )
    pool = _Pool([passage], [SourceInfo(number=1, title="A")])
    assert pool.numbered(again) == [passage]
    assert pool.passages == [passage]
