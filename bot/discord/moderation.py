"""`/deliberation`: what moderators do. Each act is an event of the log, and the result lists them."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import discord
from discord import app_commands

from bot.catalogue import Speech
from bot.discord import auditing, exporting, opening, reports, reviewing
from bot.discord.board import link
from bot.discord.localised import L
from bot.discord.lookup import choices, visit_here
from bot.discord.office import Office
from bot.discord.permissions import is_moderator, require_moderator
from bot.discord.presets import DAY, PRESETS, seconds_of
from bot.discord.sending import message_of
from bot.discord.visit import Interaction, Visit, answer, speech_of
from bot.discord.wording import CONTENT, OPTION_LABEL, cut, moment, quoted
from engine.deliberation import commands as c
from engine.deliberation.errors import EngineError
from engine.deliberation.events import AnyEvent, CandidatesDrafted, DraftingFailed
from engine.deliberation.oversight import bursts
from engine.deliberation.state import State
from welfare import RULE_NAMES

logger = logging.getLogger("accord.discord")

Choices: TypeAlias = list[app_commands.Choice[str]]
PresetName = Literal["standard", "quick", "heated", "small", "large"]
Language = Literal["en", "ja", "zh", "de", "fr", "es"]


class Moderation(app_commands.Group):
    """The group of commands; who may use them is checked for each, whatever Discord's settings say."""

    def __init__(self, office: Office) -> None:
        super().__init__(
            name=L("deliberation.name"),
            description=L("deliberation.about"),
            guild_only=True,
            default_permissions=discord.Permissions(**{office.settings.moderator_permission: True}),
        )
        self.office = office

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Refuse whoever lacks the permission: the client's own check is only a hint."""
        try:
            require_moderator(interaction, self.office.settings.moderator_permission)
        except EngineError as problem:
            raise app_commands.CheckFailure from problem  # any other error would escape `CommandTree.on_error`
        return True

    def _visit(self, interaction: Interaction, which: str | None, *, ended: bool = False) -> Visit:
        return visit_here(self.office, interaction, which, ended=ended)

    @app_commands.command(name=L("open.name"), description=L("open.about"))
    @app_commands.describe(
        preset=L("open.preset"),
        duration=L("open.duration"),
        who=L("open.who"),
        channel=L("open.channel"),
        rule=L("open.rule"),
        rounds=L("open.rounds"),
        quorum=L("open.quorum"),
        adopt_at=L("open.adopt_at"),
        nameless=L("open.nameless"),
        latecomers=L("open.latecomers"),
        account_days=L("open.account_days"),
        member_days=L("open.member_days"),
        review=L("open.review"),
        capture=L("open.capture"),
        open_results=L("open.open_results"),
        predictions=L("open.predictions"),
        private=L("open.private"),
        language=L("open.language"),
    )
    async def begin(
        self,
        interaction: Interaction,
        preset: PresetName = "standard",
        duration: str | None = None,
        who: discord.Role | None = None,
        channel: discord.TextChannel | discord.ForumChannel | None = None,
        rule: str | None = None,
        rounds: app_commands.Range[int, 1, 9] | None = None,
        quorum: app_commands.Range[int, 1, 100000] | None = None,
        adopt_at: app_commands.Range[int, 1, 100] | None = None,
        nameless: bool | None = None,
        latecomers: bool | None = None,
        account_days: app_commands.Range[int, 0, 3650] = 0,
        member_days: app_commands.Range[int, 0, 3650] = 0,
        review: bool | None = None,
        capture: bool | None = None,
        open_results: bool = False,
        predictions: bool = False,
        private: bool = False,
        language: Language | None = None,
    ) -> None:
        """Ask for the question; the preview comes next."""
        settings: dict[str, Any] = {}
        base = PRESETS[preset].settings
        if rule is not None:
            settings["rule"] = rule
        if rounds is not None:
            settings["rounds"] = rounds
        if quorum is not None:
            settings["quorum"] = {"ballots": quorum}
        if adopt_at is not None:
            adoption = base.get("adoption")
            settings["adoption"] = {**(adoption.model_dump() if adoption else {}), "agree_share": adopt_at / 100}
        if nameless is not None:
            settings["nameless"] = nameless
        if latecomers is not None:
            settings["latecomers_vote"] = latecomers
        if review is not None:
            settings["review"] = review
        if open_results:
            settings["open_results"] = True
        settings["eligibility"] = {
            "roles": [] if who is None or who.is_default() else [str(who.id)],
            "account_seconds": account_days * DAY,
            "membership_seconds": member_days * DAY,
        }
        options: dict[str, Any] = {
            "preset": preset,
            "seconds": None if duration is None else seconds_of(duration),
            "channel": None if channel is None else channel.id,
            "settings": settings,
            "place": {"predictions": predictions, **({} if capture is None else {"capture": capture})},
            "private": private,
            "language": language,
        }
        await opening.ask(self.office, interaction, options)

    @app_commands.command(name=L("status.name"), description=L("status.about"))
    @app_commands.describe(which=L("which"))
    async def status(self, interaction: Interaction, which: str | None = None) -> None:
        """How a deliberation stands, beyond what the card says."""
        visit = self._visit(interaction, which, ended=True)
        state, place = visit.state, visit.place
        lines = [
            f"**{quoted(state.question, 300)}**",
            visit.say(f"discord.card.phase.{state.stage}"),
            visit.say(
                "discord.status.counts",
                spoke=len(state.members),
                opinions=len(state.opinions),
                drafts=len(state.drafts),
                waiting=len(state.not_yet_held),
                voted=state.turnout,
            ),
        ]
        if state.stage != "closed":
            lines.append(visit.say("discord.status.until", when=moment(state.until)))
            lines.append(
                visit.say("discord.status.left", redrafts=state.redrafts_left, extensions=state.extensions_left)
            )
        if state.pending is not None:
            lines.append(visit.say("discord.card.drafting"))
        if place.gone:
            lines.append(visit.say("discord.status.gone"))
        elif (card := message_of(state, "card")) is not None:
            lines.append(link(place, card))
        if state.waiting:
            lines.append(visit.say("discord.review.waiting", count=len(state.waiting)))
        events = await self.office.deliberations.log.read(visit.deliberation)
        lines += _last_draft(events, visit)
        for burst in bursts(events):
            span = {"since": moment(burst.since, "f"), "until": moment(burst.until, "f")}
            lines.append(visit.say(f"discord.status.burst.{burst.what}", count=burst.count, **span))
        if state.reports:
            lines.append(visit.say("discord.status.reports", count=len(state.reports), hidden=len(state.hidden)))
        await visit.answer("\n".join(lines))

    @app_commands.command(name=L("draft.name"), description=L("draft.about"))
    @app_commands.describe(which=L("which"))
    async def draft(self, interaction: Interaction, which: str | None = None) -> None:
        """Ask for a new draft now; those beyond the first of a round are capped and counted."""
        visit = self._visit(interaction, which)
        await visit.do(c.StartDraft, seed=secrets.randbits(31), moderator=await visit.moderator())
        await visit.answer(visit.say("discord.done.draft"))

    @app_commands.command(name=L("poll.name"), description=L("poll.about"))
    @app_commands.describe(which=L("which"))
    async def poll(self, interaction: Interaction, which: str | None = None) -> None:
        """Open the poll now."""
        visit = self._visit(interaction, which)
        await visit.do(c.OpenPoll, moderator=await visit.moderator())
        await visit.answer(visit.say("discord.done.poll", when=moment(visit.state.until)))

    @app_commands.command(name=L("next_round.name"), description=L("next_round.about"))
    @app_commands.describe(which=L("which"))
    async def next_round(self, interaction: Interaction, which: str | None = None) -> None:
        """Begin the next round of critique now."""
        visit = self._visit(interaction, which)
        await visit.do(c.OpenCritique, moderator=await visit.moderator())
        await visit.answer(
            visit.say("discord.done.next_round", round=visit.state.round, when=moment(visit.state.until))
        )

    @app_commands.command(name=L("extend.name"), description=L("extend.about"))
    @app_commands.describe(by=L("extend.by"), which=L("which"))
    async def extend(self, interaction: Interaction, by: str, which: str | None = None) -> None:
        """Move the current deadline; capped and counted."""
        visit = self._visit(interaction, which)
        until = visit.state.until + 1000 * seconds_of(by)
        await visit.do(c.Extend, until=until, moderator=await visit.moderator())
        await visit.answer(visit.say("discord.done.extended", when=moment(visit.state.until, "f")))

    @app_commands.command(name=L("rule.name"), description=L("rule.about"))
    @app_commands.describe(rule=L("open.rule"), which=L("which"))
    async def rule(self, interaction: Interaction, rule: str, which: str | None = None) -> None:
        """Change the welfare rule, before the first opinion."""
        visit = self._visit(interaction, which)
        await visit.do(c.SetRule, rule=rule, moderator=await visit.moderator())
        await visit.answer(visit.say("discord.done.rule", rule=visit.state.settings.rule))

    @app_commands.command(name=L("remove_opinion.name"), description=L("remove_opinion.about"))
    @app_commands.describe(opinion=L("remove_opinion.opinion"), reason=L("reason"), which=L("which"))
    async def remove_opinion(
        self, interaction: Interaction, opinion: str, reason: str, which: str | None = None
    ) -> None:
        """Remove an opinion; the reason stays for everyone to read."""
        visit = self._visit(interaction, which, ended=True)
        await visit.do(c.RemoveOpinion, opinion=opinion, reason=reason, moderator=await visit.moderator())
        await visit.answer(visit.say("discord.done.opinion_removed"))

    @app_commands.command(name=L("remove_member.name"), description=L("remove_member.about"))
    @app_commands.describe(member=L("remove_member.member"), reason=L("reason"), which=L("which"))
    async def remove_member(
        self, interaction: Interaction, member: discord.Member | discord.User, reason: str, which: str | None = None
    ) -> None:
        """Remove a member: what they said and their open ballot no longer count."""
        visit = self._visit(interaction, which)
        person = await self.office.deliberations.person(visit.deliberation, str(member.id))
        await visit.do(
            c.RemoveMember,
            member=person.member,
            voter=person.voter,
            reason=reason,
            moderator=await visit.moderator(),
        )
        await visit.answer(visit.say("discord.done.member_removed"))

    @app_commands.command(name=L("pause.name"), description=L("pause.about"))
    @app_commands.describe(reason=L("reason"), which=L("which"))
    async def pause(self, interaction: Interaction, reason: str | None = None, which: str | None = None) -> None:
        """Take nothing for a while; deadlines move by the length of the pause."""
        visit = self._visit(interaction, which)
        await visit.do(c.Pause, reason=reason, moderator=await visit.moderator())
        await visit.answer(visit.say("discord.done.paused"))

    @app_commands.command(name=L("resume.name"), description=L("resume.about"))
    @app_commands.describe(which=L("which"))
    async def resume(self, interaction: Interaction, which: str | None = None) -> None:
        """Go on."""
        visit = self._visit(interaction, which)
        await visit.do(c.Resume, moderator=await visit.moderator())
        await visit.answer(visit.say("discord.done.resumed", when=moment(visit.state.until)))

    @app_commands.command(name=L("review.name"), description=L("review.about"))
    @app_commands.describe(which=L("which"))
    async def review(self, interaction: Interaction, which: str | None = None) -> None:
        """Look at the opinions that wait."""
        await reviewing.show_next(self._visit(interaction, which))

    @app_commands.command(name=L("restore.name"), description=L("restore.about"))
    @app_commands.describe(text=L("restore.text"), which=L("which"))
    async def restore(self, interaction: Interaction, text: str, which: str | None = None) -> None:
        """Show a hidden text again; reports do not hide it any more."""
        visit = self._visit(interaction, which, ended=True)
        await visit.do(c.Restore, text=text, moderator=await visit.moderator())
        await visit.answer(visit.say("discord.done.restored"))

    @app_commands.command(name=L("close.name"), description=L("close.about"))
    @app_commands.describe(reason=L("reason"), which=L("which"))
    async def close(self, interaction: Interaction, reason: str, which: str | None = None) -> None:
        """End a deliberation without a result; an open poll is not counted."""
        visit = self._visit(interaction, which)
        await visit.do(c.Withdraw, reason=reason, moderator=await visit.moderator())
        await visit.answer(visit.say("discord.done.closed"))

    @app_commands.command(name=L("export.name"), description=L("export.about"))
    @app_commands.describe(names=L("export.names"), which=L("which"))
    async def export(self, interaction: Interaction, names: bool = False, which: str | None = None) -> None:
        """The log and a summary as files, after the close."""
        visit = self._visit(interaction, which, ended=True)
        await exporting.send(visit, names=names)

    @app_commands.command(name=L("audit.name"), description=L("audit.about"))
    @app_commands.describe(which=L("which"))
    async def audit(self, interaction: Interaction, which: str | None = None) -> None:
        """What an audit says of this group, in three figures."""
        await auditing.send(self._visit(interaction, which, ended=True))

    @app_commands.command(name=L("settings.name"), description=L("settings.about"))
    @app_commands.describe(
        capture=L("open.capture"), live_drafts=L("settings.live_drafts"), alerts=L("settings.alerts"), which=L("which")
    )
    async def settings(
        self,
        interaction: Interaction,
        capture: bool | None = None,
        live_drafts: bool | None = None,
        alerts: discord.TextChannel | None = None,
        which: str | None = None,
    ) -> None:
        """See the rules, and change what is no rule of the log."""
        if alerts is not None:
            await self.office.notebook.put(f"server/{interaction.guild_id}", {"alerts": alerts.id})
        visit = self._visit(interaction, which, ended=True)
        given = {"capture": capture, "live_drafts": live_drafts}
        changes = {name: value for name, value in given.items() if value is not None}
        if changes:
            await self.office.places.change(visit.deliberation, **changes)
            self.office.board.ask(visit.deliberation)
        settings, place = visit.state.settings, visit.place
        fields = {
            **settings.model_dump(exclude={"quorum", "adoption"}),
            **{f"quorum.{name}": value for name, value in settings.quorum.model_dump().items()},
            **{f"adoption.{name}": value for name, value in settings.adoption.model_dump().items()},
            "capture": place.capture,
            "live_drafts": place.live_drafts,
        }
        body = "\n".join(f"{name}: {value}" for name, value in fields.items())
        locked = visit.say("discord.settings.locked" if visit.state.rules_locked else "discord.settings.open")
        await visit.answer(cut(f"{locked}\n```\n{body}", CONTENT - 4) + "\n```")

    @app_commands.command(name=L("list.name"), description=L("list.about"))
    async def list_all(self, interaction: Interaction) -> None:
        """The server's deliberations."""
        speech = speech_of(interaction)
        lines: list[str] = []
        for deliberation in reversed(self.office.places.in_guild(interaction.guild_id or 0)):
            if deliberation not in self.office.deliberations:
                continue
            state, place = self.office.deliberations.state(deliberation), self.office.places[deliberation]
            how = (
                speech.say(f"outcome.{state.outcome.outcome}") + _followed_up(state, speech)
                if state.outcome is not None
                else f"{speech.say(f'discord.card.phase.{state.stage}')} {moment(state.until)}"
            )
            where = "" if place.gone else f" <#{place.channel}>"
            lines.append(f"- **{quoted(state.question, 100)}** · {how}{where}")
        await answer(interaction, "\n".join(lines) or speech.say("discord.list.none"))

    @status.autocomplete("which")
    @draft.autocomplete("which")
    @poll.autocomplete("which")
    @next_round.autocomplete("which")
    @extend.autocomplete("which")
    @rule.autocomplete("which")
    @remove_opinion.autocomplete("which")
    @remove_member.autocomplete("which")
    @restore.autocomplete("which")
    @pause.autocomplete("which")
    @resume.autocomplete("which")
    @review.autocomplete("which")
    @close.autocomplete("which")
    @export.autocomplete("which")
    @audit.autocomplete("which")
    @settings.autocomplete("which")
    async def _which(self, interaction: Interaction, current: str) -> Choices:
        return choices(self.office, interaction, current)

    @rule.autocomplete("rule")
    @begin.autocomplete("rule")
    async def _rules(self, interaction: Interaction, current: str) -> Choices:
        speech = speech_of(interaction)
        return [
            app_commands.Choice(
                name=cut(f"{name}: {speech.say('rule.' + name.partition(':')[0])}", OPTION_LABEL), value=name
            )
            for name in RULE_NAMES
            if current.lower() in name
        ][:25]

    @restore.autocomplete("text")
    async def _hidden(self, interaction: Interaction, current: str) -> Choices:
        if not is_moderator(interaction, self.office.settings.moderator_permission):
            return []
        state = self._visit(interaction, None, ended=True).state
        words = {text: reports.words_of(state, text) for text in state.hidden}
        return [
            app_commands.Choice(name=cut(found.replace("\n", " ") or text, OPTION_LABEL), value=text)
            for text, found in words.items()
            if current.lower() in found.lower()
        ][:25]

    @remove_opinion.autocomplete("opinion")
    async def _opinions(self, interaction: Interaction, current: str) -> Choices:
        if not is_moderator(interaction, self.office.settings.moderator_permission):
            return []
        state = self._visit(interaction, None, ended=True).state
        return [
            app_commands.Choice(
                name=cut((opinion.text.value or "…").replace("\n", " "), OPTION_LABEL), value=opinion.id
            )
            for opinion in state.live_opinions
            if current.lower() in (opinion.text.value or "").lower()
        ][:25]


def _last_draft(events: Sequence[AnyEvent], visit: Visit) -> list[str]:
    """What is to be known of the last draft: why it failed, or what the models could not do."""
    last = next((event for event in reversed(events) if isinstance(event, CandidatesDrafted | DraftingFailed)), None)
    if isinstance(last, CandidatesDrafted):
        return [visit.say(f"note.{note.code}", **note.parameters) for note in last.notes]
    if last is None:
        return []
    if visit.speech.knows(f"drafting.{last.code}"):
        return [visit.say("discord.status.draft_failed", why=visit.say(f"drafting.{last.code}"))]
    why = visit.speech.error_sentence(last.code, last.parameters)
    return [visit.say("discord.status.draft_failed", why=why)]


def _followed_up(state: State, speech: Speech) -> str:
    """What became of it, where a moderator has said so."""
    if state.follow_up is None:
        return ""
    if state.follow_up.done:
        return f" ({speech.say('discord.list.done')})"
    return f" ({speech.say('discord.list.not_done', because=quoted(state.follow_up.because or '', 150))})"
