from __future__ import annotations

from pathlib import Path

from engine.deliberation.asking import Asking, AskingJob
from engine.deliberation.errors import EngineError
from tests.bot.discord.house import ScriptedDrafter, Street, bot_on, card, card_says, only_state
from tests.discord_server.client import pointed_at
from tests.discord_server.server import LoopbackDiscord


class Asked(ScriptedDrafter):
    """Names statements in an order of its own, unless it `fails`."""

    def __init__(self, *first: str, fails: bool = False, contenders: int = 2) -> None:
        super().__init__()
        self.asked: list[AskingJob] = []
        self._first, self._fails, self._contenders = first, fails, contenders

    async def ask(self, job: AskingJob) -> Asking:
        self.asked.append(job)
        if self._fails:
            raise EngineError("worker_died", exit_code=1, last_words="")
        ids = {opinion.text: opinion.id for opinion in job.known.opinions}
        order = tuple(ids[text] for text in self._first)
        contenders = tuple(one.id for one in job.candidates[: self._contenders])
        return Asking(draft=job.draft, order=dict.fromkeys(job.people, order), contenders=contenders)


async def order_of(drafter: ScriptedDrafter, folder: Path) -> list[str]:
    """What Grete, who has said nothing, is asked one after the other, once the model has spoken."""
    async with LoopbackDiscord() as server:
        with pointed_at(server):
            street = Street(server)
            grete = street.members[6]
            async with bot_on(server, folder, drafter=drafter) as bot:
                thread = await street.opens()
                await street.speak(thread)
                await card_says(server, thread, "Machine draft")
                await street.agrees(grete, thread=thread)
                await server.until(lambda: only_state(bot).pending is None and not only_state(bot).not_yet_held)
                (deliberation,) = bot.office.deliberations.all
                bot.office.questions.refresh(deliberation)
                await bot.office.questions.settle(deliberation)
                more = await grete.clicks(card(thread), "More")
                shown = await grete.clicks(more.message, "What others say")
                seen: list[str] = []
                while "[Agree]" in shown.text:
                    seen.append(shown.text.splitlines()[1].lstrip("> ").strip("\u2068\u2069"))
                    shown = await grete.clicks(shown.message, "Agree")
                    await bot.office.questions.settle(deliberation)
        assert server.refusals == []
    return seen


async def test_the_model_says_what_comes_first_and_which_drafts_are_asked_about(tmp_path: Path) -> None:
    drafter = Asked("Try it in summer.", "Close it.", "Leave it open.")
    seen = await order_of(drafter, tmp_path)
    assert seen[:3] == ["Try it in summer.", "Close it.", "Leave it open."]
    assert len(seen) == 4, "and the one draft of the two contenders that is nobody's own sentence"
    assert len(drafter.asked) > 1, "it is asked again after each answer"
    none_clear = await order_of(Asked("Close it.", contenders=0), tmp_path / "clear")
    assert len(none_clear) == 3, "where one clearly wins, nobody is asked about drafts"


async def test_without_a_model_what_the_fewest_have_answered_comes_first(tmp_path: Path) -> None:
    async with LoopbackDiscord() as server:
        with pointed_at(server):
            street = Street(server)
            async with bot_on(server, tmp_path, drafter=ScriptedDrafter()) as bot:
                thread = await street.opens()
                await street.speak(thread)
                await card_says(server, thread, "Machine draft")
                await server.until(lambda: only_state(bot).pending is None and not only_state(bot).not_yet_held)
                first: list[str] = []
                for member in street.members[3:]:
                    await street.agrees(member, thread=thread)
                    more = await member.clicks(card(thread), "More")
                    shown = await member.clicks(more.message, "What others say")
                    first.append(shown.text.splitlines()[1])
                    await member.clicks(shown.message, "Agree")
        assert server.refusals == []
    assert len(set(first)) == 4, "three opinions and a draft: each of the four who come is asked about another one"


async def test_what_the_model_does_not_say_is_asked_in_another_order(tmp_path: Path) -> None:
    for name, drafter in (("fails", Asked(fails=True)), ("cannot", ScriptedDrafter())):
        seen = await order_of(drafter, tmp_path / name)
        assert {"Try it in summer.", "Close it.", "Leave it open."} < set(seen)
        assert len(seen) == len(set(seen)) == 4
