"""Random commands in any order, legal or not: what must hold whatever people and the schedule do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.counting import recount
from engine.deliberation.errors import CODES, DeliberationError
from engine.deliberation.events import EVENT, KEEP_THINGS
from engine.deliberation.evolve import evolve, fold
from engine.deliberation.exporting import left_out_of_exports
from engine.deliberation.member_events import Vote
from engine.deliberation.quick_votes import reactions
from engine.deliberation.reminders import reminders
from engine.deliberation.rounds import draft_job
from engine.deliberation.sealed import Sealed
from engine.deliberation.state import Phase, State
from engine.selection import reselect
from tests.engine.deliberation.world import World, drafted

PEOPLE = 6
members = st.integers(0, PEOPLE - 1).map("member-{}".format)
voters = st.integers(0, PEOPLE - 1).map("voter-{}".format)
texts = st.sampled_from(
    [
        "Yes, gladly.",
        "No.",
        "Only in summer.",
        "👍",
        "لا",
        "x" * 2000,
        "",
        "   ",
        "\u200b",
        "\ud800",
        "\x00",
        "x" * 4001,
    ]
)
moderators = st.sampled_from([None, "mod"])

OUT_OF_TURN: Final[list[tuple[type[c.Command], dict[str, Any]]]] = [
    (c.Open, {"question": "Again?", "moderator": "mod"}),
    (c.SetRule, {"rule": "utilitarian", "moderator": "mod"}),
    (c.SetRule, {"rule": "plurality", "moderator": "mod"}),
    (c.GiveOpinion, {"member": "member-0", "text": "Late?"}),
    (c.GiveCritique, {"member": "member-0", "text": "Early?"}),
    (c.AnswerFairness, {"member": "member-0", "voter": "voter-0", "answer": "no"}),
    (c.Expire, {"because": "retention"}),
    (c.Resume, {"moderator": "mod"}),
    (c.ApproveOpinion, {"opinion": "o-unknown", "moderator": "mod"}),
    (c.WithdrawCritique, {"member": "member-5"}),
    (c.StartDraft, {"seed": 1}),
    (c.FailDraft, {"draft": "d-unknown", "code": "worker_died"}),
    (c.OpenCritique, {}),
    (c.OpenPoll, {}),
    (c.CastBallot, {"poll": "p-unknown", "voter": "voter-0", "grades": {}}),
    (c.ClosePoll, {"poll": "p-unknown"}),
    (c.RecordReminder, {"reminder": "unknown"}),
    (c.Close, {}),
]


def in_stage(*stages: str) -> Callable[[AnyOrder], bool]:
    """Commands of another stage would drown those that lead on; `out_of_turn` sends them, once in a while."""
    return lambda machine: machine.world.state.stage in stages


speaking = in_stage("collecting", "critique")
polling = in_stage("polling")
is_open = in_stage("collecting", "critique", "polling")


class AnyOrder(RuleBasedStateMachine):
    """Keeps its own simple books of opinions and ballots beside the deliberation's."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.opinions: dict[str, str] = {}
        self.places: dict[str, tuple[str, str]] = {}
        self.ballots: dict[str, dict[str, int]] = {}
        self.reacted: dict[tuple[str, str], Vote] = {}
        self.hidden: set[str] = set()
        self.waiting: set[str] = set()
        self.gone: set[str] = set()
        self.sent: list[Any] = []

    def attempt(self, kind: type[c.Command], **fields: Any) -> tuple[e.AnyEvent, ...]:
        """Send a command. The deliberation's own error is the only one that may come back; it leaves all as it was."""
        command = self.world.command(kind, **fields)
        before = self.world.state
        refused: DeliberationError | None = None
        events: tuple[e.AnyEvent, ...] = ()
        try:
            events = self.world.run(command)
        except DeliberationError as error:
            refused = error
        if refused is not None:
            assert set(refused.parameters) == set(CODES[refused.code])
            assert refused.code != "ballots_missing", "no live deliberation lacks ballots"
            assert self.world.state is before
            return ()
        standing = {place for opinion, place in self.places.items() if opinion in self.opinions}
        if isinstance(command, c.GiveOpinion) and (command.member, command.link) in standing:
            assert not events, "what was said in one place counts once"
            return ()
        assert events
        self.sent.append(command)
        for event in events:
            self.keep_books(event)
        return events

    def keep_books(self, event: e.AnyEvent) -> None:
        """Plain sets and dicts that know nothing of the deliberation's own."""
        if isinstance(event, e.OpinionGiven):
            self.opinions[event.opinion] = event.member
            if event.link is not None and event.link.value is not None:
                self.places[event.opinion] = (event.member, event.link.value)
            self.waiting |= {event.opinion} if self.world.state.settings.reviews else set()
        elif isinstance(event, e.OpinionWithdrawn | e.OpinionRemoved | e.OpinionRejected):
            del self.opinions[event.opinion]
            self.waiting.discard(event.opinion)
        elif isinstance(event, e.OpinionApproved):
            self.waiting.remove(event.opinion)
        elif isinstance(event, e.MemberRemoved | e.MemberErased):
            self.gone.add(event.voter)
            self.opinions = {opinion: by for opinion, by in self.opinions.items() if by != event.member}
            self.waiting &= set(self.opinions)
            self.reacted = {key: vote for key, vote in self.reacted.items() if key[0] != event.voter}
        elif isinstance(event, e.TextHidden):
            self.hidden.add(event.text)
        elif isinstance(event, e.TextRestored):
            self.hidden.remove(event.text)
        elif isinstance(event, e.OpinionChanged):
            # A reaction is to words: it stays in the log, but counts no more.
            self.reacted = {key: vote for key, vote in self.reacted.items() if key[1] != event.opinion}
            self.waiting |= {event.opinion} if self.world.state.settings.reviews else set()
        elif isinstance(event, e.PollOpened):
            self.ballots = {}
        elif isinstance(event, e.PollClosed):
            self.check_count(event)

    def check_count(self, closed: e.PollClosed) -> None:
        """The newest ballot of each voter counts, once, unless they were removed or erased."""
        valid = [grades for voter, grades in self.ballots.items() if voter not in self.gone]
        assert closed.counted == len(valid)
        assert set(closed.voided) == self.gone & set(self.ballots)
        expected = {option: [0] * 7 for option in closed.tally}
        for grades in valid:
            for option, grade in grades.items():
                expected[option][grade - 1] += 1
        assert {option: list(counts) for option, counts in closed.tally.items()} == expected
        assert len(closed.ballots) == (0 if closed.withheld else len(valid))
        assert closed.choice != KEEP_THINGS or not closed.adopted

    @initialize(
        shortlist=st.integers(1, 3),
        rounds=st.integers(1, 3),
        quorum=st.integers(1, 3),
        shown_from=st.integers(2, 4),
        welfare_rule=st.sampled_from(["nash", "schulze", "maximin", "irv"]),
        review=st.sampled_from([False, False, False, True]),
        drafts=st.sampled_from([0, 2]),
        head_start=st.sampled_from(["nothing", "opinions", "draft", "poll", "poll", "critique"]),
    )
    def begin(
        self,
        shortlist: int,
        rounds: int,
        quorum: int,
        shown_from: int,
        welfare_rule: str,
        review: bool,
        drafts: int,
        head_start: str,
    ) -> None:
        self.world = World(
            shortlist=shortlist,
            rounds=rounds,
            quorum={"ballots": quorum},
            ballots_shown_from=shown_from,
            rule=welfare_rule,
            review=review,
            redrafts_per_round=2,
        )
        if head_start == "nothing":
            return
        for person in range(3):
            self.attempt(c.GiveOpinion, member=f"member-{person}", text="Let us try it.")
        for opinion in sorted(self.waiting):
            self.attempt(c.ApproveOpinion, opinion=opinion, moderator="mod")
        if head_start == "opinions":
            return
        self.draft(7, None, drafts)
        if head_start == "poll":
            self.attempt(c.OpenPoll)
        elif head_start == "critique":
            self.attempt(c.OpenCritique)

    # Members

    @precondition(speaking)
    @rule(member=members, text=texts, link=st.sampled_from([None, "https://example.org/1", "\ud800"]))
    def give_opinion(self, member: str, text: str, link: str | None) -> None:
        self.attempt(c.GiveOpinion, member=member, text=text, link=link)

    @precondition(speaking)
    @rule(data=st.data(), member=st.none() | members, text=texts)
    def change_opinion(self, data: st.DataObject, member: str | None, text: str) -> None:
        opinion = self.some_opinion(data)
        self.attempt(c.ChangeOpinion, member=member or self.author(opinion), opinion=opinion, text=text)

    @rule(data=st.data(), member=st.none() | members)
    def withdraw_opinion(self, data: st.DataObject, member: str | None) -> None:
        opinion = self.some_opinion(data)
        self.attempt(c.WithdrawOpinion, member=member or self.author(opinion), opinion=opinion)

    @precondition(in_stage("critique"))
    @rule(member=members, text=texts)
    def give_critique(self, member: str, text: str) -> None:
        self.attempt(c.GiveCritique, member=member, text=text)

    @precondition(in_stage("critique"))
    @rule(member=members)
    def withdraw_critique(self, member: str) -> None:
        self.attempt(c.WithdrawCritique, member=member)

    @precondition(polling)
    @rule(data=st.data(), voter=voters, ranked=st.booleans(), reason=st.sampled_from([None, "Too loud.", "\ud800"]))
    def cast(self, data: st.DataObject, voter: str, ranked: bool, reason: str | None) -> None:
        options = list(self.world.state.options)
        grades = {option: data.draw(st.integers(1, 7)) for option in options if option != KEEP_THINGS}
        ranking = tuple((option,) for option in data.draw(st.permutations(options))) if ranked else ()
        fields: dict[str, Any] = {"grades": grades, "ranking": ranking, "reason": reason}
        if self.attempt(c.CastBallot, poll=self.poll, voter=voter, publish=data.draw(st.booleans()), **fields):
            self.ballots[voter] = grades

    @precondition(lambda machine: machine.world.state.stage == "polling" and len(machine.ballots) < 3)
    @rule(voters_and_grades=st.dictionaries(voters, st.integers(1, 7), min_size=2))
    def cast_many(self, voters_and_grades: dict[str, int]) -> None:
        for voter, grade in voters_and_grades.items():
            grades = {option: grade for option in self.world.state.options if option != KEEP_THINGS}
            if self.attempt(c.CastBallot, poll=self.poll, voter=voter, grades=grades, reason="Mine.", publish=True):
                self.ballots[voter] = grades

    @precondition(polling)
    @rule(
        voter=voters,
        grade=st.sampled_from([None, 0, 8, 4]),
        ranking=st.sampled_from([(), (("none",), ("none",)), (("none",),), (("unknown",),)]),
        more=st.sampled_from([{}, {"unknown": 4}, {"none": 4}]),
        eligible=st.booleans(),
    )
    def cast_nonsense(
        self,
        voter: str,
        grade: int | None,
        ranking: tuple[tuple[str, ...], ...],
        more: dict[str, int],
        eligible: bool,
    ) -> None:
        shown = [option for option in self.world.state.options if option != KEEP_THINGS]
        if shown and (grade != 4 or ranking or more or not eligible):
            grades = {} if grade is None else dict.fromkeys(shown, grade)
            fields: dict[str, Any] = {"grades": grades | more, "ranking": ranking, "eligible": eligible}
            assert not self.attempt(c.CastBallot, poll=self.poll, voter=voter, **fields)

    @precondition(speaking)
    @rule(data=st.data(), person=st.integers(0, PEOPLE - 1), vote=st.sampled_from([-1, 0, 1]))
    def react(self, data: st.DataObject, person: int, vote: Vote) -> None:
        statement = data.draw(st.sampled_from([*self.opinions, *self.world.state.standing, "o-unknown"]))
        fields: dict[str, Any] = {"member": f"member-{person}", "voter": f"voter-{person}", "statement": statement}
        if self.attempt(c.CastQuickVote, vote=vote, **fields):
            assert self.opinions.get(statement) != f"member-{person}"
            self.reacted[f"voter-{person}", statement] = vote

    @precondition(lambda machine: bool(machine.world.state.drafts))
    @rule(data=st.data(), member=members, answer=st.sampled_from(["yes", "partly", "no"]), why=st.none() | texts)
    def answer_point(self, data: st.DataObject, member: str, answer: str, why: str | None) -> None:
        draft = data.draw(st.sampled_from([*sorted(self.world.state.drafts), "d-unknown"]))
        self.attempt(c.AnswerPoint, member=member, draft=draft, answer=answer, why=why)

    @precondition(in_stage("closed"))
    @rule(person=st.integers(0, PEOPLE - 1), answer=st.sampled_from(["yes", "partly", "no"]))
    def answer_fairness(self, person: int, answer: str) -> None:
        self.attempt(c.AnswerFairness, member=f"member-{person}", voter=f"voter-{person}", answer=answer)

    @precondition(in_stage("closed"))
    @rule(done=st.booleans(), chance=st.integers(0, 9), days=st.sampled_from([1, 90]))
    def look_back(self, done: bool, chance: int, days: int) -> None:
        self.attempt(c.RecordFollowUp, done=done, because="No money.", moderator="mod")
        if chance == 7:
            self.world.now += days * 24 * 3_600_000
            if self.attempt(c.Expire):
                self.reacted = {}

    @precondition(lambda machine: bool(machine.reacted))
    @rule(data=st.data())
    def take_reaction_back(self, data: st.DataObject) -> None:
        voter, statement = data.draw(st.sampled_from(sorted(self.reacted)))
        if self.attempt(c.WithdrawQuickVote, voter=voter, statement=statement):
            del self.reacted[voter, statement]

    # Moderators and the schedule

    @rule(
        data=st.data(),
        member=members,
        category=st.sampled_from(["abuse", "abuse", "spam", "self_harm"]),
        how=st.sampled_from(["report", "report", "hide", "restore", "restore"]),
    )
    def keep_safe(self, data: st.DataObject, member: str, category: str, how: str) -> None:
        if how == "report":
            self.attempt(c.Report, member=member, text=self.some_text(data), category=category)
        elif how == "hide":
            self.attempt(c.Hide, text=self.some_text(data), moderator="mod")
        else:
            text = data.draw(st.sampled_from([*sorted(self.hidden), "o-unknown"]))
            self.attempt(c.Restore, text=text, moderator="mod")

    @precondition(is_open)
    @rule(chance=st.integers(0, 9))
    def pause(self, chance: int) -> None:
        if chance == 7:
            self.attempt(c.Pause, moderator="mod")

    @precondition(lambda machine: machine.world.state.paused_at is not None)
    @rule(minutes=st.integers(-1, 90))
    def resume(self, minutes: int) -> None:
        left = self.world.state.until - self.world.now
        self.world.now = max(0, self.world.now + 60_000 * minutes)
        self.attempt(c.Resume, moderator="mod")
        assert self.world.state.until - self.world.now >= left

    @precondition(lambda machine: bool(machine.world.state.waiting))
    @rule(data=st.data(), approve=st.booleans(), reason=st.sampled_from(["insult", ""]))
    def review(self, data: st.DataObject, approve: bool, reason: str) -> None:
        opinion = data.draw(st.sampled_from([*sorted(self.world.state.waiting), "o-unknown"]))
        if approve:
            self.attempt(c.ApproveOpinion, opinion=opinion, moderator="mod")
        else:
            self.attempt(c.RejectOpinion, opinion=opinion, reason=reason, moderator="mod")

    @rule(chance=st.integers(0, 4), what=st.sampled_from(["card", "poll"]), place=st.sampled_from([None, "1/2", "1/3"]))
    def show_somewhere(self, chance: int, what: str, place: str | None) -> None:
        if chance:
            return
        command = self.world.command(c.RecordPosted, what=what, place=place)
        self.world.run(command)
        assert self.world.state.place(what) == place

    @rule(data=st.data(), reason=st.sampled_from(["insult", ""]))
    def remove_opinion(self, data: st.DataObject, reason: str) -> None:
        if self.attempt(c.RemoveOpinion, opinion=self.some_opinion(data), reason=reason, moderator="mod"):
            assert reason

    @rule(data=st.data(), person=st.integers(0, PEOPLE - 1), forget=st.booleans(), reason=st.sampled_from(["spam", ""]))
    def part_with(self, data: st.DataObject, person: int, forget: bool, reason: str) -> None:
        if self.world.state.stage == "polling" and self.ballots:
            person = int(data.draw(st.sampled_from(sorted(self.ballots))).removeprefix("voter-"))
        member, voter = f"member-{person}", f"voter-{person}"
        if forget:
            self.attempt(c.ForgetMember, member=member, voter=voter)
        elif self.attempt(c.RemoveMember, member=member, voter=voter, reason=reason, moderator="mod"):
            assert reason

    @precondition(speaking)
    @rule(seed=st.integers(0, 5), moderator=moderators)
    def start_draft(self, seed: int, moderator: str | None) -> None:
        self.attempt(c.StartDraft, seed=seed, moderator=moderator)

    @precondition(lambda machine: machine.world.state.pending is not None)
    @rule(
        drafts=st.integers(0, 3), wrong=st.sampled_from([{}, {}, {"inputs_digest": "x"}, {"draft": "x"}, {"seed": 9}])
    )
    def record_draft(self, drafts: int, wrong: dict[str, Any]) -> None:
        state = self.world.state
        assert state.pending is not None
        try:
            job = draft_job(state)
        except DeliberationError:  # someone whose words it held was forgotten
            self.attempt(c.FailDraft, draft=state.pending.id, code="words_gone")
            return
        if self.attempt(c.RecordDraft, result=drafted(job, drafts=drafts).model_copy(update=wrong)):
            assert not wrong

    @precondition(speaking)
    @rule(seed=st.integers(0, 5), moderator=moderators, drafts=st.integers(0, 2))
    def draft(self, seed: int, moderator: str | None, drafts: int) -> None:
        self.attempt(c.StartDraft, seed=seed, moderator=moderator)
        if self.world.state.pending is not None:
            self.record_draft(drafts, {})

    @precondition(speaking)
    @rule()
    def open_critique(self) -> None:
        self.attempt(c.OpenCritique)

    @precondition(speaking)
    @rule()
    def open_poll(self) -> None:
        self.attempt(c.OpenPoll)

    @precondition(lambda machine: machine.world.state.stage == "polling" and not machine.world.state.paused_at)
    @rule(grades=st.lists(st.integers(1, 7), min_size=1, max_size=PEOPLE))
    def hold_poll(self, grades: list[int]) -> None:
        self.cast_many(dict(zip(map("voter-{}".format, range(PEOPLE)), grades, strict=False)))
        self.world.now = max(self.world.now, self.world.state.until)
        assert self.attempt(c.ClosePoll, poll=self.poll)

    @precondition(polling)
    @rule(data=st.data())
    def close_poll(self, data: st.DataObject) -> None:
        if not self.ballots or data.draw(st.integers(0, 3)) == 3:
            self.attempt(c.ClosePoll, poll=self.poll)  # mostly too early
            return
        self.world.now = max(self.world.now, self.world.state.until)
        self.attempt(c.ClosePoll, poll=self.poll)

    @precondition(is_open)
    @rule(share=st.sampled_from([0.1, 0.3, 0.8]))
    def time_passes(self, share: float) -> None:
        state = self.world.state
        self.world.now += max(0, round(share * (state.until - self.world.now)))
        for reminder in reminders(state):
            self.attempt(c.RecordReminder, reminder=reminder.name)

    @precondition(is_open)
    @rule(hours=st.integers(-1, 3), moderator=moderators)
    def extend(self, hours: int, moderator: str | None) -> None:
        self.attempt(c.Extend, until=max(0, self.world.state.until + hours * 3_600_000), moderator=moderator)

    @precondition(is_open)
    @rule(chance=st.integers(0, 19), reason=st.sampled_from(["A mistake.", ""]))
    def end(self, chance: int, reason: str) -> None:
        if chance == 13:
            self.attempt(c.Withdraw, reason=reason, moderator="mod")
        elif chance == 7:
            self.attempt(c.Close)

    @rule(data=st.data())
    def out_of_turn(self, data: st.DataObject) -> None:
        kind, fields = data.draw(st.sampled_from(OUT_OF_TURN))
        self.attempt(kind, **fields)

    @rule(data=st.data())
    def mix_up_pseudonyms(self, data: st.DataObject) -> None:
        state = self.world.state
        if state.voters:
            voter = data.draw(st.sampled_from(sorted(state.voters)))
            assert not self.attempt(c.GiveOpinion, member=voter, text="With the wrong pseudonym.")
        if state.members and state.poll is not None:
            member = data.draw(st.sampled_from(sorted(state.members)))
            grades = dict.fromkeys(state.options[:-1], 7)
            assert not self.attempt(c.CastBallot, poll=state.poll.id, voter=member, grades=grades)

    @precondition(lambda machine: bool(machine.sent))
    @rule(data=st.data())
    def arrive_again(self, data: st.DataObject) -> None:
        assert self.world.run(data.draw(st.sampled_from(self.sent))) == ()

    # What the rules above ask for

    @property
    def poll(self) -> str:
        assert self.world.state.poll is not None
        return self.world.state.poll.id

    def some_opinion(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from([*sorted(self.opinions), *sorted(self.world.state.ended), "o-unknown"]))

    def some_text(self, data: st.DataObject) -> str:
        state = self.world.state
        said = [*state.critics, *state.published, *state.options, *state.standing]
        return data.draw(st.sampled_from([*sorted(self.opinions), *sorted(said), "o-unknown"]))

    def author(self, opinion: str) -> str:
        return self.opinions.get(opinion, "member-0")

    # What must hold

    @invariant()
    def books_agree(self) -> None:
        state = self.world.state
        counting = {opinion: by for opinion, by in self.opinions.items() if opinion not in self.hidden | self.waiting}
        assert set(state.waiting) == self.waiting
        assert {opinion.id: opinion.member for opinion in state.opinions.values()} == counting
        assert set(state.hidden) == self.hidden
        counted = {(v, s): vote for v in state.quick_votes for s, vote in reactions(state, v).items()}
        shown = {key: vote for key, vote in self.reacted.items() if key[1] in counting or state.stands(key[1])}
        assert counted == shown
        if state.stage == "polling":
            assert state.turnout == len(set(self.ballots) - self.gone)
        if state.statement is not None and state.phase is not Phase.CLOSED:
            shown = state.candidate(state.statement)
            assert shown is not None
            assert shown.rejected is None
            assert shown.opinion is None or shown.opinion in counting
            assert shown.id not in self.hidden
        assert state.redrafts_in_round <= state.settings.redrafts_per_round
        assert state.acts.extensions <= state.settings.extensions
        assert state.round <= state.settings.rounds

    def teardown(self) -> None:
        log, state = self.world.events, self.world.state
        for cut in range(1, len(log), 1 + len(log) // 8):
            assert fold(log[cut:], fold(log[:cut])) == state
        again = [EVENT.validate_json(EVENT.dump_json(event)) for event in log]
        assert again == log
        assert fold(again) == state
        nothing_twice(log)
        nobody_is_linked(log)
        assert all(not found.differences for found in recount(log))
        assert all(found.status == "same" for found in reselect(log))
        stripped_folds_alike(log, state)
        self.exports_hold_what_is_shown(log)

    def exports_hold_what_is_shown(self, log: list[e.AnyEvent]) -> None:
        left_out = left_out_of_exports(log)
        for event in log:
            if isinstance(event, e.OpinionGiven | e.OpinionChanged):
                gone = event.opinion not in self.opinions or event.opinion in self.hidden | self.waiting
                assert (event.text.commitment in left_out) == gone
            elif isinstance(event, e.CritiqueGiven) and event.critique in self.hidden:
                assert event.text.commitment in left_out
            elif isinstance(event, e.CandidatesDrafted):
                shown = {one.id for one in event.candidates if one.text.commitment not in left_out}
                assert not shown & self.hidden


def nothing_twice(log: list[e.AnyEvent]) -> None:
    """Ids, commitments and ends occur once."""
    ids = Counter(
        [event.opinion for event in log if isinstance(event, e.OpinionGiven)]
        + [event.critique for event in log if isinstance(event, e.CritiqueGiven)]
        + [event.draft for event in log if isinstance(event, e.DraftingStarted)]
        + [event.poll for event in log if isinstance(event, e.PollOpened)]
        + [one.id for event in log if isinstance(event, e.CandidatesDrafted) for one in event.candidates]
        + [event.ballot.value.tag for event in log if isinstance(event, e.BallotCast) and event.ballot.value]
    )
    assert not ids or max(ids.values()) == 1
    ended = Counter(event.draft for event in log if isinstance(event, e.CandidatesDrafted | e.DraftingFailed))
    assert not ended or max(ended.values()) == 1
    assert sum(isinstance(event, e.Closed) for event in log) <= 1
    salts = Counter(sealed.salt for event in log for sealed in sealed_in(event))
    assert not salts or max(salts.values()) == 1
    assert Counter(event.kind for event in log)["opened"] == 1


def nobody_is_linked(log: list[e.AnyEvent]) -> None:
    """Both pseudonyms of a person meet in no event but those that say that the person is gone."""
    for event in log:
        text = event.model_dump_json()
        if not isinstance(event, e.MemberRemoved | e.MemberErased):
            assert not ("member-" in text and "voter-" in text)
        if isinstance(event, e.PollClosed):
            assert "voter-" not in event.model_copy(update={"voided": ()}).model_dump_json()
            assert [ballot.tag for ballot in event.ballots] == sorted(ballot.tag for ballot in event.ballots)
        if isinstance(event, e.DissentLogged):
            assert "voter-" not in text


def sealed_in(value: Any) -> list[Sealed[Any]]:
    """Every sealed value in an event."""
    if isinstance(value, Sealed):
        return [value]
    if isinstance(value, e.Frozen):
        return [found for name in type(value).model_fields for found in sealed_in(getattr(value, name))]
    if isinstance(value, tuple):
        return [found for one in value for found in sealed_in(one)]  # pyright: ignore[reportUnknownVariableType]
    return []


def strip(value: Any, *, secrets_only: bool) -> Any:
    """A JSON event as an export (without secrets) or a whole erasure leaves it."""
    if isinstance(value, dict):
        kept: dict[str, Any] = {name: strip(one, secrets_only=secrets_only) for name, one in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        if "commitment" in kept and (kept["secret"] or not secrets_only):
            kept |= {"salt": None, "value": None}
        return kept
    if isinstance(value, list):
        return [strip(one, secrets_only=secrets_only) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def stripped_folds_alike(log: list[e.AnyEvent], state: State) -> None:
    """Without secrets, and without all that is personal, the course of the log is the same."""
    for secrets_only in (True, False):
        bare: State | None = None
        for event in log:
            stripped = strip(event.model_dump(mode="json"), secrets_only=secrets_only)
            bare = evolve(bare, EVENT.validate_python(stripped))
        assert bare is not None
        assert bare.phase == state.phase
        assert bare.statement == state.statement
        assert bare.standing == state.standing
        assert bare.turnout == state.turnout
        assert (bare.outcome is None) == (state.outcome is None)
        if bare.outcome is not None and state.outcome is not None:
            assert bare.outcome.model_copy(update={"text": state.outcome.text}) == state.outcome
        assert bare.not_yet_held == state.not_yet_held
        assert set(bare.opinions) == set(state.opinions)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=300, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
