"""Names by what stands around them: titles, labels, greetings, legal forms. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .kinds import Kind, Span
from .windows import Windows

_U = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪĮİĶĹĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽΑ-ΩΆ-ΏА-ЯЁ"
_L = r"[^\W\d_A-Z]"
_ONE = rf"[{_U}](?:[^\W\d_]|['’](?=[^\W\d_]))*(?:-[{_U}][^\W\d_]*)?"
_INITIAL = rf"[{_U}]\."
_PARTICLE = r"(?:van der|van den|van de|von der|von und zu|de la|de los|del|della|di|da|dos|das|do|de|van|von|zu|ten|ter|la|le|al|el|bin|ibn|bint|ben|af|av|y|e|O|Mc|Mac|St\.)"
_WORD = rf"(?:{_ONE}|{_INITIAL})"
_FULL = rf"{_WORD}(?:[ \u00a0]{{1,2}}(?:{_PARTICLE}[ \u00a0])?{_WORD}){{0,3}}"
_AT_LEAST_TWO = rf"{_WORD}(?:[ \u00a0]{{1,2}}(?:{_PARTICLE}[ \u00a0])?{_WORD}){{1,3}}"

_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Dame|Lord|Lady|Rev|Fr|Hon|Judge|Herrn?|Frau|Fr[äa]ulein|Monsieur|Madame|Mademoiselle|Mme|Mlle|"
    r"Se[ñn]or(?:a|ita)?|Sra?|Don|Do[ñn]a|Signor[ae]?|Sig(?:\.ra)?|Dott(?:\.ssa)?|Dhr|Mevr|Mevrouw|Meneer|Pani?|Senhora?|Mag|Dipl\.-Ing|Ing|Capt|Lt|Sgt|"
    r"Captain|Officer|Detective|Nurse|Doctor|Professor|Attorney)"
)
_TITLED = re.compile(rf"(?<![\w.])(?:{_TITLE}\.?[ \u00a0]){{1,3}}(?P<value>(?:{_PARTICLE}[ \u00a0])?{_FULL})")
_LABELS = (
    r"(?:full |first |last |given |family |middle |maiden |middle |birth )?name(?: of (?:the )?(?:patient|customer|insured|applicant|employee|tenant))?|surname|forename|"
    r"patient|client|customer|employee|contact(?: person)?|author|applicant|claimant|plaintiff|defendant|witness|tenant|landlord|insured|"
    r"policy ?holder|account ?holder|card ?holder|beneficiary|manager|supervisor|doctor|physician|attending(?: physician)?|nurse|therapist|lawyer|attorney|guardian|"
    r"next of kin|emergency contact|spouse|from|to|cc|attn|attention|signed(?: by)?|prepared by|written by|submitted by|reported by|assigned to|assignee|owner|reporter|"
    r"reviewer|approved by|caller|agent|sender|recipient|ship to|bill to|sold to|attendees?|speaker|interviewer|interviewee|"
    r"vorname|nachname|familienname|kunde|kundin|patientin|mitarbeiter(?:in)?|ansprechpartner(?:in)?|bearbeiter(?:in)?|verfasser(?:in)?|inhaber(?:in)?|kontoinhaber(?:in)?|"
    r"nom(?: complet)?|pr[ée]nom|cliente?|patiente?|auteur|nombre(?: completo)?|apellidos?|paciente|autor(?:a)?|nome|cognome|paziente|naam|achternaam|klant|"
    r"imi[ęe](?: i nazwisko)?|nazwisko|klient|pacjent|titular"
)
_LABEL = re.compile(rf"(?:^|[\n\t|;,(*_>\"'{{\[ ])(?:{_LABELS})[\"'*_]{{0,3}}[ \t]{{0,4}}$", re.IGNORECASE)
_LABELLED = re.compile(
    rf"[:=|\t][ \t]{{0,4}}[\"'*_|]{{0,3}}[ \t]?(?:{_TITLE}\.?[ ])?(?P<value>{_FULL})"
    rf"(?=[ \t]*(?:[\n\r,;|\"'<(){{}}\[\]*_./-]|$| -|\u2013))"
)
_LONGEST_LABEL = 48
_INTRODUCED = re.compile(
    r"(?i:\bmy name is|\bmy full name is|\bi am called|\bthis is|\bi['’]m|\bnamed|\bcalled|\bich hei(?:ß|ss)e|\bmein name ist|\bje m['’]appelle|\bmon nom est|"
    r"\bme llamo|\bmi nombre es|\bmi chiamo|\bil mio nome [èe]|\bmeu nome [ée]|\bchamo-me|\bik heet|\bmijn naam is|\bnazywam si[ęe]|\bjag heter|\bmitt namn [äa]r)"
    rf"[ \u00a0](?:{_TITLE}\.?[ ])?(?P<value>{_AT_LEAST_TWO}|(?<=is ){_ONE}|(?<=hei[ßs]e ){_ONE}|(?<=appelle ){_ONE}|(?<=llamo ){_ONE}|(?<=chiamo ){_ONE}|(?<=heet ){_ONE})"
)
_GREETED = re.compile(
    r"\n[ \t>]{0,4}(?i:dear|hello|hi|hey|good (?:morning|afternoon|evening)|liebe[rs]?|hallo|sehr geehrte[r]?|guten tag|ch[èe]re?|bonjour|salut|hola|estimad[oa]|querid[oa]|"
    rf"gentile|caro|cara|ciao|ol[áa]|prezad[oa]|car[oa]|beste|geachte|szanown[ya]|drog[ia]|hej|k[äa]ra)[ \u00a0,]{{1,2}}(?:{_TITLE}\.?[ ]){{0,2}}(?P<value>{_FULL})(?=[ \t]{{0,2}}[,!:.\n\u2013-]|$)"
)
_SIGNED = re.compile(
    r"[\n.!?][ \t>]{0,4}(?i:(?:best|kind|warm|many)?[ ]?(?:regards|wishes|thanks)|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|cheers|thank you|thanks|love|"
    r"mit freundlichen gr[üu](?:ß|ss)en|freundliche gr[üu](?:ß|ss)e|(?:viele|liebe|beste|sch[öo]ne) gr[üu](?:ß|ss)e|mfg|cordialement|bien [àa] vous|sinc[èe]res salutations|"
    r"(?:un )?saludos?(?: cordial(?:es)?)?|atentamente|cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?|groeten|atenciosamente|cumprimentos|abra[çc]os?|"
    rf"z powa[żz]aniem|pozdrawiam|med v[äa]nliga h[äa]lsningar)[,.!]?[ \t]*\n?[ \t]*\n?[ \t]*[-\u2013\u2014]?[ ]?(?P<value>{_FULL})(?=[ \t]*(?:[\n,]|$))"
)
_LEGAL = (
    r"(?:GmbH(?: & Co\. KG)?|AG|SE|KGaA|KG|OHG|UG|e\.V\.|Ltd|Limited|LLC|L\.L\.C\.|LLP|Inc|Incorporated|Corp|Corporation|Co|PLC|plc|S\.A\.S?|SARL|SAS|SA|"
    r"S\.r\.l\.|Srl|S\.p\.A\.|SpA|B\.V\.|BV|N\.V\.|NV|Oy|Oyj|AB|A/S|ApS|AS|ASA|Sp\. z o\.o\.|s\.r\.o\.|a\.s\.|Pty(?: Ltd)?|Pte(?: Ltd)?|K\.K\.|S\.L\.|SL|Lda|Ltda|Kft|Zrt)"
)
_COMPANY = re.compile(
    rf"(?<![\w])(?P<value>[{_U}0-9](?:[\w&'’-]|\.(?=\w)){{0,30}}(?:,? (?:&|and|und|et|y|e|of|de|für|for) |[ -]){{1}}(?:[{_U}0-9](?:[\w&'’-]|\.(?=\w)){{0,30}}[ ]){{0,4}}?,?[ ]?{_LEGAL})(?![\w])"
)
_COMPANY_SHORT = re.compile(rf"(?<![\w])(?P<value>(?:[{_U}0-9][\w&'’-]{{0,30}},?[ ]){{1,5}}?{_LEGAL})(?![\w])\.?")
_INSTITUTION = re.compile(
    rf"(?<![\w])(?P<value>(?:University|Universit[äa]t|Universit[ée]|Universidad|Universit[àa]|Hospital|Bank|Ministry|Institute|College) (?:of|de|di|del|f[üu]r|zu) (?:the )?{_FULL}"
    rf"|(?:{_ONE} ){{1,3}}(?:University|Hospital|Clinic|Bank|Institute|College|Foundation|Universit[äa]t|Klinikum|Krankenhaus))(?![\w])"
)
_INTRODUCTIONS = Windows(
    (
        *(
            "name is",
            "called ",
            "this is",
            "i'm ",
            "i’m ",
            "named ",
            "ich hei",
            "name ist",
            "appelle ",
            "nom est",
            "llamo ",
        ),
        *("nombre es", "chiamo ", "nome ", "chamo-me", "heet ", "naam is", "nazywam ", "jag heter", "mitt namn"),
    ),
    _INTRODUCED,
)
_COMPANIES = Windows(
    """GmbH AG SE KG OHG UG e.V. Ltd Limited LLC L.L.C LLP Inc Corp Co PLC plc S.A SARL SAS SA S.r.l Srl S.p.A SpA B.V BV N.V NV Oy AB A/S ApS
    AS Sp. s.r.o a.s. Pty Pte K.K S.L SL Lda Ltda Kft Zrt""".split(),
    _COMPANY,
    _COMPANY_SHORT,
    before=110,
    after=24,
)
"""Legal forms are looked for in their own case."""
_INSTITUTIONS = Windows(
    "universi hospital bank ministry institute college clinic foundation klinikum krankenhaus".split(), _INSTITUTION
)
_NOT_NAMES = frozenset(
    """
    all team sir madam colleagues colleague customer customers friends everyone everybody there both support hr sales it damen herren kolleginnen
    und kolleginnen kollegen zusammen the a an to our your my this that we you i he she they it tous toutes messieurs mesdames todos todas equipo
    tutti recruiter hiring manager board committee reader readers user users members member department office service head director again today
    """.split()
)

_PARTICLES = frozenset(
    "van von der den de la del della di da dos das do zu ten ter le al el bin ibn the and und et y e jr sr ii iii phd md dr mr mrs ms prof".split()
)


def find(text: str) -> Iterator[Span]:
    """Persons and organisations that their surroundings tell of."""
    for match in (*_TITLED.finditer(text), *_labelled(text), *_INTRODUCTIONS.find(text)):
        if not _is_common(match["value"]):
            yield Span(match.start("value"), match.end("value"), Kind.PERSON)
    lines = f"\n{text}"
    for match in (*_GREETED.finditer(lines), *_SIGNED.finditer(lines)):
        if not _is_common(match["value"]):
            yield Span(match.start("value") - 1, match.end("value") - 1, Kind.PERSON)
    for match in (*_COMPANIES.find(text, text), *_INSTITUTIONS.find(text)):
        if not match["value"].isupper():
            yield Span(match.start("value"), match.end("value"), Kind.ORGANISATION)


def parts(name: str) -> list[str]:
    """The words of a name that are names by themselves."""
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", name)
    if len(words) < 2:
        return []
    return [word for word in words if len(word) > 2 and word.casefold() not in _PARTICLES]


def _labelled(text: str) -> Iterator[re.Match[str]]:
    for match in _LABELLED.finditer(text):
        if _LABEL.search(text, max(match.start() - _LONGEST_LABEL, 0), match.start()):
            yield match


def _is_common(value: str) -> bool:
    words = [word.strip(".,").casefold() for word in value.split()]
    return words[0] in _NOT_NAMES or all(word in _NOT_NAMES for word in words)
