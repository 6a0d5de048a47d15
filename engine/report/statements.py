"""A statement in the words that may be shown, and what each of its sentences rests on."""

from __future__ import annotations

from dataclasses import dataclass

from engine.deliberation.state import State
from engine.drafting.sentences import sentences


@dataclass(frozen=True, slots=True)
class SourcedSentence:
    """One sentence; the ids of the opinions that it rests on, nearest first, and their members in the same order."""

    text: str
    opinions: tuple[str, ...]
    members: tuple[str, ...]


def statement_text(state: State, candidate: str | None) -> str:
    """The words of a candidate; empty if there is none, or they are gone or hidden."""
    found = state.candidate(candidate) if candidate is not None else None
    return "" if found is None or not state.is_shown(found.id) else found.text.value or ""


def sourced_sentences(state: State, candidate: str) -> list[SourcedSentence]:
    """The sentences of a candidate; none where its words are gone or hidden. Hidden opinions are no sources."""
    found = state.candidate(candidate)
    if found is None or found.text.value is None or not state.is_shown(candidate):
        return []
    said = sentences(found.text.value)
    if found.opinion is not None:  # somebody's own sentence rests on what they said
        return [_sourced(state, sentence, [found.opinion]) for sentence in said]
    draft = next(draft for draft in state.drafts.values() if candidate in draft.by_id)
    rests_on: dict[int, list[tuple[float, str]]] = {}
    for row in draft.rows:
        for source in row.prediction.value.sources if row.prediction.value is not None else ():
            if source.candidate == candidate and state.is_shown(source.opinion):
                rests_on.setdefault(source.sentence, []).append((-source.similarity, source.opinion))
    return [
        _sourced(state, sentence, [opinion for _, opinion in sorted(rests_on.get(number, []))])
        for number, sentence in enumerate(said)
    ]


def _sourced(state: State, sentence: str, opinions: list[str]) -> SourcedSentence:
    authors = [state.opinions[opinion].member for opinion in opinions if opinion in state.opinions]
    return SourcedSentence(sentence, tuple(dict.fromkeys(opinions)), tuple(dict.fromkeys(authors)))
