"""A small bot, written with the unmodified discord.py, that does one of everything."""

from __future__ import annotations

import asyncio
import io

import discord
from discord import app_commands, ui

QUESTION = "Should we buy a boat?"


class Card(ui.LayoutView):
    """A Components V2 card."""

    def __init__(self, spoken: int = 0) -> None:
        super().__init__(timeout=None)
        button: ui.Button[Card] = ui.Button(
            label="Share my opinion", custom_id="share", style=discord.ButtonStyle.primary
        )
        box: ui.Container[Card] = ui.Container()
        box.add_item(ui.TextDisplay(f"## {QUESTION}"))
        box.add_item(ui.Separator())
        box.add_item(ui.TextDisplay(f"{spoken} have spoken"))
        row: ui.ActionRow[Card] = ui.ActionRow(button)
        box.add_item(row)
        self.add_item(box)


class OpinionModal(ui.Modal, title="Your opinion"):
    said = ui.Label(
        text="What do you think?",
        component=ui.TextInput[ui.Modal](style=discord.TextStyle.long, custom_id="said", max_length=4000),
    )
    mood = ui.Label(
        text="How sure are you?",
        component=ui.Select[ui.Modal](
            custom_id="mood",
            required=False,
            options=[discord.SelectOption(label="Very", value="5"), discord.SelectOption(label="A bit", value="2")],
        ),
    )


class Bot(discord.Client):
    """Remembers what it heard."""

    def __init__(self, *, message_content: bool = True) -> None:
        intents = discord.Intents.default()
        intents.message_content = message_content
        intents.members = True
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none(), guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.tree.add_command(deliberation_commands(self))
        self.tree.add_command(app_commands.ContextMenu(name="Add as my opinion", callback=self.adds))

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def adds(self, interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"Taken: {message.content}", ephemeral=True)

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(("said", message.content))

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        if event.message.author != self.user:
            self.heard.append(("edited", event.message.content))

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.heard.append(("deleted", str(event.message_id)))

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self.heard.append(("reacted", str(event.emoji)))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        data = interaction.data or {}
        custom_id = data.get("custom_id")
        if interaction.type is discord.InteractionType.modal_submit:
            self.said.append(interaction.data["components"][0]["component"]["value"])  # type: ignore[index, typeddict-item]
            await interaction.response.send_message("Thank you.", ephemeral=True)
        elif custom_id == "share":
            await interaction.response.send_modal(OpinionModal())
        elif custom_id == "redraw":
            await interaction.response.edit_message(content="redrawn")
        elif custom_id == "slowly":
            await interaction.response.defer()
            await asyncio.sleep(0.05)
            await interaction.edit_original_response(content="done slowly")
        elif custom_id == "pick":
            await interaction.response.send_message(f"You picked {data['values']}", ephemeral=True)  # type: ignore[typeddict-item]


def deliberation_commands(bot: Bot) -> app_commands.Group:
    group = app_commands.Group(
        name="deliberation",
        description="Deliberations",
        guild_only=True,
        default_permissions=discord.Permissions(manage_threads=True),
    )

    @group.command(name="open", description="Open a deliberation")
    async def open_(
        interaction: discord.Interaction, question: str, hours: app_commands.Range[int, 1, 100] = 48
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        assert isinstance(interaction.channel, discord.TextChannel)
        thread = await interaction.channel.create_thread(name=question, type=discord.ChannelType.public_thread)
        card = await thread.send(view=Card())
        await card.pin()
        await interaction.followup.send(f"Opened {thread.mention} for {hours} h", ephemeral=True)

    @group.command(name="status", description="How it stands")
    async def status(interaction: discord.Interaction, deliberation: str, who: discord.Member | None = None) -> None:
        file = discord.File(io.BytesIO(b"{}\n"), "log.jsonl", description="the log")
        named = "" if who is None else f" for {who.display_name}"
        await interaction.response.send_message(f"{deliberation}{named}: fine", file=file)

    @status.autocomplete("deliberation")
    async def complete(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=name, value=name.lower()) for name in ("Boat", "Bridge") if name.startswith(typed)
        ]

    return group
