"""What members do by command: `/opinion`, `/mypart`, and "Add as my opinion" on a message."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.discord import my_part, opinions
from bot.discord.consent import show_notice, takes_part
from bot.discord.localised import L
from bot.discord.lookup import visit_here
from bot.discord.office import Office
from bot.discord.visit import Interaction


def add_member_commands(tree: app_commands.CommandTree[discord.AutoShardedClient], office: Office) -> None:
    """Put them into the tree."""

    @tree.command(name=L("opinion.name"), description=L("opinion.about"))
    @app_commands.guild_only()
    @app_commands.describe(text=L("opinion.text"))
    async def opinion(interaction: Interaction, text: app_commands.Range[str, 1, 4000] | None = None) -> None:
        """Say it in one line, or in a box where nothing is typed."""
        visit = visit_here(office, interaction)
        if text is None:
            await opinions.share(visit)
        else:
            await opinions.give(visit, text, None)

    @tree.command(name=L("mypart.name"), description=L("mypart.about"))
    @app_commands.guild_only()
    async def mypart(interaction: Interaction) -> None:
        """All that is stored of the person here."""
        await my_part.show(visit_here(office, interaction, ended=True))

    async def add(interaction: Interaction, message: discord.Message) -> None:
        visit = visit_here(office, interaction)
        if not await takes_part(visit):
            await show_notice(visit, "share")
            return
        await opinions.add_message(visit, message)

    menu = app_commands.ContextMenu(name=L("add.name"), callback=add)
    menu.guild_only = True
    tree.add_command(menu)
    del opinion, mypart  # registered by their decorators
