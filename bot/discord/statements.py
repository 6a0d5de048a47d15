"""A statement as it is shown: its sentences with links to what each rests on, and the label that it must carry."""

from __future__ import annotations

from bot.catalogue import Speech
from bot.discord.wording import quoted
from engine.deliberation.state import State
from engine.report import sourced_sentences

LINKS_PER_SENTENCE, LINKS_IN_ALL = 2, 8
SENTENCE = 500


def statement_lines(state: State, candidate: str, *, whole: bool = False) -> str:
    """The statement as a quotation, long sentences cut unless the `whole` is wanted.

    In named deliberations each sentence links to messages that it rests on.
    """
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
        lines.append(f"> {quoted(sentence.text, None if whole else SENTENCE)}{marks}")
    return "\n".join(lines)


def label(state: State, candidate: str, speech: Speech) -> str:
    """What it is: a machine's draft or a member's own sentence, and that nobody has agreed yet."""
    found = state.candidate(candidate)
    words = speech.say(f"winner.label.{'member' if found is not None and found.origin == 'member' else 'drafted'}")
    return words[:1].upper() + words[1:]
