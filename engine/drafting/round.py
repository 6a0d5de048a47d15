"""One round: opinions in; candidates, what they rest on and each member's predicted agreement out.

Runs wherever the models are. Everything random comes from the job's seed, and budgets are tokens, so the same job on
the same models and threads gives the same result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftedCandidate, DraftJob, DraftResult
from engine.deliberation.events import Model, Rejection
from engine.drafting.guards import Draft, Guards
from engine.drafting.joined_drafts import Own, joined_drafts
from engine.drafting.language import language_of
from engine.drafting.member_sentences import member_candidates
from engine.drafting.options import DraftingOptions, Progress, no_progress
from engine.drafting.prompt import Prompts, build_prompts
from engine.drafting.sentences import one_line
from engine.drafting.sources import TextEmbedder, read_opinions
from engine.drafting.templates import POINT_ENGLISH, Template, against, template_for
from engine.models.agreement import AgreementReader
from engine.models.errors import CancelledError
from engine.models.llama import Request, Sampling
from engine.models.writer import Writer
from engine.reward.interface import RewardModel
from engine.reward.job import known_of
from engine.reward.stacking import stack
from engine.reward.voting_model import same

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Models:
    """The loaded models of a worker. `languages`: what the drafter can write; None where that is not known.

    `reader`: the drafter as a reader of who would agree, None where it does not tell its likelihoods.
    `tuned`: the drafter with its adapter, None where it has none.
    """

    drafter: Writer
    embedder: TextEmbedder
    reward: RewardModel
    fingerprints: tuple[Model, ...]
    languages: frozenset[str] | None
    reader: AgreementReader | None = None
    tuned: Writer | None = None


class Stopwatch:
    """Seconds per step; told to people, never part of a log."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """Give the time since the last lap to `step`."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._last, 4)
        self._last = now


def draft_round(
    job: DraftJob,
    models: Models,
    *,
    options: DraftingOptions | None = None,
    wording: Template | None = None,
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
) -> DraftResult:
    """Draft, check and score one job, with the words of its language's template or with another `wording`.

    There is a candidate in the running whenever there is an opinion: members' own sentences compete with the drafts,
    and where the drafter does not know the group's language they compete alone, which `notes` says. Raises
    `CancelledError` soon after `cancelled()` and the errors of `engine.models`.
    """
    options = options or DraftingOptions()
    watch = Stopwatch()
    progress("reading", 0, len(job.opinions))
    spoken = read_opinions(job.opinions, models.embedder)
    watch.lap("reading")
    language = language_of(opinion.text for opinion in job.opinions) or job.language.partition("-")[0].lower()
    # An adapter learned to say English opinions, in one wording; everything else is the model's own to write.
    fits = language == "en" and wording is None and job.against is None
    tuned = models.tuned if fits and len({opinion.member for opinion in job.opinions}) > 1 else None
    template = POINT_ENGLISH if tuned is not None else wording or template_for(language)
    if job.against is not None:
        template = against(template, one_line(job.against))
    guards = Guards(
        spoken,
        models.embedder,
        instruction=template.answer_begins + template.opinions + template.draft + template.redraft,
        context=[job.question, job.previous or "", job.against or "", *(critique.text for critique in job.critiques)],
        language=language,
        max_words=options.max_words,
        answer_begins=template.answer_begins,
    )
    notes: list[Rejection] = []
    read: tuple[str, ...] = ()
    own: dict[str, Own] = {}
    candidates: list[DraftedCandidate] = []
    if not spoken.texts:
        notes.append(Rejection(code="no_opinions"))
    elif models.languages is not None and language not in models.languages:
        notes.append(Rejection(code="language_not_known", parameters={"language": language}))
    else:
        alike = spoken.opinion_similarity()
        if tuned is not None:
            found = joined_drafts(
                job,
                tuned,
                guards,
                models.embedder,
                alike,
                models.reward,
                options,
                progress=progress,
                cancelled=cancelled,
            )
            candidates, read = found.candidates, found.read
            own = {one.id: found.own[one.id] for one in found.candidates if one.rejected is None}
            watch.lap("drafting")
            watch.seconds |= {"drafted_tokens": found.tokens, "prompt_tokens": found.prompt_tokens}
        else:
            budget = opinion_tokens(options, models.drafter.context_limit)
            prompts = build_prompts(job, models.drafter, template, alike, budget=budget, orderings=options.orderings)
            candidates = _drafts(job, models.drafter, prompts, template, guards, options, watch, progress, cancelled)
            read = prompts.members
            watch.seconds["prompt_tokens"] = sum(len(prompt) for prompt in prompts.tokens)
    if cancelled():
        raise CancelledError
    progress("checking", 0, 1)
    candidates += member_candidates(
        job,
        spoken,
        guards,
        drafted={one.opinion for one in own.values() if one.whole},
        needed=all(candidate.rejected is not None for candidate in candidates),
    )
    watch.lap("checking")
    progress("scoring", 0, 1)
    members = tuple(dict.fromkeys(opinion.member for opinion in job.opinions))
    running = [candidate for candidate in candidates if candidate.rejected is None]
    everybody = known_of(job)
    texts = [_agreed_with(candidate, own, job) for candidate in running]
    prediction = models.reward.predict(everybody, texts, job.leaning)
    if job.leaning is not None:
        notes.append(Rejection(code="leaning_learnt"))
    if models.reader is not None:
        stacking = stack(
            prediction,
            models.reward,
            models.reader,
            everybody,
            texts,
            job.leaning,
            most_tokens=options.reading_tokens,
            cancelled=cancelled,
        )
        prediction = stacking.prediction
        watch.seconds["read_tokens"] = stacking.tokens
        if stacking.helped:
            notes.append(Rejection(code="reading_helped"))
    spoke = [row for row, name in enumerate(everybody) if name in set(members)]
    watch.lap("scoring")
    return DraftResult(
        draft=job.draft,
        inputs_digest=job.inputs_digest,
        candidates=tuple(candidates),
        members=members,
        mean=_rounded(prediction.mean[spoke]),
        spread=_rounded(prediction.spread[spoke]),
        in_prompt=read,
        models=models.fingerprints,
        seed=job.seed,
        notes=tuple(notes),
        timings=watch.seconds,
    )


def _drafts(
    job: DraftJob,
    model: Writer,
    prompts: Prompts,
    template: Template,
    guards: Guards,
    options: DraftingOptions,
    watch: Stopwatch,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> list[DraftedCandidate]:
    """Draw waves of drafts until enough passed the guards or the waves are spent."""
    candidates: list[DraftedCandidate] = []
    tokens = 0
    begins = template.answer_begins if model.continues else ""
    for wave in range(options.waves):
        passed = len(candidates) - len(_rejected_ids(candidates))
        wanted = job.candidates - passed
        if wanted <= 0:
            break
        count = job.candidates if wave == 0 else min(job.candidates, 2 * wanted)
        requests = _requests(job.seed, wave, count, len(prompts.tokens), options, done=len(candidates))
        completions = model.complete(
            prompts.tokens,
            requests,
            max_tokens=options.max_tokens,
            stop=_paragraph_ended,
            cancelled=cancelled,
            progress=lambda done, of: progress("drafting", done, of),
        )
        tokens += sum(completion.tokens for completion in completions)
        watch.lap("drafting")
        first = len(candidates)
        drafts = [
            Draft(
                id=f"d{first + number + 1}",
                text=first_line(begins + completion.text),
                ended=completion.ended,
                seed=request.seed,
                ordering=request.prompt,
            )
            for number, (request, completion) in enumerate(zip(requests, completions, strict=True))
        ]
        candidates += _within(guards.check(drafts), wanted)
        watch.lap("checking")
    watch.seconds["drafted_tokens"] = tokens
    return candidates


def _agreed_with(candidate: DraftedCandidate, own: Mapping[str, Own], job: DraftJob) -> str:
    """The words by which agreement with a candidate is predicted: those of what a draft says as its own, where that is
    known; else, or where people reacted to these very words before, the candidate's.
    """
    reacted_to = {same(statement.text) for statement in job.statements}
    return own[candidate.id].words if candidate.id in own and same(candidate.text) not in reacted_to else candidate.text


def _rejected_ids(candidates: Sequence[DraftedCandidate]) -> set[str]:
    return {candidate.id for candidate in candidates if candidate.rejected is not None}


def opinion_tokens(options: DraftingOptions, context: int) -> int:
    """The tokens that opinions may take: as asked for, or what a small model's context leaves for them.

    Critiques take up to a quarter on top, and a question and the prompt's own words have a seventh of the context.
    """
    return min(options.prompt_tokens, max(64, (context * 6 // 7 - options.max_tokens) * 4 // 5))


def first_line(text: str) -> str:
    """What stands before the line break that ended a draft; the last token may have brought more than the break."""
    return text.strip().partition("\n")[0].strip()


def _within(checked: Sequence[DraftedCandidate], wanted: int) -> list[DraftedCandidate]:
    """Keep at most `wanted` good ones of a refill wave; the others are logged as more than was asked for."""
    kept: list[DraftedCandidate] = []
    good = 0
    for candidate in checked:
        if candidate.rejected is None:
            good += 1
            if good > wanted:
                surplus = Rejection(code="over_budget")
                kept.append(candidate.model_copy(update={"rejected": surplus, "sources": ()}))
                continue
        kept.append(candidate)
    return kept


def _requests(seed: int, wave: int, count: int, prompts: int, options: DraftingOptions, *, done: int) -> list[Request]:
    """A wave after `done` drafts: the prompts take turns, the temperatures spread over the allowed range."""
    seeds = np.random.SeedSequence([seed, 1, wave]).generate_state(count)
    temperatures = np.linspace(options.lowest_temperature, options.highest_temperature, count)
    return [
        Request(
            prompt=(done + index) % prompts,
            seed=int(seeds[index]),
            sampling=Sampling(temperature=float(temperatures[index])),
        )
        for index in range(count)
    ]


def _paragraph_ended(text: str) -> bool:
    return "\n" in text.lstrip()


def _rounded(matrix: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """Four decimals are more than the model knows, and print the same everywhere."""
    return tuple(tuple(round(float(value), 4) for value in row) for row in matrix)
