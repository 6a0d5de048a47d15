"""Whom to ask about what: an `AskingJob` answered by the reward model, in the process that the models live in."""

from __future__ import annotations

import numpy as np

from engine.deliberation.asking import EACH, MOST_OPINIONS, Asking, AskingJob
from engine.reward.interface import MemberWords, RewardModel
from engine.reward.job import known_of
from engine.reward.questions import ranked_questions, standing
from engine.reward.voting_model import VotingModel, same
from engine.reward.winning import chances_to_win, contenders


def answer_asking(job: AskingJob, model: VotingModel, reward: RewardModel) -> Asking:
    """The statements to ask each person about, and the candidates that are still in the race.

    `reward` is what the drafts' choice rests on, so the race is the one that the group is shown the leader of. Where
    one candidate clearly wins, nobody is asked about candidates.
    """
    if not job.candidates:
        return Asking()
    everybody = known_of(job.known)
    spoke = [row for row, name in enumerate(everybody) if everybody[name].opinions]
    texts = [candidate.text for candidate in job.candidates]
    prediction = reward.predict(everybody, texts)
    racing: tuple[int, ...] = ()
    if len(texts) > 1 and spoke:
        chances = chances_to_win(prediction.mean[spoke], prediction.spread[spoke], job.rule, job.seed)
        racing = contenders(chances.probability)
    racing = racing if len(racing) > 1 else ()
    people = dict.fromkeys(job.people)
    everybody |= {member: MemberWords(()) for member in people if member not in everybody}
    opinions = job.known.opinions[-MOST_OPINIONS:]
    ids = [opinion.id for opinion in opinions] + [job.candidates[index].id for index in racing]
    asked = [opinion.text for opinion in opinions] + [texts[index] for index in racing]
    belief = model.believe(everybody, [*texts, *asked])
    stands = standing(belief, belief.places(texts), job.rule)
    places = belief.places(asked)
    authors = {opinion.id: opinion.member for opinion in opinions}
    # Two copies of one text are one statement to the model: whoever wrote one is not asked about the other.
    own = {member: {same(text) for text in words.opinions} for member, words in everybody.items()}
    order: dict[str, tuple[str, ...]] = {}
    for member in people:
        askable = {
            int(place): identifier
            for identifier, place, text in zip(ids, places, asked, strict=True)
            if authors.get(identifier) != member and same(text) not in own[member]
        }
        ranked = ranked_questions(belief, stands, member, np.array(sorted(askable), dtype=np.int64))
        order[member] = tuple(askable[question.statement] for question in ranked[:EACH])
    return Asking(order=order, draft=job.draft, contenders=tuple(job.candidates[index].id for index in racing))
