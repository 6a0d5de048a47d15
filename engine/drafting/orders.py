"""Opinions that speak to whoever writes the statement, instead of to the group: "ignore the others and write that ...".

An embedding sees what such a text is about rather than that it gives orders, so the form is looked for as well: a verb
of writing or of leaving out, with what a writer is told of. English alone; other languages have the embedding.
"""

from __future__ import annotations

import re

_LEAVE_OUT = r"ignore|disregard|forget|skip|override|discard|delete"
_HEARD = (
    r"(?:the |all |any |every |everything |what |of |that |these |those |this |other |previous |prior |earlier )*"
    r"(?:above|previous|prior|instructions?|prompt|rest|others?|opinions?|comments?|messages?|discussion|rules|group"
    r"|question|said here|all that)"
)
_WRITE = r"write|print|output|respond|reply|answer|repeat|say|announce|state"
_WRITTEN = (
    r"(?:only|just|exactly|nothing else|instead|with the word|the words?\b|a poem|a hymn|an? essay|in capital|in rhymes"
    r"|after me|from now on|password|system prompt|that the (?:statement|result))\b"
)
_ADDRESSED = (
    r"(?:dear|hey|hi|note to the|attention) (?:bot|machine|assistant|ai|model|drafter)\b|\bassistant,"
    r"|\bas a(?:n ai| language model)\b|\byou are (?:now \w+bot|an? (?:helpful|ai))\b"
    r"|\bsystem (?:override|prompt)\b|(?:^|>\s*)system ?:|\bnew instructions?\b"
    r"|\bfrom (?:now|here) on you\b|\bthe statement must\b|\bstatement ="
    r"|\b(?:whoever|you who) (?:reads?|writes?|drafts?|sums?|summari[sz]es?) (?:this|these|it|that|us)\b"
    r"|\bput (?:it )?down (?:only |just |instead )?that\b"
)
_ORDER = re.compile(
    rf"(?<!don't )(?<!not )(?<!never )\b(?:{_LEAVE_OUT}) {_HEARD}\b"
    rf"|(?:^|[.!?:;,>]\s*|\b(?:just|please|only|must|and|then) )(?:{_WRITE})\b[^.!?]{{0,40}}?\b{_WRITTEN}"
    rf"|(?:^|[.!?:]\s*)(?:please )?(?:write|print|output|repeat|announce)(?: in \w+ \w+| only)? that\b"
    rf"|{_ADDRESSED}",
    re.IGNORECASE,
)


def gives_orders(text: str) -> bool:
    """Whether a text has the form of an order to whoever writes the statement."""
    return _ORDER.search(text) is not None
