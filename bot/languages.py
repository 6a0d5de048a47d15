"""Which languages there are, so that a slip of the finger is told and not drafted in."""

from __future__ import annotations

import re
from typing import Final

from bot.errors import InputError

_LISTED: Final = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu
ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na
nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so
sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
"""ISO 639-1."""
_CODES: Final = frozenset(_LISTED.split())
_TAG: Final = re.compile(r"[a-z]{2}(-[a-z0-9]{2,8})*", re.IGNORECASE)


def known_language(tag: str) -> str:
    """The tag of a language ("en", "pt-BR"). Raises `InputError` for what is none.

    >>> known_language("zh-TW")
    'zh-TW'
    """
    if _TAG.fullmatch(tag) is None or tag[:2].lower() not in _CODES:
        raise InputError("language_unknown", given=tag)
    return tag
