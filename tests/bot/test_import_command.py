"""`accord import`: logs come back hash for hash, and Polis conversations become deliberations."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.__main__ import run
from engine.deliberation import commands as c
from engine.deliberation.erasure import owners_to_erase
from engine.deliberation.evolve import fold
from engine.deliberation.quick_votes import reactions
from engine.deliberation.reowning import reowned
from storage.export import export, read_header
from storage.sqlite import SqliteEventLog
from tests.engine.deliberation.world import World
from tests.storage.polled import polled

COMMENTS = """timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1500282615559,Mon Jul 17 2017,0,1,2,0,1,"More trees, please"
1500282615560,Mon Jul 17 2017,1,2,1,1,-1,rejected
1500282615561,Mon Jul 17 2017,4,2,1,1,0,"Less noise
at night"
1500282615562,Mon Jul 17 2017,5,3,0,0,1,
"""
VOTES = """participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,4,5
1,0,1,2,2,0,1,,1,
2,0,1,3,1,1,1,1,-1,
7,1,0,2,1,1,-1,,0,
"""


@pytest.fixture
def conversation(tmp_path: Path) -> Path:
    folder = tmp_path / "polis"
    folder.mkdir()
    (folder / "comments.csv").write_text(COMMENTS)
    (folder / "participants-votes.csv").write_text(VOTES)
    return folder


async def stored(data: Path, deliberation: str, path: Path) -> Path:
    log = await SqliteEventLog.open(data / "accord.sqlite")
    await export(log, deliberation, path)
    await log.close()
    return path


async def test_a_log_that_was_exported_and_taken_in_is_the_same_log(tmp_path: Path) -> None:
    path = await polled().exported(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    assert await asyncio.to_thread(run, ["import", str(path), "--data", str(data)]) == 0
    again = await stored(data, "d", tmp_path / "again.jsonl")
    assert read_header(again) == read_header(path)
    assert again.read_bytes() == path.read_bytes()


async def test_whoever_is_in_a_log_that_was_taken_in_can_be_forgotten(tmp_path: Path) -> None:
    path = await polled().exported(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    assert await asyncio.to_thread(run, ["import", str(path), "--data", str(data)]) == 0
    log = await SqliteEventLog.open(data / "accord.sqlite")
    events = await log.read("d")
    await log.erase("d", tuple(owners_to_erase(events, "m0", "v0")))
    await export(log, "d", tmp_path / "after.jsonl")
    await log.close()
    after = (tmp_path / "after.jsonl").read_text()
    assert "At the library." not in after
    assert "What if it rains?" not in after
    assert "נפגשים" in after


def test_every_value_has_the_owners_that_it_had() -> None:
    world = World(shortlist=2)
    opinion = world.say("m1", "One")
    world.say("m2", "Two")
    world.do(c.ChangeOpinion, member="m1", opinion=opinion, text="One, reworded")
    world.draft()
    world.do(c.OpenCritique, moderator="mod")
    world.do(c.GiveCritique, member="m1", text="And three?")
    world.draft()
    world.open_poll()
    for number in range(5):
        world.vote(f"v{number}", 1, 2, reason="No.", publish=True)
    world.close_poll()
    without = [
        event.model_validate(_without_owners(event.model_dump())) if event.kind != "ballot_cast" else event
        for event in world.events
    ]
    assert list(reowned(without)) == world.events


def _without_owners(value: object) -> object:
    if isinstance(value, dict):
        return {key: () if key == "owners" else _without_owners(inner) for key, inner in value.items()}  # type: ignore[reportUnknownVariableType]
    if isinstance(value, tuple | list):
        return [_without_owners(inner) for inner in value]  # type: ignore[reportUnknownVariableType]
    return value


async def test_a_log_taken_in_again_changes_nothing_and_another_of_its_name_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    for number, (voters, code) in enumerate(((5, 0), (5, 0), (6, 1))):
        (tmp_path / str(number)).mkdir()
        path = await polled(voters).exported(tmp_path / str(number))
        assert await asyncio.to_thread(run, ["import", str(path), "--data", str(data)]) == code
    assert "holds a deliberation d already" in capsys.readouterr().err


async def test_a_polis_conversation_becomes_a_deliberation(
    tmp_path: Path, conversation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["import", str(conversation), "--data", str(tmp_path), "--question", "What now?", "--name", "noise"]
    assert await asyncio.to_thread(run, arguments) == 0
    said = capsys.readouterr().out
    assert "one comment that the conversation's moderators had rejected" in said
    assert "one comment without any words" in said
    assert "2 votes of authors on their own comments" in said
    log = await SqliteEventLog.open(tmp_path / "accord.sqlite")
    state = fold(await log.read("noise"))
    await log.close()
    assert [opinion.text.value for opinion in state.live_opinions] == ["More trees, please", "Less noise\nat night"]
    votes = sorted(sorted(reactions(state, voter).values()) for voter in state.quick_votes)
    assert votes == [[-1, 0], [1], [1]]


@pytest.mark.parametrize(
    ("comments", "says"),
    [
        ("a,b\n1,2\n", "A Polis export has author-id, comment-body, comment-id"),
        ('comment-id,author-id,comment-body\n1,2,"open\n', "quotation mark"),
        ("comment-id,author-id,comment-body\n1,2," + "x" * 4001 + "\n", "4001"),
    ],
)
def test_what_is_no_polis_export_is_a_sentence(
    conversation: Path, tmp_path: Path, comments: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (conversation / "comments.csv").write_text(comments)
    code = run(["import", str(conversation), "--data", str(tmp_path), "--question", "What now?"])
    assert code in (1, 2)
    assert says in " ".join(capsys.readouterr().err.split())


def test_a_changed_log_is_not_taken_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = asyncio.run(polled(5).exported(tmp_path))
    path.write_text(path.read_text().replace("At the library.", "At the museum.."))
    (tmp_path / "data").mkdir()
    assert run(["import", str(path), "--data", str(tmp_path / "data")]) == 2
    assert "is not whole" in capsys.readouterr().err
