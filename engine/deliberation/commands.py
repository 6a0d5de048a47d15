"""What people and the schedule ask of a deliberation.

A command brings the time (`at`), the id of the request that caused it (a second arrival changes nothing) and 256 random
bits (`entropy`), from which all ids, salts and tags of its events derive. Who may moderate is decided before; the
deliberation only writes down who did. A `moderator` of None means the schedule.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, InstanceOf

from engine.deliberation.drafts import DraftResult
from engine.deliberation.events import Frozen
from engine.deliberation.member_events import Answer, Use, Vote
from engine.deliberation.moderation_events import ReportCategory
from engine.deliberation.sealed import derive
from engine.deliberation.settings import Settings

# Not checked here, so that text which is not Unicode is refused by name as all other bad text is.
Words: TypeAlias = InstanceOf[str]
Name: TypeAlias = Annotated[str, Field(min_length=1)]


class Command(Frozen):
    """What all commands share."""

    at: Annotated[int, Field(ge=0)]
    request: Name
    entropy: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)

    def secret(self, label: str) -> str:
        """32 hex digits for one purpose; other requests get others, even from the same entropy."""
        return derive(self.entropy, f"{label}/{self.request}")

    def new_id(self, prefix: str) -> str:
        """A new id: a letter that tells what it is of, and 64 random bits in hex."""
        return prefix + self.secret(f"id:{prefix}")[:16]


class Open(Command):
    """Open a deliberation."""

    question: Words
    background: Words = ""
    settings: Settings = Settings()
    moderator: Name


class TakePart(Command):
    """Say that one has read the notice (`notice` names its version) and takes part."""

    member: Name
    notice: Name


class SetSharing(Command):
    """Say what else may be done with what is one's own; `handle` speaks ("words") or votes ("votes", "training").

    Whoever asks both of one person sends the two at different times, or the log would join them.
    """

    handle: Name
    uses: tuple[Use, ...]


class SetRule(Command):
    """Change the welfare rule, before the first opinion."""

    rule: str
    moderator: Name


class Extend(Command):
    """Move the current phase's deadline. With `moderator` None it makes up for downtime and is not counted."""

    until: int
    moderator: Name | None


class Pause(Command):
    """Take nothing any more, except what is taken back and what keeps people safe."""

    moderator: Name
    reason: Words | None = None


class Resume(Command):
    """Go on; deadlines move by the length of the pause."""

    moderator: Name


class GiveOpinion(Command):
    """Say what one thinks. Whoever came after the opening (`eligible` False) may speak as well.

    `link` is where it was said: while an opinion of the same member from there stands, a second one changes nothing.
    """

    member: Name
    text: Words
    link: str | None = None
    eligible: bool = True


class ChangeOpinion(Command):
    """Reword an opinion."""

    member: Name
    opinion: str
    text: Words


class WithdrawOpinion(Command):
    """Take an opinion back."""

    member: Name
    opinion: str


class ApproveOpinion(Command):
    """Let an opinion that waits count and be shown."""

    opinion: str
    moderator: Name


class RejectOpinion(Command):
    """Do not show an opinion that waits; it needs a reason, which its author is told."""

    opinion: str
    reason: Words
    moderator: Name


class RemoveOpinion(Command):
    """Remove an opinion; it needs a reason, which everyone can read."""

    opinion: str
    reason: Words
    moderator: Name


class RemoveMember(Command):
    """Remove a member: what they said and their open ballot no longer count."""

    member: Name
    voter: Name
    reason: Words
    moderator: Name


class ForgetMember(Command):
    """Be forgotten; possible at any time, also after the end."""

    member: Name
    voter: Name


class Report(Command):
    """Report a text that is shown: the id of an opinion, critique or candidate, or a published reason's commitment."""

    member: Name
    text: str
    category: ReportCategory


class Hide(Command):
    """Hide a text, and with it what rests on it."""

    text: str
    moderator: Name
    reason: Words | None = None


class Restore(Command):
    """Show a hidden text again."""

    text: str
    moderator: Name


class StartDraft(Command):
    """Hand out a drafting job. The schedule's drafts need something new to hold; a moderator's are capped."""

    seed: int
    moderator: Name | None = None


class RecordDraft(Command):
    """Bring back what a drafting job made."""

    result: DraftResult


class FailDraft(Command):
    """Say that a drafting job ended without a result."""

    draft: str
    code: Name
    parameters: dict[str, Any] = Field(default_factory=dict[str, Any])


class OpenCritique(Command):
    """Begin the next round: members say what is missing in the statement."""

    moderator: Name | None = None


class GiveCritique(Command):
    """Say what is missing in the statement; a second critique in the round replaces the first."""

    member: Name
    text: Words


class WithdrawCritique(Command):
    """Take one's critique of this round back."""

    member: Name


class AnswerPoint(Command):
    """Say whether one's point is in a draft; the why acts as a critique."""

    member: Name
    draft: str
    answer: Answer
    why: Words | None = None


class CastQuickVote(Command):
    """React to a statement (`vote` 1 agree, 0 pass, -1 disagree), or change the reaction; before a poll opens.

    `statement`: somebody else's opinion or a candidate. `member`, who they speak as, is never written down.
    """

    member: Name
    voter: Name
    statement: str
    vote: Vote
    eligible: bool = True


class WithdrawQuickVote(Command):
    """Take a reaction back."""

    voter: Name
    statement: str


class OpenPoll(Command):
    """Put the shortlist and "keep things as they are" to the vote."""

    moderator: Name | None = None


class CastBallot(Command):
    """Vote, or change one's vote.

    `grades` holds every candidate shown; `ranking` is empty or holds every option, `KEEP_THINGS` too, in tiers, best
    first. `publish` consents to the reason being published without a name.
    """

    poll: str
    voter: Name
    grades: dict[str, int]
    ranking: tuple[tuple[str, ...], ...] = ()
    reason: Words | None = None
    publish: bool = False
    eligible: bool = True
    member: Name | None = None
    """Who they speak as, where members must have read the notice; never written down."""


class ClosePoll(Command):
    """Count, from the deadline on or once all who are eligible voted: nobody stops a poll when it suits them."""

    poll: str


class StartMinority(Command):
    """After the end: hand out the job that draws the published reasons against together."""

    seed: int


class AnswerMinority(Command):
    """Approve of a wording of the minority view that is made of one's reason, or object to it."""

    voter: Name
    view: str
    wording: int
    approves: bool


class RewordMinority(Command):
    """Word the minority view anew; `wording` is the one that was read."""

    voter: Name
    view: str
    wording: int
    text: Words


class SettleMinority(Command):
    """Say that the time to answer is over."""

    view: str


class RecordReminder(Command):
    """Say that a reminder went out."""

    reminder: str


class RecordPosted(Command):
    """Say where something is shown, so that it is found after a restart; None: it is no longer there."""

    what: Name
    place: Name | None


class Close(Command):
    """End a phase whose time is over and that leads nowhere: no statement to vote on, or no round left."""

    moderator: Name | None = None


class Withdraw(Command):
    """End the deliberation without a result; an open poll is not counted."""

    reason: Words
    moderator: Name


class AnswerFairness(Command):
    """After the end: say whether one's view was treated fairly. `member` is never written down."""

    member: Name
    voter: Name
    answer: Answer


class RecordFollowUp(Command):
    """After the end: say whether what was adopted was done; what was not done needs a because."""

    done: bool
    because: Words | None = None
    moderator: Name


class Expire(Command):
    """Delete all that is personal, when its time is over or because the deployment left where it was said."""

    because: Literal["retention", "deployment_left"] = "retention"


AnyCommand: TypeAlias = (
    Open
    | TakePart
    | SetSharing
    | SetRule
    | Extend
    | Pause
    | Resume
    | GiveOpinion
    | ChangeOpinion
    | WithdrawOpinion
    | ApproveOpinion
    | RejectOpinion
    | RemoveOpinion
    | RemoveMember
    | ForgetMember
    | Report
    | Hide
    | Restore
    | StartDraft
    | RecordDraft
    | FailDraft
    | OpenCritique
    | GiveCritique
    | WithdrawCritique
    | AnswerPoint
    | CastQuickVote
    | WithdrawQuickVote
    | OpenPoll
    | CastBallot
    | ClosePoll
    | StartMinority
    | AnswerMinority
    | RewordMinority
    | SettleMinority
    | RecordReminder
    | RecordPosted
    | Close
    | Withdraw
    | AnswerFairness
    | RecordFollowUp
    | Expire
)
