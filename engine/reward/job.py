"""What a drafting job tells the reward model of everybody."""

from __future__ import annotations

from engine.deliberation.drafts import DraftJob
from engine.reward.interface import MemberWords, StatementVote


def known_of(job: DraftJob) -> dict[str, MemberWords]:
    """Words and quick votes by member: first those who spoke, in order, then those who only reacted.

    A vote on a statement whose words the job does not hold (they were hidden or erased) tells nothing.
    """
    texts = job.statement_texts
    votes: dict[str, list[StatementVote]] = {opinion.member: [] for opinion in job.opinions}
    for vote in job.quick_votes:
        if vote.statement in texts:
            votes.setdefault(vote.member, []).append(StatementVote(texts[vote.statement], vote.vote))
    return {
        member: MemberWords(
            opinions=tuple(opinion.text for opinion in job.opinions if opinion.member == member),
            votes=tuple(cast),
        )
        for member, cast in votes.items()
    }
