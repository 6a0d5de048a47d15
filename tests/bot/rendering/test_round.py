from __future__ import annotations

from rich.console import Console

from bot.rendering.round import draft_table, in_no_candidate
from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.selection import select
from tests.bot.scripted_models import drafted

JOB = DraftJob(
    draft="r1",
    round=1,
    question="Where do we meet?",
    opinions=tuple(
        GivenOpinion(id=f"o{at}", member=name, text=f"View {at}.") for at, name in enumerate(("Ada", "Bruno", "Chen"))
    ),
)


def test_who_is_in_no_candidate_is_told() -> None:
    result = drafted(JOB)
    assert in_no_candidate(JOB, result) == []
    others = tuple(candidate for candidate in result.candidates if candidate.opinion != "o1")
    assert in_no_candidate(JOB, result.model_copy(update={"candidates": others})) == ["Bruno"]
    assert in_no_candidate(JOB, result.model_copy(update={"candidates": ()})) == ["Ada", "Bruno", "Chen"]


def test_the_table_names_whose_opinions_each_candidate_rests_on() -> None:
    result = drafted(JOB)
    ids = [candidate.id for candidate in result.running]
    console = Console(width=100, record=True)
    with console.capture() as told:
        console.print(draft_table(JOB, result, select(result.mean, "nash", 0, ids, len(ids)), len(ids)))
    assert told.get().count("← Chen, Ada") == 2
    assert told.get().count("← Bruno") == 1
