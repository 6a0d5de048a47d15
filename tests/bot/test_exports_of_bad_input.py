"""Whatever the log holds, every format is right or refused in a sentence, and nothing half-written stays."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from bot.__main__ import run
from engine.deliberation import commands as c
from engine.deliberation.settings import Settings
from storage.export import export, read_events
from storage.export.tables import TABLES, as_csv, tables
from storage.sqlite import SqliteEventLog
from tests.bot.rendering.chromium import PROGRAM, tab
from tests.bot.rendering.test_report import Page
from tests.engine.deliberation.world import World
from tests.storage.chained import chained_again

FORMATS = ("jsonl", "csv", "md", "html", "zip")
SCRIPT = '<script>document.title="ran"</script><img src=x onerror="document.title=\'ran\'">'
RTL = "\u202eright to left\u202c \u2067שלום\u2069 مرحبا"
MANY = "🚲" * 4000
HOSTILE = f"{SCRIPT} {RTL} =1+1 | **bold** [link](javascript:alert(1)) `x`"


def nobody() -> World:
    return World()


def one_member() -> World:
    world = World(shortlist=1, rounds=1)
    world.say("m0", "Alone.")
    world.draft()
    world.open_poll()
    world.vote("v0", 7)
    world.close_poll()
    return world


def no_ballots() -> World:
    world = World(shortlist=2, rounds=1)
    for number in range(6):
        world.say(f"m{number}")
    world.draft()
    world.open_poll()
    world.close_poll()
    return world


def forgotten() -> World:
    world = World(shortlist=2, rounds=1)
    for number in range(7):
        world.say(f"m{number}", "My own secret words" if number == 0 else "")
    world.draft()
    world.open_poll()
    for number in range(7):
        world.vote(f"v{number}", 6, 7, reason="My own secret reason", publish=True)
    world.do(c.ForgetMember, member="m0", voter="v0")
    world.close_poll()
    return world


def hostile() -> World:
    world = World(shortlist=2, rounds=2)
    settings = Settings(shortlist=2, rounds=2)
    world.maybe_state, world.events = None, []
    world.do(c.Open, question=HOSTILE[:200], background=HOSTILE, settings=settings, moderator=SCRIPT)
    for number, words in enumerate((HOSTILE, MANY, RTL, "</style></title>", "=cmd|' /C calc'!A0", "+1", "&lt;b&gt;")):
        world.say(f"m{number}", words)
    world.draft(drafts=0)
    world.do(c.OpenCritique, moderator="mod")
    world.do(c.GiveCritique, member="m0", text=HOSTILE)
    world.draft(drafts=0)
    world.open_poll()
    for number in range(7):
        world.vote(f"v{number}", 1, 7, reason=HOSTILE, publish=True)
    world.close_poll()
    world.do(c.RecordFollowUp, done=False, because=HOSTILE, moderator="mod")
    return world


WORLDS: dict[str, Callable[[], World]] = {
    "nobody": nobody,
    "one member": one_member,
    "no ballots": no_ballots,
    "a forgotten member": forgotten,
    "whatever people write": hostile,
}

OF_A_STORE = ("polis", "trl")
"""Formats that an exported log cannot give."""


def stored(world: World, folder: Path, *, erase: tuple[str, ...] = ()) -> Path:
    """The log of a deliberation, as its store exports it; the store lies beside it."""

    async def write() -> Path:
        log = await SqliteEventLog.open(folder / "accord.sqlite")
        await log.append("d", 0, world.events)
        if erase:
            await log.erase("d", erase)
        path = folder / "log.jsonl"
        await export(log, "d", path)
        await log.close()
        return path

    return asyncio.run(write())


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_every_format_of_an_odd_deliberation_is_whole(world: Callable[[], World], tmp_path: Path) -> None:
    log, out = stored(world(), tmp_path), tmp_path / "out"
    chosen = [word for name in FORMATS for word in ("--format", name)]
    assert run(["export", str(log), *chosen, "--out", str(out)]) == 0
    assert run(["verify", str(out / "d.zip")]) == 0
    assert (out / "log.jsonl").read_bytes() == log.read_bytes()
    assert {"script", "img"}.isdisjoint(tag for tag, _ in Page((out / "report.html").read_text("utf-8")).tags)
    assert "<script" not in (out / "summary.md").read_text("utf-8").replace("\\<script", "")
    for name, columns in TABLES.items():
        rows = list(csv.reader(io.StringIO((out / f"{name}.csv").read_text("utf-8"), newline="")))
        assert rows[0] == list(columns)
        assert {len(row) for row in rows} == {len(columns)}
        assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]


def test_a_forgotten_members_words_are_in_no_format(tmp_path: Path) -> None:
    log, out = stored(forgotten(), tmp_path, erase=("m0", "v0")), tmp_path / "out"
    chosen = [word for name in FORMATS for word in ("--format", name)]
    assert run(["export", str(log), *chosen, "--out", str(out)]) == 0
    with zipfile.ZipFile(out / "d.zip") as archive:
        packed = [archive.read(name) for name in archive.namelist()]
    for data in (*packed, *(path.read_bytes() for path in out.iterdir() if path.suffix != ".zip")):
        assert b"My own secret words" not in data


def test_four_thousand_signs_and_every_direction_come_out_as_they_went_in(tmp_path: Path) -> None:
    log = stored(hostile(), tmp_path)
    opinions = next(table for table in tables(read_events(log)) if table.name == "opinions")
    assert [row[-1] for row in opinions.rows][:3] == [HOSTILE, MANY, RTL]
    assert MANY.encode() in as_csv(opinions)


def a_crowd(voters: int) -> World:
    """So many allow that their reactions, ballots and words leave; the last of them is then forgotten."""
    world = World(shortlist=3, rounds=1)
    said = (HOSTILE, MANY, RTL, "=cmd|' /C calc'!A0", "My own secret words")
    given = [world.say(f"m{number}", words) for number, words in enumerate(said)]
    for number in range(len(said)):
        world.do(c.SetSharing, handle=f"m{number}", uses=("words",))
    for number in range(voters):
        world.do(c.SetSharing, handle=f"v{number}", uses=("votes", "training"))
        for at, opinion in enumerate(given):
            vote = 1 if (number + at) % 3 else -1
            world.do(c.CastQuickVote, member=f"s{number}", voter=f"v{number}", statement=opinion, vote=vote)
    world.draft(drafts=0)
    world.open_poll()
    for number in range(voters):
        world.vote(f"v{number}", 7, 4, 1)
    world.do(c.ForgetMember, member="m4", voter=f"v{voters - 1}")
    world.close_poll()
    return world


def from_the_store(folder: Path, out: Path, *formats: str) -> int:
    chosen = [word for name in formats for word in ("--format", name)]
    return run(["export", "d", "--data", str(folder), *chosen, "--out", str(out)])


@pytest.mark.parametrize("name", OF_A_STORE)
@pytest.mark.parametrize("world", [*WORLDS.values(), lambda: a_crowd(20)], ids=[*WORLDS, "one too few, one forgotten"])
def test_what_takes_consent_is_refused_for_too_few_and_leaves_no_file(
    world: Callable[[], World], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(world(), tmp_path)
    assert from_the_store(tmp_path, tmp_path / "out", "csv", name) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "members allowed this use" in told
    assert "Traceback" not in told
    assert list((tmp_path / "out").iterdir()) == []


def test_other_tools_get_whatever_people_write_as_it_is_and_nothing_of_who_was_forgotten(tmp_path: Path) -> None:
    last = 24
    stored(a_crowd(last + 1), tmp_path, erase=("m4", f"v{last}"))
    out = tmp_path / "out"
    assert from_the_store(tmp_path, out, *OF_A_STORE) == 0
    comments = list(csv.DictReader(io.StringIO((out / "comments.csv").read_text("utf-8"), newline="")))
    assert [row["comment-body"] for row in comments] == [HOSTILE, MANY, RTL, "'=cmd|' /C calc'!A0"]
    voters = list(csv.DictReader(io.StringIO((out / "participants-votes.csv").read_text("utf-8"), newline="")))
    assert len(voters) == last
    assert all(row[str(number)] in {"1", "-1", "0", ""} for row in voters for number in range(len(comments)))
    pairs = [json.loads(line) for line in (out / "preferences.jsonl").read_text("utf-8").splitlines()]
    assert {(pair["chosen"][0]["content"], pair["rejected"][0]["content"]) for pair in pairs} == {
        (HOSTILE, MANY),
        (HOSTILE, RTL),
        (MANY, RTL),
    }
    assert len(pairs) == 3 * last
    rows = [json.loads(line)["messages"] for line in (out / "sft.jsonl").read_text("utf-8").splitlines()]
    assert [(row[-1]["role"], row[-1]["content"]) for row in rows] == [("assistant", HOSTILE)]
    for path in out.iterdir():
        assert b"My own secret words" not in path.read_bytes()


@cache
def whole() -> str:
    with tempfile.TemporaryDirectory() as folder:
        return stored(no_ballots(), Path(folder)).read_text("utf-8")


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "nothing": (lambda text: "", "not a log"),
    "half a first line": (lambda text: text[:40], "not a log"),
    "half a record": (lambda text: text[: len(text) // 2], "is not whole"),
    "some records": (lambda text: "".join(text.splitlines(keepends=True)[:3]), "is not whole"),
    "no head": (lambda text: "".join(text.splitlines(keepends=True)[1:]), "not a log"),
    "a newer format": (lambda text: text.replace('"format_version":1', '"format_version":2', 1), "Update Accord"),
    "a newer record": (
        lambda text: chained_again(text, lambda entries: entries[1]["record"].update(schema_version=99)),
        "Update Accord",
    ),
    "a record of a kind to come": (
        lambda text: chained_again(text, lambda entries: entries[1]["record"].update(kind="dreamt")),
        "Update Accord",
    ),
    "a record that cannot be": (
        lambda text: chained_again(text, lambda entries: entries.pop(0)),
        "contradicts itself",
    ),
}


AS_IT_IS = [BROKEN[name][0] for name in ("a newer record", "a record of a kind to come", "a record that cannot be")]
"""Whole as chains, so that the log can be handed on, though nothing can be made of it."""


@pytest.mark.parametrize(("change", "sentence"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("name", [*FORMATS, *OF_A_STORE])
def test_a_broken_log_is_refused_in_a_sentence_and_leaves_no_file(
    name: str, change: Callable[[str], str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "out"
    log.write_text(change(whole()), "utf-8")
    code = run(["export", str(log), "--format", "jsonl", "--format", name, "--out", str(out)])
    told = " ".join(capsys.readouterr().err.split())
    if name == "jsonl" and change in AS_IT_IS:
        assert code == 0
        assert (out / "log.jsonl").read_bytes() == log.read_bytes()
        return
    of_no_log = name in OF_A_STORE and change in AS_IT_IS
    assert code in (1, 2)
    assert ("Export from the store" if of_no_log else sentence) in told
    assert "Traceback" not in told
    assert list(out.iterdir()) == []


@pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium here")
async def test_nothing_that_anybody_wrote_anywhere_runs_in_a_browser(tmp_path: Path) -> None:
    log = await asyncio.to_thread(stored, hostile(), tmp_path)
    assert await asyncio.to_thread(run, ["export", str(log), "--format", "html", "--out", str(tmp_path)]) == 0
    async with tab(tmp_path / "chromium") as browser:
        await browser.open(tmp_path / "report.html", width=360)
        assert await browser.value("document.title") != "ran"
        assert await browser.value("document.scripts.length") == 0
        assert await browser.value("document.querySelectorAll('[onload], [onerror], img').length") == 0
        assert await browser.value("document.documentElement.scrollWidth") <= 360
        assert "Page.javascriptDialogOpening" not in {seen["method"] for seen in browser.seen}
        asked = [seen for seen in browser.seen if seen["method"] == "Network.requestWillBeSent"]
        assert len(asked) == 1
