"""Whether drafts say what people agree with, by real votes: `python -m benchmarks.drafting_votes --data DIR`.

From each English conversation (tidy Polis data, as `engine.reward.train` takes) groups of eight comments by different
authors, who are the members. They and eight of those who voted on most of these comments react to some, as they voted;
a round is drafted from that, and what it says is held against the votes of everybody else in the conversation:

- a draft chosen: groups in which the round's choice is a draft and not a member's own sentence
- says: the share of them that agrees with the comment that the chosen draft says as the group's own
- reports: the same for the comment that it reports
- to the others: the share agreeing with the latter among those who do not agree with the former; and what any comment
  of the group finds with these, averaged
- comments: the share that agrees with a comment of the group, averaged over all of them; and with the best of them

"Chosen" is by the Nash product of predicted agreement, in "says" and the next two among the drafts alone.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.deliberation.drafts import DraftedCandidate, DraftJob, DraftResult, GivenOpinion, QuickVote
from engine.drafting.loading import load_models
from engine.drafting.round import draft_round
from engine.drafting.sentences import words
from engine.reward.polis import FACILITATOR, Conversation, Voter, read_polis
from engine.selection import select

MEMBERS, REACTING, CLOSEST = 8, 8, 24
"""Comments of a group; those who react without having spoken, and out of how many with most votes they are drawn."""
FEWEST_HEARD, FEWEST_VOTES = 30, 4
"""Votes on a comment of a group; votes of somebody who reacts without having spoken."""
SHORTEST, LONGEST = 5, 50
"""Words of a comment that may stand for somebody's opinion."""


@dataclass(frozen=True)
class Group:
    """`members`, `reacting`: their votes by comment; `crowd`: those of everybody else. Comments are counted from 0."""

    job: DraftJob
    members: tuple[Mapping[int, float], ...]
    reacting: tuple[Mapping[int, float], ...]
    crowd: tuple[Mapping[int, float], ...]

    def agreement(self, comment: int) -> float:
        """The share of the crowd's votes on a comment that agree."""
        return float(np.mean([votes[comment] == 1 for votes in self.crowd if comment in votes]))

    def agreement_of_others(self, said: int, reported: int) -> float | None:
        """The share that agrees with what is reported among those of both votes who do not agree with what is said."""
        apart = [votes[reported] == 1 for votes in self.crowd if {said, reported} <= votes.keys() and votes[said] != 1]
        return float(np.mean(apart)) if apart else None


def groups(conversation: Conversation, question: str, most: int) -> Iterator[Group]:
    """Up to `most` groups without a comment in common."""
    drawn = random.Random(conversation.name)
    voters = {voter.name: voter for voter in conversation.voters}
    heard = Counter(int(at) for voter in conversation.voters for at in voter.statements)
    fitting = [
        at
        for at, text in enumerate(conversation.texts)
        if heard[at] >= FEWEST_HEARD and SHORTEST <= len(words(text)) <= LONGEST
    ]
    used: set[int] = set()
    for number in range(most):
        by_author: dict[str, int] = {}
        for at in drawn.sample(fitting, len(fitting)):
            if at not in used and conversation.authors[at] != FACILITATOR:
                by_author.setdefault(conversation.authors[at], at)
        if len(by_author) < MEMBERS:
            return
        authors = drawn.sample(sorted(by_author), MEMBERS)
        chosen = [by_author[author] for author in authors]
        used.update(chosen)
        votes = {name: votes_on(voter, chosen) for name, voter in voters.items()}
        others = sorted(votes.keys() - set(authors), key=lambda name: (-len(votes[name]), name))
        busy = [name for name in others[:CLOSEST] if len(votes[name]) >= FEWEST_VOTES]
        if len(busy) < REACTING:
            continue
        reacting = drawn.sample(busy, REACTING)
        crowd = [votes[name] for name in others if name not in reacting]
        if any(all(comment not in given for given in crowd) for comment in range(MEMBERS)):
            continue
        opinions = tuple(
            GivenOpinion(id=f"o{at}", member=f"m{at}", text=conversation.texts[place])
            for at, place in enumerate(chosen)
        )
        yield Group(
            DraftJob(draft="r1", round=1, question=question, opinions=opinions, candidates=12, seed=500 + number),
            tuple(votes.get(author, {}) for author in authors),
            tuple(votes[name] for name in reacting),
            tuple(crowd),
        )


def votes_on(voter: Voter, comments: Sequence[int]) -> dict[int, float]:
    """A voter's votes on these comments, by their place among them."""
    cast = dict(zip(voter.statements.tolist(), voter.votes.tolist(), strict=True))
    return {at: cast[comment] for at, comment in enumerate(comments) if comment in cast}


def with_reactions(group: Group, most: int) -> DraftJob:
    """The job with up to `most` reactions of each, to comments of others."""
    drawn = random.Random(group.job.seed)
    found: list[QuickVote] = []
    for number, votes in enumerate((*group.members, *group.reacting)):
        own = number if number < MEMBERS else None
        seen = [comment for comment in sorted(votes) if comment != own]
        name = f"m{number}" if own is not None else f"r{number}"
        found += [
            QuickVote(
                member=name, statement=f"o{comment}", vote=1 if votes[comment] > 0 else -1 if votes[comment] else 0
            )
            for comment in drawn.sample(seen, len(seen))[:most]
        ]
    return group.job.model_copy(update={"quick_votes": tuple(found)})


def chosen(result: DraftResult, seed: int, origin: str | None = None) -> DraftedCandidate | None:
    """The round's choice, or that among candidates of one origin."""
    among = [at for at, one in enumerate(result.running) if origin in {None, one.origin}]
    if not among:
        return None
    profile = [[row[at] for at in among] for row in result.mean]
    winner = select(profile, "nash", seed, [result.running[at].id for at in among]).winner
    return next(one for one in result.running if one.id == winner)


def told_of(draft: DraftedCandidate, sentence: int) -> int:
    """The comment that a draft's sentence is known to be from: its first source."""
    return int(next(one.opinion for one in draft.sources if one.sentence == sentence).removeprefix("o"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of tidy Polis data")
    parser.add_argument("--groups", type=int, default=6, help="groups of each conversation, at most")
    parser.add_argument("--reactions", type=int, nargs="+", default=[0, 2, 4], help="reactions of each person, at most")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    if options.data is None:
        print("needs --data with tidy Polis data; see docs/reward.md")
        return
    with (options.data / "conversations.csv").open(newline="") as file:
        about = {row["conversation"]: row["description"] or row["topic"] for row in csv.DictReader(file)}
    found = [
        group
        for conversation in read_polis(options.data)
        if conversation.language == "en"
        for group in groups(conversation, " ".join(about[conversation.name].split())[:300], options.groups)
    ]
    models = replace(load_models(threads=options.threads), reader=None)
    comments = [[group.agreement(at) for at in range(MEMBERS)] for group in found]
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}; {len(found)} groups")
    print(f"comments: {np.mean(comments):.0%}, the best of a group {np.mean(np.max(comments, axis=1)):.0%}\n")
    print(
        "| reactions of each | a draft chosen | says | reports | to the others | any to these | best member sentence |"
    )
    print("|---|---|---|---|---|---|---|")
    for most in options.reactions:
        drafts, says, reports, to_others, any_other, members = 0, *(list[float]() for _ in range(5))
        for group in found:
            result = draft_round(with_reactions(group, most), models)
            best, own = (chosen(result, group.job.seed, origin) for origin in ("drafted", "member"))
            drafts += (overall := chosen(result, group.job.seed)) is not None and overall.origin == "drafted"
            if own is not None and own.opinion is not None:
                members.append(group.agreement(int(own.opinion.removeprefix("o"))))
            if best is not None:
                said, reported = told_of(best, 0), told_of(best, 1)
                says.append(group.agreement(said))
                reports.append(group.agreement(reported))
                if (apart := group.agreement_of_others(said, reported)) is not None:
                    to_others.append(apart)
                    beside = (group.agreement_of_others(said, at) for at in range(MEMBERS) if at != said)
                    any_other.append(float(np.mean([share for share in beside if share is not None])))
        cells = (f"{np.mean(column):.0%}" for column in (says, reports, to_others, any_other, members))
        print(f"| {most} | {drafts} of {len(found)} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
