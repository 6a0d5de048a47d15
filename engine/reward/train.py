"""Fit the text-feature reward model on real votes: `python -m engine.reward.train --data DIR [--out FILE]`.

DIR holds tidy Polis data: `conversations.csv`, `comments.csv.gz` and `votes.csv.gz`. A member is a participant who
wrote at least one comment; their comments are their opinions, and their votes on others' comments the targets
(disagree 0, pass 0.5, agree 1). Conversations weigh alike. The last line printed is the area under the curve on
conversations that the fit did not see (each left out once).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.drafting.sources import TextEmbedder
from engine.models.bundled import bundled_embedder
from engine.models.embedding import Embedder
from engine.reward.interface import MemberWords
from engine.reward.text_features import FEATURES, text_features

Floats = NDArray[np.float64]

RIDGE_STATEMENT = 200.0
RIDGE_FEATURES = 1.0
MOST_MEMBERS = 150
MOST_STATEMENTS = 250


@dataclass(frozen=True)
class Conversation:
    """One conversation's votes as rows: `features` (votes, FEATURES), `statements` (votes, dimensions), `votes`."""

    name: str
    features: Floats
    statements: Floats
    votes: Floats


def read_conversations(folder: Path, embedder: TextEmbedder) -> list[Conversation]:
    """The English conversations of a tidy data set, with up to `MOST_MEMBERS` members each (seeded)."""
    with (folder / "conversations.csv").open(encoding="utf-8") as file:
        english = [row["conversation"] for row in csv.DictReader(file) if row["lang"] == "en"]
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    authors: dict[str, dict[str, str]] = defaultdict(dict)
    with gzip.open(folder / "comments.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            texts[row["conversation"]][row["statement"]] = row["text"]
            authors[row["conversation"]][row["statement"]] = row["author"]
    votes: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    with gzip.open(folder / "votes.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            conversation = row["conversation"]
            if authors[conversation].get(row["statement"], row["participant"]) != row["participant"]:
                votes[conversation][row["participant"]][row["statement"]] = (float(row["vote"]) + 1) / 2
    found = [_conversation(name, texts[name], authors[name], votes[name], embedder) for name in english]
    return [conversation for conversation in found if conversation is not None]


def _conversation(
    name: str,
    texts: dict[str, str],
    authors: dict[str, str],
    votes: dict[str, dict[str, float]],
    embedder: TextEmbedder,
) -> Conversation | None:
    random = np.random.default_rng(0)
    wrote = sorted({author for author in authors.values() if author != "0" and len(votes.get(author, {})) >= 5})
    chosen = [wrote[index] for index in sorted(int(at) for at in random.permutation(len(wrote))[:MOST_MEMBERS])]
    seen = sorted({statement for member in chosen for statement in votes[member] if statement in texts})
    seen = [seen[index] for index in sorted(int(at) for at in random.permutation(len(seen))[:MOST_STATEMENTS])]
    if len(chosen) < 5 or len(seen) < 10:
        return None
    members = [
        MemberWords(opinions=tuple(texts[s] for s, author in authors.items() if author == member)) for member in chosen
    ]
    vectors = embedder.embed([texts[statement] for statement in seen]).astype(np.float64)
    features = text_features(embedder, members, vectors)
    pairs = [
        (row, column, votes[member][statement])
        for row, member in enumerate(chosen)
        for column, statement in enumerate(seen)
        if statement in votes[member]
    ]
    rows, columns = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    return Conversation(name, features[rows, columns], vectors[columns], np.array([pair[2] for pair in pairs]))


@dataclass(frozen=True)
class Fit:
    """A fitted logistic regression on standardised features and statement vectors."""

    intercept: float
    coefficients: Floats
    centre: Floats
    scale: Floats
    statement: Floats
    spread: float

    def probability(self, features: Floats, statements: Floats) -> Floats:
        """P(agree) per row, in [0, 1]."""
        standard = (features - self.centre) / self.scale
        return _sigmoid(self.intercept + standard @ self.coefficients + statements @ self.statement)


def fit(conversations: list[Conversation]) -> Fit:
    """Ridge logistic regression by Newton's method; each conversation has the same total weight."""
    features = np.concatenate([conversation.features for conversation in conversations])
    statements = np.concatenate([conversation.statements for conversation in conversations])
    target = np.concatenate([conversation.votes for conversation in conversations])
    each = len(target) / len(conversations)
    weight = np.concatenate([np.full(len(c.votes), each / len(c.votes)) for c in conversations])
    centre, scale = features.mean(axis=0), features.std(axis=0)
    design = np.hstack([np.ones((len(target), 1)), (features - centre) / scale, statements])
    ridge = np.concatenate(
        [[0.0], np.full(len(FEATURES), RIDGE_FEATURES), np.full(statements.shape[1], RIDGE_STATEMENT)]
    )
    solution = np.zeros(design.shape[1])
    for _ in range(12):
        predicted = _sigmoid(design @ solution)
        gradient = design.T @ (weight * (target - predicted)) - ridge * solution
        curvature = (design * (weight * predicted * (1 - predicted))[:, None]).T @ design + np.diag(ridge)
        solution += np.linalg.solve(curvature, gradient)
    residual = target - _sigmoid(design @ solution)
    spread = float(np.sqrt(np.average(residual**2, weights=weight)))
    cut = 1 + len(FEATURES)
    return Fit(float(solution[0]), solution[1:cut], centre, scale, solution[cut:], spread)


def area_under_curve(probability: Floats, votes: Floats) -> float:
    """The chance that an agreed pair is ranked above a disagreed one (Mann-Whitney); passes are left out."""
    decided = votes != 0.5
    order = np.argsort(np.argsort(probability[decided], kind="stable"), kind="stable") + 1.0
    agreed = votes[decided] == 1
    count = int(agreed.sum())
    return float((order[agreed].sum() - count * (count + 1) / 2) / (count * (len(agreed) - count)))


def _sigmoid(logit: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-logit))


def main() -> None:
    """Train, cross-validate by conversation and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("text_features.json"))
    arguments = parser.parse_args()
    conversations = read_conversations(arguments.data, Embedder(bundled_embedder()))
    scores: list[float] = []
    for left_out in conversations:
        trained = fit([conversation for conversation in conversations if conversation is not left_out])
        score = area_under_curve(trained.probability(left_out.features, left_out.statements), left_out.votes)
        scores.append(score)
        print(f"{left_out.name}: AUC {score:.3f} on {len(left_out.votes)} votes")  # noqa: T201
    final = fit(conversations)
    arguments.out.write_text(
        json.dumps(
            {
                "intercept": round(final.intercept, 5),
                "coefficients": np.round(final.coefficients, 5).tolist(),
                "centre": np.round(final.centre, 5).tolist(),
                "scale": np.round(final.scale, 5).tolist(),
                "statement": np.round(final.statement, 4).tolist(),
                "spread": round(final.spread, 4),
            }
        )
    )
    print(f"mean AUC, each conversation left out once: {np.mean(scores):.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
