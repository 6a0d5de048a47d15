from __future__ import annotations

from bot.live.bursts import BurstWatch
from engine.deliberation import events as e
from engine.deliberation.sealed import Sealed

SECOND = 1000


def ballot(voter: str, at: int) -> e.BallotCast:
    content = Sealed[e.BallotContent].seal(e.BallotContent(tag="t", grades={}), salt="0" * 32)
    return e.BallotCast(at=at, request=f"{voter}/{at}", poll="p", voter=voter, ballot=content)


def test_a_burst_is_told_once_while_it_lasts_and_again_when_another_comes() -> None:
    watch = BurstWatch()
    told = [watch.heed("d", [ballot(f"v{number}", number * SECOND)]) for number in range(12)]
    assert [len(found) for found in told] == [0] * 9 + [1, 0, 0]
    assert (told[9][0].what, told[9][0].count, told[9][0].since) == ("votes", 10, 0)
    hour = 3_600 * SECOND
    later = [watch.heed("d", [ballot(f"w{number}", hour + number * SECOND)]) for number in range(10)]
    assert [len(found) for found in later] == [0] * 9 + [1]


def test_one_who_votes_again_and_again_and_votes_far_apart_are_no_burst() -> None:
    watch = BurstWatch()
    assert not any(watch.heed("d", [ballot("v", number * SECOND)]) for number in range(30))
    assert not any(watch.heed("e", [ballot(f"v{number}", number * 61 * SECOND)]) for number in range(30))
    assert not any(watch.heed(f"d{number}", [ballot(f"v{number}", 0)]) for number in range(30)), "each for itself"
