"""A4 from logs alone: a drafter that follows whoever stands first is caught, one that does not passes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audit.figure import TOO_FEW
from engine.audit.logged_orders import OrderedDrafts, audit_orders, judge_orders, with_orders
from engine.audit.logged_words import not_asked
from engine.deliberation import commands as c
from engine.deliberation.drafts import DraftedCandidate
from engine.deliberation.rounds import draft_job
from tests.engine.audit.test_resampled import even
from tests.engine.deliberation.world import World, drafted
from tests.engine.models.loaded import BagOfWords

SAID = ("Bins belong behind the houses.", "Bicycles need a dry shed.", "Let us plant more trees here.")


def rounds(seed: int, *, follows_first: float, count: int = 10) -> list[OrderedDrafts]:
    """Rounds of three orders with four drafts each; each order begins with another of six members."""
    noise = np.random.default_rng(seed)
    orders = np.repeat(np.arange(3), 4)
    return [
        OrderedDrafts(orders, np.where(noise.random(12) < follows_first, orders, noise.integers(0, 6, size=12)))
        for _ in range(count)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_drafter_that_follows_whoever_stands_first_is_caught(seed: int) -> None:
    assert judge_orders(rounds(seed, follows_first=0.7), seed=seed, draws=100).verdict == "order_decides"


def test_p_of_the_order_is_uniform_where_it_does_not_matter() -> None:
    found = [
        judge_orders(rounds(seed, follows_first=0.0, count=3), seed=seed, draws=39).figures[0].p or 0.0
        for seed in range(60)
    ]
    assert even(found) < 1.63 / np.sqrt(60) + 1 / 40


def world(texts: dict[int, list[str]]) -> World:
    """A deliberation with drafts in several orders of the members."""
    made = World()
    for number, said in enumerate(SAID):
        made.say(f"m{number}", said)
    made.do(c.StartDraft, seed=7, moderator="mod")
    result = drafted(draft_job(made.state), drafts=sum(map(len, texts.values())))
    rest = [one for one in result.candidates if one.origin == "member" or one.rejected is not None]
    drafts = [
        DraftedCandidate(id=f"draft{order}{at}", origin="drafted", text=text, seed=at, ordering=order)
        for order, own in texts.items()
        for at, text in enumerate(own)
    ]
    made.do(c.RecordDraft, result=result.model_copy(update={"candidates": (*drafts, *rest)}))
    return made


def test_drafts_are_taken_from_logs_with_the_member_whom_they_follow() -> None:
    one = world({0: [SAID[0]] * 4, 1: [SAID[1]] * 4})
    logs = {f"d{at}": one.events for at in range(4)}
    audit = audit_orders(logs, BagOfWords(), seed=1, draws=50)
    assert audit.figures[0].statements == 32
    assert audit.figures[0].value == 1.0
    assert audit.figures[1].value == 0.0
    assert audit.verdict == "order_decides"
    assert audit_orders({"one": one.events}, BagOfWords(), seed=1).verdict == TOO_FEW


def test_whichever_audit_of_the_prompt_is_worse_speaks_for_both() -> None:
    orders = judge_orders(rounds(1, follows_first=0.7), seed=1, draws=50)
    both = with_orders(not_asked(), orders)
    assert both.verdict == "order_decides"
    assert both.figures[0].name == "follows_by_order"
    assert len(both.figures) == 3
