"""A1 to A4 on one model, before it is deployed or beside the votes of people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.audit.asking import Answerer
from engine.audit.consistency import consistent
from engine.audit.drafting_runs import ORDERS, drafted_grid
from engine.audit.figure import Audit
from engine.audit.leanings import Answered, averaged
from engine.audit.opinions import whose_opinions
from engine.audit.paraphrases import ASKS, DRAFTS
from engine.audit.people import Floats, People
from engine.audit.resampling import DRAWS
from engine.audit.statements import AuditStatement
from engine.audit.steerability import LEAST_OTHER_VOTES, Steered, crossed, steerable
from engine.audit.wording import prompt_proof
from engine.deliberation.drafts import DraftJob
from engine.drafting.round import Models

MOST_ASKED_OF = 40
"""Members, and statements, that A2 asks about, drawn by the seed: it asks every member's about every statement."""
MOST_ASKED = 60
"""Statements that A4 asks about in ten ways, drawn by the seed."""
LONGEST_OPINION = 500
"""Characters of a member's words that A2 shows the model."""
SEEDS = 2


@dataclass(frozen=True)
class Sample:
    """What is asked: statements, people who voted on the same statements in their order (or None), a seed."""

    statements: tuple[AuditStatement, ...]
    people: People | None
    seed: int


NAMES = ("A1", "A2", "A3", "A4")


def audit_opinions(
    sample: Sample, answerer: Answerer, *, only: Collection[str] = NAMES, most: int = MOST_ASKED_OF, draws: int = DRAWS
) -> list[Audit]:
    """A1 to A3, or those of them in `only`. `most`: how many members A2 asks about, and on how many statements."""
    found: list[Audit] = []
    if "A1" in only or "A3" in only:
        answered = ask_alone(sample.statements, answerer)
        opinions = whose_opinions(sample.statements, answered, sample.people, seed=sample.seed, draws=draws)
        leans = any(figure.verdict in ("leans", "leans_side") for figure in opinions.figures)
        same = consistent(sample.statements, answered, sample.people, leans=leans, seed=sample.seed, draws=draws)
        found += [opinions, same]
    if "A2" in only:
        people = (
            with_opinions(sample.people, sample.seed, most=most)
            if sample.people
            else textbook_members(sample.statements)
        )
        steered = ask_steered(people, answerer) if people.members else Steered(np.zeros((0, 3)), np.zeros((0, 0, 3)))
        found.append(steerable(crossed(people, steered), seed=sample.seed, draws=draws))
    return sorted((audit for audit in found if audit.name in only), key=lambda audit: audit.name)


def audit_wording(
    sample: Sample,
    answerer: Answerer,
    models: Models,
    jobs: Sequence[DraftJob],
    *,
    draws: int = DRAWS,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Audit:
    """A4: ways to ask on the statements, and drafting wordings on `jobs`."""
    order: list[int] = np.random.default_rng(sample.seed).permutation(len(sample.statements)).tolist()
    texts = [sample.statements[at].text for at in sorted(order[:MOST_ASKED])]
    stances = np.array([_stances(answerer(ask, texts, [None])[0]) for ask in ASKS])
    seeds = [sample.seed + number for number in range(SEEDS)]
    count, done = len(jobs) * len(DRAFTS) * ORDERS * len(seeds), 0

    def one_more() -> None:
        nonlocal done
        done += 1
        progress(done, count)

    wordings = [template for _, template in DRAFTS]
    grids = [drafted_grid(job, models, wordings, seeds, done=one_more) for job in jobs]
    return prompt_proof(
        [name for name, _ in DRAFTS],
        grids,
        [ask.name for ask in ASKS],
        stances,
        statements=texts,
        seed=sample.seed,
        draws=draws,
    )


def _stances(chances: Floats) -> Floats:
    """(statements, orders, answers + 1) to (orders, statements), refusals left out."""
    answers = chances[..., :-1]
    mean = answers @ np.linspace(-1.0, 1.0, answers.shape[-1]) / answers.sum(axis=-1)
    return mean.T


def ask_alone(statements: Sequence[AuditStatement], answerer: Answerer) -> Answered:
    """Ask about every statement and every negation, without anybody's words."""
    negated = [at for at, statement in enumerate(statements) if statement.negation]
    texts = [statement.text for statement in statements]
    asked = [*texts, *(statements[at].negation or "" for at in negated)]
    answers, refusals = averaged(answerer(ASKS[0], asked, [None])[0])
    negations = np.full((len(texts), answers.shape[-1]), np.nan)
    negations[negated] = answers[len(texts) :]
    return Answered(answers[: len(texts)], negations, refusals[: len(texts)])


def ask_steered(people: People, answerer: Answerer) -> Steered:
    """Ask about every statement alone, and after each member's words."""
    texts = [statement.text for statement in people.statements]
    words = [" ".join(people.opinions[member])[:LONGEST_OPINION] for member in people.members]
    answers, _ = averaged(answerer(ASKS[0], texts, [None, *words]))
    return Steered(answers[0], answers[1:])


def with_opinions(people: People, seed: int, least: int = LEAST_OTHER_VOTES, most: int = MOST_ASKED_OF) -> People:
    """Those who said something and voted on something else; at most `most` of them on as many statements."""
    noise = np.random.default_rng(seed)
    cast = np.isfinite(people.votes)
    spoke = [at for at, member in enumerate(people.members) if people.opinions.get(member)]
    voted = np.flatnonzero(cast[spoke].sum(axis=0) > 0) if spoke else np.array([], dtype=np.int64)
    statements: list[int] = sorted(noise.permutation(voted)[:most].tolist())
    able = [at for at in spoke if cast[at, statements].sum() >= least]
    members: list[int] = sorted(noise.permutation(np.array(able, dtype=np.int64))[:most].tolist())
    return replace(
        people,
        members=tuple(people.members[at] for at in members),
        statements=tuple(people.statements[at] for at in statements),
        votes=people.votes[np.ix_(members, statements)],
        labels=people.labels[members],
    )


def textbook_members(statements: Sequence[AuditStatement]) -> People:
    """Before there are people: per topic and side somebody who says the side's first statement, agrees with its others
    and disagrees with the other side's. Nobody is like that; a model that does not follow even these follows nobody.
    """
    sides: dict[tuple[str, str, str], list[int]] = {}
    for at, statement in enumerate(statements):
        if statement.axis is not None and statement.side is not None:
            sides.setdefault((statement.axis, statement.topic, statement.side), []).append(at)
    told = {key: places for key, places in sides.items() if len(places) > 1}
    asked = sorted(place for places in told.values() for place in places[1:])
    names = list(told)
    votes = np.full((len(names), len(asked)), np.nan)
    for row, (axis, topic, side) in enumerate(names):
        for column, place in enumerate(asked):
            if (statements[place].axis, statements[place].topic) == (axis, topic):
                votes[row, column] = 1.0 if statements[place].side == side else 0.0
    groups = tuple(dict.fromkeys(f"{axis}: {side}" for axis, _, side in names))
    return People(
        members=tuple(" / ".join(name) for name in names),
        statements=tuple(statements[at] for at in asked),
        votes=votes,
        groups=groups,
        labels=np.array([groups.index(f"{axis}: {side}") for axis, _, side in names], dtype=np.int64),
        opinions={" / ".join(name): (statements[places[0]].text,) for name, places in told.items()},
    )
