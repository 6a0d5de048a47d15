"""`/deliberation`: what moderators do. Each act is an event of the log, and the result lists them."""

from __future__ import annotations

import secrets
from typing import Literal, TypeAlias

import discord
from discord import app_commands

from bot.discord import auditing, exporting, opening, reports, reviewing
from bot.discord.localised import L
from bot.discord.lookup import choices, visit_here
from bot.discord.office import Office
from bot.discord.permissions import is_moderator, require_moderator
from bot.discord.presets import seconds_of
from bot.discord.rules_shown import rules_in_words
from bot.discord.standing import list_lines, status_lines
from bot.discord.visit import Interaction, Visit, answer, speech_of
from bot.discord.wording import OPTION_LABEL, cut, moment
from bot.exporting import BUNDLE, FORMATS
from engine.deliberation import commands as c
from engine.deliberation.errors import EngineError
from welfare import RULE_NAMES

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
        options = opening.chosen_options(
            preset,
            duration=duration,
            channel=channel,
            eligibility=opening.conditions_for(who, account_days, member_days),
            rules={
                "rule": rule,
                "rounds": rounds,
                "nameless": nameless,
                "latecomers_vote": latecomers,
                "review": review,
                "open_results": open_results or None,
            },
            quorum=quorum,
            adopt_at=adopt_at,
            place={"predictions": predictions, "capture": capture},
            private=private,
            language=language,
        )
        await opening.ask(self.office, interaction, options)

    @app_commands.command(name=L("status.name"), description=L("status.about"))
    @app_commands.describe(which=L("which"))
    async def status(self, interaction: Interaction, which: str | None = None) -> None:
        """How a deliberation stands, beyond what the card says."""
        visit = self._visit(interaction, which, ended=True)
        await visit.answer("\n".join(await status_lines(visit)))

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
    @app_commands.rename(wanted="format")
    @app_commands.choices(
        wanted=[app_commands.Choice(name=L(f"export.formats.{name}"), value=name) for name in (BUNDLE, *FORMATS)]
    )
    @app_commands.describe(wanted=L("export.format"), names=L("export.names"), which=L("which"))
    async def export(
        self, interaction: Interaction, wanted: str | None = None, names: bool = False, which: str | None = None
    ) -> None:
        """The log, a summary and all of it as a zip, or one format, after the close."""
        visit = self._visit(interaction, which, ended=True)
        await exporting.send(visit, names=names, wanted=wanted)

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
        locked = visit.say("discord.settings.locked" if visit.state.rules_locked else "discord.settings.open")
        await visit.answer("\n".join([locked, *rules_in_words(visit)]))

    @app_commands.command(name=L("list.name"), description=L("list.about"))
    async def list_all(self, interaction: Interaction) -> None:
        """The server's deliberations."""
        speech = speech_of(interaction)
        lines = list_lines(self.office, interaction.guild_id or 0, speech)
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
