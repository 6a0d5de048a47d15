from __future__ import annotations

from engine.deliberation.asking import EACH, AskingJob
from engine.deliberation.drafts import DraftJob, GivenOpinion, QuickVote, Statement
from engine.reward.asking import answer_asking
from engine.reward.interface import RewardModel
from tests.engine.reward.test_voting_model import model

LEFT, RIGHT = [f"left {number}" for number in range(3)], [f"right {number}" for number in range(3)]
CANDIDATES = (Statement(id="d1", text="left 2"), Statement(id="d2", text="right 2"))


def job(votes: int = 4, people: tuple[str, ...] = ("new", "l0"), **more: object) -> AskingJob:
    """Two camps; `l0` wrote "left 0"; "new" has not said or answered anything."""
    opinions = (*(GivenOpinion(id=text, member=f"author of {text}", text=text) for text in (*LEFT[1:2], *RIGHT[:2])),)
    opinions = (GivenOpinion(id="left 0", member="l0", text="left 0"), *opinions)
    opinions += (GivenOpinion(id="far", member="somebody", text="unrelated business"),)
    ids = {opinion.text: opinion.id for opinion in opinions} | {one.text: one.id for one in CANDIDATES}
    cast = [
        QuickVote(member=f"{camp}{number}", statement=ids[text], vote=1 if own else -1)
        for number in range(1, votes + 1)
        for camp, liked in (("l", LEFT), ("r", RIGHT))
        for text, own in ((text, text in liked) for text in (*LEFT, *RIGHT))
        if text in ids
    ]
    known = DraftJob(
        draft="asking", round=1, question="?", opinions=opinions, quick_votes=tuple(cast), statements=CANDIDATES
    )
    fields = {"draft": "d", "candidates": CANDIDATES, "people": people, "rule": "utilitarian", "seed": 1, **more}
    return AskingJob(known=known, **fields)  # pyright: ignore[reportArgumentType]


def reward() -> RewardModel:
    return model()


def test_what_the_camps_quarrel_about_is_asked_before_what_tells_nothing() -> None:
    order = answer_asking(job(), model(), reward()).order["new"]
    assert order.index("far") > order.index("left 0")
    assert len(order) <= EACH


def test_nobody_is_asked_about_their_own_words_or_what_they_answered() -> None:
    asked = answer_asking(job(people=("l0", "l1")), model(), reward()).order
    assert "left 0" not in asked["l0"]
    assert set(asked["l1"]) == {"far"}, "all else was answered"


def test_candidates_are_asked_about_only_while_none_clearly_wins() -> None:
    open_race = answer_asking(job(), model(), reward())
    assert set(open_race.contenders) == {"d1", "d2"}
    assert {"d1", "d2"} & set(open_race.order["new"])
    one = answer_asking(job(candidates=CANDIDATES[:1]), model(), reward())
    assert one.contenders == ()
    assert "d1" not in one.order["new"]
    assert answer_asking(job(candidates=()), model(), reward()).order == {}


def test_the_same_job_has_the_same_answer() -> None:
    assert answer_asking(job(), model(), reward()) == answer_asking(job(), model(), reward())
