"""What opinions say, each as one clause that a drafter with an adapter writes: the parts that drafts are joined from.

A model of 135M parameters that reads several opinions mixes them; one that reads a single opinion and says it as a
clause errs less, and where it does, the clause is less like what the member wrote. So it says each opinion a few times,
the member's own sentences are sayings too, and the best of them is the opinion's point.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftJob
from engine.drafting.clauses import SaidClauses
from engine.drafting.options import DraftingOptions, Progress
from engine.drafting.orders import gives_orders
from engine.drafting.prompt import Prompts, small_prompt
from engine.drafting.said_words import telling_forms
from engine.drafting.sentences import one_line, sentences, stops_inside, words
from engine.drafting.sources import TextEmbedder
from engine.drafting.templates import NO_POINT, POINT_ENGLISH
from engine.drafting.worth import worth_of
from engine.models.likelihood import likelihoods
from engine.models.llama import LanguageModel, Request, Sampling
from engine.models.writer import Writer

Floats = NDArray[np.float64]

MOST_READ = 24
"""Opinions that are said as clauses in one round; of more, those are taken that cover the range of views."""
SAYINGS = 4
"""How often each is said."""
COOLER = 0.7
"""Times the temperature of other drafting: a clause is to be the member's words, and the joins bring variety."""
MOST_TOKENS = 48
FEWEST_WORDS, MOST_WORDS = 2, 28
MOST_OF_NOBODY = 0.3
"""The share of a clause that may be in neither its opinion's nor the question's words."""
TAKES_UP = 2
"""Words of the question alone from which a clause says something to it."""

QUALITY = (-0.6, -0.9, 0.52, 0.95, 0.5, 0.39, 0.33)
"""What each part of a clause's quality counts (`quality_parts`), learned from how readers judged clauses from 0 to 3, 0
being untrue (`engine.drafting.tuning.quality`)."""

_YES = frozenset("agree agreed absolutely aye definitely fine for ok okay pro sure support yeah yep yes".split())  # noqa: SIM905
_NO = frozenset("against contra disagree nay never no nope not oppose opposed".split())  # noqa: SIM905
_BESIDE_VOTES = frozenset("a all am by from i i'm im it me much of please so that the this to very with".split())  # noqa: SIM905
_BEGINNING = re.compile(
    r"^(?:(?:yes|yeah)\b[,:!.]*\s+|(?:no|well|honestly|sorry|ok|okay|sure|right)[,:!.]+\s+"
    r"|(?:and|but|so|then|please)\b[,:]*\s+)+",
    re.IGNORECASE,
)
_NO_CLAUSE = re.compile(
    r"[?!]$|[;:]\s|^others say\b|[\"“”()\[\]]|^(?:who|what|why|how|where|when will|or)\b", re.IGNORECASE
)
_OF_I = frozenset("i i'm im i've i'd i'll my me mine".split())  # noqa: SIM905
_OF_YOU = frozenset("you your you're yours".split())  # noqa: SIM905


@dataclass(frozen=True)
class Saying:
    """A clause for an opinion, counted from 0 in the job; `seed`: what it was drawn with, None for the member's own."""

    opinion: int
    clause: str
    seed: int | None


@dataclass(frozen=True)
class Point:
    """The best saying of an opinion, and its quality (`QUALITY`)."""

    opinion: int
    clause: str
    seed: int | None
    quality: float


@dataclass(frozen=True)
class Refused:
    """A clause that is not its member's own words, by the share of it that is nobody's."""

    clause: str
    seed: int | None
    share: float


def point_prompts(job: DraftJob, chosen: Sequence[int], model: Writer) -> Prompts:
    """A prompt for each of the chosen opinions, in order."""
    return Prompts(
        tuple(small_prompt(job.question, [job.opinions[at].text], model, POINT_ENGLISH) for at in chosen),
        tuple(job.opinions[at] for at in chosen),
    )


def say_points(
    job: DraftJob,
    chosen: Sequence[int],
    prompts: Prompts,
    model: Writer,
    options: DraftingOptions,
    *,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> tuple[list[Saying], int]:
    """What was drawn for each of the chosen opinions that is a clause, and how many tokens it took.

    An order to whoever drafts is not said. Raises the errors of `engine.models`.
    """
    seeds = np.random.SeedSequence([job.seed, 1, 0]).generate_state(SAYINGS * len(chosen))
    temperatures = COOLER * np.linspace(options.lowest_temperature, options.highest_temperature, SAYINGS)
    requests = [
        Request(
            prompt=number // SAYINGS,
            seed=int(seed),
            sampling=Sampling(temperature=float(temperatures[number % SAYINGS])),
        )
        for number, seed in enumerate(seeds)
    ]
    completions = model.complete(
        prompts.tokens,
        requests,
        max_tokens=min(MOST_TOKENS, options.max_tokens),
        stop=lambda text: "\n" in text.lstrip(),
        cancelled=cancelled,
        progress=lambda done, of: progress("drafting", done, of),
    )
    sayings = [
        Saying(chosen[request.prompt], clause, request.seed)
        for completion, request in zip(completions, requests, strict=True)
        if completion.ended != "limit" and _is_clause(clause := clause_of(completion.text))
    ]
    kept = [saying for saying in sayings if not gives_orders(job.opinions[saying.opinion].text)]
    return kept, sum(completion.tokens for completion in completions)


def own_sayings(job: DraftJob, chosen: Sequence[int]) -> list[Saying]:
    """Sentences of the chosen opinions that can stand as a clause; none of an order to whoever drafts."""
    return [
        Saying(at, clause, None)
        for at in chosen
        if not gives_orders(job.opinions[at].text)
        for clause in own_clauses(job.opinions[at].text)
    ]


def distinct(sayings: Sequence[Saying]) -> list[Saying]:
    """The sayings in order of opinions, each once; what was drawn first stays."""
    once = {(saying.opinion, saying.clause): saying for saying in reversed(sayings)}
    return sorted(once.values(), key=lambda saying: saying.opinion)


def saying_likelihoods(
    model: LanguageModel, prompts: Prompts, chosen: Sequence[int], sayings: Sequence[Saying]
) -> Floats:
    """Log P(clause | the prompt of its opinion) in nats per token: (sayings,), which are in order of opinions."""
    found = [
        likelihoods(model, prompt, [model.tokens(saying.clause) for saying in sayings if saying.opinion == at])
        for at, prompt in zip(chosen, prompts.tokens, strict=True)
        if any(saying.opinion == at for saying in sayings)
    ]
    return np.concatenate(found) if found else np.zeros(0)


def best_points(
    job: DraftJob, sayings: Sequence[Saying], likely: Floats, embedder: TextEmbedder
) -> tuple[list[Point], list[Refused]]:
    """The best saying of each opinion that has one, in order of opinions, and what is refused of the others'.

    `likely`: (sayings,), see `saying_likelihoods`. An opinion of which all that was drawn is nobody's words is told by
    the one that is least so.
    """
    if not sayings:
        return [], []
    parts = quality_parts(
        [saying.clause for saying in sayings],
        [job.opinions[saying.opinion].text for saying in sayings],
        [job.question] * len(sayings),
        likely,
        embedder,
    )
    points: dict[int, Point] = {}
    refused: dict[int, Refused] = {}
    for saying, share, quality in zip(sayings, parts[:, 1], parts @ np.array(QUALITY), strict=True):
        at = saying.opinion
        if share > MOST_OF_NOBODY:
            if at not in refused or share < refused[at].share:
                refused[at] = Refused(saying.clause, saying.seed, float(share))
        elif at not in points or quality > points[at].quality:
            points[at] = Point(at, saying.clause, saying.seed, float(quality))
    return list(points.values()), [one for at, one in refused.items() if at not in points]


def quality_parts(
    clauses: Sequence[str],
    opinions: Sequence[str],
    questions: Sequence[str],
    likely: Floats,
    embedder: TextEmbedder,
) -> Floats:
    """What tells how good a half of a group's statement each clause is, for the opinion that it says: (clauses, 7).

    The share of its words that its opinion has not; the share that is nobody's, by `share_of_nobody`; its worth
    (`engine.drafting.worth`); its cosines to its opinion and to the question; 1 if it is a sentence of the opinion;
    how likely the drafter finds it (`likely`).
    """
    told, said, asked = (embedder.embed(texts).astype(np.float64) for texts in (clauses, opinions, questions))
    both = list(zip(clauses, opinions, questions, strict=True))
    return np.column_stack(
        [
            [added_share(clause, opinion) for clause, opinion, _ in both],
            [share_of_nobody(clause, opinion, question) for clause, opinion, question in both],
            worth_of(clauses, embedder),
            (told * said).sum(axis=1),
            (told * asked).sum(axis=1),
            [clause in own_clauses(opinion) for clause, opinion, _ in both],
            likely,
        ]
    )


def share_of_nobody(clause: str, opinion: str, question: str) -> float:
    """The share of a clause that is in neither its opinion's nor the question's words, all of it if nothing is told."""
    if not is_own(clause, opinion, question):
        return 1.0
    return SaidClauses([opinion], question).share_of_nobody(clause)


def added_share(clause: str, opinion: str) -> float:
    """The share of a clause's words that its opinion has not, in [0, 1]."""
    had, found = set(words(opinion)), words(clause)
    return sum(word not in had for word in found) / max(1, len(found))


def clause_of(text: str) -> str:
    """A completion as a clause: its first line, without a full stop."""
    return one_line(text.strip().partition("\n")[0]).rstrip(" .…;,!")


def is_own(clause: str, opinion: str, question: str) -> bool:
    """Whether a clause has words of its opinion's own, or is in the question's words what a bare yes or no means.

    A clause that takes up the question's words says yes or no to it as its opinion does, if that begins with either.
    """
    asked, found = telling_forms(question), telling_forms(clause)
    told = telling_forms(opinion) - _YES - _NO
    if not found & (told - asked) and not (told and told <= found):
        return bare_vote(opinion) is not None and [denies(clause), denies(question)] == [not bare_vote(opinion), False]
    begins = bare_vote(re.split(r"[,.!;:]", opinion)[0])
    takes_up = len((found & asked) - told) >= TAKES_UP
    return not takes_up or begins is None or denies(clause) != begins


def bare_vote(text: str) -> bool | None:
    """Whether a text that is a vote and nothing more says yes; None for any other, also for "not against it"."""
    found = words(text.replace("’", "'"))
    votes = {word for word in found if word in _YES | _NO}
    said_no = votes & _NO
    if not votes or (said_no and len(votes) > 1) or any(word not in _YES | _NO | _BESIDE_VOTES for word in found):
        return None
    return not said_no


def denies(text: str) -> bool:
    """Whether a text has a word that turns it round."""
    return any(word in _NO or word.endswith("n't") for word in words(text.replace("’", "'")))


def own_clauses(opinion: str) -> list[str]:
    """The sentences of an opinion that can stand as a clause in a statement: not in the first or second person."""
    found: list[str] = []
    for sentence in sentences(opinion):
        clause = _BEGINNING.sub("", clause_of(sentence))
        if clause.partition(" ")[0][1:].islower() or clause.startswith("A "):  # "MIT" and "GitHub" keep their capitals.
            clause = clause[:1].lower() + clause[1:]
        if _is_clause(clause) and not _OF_YOU & set(words(clause.replace("’", "'"))):
            found.append(clause)
    return found


def _is_clause(text: str) -> bool:
    return (
        text != NO_POINT
        and FEWEST_WORDS <= len(words(text)) <= MOST_WORDS
        and len(sentences(text)) == 1
        and not stops_inside(text)
        and _NO_CLAUSE.search(text) is None
        and not _OF_I & set(words(text.replace("’", "'")))
        and all("LATIN" in unicodedata.name(letter, "") for letter in text if letter.isalpha())
    )
