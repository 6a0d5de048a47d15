"""Quick reactions to what others say; reports, and hiding with everything that rests on it."""

from __future__ import annotations

from pathlib import Path

from bot.live.deliberations import Deliberations
from engine.deliberation.quick_votes import reactions
from tests.bot.discord.house import ScriptedDrafter, Street, bot_on, card, card_says, only_state
from tests.discord_server.people import Member
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel


async def report(member: Member, thread: Channel, what: str, why: str) -> str:
    more = await member.clicks(card(thread), "More")
    form = await member.clicks(more.message, "Report")
    return (await member.submits(form.modal, {"What?": what, "Why?": why})).text


async def test_what_others_say_is_answered_with_one_tap_and_reaches_the_drafter(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada = street.members[0]
    drafter = ScriptedDrafter()
    async with bot_on(server, tmp_path, drafter=drafter) as bot:
        thread = await street.opens(preset="heated", review=False)
        await street.speak(thread)
        more = await ada.clicks(card(thread), "More")
        shown = await ada.clicks(more.message, "What others say")
        assert shown.ephemeral
        assert "Close it." not in shown.text
        answer = await ada.clicks(shown.message, "Agree")
        assert answer.updated
        await ada.clicks(answer.message, "Disagree")
        people: Deliberations = bot.office.deliberations
        (deliberation,) = people.all
        person = await people.person(deliberation, str(ada.user.id))
        assert sorted(reactions(only_state(bot), person.voter).values()) == [-1, 1]
        done = await ada.clicks(more.message, "What others say")
        assert "all there is for now" in done.text
        await street.moderator.slash(thread, "deliberation draft")
        await server.until(lambda: drafter.jobs)
        assert {vote.member for vote in drafter.jobs[-1].quick_votes} == {person.member}


async def test_three_reports_hide_a_text_and_the_draft_that_rests_on_it(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        assert "Close it" in card(thread).text
        for member in street.members[1:4]:
            told = await report(member, thread, "Close it.", "Insults or hate")
            assert "Moderators can see your report" in told
        again = await report(street.members[4], thread, "Leave it open.", "Spam or off topic")
        assert "Moderators can see" in again
        await server.until(lambda: "Close it" not in card(thread).text)
        assert len(only_state(bot).hidden) == 1
        offered = await street.moderator.autocompletes(thread, "deliberation restore", "text", "close")
        ((name, text),) = offered
        assert name == "Close it."
        await street.moderator.slash(thread, "deliberation restore", text=text)
        assert not only_state(bot).hidden


async def test_one_moderators_tap_hides_and_the_channel_for_moderators_hears_of_reports(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    alerts = street.guild.text_channel("moderators")
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.speak(thread)
        await street.moderator.slash(thread, "deliberation settings", alerts=alerts)
        await report(street.members[1], thread, "Close it.", "Private data of somebody")
        await server.until(lambda: alerts.said())
        assert "Private data of somebody" in alerts.said()[-1].text
        told = await report(street.moderator, thread, "Close it.", "Private data of somebody")
        assert "hidden now" in told
        assert len(only_state(bot).hidden) == 1


async def test_somebody_who_may_be_in_danger_is_never_drafted_and_gets_help_alone(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    async with bot_on(server, tmp_path, help_text="Call 112.") as bot:
        thread = await street.opens()
        await street.speak(thread)
        await report(bruno, thread, "Close it.", "Somebody may harm themselves")
        assert "Close it." not in [opinion.text.value for opinion in only_state(bot).live_opinions]
        more = await ada.clicks(card(thread), "More")
        await server.until(lambda: more.followups)
        assert more.followups[0].text == "Call 112."
        assert more.followups[0].ephemeral
        other = await bruno.clicks(card(thread), "More")
        assert not other.followups
