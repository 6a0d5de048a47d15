"""One drafting round as the documented JSON object of `accord draft --json` (docs/draft-json.md)."""

from __future__ import annotations

from typing import Any

from engine.deliberation.drafts import DraftedCandidate, DraftJob, DraftResult
from engine.reward.winning import chances_to_win
from engine.selection import Selected


def draft_report(job: DraftJob, result: DraftResult, selected: Selected, rule: str) -> dict[str, Any]:
    """The object as plain JSON values; `docs/draft-json.md` documents every key."""
    place = {candidate.id: index for index, candidate in enumerate(result.running)}
    texts = {candidate.id: candidate.text for candidate in result.candidates}
    drafter, embedder = result.models[0], result.models[-1]
    wins = chances_to_win(result.mean, result.spread, rule, job.seed).probability

    def column(matrix: tuple[tuple[float, ...], ...], candidate: DraftedCandidate) -> list[float] | None:
        index = place.get(candidate.id)
        return None if index is None else [row[index] for row in matrix]

    return {
        "question": job.question,
        "model": {**drafter.model_dump(), "embedding": embedder.model_dump()},
        "seed": job.seed,
        "members": list(result.members),
        "candidates": [
            {
                "id": candidate.id,
                "text": candidate.text,
                "origin": candidate.origin,
                "opinion": candidate.opinion,
                "seed": candidate.seed,
                "rejected": candidate.rejected.model_dump() if candidate.rejected else None,
                "dropped_sentences": candidate.dropped_sentences,
                "agreement": column(result.mean, candidate),
                "uncertainty": column(result.spread, candidate),
                "wins": wins[place[candidate.id]] if candidate.id in place else None,
                "sources": [source.model_dump(exclude={"candidate"}) for source in candidate.sources],
            }
            for candidate in result.candidates
        ],
        "rule": rule,
        "welfare": None
        if selected.welfare is None
        else [
            selected.welfare[place[candidate.id]] if candidate.id in place else None for candidate in result.candidates
        ],
        "ranking": [candidate for tier in selected.ranking for candidate in tier],
        "ties": [list(tier) for tier in selected.ranking if len(tier) > 1],
        "tie_broken_by": selected.tie_broken_by,
        "winner": {"id": selected.winner, "text": texts[selected.winner]},
        "in_prompt": list(result.in_prompt),
        "notes": [note.model_dump() for note in result.notes],
        "timings": result.timings,
    }
