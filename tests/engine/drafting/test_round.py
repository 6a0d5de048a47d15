from __future__ import annotations

import numpy as np
import pytest

from engine.deliberation.drafts import DraftResult
from engine.drafting.options import DraftingOptions
from engine.drafting.round import draft_round
from engine.models.errors import CancelledError
from tests.engine.models.loaded import STREET, job, models

pytestmark = pytest.mark.model

BRIEF = DraftingOptions(max_tokens=24, waves=1, orderings=2)


def is_sound(result: DraftResult) -> None:
    """What holds for every round in which somebody spoke."""
    assert result.running
    assert all(candidate.text.strip() for candidate in result.running)
    assert np.shape(result.mean) == np.shape(result.spread) == (len(result.members), len(result.running))
    assert np.isfinite(result.mean).all()
    assert np.isfinite(result.spread).all()
    assert np.min(result.mean) >= 0
    assert np.max(result.mean) <= 1


@pytest.mark.parametrize(
    "texts",
    [
        [STREET[0]],
        [STREET[0]] * 6,
        ["😀🎉", "👍"],
        ["أريد حديقة في وسط المدينة.", "السيارات ضرورية للمتاجر."],
        ["We want quiet streets and trees. " * 121],
        ["\u200b", STREET[0]],
        ["no"],
        ["Why?", "Why not?"],
    ],
    ids=["one", "duplicates", "emoji", "right to left", "4,000 characters", "one shows nothing", "word", "questions"],
)
def test_there_is_a_winner_whatever_was_said(texts: list[str]) -> None:
    is_sound(draft_round(job(texts, candidates=2), models(), options=BRIEF))


def test_500_opinions_are_all_scored_though_not_all_are_in_the_prompt() -> None:
    options = BRIEF.model_copy(update={"prompt_tokens": 128, "max_tokens": 8})
    texts = [f"{STREET[at % 5]} That is view {at}." for at in range(500)]
    result = draft_round(job(texts, candidates=2), models(), options=options)
    is_sound(result)
    assert len(result.members) == 500
    assert 0 < len(result.in_prompt) < 500


@pytest.mark.parametrize("texts", [[], ["\u200b", " "]], ids=["nobody", "nothing to see"])
def test_a_round_in_which_nobody_said_anything_says_so(texts: list[str]) -> None:
    result = draft_round(job(texts), models(), options=BRIEF)
    assert result.candidates == ()
    assert [note.code for note in result.notes] == ["no_opinions"]


def test_where_the_drafter_does_not_know_the_language_members_sentences_compete() -> None:
    texts = ["土曜日は商店街を歩行者天国にしてほしいです。", "車がないとお店の売り上げが減ってしまいます。"]
    result = draft_round(job(texts, language="ja"), models(), options=BRIEF)
    is_sound(result)
    assert [(note.code, note.parameters) for note in result.notes] == [("language_not_known", {"language": "ja"})]
    assert {candidate.origin for candidate in result.candidates} == {"member"}


def test_the_same_job_gives_the_same_candidates() -> None:
    first, second = (draft_round(job(STREET), models(), options=BRIEF) for _ in range(2))
    assert first.candidates == second.candidates
    assert first.mean == second.mean


def test_a_cancelled_round_stops() -> None:
    calls = 0

    def after_five() -> bool:
        nonlocal calls
        calls += 1
        return calls > 5

    with pytest.raises(CancelledError):
        draft_round(job(STREET), models(), options=BRIEF, cancelled=after_five)
    assert calls == 6
