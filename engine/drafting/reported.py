"""Statements that say one thing and report another beside it: "Let small plots share a strip. Others say: Each counts."

What two members said often does not go together, and models of this size do not see where. Tied by "and" or "but" it
reads as if the whole group said both; reported it is true, and says openly what stays open.
"""

from __future__ import annotations

from engine.drafting.sentences import sentences

OTHERS_SAY = "Others say: "


def with_report(said: str, reported: str) -> str:
    """Two clauses, which end without a full stop, as a statement of two sentences.

    Both begin with a capital, so that a name that a clause began with has its own again.
    """
    return f"{as_sentence(said)} {OTHERS_SAY}{as_sentence(reported)}"


def as_sentence(clause: str) -> str:
    """With a capital, but "iPhones" as it is, and with a full stop."""
    return (clause if clause[1:2].isupper() else clause[:1].upper() + clause[1:]) + "."


def told(sentence: str) -> str:
    """What a sentence tells: what it reports, without the words that report it, or the sentence as it is."""
    return sentence.removeprefix(OTHERS_SAY)


def told_sentences(text: str) -> list[str]:
    """What each sentence of a text tells, in order."""
    return [told(sentence) for sentence in sentences(text)]


def claims(text: str) -> list[str]:
    """The sentences of a text, but a report together with the sentence before it: it claims nothing of its own."""
    found: list[str] = []
    for sentence in sentences(text):
        if found and sentence.startswith(OTHERS_SAY):
            found[-1] += f" {sentence}"
        else:
            found.append(sentence)
    return found
