"""The rules a deliberation is opened with. They are facts of its log and lock at the first opinion."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Grade = Annotated[int, Field(ge=1, le=7)]

LOWEST_GRADE, MIDDLE_GRADE, HIGHEST_GRADE = 1, 4, 7
AGREE_FROM = 5
"""A ballot agrees from this grade on; the reward model predicts P(grade >= AGREE_FROM)."""


class Adoption(BaseModel):
    """When the statement that the ballots chose is adopted: enough agree, and not too many are strongly against."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agree_share: Share = 0.6
    """The least share of ballots at grade `AGREE_FROM` or above."""
    strongly_against_share: Share = 0.2
    """The most that may grade it `strongly_against_grade` or below."""
    strongly_against_grade: Grade = 2


class Quorum(BaseModel):
    """How many ballots make a decision: at least `ballots`, and at least `eligible_share` of the eligible."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ballots: Annotated[int, Field(ge=1)] = 3
    eligible_share: Share = 0.0


class Eligibility(BaseModel):
    """Who can vote, in terms that any platform can fill in; evaluated for each member when a deliberation is opened."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: tuple[str, ...] = ()
    """Ids of roles of which a member has at least one; empty: no role is needed."""
    account_seconds: Annotated[int, Field(ge=0)] = 0
    """The least age of their account."""
    membership_seconds: Annotated[int, Field(ge=0)] = 0
    """The least time since they came."""

    def admits(self, *, roles: Collection[str], account_seconds: float, membership_seconds: float) -> bool:
        """Whether someone with these roles, account age and time since they came can vote.

        >>> Eligibility(roles=("tenant",)).admits(roles=["owner"], account_seconds=9, membership_seconds=9)
        False
        """
        return (
            (not self.roles or not set(self.roles).isdisjoint(roles))
            and account_seconds >= self.account_seconds
            and membership_seconds >= self.membership_seconds
        )


class Settings(BaseModel):
    """Everything that is fixed at opening. Durations are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str = "nash"
    """The social welfare function that shortlists drafts (a name that `welfare` knows)."""
    candidates: Annotated[int, Field(ge=1)] = 16
    shortlist: Annotated[int, Field(ge=1, le=9)] = 1
    """How many of the best candidates the poll shows, besides "none of these"."""
    rounds: Annotated[int, Field(ge=1, le=9)] = 2
    """Drafting rounds: 2 is one draft and one revision."""
    quorum: Quorum = Quorum()
    adoption: Adoption = Adoption()
    eligibility: Eligibility = Eligibility()
    eligible: Annotated[int, Field(ge=1)] | None = None
    """How many members could take part when it was opened; None where that is not known."""
    latecomers_vote: bool = False
    """Whether members who were not eligible at opening may vote."""
    nameless: bool = False
    notice: bool = False
    """Whether members must have read the notice before anything is taken from them."""
    review: bool | None = None
    """Whether an opinion waits for a moderator before it is shown; by default where the deliberation is nameless."""
    reports_hide: Annotated[int, Field(ge=1)] = 3
    """How many members' reports hide a text until a moderator looks at it."""
    open_results: bool = False
    """Whether the tally is shown while the poll is open."""
    open_predictions: bool = False
    """Whether predictions leave the store with an exported log even where quick votes went into them.

    Then anyone can run the selections again, but the predictions tell much of how members reacted.
    """
    redrafts_per_round: Annotated[int, Field(ge=0)] = 20
    """Drafts beyond the first in one round; caps a moderator's power to draw until a draft pleases."""
    extensions: Annotated[int, Field(ge=0)] = 2
    ballots_shown_from: Annotated[int, Field(ge=2)] = 5
    """k: with fewer ballots the log holds the tally only, not the list that receipts are checked against."""
    opinion_seconds: Annotated[int, Field(gt=0)] = 24 * 3600
    critique_seconds: Annotated[int, Field(gt=0)] = 12 * 3600
    poll_seconds: Annotated[int, Field(gt=0)] = 12 * 3600
    reminder_shares: tuple[Share, ...] = (0.75,)
    """When reminders fall due, as a share of the phase that has passed."""
    minority_seconds: Annotated[int, Field(gt=0)] | None = None
    """How long those who published why they are against may answer the minority view drawn from it; None: none is."""
    follow_up_seconds: Annotated[int, Field(gt=0)] = 14 * 24 * 3600
    """How long after the end a moderator is asked what became of an adopted statement."""
    retention_seconds: Annotated[int, Field(gt=0)] = 90 * 24 * 3600
    """How long after the end everything personal is kept."""
    language: str = "en"

    @property
    def reviews(self) -> bool:
        """Whether an opinion waits for a moderator before it is shown."""
        return self.nameless if self.review is None else self.review
