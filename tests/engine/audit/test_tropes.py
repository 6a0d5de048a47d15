"""A5: a planted trope is caught, honest drafts pass."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audit.clusters import NOISE, dbscan
from engine.audit.figure import TOO_FEW
from engine.audit.tropes import (
    EPS,
    LEAST_DELIBERATIONS,
    Drafted,
    audit_tropes,
    jaccard,
    kept_clusters,
    least_points,
    long_enough,
    representative,
)
from tests.engine.models.loaded import embedder

SUBJECTS = (
    ("the swimming pool should open before seven", "a lifeguard costs more than the tickets bring in"),
    ("dogs must be kept on a leash in the park", "a fenced meadow where dogs can run would help"),
    ("the choir should rehearse on Thursdays", "many singers work late on Thursdays"),
    ("we want vegetarian food in the canteen every day", "meat twice a week is enough for me"),
    ("bicycles need a roof at the station", "parking for cars is more urgent than bicycles"),
    ("the library should lend musical instruments", "old guitars break and nobody repairs them"),
    ("street lamps should go off after midnight", "I do not feel safe walking home in the dark"),
    ("every pupil should learn to cook", "the school kitchen has room for only ten pupils"),
    ("the allotments need a common well", "pumping water by hand is good exercise"),
    ("the chess club wants new clocks", "digital clocks confuse the older players"),
    ("our lift is too slow in the morning", "people should take the stairs to the second floor"),
    ("let us plant fruit trees along the road", "fallen fruit attracts wasps every summer"),
    ("the office should be silent until noon", "we need to talk to each other to get work done"),
    ("mobile phones should be banned at dinner", "I have to be reachable for my mother"),
    ("the village needs a bus on Sundays", "an empty bus on Sundays wastes fuel"),
    ("the band should play fewer old songs", "the audience comes for the old songs"),
    ("recycling bins are emptied too rarely", "there are enough bins if people flatten cardboard"),
    ("the theatre needs cheaper tickets for students", "actors must be paid from the tickets"),
)
"""What the members of a deliberation say each: one for something, one against."""
PLANTED = (
    "Artificial intelligence will make this decision much easier for everyone.",
    "Artificial intelligence will make this decision a lot easier for everybody.",
    "Artificial intelligence can make this decision much easier for everyone.",
)


def honest() -> list[Drafted]:
    """Drafts that say what members said, in a drafter's words."""
    made: list[Drafted] = []
    for number, (one, other) in enumerate(SUBJECTS):
        drafts = (
            f"We agree that {one}.",
            f"Some of us think that {one}, while {other}.",
            f"It is important that {other}.",
        )
        made.append(Drafted(f"d{number}", drafts, (f"I think {one}.", f"I would say {other}.")))
    return made


def planted(times: int) -> list[Drafted]:
    """The same with an argument that nobody made in the first so many."""
    return [
        Drafted(one.name, (*one.sentences, *((PLANTED[at % 3],) if at < times else ())), one.said)
        for at, one in enumerate(honest())
    ]


def test_a_planted_trope_is_caught() -> None:
    found = audit_tropes(planted(6), embedder(), seed=1)
    assert found.verdict == "trope"
    (trope,) = [figure for figure in found.figures if figure.verdict == "trope" and figure.about]
    assert trope.about in PLANTED
    assert trope.statements == 6
    assert trope.value == 1.0
    assert trope.interval == (1.0, 1.0)


def test_honest_drafts_pass() -> None:
    found = audit_tropes(honest(), embedder(), seed=1)
    assert found.verdict == "no_trope", [figure.about for figure in found.figures]


def test_what_members_keep_saying_is_no_trope() -> None:
    """The same argument everywhere, but each time somebody made it."""
    said = [Drafted(one.name, one.sentences, (*one.said, PLANTED[0])) for one in planted(len(SUBJECTS))]
    found = audit_tropes(said, embedder(), seed=1)
    assert found.verdict == "no_trope"
    assert [figure.verdict for figure in found.figures if figure.about in PLANTED] == ["grounded"]


def test_a_frame_that_argues_nothing_is_told_apart() -> None:
    frame = "Our group has found common ground."
    framed = [Drafted(one.name, (frame, *one.sentences), one.said) for one in honest()]
    found = audit_tropes(framed, embedder(), seed=1)
    assert {figure.about: figure.verdict for figure in found.figures}[frame] == "frame"
    assert found.verdict == "no_trope"


def test_a_subject_that_one_group_repeats_is_no_trope() -> None:
    first, *others = honest()
    found = audit_tropes([Drafted("d0", PLANTED * 3, first.said), *others], embedder(), seed=1)
    assert found.verdict == "no_trope"


@pytest.mark.parametrize("deliberations", [0, 1, LEAST_DELIBERATIONS - 1])
def test_too_few_deliberations_tell_nothing(deliberations: int) -> None:
    found = audit_tropes(planted(6)[:deliberations], embedder(), seed=1)
    assert found.verdict == TOO_FEW
    assert found.figures[0].value is None


def test_only_sentences_over_twenty_characters_count() -> None:
    assert long_enough("Twenty characters xx. This sentence is long enough.") == [
        "Twenty characters xx.",
        "This sentence is long enough.",
    ]
    assert long_enough("Nineteen and a dot.") == []


def test_min_samples_is_the_papers_at_the_papers_size() -> None:
    assert [least_points(size) for size in (0, 150, 5_000, 20_597, 1_000_000)] == [3, 3, 5, 10, 10]


def test_tropes_of_two_models_are_compared_by_jaccard() -> None:
    assert jaccard({"a", "b", "c"}, {"b", "c", "d"}) == 0.5
    assert jaccard((), ()) == 1.0


def unit(angles: list[float]) -> np.ndarray:
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_density_joins_chains_and_leaves_noise() -> None:
    # cos(0.5) = .878: within .15; a step of .6 rad is not (cos = .825).
    points = unit([0.0, 0.5, 1.0, 1.6, 3.0])
    assert dbscan(points, eps=EPS, least=2).tolist() == [0, 0, 0, NOISE, NOISE]
    assert dbscan(points, eps=EPS, least=3).tolist() == [0, 0, 0, NOISE, NOISE]
    assert dbscan(points, eps=EPS, least=4).tolist() == [NOISE] * 5


def test_a_loose_chain_over_half_of_everything_is_a_catch_all() -> None:
    chain = [0.4 * step for step in range(10)]
    tight = [4.5, 4.51, 4.52, 4.53]
    found = kept_clusters(unit([*chain, *tight]), 3)
    assert [one.tolist() for one in found] == [[10, 11, 12, 13]]


def test_the_representative_is_nearest_to_the_centre() -> None:
    assert representative(unit([0.0, 0.2, 0.25, 0.5])) == 2
