"""What was cut for want of room, whole: shown to whoever asks, alone and in as many pieces as it takes."""

from __future__ import annotations

from collections.abc import Iterator

from bot.discord import cards, my_part, results
from bot.discord.errors import RefusalError
from bot.discord.permissions import is_moderator
from bot.discord.reports import words_of
from bot.discord.visit import Visit
from bot.discord.wording import CONTENT, quoted
from engine.deliberation.oversight import moderator_acts

MOST_PIECES = 5
"""Messages of one answer; what is longer is in the export and in "My part"."""


async def read(visit: Visit) -> None:
    """The whole of what the button stood under."""
    what = visit.rest[0]
    if what == "card":
        text = "\n\n".join(cards.texts(visit.state, visit.place, visit.speech, whole=True))
    elif what == "result":
        acts = moderator_acts(await visit.office.deliberations.log.read(visit.deliberation))
        text = "\n\n".join(part for part in results.texts(visit.state, visit.place, visit.speech, acts, whole=True))
    elif what == "mine":
        text = "\n".join(await my_part.lines(visit, whole=True))
    else:
        text = _text(visit, what)
    for piece in list(pieces(text))[:MOST_PIECES]:
        await visit.answer(piece)


def pieces(text: str, limit: int = CONTENT) -> Iterator[str]:
    """A text in pieces of at most `limit` characters, broken at lines, else at spaces, else anywhere."""
    left = text.strip()
    while len(left) > limit:
        at = max(left.rfind("\n", 1, limit + 1), 0) or max(left.rfind(" ", 1, limit + 1), 0) or limit
        yield left[:at].rstrip()
        left = left[at:].lstrip()
    if left:
        yield left


def _text(visit: Visit, text: str) -> str:
    """One text, if it is shown now, or to a moderator, who has to judge it."""
    state = visit.state
    known = text in state.opinions or text in state.published or state.stands(text)
    known = known or (state.minority is not None and text == state.minority.id and state.minority.settled is True)
    judged = is_moderator(visit.interaction, visit.office.settings.moderator_permission)
    if not judged and not (known and state.is_shown(text)):
        raise RefusalError("button_too_old")
    found = words_of(state, text)
    if not found:
        raise RefusalError("button_too_old")
    return f"> {quoted(found, None)}"
