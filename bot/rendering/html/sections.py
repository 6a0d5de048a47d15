"""The report's sections. One that has nothing to tell is None; what is withheld says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.rendering.html.choosing import candidates
from bot.rendering.html.course import moderation, participation, wording
from bot.rendering.html.influence import influence
from bot.rendering.html.markup import Markup
from bot.rendering.html.methods import methods
from bot.rendering.html.standing import minority, opinions
from bot.rendering.html.teller import Teller
from bot.rendering.html.voting import agreement, predicted

SECTIONS: Final[Mapping[str, Callable[[Teller], Markup | None]]] = {
    "wording": wording,
    "agreement": agreement,
    "candidates": candidates,
    "opinions": opinions,
    "predicted": predicted,
    "minority": minority,
    "influence": influence,
    "participation": participation,
    "moderation": moderation,
    "methods": methods,
}
"""Every section after the result, in order; `report.<name>.title` names it."""
