"""`/deliberation export`: everything at once or one format, with names only where that was agreed to."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue import texts
from bot.exporting import BUNDLE, FORMATS
from storage.export.tables import TABLES
from storage.verify import verify
from tests.bot.discord.house import Street, bot_on, posted
from tests.discord_server import bodies
from tests.discord_server.people import Member
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel

ALONE = {
    "jsonl": {"log.jsonl", "signature.json"},
    "csv": {f"{name}.csv" for name in TABLES},
    "parquet": {f"{name}.parquet" for name in TABLES},
    "md": {"summary.md"},
    "html": {"report.html"},
}


async def decided(street: Street, server: LoopbackDiscord) -> Channel:
    """A thread in which five have voted and the count is posted."""
    thread = await street.opens()
    await street.reaches_the_poll(thread)
    for member, step in zip(street.members, ("7", "7", "6", "5", "3"), strict=False):
        await street.votes(member, thread, step)
    server.clock.advance(hours=12)
    await posted(server, thread, "## Adopted")
    return thread


async def files(moderator: Member, thread: Channel, **options: Any) -> dict[str, bytes]:
    answer = await moderator.slash(thread, "deliberation export", **options)
    return {file.filename: file.data for file in answer.message.attachments}


async def test_each_format_comes_alone_when_it_is_asked_for(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path / "data"):
        thread = await decided(street, server)
        for name, expected in ALONE.items():
            if name == "parquet" and find_spec("pyarrow") is None:
                refused = await street.moderator.slash(thread, "deliberation export", format=name)
                assert "pyarrow" in refused.text
                continue
            found = await files(street.moderator, thread, format=name)
            assert found.keys() == expected
            assert not [one for one, data in found.items() for who in street.members if who.name.encode() in data]
        (path, data), *others = (await files(street.moderator, thread, format="zip")).items()
        assert not others
        await asyncio.to_thread((tmp_path / path).write_bytes, data)
        assert (await asyncio.to_thread(verify, tmp_path / path)).signed.key is not None
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            left_out = json.loads(archive.read("manifest.json"))["left_out"]
        assert {name: code for name, code in left_out.items() if name != "parquet"} == {
            "polis": "too_few_consented",
            "trl": "too_few_consented",
        }
    assert server.refusals == []


@pytest.mark.parametrize("name", ["polis", "trl"])
async def test_what_too_few_agreed_to_is_refused_in_a_sentence(
    server: LoopbackDiscord, tmp_path: Path, name: str
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path / "data"):
        thread = await street.opens()
        await street.moderator.slash(thread, "deliberation close", reason="Enough.")
        refused = await street.moderator.slash(thread, "deliberation export", format=name)
        assert "Only 0 members allowed this use" in refused.text
        assert refused.message.attachments == []


@pytest.mark.parametrize("language", ["ja", "zh"])
async def test_a_format_is_chosen_by_its_name_in_ones_own_language(
    server: LoopbackDiscord, tmp_path: Path, language: str
) -> None:
    street = Street(server)
    words = texts(language)
    assert {f"discord.command.export.formats.{name}" for name in (BUNDLE, *FORMATS)} <= words.keys()
    async with bot_on(server, tmp_path / "data"):
        thread = await street.opens()
        await street.moderator.slash(thread, "deliberation close", reason="Enough.")
        chosen = words["discord.command.export.formats.md"]
        assert (await files(street.moderator, thread, format=chosen)).keys() == {"summary.md"}


async def test_names_stand_in_one_format_that_can_hold_them_and_in_no_other(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path / "data"):
        thread = await decided(street, server)
        ada = street.members[0].name.encode()
        assert ada in (await files(street.moderator, thread, format="md", names=True))["summary.md"]
        tables = await files(street.moderator, thread, format="csv", names=True)
        assert {name for name, data in tables.items() if ada in data} == {"opinions.csv"}
        refused = await street.moderator.slash(thread, "deliberation export", format="html", names=True)
        assert "Only the summary (md) and the tables (csv)" in refused.text
        assert refused.message.attachments == []


async def test_more_than_discord_takes_is_said(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path / "data"):
        thread = await street.opens()
        await street.moderator.slash(thread, "deliberation close", reason="Enough.")
        monkeypatch.setattr(bodies, "LARGEST_FILES", 20_000)
        refused = await street.moderator.slash(thread, "deliberation export")
        assert "Discord takes 0 MB here" in refused.text
        assert (await files(street.moderator, thread, format="md")).keys() == {"summary.md"}
    assert server.refusals == []


async def test_a_moderator_who_asks_gets_names_beside_what_was_said_and_nowhere_else(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path / "data"):
        thread = await decided(street, server)
        plain = await street.moderator.slash(thread, "deliberation export")
        assert not any(
            member.name.encode() in file.data for file in plain.message.attachments for member in street.members
        )
        given = await street.moderator.slash(thread, "deliberation export", names=True)
        assert "name who said what" in given.text
        files = {file.filename: file.data for file in given.message.attachments}
        (bundle,) = (name for name in files if name.endswith(".zip"))
        assert files.keys() == {"log.jsonl", "summary.md", "opinions.csv", "critiques.csv", bundle}
        ada = street.members[0].name
        assert ada in files["summary.md"].decode()
        assert ada in files["opinions.csv"].decode()
        assert ada.encode() not in files["log.jsonl"]
        with zipfile.ZipFile(io.BytesIO(files[bundle])) as archive:
            assert not [name for name in archive.namelist() if ada.encode() in archive.read(name)]
    assert server.refusals == []


async def test_a_nameless_deliberation_names_nobody(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path / "data"):
        thread = await street.opens(nameless=True)
        await street.moderator.slash(thread, "deliberation close", reason="Enough.")
        refused = await street.moderator.slash(thread, "deliberation export", names=True)
        assert "opened as nameless" in refused.text
        assert refused.message.attachments == []
