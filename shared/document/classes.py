"""Who may read a report, in the document's language."""

from __future__ import annotations

from shared.document.design import CLASSES

_WORDS = {
    "en": ("Public", "Internal", "Confidential", "Restricted"),
    "de": ("Öffentlich", "Intern", "Vertraulich", "Streng vertraulich"),
    "fr": ("Public", "Interne", "Confidentiel", "Diffusion restreinte"),
    "es": ("Público", "Interno", "Confidencial", "Restringido"),
    "it": ("Pubblico", "Interno", "Riservato", "Strettamente riservato"),
    "pt": ("Público", "Interno", "Confidencial", "Restrito"),
    "nl": ("Openbaar", "Intern", "Vertrouwelijk", "Strikt vertrouwelijk"),
    "pl": ("Jawne", "Wewnętrzne", "Poufne", "Zastrzeżone"),
    "ru": ("Открытая информация", "Для внутреннего пользования", "Конфиденциально", "Ограниченный доступ"),
    "el": ("Δημόσιο", "Εσωτερικό", "Εμπιστευτικό", "Περιορισμένης διανομής"),
    "ar": ("عام", "داخلي", "سري", "مقيّد"),
    "he": ("ציבורי", "פנימי", "חסוי", "מוגבל"),
    "zh": ("公开", "内部", "机密", "限制传阅"),
    "ja": ("公開", "社内限り", "機密", "関係者限り"),
    "ko": ("공개", "내부용", "기밀", "열람 제한"),
}


def classification(given: str, language: str) -> str:
    """Return what the page says: a known class in the language's word, anything else as it was given."""
    said = " ".join(given.split())
    if said.lower() not in CLASSES:
        return said
    words = _WORDS.get(language.replace("_", "-").partition("-")[0].lower(), _WORDS["en"])
    return words[CLASSES.index(said.lower())]
