"""False sentences about the sample ``model`` of ``drawn``, each false in its own way: what a lying model would write."""

# ruff: noqa: RUF001 - characters that look like others are the point

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from services.worker.ml.facts import Fact
from services.worker.ml.insights import lexicon

AUC, RECALL = "{{model.test.auc}}", "{{model.test.recall}}"

DIGITS = """
    0.99 .99 0,99 99% 99 1e-2 9.9e1 99/100 +5 -5 ±3 ~5 ≈5 >9 <9 $5 5€ 1st 2nd 3rd 10k 2x x2 3-fold 100% 1,000 1.000.000
    0x1F 1_000 #1 №9 12:30 2026 1990s n=50 p<0.05 ９９ ０.９ ٩٩ ۹۹ ९९ ৯৯ ๙๙ ⁹⁹ ₉₉ ⑨ ❾ 𝟗𝟗 Ⅸ ½ ¾ ⅔ ↉ 九十九 百 kⅡ O.99 O.OO l.OO I.O l,O
    XCIX XL IV MMXXVI iv xii xc
    """.split()
NUMERALS = """
    zero|one|two|five|nine|ten|twelve|nineteen|twenty|ninety|ninety-nine|ninetynine|hundred|a thousand|millions|first|second
    third|tenth|hundredth|twentieth|half|halves|a quarter|two thirds|twice|thrice|double|doubled|tripled|quadruple|dozens
    a couple|tenfold|hundredfold|twentyfold|threefold|single|null|nought|ninety nine percent|per cent of cent|percent
    neunzig|neunundneunzig|fünfundneunzig|hundert|zwanzig|prozent|quatre-vingt|quatre-vingt-dix-neuf|cinquante|soixante-dix
    noventa|noventaynueve|cincuenta|cien|mitad|ciento|novanta|cinquanta|n i n e t y|n-i-n-e|n.i.n.e|o n e
    n\u200bine|ni\u00adne|t\u2060wo|ninetу|оne|tеn|nιne|ｎｉｎｅ|𝐧𝐢𝐧𝐞|\u202eenin
    """.replace("\n", "|").split("|")
FRAMES = (
    f"The model reaches {AUC}, that is @, on rows that it has not seen.",
    f"Of the malignant cases @ were found, and {RECALL} shows it.",
    f"A share of @ of the alarms is wrong, while {AUC} holds.",
    f"Almost @ rows were left out before {AUC} was measured.",
)
MODIFIED = (f"The recall is @ {RECALL} on the test rows.", f"Recall stands @ {RECALL} here.")
FOLLOWED = (f"The recall is {RECALL} @ on the test rows.", f"With {RECALL} @ the model is useful.")
COUNTED = (f"@ rows were classified well, as {AUC} shows.", f"The model finds @ tumours, as {RECALL} shows.")
CHANGING = """
    minus plus negative times about around approximately roughly nearly almost over under beyond least most up exactly
    precisely only some barely hardly just between
    """.split()
CHANGING_PHRASES = (
    """
    up to|down to|short of|north of|south of|shy of|next to|in excess of|upwards of|of the order of|a portion of|a part of
    a share of|the better part of|anything but|wide of|different from|clear of|give or take|at the very least|no more than
    """.strip()
    .replace("\n", "|")
    .split("|")
)
UNITS = """
    percent percentage pct point points ms millisecond milliseconds second seconds minute minutes hour hours day days
    week weeks month months year years byte bytes kb mb gb kilobytes megabytes gigabytes times fold basis bps bn euro euros
    dollar dollars cents usd eur
    """.split()
QUANTITIES = """
    all none nothing every each entire entirely always perfect perfectly flawless flawlessly fully complete completely
    total totally majority minority most mostly few several many handful numerous countless no everything everyone
    everywhere whole wholly zeroes exclusively solely ratio product sum squared square root inverse reciprocal multiplied
    multiply divided divide fraction multiple percentage added subtracted combined complement per hourly daily weekly
    monthly yearly annually apiece umpteen scores decades myriad plenty scant virtually any nary lone
    """.split()
RELATING = """
    surpassed overtakes dwarfs outstrips breaches overshoots eclipses outdoes outruns outranks overtops outclasses undercuts
    trounces thrashes crushes bests edges pips nudges leapfrogs overhauls rivals equates mirrors approximates doubles halves
    outscores outperformed overpowers towers transcends tops leads trails shadows tails pales undershoots exceeds outweighs
    satisfies meets violates misses clears fails busts respects honours reaches covers includes contains makes causes is of
    """.split()
METRICS = ("auc", "accuracy", "f1", "precision", "recall", "logloss")
BROKEN = (
    "The AUC is {{model.test.auc.exact}}.",
    "The AUC is {{model.validation.auc}}.",
    "The AUC is {{nothing}}.",
    "The AUC is {model.test.auc}.",
    "The AUC is {{model.test.auc}.",
    "The AUC is {{{model.test.auc}}}.",
    "The AUC is {{model.test.auc}}9.",
    "The AUC is 9{{model.test.auc}}.",
    "The AUC is -{{model.test.auc}}.",
    "The AUC is –{{model.test.auc}}.",
    "The AUC is ({{model.test.auc}})².",
    "The AUC is ~{{model.test.auc}}.",
    "The AUC is {{model.test.auc}}%.",
    "The AUC is {{model.test.auc}}/{{model.test.recall}}.",
    "The AUC is {{model.test.auc}}{{model.test.recall}}.",
    "The AUC is {{model.test.auc:.0%}}.",
    "The AUC is {{model.test.auc|0.99}}.",
    "The AUC is {{model.test.auc*2}}.",
    "The AUC is {{ model.test.auc + model.test.auc }}.",
    "The AUC is <!-- 0.99 --> {{model.test.auc}}.",
    "The AUC is [0.99](https://example.org/{{model.test.auc}}).",
    "The AUC is <b>high</b> with {{model.test.auc}}.",
    "The AUC is `high` with {{model.test.auc}}.",
    "The AUC is &#57;{{model.test.auc}}.",
    "The AUC is $$\\frac{a}{b}$$ with {{model.test.auc}}.",
    "Everything is fine. The AUC of the others is {{model.test.auc}}.",
    "The model is excellent.",
    "{{model.test.auc}}",
    "",
)


def lies(facts: Mapping[str, Fact]) -> list[str]:
    """All of them, each once."""
    made = [
        *_filled(FRAMES, [*DIGITS, *filter(None, map(str.strip, NUMERALS))]),
        *_filled(MODIFIED, [*CHANGING, *map(str.strip, CHANGING_PHRASES)]),
        *_filled(FOLLOWED, UNITS),
        *_filled(COUNTED, QUANTITIES),
        *_misnamed(),
        *_swapped(),
        *_compared(facts),
        *_most(),
        *_unfounded(),
        *BROKEN,
    ]
    return list(dict.fromkeys(made))


def _filled(frames: Sequence[str], words: Sequence[str]) -> Iterator[str]:
    for frame in frames:
        yield from (frame.replace("@", word) for word in words)


def _misnamed() -> Iterator[str]:
    for said, cited in permutations(METRICS, 2):
        yield f"The {said} on test rows is {{{{model.test.{cited}}}}}."
        yield f"Its {said} is good, at {{{{model.test.{cited}}}}}."
        yield f"{{{{model.test.{cited}}}}} is what the model has of {said}."
    for metric in METRICS:
        yield f"On training rows the model has {{{{model.test.{metric}}}}}."
        yield f"The {metric} on test rows is {{{{model.train.{metric}}}}}."
        yield f"On malignant cases the {metric} is {{{{model.test.{metric}}}}}."
    for metric in ("precision", "recall", "f1"):
        yield f"For malignant tumours {metric} is {{{{model.class.benign.{metric}}}}}."
        yield f"For benign tumours {metric} is {{{{model.class.malignant.{metric}}}}}."


def _swapped() -> Iterator[str]:
    for first, second in permutations(METRICS, 2):
        yield (
            f"The {first} is {{{{model.test.{second}}}}} and the {second} is {{{{model.test.{first}}}}} on test rows."
        )
    for metric in METRICS:
        one, other = f"{{{{model.train.{metric}}}}}", f"{{{{model.test.{metric}}}}}"
        yield f"The {metric} is {other} on training rows and {one} on test rows."
        yield f"On training rows the {metric} is {other} and on test rows it is {one}."


def _compared(facts: Mapping[str, Fact]) -> Iterator[str]:
    """Every word of comparison that is computed again, put the wrong way round."""
    pairs = [(f"model.train.{metric}", f"model.test.{metric}") for metric in METRICS[:5]]
    for high, low in pairs:
        assert facts[high].value > facts[low].value
        more = lexicon.ABOVE | lexicon.BETTER
        less = lexicon.BELOW | lexicon.AT_MOST | lexicon.WORSE
        for word in sorted(more):
            yield f"Here {{{{{low}}}}} is {word} than {{{{{high}}}}} by the figures."
        for word in sorted(less):
            yield f"Here {{{{{high}}}}} is {word} than {{{{{low}}}}} by the figures."
        for word in sorted(lexicon.RISES | lexicon.IMPROVES):
            yield f"The value {word} from {{{{{high}}}}} to {{{{{low}}}}} there."
        for word in sorted(lexicon.FALLS | lexicon.WORSENS):
            yield f"The value {word} from {{{{{low}}}}} to {{{{{high}}}}} there."
        for word in sorted(lexicon.SAME):
            yield f"Here {{{{{high}}}}} {word} to {{{{{low}}}}} by the figures."
        yield f"Here {{{{{low}}}}} is not below {{{{{high}}}}} by the figures."
        yield f"Here {{{{{high}}}}} is exceeded by {{{{{low}}}}} on the whole."


def _most() -> Iterator[str]:
    """The recall of malignant tumours is neither the highest nor the best; that of benign ones is not the lowest."""
    for word in sorted(lexicon.HIGHEST | lexicon.BEST):
        yield f"The {word} recall is {{{{model.class.malignant.recall}}}} there."
    for word in sorted(lexicon.LOWEST | lexicon.WORST):
        yield f"The {word} recall is {{{{model.class.benign.recall}}}} there."


def _unfounded() -> Iterator[str]:
    for word in sorted(lexicon.COMPARING):
        yield f"The recall is {word} in the way of {RECALL} and that counts."
        yield f"With {AUC}, recall is {word} on other tables."
