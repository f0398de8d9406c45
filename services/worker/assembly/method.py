"""How a report was made, said in the report itself."""

from __future__ import annotations

from services.worker.content import Facts, Joined, Lost, Outline, Summary, Usage, Written
from services.worker.llm.signposts import counted, listed, plural, times
from shared.document.blocks import Block, Heading, ListBlock, Paragraph, Text

_STYLES = {"comparison": "comparison", "summary": "summary", "use_case": "use case", "technical": "technical analysis"}
_WHY: dict[Lost, str] = {
    "budget": "the tokens that this report may use were spent",
    "empty": "the model answered with nothing",
    "unusable": "the model's answer could not be used",
    "refused": "the model refused",
    "down": "the model did not answer",
}


def notices(written: list[Written], facts: Facts, summary: Summary) -> list[str]:
    """What a reader must see before anything else."""
    models = _models(written)
    found = []
    if not models and facts.words:
        found.append(
            "No language model was used. What this report says about its matter is quoted from the sources word for "
            "word; its figures are computed from them."
            if not _lost(written)
            else "What this report says about its matter is quoted from the sources word for word."
        )
    if not models and not facts.words:
        found.append("No source documents were given and no language model is configured: this is an outline only.")
    if models:
        rests = "the passages that are cited" if facts.words else "the model's general knowledge; it cites nothing"
        found.append(f"Written by the language model {listed(models)} from {rests}. Not checked by a person.")
    return [*found, *_partial(written, summary), *facts.notices]


def method(
    outline: Outline, written: list[Written], facts: Facts, joined: Joined, summary: Summary, links: int
) -> list[Block]:
    """The account of sources, style, sections, writing and length."""
    points = [
        ("Sources", _sources(facts)),
        ("Style", _style(outline)),
        ("Sections", _sections(outline)),
        ("Writing", _writing(outline, written, facts, joined, summary, links)),
        ("Length", _length(outline)),
    ]
    items: list[list[Block]] = [
        [Paragraph([Text(f"{name}.", ["strong"]), Text(f" {text}")])] for name, text in points if text
    ]
    return [Heading(1, [Text("How this report was made")]), ListBlock(items)]


def _partial(written: list[Written], summary: Summary) -> list[str]:
    """What is not there as it should be."""
    told = []
    cut = [section.title for section in written if section.truncated] + ["the executive summary"] * summary.truncated
    if cut:
        told.append(f"Cut off at the model's limit: {listed(cut)}.")
    for why, sections in _lost(written).items():
        instead = (
            "the passages are quoted instead" if any(one.markdown.strip() for one in sections) else "it is missing"
        )
        told.append(
            f"Partial: the model did not write {listed([one.title for one in sections])}, because {_WHY[why]}; {instead}."
        )
    if summary.lost == "budget" and not _lost(written):
        told.append(f"Partial: the model wrote no executive summary, because {_WHY['budget']}.")
    return told


def _lost(written: list[Written]) -> dict[Lost, list[Written]]:
    found: dict[Lost, list[Written]] = {}
    for section in written:
        if section.lost:
            found.setdefault(section.lost, []).append(section)
    return found


def _sources(facts: Facts) -> str:
    if not facts.words:
        return "None were given."
    told = listed([f"{source.title} ({counted(source.words, 'word')})" for source in facts.sources])
    return (
        f"{told}, divided into {counted(facts.passages, 'passage')} along headings and paragraphs, without cutting a sentence. "
        "Headings are not counted."
    )


def _style(outline: Outline) -> str:
    name = _STYLES[outline.style]
    if outline.style_chosen:
        return f"A {name}, as it was asked for."
    mine = outline.style_words.get(outline.style, [])
    others = {style: words for style, words in outline.style_words.items() if style != outline.style}
    if not mine:
        return f"A {name}: the question has no word that speaks for another style."
    text = f"A {name}, because of {_quoted(mine)} in the question"
    if others:
        against = listed([f"{_quoted(words)} for a {_STYLES[style]}" for style, words in others.items()])
        return f"{text}; it also has {against}."
    return f"{text}."


def _sections(outline: Outline) -> str:
    missing = listed([f"“{phrase}”" for phrase in outline.missing])
    lacking = f" No source has a word of {missing}." if missing else ""
    if outline.planner:
        return f"Planned by {outline.planner}: {plural(len(outline.sections), 'section')}.{lacking}"
    why = f" The model was to plan them, but {_WHY[outline.lost]}." if outline.lost else ""
    topics = [section for section in outline.sections if section.lens == "topic"]
    gathered = [section for section in outline.sections if section.lens not in {"topic", "part"}]
    if not topics:
        return why.strip()
    text = f"{plural(len(topics), 'matter').capitalize()}, named in the question or shared by the sources' headings"
    if gathered:
        kinds = listed([f"“{section.title}”" for section in gathered])
        gather = "gathers" if len(gathered) == 1 else "gather"
        return f"{text}; and {kinds}, which {gather} statements of one kind.{lacking}{why}"
    return f"{text}.{lacking}{why}"


def _writing(
    outline: Outline, written: list[Written], facts: Facts, joined: Joined, summary: Summary, links: int
) -> str:
    models = _models(written)
    if not models:
        return (
            "By selecting and quoting sentences of the passages that share the most telling words with the section. "
            "No sentence is quoted in two sections; a mark in square brackets shows where items of a list are left out."
            if facts.words
            else "Nothing was written."
        )
    usage = sum((section.usage for section in written), outline.usage + joined.usage + summary.usage)
    told = [f"By {listed(models)}, section by section.", _tokens(usage)]
    removed = sum(section.unknown for section in written) + summary.unknown
    if joined.edits:
        told.append(f"Changed afterwards, where sections meet: {plural(joined.edits, 'place')}.")
    if removed:
        told.append(f"{plural(removed, 'citation').capitalize()} of passages that do not exist were removed.")
    if links:
        told.append(f"Made plain text, since no source has them: {plural(links, 'link')}.")
    if joined.notes:
        told.append("Seen on the way: " + " ".join(" ".join(note.split()) for note in joined.notes))
    return " ".join(told)


def _tokens(usage: Usage) -> str:
    about = "about " if usage.estimated else ""
    return f"Tokens: {about}{usage.prompt:,} read, {about}{usage.completion:,} written."


def _length(outline: Outline) -> str:
    if outline.words_asked:
        return f"The question asks for {outline.words:,} words; they were shared out between the sections."
    return f"About {outline.words:,} words are usual for this style."


def _models(written: list[Written]) -> list[str]:
    return list(dict.fromkeys(section.model for section in written if section.model))


def _quoted(words: list[str]) -> str:
    counted = {word: words.count(word) for word in words}
    return listed([f"“{word}”" + (f" ({times(count)})" if count > 1 else "") for word, count in counted.items()])
