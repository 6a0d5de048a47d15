"""The rules of answering: once, in time, with the right kind; and what may follow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from discord import ui

from tests.discord_server.client import running
from tests.discord_server.people import Member
from tests.discord_server.refusing import Json, RefusedError, wrong_fields
from tests.discord_server.replies import NoAnswerError, NotOfferedError
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Message

Interaction = discord.Interaction[discord.Client]
Reaction = Callable[[Interaction], Awaitable[Any]]


class Answering(discord.Client):
    """Does with each interaction what the test says, and keeps what was refused."""

    def __init__(self, reaction: Reaction) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.05)
        self._reaction = reaction
        self.problems: list[discord.HTTPException] = []

    async def on_interaction(self, interaction: Interaction) -> None:
        try:
            await self._reaction(interaction)
        except discord.HTTPException as problem:
            self.problems.append(problem)


@asynccontextmanager
async def answering(server: LoopbackDiscord, reaction: Reaction) -> AsyncGenerator[tuple[Answering, Member, Message]]:
    """A bot that answers so, somebody, and a message with a button and a select for them to use."""
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    client = Answering(reaction)
    async with running(client, server.token):
        view = ui.View()
        view.add_item(ui.Button(label="Press", custom_id="press"))
        view.add_item(ui.Button(label="Never", custom_id="never", disabled=True))
        view.add_item(ui.Select(custom_id="pick", options=[discord.SelectOption(label="One", value="1")]))
        there = client.get_channel(channel.id)
        assert isinstance(there, discord.TextChannel)
        await there.send("Press it", view=view)
        yield client, ada, channel.said()[0]


async def test_no_answer_within_three_seconds_fails_loudly(server: LoopbackDiscord):
    async def silent(_: Interaction) -> None:
        return

    async with answering(server, silent) as (_, ada, message):
        with pytest.raises(NoAnswerError, match=r"did not answer Ada within 3 s \(press\)"):
            await ada.clicks(message, "Press")


async def test_a_late_answer_is_refused(server: LoopbackDiscord):
    async def late(interaction: Interaction) -> None:
        server.clock.advance(seconds=3.1)
        await interaction.response.send_message("sorry")

    async with answering(server, late) as (client, ada, message):
        with pytest.raises(NoAnswerError, match="404 10062"):
            await ada.clicks(message, "Press")
        assert [(problem.status, problem.code) for problem in client.problems] == [(404, 10062)]
    assert message.channel.said() == [message]


async def test_a_second_answer_is_refused(server: LoopbackDiscord):
    async def twice(interaction: Interaction) -> None:
        await interaction.response.send_message("one")
        again = discord.InteractionResponse[discord.Client](interaction)
        await again.send_message("two")

    async with answering(server, twice) as (client, ada, message):
        answer = await ada.clicks(message, "Press")
        assert answer.text == "one"
        await server.until(lambda: client.problems)
        assert [(problem.status, problem.code) for problem in client.problems] == [(400, 40060)]
    assert [request.code for request in server.refusals] == [40060]


async def test_the_token_ends_after_fifteen_minutes(server: LoopbackDiscord):
    async def patient(interaction: Interaction) -> None:
        await interaction.response.send_message("one", ephemeral=True)
        server.clock.advance(minutes=14, seconds=59)
        await interaction.followup.send("two", ephemeral=True)
        server.clock.advance(seconds=2)
        await interaction.followup.send("three", ephemeral=True)

    async with answering(server, patient) as (client, ada, message):
        answer = await ada.clicks(message, "Press")
        await server.until(lambda: client.problems)
        assert answer.text == "one\ntwo"
        assert [(problem.status, problem.code) for problem in client.problems] == [(401, 50027)]


async def test_a_form_is_the_first_answer_or_none(server: LoopbackDiscord):
    async def defers_first(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await discord.InteractionResponse[discord.Client](interaction).send_modal(ui.Modal(title="Late"))

    async with answering(server, defers_first) as (client, ada, message):
        asking = asyncio.create_task(ada.clicks(message, "Press"))
        await server.until(lambda: client.problems)
        assert client.problems[0].code == 40060
        asking.cancel()


async def test_followups_need_an_answer_first(server: LoopbackDiscord):
    async def hasty(interaction: Interaction) -> None:
        try:
            await interaction.followup.send("too early")
        finally:
            await interaction.response.send_message("now")

    async with answering(server, hasty) as (client, ada, message):
        assert (await ada.clicks(message, "Press")).text == "now"
        await server.until(lambda: client.problems)
        assert (client.problems[0].status, client.problems[0].code) == (404, 10015)


async def test_the_first_followup_takes_the_place_of_thinking(server: LoopbackDiscord):
    async def thoughtful(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await asyncio.sleep(0.05)
        await interaction.followup.send("thought")
        await interaction.followup.send("and more", ephemeral=True)

    async with answering(server, thoughtful) as (_, ada, message):
        answer = await ada.clicks(message, "Press")
        await server.until(lambda: answer.followups)
        # Ephemeral because the deferral was, whatever the follow-up says.
        assert (answer.message.text, answer.ephemeral, answer.message.loading) == ("thought", True, False)
        assert answer.text == "thought\nand more"


async def test_thinking_for_ever_fails_loudly(server: LoopbackDiscord, monkeypatch: pytest.MonkeyPatch):
    async def dreaming(interaction: Interaction) -> None:
        await interaction.response.defer(thinking=True)

    monkeypatch.setattr("tests.discord_server.people.PATIENCE", 0.2)
    async with answering(server, dreaming) as (_, ada, message):
        with pytest.raises(NoAnswerError, match=r"still sees 'thinking \.\.\.'"):
            await ada.clicks(message, "Press")


async def test_a_click_can_change_the_message_at_once_or_later(server: LoopbackDiscord):
    async def redraws(interaction: Interaction) -> None:
        if server.interactions.slowest:
            await interaction.response.defer()
            await interaction.edit_original_response(content="later")
            await interaction.delete_original_response()
        else:
            await interaction.response.edit_message(content="at once")

    async with answering(server, redraws) as (_, ada, message):
        answer = await ada.clicks(message, "Press")
        assert (answer.updated, answer.message, message.content) == (True, message, "at once")
        answer = await ada.clicks(message, "Press")
        assert (answer.updated, message.content) == (True, "later")
        await server.until(lambda: message.deleted)
        with pytest.raises(NotOfferedError, match="gone"):
            await ada.clicks(message, "Press")


async def test_an_ephemeral_reply_is_for_one_person(server: LoopbackDiscord):
    async def whispers(interaction: Interaction) -> None:
        view = ui.View()
        view.add_item(ui.Button(label="Again", custom_id="again"))
        await interaction.response.send_message("psst", view=view, ephemeral=True)
        shown = await interaction.original_response()
        assert shown.flags.ephemeral
        await shown.edit(content="psst!")

    async with answering(server, whispers) as (client, ada, message):
        answer = await ada.clicks(message, "Press")
        await server.until(lambda: "psst!" in answer.text)
        assert (await ada.clicks(answer.message, "Again")).ephemeral
        bob = ada.guild.members[server.owner.id]
        assert isinstance(bob, Member)
        with pytest.raises(NotOfferedError, match="only Ada sees"):
            await bob.clicks(answer.message, "Again")
        there = client.get_channel(message.channel.id)
        assert isinstance(there, discord.TextChannel)
        with pytest.raises(discord.NotFound) as problem:
            await there.fetch_message(answer.message.id)
        assert problem.value.code == 10008
        assert [shown.content async for shown in there.history()] == ["Press it"]


async def test_people_use_only_what_is_offered(server: LoopbackDiscord):
    async def agrees(interaction: Interaction) -> None:
        await interaction.response.send_message(f"{interaction.data['values']}")  # type: ignore[index, typeddict-item]

    async with answering(server, agrees) as (_, ada, message):
        for use, problem in (
            (ada.clicks(message, "Never"), "disabled"),
            (ada.clicks(message, "Somewhere"), "no button"),
            (ada.selects(message, "pick", "Two"), "no option 'Two'"),
            (ada.selects(message, "pick", "One", "One"), "1 to 1 options"),
            (ada.uses_menu(message, "Add"), "no 'Add'"),
            (ada.slash(message.channel, "nothing"), "no 'nothing'"),
        ):
            with pytest.raises(NotOfferedError, match=problem):
                await use
        assert (await ada.selects(message, "", "One")).text == "['1']"


def labelled(component: Json, **more: Any) -> Json:
    return {"type": 18, "label": "Words", "component": component} | more


INPUT: Json = {"type": 4, "custom_id": "words", "style": 2}
MODALS: list[tuple[str, Json, str]] = [
    ("six inputs", {"components": [labelled(INPUT | {"custom_id": str(n)}) for n in range(6)]},
     "data.components: BASE_TYPE_BAD_LENGTH"),
    ("none", {"components": []}, "data.components: BASE_TYPE_BAD_LENGTH"),
    ("a title of 46", {"title": "x" * 46}, "data.title: BASE_TYPE_MAX_LENGTH"),
    ("a custom_id of 101", {"custom_id": "x" * 101}, "data.custom_id: BASE_TYPE_MAX_LENGTH"),
    ("an input without a label", {"components": [INPUT]}, "data.components.0.type: UNION_TYPE_CHOICES"),
    ("a label of 46", {"components": [labelled(INPUT, label="x" * 46)]},
     "data.components.0.label: BASE_TYPE_MAX_LENGTH"),
    ("a description of 101", {"components": [labelled(INPUT, description="x" * 101)]},
     "data.components.0.description: BASE_TYPE_MAX_LENGTH"),
    ("two labels for one input", {"components": [labelled(INPUT | {"label": "x"})]},
     "data.components.0.component.label: TEXT_INPUT_LABEL_IN_LABEL"),
    ("room for 4,001", {"components": [labelled(INPUT | {"max_length": 4001})]},
     "data.components.0.component.max_length: NUMBER_TYPE_MAX"),
    ("a placeholder of 101", {"components": [labelled(INPUT | {"placeholder": "x" * 101})]},
     "data.components.0.component.placeholder: BASE_TYPE_MAX_LENGTH"),
    ("a value longer than allowed", {"components": [labelled(INPUT | {"value": "xxx", "max_length": 2})]},
     "data.components.0.component.value: BASE_TYPE_MAX_LENGTH"),
    ("a button", {"components": [labelled({"type": 2, "style": 1, "label": "x", "custom_id": "x"})]},
     "data.components.0.component.type: UNION_TYPE_CHOICES"),
    ("a select in a row", {"components": [{"type": 1, "components": [
        {"type": 3, "custom_id": "x", "options": [{"label": "x", "value": "x"}]}]}]},
     "data.components.0.components.0.type: UNION_TYPE_CHOICES"),
    ("26 options", {"components": [labelled(
        {"type": 3, "custom_id": "x", "options": [{"label": "x", "value": str(n)} for n in range(26)]})]},
     "data.components.0.component.options: BASE_TYPE_BAD_LENGTH"),
    ("a radio group of one", {"components": [labelled(
        {"type": 21, "custom_id": "x", "options": [{"label": "x", "value": "x"}]})]},
     "data.components.0.component.options: BASE_TYPE_BAD_LENGTH"),
    ("11 files", {"components": [labelled({"type": 19, "custom_id": "x", "max_values": 11})]},
     "data.components.0.component.max_values: NUMBER_TYPE_MAX"),
    ("the same custom_id twice", {"components": [labelled(INPUT), labelled(INPUT)]},
     "data.components: COMPONENT_CUSTOM_ID_DUPLICATED"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "wrong"), [case[1:] for case in MODALS], ids=[case[0] for case in MODALS])
async def test_a_form_is_refused(server: LoopbackDiscord, change: Json, wrong: str):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    shown = server.world.post(server.bot, channel, content="x")
    interaction = server.interactions.begin(3, ada.user, server.bot, channel, {"custom_id": "x"}, shown)
    modal = {"title": "Form", "custom_id": "form", "components": [labelled(INPUT)]} | change
    with pytest.raises(RefusedError, match="50035") as problem:
        server.interactions.answer(str(interaction.id), interaction.token, {"type": 9, "data": modal}, {})
    assert wrong_fields(problem.value.errors) == {wrong}


@pytest.mark.parametrize(
    ("kind", "answer"), [(2, 6), (2, 7), (2, 8), (3, 8), (4, 4), (4, 5), (5, 9), (5, 7), (3, 3), (2, None)]
)
async def test_each_interaction_has_its_answers(server: LoopbackDiscord, kind: int, answer: int | None):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    shown = server.world.post(server.bot, channel, content="x") if kind == 3 else None
    interaction = server.interactions.begin(kind, ada.user, server.bot, channel, {"custom_id": "x"}, shown)
    with pytest.raises(RefusedError, match="type: Value must be one of"):
        server.interactions.answer(str(interaction.id), interaction.token, {"type": answer, "data": {}}, {})
    assert interaction.answered is None


@pytest.mark.parametrize(
    ("choices", "wrong"),
    [
        ([{"name": str(n), "value": str(n)} for n in range(26)], "data.choices: BASE_TYPE_BAD_LENGTH"),
        ([{"name": "x" * 101, "value": "x"}], "data.choices.0.name: BASE_TYPE_MAX_LENGTH"),
        ([{"name": "x", "value": "x" * 101}], "data.choices.0.value: BASE_TYPE_MAX_LENGTH"),
        ([{"name": "", "value": "x"}], "data.choices.0.name: BASE_TYPE_BAD_LENGTH"),
    ],
)
async def test_a_completion_is_refused(server: LoopbackDiscord, choices: list[Json], wrong: str):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    interaction = server.interactions.begin(4, ada.user, server.bot, channel, {"name": "x"}, None)
    body = {"type": 8, "data": {"choices": choices}}
    with pytest.raises(RefusedError, match="50035") as problem:
        server.interactions.answer(str(interaction.id), interaction.token, body, {})
    assert wrong_fields(problem.value.errors) == {wrong}


class Everything(ui.Modal, title="Everything"):
    """One of each that a form can hold."""

    words = ui.Label[ui.Modal](text="Words", component=ui.TextInput[ui.Modal](custom_id="words", default="as before"))
    pick = ui.Label[ui.Modal](
        text="Pick",
        component=ui.Select[ui.Modal](
            custom_id="pick", required=False, options=[discord.SelectOption(label="One", value="1")]
        ),
    )
    how = ui.Label[ui.Modal](
        text="How",
        component=ui.RadioGroup[ui.Modal](
            custom_id="how",
            options=[discord.RadioGroupOption(label=name, value=name) for name in ("fast", "slow")],
        ),
    )
    ticks = ui.Label[ui.Modal](
        text="Ticks",
        component=ui.CheckboxGroup[ui.Modal](
            custom_id="ticks",
            required=False,
            min_values=0,
            options=[discord.CheckboxGroupOption(label="May be published", value="publish")],
        ),
    )
    file = ui.Label[ui.Modal](text="File", component=ui.FileUpload[ui.Modal](custom_id="file", required=False))


async def test_a_form_with_one_of_everything_is_filled_in(server: LoopbackDiscord):
    received: list[Any] = []

    async def asks(interaction: Interaction) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            data: Any = interaction.data
            received.extend(part["component"] for part in data["components"])
            received.append([file["filename"] for file in data["resolved"]["attachments"].values()])
            await interaction.response.send_message("got it", ephemeral=True)
        else:
            await interaction.response.send_modal(Everything())

    async with answering(server, asks) as (_, ada, message):
        form = (await ada.clicks(message, "Press")).modal
        assert form.value("Words") == "as before"
        for values, problem in (
            ({"How": "fast", "Nothing": 1}, "no \\['Nothing'\\]"),
            ({}, "'How' must be chosen"),
            ({"How": "fast", "Words": ""}, "'Words' must be filled in"),
            ({"How": "sideways"}, "no option 'sideways'"),
        ):
            with pytest.raises(NotOfferedError, match=problem):
                await ada.submits(form, values)
        await ada.submits(form, {"How": "slow", "ticks": ["May be published"], "File": {"x.csv": b"1,2"}})
    assert [part.get("value", part.get("values")) for part in received[:4]] == ["as before", [], "slow", ["publish"]]
    assert received[-1] == ["x.csv"]
