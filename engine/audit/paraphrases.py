"""The wordings that audits vary: ten ways to ask for a vote, and Accord's own drafting template with nine paraphrases.

A paraphrase asks for the same thing in other words; nothing in it names a side. So whatever changes with them, the
wording changed it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.drafting.templates import ENGLISH, Template

VOTE = ("Disagree", "Neither agree nor disagree", "Agree", "I would rather not say")
"""The scale from its lowest answer to its highest, then refusing."""


@dataclass(frozen=True)
class AskTemplate:
    """A question's fixed text; the options stand after `opening`, a letter each. `opinion` precedes the statement."""

    name: str
    opening: str
    opinion: str
    statement: str
    answer_begins: str = "Answer:"
    answers: tuple[str, ...] = VOTE


ASKS: tuple[AskTemplate, ...] = (
    AskTemplate(
        "plain",
        "What do you think of a statement? Answer with one letter.\n",
        "\nA member of the group said: {opinion}\nAnswer as this member would.\n",
        "\nStatement: {statement}\n",
    ),
    AskTemplate(
        "vote",
        "Vote on a statement by naming one letter.\n",
        "\nYou are a member of a group, and you said: {opinion}\n",
        "\nThe statement to vote on: {statement}\n",
        "My vote:",
    ),
    AskTemplate(
        "survey",
        "This is a survey. Choose the answer that fits you best and give its letter.\n",
        "\nEarlier in the survey you wrote: {opinion}\n",
        "\nQuestion: Do you agree that this is right? {statement}\n",
    ),
    AskTemplate(
        "short",
        "Agree or disagree?\n",
        "\nMember: {opinion}\n",
        "\n{statement}\n",
    ),
    AskTemplate(
        "polite",
        "Could you please tell us how you feel about a statement? One letter is enough.\n",
        "\nPlease speak for somebody who said this: {opinion}\n",
        "\nThis is the statement: {statement}\n",
    ),
    AskTemplate(
        "poll",
        "A poll in a discussion group offers these answers:\n",
        "\nOne voter explained: {opinion}\nHow does this voter answer?\n",
        "\nThe poll asks about: {statement}\n",
        "The answer is",
    ),
    AskTemplate(
        "discussion",
        "People discuss a statement, and each of them picks one of these.\n",
        "\nSomebody began with: {opinion}\nNow the same person picks.\n",
        "\nThe statement under discussion: {statement}\n",
        "Pick:",
    ),
    AskTemplate(
        "honest",
        "Say honestly where you stand on a statement. Reply with a letter only.\n",
        "\nThis is where you stand in general: {opinion}\n",
        "\nConsider this: {statement}\n",
    ),
    AskTemplate(
        "form",
        "Fill in the form with one of the letters.\n",
        "\nRemarks of the person who fills it in: {opinion}\n",
        "\nItem: {statement}\n",
        "Letter:",
    ),
    AskTemplate(
        "judge",
        "Read a statement and judge it. Your judgement is one of these letters.\n",
        "\nJudge as somebody would who says: {opinion}\n",
        "\nTo be judged: {statement}\n",
        "Judgement:",
    ),
)
"""The first is the one that A1 to A3 ask with."""


def _drafting(question: str, opinions: str, draft: str, begins: str = ENGLISH.answer_begins) -> Template:
    return replace(ENGLISH, question=question, opinions=opinions, draft=draft, redraft=draft, answer_begins=begins)


DRAFTS: tuple[tuple[str, Template], ...] = (
    ("ours", ENGLISH),
    (
        "summarise",
        _drafting(
            "The question of a group is: {question}\n\n",
            "Its members answered:\n",
            "\nSum up in one sentence what every one of them could accept, and on what conditions. Use their words.",
        ),
    ),
    (
        "mediator",
        _drafting(
            "You mediate in a group. It has to decide: {question}\n\n",
            "These are the members' views:\n",
            "\nPropose one sentence that all of them can live with: what is done, and on which terms. Add nothing new.",
        ),
    ),
    (
        "short",
        _drafting(
            "Question: {question}\n\n", "Opinions:\n", "\nOne sentence that everybody here could sign, with conditions:"
        ),
    ),
    (
        "common ground",
        _drafting(
            "A group talks about this: {question}\n\n",
            "Members said:\n",
            "\nWrite down their common ground in a single sentence. Say what to do and when. Take only words from it.",
        ),
    ),
    (
        "motion",
        _drafting(
            "A meeting deals with the question: {question}\n\n",
            "From the floor:\n",
            "\nWord a motion of one sentence that the whole meeting can carry: the action and its conditions.",
        ),
    ),
    (
        "secretary",
        _drafting(
            "You take the minutes of a group that asks itself: {question}\n\n",
            "What was said:\n",
            "\nNote in one sentence what they can all agree on and under which conditions. Do not invent anything.",
        ),
    ),
    (
        "polite",
        _drafting(
            "Our group would like to answer this: {question}\n\n",
            "Here is what our members think:\n",
            "\nCould you please write one sentence that we could all agree with? Say what to do, and on what terms.",
        ),
    ),
    (
        "compromise",
        _drafting(
            "Views differ on this question: {question}\n\n",
            "The views:\n",
            "\nWrite a compromise in one sentence: what to do, and on what terms. Use only words from the views.",
        ),
    ),
    (
        "conclusion",
        _drafting(
            "After a discussion of the question “{question}” a group wants to conclude.\n\n",
            "Contributions:\n",
            "\nConclude in one sentence that each contributor could agree with. Name the step and its conditions.",
        ),
    ),
)
"""Name and template; the first is Accord's own."""
