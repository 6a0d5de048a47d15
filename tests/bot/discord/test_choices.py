"""What a moderator chooses at the opening, and what they are warned of."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bot.discord.app import Accord
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.models.errors import ModelFileError
from tests.bot.discord.house import ScriptedDrafter, Street, bot_on, card, card_says, only_state, posted
from tests.discord_server.server import LoopbackDiscord


async def preview_of(street: Street, question: str, **options: Any) -> str:
    form = (await street.moderator.slash(street.channel, "deliberation open", **options)).modal
    return (await street.moderator.submits(form, {"question": question})).text


async def test_a_question_about_a_person_warns_first(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path, members_intent=True):
        assert "seems to name a person" in await preview_of(street, "Should Bruno leave the committee?")
        assert "seems to name a person" in await preview_of(street, f"Is <@{street.members[0].user.id}> right?")
        assert "seems to name a person" not in await preview_of(street, "Should we adapt the brunoise recipe?")


async def test_capture_without_the_intent_is_pointed_out(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path, message_content=False):
        assert "message-content intent" in await preview_of(street, "A boat?", capture=True)
        assert "message-content intent" not in await preview_of(street, "A boat?")


async def test_one_deliberation_at_a_time_in_a_thread(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        form = (await street.moderator.slash(thread, "deliberation open")).modal
        preview = await street.moderator.submits(form, {"question": "Another one?"})
        refused = await street.moderator.clicks(preview.message, "Start")
        assert "open in this thread already" in refused.text
        await street.moderator.slash(thread, "deliberation close", reason="Done.")
        await posted(server, thread, "Ended without a result")
        await street.moderator.clicks(preview.message, "Start")
        await server.until(lambda: len(bot.office.deliberations.all) == 2)


async def test_predictions_are_told_only_where_it_was_opened_so_and_for_ten_at_least(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    people = [*street.members, *(street.guild.member(f"Neighbour {number}") for number in range(3))]
    async with bot_on(server, tmp_path):
        shown, hidden = await street.opens(predictions=True), await street.opens("Another?")
        for number, member in enumerate(people):
            for thread in (shown, hidden):
                await street.says(member, thread, f"View number {number} of the street.")
            if number == 8:
                await card_says(server, shown, "9 have spoken")
                assert "guess" not in card(shown).text
        assert "10 would probably agree, 0 unsure" in await card_says(server, shown, "A machine's guess, no vote")
        await card_says(server, hidden, "10 have spoken")
        assert "guess" not in card(hidden).text


async def test_open_results_show_the_count_from_five_votes_on(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens(open_results=True)
        await street.reaches_the_poll(thread)
        for member in street.members[:4]:
            await street.votes(member, thread, "6")
        await card_says(server, thread, "4 have voted")
        assert "So far" not in card(thread).text
        await street.votes(street.members[4], thread, "2")
        assert "So far 4 of 5 agree" in await card_says(server, thread, "So far")


async def test_three_or_four_people_are_asked_what_all_can_live_with(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens(preset="small")
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        await street.moderator.slash(thread, "deliberation poll")
        await card_says(server, thread, "[Vote]")
        ballot = await street.members[0].clicks(card(thread), "Vote")
        assert "Can everyone live with this?" in ballot.text


async def test_after_an_absence_the_card_says_that_presses_were_lost(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
    server.clock.advance(hours=1)
    async with bot_on(server, tmp_path):
        assert "please press again" in await card_says(server, thread, "The bot was away from")


async def test_why_a_draft_came_to_nothing_is_told_to_moderators(server: LoopbackDiscord, tmp_path: Path) -> None:
    class NoModel(ScriptedDrafter):
        async def draft(self, job: DraftJob) -> DraftResult:
            self.jobs.append(job)
            raise ModelFileError("model_missing", path="gone.gguf")

    street = Street(server)
    drafter = NoModel()

    def failed(bot: Accord) -> bool:
        return bool(drafter.jobs) and only_state(bot).pending is None

    async with bot_on(server, tmp_path, drafter=drafter, draft_quiet_seconds=0.3) as bot:
        thread = await street.opens()
        await street.speak(thread)
        await server.until(lambda: failed(bot))
        status = await street.moderator.slash(thread, "deliberation status")
        assert "came to nothing: There is no model file at gone.gguf" in status.text
        await asyncio.sleep(1)
        assert len(drafter.jobs) == 1, "the same words are not tried again and again"
        await street.says(street.members[3], thread, "Only the upper half.")
        await server.until(lambda: len(drafter.jobs) == 2)
