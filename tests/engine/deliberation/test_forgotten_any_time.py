"""Whoever is forgotten, at whatever moment: what the store keeps folds to the state in memory."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.counting import recount
from engine.deliberation.erasure import owners_due, owners_to_erase
from engine.deliberation.errors import DeliberationError
from engine.deliberation.evolve import fold
from engine.deliberation.receipts import check_receipt, receipt
from engine.deliberation.rounds import draft_job
from engine.deliberation.sealed import commitment
from engine.selection import reselect
from tests.engine.deliberation.storing import bare, erased, exported, round_trip, sealed_values
from tests.engine.deliberation.world import World, drafted

STEPS = [
    *("say", "say", "change", "withdraw", "criticise", "take back", "draft", "draft", "start", "record", "record"),
    *(
        "react",
        "react",
        "take reaction back",
        "critique",
        "poll",
        "poll",
        "vote",
        "vote",
        "vote",
        "close",
        "remove",
        "forget",
        "forget",
        "remove opinion",
    ),
]
PEOPLE = 5


class Story:
    """A world in which numbered people do things, and a store that forgets what it must."""

    def __init__(self, *, review: bool) -> None:
        self.world = World(quorum={"ballots": 1}, ballots_shown_from=2, rounds=3, shortlist=2, review=review)
        self.erased: set[str] = set()
        self.newest: dict[str, e.BallotCast] = {}

    def step(self, what: str, who: int, number: int) -> None:
        world, member, voter = self.world, f"m{who}", f"v{who}"
        opinions = [*world.state.opinions, "o0"]
        opinion = sorted(opinions)[number % len(opinions)]
        if what == "say":
            world.do(c.GiveOpinion, member=member, text=f"words {number}", link=f"https://example.org/{number}")
        elif what == "change":
            world.do(c.ChangeOpinion, member=member, opinion=opinion, text=f"other words {number}")
        elif what == "withdraw":
            world.do(c.WithdrawOpinion, member=member, opinion=opinion)
        elif what == "criticise":
            world.do(c.GiveCritique, member=member, text=f"but {number}")
        elif what == "take back":
            world.do(c.WithdrawCritique, member=member)
        elif what == "react":
            statement = sorted([*opinions, *world.state.standing])[number % (len(opinions) + len(world.state.standing))]
            world.do(c.CastQuickVote, member=member, voter=voter, statement=statement, vote=1)
        elif what == "take reaction back":
            world.do(c.WithdrawQuickVote, voter=voter, statement=opinion)
        elif what in ("report", "hide", "restore"):
            self.safety(what, member, number)
        elif what in ("approve", "reject"):
            waiting = sorted(world.state.waiting) or ["o0"]
            review: dict[str, Any] = {"opinion": waiting[number % len(waiting)], "moderator": "mod"}
            if what == "approve":
                world.do(c.ApproveOpinion, **review)
            else:
                world.do(c.RejectOpinion, reason="an insult", **review)
        elif what == "point":
            drafts = sorted(world.state.drafts) or ["d0"]
            why = f"missing {number}" if number % 2 else None
            world.do(c.AnswerPoint, member=member, draft=drafts[number % len(drafts)], answer="no", why=why)
        elif what == "fair":
            world.do(c.AnswerFairness, member=member, voter=voter, answer="yes")
        elif what == "expire":
            world.do(c.Expire, because="deployment_left")
            self.erased |= owners_due(world.events)
        elif what == "start":
            world.do(c.StartDraft, seed=number, moderator="mod")
        elif what == "record":
            self.record(number)
        elif what == "draft":
            if world.state.pending is None:
                world.do(c.StartDraft, seed=number, moderator="mod")
            self.record(number)
        elif what == "critique":
            world.do(c.OpenCritique)
        elif what == "poll":
            world.open_poll()
            self.newest = {}
        elif what == "close":
            world.now = max(world.now, world.state.until)
            world.do(c.ClosePoll, poll="p0" if world.state.poll is None else world.state.poll.id)
        elif what == "vote":
            self.vote(voter, number)
        elif what == "remove":
            world.do(c.RemoveMember, member=member, voter=voter, reason="spam", moderator="mod")
        elif what == "remove opinion":
            world.do(c.RemoveOpinion, opinion=opinion, reason="insult", moderator="mod")
        else:
            owners = owners_to_erase(world.events, member, voter)
            world.do(c.ForgetMember, member=member, voter=voter)
            self.erased |= owners

    def safety(self, what: str, member: str, number: int) -> None:
        state = self.world.state
        texts = sorted([*state.opinions, *state.standing, *state.critics, *state.published, *state.hidden])
        text = texts[number % len(texts)] if texts else "o0"
        if what == "report":
            self.world.do(c.Report, member=member, text=text, category="self_harm" if number % 2 else "spam")
        elif what == "hide":
            self.world.do(c.Hide, text=text, moderator="mod", reason="an address")
        else:
            self.world.do(c.Restore, text=text, moderator="mod")

    def record(self, number: int) -> None:
        in_prompt: list[str] | None = None if number % 3 else []
        self.world.do(
            c.RecordDraft, result=drafted(draft_job(self.world.state), drafts=number % 3, in_prompt=in_prompt)
        )

    def vote(self, voter: str, number: int) -> None:
        poll = self.world.state.poll
        grades = {option: 1 + (number + at) % 7 for at, option in enumerate(self.world.state.options[:-1])}
        reason: dict[str, Any] = {"reason": f"because {number}", "publish": number % 2 == 0}
        self.world.do(c.CastBallot, poll="p0" if poll is None else poll.id, voter=voter, grades=grades, **reason)
        self.newest[voter] = self.world.last(e.BallotCast)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, PEOPLE - 1), st.integers(0, 40)), min_size=10, max_size=50
    ),
    st.booleans(),
)
def test_what_a_store_keeps_folds_to_the_state_in_memory(steps: list[tuple[str, int, int]], review: bool) -> None:
    story = Story(review=review)
    world = story.world
    for person in range(3):
        world.say(f"m{person}")
    for opinion in sorted(world.state.waiting):
        world.do(c.ApproveOpinion, opinion=opinion, moderator="mod")
    world.draft()
    for step in steps:
        closed_before = len(world.all(e.PollClosed))
        try:
            story.step(*step)
        except DeliberationError:
            continue
        if len(world.all(e.PollClosed)) > closed_before:
            every_ballot_is_counted_once(story)
    assert owners_due(world.events) == story.erased & {
        owner for sealed in sealed_values(world.events) for owner in sealed["owners"]
    }
    stored = erased(round_trip(world.events), story.erased)
    assert owners_due(stored) == frozenset()
    assert fold(stored) == world.state
    for log in (world.events, stored, exported(stored), bare(stored)):
        assert all(found.differences == () for found in recount(log))
        assert all(found.status != "different" for found in reselect(log))
        outcome, again = world.state.outcome, fold(log).outcome
        assert (outcome is None) == (again is None)
        if outcome is not None and again is not None:
            assert again.model_copy(update={"text": outcome.text}) == outcome
    for sealed in sealed_values(world.events):
        assert commitment(sealed["salt"], sealed["value"]) == sealed["commitment"]
    for sealed in sealed_values(stored):
        assert story.erased.isdisjoint(sealed["owners"])


def every_ballot_is_counted_once(story: Story) -> None:
    """The newest of each voter, and no other, as a receipt shows; those of removed and erased voters are void."""
    closed = story.world.last(e.PollClosed)
    counted = [event for voter, event in story.newest.items() if voter not in closed.voided]
    barred = {event.voter for event in story.world.events if isinstance(event, e.MemberRemoved | e.MemberErased)}
    assert closed.counted == len(counted)
    assert set(closed.voided) == barred & set(story.newest)
    if not closed.withheld:
        cast = story.world.all(e.BallotCast)
        assert all(check_receipt(receipt(event), cast, closed).status == "counted" for event in counted)
        assert len(closed.ballots) == len(counted)
