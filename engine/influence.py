"""Who moved the statement, and who was left out.

Members whose words were left out of the drafting dissent more (Bakker et al. 2022, arXiv 2211.15006, section 4). So
for a round this says how much likelier the winner became through each member's words, how far those are expected to
agree whose words no prompt held, what drafting and selection did to minorities, and whose view no candidate holds.

A member's influence is log P(winner | everybody's words, theirs last) - log P(winner | everybody else's words), in nats
under the model that drafted, averaged over orders of the others. Where a member gave several opinions, each is also
left out alone; what two of them say alike is then the merit of neither, so they need not add up to the member's. It
tells what the model did with the words, not what people would have done; a bundled model of 135M parameters is a weak
witness.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.deliberation.errors import DeliberationError
from engine.deliberation.events import (
    KEEP_THINGS,
    AnyEvent,
    CandidatesDrafted,
    DraftingStarted,
    PollClosed,
    StatementSelected,
)
from engine.deliberation.evolve import fold
from engine.deliberation.rounds import draft_job
from engine.drafting.language import language_of
from engine.drafting.options import DraftingOptions
from engine.drafting.prompt import PromptTokenizer, build_prompts
from engine.drafting.reported import told_sentences
from engine.drafting.round import opinion_tokens
from engine.drafting.sentences import one_line
from engine.drafting.sources import GROUNDED_FROM, TextEmbedder, read_opinions
from engine.drafting.templates import template_for
from engine.models.likelihood import LeftOut, Parted
from welfare import STAND_APART_FROM, MinorityWeight, find_groups, minorities, minority_weight

Floats = NDArray[np.float64]

_MARK = "§§§"


class Tokenizer(PromptTokenizer, Protocol):
    """A language model as far as prompts need it."""

    @property
    def context_limit(self) -> int: ...  # noqa: D102


Scorer = Callable[[Parted, Sequence[int]], LeftOut]
"""Leaves out each part once, in this order: `engine.models.likelihood.leave_one_out` with a model."""


@dataclass(frozen=True)
class DraftedRound:
    """What a log holds of one round: its job, the candidates in the running and which of them won.

    `candidate` is the winner's id. `members` run along the rows of `agreement` (members, candidates), P(grade >= 5);
    `in_prompt` are those whose words a prompt held. Members that were erased since are in none of them, and nobody is
    where predictions did not leave the store.
    """

    job: DraftJob
    candidates: tuple[str, ...]
    authors: tuple[str | None, ...]
    """Per candidate: whose sentence it is, None for drafts."""
    winner: int
    rule: str
    members: tuple[str, ...]
    in_prompt: frozenset[str]
    agreement: Floats
    candidate: str = ""

    @property
    def speakers(self) -> tuple[str, ...]:
        """Everyone whose words the round was about: those with predictions first, in their order."""
        return tuple(dict.fromkeys([*self.members, *(opinion.member for opinion in self.job.opinions)]))


@dataclass(frozen=True)
class MemberInfluence:
    """One member's part in a round.

    `influence`: in nats, None where their words were in no prompt (or there was nothing to leave out). `agreement`:
    their predicted chance to agree with the winner, None where predictions did not leave the store. `held`: whether the
    winner, or a candidate that is not their own sentence, says what they said. `opinions`: by id, the influence of each
    of their opinions that the prompt held.
    """

    member: str
    influence: float | None
    agreement: float | None
    held: bool
    opinions: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class RoundInfluence:
    """Who moved a round's winner, and who was left out.

    `agreement_in_prompt`, `agreement_left_out`: the mean predicted agreement of those whose words a prompt held and of
    the others, None where there is nobody. `minorities`: for each minority among predicted opinion groups, its members
    and its weight before and after selection; empty where no groups stand apart.
    """

    members: tuple[MemberInfluence, ...]
    agreement_in_prompt: float | None
    agreement_left_out: float | None
    minorities: tuple[tuple[tuple[str, ...], MinorityWeight], ...]

    @property
    def unheld(self) -> tuple[str, ...]:
        """Members whose view no candidate holds."""
        return tuple(one.member for one in self.members if not one.held)


def last_round(events: Sequence[AnyEvent]) -> DraftedRound | None:
    """The round of a log's statement, None where there is none: what the ballots chose, else the last one selected.

    Raises `DeliberationError` ("words_gone") where words that the round rested on were erased or the log is an export
    without them.
    """
    winner = _statement(events)
    if winner is None:
        return None
    draft = winner.partition(".")[0]
    chosen = next(event for event in events if isinstance(event, StatementSelected) and event.draft == draft)
    started = max(
        at for at, event in enumerate(events) if isinstance(event, DraftingStarted) and event.draft == chosen.draft
    )
    drafted = next(event for event in events if isinstance(event, CandidatesDrafted) and event.draft == chosen.draft)
    job = draft_job(fold(events[: started + 1]), chosen.draft)
    author = {opinion.id: opinion.member for opinion in job.opinions}
    running = [candidate for candidate in drafted.candidates if candidate.rejected is None]
    if any(candidate.id == winner and candidate.text.value is None for candidate in running):
        raise DeliberationError("words_gone", draft=draft)
    rows = [(row.member, row.prediction.value) for row in drafted.profile]
    known = [(member, value) for member, value in rows if value is not None]
    return DraftedRound(
        job=job,
        candidates=tuple(candidate.text.value or "" for candidate in running),
        authors=tuple(author.get(candidate.opinion) if candidate.opinion else None for candidate in running),
        winner=[candidate.id for candidate in running].index(winner),
        rule=chosen.rule,
        members=tuple(member for member, _ in known),
        in_prompt=frozenset(member for member, value in known if value.in_prompt),
        agreement=np.array([value.mean for _, value in known], dtype=np.float64).reshape(len(known), len(running)),
        candidate=winner,
    )


def _statement(events: Sequence[AnyEvent]) -> str | None:
    for event in reversed(events):
        if isinstance(event, PollClosed) and event.choice != KEEP_THINGS:
            return event.choice
        if isinstance(event, StatementSelected):
            return event.winner
    return None


def influence(
    drafted: DraftedRound,
    tokenizer: Tokenizer,
    scorer: Scorer,
    embedder: TextEmbedder,
    *,
    orderings: int = 2,
    options: DraftingOptions | None = None,
) -> RoundInfluence:
    """Measure a round. The order of members is drawn from the job's seed, another for each of `orderings`."""
    moved = _moved(drafted, tokenizer, scorer, embedder, orderings, options or DraftingOptions())
    held = held_members(drafted, embedder)
    to_winner = drafted.agreement[:, drafted.winner]
    predicted = dict(zip(drafted.members, to_winner.tolist(), strict=True))
    unread = set(drafted.members) - drafted.in_prompt
    inside = np.array([member in drafted.in_prompt for member in drafted.members], dtype=bool)
    return RoundInfluence(
        members=tuple(
            MemberInfluence(
                member,
                None if member in unread else moved.members.get(member),
                predicted.get(member),
                member in held,
                () if member in unread else moved.opinions_of(member),
            )
            for member in drafted.speakers
        ),
        agreement_in_prompt=float(to_winner[inside].mean()) if inside.any() else None,
        agreement_left_out=float(to_winner[~inside].mean()) if (~inside).any() else None,
        minorities=_minorities(drafted),
    )


def without(job: DraftJob, member: str) -> DraftJob:
    """The job as it would have been if `member` had said nothing: for a redraft without them."""
    return job.model_copy(
        update={
            "draft": f"{job.draft}-without",
            "opinions": tuple(opinion for opinion in job.opinions if opinion.member != member),
            "critiques": tuple(critique for critique in job.critiques if critique.member != member),
            "quick_votes": tuple(vote for vote in job.quick_votes if vote.member != member),
        }
    )


def held_members(drafted: DraftedRound, embedder: TextEmbedder) -> frozenset[str]:
    """Members of whose sentences at least one is said by a candidate. Their own sentence as one says it if it won:
    everyone's competes, so that it does says nothing.
    """
    spoken = read_opinions(drafted.job.opinions, embedder)
    held: set[str] = set()
    for number, (text, author) in enumerate(zip(drafted.candidates, drafted.authors, strict=True)):
        said = told_sentences(text)
        if not said or not spoken.texts:
            continue
        closeness = spoken.closeness(embedder.embed(said).astype(np.float64)).max(axis=0)
        near = (spoken.opinions[int(at)].member for at in np.flatnonzero(closeness >= GROUNDED_FROM))
        held.update(member for member in near if member != author or number == drafted.winner)
    return frozenset(held)


@dataclass(frozen=True)
class _Moved:
    """By how many nats members' words moved the winner, and each opinion of theirs: for those that the prompt held."""

    held: tuple[GivenOpinion, ...]
    members: Mapping[str, float]
    opinions: Mapping[str, float]

    def opinions_of(self, member: str) -> tuple[tuple[str, float], ...]:
        """A member's opinions with the influence of each; of a single one it is the member's."""
        own = [opinion.id for opinion in self.held if opinion.member == member]
        return tuple((one, self.opinions[one] if len(own) > 1 else self.members[member]) for one in own)


def _moved(
    drafted: DraftedRound,
    tokenizer: Tokenizer,
    scorer: Scorer,
    embedder: TextEmbedder,
    orderings: int,
    options: DraftingOptions,
) -> _Moved:
    opinions, by_opinion = prompt_in_parts(
        drafted.job, drafted.candidates[drafted.winner], tokenizer, embedder, options
    )
    if not opinions:
        return _Moved((), {}, {})
    members, by_member = joined_by_member(opinions, by_opinion)
    seed = drafted.job.seed
    of_members = dict(zip(members, _gains(by_member, scorer, orderings, [seed, 2]).tolist(), strict=True))
    if len(members) == len(opinions):
        return _Moved(opinions, of_members, {})
    gains = _gains(by_opinion, scorer, orderings, [seed, 3]).tolist()
    return _Moved(opinions, of_members, {one.id: gain for one, gain in zip(opinions, gains, strict=True)})


def _gains(parted: Parted, scorer: Scorer, orderings: int, seed: Sequence[int]) -> Floats:
    """What each part adds to the statement's log-likelihood, (parts,), averaged over random orders of the others."""
    random = np.random.default_rng(seed)
    gains = np.zeros(len(parted.parts))
    for _ in range(orderings):
        found = scorer(parted, [int(at) for at in random.permutation(len(parted.parts))])
        gains += (found.included - found.left_out) / orderings
    return gains


def prompt_in_parts(
    job: DraftJob, statement: str, tokenizer: Tokenizer, embedder: TextEmbedder, options: DraftingOptions
) -> tuple[tuple[GivenOpinion, ...], Parted]:
    """The opinions that the drafting prompt holds, and the prompt with each as one part, before the statement."""
    language = language_of(opinion.text for opinion in job.opinions) or job.language.partition("-")[0].lower()
    template = replace(template_for(language), answer_begins="")
    budget = opinion_tokens(options, tokenizer.context_limit)
    similarity = read_opinions(job.opinions, embedder).opinion_similarity()
    prompts = build_prompts(job, tokenizer, template, similarity, budget=budget, orderings=1)
    # The prompt around one opinion that cannot occur in it otherwise shows where the opinions' place is.
    mark = job.model_copy(update={"opinions": (GivenOpinion(id=_MARK, member=_MARK, text=_MARK),)})
    around = build_prompts(mark, tokenizer, template, np.ones((1, 1)), budget=budget, orderings=1).tokens[0]
    line = tuple(tokenizer.tokens(f"- {_MARK}\n"))
    at = next(start for start in range(len(around)) if around[start : start + len(line)] == line)
    parts = tuple(tuple(tokenizer.tokens(f"- {one_line(opinion.text)}\n")) for opinion in prompts.opinions)
    tail, continuation = around[at + len(line) :], tuple(tokenizer.tokens(one_line(statement)))
    return prompts.opinions, Parted(around[:at], parts, tail, continuation)


def joined_by_member(opinions: Sequence[GivenOpinion], parted: Parted) -> tuple[tuple[str, ...], Parted]:
    """Whose opinions they are, and the same prompt with all of a member's as one part."""
    parts: dict[str, tuple[int, ...]] = {}
    for opinion, part in zip(opinions, parted.parts, strict=True):
        parts[opinion.member] = parts.get(opinion.member, ()) + part
    return tuple(parts), replace(parted, parts=tuple(parts.values()))


def _minorities(drafted: DraftedRound) -> tuple[tuple[tuple[str, ...], MinorityWeight], ...]:
    if len(drafted.members) < 3:
        return ()
    groups = find_groups(drafted.agreement, seed=0)
    if groups.silhouette < STAND_APART_FROM:
        return ()
    return tuple(
        (
            tuple(member for member, inside in zip(drafted.members, mask, strict=True) if inside),
            minority_weight(drafted.agreement, mask, drafted.rule, seed=drafted.job.seed),
        )
        for mask in minorities(groups.labels).values()
    )
