"""Whole deliberations through the real log: from the first opinion to a result that anyone can check."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.demo.thread import written_thread
from bot.session import Session
from engine.deliberation import commands as c
from engine.deliberation.events import KEEP_THINGS, BallotCast, CandidatesDrafted, StatementSelected
from engine.deliberation.evolve import fold
from engine.deliberation.receipts import Receipt, receipt
from engine.deliberation.rounds import draft_job
from engine.deliberation.settings import Quorum, Settings
from engine.deliberation.state import Phase
from engine.selection import reselect
from storage.export import export, read_events
from storage.sqlite import SqliteEventLog
from storage.verify import check_receipt, verify
from tests.bot.scripted_models import drafted

OPINIONS = {
    "Ada": "Close the street to cars on Sundays.",
    "Bruno": "Leave the street open, my customers come by car.",
    "Chen": "Try it for one summer.",
    "Dana": "Residents must be able to get in.",
    "Emre": "Sunday afternoons are enough.",
}
HOUR = 3_600_000


@dataclass
class Thread:
    """A deliberation and everything that people do in it; an hour passes with every step."""

    log: SqliteEventLog
    now: int = 1_800_000_000_000
    receipts: dict[str, Receipt] = field(default_factory=dict[str, Receipt])

    def __post_init__(self) -> None:
        self.session = Session(self.log, "street", self.clock)

    def clock(self) -> int:
        return self.now

    async def opened(self, settings: Settings) -> None:
        await self.session.do(c.Open, question="Close the street?", settings=settings, moderator="mo")
        for name, words in OPINIONS.items():
            await self.session.do(c.GiveOpinion, member=f"m-{name}", text=words)

    async def draft(self) -> str:
        await self.session.do(c.StartDraft, seed=1)
        await self.session.do(c.RecordDraft, result=drafted(draft_job(self.session.state)))
        assert self.session.state.statement is not None
        return self.session.state.statement

    async def vote(self, grades: Mapping[str, int], *, reason: str | None = None) -> None:
        """Open the poll, let these people vote, and close it when its time is over."""
        await self.session.do(c.OpenPoll)
        poll = self.session.state.poll
        assert poll is not None
        for name, grade in grades.items():
            events = await self.session.do(
                c.CastBallot,
                poll=poll.id,
                voter=f"v-{name}",
                grades={option: grade for option in poll.options if option != KEEP_THINGS},
                reason=reason if grade < 4 else None,
                publish=True,
            )
            assert isinstance(events[0], BallotCast)
            self.receipts[name] = receipt(events[0])
        self.now = self.session.state.until
        await self.session.do(c.ClosePoll, poll=poll.id)

    @property
    def outcome(self) -> str | None:
        found = self.session.state.outcome
        return None if found is None else found.outcome


@pytest.fixture
async def thread(tmp_path: Path) -> AsyncIterator[Thread]:
    log = await SqliteEventLog.open(tmp_path / "accord.sqlite")
    yield Thread(log)
    await log.close()


async def test_what_is_rejected_is_criticised_revised_and_then_adopted(thread: Thread, tmp_path: Path) -> None:
    await thread.opened(Settings(eligible=5))
    first = await thread.draft()
    await thread.vote({"Ada": 6, "Bruno": 1, "Chen": 3, "Dana": 2, "Emre": 4}, reason="Not every Sunday.")
    state = thread.session.state
    assert (state.phase, state.round, state.criticised) == (Phase.CRITIQUE, 2, first)
    assert state.poll is not None
    assert state.poll.dissent is not None
    assert state.poll.dissent.count == 3

    await thread.session.do(c.GiveCritique, member="m-Bruno", text="Leave the mornings of summer open.")
    assert await thread.draft() != first
    await thread.vote({"Ada": 6, "Bruno": 5, "Chen": 7, "Dana": 5, "Emre": 3}, reason="Too early.")
    assert thread.outcome == "adopted"

    path = tmp_path / "log.jsonl"
    await export(thread.log, "street", path)
    found = verify(path)
    assert [(poll.recomputable, poll.differences) for poll in found.polls] == [(True, ()), (True, ())]
    assert {selection.status for selection in reselect(read_events(path))} == {"same"}
    assert all(check_receipt(path, held.tag, held.salt).status == "counted" for held in thread.receipts.values())
    log = path.read_text()
    assert "Too early." in log, "published with its voter's consent"
    assert not any(held.salt in log for held in thread.receipts.values())


async def test_without_quorum_nobody_decides(thread: Thread) -> None:
    await thread.opened(Settings(eligible=5, quorum=Quorum(ballots=3)))
    await thread.draft()
    await thread.vote({"Ada": 7, "Chen": 7})
    assert thread.outcome == "no_decision"
    assert thread.session.state.outcome is not None
    assert thread.session.state.outcome.text is None


async def test_a_group_that_prefers_things_as_they_are_keeps_them(thread: Thread) -> None:
    await thread.opened(Settings(eligible=5, rounds=1))
    await thread.draft()
    await thread.vote({"Ada": 6, "Bruno": 2, "Chen": 2, "Dana": 3, "Emre": 4})
    assert thread.outcome == "not_adopted"
    poll = thread.session.state.poll
    assert poll is not None
    assert poll.result is not None
    assert poll.result.choice == KEEP_THINGS


async def test_the_log_alone_restores_everything_after_a_restart(thread: Thread, tmp_path: Path) -> None:
    await thread.opened(Settings(eligible=5))
    await thread.draft()
    before = thread.session.state
    await thread.log.close()
    log = await SqliteEventLog.open(tmp_path / "accord.sqlite")
    try:
        after = fold(await log.read("street"))
        assert after == before
    finally:
        await log.close()


async def test_who_is_forgotten_is_gone_and_the_result_stands(thread: Thread, tmp_path: Path) -> None:
    await thread.opened(Settings(eligible=5))
    await thread.draft()
    await thread.vote({"Ada": 6, "Bruno": 6, "Chen": 7, "Dana": 5, "Emre": 5})
    assert thread.outcome == "adopted"
    await thread.session.do(c.ForgetMember, member="m-Bruno", voter="v-Bruno")
    await thread.log.erase("street", ("m-Bruno", "v-Bruno"))

    path = tmp_path / "log.jsonl"
    await export(thread.log, "street", path)
    assert thread.session.state.outcome is not None
    wording = thread.session.state.outcome.text
    adopted = "" if wording is None else wording.value or ""
    assert OPINIONS["Bruno"] not in path.read_text().replace(adopted, "")
    assert verify(path).absent > 0
    assert {selection.status for selection in reselect(read_events(path))} == {"not_rerunnable"}
    assert fold(read_events(path)).outcome == thread.session.state.outcome


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "There is no model file at"),
        (b"not a model", "is not a GGUF model file"),
        (b"GGUF\x03\x00\x00\x00", "is a GGUF file, but not whole"),
    ],
    ids=["missing", "something else", "cut off"],
)
def test_a_model_that_cannot_be_used_is_a_sentence(
    content: bytes | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opinions, model = tmp_path / "opinions.csv", tmp_path / "model.gguf"
    opinions.write_text("member,opinion\nAda,Close it.\n")
    if content is not None:
        model.write_bytes(content)
    code = run(
        ["draft", str(opinions), "--question", "Sundays?", "--model", str(model), "--out", str(tmp_path / "out")]
    )
    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert says in captured.err
    assert not (tmp_path / "out").exists()


@pytest.mark.model
def test_the_demonstration_with_the_bundled_models_verifies_and_replays_to_the_same_winners(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "--fast", "--out", str(tmp_path)]) == 0
    log = tmp_path / "log.jsonl"
    assert run(["verify", str(log)]) == 0
    assert run(["replay", str(log)]) == 0
    assert capsys.readouterr().out.count("chooses the same statement again") == 3 * 4
    events = read_events(log)
    assert sum(isinstance(event, StatementSelected) for event in events) == 4
    drafts = [event for event in events if isinstance(event, CandidatesDrafted)]
    assert all(len(event.models) == 3 for event in drafts)
    assert any(candidate.origin == "drafted" for candidate in drafts[-1].candidates if candidate.rejected is None)
    state = fold(events)
    assert state.outcome is not None
    assert state.turnout == len(written_thread().member)


@pytest.mark.model
def test_a_round_on_real_input_gives_the_same_object_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "opinions.jsonl"
    path.write_text("".join(json.dumps({"member": name, "opinion": said}) + "\n" for name, said in OPINIONS.items()))
    arguments = ["draft", str(path), "--question", "Close the street on Sundays?", "--candidates", "4", "--json"]
    reports: list[dict[str, object]] = []
    for _ in range(2):
        assert run(arguments) == 0
        reports.append(json.loads(capsys.readouterr().out))
    for report in reports:
        report.pop("timings")
    assert reports[0] == reports[1]


@pytest.mark.model
@pytest.mark.parametrize(
    "said",
    [
        ["🚲🌳🎉", "🚗🚗🚗", "🌞"],
        ["يجب إغلاق الشارع يوم الأحد", "לסגור את הרחוב ביום ראשון", "Close it on Sundays, please."],
        ["日曜日は道路を閉鎖しましょう。", "子どもたちが遊べる場所が必要です。"],
        ["Close it."],
    ],
    ids=["emoji only", "right to left and mixed", "a language the drafter does not write", "one opinion"],
)
def test_whatever_people_write_somebody_wins_or_a_sentence_says_why_not(
    said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "opinions.jsonl"
    lines = [json.dumps({"member": f"m{number}", "opinion": words}) for number, words in enumerate(said)]
    path.write_text("\n".join(lines))
    code = run(["draft", str(path), "--question", "Sundays?", "--candidates", "2", "--json", "--out", str(tmp_path)])
    captured = capsys.readouterr()
    if code == 0:
        assert json.loads(captured.out)["winner"]["text"].strip()
    else:
        assert (code, captured.out) == (1, "")
        assert "so nothing was chosen" in captured.err
