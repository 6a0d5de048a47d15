"""What a voter keeps to find their ballot in the published list.

A cast event shows a handle and a commitment; the list at the close shows tags and grades. Only tag and salt together
join the two, and only the voter is given them. A receipt does not prevent coercion: who hands it over, or is made to,
proves how they voted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from engine.deliberation.errors import DeliberationError
from engine.deliberation.events import BallotCast, BallotContent, Frozen, PollClosed
from engine.deliberation.sealed import commitment


class Receipt(Frozen):
    """What one ballot's voter keeps."""

    tag: str
    salt: str
    poll: str


class ReceiptCheck(Frozen):
    """What a receipt proves.

    - `counted`: the list holds the ballot, and it is the one that was committed to when it was cast.
    - `not_listed`: the list does not hold it: it was replaced by a later one of the same voter, or did not count.
    - `never_cast`: the list holds a ballot with this tag, but no cast event committed to it. The log is wrong, or the
      receipt is.
    - `withheld`: fewer than k voted, so there is no list.
    - `other_poll`: the receipt is of another poll.
    """

    status: Literal["counted", "not_listed", "never_cast", "withheld", "other_poll"]
    ballot: BallotContent | None = None


def receipt(event: BallotCast) -> Receipt:
    """The receipt of a ballot that was just cast. An exported log does not hold what it takes."""
    if event.ballot.salt is None or event.ballot.value is None:
        raise DeliberationError("ballots_missing")
    return Receipt(tag=event.ballot.value.tag, salt=event.ballot.salt, poll=event.poll)


def check_receipt(held: Receipt, cast: Iterable[BallotCast], closed: PollClosed) -> ReceiptCheck:
    """Look a receipt up in a log, exported or not: `cast` are its cast events."""
    if held.poll != closed.poll:
        return ReceiptCheck(status="other_poll")
    if closed.withheld:
        return ReceiptCheck(status="withheld")
    listed = next((ballot for ballot in closed.ballots if ballot.tag == held.tag), None)
    if listed is None:
        return ReceiptCheck(status="not_listed")
    expected = commitment(held.salt, listed.model_dump(mode="json"))
    committed = any(event.poll == held.poll and event.ballot.commitment == expected for event in cast)
    return ReceiptCheck(status="counted" if committed else "never_cast", ballot=listed)
