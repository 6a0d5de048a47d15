"""Who moved the statement and who was left out, on planted cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.drafting.options import DraftingOptions
from engine.influence import DraftedRound, held_members, influence, prompt_in_parts, without
from engine.models.likelihood import LeftOut, Parted, leave_one_out
from tests.engine.models.loaded import STREET, BagOfWords, embedder, job, language_model

PARKING = ("Keep all the parking spaces for the shop.", "Parking for the shop must stay, all spaces.")
STREET_CAMP = ("Close the street to cars on Saturdays.", "On Saturdays close the street to all cars.")


class Words:
    """A tokenizer whose tokens are words, and a scorer that likes words it has seen."""

    context_limit = 10_000

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def tokens(self, text: str, *, special: bool = False) -> list[int]:
        return [self.known.setdefault(word, len(self.known)) for word in text.replace("\n", " \n ").split(" ") if word]

    def chat(self, instruction: str, content: Sequence[str], *, answer_begins: str = "") -> list[int]:
        return self.tokens(" ".join([instruction, *content, "<answer>", answer_begins]))

    def score(self, parted: Parted, order: Sequence[int]) -> LeftOut:
        def likelihood(parts: Sequence[int]) -> float:
            seen = {token for part in parts for token in parted.parts[part]}
            return float(sum(token in seen for token in parted.continuation))

        everybody = range(len(parted.parts))
        return LeftOut(
            np.array([likelihood(everybody) for _ in everybody]),
            np.array([likelihood([other for other in order if other != member]) for member in everybody]),
            0,
        )


def drafted(texts: Sequence[str], candidates: Sequence[str], *, agreement: np.ndarray | None = None) -> DraftedRound:
    """A round in which every text is another member's, won by the first candidate."""
    members = tuple(f"m{n}" for n in range(len(texts)))
    return DraftedRound(
        job=job(texts),
        candidates=tuple(candidates),
        authors=(None,) * len(candidates),
        winner=0,
        rule="utilitarian",
        members=members,
        in_prompt=frozenset(members),
        agreement=np.full((len(texts), len(candidates)), 0.6) if agreement is None else agreement,
    )


def measured(one: DraftedRound) -> dict[str, float | None]:
    words = Words()
    found = influence(one, words, words.score, BagOfWords())
    return {member.member: member.influence for member in found.members}


def test_whose_words_became_the_statement_moved_it_most_and_the_unrelated_did_not() -> None:
    one = drafted(["We want more green trees", "Dogs bark", "soup is good"], ["Dogs bark"])
    assert measured(one) == {"m0": 0.0, "m1": 2.0, "m2": 0.0}


def test_words_that_two_members_share_are_the_merit_of_neither_alone() -> None:
    assert measured(drafted(["Dogs bark", "Dogs bark", "soup"], ["Dogs bark"])) == {"m0": 0.0, "m1": 0.0, "m2": 0.0}


def test_a_member_with_several_opinions_is_left_out_whole() -> None:
    one = drafted(["Dogs bark", "at night"], ["Dogs bark at night"])
    both = replace(
        one,
        job=one.job.model_copy(
            update={"opinions": tuple(o.model_copy(update={"member": "m0"}) for o in one.job.opinions)}
        ),
    )
    assert measured(both)["m0"] == 4.0
    assert measured(both)["m1"] is None


def test_each_of_several_opinions_is_left_out_alone() -> None:
    one = drafted(["Dogs bark", "at night", "at night", "soup"], ["Dogs bark at night"])
    members = ("m0", "m0", "m0", "m1")
    opinions = tuple(o.model_copy(update={"member": m}) for o, m in zip(one.job.opinions, members, strict=True))
    words = Words()
    several = replace(one, job=one.job.model_copy(update={"opinions": opinions}))
    found = {part.member: part for part in influence(several, words, words.score, BagOfWords()).members}
    assert found["m0"].influence == 4.0
    assert dict(found["m0"].opinions) == {"o0": 2.0, "o1": 0.0, "o2": 0.0}, "two say the same"
    assert found["m1"].opinions == (("o3", found["m1"].influence),)


def test_the_parts_make_up_the_prompt_that_was_drafted_from() -> None:
    words = Words()
    opinions, parted = prompt_in_parts(job(STREET), "A statement.", words, BagOfWords(), DraftingOptions())
    assert {opinion.member for opinion in opinions} == {f"m{n}" for n in range(len(STREET))}
    text = {number: word for word, number in words.known.items()}
    whole = " ".join(text[token] for part in (parted.head, *parted.parts, parted.tail) for token in part)
    assert "What members said:" in whole
    for opinion in STREET:
        assert " ".join(opinion.split()) in whole
    assert whole.rstrip().endswith("<answer>")


def test_a_silently_excluded_camp_shows_up() -> None:
    texts = [*STREET_CAMP, *PARKING]
    agreement = np.array([[0.9, 0.85]] * 2 + [[0.2, 0.25]] * 2)
    one = drafted(texts, STREET_CAMP, agreement=agreement)
    one = replace(one, in_prompt=frozenset({"m0", "m1"}))
    words = Words()
    found = influence(one, words, words.score, BagOfWords())
    assert found.unheld == ("m2", "m3")
    assert found.agreement_in_prompt == pytest.approx(0.9)
    assert found.agreement_left_out == pytest.approx(0.2)


def test_a_minority_whose_share_selection_shrinks_is_reported_with_its_members() -> None:
    agreement = np.array([[0.9, 0.6]] * 5 + [[0.1, 0.8]] * 2)
    found = influence(
        drafted([f"opinion {n}" for n in range(7)], ["first", "second"], agreement=agreement),
        words := Words(),
        words.score,
        BagOfWords(),
    )
    ((members, weight),) = found.minorities
    assert members == ("m5", "m6")
    assert weight.winner < weight.drafts < weight.members + 0.1


def test_groups_that_do_not_stand_apart_are_not_called_minorities() -> None:
    words = Words()
    assert influence(drafted(STREET, ["x"]), words, words.score, BagOfWords()).minorities == ()


def test_ones_own_sentence_as_candidate_counts_as_being_held_only_if_it_won() -> None:
    one = replace(drafted([*STREET_CAMP[:1], *PARKING[:1]], [STREET_CAMP[0], PARKING[0]]), authors=("m0", "m1"))
    assert held_members(one, BagOfWords()) == frozenset({"m0"})


def test_a_job_without_a_member_holds_nothing_of_theirs() -> None:
    opinions = (GivenOpinion(id="o0", member="a", text="x"), GivenOpinion(id="o1", member="b", text="y"))
    left = without(DraftJob(draft="d", round=1, question="q", opinions=opinions), "a")
    assert [opinion.member for opinion in left.opinions] == ["b"]


@pytest.mark.model
def test_with_the_bundled_model_a_copied_opinion_has_the_top_influence() -> None:
    model = language_model()
    one = drafted(STREET, [STREET[1]])
    found = influence(one, model, lambda parted, order: leave_one_out(model, parted, order), embedder(), orderings=1)
    gains = {member.member: member.influence or 0.0 for member in found.members}
    assert max(gains, key=lambda name: gains[name]) == "m1"
    assert gains["m1"] > 5.0


def test_where_predictions_stay_in_the_store_influence_is_told_without_them() -> None:
    one = replace(drafted(["Dogs bark", "soup"], ["Dogs bark"]), members=(), in_prompt=frozenset())
    one = replace(one, agreement=np.zeros((0, 1)))
    words = Words()
    found = influence(one, words, words.score, BagOfWords())
    assert [(member.influence, member.agreement) for member in found.members] == [(2.0, None), (0.0, None)]
    assert found.agreement_in_prompt is None
    assert found.agreement_left_out is None


def test_nobody_whose_words_no_prompt_held_is_said_to_have_moved_anything() -> None:
    one = drafted(["Dogs bark", "soup"], ["Dogs bark"])
    words = Words()
    read = influence(one, words, words.score, BagOfWords())
    first, *others = one.members
    found = influence(replace(one, in_prompt=one.in_prompt - {first}), words, words.score, BagOfWords())
    told = {member.member: member.influence for member in found.members}
    assert told[first] is None
    assert {member: told[member] for member in others} == {
        member.member: member.influence for member in read.members if member.member != first
    }
