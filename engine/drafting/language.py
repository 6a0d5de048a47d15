"""Which language a text is in, by py3langid (Lui and Baldwin 2012, "langid.py", ACL system demonstrations)."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, cast

import py3langid.langid as langid

SHORTEST_SAFE = 20
"""Below this many characters an identifier guesses; such a text passes for any language."""
FOREIGN_BELOW = 0.05


@functools.cache
def _identifier() -> Any:
    identifier = cast("Any", langid.LanguageIdentifier)
    return identifier.from_model_file(langid.MODEL_FILE, norm_probs=True)


def language_of(texts: Iterable[str]) -> str | None:
    """ISO 639-1 code of the language that most of these texts are in, each weighed by its length; None if unclear."""
    total: dict[str, float] = {}
    length = 0
    for text in texts:
        length += len(text)
        for language, probability in _identifier().rank(text)[:5]:
            total[language] = total.get(language, 0.0) + probability * len(text)
    if length < SHORTEST_SAFE or not total:
        return None
    best = max(total, key=lambda language: total[language])
    return best if total[best] >= 0.5 * length else None


def is_foreign(text: str, language: str | None) -> bool:
    """Whether `text` is surely not in `language`; False for texts too short to tell."""
    if language is None or len(text) < SHORTEST_SAFE:
        return False
    ranked: list[tuple[str, float]] = _identifier().rank(text)
    return ranked[0][0] != language and dict(ranked).get(language, 0.0) < FOREIGN_BELOW
