"""What deliberations' events hold for the audits: drafted sentences, opinions, reactions, and polls.

An exported log has no reactions; those are in a deployment's store only. Nothing joins what a person said with how they
voted: a reaction's row is a voter's handle and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audit.figure import TOO_FEW, Audit, Figure
from engine.audit.held_out import held_out
from engine.audit.least_effects import BALLOTS
from engine.audit.resampling import interval_of
from engine.audit.tropes import Drafted, audit_tropes, long_enough
from engine.audit.votes import Effort, audit_votes
from engine.deliberation.drafts import DraftJob
from engine.deliberation.events import AnyEvent
from engine.deliberation.evolve import fold
from engine.deliberation.quick_votes import author, reactions
from engine.deliberation.state import State
from engine.drafting.sources import TextEmbedder
from engine.influence import last_round
from engine.reward.closed_polls import StatementScore, closed_statements, score_polls
from engine.reward.interface import RewardModel
from engine.reward.voting_model import VotingModel

Floats = NDArray[np.float64]
Deliberations = Mapping[str, Sequence[AnyEvent]]
"""Events by the deliberation's name."""


def drafted_sentences(name: str, events: Sequence[AnyEvent]) -> Drafted:
    """What the drafter wrote and the checks let pass, and what members said, as far as either is still shown."""
    state = fold(events)
    texts = [
        candidate.text.value
        for draft in sorted(state.drafts.values(), key=lambda one: one.number)
        for candidate in draft.running
        if candidate.origin == "drafted" and candidate.text.value is not None and state.is_shown(candidate.id)
    ]
    written = dict.fromkeys(sentence for text in texts for sentence in long_enough(text))
    opinions = [opinion.text.value for opinion in state.live_opinions if opinion.text.value is not None]
    said = dict.fromkeys(sentence for opinion in opinions for sentence in long_enough(opinion) or [opinion])
    return Drafted(name, tuple(written), tuple(said))


@dataclass(frozen=True)
class Reactions:
    """`votes`: (voters, statements) with 0 disagree, .5 pass, 1 agree, NaN not voted; `statements` are their texts."""

    votes: Floats
    statements: tuple[str, ...]


def reactions_of(state: State) -> Reactions | None:
    """The quick votes of a deliberation; None below k voters, and in an exported log."""
    cast = {voter: reactions(state, voter) for voter in sorted(state.quick_votes)}
    voters = [voter for voter, own in cast.items() if own]
    if len(voters) < state.settings.ballots_shown_from:
        return None
    texts = {statement: text_of_statement(state, statement) for voter in voters for statement in cast[voter]}
    # An opinion and the member's sentence that was taken from it are one statement.
    known = sorted({text for text in texts.values() if text})
    votes = np.full((len(voters), len(known)), np.nan)
    for row, voter in enumerate(voters):
        for statement, vote in cast[voter].items():
            text = texts[statement]
            if text:
                votes[row, known.index(text)] = (vote + 1) / 2
    return Reactions(votes, tuple(known))


def text_of_statement(state: State, statement: str) -> str | None:
    """The words of an opinion or a candidate, a member's own sentence as the opinion that it is from."""
    candidate = state.candidate(statement)
    if candidate is not None and author(state, statement) is None:
        return candidate.text.value
    opinion = state.opinions.get(statement if candidate is None else candidate.opinion or "")
    return None if opinion is None else opinion.text.value


def audit_reactions(
    deliberations: Deliberations, model: RewardModel, *, seed: int, effort: Effort | None = None
) -> Audit | None:
    """A6 over all deliberations' quick votes, each predicted without itself; None where no log holds any.

    Only statements of one deliberation are ever compared: nobody reacted to two.
    """
    found = [one for one in (reactions_of(fold(events)) for events in deliberations.values()) if one is not None]
    if not found:
        return None
    actual, rows, columns = _joined([one.votes for one in found])
    predicted, _, _ = _joined([held_out(one.votes, one.statements, model, seed=seed) for one in found])
    return audit_votes(predicted, actual, seed=seed, chances=True, effort=effort, blocks=(rows, columns))


def _joined(matrices: Sequence[Floats]) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Matrices along one diagonal, NaN elsewhere, and which one each row and column is of."""
    rows = np.repeat(np.arange(len(matrices)), [len(one) for one in matrices])
    columns = np.repeat(np.arange(len(matrices)), [one.shape[1] for one in matrices])
    joined = np.full((len(rows), len(columns)), np.nan)
    for at, one in enumerate(matrices):
        joined[np.ix_(rows == at, columns == at)] = one
    return joined, rows, columns


MOST_REDRAFTED, CANDIDATES = 3, 4
"""Deliberations that A4 drafts again, and candidates of each run: every one takes dozens of runs."""


def jobs_of(deliberations: Deliberations) -> list[DraftJob]:
    """The last rounds' drafting jobs as far as their words are at hand, those with most opinions first."""
    found = [one.job for one in map(last_round, deliberations.values()) if one is not None and one.job.opinions]
    found.sort(key=lambda job: -len(job.opinions))
    return [job.model_copy(update={"candidates": CANDIDATES}) for job in found[:MOST_REDRAFTED]]


LEAST_GRADED = 3
"""Statements that polls must have graded before their prediction is judged."""


def poll_figures(deliberations: Deliberations, *, seed: int, draws: int = 1000) -> tuple[tuple[Figure, ...], Floats]:
    """How far the predicted share of agreement was from the ballots', over the statements of all closed polls.

    Ballots are unlinked, so the interval is over the ballots of each statement (binomial); the null is another
    statement's prediction, and the ceiling the distance that as many ballots have from the truth itself. Also the
    statements' (predicted, agreed, ballots), (statements, 3).
    """
    scores = [
        score
        for events in deliberations.values()
        if (state := fold(events)).poll is not None
        for score in closed_statements(events)
        if score.graded >= state.settings.ballots_shown_from
    ]
    points = [(one.predicted, one.agreed, float(one.graded)) for one in scores]
    return (_apart(scores, seed, draws),), np.array(points).reshape(len(scores), 3)


def _apart(scores: Sequence[StatementScore], seed: int, draws: int) -> Figure:
    told = score_polls(scores)
    if told is None or told.statements < LEAST_GRADED:
        return Figure(name="ballots_apart", value=None, verdict=TOO_FEW, statements=len(scores))
    noise = np.random.default_rng(seed)
    predicted = np.array([one.predicted for one in scores])
    agreed = np.array([one.agreed for one in scores])
    ballots = np.array([one.graded for one in scores])

    def apart(guess: Floats, share: Floats) -> Floats:
        return np.asarray(np.average(np.abs(guess - share), axis=-1, weights=ballots))

    cast = noise.binomial(ballots, agreed, size=(draws, len(ballots))) / ballots
    drawn = apart(predicted, cast)
    null = interval_of(apart(noise.permuted(np.tile(predicted, (draws, 1)), axis=1), agreed))
    low = float(apart(agreed, cast).mean())
    interval = interval_of(drawn - drawn.mean() + told.apart)
    verdict = "ballots_near" if null is not None and told.apart < null[0] else "ballots_unrelated"
    if interval is not None and interval[0] <= low + BALLOTS:
        verdict = "ballots_near"
    return Figure(
        name="ballots_apart",
        value=told.apart,
        interval=None if interval is None else (max(0.0, interval[0]), interval[1]),
        null=null,
        ceiling=low,
        least=low + BALLOTS,
        statements=told.statements,
        members=told.grades,
        verdict=verdict,
    )


def audit_deliberations(
    deliberations: Deliberations, embedder: TextEmbedder, *, seed: int, effort: Effort | None = None
) -> list[Audit]:
    """A5 and A6. Whoever asks sees to it that the deliberations have ended: nothing is told before the close."""
    drafts = [drafted_sentences(name, events) for name, events in deliberations.items()]
    tropes = audit_tropes(drafts, embedder, seed=seed)
    reactions = audit_reactions(deliberations, VotingModel(embedder), seed=seed, effort=effort)
    polls, points = poll_figures(deliberations, seed=seed)
    if reactions is None:
        calibration = [list[float | None](row) for row in points.tolist()]
        return [
            tropes,
            Audit(name="A6", verdict=polls[0].verdict, figures=tuple(polls), data={"calibration": calibration}),
        ]
    return [tropes, reactions.model_copy(update={"figures": (*reactions.figures, *polls)})]
