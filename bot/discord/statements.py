"""A statement as it is shown: its sentences, the opinions that each rests on, and the label that it must carry."""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalogue import Speech
from bot.discord.wording import quoted
from engine.deliberation.state import State
from engine.drafting.sentences import sentences

LINKS_PER_SENTENCE, LINKS_IN_ALL = 2, 8
SENTENCE = 500


@dataclass(frozen=True, slots=True)
class SourcedSentence:
    """One sentence and the ids of the opinions that it rests on, nearest first."""

    text: str
    opinions: tuple[str, ...]


def sourced_sentences(state: State, candidate: str) -> list[SourcedSentence]:
    """The sentences of a candidate; none where its words no longer stand."""
    found = state.candidate(candidate)
    draft = next((draft for draft in state.drafts.values() if found in draft.candidates), None)
    if found is None or draft is None or found.text.value is None or not state.stands(candidate):
        return []
    if found.opinion is not None:
        return [SourcedSentence(sentence, (found.opinion,)) for sentence in sentences(found.text.value)]
    rests_on: dict[int, list[tuple[float, str]]] = {}
    for row in draft.rows:
        for source in row.prediction.value.sources if row.prediction.value is not None else ():
            if source.candidate == candidate:
                rests_on.setdefault(source.sentence, []).append((-source.similarity, source.opinion))
    return [
        SourcedSentence(sentence, tuple(dict.fromkeys(opinion for _, opinion in sorted(rests_on.get(number, [])))))
        for number, sentence in enumerate(sentences(found.text.value))
    ]


def statement_lines(state: State, candidate: str) -> str:
    """The statement as a quotation; in named deliberations each sentence links to messages that it rests on."""
    lines: list[str] = []
    left = LINKS_IN_ALL
    for sentence in sourced_sentences(state, candidate):
        links = [
            opinion.link.value
            for opinion in (state.opinions.get(opinion) for opinion in sentence.opinions)
            if opinion is not None and opinion.link is not None and opinion.link.value is not None
        ][: min(LINKS_PER_SENTENCE, left)]
        left -= len(links)
        marks = "".join(f" [[{number}]]({link})" for number, link in enumerate(links, start=1))
        lines.append(f"> {quoted(sentence.text, SENTENCE)}{marks}")
    return "\n".join(lines)


def label(state: State, candidate: str, speech: Speech) -> str:
    """What it is: a machine's draft or a member's own sentence, and that nobody has agreed yet."""
    found = state.candidate(candidate)
    words = speech.say(f"winner.label.{'member' if found is not None and found.origin == 'member' else 'drafted'}")
    return words[:1].upper() + words[1:]
