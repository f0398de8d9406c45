"""Words that state a quantity or compare quantities. Pure data."""

from __future__ import annotations

import re

_ENGLISH = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety hundred thousand million billion
    trillion hundreds thousands millions billions
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth
    ninetieth hundredth hundredths thousandth thousandths millionth tenths thirds fifths sixths eighths ninths
    half halves halve halved quarter quarters twice thrice double doubles doubled doubling triple tripled treble
    quadruple quintuple dozen dozens couple pair pairs trio quartet single sole nil nought naught null
    percent percentage percents permille percentile tenfold twofold threefold fold manyfold
    """
_GERMAN = """
    null eins ein zwei zwo drei vier fünf fuenf sechs sieben acht neun zehn elf zwölf zwoelf dreizehn vierzehn fünfzehn
    sechzehn siebzehn achtzehn neunzehn zwanzig dreißig dreissig vierzig fünfzig sechzig siebzig achtzig neunzig hundert
    tausend million millionen milliarde halb hälfte drittel viertel zehntel prozent doppelt dreifach zweifach dutzend
    """
_FRENCH = """
    zéro un une deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt trente
    quarante cinquante soixante septante octante nonante cent cents mille milliard moitié tiers quart dixième
    pourcent double triple douzaine
    """
_SPANISH = """
    cero uno dos tres cuatro cinco seis siete ocho nueve diez doce trece catorce quince dieciséis veinte treinta
    cuarenta cincuenta sesenta setenta ochenta noventa cien ciento mil millón millones mitad tercio cuarto doble triple
    docena porciento
    """
_ITALIAN = """
    uno tre quattro cinque sette otto nove dieci undici dodici tredici quattordici quindici sedici venti trenta quaranta
    cinquanta sessanta settanta ottanta novanta cento mila metà doppio
    """
NUMBERS = frozenset(f"{_ENGLISH} {_GERMAN} {_FRENCH} {_SPANISH} {_ITALIAN}".split())
"""Numerals in words, in the languages of reports and their neighbours; none is an ordinary English word otherwise."""
_JOINED = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))}|and|und|y|et|e){{2,}}"
    rf"|(?:{'|'.join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))})(?:fold|th|ths|some|ish|teen|ty|odd|er|fach)"
)
_NOT_JOINED = frozenset({"tenet", "undone"})
ALSO_NAMES = frozenset({"pair", "pairs", "percentile", "quarter", "quarters", "second", "seconds"})
"""Numerals that a fact may be called by, and then may be named in its sentence."""

QUANTITIES = frozenset(
    """all none nothing every each entire entirely always perfect perfectly flawless flawlessly fully complete
    completely total totally majority minority most mostly few several many handful numerous countless no
    everything everyone everywhere whole wholly zeroes exclusively solely
    never only lone any anybody anyone nobody none bulk lot lots majority minority dozens score scores decade decades
    twenties thirties forties fifties sixties seventies eighties nineties seldom rarely often usually mainly largely""".split()
)
"""How many, without a numeral: nothing here can check them."""

ARITHMETIC = frozenset(
    """ratio product sum squared square root inverse reciprocal multiplied multiply divided divide fraction multiple
    percentage added subtracted combined complement per hourly daily weekly monthly yearly annually apiece""".split()
)
"""Figures made from figures, which would be no facts of this report."""

UNITS = frozenset(
    """percent percentage pct point points ms millisecond milliseconds second seconds minute minutes hour hours day days
    week weeks month months year years byte bytes kb mb gb kilobytes megabytes gigabytes times fold basis bps x k m bn
    euro euros dollar dollars cents usd eur""".split()
)
"""What may not follow a figure, which has its own unit."""

BEFORE = frozenset(
    """minus plus negative times about around approximately roughly nearly almost over under beyond least most up
    exactly precisely only some between barely hardly just""".split()
)
"""What may not stand right before a figure: it would change it."""

ABOVE = frozenset(
    "above higher greater larger bigger exceeds exceed exceeded exceeding surpasses surpass longer wider beyond tops outweighs outnumber outnumbers".split()
)
BELOW = frozenset("below lower smaller shorter narrower beneath under trails fewer lags".split())
AT_MOST = frozenset(["within"])
BETTER = frozenset("better outperforms outperform outperformed beats beat stronger superior".split())
WORSE = frozenset("worse underperforms underperform weaker poorer inferior".split())
RISES = frozenset(
    "rises rise rose rising risen increases increase increased increasing grows grow grew growing climbs climb climbed jumps jump jumped".split()
)
FALLS = frozenset(
    "falls fall fell falling fallen drops drop dropped dropping decreases decrease decreased decreasing declines decline declined declining shrinks shrink shrank sinks sink sank".split()
)
IMPROVES = frozenset("improves improve improved improving gains gained".split())
WORSENS = frozenset(
    "worsens worsen worsened worsening degrades degrade degraded degrading deteriorates deteriorate deteriorated".split()
)
SAME = frozenset("equal equals equalled identical same matches match matched unchanged".split())
NEAR = frozenset("close similar comparable near alike nearby".split())
HIGHEST = frozenset("highest largest greatest biggest longest widest maximum maximal peak peaks top".split())
LOWEST = frozenset("lowest smallest fewest shortest narrowest minimum minimal least".split())
BEST = frozenset("best strongest leading leads".split())
WORST = frozenset("worst weakest poorest".split())

RELATIONS = ABOVE | BELOW | AT_MOST | BETTER | WORSE | SAME | NEAR
CHANGES = RISES | FALLS | IMPROVES | WORSENS
SUPERLATIVES = HIGHEST | LOWEST | BEST | WORST
LOOSE = frozenset("more less".split())
"""Comparing, but of what no code can tell."""
COMPARING = RELATIONS | CHANGES | SUPERLATIVES | LOOSE
CHOOSING = frozenset(
    """higher greater larger bigger longer wider lower smaller shorter narrower fewer better stronger weaker more less
    increase decrease improve drop match gain close similar comparable near same equal identical""".split()
)
"""Comparing words that may choose something or ask for it, and then assert nothing."""
NEGATIONS = frozenset(
    "not no never neither nor cannot without hardly barely scarcely rather instead unlike fails isn't doesn't don't won't can't wasn't aren't didn't".split()
)


def numeral(word: str) -> bool:
    """Whether a word in lower case is a numeral or one of several grown together."""
    return word in NUMBERS or (word not in _NOT_JOINED and _joined(word))


def _joined(word: str) -> bool:
    match = _JOINED.fullmatch(word)
    return match is not None and any(number in word for number in NUMBERS if len(number) > 2)
