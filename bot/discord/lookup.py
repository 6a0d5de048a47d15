"""Which deliberation somebody means: the one that they name, or the one of the thread that they are in."""

from __future__ import annotations

from discord import app_commands

from bot.discord.errors import RefusalError
from bot.discord.office import Office
from bot.discord.visit import Interaction, Visit, speech_of
from bot.discord.wording import OPTION_LABEL, cut


def visit_here(office: Office, interaction: Interaction, which: str | None = None, *, ended: bool = False) -> Visit:
    """A visit to the deliberation that is meant; with `ended`, one that has ended will do. Raises `RefusalError`."""
    if interaction.guild_id is None:
        raise RefusalError("only_in_servers")
    return Visit(office, interaction, _meant(office, interaction, which, ended=ended), speech_of(interaction))


def _meant(office: Office, interaction: Interaction, which: str | None, *, ended: bool) -> str:
    mine = office.places.in_guild(interaction.guild_id or 0)
    if which is not None:
        if which not in mine or which not in office.deliberations:
            raise RefusalError("no_deliberation_here")
        return which
    here = [found for found in office.places.in_channel(interaction.channel_id or 0) if found in office.deliberations]
    running = [found for found in here if office.deliberations.state(found).stage != "closed"]
    if running:
        return running[-1]
    if here:
        return here[-1]
    running = [
        found
        for found in mine
        if found in office.deliberations and (ended or office.deliberations.state(found).stage != "closed")
    ]
    if len(running) == 1:
        return running[0]
    raise RefusalError("several_here" if running else "no_deliberation_here")


def choices(office: Office, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The server's deliberations that fit what was typed, newest first; Discord takes 25."""
    found: list[app_commands.Choice[str]] = []
    for deliberation in reversed(office.places.in_guild(interaction.guild_id or 0)):
        if deliberation in office.deliberations:
            question = office.deliberations.state(deliberation).question
            if current.lower() in question.lower():
                found.append(app_commands.Choice(name=cut(question, OPTION_LABEL), value=deliberation))
    return found[:25]
