"""Many people at once, while the models keep the machine busy: everyone is answered, and the card keeps its pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.deliberation.drafts import DraftJob, DraftResult
from engine.drafting.options import DraftingOptions, Progress
from engine.worker.__main__ import Runner
from engine.worker.client import ModelWorker
from tests.bot.discord.stories.scene import card, scene_on
from tests.bot.scripted_models import drafted
from tests.discord_server.server import LoopbackDiscord

PEOPLE = 20


def busy(model: str, threads: int | None, progress: Progress) -> Runner:
    """Models that take all cores until nobody wants their draft any more, as decoding does for a while."""
    progress("loading", 1, 1)

    def run(
        job: DraftJob, *, options: DraftingOptions, progress: Progress, cancelled: Callable[[], bool]
    ) -> DraftResult:
        matrix = np.ones((1200, 1200), dtype=np.float32)
        while not cancelled():
            matrix = matrix @ matrix
            matrix /= matrix.max()
        return drafted(job)

    return run


async def test_twenty_people_are_answered_while_a_draft_is_made(server: LoopbackDiscord, tmp_path: Path):
    async with (
        ModelWorker(runner="tests.bot.discord.stories.test_busy:busy") as worker,
        scene_on(server, tmp_path, drafter=worker) as scene,
    ):
        people = [scene.guild.member(f"Person {number}") for number in range(PEOPLE)]
        thread = await scene.opens()

        async def take_part(number: int) -> None:
            opened = await scene.agrees_to_the_notice(people[number], thread)
            await people[number].submits(opened.modal, {"text": f"Person {number} thinks that it is worth a try."})

        await take_part(0)
        await take_part(1)
        await scene.shows(thread, "a draft is being made")
        await asyncio.gather(*(take_part(number) for number in range(2, PEOPLE)))
        await scene.shows(thread, f"{PEOPLE} have spoken")
        assert "a draft is being made" in card(thread).text
    assert server.refusals == []


async def test_the_card_keeps_within_discords_rate_limits(server: LoopbackDiscord, tmp_path: Path):
    server.enforces_buckets = True
    async with scene_on(server, tmp_path, card_quiet_seconds=1.5, card_ceiling_seconds=10) as scene:
        people = [scene.guild.member(f"Person {number}") for number in range(PEOPLE)]
        thread = await scene.opens()
        for person in people:
            opened = await scene.agrees_to_the_notice(person, thread)
            await person.submits(opened.modal, {"text": f"{person.name} thinks that it is worth a try."})
            await asyncio.sleep(0.1)
        await scene.shows(thread, f"{PEOPLE} have spoken")
        edits = server.asked("PATCH", r"/channels/\d+/messages/\d+")
        assert len(edits) < PEOPLE
        assert [request.status for request in server.requests if request.status == 429] == []
