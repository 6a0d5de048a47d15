"""A deployment that learns across deliberations: who allows it, how it is taken back, and that nobody else is asked."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bot.discord.house import ScriptedDrafter, Street, bot_on, card_says, only_state
from tests.discord_server.server import LoopbackDiscord


async def test_a_member_allows_it_and_takes_it_back_under_my_part(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path, learning=True) as bot:
        thread = await street.opens()
        await street.says(ada, thread, "Close it.")
        mine = await ada.slash(thread, "mypart")
        asked = await ada.clicks(mine.message, "What may be shared")
        assert "one average of at least 20 ballots" in asked.text
        await ada.clicks(asked.message, "Allow learning from my ballot")
        ((_, uses),) = only_state(bot).sharing.items()
        assert uses == ("learning",)
        mine = await ada.slash(thread, "mypart")
        file = await ada.clicks(mine.message, "Download")
        allowed = json.loads(file.message.attachments[0].data)["allowed_beside_this"]
        assert allowed == {"speaking": [], "voting": ["learning"]}
    async with bot_on(server, tmp_path) as bot:  # turned off meanwhile: what was allowed can still be taken back
        mine = await ada.slash(thread, "mypart")
        asked = await ada.clicks(mine.message, "What may be shared")
        await ada.clicks(asked.message, "No longer learn from my ballot")
        ((_, uses),) = only_state(bot).sharing.items()
        assert uses == ()
    assert server.refusals == []


async def test_where_the_deployment_learns_nothing_nobody_is_asked(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    drafter = ScriptedDrafter()
    async with bot_on(server, tmp_path, drafter=drafter):
        thread = await street.opens()
        await street.speak(thread)
        mine = await ada.slash(thread, "mypart")
        asked = await street.members[0].clicks(mine.message, "What may be shared")
        assert "learning" not in asked.text
        await card_says(server, thread, "Machine draft")
        assert [job.leaning for job in drafter.jobs] == [None] * len(drafter.jobs)
    assert server.refusals == []
