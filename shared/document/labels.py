"""The words and numerals that a rendition adds to a document, in the document's language."""

from __future__ import annotations

import math
from functools import lru_cache

import msgspec

from shared.document.terms import Terms, terms

_SIGNIFICANT = 12


class Numerals(msgspec.Struct, frozen=True):
    """How a language writes a number."""

    group: str = ","
    point: str = "."

    def write(self, value: float | None, decimals: int | None = None) -> str:
        """Return the number with grouped digits and a true minus sign; None and not-a-number are a dash."""
        if value is None or not math.isfinite(value):
            return "\N{EN DASH}"
        form = f",.{_SIGNIFICANT}g" if decimals is None else f",.{decimals}f"
        written = format(abs(value), form).translate({ord(","): self.group, ord("."): self.point})
        return f"\N{MINUS SIGN}{written}" if value < 0 and written.strip("0" + self.point) else written


class Labels(msgspec.Struct, frozen=True):
    """Names of what a rendition adds; ``page`` holds {page} and {pages}."""

    contents: str
    sources: str
    figure: str
    table: str
    notice: str
    page: str
    no_data: str
    data: str
    numerals: Numerals = Numerals()
    no_picture: str = "The picture cannot be shown"
    terms: Terms = Terms()


_COMMA = Numerals(group=".", point=",")
_SPACE = Numerals(group="\N{NARROW NO-BREAK SPACE}", point=",")

_ENGLISH = Labels("Contents", "Sources", "Figure", "Table", "Please note", "Page {page} of {pages}", "No data", "Data")
_BY_LANGUAGE = {
    "en": _ENGLISH,
    "de": Labels(
        "Inhalt",
        "Quellen",
        "Abbildung",
        "Tabelle",
        "Hinweis",
        "Seite {page} von {pages}",
        "Keine Daten",
        "Werte",
        _COMMA,
    ),
    "fr": Labels(
        "Sommaire",
        "Sources",
        "Figure",
        "Tableau",
        "À noter",
        "Page {page} sur {pages}",
        "Aucune donnée",
        "Données",
        _SPACE,
    ),
    "es": Labels(
        "Índice", "Fuentes", "Figura", "Tabla", "Nota", "Página {page} de {pages}", "Sin datos", "Datos", _COMMA
    ),
    "it": Labels(
        "Indice", "Fonti", "Figura", "Tabella", "Nota", "Pagina {page} di {pages}", "Nessun dato", "Dati", _COMMA
    ),
    "pt": Labels(
        "Índice", "Fontes", "Figura", "Tabela", "Nota", "Página {page} de {pages}", "Sem dados", "Dados", _COMMA
    ),
    "nl": Labels(
        "Inhoud",
        "Bronnen",
        "Figuur",
        "Tabel",
        "Let op",
        "Pagina {page} van {pages}",
        "Geen gegevens",
        "Gegevens",
        _COMMA,
    ),
    "pl": Labels(
        "Spis treści", "Źródła", "Rysunek", "Tabela", "Uwaga", "Strona {page} z {pages}", "Brak danych", "Dane", _SPACE
    ),
    "ru": Labels(
        "Содержание",
        "Источники",
        "Рисунок",
        "Таблица",
        "Примечание",
        "Страница {page} из {pages}",
        "Нет данных",
        "Данные",
        _SPACE,
    ),
    "el": Labels(
        "Περιεχόμενα",
        "Πηγές",
        "Σχήμα",
        "Πίνακας",
        "Σημείωση",
        "Σελίδα {page} από {pages}",
        "Χωρίς δεδομένα",
        "Δεδομένα",
        _COMMA,
    ),
    "ar": Labels(
        "المحتويات",
        "المصادر",
        "الشكل",
        "الجدول",
        "يرجى الانتباه",
        "صفحة {page} من {pages}",
        "لا توجد بيانات",
        "البيانات",
    ),
    "he": Labels(
        "תוכן העניינים", "מקורות", "איור", "טבלה", "לתשומת לב", "עמוד {page} מתוך {pages}", "אין נתונים", "נתונים"
    ),
    "zh": Labels("目录", "来源", "图", "表", "说明", "第 {page} 页 / 共 {pages} 页", "无数据", "数据"),
    "ja": Labels("目次", "出典", "図", "表", "注記", "{page} / {pages} ページ", "データなし", "データ"),
    "ko": Labels("목차", "출처", "그림", "표", "안내", "{page} / {pages}쪽", "데이터 없음", "데이터"),
}
_NO_PICTURE = {
    "de": "Das Bild kann nicht gezeigt werden",
    "fr": "L’image ne peut pas être affichée",
    "es": "No se puede mostrar la imagen",
    "it": "L’immagine non può essere mostrata",
    "pt": "Não é possível mostrar a imagem",
    "nl": "De afbeelding kan niet worden getoond",
    "pl": "Nie można pokazać obrazu",
    "ru": "Изображение не может быть показано",
    "el": "Η εικόνα δεν μπορεί να εμφανιστεί",  # noqa: RUF001
    "ar": "لا يمكن عرض الصورة",
    "he": "לא ניתן להציג את התמונה",
    "zh": "无法显示图片",
    "ja": "画像を表示できません",
    "ko": "그림을 표시할 수 없습니다",
}


def labels(language: str) -> Labels:
    """Return the labels of a BCP 47 tag; English where there are none."""
    return _labels(language.replace("_", "-").partition("-")[0].lower())


@lru_cache(maxsize=64)
def _labels(language: str) -> Labels:
    found = msgspec.structs.replace(_BY_LANGUAGE.get(language, _ENGLISH), terms=terms(language))
    said = _NO_PICTURE.get(language)
    return found if said is None else msgspec.structs.replace(found, no_picture=said)
