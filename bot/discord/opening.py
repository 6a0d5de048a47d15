"""Opening a deliberation: a modal, a preview that only the moderator sees, and the start."""

from __future__ import annotations

import re
from typing import Any

import discord

from bot.catalogue import is_traditional_chinese
from bot.discord.controls import Form, Style, button, chosen, option, row_view, values_of
from bot.discord.eligibility import admitted
from bot.discord.errors import RefusalError
from bot.discord.office import Office
from bot.discord.permissions import ESSENTIAL, require_moderator
from bot.discord.places import Place
from bot.discord.presets import DAY, PRESETS, made, seconds_of, spelled
from bot.discord.visit import Interaction, Visit, speech_of
from bot.discord.wording import CONTENT, THREAD_NAME, cut, quoted
from engine.deliberation import commands as c
from engine.deliberation.settings import Settings
from engine.deliberation.words import LIMITS
from welfare import find_rule

LEASE = 60_000
CONSEQUENCE = 300
SHORTEST_NAME = 3


async def ask(office: Office, interaction: Interaction, chosen_options: dict[str, Any]) -> None:
    """Open the modal; what the command's options chose waits in the notebook."""
    require_moderator(interaction, office.settings.moderator_permission)
    speech = speech_of(interaction)
    if "rule" in chosen_options.get("settings", {}):
        find_rule(str(chosen_options["settings"]["rule"]))
    preset = str(chosen_options.get("preset") or "standard")
    made(preset, chosen_options.get("seconds"), chosen_options.get("settings", {}))
    if await office.notebook.get(f"preview/{interaction.id}") is None:  # else: this came twice, after the form was sent
        await office.notebook.put(f"preview/{interaction.id}", chosen_options)
    form = Form(speech.say("discord.open.title"), "opening", "-", str(interaction.id))
    form.choice(
        "preset",
        speech.say("discord.open.preset"),
        [
            option(
                speech.say(f"discord.preset.{name}.name"),
                name,
                speech.say(f"discord.preset.{name}.about"),
                chosen=name == preset,
            )
            for name in PRESETS
        ],
    )
    form.text(
        "question", speech.say("discord.open.question"), longest=300, placeholder=speech.say("discord.open.example")
    )
    form.text("background", speech.say("discord.open.background"), longest=2000, long=True, required=False)
    form.text(
        "consequence",
        speech.say("discord.open.consequence"),
        longest=CONSEQUENCE,
        required=False,
        description=speech.say("discord.open.consequence_hint"),
    )
    await interaction.response.send_modal(form)


def chosen_options(
    preset: str,
    *,
    duration: str | None,
    channel: discord.abc.GuildChannel | None,
    eligibility: dict[str, Any],
    rules: dict[str, Any],
    quorum: int | None,
    adopt_at: int | None,
    place: dict[str, bool | None],
    private: bool,
    language: str | None,
) -> dict[str, Any]:
    """What the command's options say, as the preview waits for it; what was not chosen is left to the template."""
    settings = {name: value for name, value in rules.items() if value is not None}
    if quorum is not None:
        settings["quorum"] = {"ballots": quorum}
    if adopt_at is not None:
        adoption = PRESETS[preset].settings.get("adoption")
        settings["adoption"] = {**(adoption.model_dump() if adoption else {}), "agree_share": adopt_at / 100}
    return {
        "preset": preset,
        "seconds": None if duration is None else seconds_of(duration),
        "channel": None if channel is None else channel.id,
        "settings": {**settings, "eligibility": eligibility},
        "place": {name: value for name, value in place.items() if value is not None},
        "private": private,
        "language": language,
    }


def conditions_for(who: discord.Role | None, account_days: int, member_days: int) -> dict[str, Any]:
    """Who may vote, as the settings have it."""
    return {
        "roles": [] if who is None or who.is_default() else [str(who.id)],
        "account_seconds": account_days * DAY,
        "membership_seconds": member_days * DAY,
    }


async def preview(visit: Visit) -> None:
    """Show what would be opened, with "Start"."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    options: dict[str, Any] = await _options(visit)
    values = values_of(visit.interaction)
    options |= {
        "preset": chosen(values, "preset") or options.get("preset") or "standard",
        "question": str(values.get("question") or ""),
        "background": str(values.get("background") or ""),
        "consequence": str(values.get("consequence") or ""),
    }
    await visit.office.notebook.put(f"preview/{visit.rest[0]}", options)
    settings = _settings(options)
    lines = [
        f"**{quoted(options['question'], LIMITS['question'])}**",
        quoted(options["background"], 500),
        visit.say(
            "discord.open.preview",
            preset=visit.say(f"discord.preset.{options['preset']}.name"),
            time=spelled(
                settings.opinion_seconds + settings.poll_seconds + settings.critique_seconds * (settings.rounds - 1),
                visit.speech,
            ),
            rounds=settings.rounds,
            quorum=settings.quorum.ballots,
            share=f"{settings.adoption.agree_share:.0%}",
            rule=visit.say(f"rule.{settings.rule.partition(':')[0]}"),
        ),
        visit.say("discord.notice.nameless" if settings.nameless else "discord.notice.named"),
        visit.say("discord.open.locks"),
        *_warnings(visit, options),
    ]
    starting = button(visit.say("discord.button.start"), "start", "-", visit.rest[0], style=Style.success)
    await visit.answer(cut("\n".join(line for line in lines if line), CONTENT), row_view(starting))


def _warnings(visit: Visit, options: dict[str, Any]) -> list[str]:
    """What a moderator should think of before anything is begun."""
    warnings: list[str] = []
    if names_somebody(options["question"], visit.interaction.guild):
        warnings.append(visit.say("discord.open.names_somebody"))
    captures = {**PRESETS[options["preset"]].place, **options.get("place", {})}.get("capture")
    if captures and not visit.office.settings.message_content:
        warnings.append(visit.say("discord.open.capture_unheard"))
    return warnings


def names_somebody(question: str, guild: discord.Guild | None) -> bool:
    """Whether a question mentions a person or holds the name of a member that the bot knows of."""
    if re.search(r"<@!?\d+>", question):
        return True
    names = {
        name
        for member in (guild.members if guild else ())
        if not member.bot
        for name in (member.display_name, member.name)
    }
    return any(len(name) >= SHORTEST_NAME and re.search(rf"\b{re.escape(name)}\b", question, re.I) for name in names)


async def start(visit: Visit) -> None:
    """Make the thread, note the place, open the deliberation; the board draws the card."""
    office, interaction = visit.office, visit.interaction
    require_moderator(interaction, office.settings.moderator_permission)
    if not await office.notebook.claim(f"start/{interaction.id}", office.deliberations.clock(), LEASE):
        return  # another process heard of this very press, and answers it
    options = await _options(visit)
    _check_permissions(interaction, options)
    here = [] if options.get("channel") is not None else office.here(interaction.channel_id or 0)
    if any(office.deliberations.state(found).stage != "closed" for found in here):
        raise RefusalError("already_running_here")
    if not await office.notebook.claim(f"start/{visit.rest[0]}", office.deliberations.clock(), LEASE):
        raise RefusalError("preview_gone")
    await interaction.response.defer()
    deliberation = f"d{visit.rest[0]}"
    home = await _home(interaction, options)
    await open_in(office, home, deliberation, options, moderator=interaction.user.id, guild=interaction.guild)
    await office.notebook.drop(f"preview/{visit.rest[0]}")
    await interaction.edit_original_response(content=visit.say("discord.open.started", thread=home.jump_url), view=None)


async def open_in(
    office: Office,
    home: discord.Thread | discord.TextChannel,
    deliberation: str,
    options: dict[str, Any],
    *,
    moderator: int,
    guild: discord.Guild | None,
) -> None:
    """Open a deliberation in a thread that is there."""
    settings = _settings(options)
    voters = await _note_eligible(office, guild, deliberation, settings)
    settings = settings.model_copy(
        update={
            "eligible": len(voters) or None,
            "retention_seconds": options.get("retention_seconds") or office.settings.retention_days * DAY,
            "language": options.get("language") or _language(office, guild),
        }
    )
    place = Place(
        guild=home.guild.id,
        channel=home.id,
        consequence=options.get("consequence", ""),
        preset=options["preset"],
        **{**PRESETS[options["preset"]].place, **options.get("place", {})},
    )
    await office.places.put(deliberation, place)
    opener = await office.deliberations.person(deliberation, f"moderator:{moderator}")
    try:
        await office.deliberations.do(
            deliberation,
            c.Open,
            f"discord:{deliberation}",
            question=options["question"],
            background=options.get("background", ""),
            settings=settings,
            moderator=opener.member,
        )
    except Exception:
        await office.places.drop(deliberation)
        raise


def _settings(options: dict[str, Any]) -> Settings:
    return made(options["preset"], options.get("seconds"), options.get("settings", {}))


async def _options(visit: Visit) -> dict[str, Any]:
    found = await visit.office.notebook.get(f"preview/{visit.rest[0]}")
    if found is None:
        raise RefusalError("preview_gone")
    return found


def _check_permissions(interaction: Interaction, options: dict[str, Any]) -> None:
    """Say what the bot lacks before anything is begun."""
    channel = None
    if options.get("channel") is not None and interaction.guild is not None:
        channel = interaction.guild.get_channel(int(options["channel"]))
    granted = interaction.app_permissions
    if channel is not None and interaction.guild is not None:
        granted = channel.permissions_for(interaction.guild.me)
    kind = "create_private_threads" if options.get("private") else "create_public_threads"
    wanted = ESSENTIAL if isinstance(interaction.channel, discord.Thread) and channel is None else (*ESSENTIAL, kind)
    lacking = [permission for permission in wanted if not getattr(granted, permission)]
    if lacking:
        raise RefusalError("cannot_write_here", missing=tuple(lacking))


async def _home(interaction: Interaction, options: dict[str, Any]) -> discord.Thread | discord.TextChannel:
    """The thread that the command was given in, or a new one in its channel, or in the channel that was chosen."""
    channel: Any = interaction.channel
    if options.get("channel") is not None and interaction.guild is not None:
        channel = interaction.guild.get_channel(int(options["channel"])) or channel
    if isinstance(channel, discord.Thread):
        return channel
    name = cut(options["question"].replace("\n", " "), THREAD_NAME)
    if isinstance(channel, discord.ForumChannel):
        made_thread = await channel.create_thread(
            name=name, content=quoted(options["question"]), allowed_mentions=discord.AllowedMentions.none()
        )
        return made_thread.thread
    if isinstance(channel, discord.TextChannel):
        private = bool(options.get("private"))
        kind = discord.ChannelType.private_thread if private else discord.ChannelType.public_thread
        return await channel.create_thread(name=name, type=kind, auto_archive_duration=10080)
    raise RefusalError("cannot_write_here", missing="threads")


def _language(office: Office, guild: discord.Guild | None) -> str:
    locale = office.settings.language if guild is None else str(guild.preferred_locale)
    if is_traditional_chinese(locale):
        return locale  # drafts are in the members' own Chinese, the texts around them in English
    return locale.partition("-")[0].lower() or office.settings.language


async def _note_eligible(
    office: Office, guild: discord.Guild | None, deliberation: str, settings: Settings
) -> list[int]:
    """Who could vote at this moment; nobody where the bot does not see the members: each is asked for later."""
    if guild is None or not office.settings.members_intent or not guild.chunked:
        return []
    now = office.deliberations.clock()
    voters = [member.id for member in guild.members if not member.bot and admitted(member, settings, now)]
    for voter in voters:
        await office.notebook.put(f"eligible/{deliberation}/{voter}", 1)
    return voters
