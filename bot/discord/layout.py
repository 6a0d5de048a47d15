"""Components V2 messages: texts in a frame with buttons under them, within what Discord takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.discord.controls import button
from bot.discord.wording import CARD, cut

LEAST_ROOM = 40
"""Characters below which a text is left out rather than begun."""


@dataclass(frozen=True, slots=True)
class Line:
    """A separator between two texts."""


@dataclass(frozen=True, slots=True)
class WholeText:
    """Where all of a frame's texts can be read if something of them is cut: what they are, and the button's words."""

    texts: Sequence[str]
    deliberation: str
    what: str
    label: str


def framed(
    colour: int,
    parts: Sequence[str | Line],
    buttons: Sequence[ui.Button[ui.LayoutView]] = (),
    *,
    foot: str = "",
    whole: WholeText | None = None,
) -> ui.LayoutView:
    """Texts in order, cut to what there is room for beside the foot; a button for the whole where something is cut."""
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=discord.Colour(colour))
    room = CARD - len(foot)
    shown: list[str] = []
    for part in parts:
        if isinstance(part, Line):
            container.add_item(ui.Separator())
        elif part and room > LEAST_ROOM:
            text = cut(part, room)
            room -= len(text)
            shown.append(text)
            container.add_item(ui.TextDisplay(text))
    if foot:
        container.add_item(ui.TextDisplay(foot))
    controls = list(buttons)
    if whole is not None and shown != [text for text in whole.texts if text]:
        controls.append(button(whole.label, "whole", whole.deliberation, whole.what))
    if controls:
        container.add_item(ui.ActionRow(*controls))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()  # Never remembered by the library: the router answers.
    return view
