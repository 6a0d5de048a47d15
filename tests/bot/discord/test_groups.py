"""Where opinion groups differ, the result says so in each group's nearest words; otherwise nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.deliberation.drafts import DraftJob, DraftResult
from tests.bot.discord.house import ScriptedDrafter, Street, bot_on, card_says, posted
from tests.discord_server.server import LoopbackDiscord


class Divided(ScriptedDrafter):
    """The first `first` members like one thing, the others another; both can live with the draft."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self.first = first

    async def draft(self, job: DraftJob) -> DraftResult:
        result = await super().draft(job)
        authors = {opinion.id: job.opinions.index(opinion) < self.first for opinion in job.opinions}

        def liked(member: int, opinion: str | None) -> float:
            if opinion is None:
                return 0.95
            return 0.9 if authors[opinion] == (member < self.first) else 0.05

        mean = tuple(
            tuple(liked(number, one.opinion) for one in result.running) for number in range(len(result.members))
        )
        return result.model_copy(update={"mean": mean})


@pytest.mark.parametrize(("first", "told"), [(5, True), (8, False)])
async def test_groups_are_told_after_the_close_where_each_is_large_enough(
    server: LoopbackDiscord, tmp_path: Path, first: int, told: bool
) -> None:
    street = Street(server)
    people = [street.guild.member(f"Neighbour {number}") for number in range(10)]
    server.clock.advance(minutes=1)
    async with bot_on(server, tmp_path, drafter=Divided(first), draft_from_members=10):
        thread = await street.opens()
        for number, member in enumerate(people):
            await street.says(
                member, thread, f"{'Green' if number < first else 'White'} is best, says number {number}."
            )
        await card_says(server, thread, "Machine draft")
        await street.moderator.slash(thread, "deliberation poll")
        await card_says(server, thread, "[Vote]")
        assert not any("views differ" in message.text for message in thread.said())
        for member in people:
            await street.votes(member, thread, "6")
        server.clock.advance(hours=13)
        result = await posted(server, thread, "## Adopted")
        assert ("Where views differ" in result.text) is told
        if told:
            assert "5 members, closest to: Green is best" in result.text
            assert "5 members, closest to: White is best" in result.text
