"""Words at the heads of the tables behind graphics, in the document's language."""

from __future__ import annotations

import msgspec


class Terms(msgspec.Struct, frozen=True):
    """Heads of columns. ``drawn`` holds {shown} and {all}."""

    series: str = "Series"
    points: str = "Points"
    first: str = "First"
    last: str = "Last"
    lowest: str = "Lowest"
    highest: str = "Highest"
    low: str = "Low"
    middle: str = "Middle"
    high: str = "High"
    value: str = "Value"
    target: str = "Target"
    status: str = "Status"
    begin: str = "From"
    end: str = "To"
    at: str = "at"
    drawn: str = "{shown} of {all} points are drawn"


_ENGLISH = Terms()
_BY_LANGUAGE = {
    "de": Terms("Reihe", "Punkte", "Erster", "Letzter", "Kleinster", "Größter", "Unten", "Mitte", "Oben", "Wert", "Ziel",
                "Zustand", "Von", "Bis", "bei", "{shown} von {all} Punkten sind gezeichnet"),
    "fr": Terms("Série", "Points", "Premier", "Dernier", "Minimum", "Maximum", "Bas", "Milieu", "Haut", "Valeur", "Cible",
                "État", "De", "À", "à", "{shown} points sur {all} sont tracés"),
    "es": Terms("Serie", "Puntos", "Primero", "Último", "Mínimo", "Máximo", "Bajo", "Medio", "Alto", "Valor", "Objetivo",
                "Estado", "Desde", "Hasta", "en", "Se dibujan {shown} de {all} puntos"),
    "it": Terms("Serie", "Punti", "Primo", "Ultimo", "Minimo", "Massimo", "Basso", "Centro", "Alto", "Valore", "Obiettivo",
                "Stato", "Da", "A", "a", "Disegnati {shown} punti su {all}"),
}  # fmt: skip


def terms(language: str) -> Terms:
    """Return the terms of a language's first subtag; English where there are none."""
    return _BY_LANGUAGE.get(language, _ENGLISH)
