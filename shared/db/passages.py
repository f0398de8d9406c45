"""Every query on the passages of knowledge bases: store, rank by words, read vectors.

Ranking is BM25 over what the text search configuration of each document's language makes of words, so that the
rarer of a question's words count for more; ``ts_rank_cd`` knows nothing of how rare a word is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from shared.contracts.knowledge import Found

from .pool import Connection

LANGUAGES = (
    "danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian", "norwegian",
    "portuguese", "russian", "spanish", "swedish", "turkish",
)  # fmt: skip
"""Those with a list of stop words: a text is taken to be of the one whose words it has most of."""
_LEAST_STOPS = 4
_STOP_SHARE = 0.12
_HEADING = 2
"""A word in a heading counts as if it stood in the text so many times more."""
_K1, _B = 1.2, 0.6


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A passage to store."""

    number: int
    path: list[str]
    place: str
    text: str
    words: int
    indexed: str
    """The text as it is indexed: words apart also in scripts without spaces."""


async def language(db: Connection, sample: str) -> str:
    """The text search configuration that fits a text, told by the stop words in it; ``simple`` if none does."""
    row = await db.fetchrow(
        """WITH word AS (SELECT lower(found[1]) AS word FROM regexp_matches($1, '[[:alpha:]]+', 'g') AS found),
                count AS (SELECT word, count(*) AS times FROM word GROUP BY word)
           SELECT name, stops::float8, total::float8 FROM (
               SELECT name, (SELECT sum(times) FROM count
                              WHERE ts_lexize((name || '_stem')::regdictionary, word) = '{}') AS stops,
                      (SELECT sum(times) FROM count) AS total
                 FROM unnest($2::text[]) AS name) AS counted
            WHERE stops IS NOT NULL ORDER BY stops DESC, name LIMIT 1""",
        sample,
        list(LANGUAGES),
    )
    if row is None or row["stops"] < _LEAST_STOPS or row["stops"] < _STOP_SHARE * row["total"]:
        return "simple"
    return str(row["name"])


async def known_language(db: Connection, name: str) -> bool:
    """Whether this database has such a text search configuration."""
    return bool(await db.fetchval("SELECT EXISTS (SELECT FROM pg_ts_config WHERE cfgname = $1)", name))


async def replace(
    db: Connection, document_id: UUID, rows: Sequence[Row], *, title: str, language: str, pages: int | None,
    notices: list[str],
) -> bool:  # fmt: skip
    """Give a document its passages instead of those that it had, in the caller's transaction: it is completed.

    Returns:
        False when the document is gone.
    """
    base_id = await db.fetchval(
        """UPDATE knowledge_documents SET status = 'completed', language = $2, pages = $3, words = $4, passages = $5,
                  notices = $6, title = $7, embedding_model = NULL, updated_at = now()
            WHERE id = $1 RETURNING base_id""",
        document_id,
        language,
        pages,
        sum(row.words for row in rows),
        len(rows),
        notices,
        title,
    )
    if base_id is None:
        return False
    await db.execute("DELETE FROM knowledge_passages WHERE document_id = $1", document_id)
    await db.executemany(
        """INSERT INTO knowledge_passages (document_id, base_id, number, path, place, text, words, terms)
           VALUES ($1, $2, $3, $4, $5, $6, $7,
                   setweight(to_tsvector($8::text::regconfig, $9), 'A') ||
                   setweight(to_tsvector($8::text::regconfig, $10), 'B') || to_tsvector($8::text::regconfig, $11))""",
        [_stored(document_id, base_id, row, language, title) for row in rows],
    )
    return True


def _stored(document_id: UUID, base_id: UUID, row: Row, language: str, title: str) -> tuple[object, ...]:
    shown = (row.number, row.path, row.place, row.text, row.words)
    return (document_id, base_id, *shown, language, " ".join(row.path), title, row.indexed)


async def without_vectors(db: Connection, document_id: UUID, model: str, most: int) -> list[tuple[int, str]]:
    """Numbers and texts (headings before them) of passages that have no vector of this model."""
    rows = await db.fetch(
        """SELECT number, array_to_string(path, ' / ') || E'\n' || text AS text FROM knowledge_passages
            WHERE document_id = $1 AND embedding_model IS DISTINCT FROM $2 ORDER BY number LIMIT $3""",
        document_id,
        model,
        most,
    )
    return [(row["number"], row["text"].strip()) for row in rows]


async def store_vectors(db: Connection, document_id: UUID, model: str, vectors: Iterable[tuple[int, bytes]]) -> None:
    await db.executemany(
        """UPDATE knowledge_passages SET embedding = $3, embedding_model = $4
            WHERE document_id = $1 AND number = $2""",
        [(document_id, number, vector, model) for number, vector in vectors],
    )


async def by_words(db: Connection, base_id: UUID, query: str, most: int) -> list[tuple[UUID, int]]:
    """The passages that have most of a query's words, the best first: (document, number)."""
    rows = await db.fetch(
        f"""WITH size AS (
                SELECT language, sum(passages)::float8 AS passages,
                       greatest(sum(words)::float8 / greatest(sum(passages), 1), 1) AS words
                  FROM knowledge_documents WHERE base_id = $1 AND status = 'completed' AND passages > 0
                 GROUP BY language),
            asked AS MATERIALIZED (
                SELECT language, lexemes,
                       (SELECT string_agg('''' || replace(replace(one, '\\', '\\\\'), '''', '''''') || '''', ' | ')
                          FROM unnest(lexemes) AS one)::tsquery AS query
                  FROM (SELECT language, tsvector_to_array(to_tsvector(language::regconfig, $2)) AS lexemes
                          FROM size) AS made
                 WHERE cardinality(lexemes) > 0),
            hits AS MATERIALIZED (
                SELECT passage.document_id, passage.number, passage.words, document.language, term.lexeme,
                       cardinality(term.positions) + {_HEADING} * cardinality(array_positions(term.weights, 'A')) AS tf
                  FROM asked
                  JOIN knowledge_documents AS document ON document.base_id = $1 AND document.status = 'completed'
                                                      AND document.language = asked.language
                  JOIN knowledge_passages AS passage ON passage.document_id = document.id
                                                    AND passage.terms @@ asked.query
                 CROSS JOIN LATERAL unnest(passage.terms) AS term
                 WHERE term.lexeme = ANY(asked.lexemes)),
            rare AS (
                SELECT language, lexeme,
                       ln(1 + (size.passages - count(*) + 0.5) / (count(*) + 0.5)) AS weight
                  FROM hits JOIN size USING (language) GROUP BY language, lexeme, size.passages)
            SELECT document_id, number FROM hits JOIN rare USING (language, lexeme) JOIN size USING (language)
             GROUP BY document_id, number
             ORDER BY sum(weight * tf * {_K1 + 1}
                          / (tf + {_K1} * ({1 - _B} + {_B} * hits.words / size.words))) DESC, document_id, number
             LIMIT $3""",
        base_id,
        query,
        most,
    )
    return [(row["document_id"], row["number"]) for row in rows]


async def vectors(db: Connection, base_id: UUID, model: str) -> tuple[list[tuple[UUID, int]], bytes]:
    """Every passage of a base that has a vector of this model, and the vectors in the same order, joined."""
    rows = await db.fetch(
        """SELECT passage.document_id, passage.number, passage.embedding FROM knowledge_passages AS passage
             JOIN knowledge_documents AS document ON document.id = passage.document_id
            WHERE passage.base_id = $1 AND passage.embedding_model = $2 AND document.status = 'completed'
            ORDER BY passage.document_id, passage.number""",
        base_id,
        model,
    )
    return [(row["document_id"], row["number"]) for row in rows], b"".join(row["embedding"] for row in rows)


async def read(db: Connection, keys: Sequence[tuple[UUID, int]]) -> list[Found]:
    """Passages by document and number, in this order; those that are gone are left out."""
    rows = await db.fetch(
        """SELECT passage.document_id, passage.number, document.title, passage.path, passage.place, passage.text,
                  passage.words
             FROM unnest($1::uuid[], $2::integer[]) WITH ORDINALITY AS asked (document_id, number, place)
             JOIN knowledge_passages AS passage USING (document_id, number)
             JOIN knowledge_documents AS document ON document.id = passage.document_id
            ORDER BY asked.place""",
        [document_id for document_id, _ in keys],
        [number for _, number in keys],
    )
    return [msgspec.convert(dict(row), Found) for row in rows]
