"""Knowledge bases in the database: who finds what, how words are ranked, which language a text is in."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from uuid import UUID

from shared.contracts.knowledge import Base, Document
from shared.db import knowledge, passages
from shared.db.pool import Connection
from shared.domain.ids import new_id, run_id
from shared.domain.knowledge import may_read
from shared.domain.scripts import spaced

NOW = datetime.now(UTC)


async def principal(db: Connection) -> UUID:
    made = new_id()
    await db.execute("INSERT INTO principals (id, name) VALUES ($1, 'somebody')", made)
    return made


async def base(db: Connection, owner: UUID, **more: object) -> Base:
    made = Base(id=new_id(), principal_id=owner, name="Papers", created_at=NOW, updated_at=NOW, **more)
    await knowledge.insert(db, made)
    return made


async def shelve(db: Connection, base_id: UUID, title: str, *texts: str, language: str | None = None) -> UUID:
    """A document with these passages, ready to be found."""
    document = Document(
        id=new_id(),
        base_id=base_id,
        uploaded_by=new_id(),
        title=title,
        kind="text",
        size_bytes=1,
        sha256=str(new_id()),
        key="k",
        run_id=run_id(),
        created_at=NOW,
        updated_at=NOW,
    )
    await knowledge.add_document(db, document)
    rows = [
        passages.Row(number=n, path=[], place="", text=text, words=len(text.split()), indexed=spaced(text))
        for n, text in enumerate(texts, 1)
    ]
    told = language or await passages.language(db, " ".join(texts))
    assert await passages.replace(db, document.id, rows, title=title, language=told, pages=None, notices=[])
    return document.id


async def test_the_list_and_the_rule_say_the_same(db: Connection):
    """Who may read is written twice: in Python for one, in SQL for many."""
    owner, reader, writer, nobody = [await principal(db) for _ in range(4)]
    types = ("public", "private", "team", "premium", "enterprise", "restricted")
    made = [
        await base(db, owner, type=kind, status=status, readers=[reader], writers=[writer])
        for kind, status in itertools.product(types, ("active", "draft", "archived"))
    ]
    for who, role in ((owner, "user"), (reader, "user"), (writer, "analyst"), (nobody, "user"), (nobody, "admin")):
        found, total = await knowledge.page(db, who, everything=role == "admin", limit=100, offset=0)
        listed = {view.base.id for view in found}
        expected = {one.id for one in made if may_read(one, who, role)}
        assert {one.id for one in made} & listed == expected
        assert total >= len(expected)


async def test_the_rarer_word_counts_for_more(db: Connection):
    """A passage with the one telling word is before those that have the common ones again and again."""
    owned = await base(db, await principal(db))
    common = [f"Water and tea and water and tea, part {n}." for n in range(20)]
    await shelve(db, owned.id, "Tea", *common, "A gaiwan holds the water.")
    found = await passages.by_words(db, owned.id, "water in a gaiwan", 3)
    assert found[0][1] == 21


async def test_each_document_is_searched_in_its_own_language(db: Connection):
    """Stems of the question's words are those of the document's language."""
    owned = await base(db, await principal(db))
    german = await shelve(
        db, owned.id, "Tee", "Die Häuser der Teebauern stehen an den Hängen, und sie sind nicht sehr groß."
    )
    english = await shelve(
        db, owned.id, "Tea", "The houses of the tea farmers stand on the slopes, and they are not very large."
    )
    assert await db.fetchval("SELECT language FROM knowledge_documents WHERE id = $1", german) == "german"
    assert [document for document, _ in await passages.by_words(db, owned.id, "Haus", 5)] == [german]
    assert [document for document, _ in await passages.by_words(db, owned.id, "farmer's house", 5)] == [english]


async def test_scripts_without_spaces_are_found_by_a_part(db: Connection):
    """A question has two of a sentence's characters; the parser would take the sentence for a word."""
    owned = await base(db, await principal(db))
    chinese = await shelve(db, owned.id, "茶", "绿茶不能用超过八十度的水冲泡。")
    assert [document for document, _ in await passages.by_words(db, owned.id, spaced("绿茶"), 5)] == [chinese]


QUERIES = ("", "   ", "the of and", "'", "\\", "a' | 'b", "!&|():*<->", "x" * 5000, "🦆", "50%_")


async def test_no_question_breaks_the_search(db: Connection):
    """Whatever it is made of."""
    owned = await base(db, await principal(db))
    await shelve(db, owned.id, "Tea", "It's a 'quoted' back\\slash word for tea.", language="english")
    for query in QUERIES:
        assert isinstance(await passages.by_words(db, owned.id, query, 5), list)
    assert await passages.by_words(db, owned.id, "a 'quoted' word", 5)


TEXTS = {
    "The tea is brewed with hot water, and it must not be too hot for the leaves.": "english",
    "Der Tee wird mit heißem Wasser aufgebrüht, und es darf nicht zu heiß für die Blätter sein.": "german",
    "Le thé est infusé avec de l'eau chaude, et elle ne doit pas être trop chaude pour les feuilles.": "french",
    "El té se prepara con agua caliente, y no debe estar demasiado caliente para las hojas.": "spanish",
    "Чай заваривают горячей водой, и она не должна быть слишком горячей для листьев.": "russian",
    "tea 80; coffee 92; cocoa 70": "simple",
    "": "simple",
    "绿茶不能用超过八十度的水冲泡": "simple",
}


async def test_a_text_is_in_the_language_whose_small_words_it_has(db: Connection):
    """By the stop words that the database knows; too few of them are no language."""
    assert {text: await passages.language(db, text) for text in TEXTS} == TEXTS
