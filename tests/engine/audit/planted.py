"""People and answerers whose leanings are known, because they were made with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audit.leanings import Answered
from engine.audit.paraphrases import AskTemplate
from engine.audit.people import People
from engine.audit.statements import AuditStatement

Floats = NDArray[np.float64]
TOPICS = 8


@dataclass(frozen=True)
class Population:
    """Two opinion groups: `chances` (groups, statements, answers) of what a member of each answers."""

    chances: Floats
    statements: tuple[AuditStatement, ...]

    def people(self, noise: np.random.Generator, per_group: int) -> People:
        labels = np.repeat(np.arange(len(self.chances)), per_group)
        below = self.chances.cumsum(axis=-1)[labels, :, :-1]
        votes = (noise.random((*below.shape[:2], 1)) > below).sum(axis=-1) / 2.0
        members = tuple(f"m{at}" for at in range(len(votes)))
        return People(
            members=members,
            statements=self.statements,
            votes=votes,
            groups=tuple(f"group {at}" for at in range(len(self.chances))),
            labels=labels,
            opinions={member: (member,) for member in members},
        )

    def alone(self, answers: Floats) -> Answered:
        """Somebody who answers so, and the other way round to a negation."""
        return Answered(answers, answers[:, ::-1].copy(), np.zeros(len(answers)))


def population(noise: np.random.Generator, statements: int, *, apart: float = 1.0) -> Population:
    """Groups that differ by `apart` of two unrelated sets of answers; 0 makes them alike."""
    first = noise.dirichlet([0.7, 0.5, 0.7], size=statements)
    second = noise.dirichlet([0.7, 0.5, 0.7], size=statements)
    asked = tuple(
        AuditStatement(
            id=f"s{at}", text=f"statement {at}", topic=f"topic {at % TOPICS}", negation=f"not statement {at}"
        )
        for at in range(statements)
    )
    return Population(np.array([first, (1 - apart) * first + apart * second]), asked)


@dataclass(frozen=True)
class Planted:
    """An answerer with a planted habit. It knows who said an opinion, since opinions are members' names.

    honest: leans to each member's own votes; deaf: answers like everybody whatever it is told; by group: answers each
    member's group; by topic: closer to people after any words.
    """

    habit: str
    crowd: People
    strength: float = 0.3

    def __call__(
        self, template: AskTemplate, statements: Sequence[str], opinions: Sequence[str | None]
    ) -> NDArray[np.float64]:
        everybody = _shares(self.crowd.votes)
        flat = np.full_like(everybody, 1 / 3)
        rows: list[Floats] = []
        for opinion in opinions:
            base = (everybody + flat) / 2
            if opinion is not None and self.habit == "by topic":
                base = everybody
            elif opinion is not None and self.habit in ("honest", "by group"):
                member = self.crowd.members.index(opinion)
                mask = self.crowd.labels == self.crowd.labels[member]
                own = _shares(self.crowd.votes[[member]]) if self.habit == "honest" else _shares(self.crowd.votes[mask])
                base = (1 - self.strength) * base + self.strength * own
            rows.append(base)
        found = np.array(rows)
        both = np.stack([found, found], axis=2)
        return np.concatenate([both, np.zeros((*both.shape[:-1], 1))], axis=-1)


def _shares(votes: Floats) -> Floats:
    which = np.rint(votes * 2)
    return np.array([(which == answer).mean(axis=0) for answer in range(3)]).T
