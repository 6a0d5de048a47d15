"""What a log amounts to: a frozen value whose maps are persistent, so that each event makes a new one cheaply.

Only what cannot be derived is stored. Nothing here looks into a `Sealed` value to decide what happens next, so that an
exported or partly erased log folds to the same course.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from immutables import Map

from engine.deliberation.events import (
    KEEP_THINGS,
    BallotCast,
    Candidate,
    Closed,
    Expired,
    FairnessAnswered,
    FollowedUp,
    PointAnswered,
    QuickVoteCast,
    Reported,
    TextHidden,
)
from engine.deliberation.member_events import Use
from engine.deliberation.parts import Barred as Barred
from engine.deliberation.parts import Critique as Critique
from engine.deliberation.parts import Draft as Draft
from engine.deliberation.parts import Ended as Ended
from engine.deliberation.parts import MinorityView as MinorityView
from engine.deliberation.parts import ModeratorActs as ModeratorActs
from engine.deliberation.parts import Opinion as Opinion
from engine.deliberation.parts import PendingDraft as PendingDraft
from engine.deliberation.parts import Phase as Phase
from engine.deliberation.parts import Poll as Poll
from engine.deliberation.parts import Stage as Stage
from engine.deliberation.parts import Tombstone as Tombstone
from engine.deliberation.sealed import Sealed
from engine.deliberation.settings import Settings

Changes: TypeAlias = dict[str, Any]
"""Fields of a state and what an event makes of them."""


@dataclass(frozen=True)
class State:
    """A deliberation after some events."""

    question: str
    background: str
    settings: Settings
    moderator: str
    """Who opened it."""
    opened_at: int
    version: int
    """How many events were folded."""
    requests: Map[str, None]

    stage: Stage
    round: int
    since: int
    """When the stage began."""
    until: int
    """When its time is over."""

    members: Map[str, None]
    """Everyone who spoke."""
    voters: Map[str, None]
    """Everyone who voted or reacted."""
    barred_members: Map[str, Barred]
    barred_voters: Map[str, Barred]

    opinions: Map[str, Opinion]
    ended: Map[str, Tombstone]
    opinions_given: int

    pending: PendingDraft | None
    drafts: Map[str, Draft]
    latest: str | None
    """The newest draft that was selected from (`draft` is the one whose statement is shown)."""
    drafts_in_round: int
    redrafts_in_round: int
    """Of these, how many a moderator asked for beyond the first."""

    criticised: str | None
    critiques: Map[str, Critique]
    """By member, in this round."""

    poll: Poll | None
    ballots: Map[str, BallotCast]
    """The newest ballot of each handle in the newest poll."""
    reminders: Map[str, None]
    acts: ModeratorActs
    outcome: Closed | None

    quick_votes: Map[str, Map[str, QuickVoteCast]] = Map()  # noqa: RUF009 - immutable
    """By voter and id of the reaction: the newest of each, in force or not (`quick_votes.reactions` tells)."""
    quick_votes_cast: int = 0

    notices: Map[str, str] = Map()  # noqa: RUF009 - immutable
    """Who takes part, and which version of the notice they read last."""
    sharing: Map[str, tuple[Use, ...]] = Map()  # noqa: RUF009 - immutable
    """What each handle allows (`consent.allows` tells)."""
    places: Map[str, Sealed[str]] = Map()  # noqa: RUF009 - immutable
    """Where the deployment shows what (`place` tells)."""

    parked: Map[str, Opinion] = Map()  # noqa: RUF009 - immutable
    """Opinions that do not count now and may count yet: the hidden ones, and those that wait for a moderator."""
    waiting: Map[str, None] = Map()  # noqa: RUF009 - immutable
    """Of these, the ones whose newest words no moderator has seen yet."""
    hidden: Map[str, TextHidden] = Map()  # noqa: RUF009 - immutable
    """By text: an opinion's, critique's or candidate's id, or a published reason's commitment."""
    restored: Map[str, None] = Map()  # noqa: RUF009 - immutable
    """Texts that a moderator decided to show again."""
    unshown: Map[str, None] = Map()  # noqa: RUF009 - immutable
    """Candidates that rest on a text that a moderator hid or removed."""
    doubted: Map[str, None] = Map()  # noqa: RUF009 - immutable
    """Candidates that rest on a text that only reports hid."""
    removed_with: Map[str, tuple[str, ...]] = Map()  # noqa: RUF009 - immutable
    """Which candidates went with each removed opinion."""
    reports: Map[str, Reported] = Map()  # noqa: RUF009 - immutable
    critics: Map[str, str] = Map()  # noqa: RUF009 - immutable
    """Every critique of any round, and who gave it."""
    published: Map[str, None] = Map()  # noqa: RUF009 - immutable
    """The commitments of all reasons that were published."""

    points: Map[str, Map[str, PointAnswered]] = Map()  # noqa: RUF009 - immutable
    """By draft and member: is their point in it?"""
    whys: Map[str, Critique] = Map()  # noqa: RUF009 - immutable
    """By member, why their point is not in this round's draft: the next round's critiques."""

    minority: MinorityView | None = None
    """What is drawn from the reasons of those who voted against."""

    paused_at: int | None = None
    fairness: Map[str, FairnessAnswered] = Map()  # noqa: RUF009 - immutable
    follow_up: FollowedUp | None = None
    expired: Expired | None = None

    def but(self, **changes: Any) -> State:
        """The state with some fields changed: `dataclasses.replace`, but in a fraction of its time."""
        changed = object.__new__(State)
        changed.__dict__.update(self.__dict__)
        changed.__dict__.update(changes)
        return changed

    @property
    def phase(self) -> Phase:
        """Where the deliberation is; while a job is out, "drafting"."""
        if self.pending is not None:
            return Phase.DRAFTING
        return Phase(self.stage)

    @property
    def live_opinions(self) -> tuple[Opinion, ...]:
        """The opinions that count, in the order in which they were given."""
        return tuple(sorted(self.opinions.values(), key=lambda opinion: opinion.number))

    @property
    def standing_opinions(self) -> tuple[Opinion, ...]:
        """The opinions that count or may count yet, in the order in which they were given."""
        return tuple(sorted((*self.opinions.values(), *self.parked.values()), key=lambda opinion: opinion.number))

    @property
    def removals(self) -> dict[str, str]:
        """Opinions that a moderator removed, with the reason."""
        return {opinion: stone.reason or "" for opinion, stone in sorted(self.ended.items()) if stone.how == "removed"}

    @property
    def speakers(self) -> frozenset[str]:
        """Members of whom at least one opinion counts."""
        return frozenset(opinion.member for opinion in self.opinions.values())

    @property
    def draft(self) -> Draft | None:
        """The draft whose statement is shown: the newest of which at least one candidate's words still stand."""
        newest = None if self.latest is None else self.drafts[self.latest]
        if newest is None or any(self.stands(candidate) for candidate in newest.order):
            return newest
        older = sorted(self.drafts.values(), key=lambda draft: -draft.number)
        return next((draft for draft in older if any(self.stands(candidate) for candidate in draft.order)), None)

    @property
    def standing(self) -> tuple[str, ...]:
        """The shown draft's candidates whose words still stand, best first."""
        draft = self.draft
        return () if draft is None else tuple(candidate for candidate in draft.order if self.stands(candidate))

    @property
    def statement(self) -> str | None:
        """The candidate that is shown: what was chosen, else what is voted on, else the best that stands."""
        if self.outcome is not None and self.outcome.statement is not None:
            return self.outcome.statement if self.is_shown(self.outcome.statement) else None
        if self.stage == "polling":
            return next((option for option in self.options if option != KEEP_THINGS), None)
        return next(iter(self.standing), None)

    @property
    def options(self) -> tuple[str, ...]:
        """What the newest poll's ballots can choose: less the options whose words were taken away meanwhile."""
        if self.poll is None:
            return ()
        return tuple(option for option in self.poll.options if option == KEEP_THINGS or self.stands(option))

    def candidate(self, candidate: str) -> Candidate | None:
        """A candidate of any draft, whose id its own begins with."""
        draft = self.drafts.get(candidate.partition(".")[0])
        return None if draft is None else draft.by_id.get(candidate)

    def is_shown(self, text: str) -> bool:
        """Whether neither a text nor what it rests on is hidden; a removed opinion takes what rests on it along.

        Reports on what it rests on do not take a statement out of an open poll, which a few could stop by it.
        """
        if text in self.hidden or text in self.unshown:
            return False
        voted_on = self.stage == "polling" and self.poll is not None and text in self.poll.options
        adopted = self.outcome is not None and self.outcome.statement == text
        return voted_on or adopted or text not in self.doubted

    def stands(self, candidate: str) -> bool:
        """Whether a candidate's words may be shown: a member's own sentence goes with the opinion it is from."""
        found = self.candidate(candidate)
        return (
            found is not None and self.is_shown(candidate) and (found.opinion is None or found.opinion in self.opinions)
        )

    def place(self, what: str) -> str | None:
        """Where something is shown now; None in an exported log."""
        return self.places[what].value if what in self.places else None

    @property
    def redraft_due(self) -> bool:
        """Whether the statement that the newest draft's selection put first is shown no more."""
        selection = None if self.latest is None else self.drafts[self.latest].selection
        return selection is not None and not self.stands(selection.winner)

    @property
    def heard_critiques(self) -> Map[str, Critique]:
        """By member, what was said in this round and is not hidden."""
        heard = self.critiques
        for member, critique in self.critiques.items():
            if critique.id in self.hidden:
                heard = heard.delete(member)
        return heard

    @property
    def previous(self) -> str | None:
        """The statement that the critiques are about, unless it was hidden since."""
        return self.criticised if self.criticised is not None and self.is_shown(self.criticised) else None

    @property
    def published_reasons(self) -> tuple[str, ...]:
        """Why ballots of the newest poll were against, as far as it was published, is not hidden and not erased."""
        if self.poll is None or self.poll.dissent is None:
            return ()
        reasons = (one.reason for one in self.poll.dissent.dissent if one.reason is not None)
        shown = (reason.value for reason in reasons if reason.commitment not in self.hidden)
        return tuple(reason for reason in shown if reason is not None)

    @property
    def not_yet_held(self) -> tuple[str, ...]:
        """Live opinions that the shown draft does not hold, or holds in an older wording; oldest first."""
        draft = self.draft
        held = None if draft is None else draft.opinions
        return tuple(opinion.id for opinion in self.live_opinions if held is None or not _same(held, opinion))

    @property
    def critiques_not_yet_held(self) -> tuple[str, ...]:
        """Members whose critique of this round the shown draft does not hold; sorted."""
        draft = self.draft
        held = None if draft is None else draft.critiques
        return tuple(
            sorted(
                member
                for member, critique in self.heard_critiques.items()
                if held is None or member not in held or held[member].id != critique.id
            )
        )

    @property
    def drafted_this_round(self) -> bool:
        """Whether the shown draft is of this round."""
        draft = self.draft
        return draft is not None and draft.round == self.round

    @property
    def redrafts_left(self) -> int:
        """How many drafts a moderator may still ask for in this round beyond the first."""
        return max(0, self.settings.redrafts_per_round - self.redrafts_in_round)

    @property
    def extensions_left(self) -> int:
        """How often a moderator may still extend."""
        return max(0, self.settings.extensions - self.acts.extensions)

    @property
    def rules_locked(self) -> bool:
        """Whether an opinion was given, even if it was taken back since."""
        return self.opinions_given > 0

    @property
    def valid_ballots(self) -> Iterator[BallotCast]:
        """The newest poll's ballots that count, by no particular order."""
        return (ballot for voter, ballot in self.ballots.items() if voter not in self.barred_voters)

    @property
    def voided(self) -> tuple[str, ...]:
        """Handles whose ballot in the newest poll does not count, being removed or erased; sorted."""
        return tuple(sorted(voter for voter in self.barred_voters if voter in self.ballots))

    @property
    def turnout(self) -> int:
        """How many voted, or had voted when the poll was counted."""
        if self.poll is not None and self.poll.result is not None:
            return self.poll.result.counted
        return len(self.ballots) - len(self.voided)

    @property
    def rejected_in_poll(self) -> bool:
        """Whether a poll with quorum adopted nothing."""
        return self.poll is not None and self.poll.result is not None and not self.poll.result.adopted


def _same(held: Map[str, Opinion], opinion: Opinion) -> bool:
    before = held.get(opinion.id)
    return before is not None and before.text.commitment == opinion.text.commitment
