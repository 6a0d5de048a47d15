"""The posts that a deliberation's thread should have by now: what the card alone would not make anyone notice."""

from __future__ import annotations

from collections.abc import Iterator

from discord import ui

from bot.catalogue import Speech
from bot.discord.controls import Style, button
from bot.discord.wording import CARD, cut, moment, quoted
from engine.deliberation.minority import awaits_answers
from engine.deliberation.state import State
from engine.deliberation.words import LIMITS


def wanted(state: State, deliberation: str, speech: Speech) -> Iterator[tuple[str, ui.LayoutView]]:
    """Each with the name under which it is posted once."""
    for opinion, reason in state.removals.items():
        yield f"removed/{opinion}", plain(speech.say("discord.post.removed", reason=quoted(reason, LIMITS["reason"])))
    if state.stage == "critique":
        text = speech.say("discord.post.critique", round=state.round, when=moment(state.until))
        yield (
            f"critique/{state.round}",
            plain(text, button(speech.say("discord.button.point"), "point", deliberation, style=Style.primary)),
        )
    if awaits_answers(state) and state.minority is not None and state.minority.until is not None:
        text = speech.say("discord.post.minority", when=moment(state.minority.until, "f"))
        yield (
            f"minority/{state.minority.id}",
            plain(text, button(speech.say("discord.button.minority"), "minority", deliberation, style=Style.primary)),
        )
    if state.stage == "polling" and state.poll is not None:
        text = speech.say("discord.post.poll", when=moment(state.until), at=moment(state.until, "f"))
        yield (
            f"poll/{state.poll.id}",
            plain(text, button(speech.say("discord.button.vote"), "vote", deliberation, style=Style.primary)),
        )


def plain(text: str, *buttons: ui.Button[ui.LayoutView]) -> ui.LayoutView:
    """A text with buttons under it."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(cut(text, CARD)))
    if buttons:
        view.add_item(ui.ActionRow(*buttons))
    return view
