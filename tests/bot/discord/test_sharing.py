"""What else may be done with what is one's own is asked of each person, and off until they say so."""

from __future__ import annotations

from pathlib import Path

from engine.deliberation.consent import allows
from engine.deliberation.events import SharingSet
from tests.bot.discord.house import Street, bot_on, only_state
from tests.discord_server.server import LoopbackDiscord


async def test_each_use_is_allowed_and_taken_back_by_itself(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.says(ada, thread, "Close it.")
        (deliberation,) = bot.office.deliberations.all
        person = await bot.office.deliberations.person(deliberation, str(ada.user.id))
        mine = await ada.slash(thread, "mypart")
        asked = await ada.clicks(mine.message, "What may be shared")
        assert asked.text.count("not allowed") == 3
        assert asked.ephemeral
        asked = await ada.clicks(asked.message, "Allow my words")
        asked = await ada.clicks(asked.message, "Allow my votes")
        assert asked.text.count("not allowed") == 1
        state = only_state(bot)
        assert (allows(state, person.member, "words"), allows(state, person.voter, "training")) == (True, True)
        assert (allows(state, person.voter, "words"), allows(state, person.member, "training")) == (False, False)
        asked = await ada.clicks(asked.message, "Allow my reactions")
        asked = await ada.clicks(asked.message, "No longer my votes")
        assert set(only_state(bot).sharing[person.voter]) == {"votes"}
        set_by = [
            event for event in await bot.office.deliberations.log.read(deliberation) if isinstance(event, SharingSet)
        ]
        assert len({event.request for event in set_by}) == len(set_by) == 4, "never two handles in one act"
    assert server.refusals == []


async def test_who_does_not_take_part_reads_the_notice_first(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        mine = await street.members[0].slash(thread, "mypart")
        notice = await street.members[0].clicks(mine.message, "What may be shared")
        assert "Before you take part" in notice.text
        asked = await street.members[0].clicks(notice.message, "Take part")
        assert asked.text.count("not allowed") == 3
        assert not only_state(bot).sharing
