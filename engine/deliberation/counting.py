"""How ballots choose and adopt. Anyone can count again from what the close published.

Choice. Each ballot is an order of the options: the explicit ranking where its voter gave one, else the order of the
grades, with "keep things as they are" between 4 and 5, since agreement begins at 5 and a ballot that does not agree
asks for no change. Schulze's rule (winning margins) ranks the options. Ties for the first place go to keeping things
as they are if it is among them (the burden is on the change), else to a lottery whose seed is made of the poll's id,
which existed before any ballot.

Adoption. The chosen statement is adopted if the quorum is met and its grades satisfy the adoption rule.

An option whose words were taken away while the poll was open (its author was erased, or a moderator removed or hid it)
is not chosen: ballots are read as if it had not been on them. Its grades are still counted in the tally. A ballot that
was cast while an option was hidden that was shown again later puts it beside keeping things as they are, and as many
ballots as the quorum asks for must have graded what is adopted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.deliberation.events import (
    KEEP_THINGS,
    AnyEvent,
    BallotCast,
    BallotContent,
    Closed,
    CritiqueOpened,
    Opened,
    PollClosed,
    PollOpened,
)
from engine.deliberation.settings import AGREE_FROM, HIGHEST_GRADE, LOWEST_GRADE, Adoption, Quorum, Settings
from engine.selection import Tiers
from welfare import TieBreak, rank_ballots

STATUS_QUO: Final = "status_quo"
"""The tie-break by which a tie between a change and none is none."""

_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """What the ballots chose; `leading` is the best candidate, also where keeping things was chosen."""

    option: str
    ranking: Tiers
    leading: str | None
    tie_broken_by: str | None


def choose(ballots: Sequence[BallotContent], options: Sequence[str], poll: str) -> Choice:
    """Rank `options` (with `KEEP_THINGS` among them) by the ballots."""
    if ballots:
        order = rank_ballots(np.array([ranks(ballot, options) for ballot in ballots]), "schulze").ranking
    else:
        order = (tuple(range(len(options))),)
    ranking = tuple(tuple(options[index] for index in tier) for tier in order)
    lottery = TieBreak("lottery", poll_seed(poll))
    first = order[0]
    tie_broken_by = None
    if len(first) == 1:
        option = options[first[0]]
    elif KEEP_THINGS in ranking[0]:
        option, tie_broken_by = KEEP_THINGS, STATUS_QUO
    else:
        option, tie_broken_by = options[lottery.order(first)[0]], str(lottery)
    statements = [index for tier in order for index in lottery.order(tier) if options[index] != KEEP_THINGS]
    return Choice(option, ranking, options[statements[0]] if statements else None, tie_broken_by)


def ranks(ballot: BallotContent, options: Sequence[str]) -> tuple[int, ...]:
    """The place of each option on one ballot, lower is better.

    >>> ranks(BallotContent(tag="t", grades={"a": 5, "b": 4}), ("a", "b", KEEP_THINGS))
    (4, 6, 5)
    """
    if ballot.ranking:
        place = {option: index for index, tier in enumerate(ballot.ranking) for option in tier}
    else:
        # Even places for grades leave an odd one free for "keep things", just below AGREE_FROM.
        place = {option: 2 * (HIGHEST_GRADE - grade) for option, grade in ballot.grades.items()}
        place[KEEP_THINGS] = 2 * (HIGHEST_GRADE - AGREE_FROM) + 1
    return tuple(place.get(option, place[KEEP_THINGS]) for option in options)


def poll_seed(poll: str) -> int:
    """The seed of a poll's lottery: the first 64 bits of the SHA-256 of its id."""
    return int(hashlib.sha256(poll.encode()).hexdigest()[:16], 16)


def tally(ballots: Iterable[BallotContent], options: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Per candidate, how many ballots gave grade 1, 2, ..., 7.

    >>> tally([BallotContent(tag="t", grades={"a": 7})], ("a", KEEP_THINGS))
    {'a': (0, 0, 0, 0, 0, 0, 1)}
    """
    counts = {option: [0] * HIGHEST_GRADE for option in options if option != KEEP_THINGS}
    for ballot in ballots:
        for option, grade in ballot.grades.items():
            counts[option][grade - LOWEST_GRADE] += 1
    return {option: tuple(count) for option, count in counts.items()}


def quorum_met(counted: int, quorum: Quorum, eligible: int | None) -> bool:
    """Whether enough voted for a decision."""
    return counted >= quorum.ballots and counted + _ROUNDING >= quorum.eligible_share * (eligible or 0)


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the ballots agree with a statement, and how many are strongly against it."""

    ballots: int
    agree: int
    strongly_against: int

    @property
    def agree_share(self) -> float:
        """In [0, 1]; 0 without ballots."""
        return self.agree / self.ballots if self.ballots else 0.0

    @property
    def against_share(self) -> float:
        """In [0, 1]; 0 without ballots."""
        return self.strongly_against / self.ballots if self.ballots else 0.0


def count(grades: Sequence[int], adoption: Adoption) -> Count:
    """Read a tally (`grades[0]` gave 1) as the adoption rule does."""
    strongly = adoption.strongly_against_grade - LOWEST_GRADE + 1
    return Count(sum(grades), sum(grades[AGREE_FROM - LOWEST_GRADE :]), sum(grades[:strongly]))


def adoption_holds(grades: Sequence[int], adoption: Adoption) -> bool:
    """Whether a statement with this tally (`grades[0]` gave 1) is adopted, given a quorum."""
    found = count(grades, adoption)
    return (
        found.ballots > 0
        and found.agree >= adoption.agree_share * found.ballots - _ROUNDING
        and found.strongly_against <= adoption.strongly_against_share * found.ballots + _ROUNDING
    )


def adopted(choice: Choice, counts: dict[str, tuple[int, ...]], counted: int, settings: Settings) -> bool:
    """Whether the chosen option is adopted."""
    return quorum_met(counted, settings.quorum, settings.eligible) and _carries(choice.option, counts, settings)


def _carries(option: str, counts: dict[str, tuple[int, ...]], settings: Settings) -> bool:
    """Whether an option was graded by enough and satisfies the adoption rule."""
    grades = counts.get(option, ())
    return (
        option != KEEP_THINGS
        and quorum_met(sum(grades), settings.quorum, settings.eligible)
        and adoption_holds(grades, settings.adoption)
    )


@dataclass(frozen=True, slots=True)
class Recount:
    """One closed poll, counted again from the log.

    `differences` names the fields of `PollClosed` that differ, and those of the end that do not follow from it; "poll"
    where no such poll was opened.

    Below the threshold k the ballots are withheld: then only how many were counted, the quorum and the adoption of the
    choice, given the tally, can be checked (`recomputable` is False).
    """

    poll: str
    recomputable: bool
    differences: tuple[str, ...]


def recount(events: Iterable[AnyEvent]) -> tuple[Recount, ...]:
    """Count every closed poll again, in the order of the log."""
    settings: Settings | None = None
    opened: dict[str, PollOpened] = {}
    voters: dict[str, set[str]] = {}
    results: list[Recount] = []
    last: PollClosed | None = None
    decides = False
    for event in events:
        if isinstance(event, Opened):
            settings = event.settings
        elif isinstance(event, PollOpened):
            opened[event.poll] = event
        elif isinstance(event, BallotCast):
            voters.setdefault(event.poll, set()).add(event.voter)
        elif isinstance(event, PollClosed):
            begun = opened.get(event.poll)
            if settings is None or begun is None:
                results.append(Recount(event.poll, not event.withheld, ("poll",)))
            else:
                results.append(_recount(event, begun, voters.get(event.poll, set()), settings))
            last, decides = event, True
        elif isinstance(event, CritiqueOpened):
            decides = False
        elif isinstance(event, Closed) and last is not None:
            found = {*results[-1].differences, *_contradictions(event, last, decides=decides)}
            results[-1] = replace(results[-1], differences=tuple(sorted(found)))
    return tuple(results)


def _contradictions(end: Closed, poll: PollClosed, *, decides: bool) -> Iterator[str]:
    """What the end says otherwise than its last poll; `decides`: no other round was begun between them."""
    if (end.outcome == "adopted") != poll.adopted or (decides and (end.outcome == "no_decision") == poll.quorum_met):
        yield "outcome"
    if end.statement != (poll.choice if poll.adopted else None):
        yield "statement"
    if decides and end.participation is not None and end.participation.voted != poll.counted:
        yield "participation"


def _recount(closed: PollClosed, opened: PollOpened, voters: set[str], settings: Settings) -> Recount:
    standing = {option for tier in closed.choice_ranking for option in tier}
    options = tuple(option for option in opened.options if option in standing)
    expected: dict[str, object] = {
        "counted": len(voters.difference(closed.voided)),
        "quorum_met": quorum_met(closed.counted, settings.quorum, settings.eligible),
        "withheld": closed.counted < settings.ballots_shown_from,
        "adopted": quorum_met(closed.counted, settings.quorum, settings.eligible)
        and _carries(closed.choice, closed.tally, settings),
    }
    if not closed.withheld:
        choice = choose(closed.ballots, options, closed.poll)
        expected |= {
            "tally": tally(closed.ballots, opened.options),
            "choice": choice.option,
            "choice_ranking": choice.ranking,
            "tie_broken_by": choice.tie_broken_by,
        }
        if len(closed.ballots) != closed.counted:
            expected["ballots"] = None
    differences = tuple(sorted(field for field, value in expected.items() if getattr(closed, field) != value))
    return Recount(closed.poll, not closed.withheld, differences)
