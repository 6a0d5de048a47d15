"""Single questions to the reward model, as one JSON object per line: would this person agree with this statement?

Request: `{"id", "conversation", "lang", "participant", "opinions": [text], "history": [{"statement", "vote"}],
"statement"}`. Answer: `{"id", "p", "sd"}`. An answer depends on its own request and the crowd's votes, never on the
other requests: they are only answered together to save time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from engine.drafting.sources import TextEmbedder
from engine.reward.crowd import Crowd, Prior, Seen, extended, fit_crowd
from engine.reward.link import chance, chance_spread
from engine.reward.polis import Conversation
from engine.reward.text_prior import LANGUAGES, LONGEST_TEXT, language_is_known, read_statements
from engine.reward.voting_model import prior_of, same, slope_of
from engine.reward.weights import Weights, bundled_weights

Ints = NDArray[np.int64]

AT_ONCE = 2_000
"""Requests read ahead, so that their texts are embedded together."""
STATEMENTS_AT_ONCE = 256
KEPT_CROWDS = 3


@dataclass(frozen=True)
class Request:
    """One question. `history`: statements with this person's votes on them (1, 0 or -1)."""

    id: str
    conversation: str
    participant: str
    opinions: tuple[str, ...]
    history: tuple[tuple[str, float], ...]
    statement: str
    language: str | None = None

    @property
    def person(self) -> tuple[str, str, tuple[str, ...], tuple[tuple[str, float], ...], str | None]:
        """What two requests about the same person have in common."""
        return self.conversation, self.participant, self.opinions, self.history, self.language


@dataclass(frozen=True)
class Answer:
    """`chance`: P(agree), in [0, 1]; `spread`: how unsure that is, its standard deviation."""

    id: str
    chance: float
    spread: float


@dataclass(frozen=True)
class _Fitted:
    """A conversation's crowd: what its statements' texts said, and what the votes made of it."""

    texts: tuple[str, ...]
    places: Mapping[str, int]
    prior: Prior
    crowd: Crowd
    slope: float
    known: bool


def _is_known(requests: Sequence[Request]) -> bool:
    """Whether one person's words are in a language that the embedding knows: as they say, else as they look.

    It must not depend on which other statements are asked about, so it is told by the person's own words, and by the
    first statement where there are none.
    """
    person = requests[0]
    if person.language:
        return person.language in LANGUAGES
    return language_is_known([*person.opinions, *(text for text, _ in person.history)] or [person.statement])


class Answerer:
    """Answers requests. `crowd`: the conversations of which other people's votes are known, by name."""

    def __init__(
        self, embedder: TextEmbedder, crowd: Mapping[str, Conversation] | None = None, weights: Weights | None = None
    ) -> None:
        self._embedder = embedder
        self._conversations = crowd or {}
        self._weights = weights or bundled_weights()
        self._fitted: OrderedDict[str, _Fitted] = OrderedDict()

    def answer(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """One answer per request, in order, as they come."""
        stream = iter(requests)
        while ahead := list(islice(stream, AT_ONCE)):
            self._embed_ahead(ahead)
            for _, alike in groupby(ahead, key=lambda request: request.person):
                about = list(alike)
                for start in range(0, len(about), STATEMENTS_AT_ONCE):
                    yield from self._answer(about[start : start + STATEMENTS_AT_ONCE])

    def _embed_ahead(self, requests: Sequence[Request]) -> None:
        """Let the embedder see all texts at once; it remembers them."""
        texts = {
            text[:LONGEST_TEXT]
            for request in requests
            if (request.language or "en") in LANGUAGES and request.conversation not in self._conversations
            for text in (request.statement, *request.opinions, *(given for given, _ in request.history))
            if text.strip()
        }
        if texts:
            self._embedder.embed(sorted(texts))

    def _answer(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Answer requests about the same person."""
        person = requests[0]
        sizes = self._weights.sizes
        fitted = self._fit(person.conversation)
        known = fitted.known if fitted is not None else _is_known(requests)
        # Words that cannot be read only count where others voted on the same words.
        readable = [text for text in person.opinions if known or (fitted is not None and same(text) in fitted.places)]
        said = [(text, 1.0, sizes.said_noise) for text in readable]
        voted = [(text, vote, sizes.vote_noise) for text, vote in person.history]
        needed = [request.statement for request in requests] + [text for text, _, _ in (*said, *voted)]
        crowd, places, slope = self._holding(fitted, needed, known=known)
        answers = [(places[same(text)], value, noise) for text, value, noise in (*said, *voted)]
        statements, values, noises = zip(*answers, strict=True) if answers else ((), (), ())
        targets = np.array([places[same(request.statement)] for request in requests], dtype=np.int64)
        mean, covariance = crowd.newcomer(Seen.of(statements, values, noises), targets)
        variance = np.maximum(np.diag(covariance), 0.0)
        chances, spreads = chance(mean, variance, slope), chance_spread(mean, variance, slope)
        for request, p, sd in zip(requests, chances, spreads, strict=True):
            yield Answer(request.id, float(p), float(sd))

    def _holding(
        self, fitted: _Fitted | None, needed: Sequence[str], *, known: bool
    ) -> tuple[Crowd, Mapping[str, int], float]:
        """A crowd that holds every needed text, where each is in it, and the link's slope."""
        sizes = self._weights.sizes
        new = {same(text): text for text in needed if fitted is None or same(text) not in fitted.places}
        if fitted is None:
            prior = self._prior(list(new.values()), known=known)
            at_first = {key: index for index, key in enumerate(new)}
            return Crowd(prior.mean, prior.mean_covariance, prior.covariance), at_first, slope_of(sizes, 0)
        if not new:
            return fitted.crowd, fitted.places, fitted.slope
        whole = self._prior([*fitted.texts, *new.values()], known=known)
        later = {key: len(fitted.texts) + index for index, key in enumerate(new)}
        return extended(fitted.crowd, whole), {**fitted.places, **later}, fitted.slope

    def _fit(self, name: str) -> _Fitted | None:
        conversation = self._conversations.get(name)
        if conversation is None:
            return None
        if name not in self._fitted:
            self._fitted[name] = self._fit_anew(conversation)
            while len(self._fitted) > KEPT_CROWDS:
                self._fitted.popitem(last=False)
        self._fitted.move_to_end(name)
        return self._fitted[name]

    def _fit_anew(self, conversation: Conversation) -> _Fitted:
        """Copies of one text are one statement: somebody who wrote it or voted on one copy answered all."""
        sizes = self._weights.sizes
        places: dict[str, int] = {}
        first: list[str] = []
        for text in conversation.texts:
            if same(text) not in places:
                places[same(text)] = len(first)
                first.append(text)
        at = np.array([places[same(text)] for text in conversation.texts], dtype=np.int64)
        known = conversation.language in LANGUAGES
        prior = self._prior(first, known=known)
        group = [
            Seen.of(at[voter.statements].tolist(), voter.votes.tolist(), [sizes.vote_noise] * len(voter.votes))
            for voter in conversation.voters
        ]
        voters = sum(1 for seen in group if len(seen.statements))
        return _Fitted(tuple(first), places, prior, fit_crowd(prior, group), slope_of(sizes, voters), known)

    def _prior(self, texts: Sequence[str], *, known: bool) -> Prior:
        read = read_statements(texts, self._embedder, self._weights.text, known=known)
        return prior_of(read, self._weights.sizes)
