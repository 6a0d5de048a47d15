"""Whatever Discord shows is there in every language, says the same things and fits Discord's limits."""

from __future__ import annotations

import ast
import re
import string
import tomllib
import unicodedata
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from discord import Locale, app_commands

import bot.catalogue
import bot.discord.errors
import engine.deliberation.errors
import engine.models.errors
import engine.worker.errors
import storage.errors
from bot.catalogue import FALLBACK, LANGUAGES, PLURAL_CATEGORY, speech_for, texts
from bot.discord.localised import CatalogueTranslator, L
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE
from tests.bot.discord.house import PATIENT, ScriptedDrafter, bot_on, card, posted
from tests.bot.test_catalogue import FOLDING_CODES, WELFARE_CODES
from tests.discord_server.client import pointed_at
from tests.discord_server.replies import Answer
from tests.discord_server.server import LoopbackDiscord
from welfare import RULE_NAMES

TRANSLATIONS = tuple(language for language in LANGUAGES if language != FALLBACK)
FOLDER = Path(bot.catalogue.__file__).parent
SHOWN_BY = (FOLDER.parent / "discord", FOLDER.parent / "live")
"""The rooms whose words people read in Discord. What they say through `Speech` needs translations; the command line's
`say` is English only."""
CODES = (
    *bot.discord.errors.CODES,
    *engine.deliberation.errors.CODES,
    *engine.models.errors.CODES,
    *engine.worker.errors.CODES,
    *storage.errors.CODES,
    *FOLDING_CODES,
    *WELFARE_CODES,
    "unwritten",
)
"""Every error that Discord can show: all but those of the command line's own files and options."""

COMMAND_NAME, COMMAND_ABOUT = 32, 100
LIMITS: Mapping[tuple[str, int | str], int] = {
    ("button", 0): 80,
    ("option", 0): 100,
    ("option", 2): 100,
    ("select", 0): 150,
    ("Form", 0): 45,
    ("text", 1): 45,
    ("text", "placeholder"): 100,
    ("text", "description"): 100,
    ("choice", 1): 45,
    ("tick", 1): 45,
    ("tick", 2): 100,
    ("create_thread", "name"): 100,
}
"""Discord's limits in characters, by what `bot.discord.controls` calls the thing and which argument is its words."""

SCRIPTS = {"ja": re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]"), "zh": re.compile(r"[\u4e00-\u9fff]")}
FOREIGN = {"ja": re.compile(r"[\uac00-\ud7a3]"), "zh": re.compile(r"[\u3040-\u30fb\u30fd-\u30ff\uac00-\ud7a3]")}
NAMES = re.compile(
    r"accord audit model --people"
    r"|accord export|accord verify(?: log\.jsonl| --receipt)?|accord models"
    r"|make demo|llama-gguf-split --merge|docs/\w+\.md"
    r"|bundled|hf:owner/repository/file\.gguf|redis://(?::password@)?host:port|ACCORD_[A-Z_]+|appendonly yes"
    r"|appendfsync always|Message Content Intent|Accord|accord|Discord|Redis|AI|JSON|GGUF|llama\.cpp"
    r"|Habermas Machine|nash|maximin|utilitarian|atkinson:2|https://findahelpline\.com|\b\d+(?:min|h|d)\b"
    r"|http://server|http://host:8000#name|llama-server|vLLM|OpenAI|API"
    r"|Parquet|pip install pyarrow|pyarrow|CSV"
    r"|(?<![A-Za-z])(?:zip|jsonl|csv|parquet|md|html|polis|trl|MB)(?![A-Za-z])"
    r"|audit\.json|verify\.py|Python|Polis|k-means|(?:candidates|moderation)\.csv|influence\.json|候補A|候选 A"
)
"""Names, commands and examples that are written alike in every language."""


@cache
def written(file: str) -> Mapping[str, str]:
    """The texts of one file by key."""
    found: dict[str, str] = {}

    def collect(table: Mapping[str, Any], prefix: str) -> None:
        for name, value in table.items():
            if isinstance(value, dict):
                collect(cast("Mapping[str, Any]", value), f"{prefix}{name}.")
            else:
                found[prefix + name] = str(value)

    collect(tomllib.loads((FOLDER / file).read_text(encoding="utf-8")), "")
    return found


def folded(key: str) -> str:
    """A key without the form that a number takes."""
    base, _, form = key.rpartition(".")
    return base if form in ("one", "other") and f"{base}.one" in texts() else key


def in_forms(keys: set[str], language: str) -> set[str]:
    """The keys that a language needs for these: a number takes other forms in each."""
    forms = {PLURAL_CATEGORY[language](count) for count in range(200)}
    plural = {key for key in keys if f"{key}.one" in texts()}
    return (keys - plural) | {f"{key}.{form}" for key in plural for form in forms}


def in_english(key: str) -> str:
    return texts()[key] if key in texts() else texts()[f"{key}.other"]


def translated(language: str) -> Iterator[tuple[str, str, str]]:
    """Key, English and translation of everything that a language's files hold."""
    for key, text in (item for file in bot.catalogue.FILES for item in written(file.format(language=language)).items()):
        yield key, in_english(key), text


def placeholders(template: str) -> list[tuple[str, str | None, str | None]]:
    return sorted(
        (name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(template) if name is not None
    )


def without_placeholders(template: str) -> str:
    return "".join(literal for literal, _, _, _ in string.Formatter().parse(template))


def said_within(node: ast.AST) -> Iterator[str]:
    """Patterns of the keys that an expression asks `Speech.say` for; what is put in there stands for one name."""
    for call in ast.walk(node):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "say"):
            continue
        for part in ast.walk(call.args[0]):
            if isinstance(part, ast.JoinedStr):
                yield "".join(
                    re.escape(str(piece.value)) if isinstance(piece, ast.Constant) else "[a-z0-9_]+"
                    for piece in part.values
                )
        if not any(isinstance(part, ast.JoinedStr) for part in ast.walk(call.args[0])):
            yield from (
                re.escape(part.value)
                for part in ast.walk(call.args[0])
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value
            )


@cache
def syntax() -> tuple[ast.Module, ...]:
    return tuple(
        ast.parse(path.read_text(encoding="utf-8")) for folder in SHOWN_BY for path in sorted(folder.rglob("*.py"))
    )


def said() -> set[str]:
    """The keys of all texts that the rooms say, numbers' forms folded."""
    patterns = {pattern for module in syntax() for pattern in said_within(module)}
    known = {folded(key) for key in texts()}
    return {key for key in known for pattern in patterns if re.fullmatch(pattern, key)}


def labels() -> dict[str, int]:
    """The keys of texts on buttons, in selects and in modals, each with the most characters that Discord takes."""
    patterns: dict[str, int] = {}
    for module in syntax():
        for call in ast.walk(module):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
                continue
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            arguments: dict[int | str, ast.expr] = dict(enumerate(call.args))
            arguments |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
            for place, argument in arguments.items():
                limit = LIMITS.get((name, place))
                for pattern in said_within(argument) if limit is not None else ():
                    patterns[pattern] = min(limit or 0, patterns.get(pattern, limit or 0))
    known = [folded(key) for key in texts()]
    found = {
        key: min(limit for pattern, limit in patterns.items() if re.fullmatch(pattern, key))
        for key in known
        if any(re.fullmatch(pattern, key) for pattern in patterns)
    }
    return {**{key: 80 for key in known if key.startswith("discord.button.")}, **found}


def commands(language: str) -> dict[str, str]:
    """Names of commands by key."""
    return {
        key: text
        for key, text in texts(language).items()
        if key.startswith("discord.command.") and key.endswith(".name")
    }


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_language_says_all_that_discord_says_and_nothing_that_nobody_asks_for(language: str) -> None:
    wanted = in_forms({folded(key) for key in written("discord.en.toml")}, language)
    assert set(written(f"discord.{language}.toml")) == wanted
    audits = in_forms({folded(key) for key in written("audit.en.toml") if not key.startswith("help.")}, language)
    assert set(written(f"audit.{language}.toml")) == audits, (
        "audits are read by members too, but for the command's help"
    )
    of_votes = {folded(key) for key in written("audit_votes.en.toml") if not key.startswith("help.")}
    assert set(written(f"audit_votes.{language}.toml")) == in_forms(of_votes, language)
    others = {folded(key) for key in written("en.toml")}
    assert set(written(f"{language}.toml")) <= in_forms(others, language)


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_what_the_rooms_say_from_the_common_catalogue_is_translated_too(language: str) -> None:
    asked = said()
    assert len(asked) > 200, "the texts that the rooms say are not found any more"
    assert in_forms(asked, language) <= set(texts(language))
    names = {key for key in texts() if key.startswith("named.")}
    rules = {f"rule.{rule.partition(':')[0]}" for rule in RULE_NAMES}
    grades = {f"grade.{grade}" for grade in range(LOWEST_GRADE, HIGHEST_GRADE + 1)}
    faults = {key for key in texts() if key.startswith("fault.")}
    assert names | rules | grades | faults <= set(texts(language))
    report = {folded(key) for key in written("en.toml") if key.startswith("report.")}
    assert in_forms(report, language) <= set(texts(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_error_meets_a_reader_in_a_foreign_language(language: str) -> None:
    assert {f"error.{code}" for code in CODES} <= set(texts(language))


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_names_what_the_english_text_names(language: str) -> None:
    wrong = {key for key, english, text in translated(language) if placeholders(text) != placeholders(english)}
    assert not wrong


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_is_in_its_own_language(language: str) -> None:
    left_english: dict[str, list[str]] = {}
    for key, english, text in translated(language):
        words = without_placeholders(text)
        if not re.search(r"[A-Za-z]", without_placeholders(english)):
            continue  # Nothing but parameters and signs.
        assert text != english, key
        assert SCRIPTS[language].search(words), key
        assert not FOREIGN[language].search(words), key
        if found := re.findall(r"[A-Za-z]+", NAMES.sub("", words)):
            left_english[key] = found
    assert not left_english


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_have_names_that_discord_takes_and_no_two_alike(language: str) -> None:
    names = commands(language)
    assert len(set(names.values())) == len(names)
    for key, name in names.items():
        assert 1 <= len(name) <= COMMAND_NAME, key
        assert unicodedata.is_normalized("NFC", name), key
        if key != "discord.command.add.name":  # The one in a message's menu; it may hold spaces and capitals.
            assert name == name.lower(), key
            assert all(sign in "-_'" or unicodedata.category(sign)[0] in "LN" for sign in name), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_descriptions_of_commands_and_options_fit(language: str) -> None:
    for key, text in texts(language).items():
        if key.startswith("discord.command.") and key not in commands(language):
            assert 1 <= len(text) <= COMMAND_ABOUT, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_on_buttons_in_selects_and_in_modals_are_not_cut(language: str) -> None:
    limits = labels()
    assert {45, 80, 100, 150} <= set(limits.values()), "the labels in the code are not found any more"
    cut: dict[str, int] = {}
    for key, text in texts(language).items():
        if folded(key) not in limits:
            continue
        filled = text.format_map(dict.fromkeys((name for name, _, _ in placeholders(text)), "99"))
        if len(filled) > limits[folded(key)]:
            cut[key] = len(filled)
    assert not cut


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_text_names_commands_as_they_are_called_in_its_language(language: str) -> None:
    english, own = commands(FALLBACK), commands(language)
    by_name = {name: own[key] for key, name in english.items()}
    mentions = 0
    for key, original, text in translated(language):
        for group, name in re.findall(r"/(deliberation) ([a-z-]+)", original):
            mentions += 1
            assert f"/{by_name[group]} {by_name[name]}" in text, key
        for name in re.findall(r"(?<![\w/])/(opinion|mypart)\b", original):
            mentions += 1
            assert f"/{by_name[name]}" in text, key
    assert mentions > 10


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_text_quotes_buttons_as_they_are_labelled_in_its_language(language: str) -> None:
    own, quotes = texts(language), 0
    labelled = {
        text: key for key, text in texts().items() if key.startswith("discord.button.") or key in commands(FALLBACK)
    }
    for key, original, text in translated(language):
        for label in re.findall(r"“([^”]+)”", original):
            if label in labelled:
                quotes += 1
                assert re.search(rf"[「“]{re.escape(own[labelled[label]])}[」”]", text), key
    assert quotes > 4


@pytest.mark.parametrize(
    ("locale", "language"),
    [(Locale.japanese, "ja"), (Locale.chinese, "zh")],
)
async def test_a_client_gets_the_commands_in_its_own_language(locale: Locale, language: str) -> None:
    context = cast("app_commands.TranslationContextTypes", None)
    for key in ("deliberation.name", "open.about", "add.name"):
        told = await CatalogueTranslator().translate(L(key), locale, context)
        assert told == written(f"discord.{language}.toml")[f"discord.command.{key}"]


@pytest.mark.parametrize("locale", ["zh-TW", "zh-HK", "zh-Hant", "zh_TW", "fr", None])
async def test_whose_writing_the_catalogue_lacks_reads_english(locale: str | None) -> None:
    assert speech_for(locale).language == FALLBACK
    context = cast("app_commands.TranslationContextTypes", None)
    told = await CatalogueTranslator().translate(L("open.about"), Locale.taiwan_chinese, context)
    assert told is None, "Discord then shows the English one"


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_number_and_an_error_are_told_in_the_readers_language(language: str) -> None:
    speech = speech_for(language)
    one, many = (speech.say("discord.card.voted", count=count) for count in (1, 5))
    assert one.replace("1", "5") == many
    sentence = speech.error_sentence("wrong_phase", {"phase": "collecting", "allowed": ("polling", "critique")})
    assert all(texts(language)[f"named.{name}"] in sentence for name in ("collecting", "polling", "critique"))


SAID = {
    "ja": (
        "日曜日は止めてほしいです。",
        "車がないと困ります。",
        "夏の間だけ試しませんか。",
        "配達の車は通してください。",
    ),
    "zh": ("星期天应该禁行。", "没有车很不方便。", "先在夏天试一试吧。", "请让送货的车通过。"),
}


class LocalDrafter(ScriptedDrafter):
    """Drafts in members' own words, so that whatever else is English was written by the program."""

    async def draft(self, job: DraftJob) -> DraftResult:
        """Implement `Drafter.draft`."""
        result = await super().draft(job)
        words = job.opinions[0].text + job.opinions[-1].text + "".join(critique.text for critique in job.critiques)
        written = tuple(
            one.model_copy(update={"text": words}) if one.origin == "drafted" else one for one in result.candidates
        )
        return result.model_copy(update={"candidates": written})


def latin(texts_seen: list[str]) -> set[str]:
    """Words in Latin letters among what somebody read, beside links, times, receipts, hashes, keys and files."""
    read = "\n".join(texts_seen)
    read = re.sub(r"https://discord\S+|<[^>]*>|\|\|.*?\|\||`[^`]*`|\[file: [^\]]*\]|\[select:", "", read)
    return set(re.findall(r"[A-Za-z]{2,}", NAMES.sub("", read)))


@pytest.mark.parametrize(("language", "locale"), [("ja", "ja"), ("zh", "zh-CN")])
async def test_a_club_deliberates_from_start_to_result_without_a_word_of_english(
    language: str, locale: str, tmp_path: Path
) -> None:
    words = texts(language)
    names = {key.split(".")[2]: name for key, name in commands(language).items()}
    seen: list[str] = []

    def read(answer: Answer) -> Answer:
        seen.append(answer.text)
        return answer

    async with LoopbackDiscord(seconds_to_answer=PATIENT) as server, bot_on_loopback(server, tmp_path):
        club = server.guild("クラブ", locale=locale)
        channel = club.text_channel("general")
        moderator = club.member("Mo", locale=locale, roles=[club.role("Mods", "manage_threads")])
        members = [club.member(name, locale=locale) for name in ("Ada", "Bruno", "Chen")]
        server.clock.advance(minutes=1)

        def own(command: str) -> str:
            return f"{names['deliberation']} {names[command]}"

        form = read(await moderator.slash(channel, own("open"))).modal
        preview = read(await moderator.submits(form, {"question": words["discord.open.example"]}))
        read(await moderator.clicks(preview.message, words["discord.button.start"]))
        await server.until(lambda: any(thread.pins for thread in club.threads()), what="the card")
        (thread,) = club.threads()

        async def pressed(member: Any, key: str) -> Answer:
            label = words[f"discord.button.{key}"]
            await server.until(lambda: f"[{label}]" in card(thread).text, what=label)
            return read(await member.clicks(card(thread), label))

        for member, opinion in zip(members, SAID[language], strict=False):
            notice = await pressed(member, "share")
            box = read(await member.clicks(notice.message, words["discord.button.take_part"]))
            read(await member.submits(box.modal, {"text": opinion}))
        await server.until(lambda: words["winner.label.drafted"] in card(thread).text, what="the draft")
        seen.append(card(thread).text)
        more = await pressed(members[0], "more")
        for key in ("rules", "others", "remind_me", "my_part", "report"):
            read(await members[0].clicks(more.message, words[f"discord.button.{key}"]))
        read(await members[0].slash(thread, names["mypart"]))

        server.clock.advance(hours=24)
        point = await pressed(members[1], "point")
        read(await members[1].submits(point.modal, {"answer": "no", "text": SAID[language][3]}))
        read(await moderator.slash(thread, own("status")))
        read(await moderator.slash(thread, own("extend"), by="6h"))

        server.clock.advance(hours=18)
        for member, step in zip(members, ("7", "6", "3"), strict=True):
            ballot = await pressed(member, "vote")
            read(await member.selects(ballot.message, words["discord.ballot.placeholder"], step))
        ballot = await pressed(members[2], "vote")
        voted = read(await members[2].selects(ballot.message, words["discord.ballot.placeholder"], "keep"))
        read(await members[2].clicks(voted.message, words["discord.button.reason"]))
        read(await moderator.slash(thread, own("list")))

        server.clock.advance(hours=12)
        result = await posted(server, thread, f"## {words['discord.result.title.adopted']}")
        read(await members[0].clicks(result, words["discord.button.fair"]))
        read(await moderator.clicks(result, words["discord.button.log"]))
        read(await members[0].slash(thread, names["opinion"], text=SAID[language][3]))
        await server.settled()
        seen += [message.text for message in thread.said()]
        assert server.refusals == []
        assert server.crashes == []
    assert len(seen) > 30
    assert not latin(seen)


@asynccontextmanager
async def bot_on_loopback(server: LoopbackDiscord, folder: Path) -> AsyncGenerator[None]:
    """The bot, signed in to a loopback Discord."""
    with pointed_at(server):
        async with bot_on(server, folder, drafter=LocalDrafter()):
            yield
