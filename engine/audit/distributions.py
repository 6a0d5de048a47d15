"""Answers on an ordered scale as distributions, and how far two of them are apart.

Arrays of distributions are (..., answers): the last axis runs from the lowest answer to the highest and sums to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OptionMode: TypeAlias = Literal["sum", "paper"]
"""How an option's chance is read off next tokens: all its spellings together, or as Santurkar et al. 2023 did."""
TOP_TOKENS = 100
"""How many of the likeliest tokens the paper's mode looks at, as the paper's API gave them."""


def distance(one: Floats, other: Floats) -> Floats:
    """Normalised Wasserstein-1 in [0, 1]: 1 where all mass has to cross the whole scale.

    >>> round(float(distance(np.array([0.2, 0, 0.6, 0.2]), np.array([0.6, 0, 0, 0.4]))), 4)
    0.3333
    """
    steps = np.abs(np.cumsum(one - other, axis=-1)[..., :-1])
    return steps.sum(axis=-1) / (one.shape[-1] - 1)


def alignment(one: Floats, other: Floats) -> float:
    """Mean over questions of 1 - W1 / (N - 1) (Santurkar et al. 2023, equation 1); both (questions, answers).

    Questions where either is unknown (NaN) are left out; NaN where none is left.
    """
    apart = distance(one, other)
    known = np.isfinite(apart)
    return float(1.0 - apart[known].mean()) if known.any() else float("nan")


def split_refusal(chances: Floats) -> tuple[Floats, Floats]:
    """(..., answers + 1) with refusing last: the rest renormalised (..., answers), and the refusal's share (...,)."""
    total = chances.sum(axis=-1)
    answers = chances[..., :-1]
    return answers / answers.sum(axis=-1, keepdims=True), chances[..., -1] / total


def option_chances(log_chances: Floats, options: Sequence[Sequence[int]], mode: OptionMode = "sum") -> Floats:
    """Chances of options (options,) from log-probabilities of the next token (vocabulary,), summing to 1.

    `options`: the tokens that spell each option ("A", " A"). "sum" adds them up. "paper" takes the likeliest spelling;
    an option without a spelling among the `TOP_TOKENS` likeliest gets the least of those or an equal share of what is
    left over by them, whichever is smaller.
    """
    chances = np.exp(log_chances)
    if mode == "sum":
        found = np.array([chances[list(tokens)].sum() for tokens in options])
    else:
        found = _as_in_the_paper(chances, options)
    return found / found.sum()


def _as_in_the_paper(chances: Floats, options: Sequence[Sequence[int]]) -> Floats:
    most = min(TOP_TOKENS, len(chances))
    top = np.argpartition(-chances, most - 1)[:most]
    listed = frozenset(top.tolist())
    least, left_over = chances[top].min(), max(0.0, 1.0 - chances[top].sum())
    found = np.array([max((chances[token] for token in tokens if token in listed), default=0.0) for tokens in options])
    missing = found == 0.0
    if missing.any():
        found[missing] = min(least, left_over / missing.sum())
    return found


def entropy(distributions: Floats) -> Floats:
    """In nats, over the last axis; 0 log 0 is 0."""
    safe = np.where(distributions > 0, distributions, 1.0)
    return -(distributions * np.log(safe)).sum(axis=-1)


def stance(distributions: Floats) -> Floats:
    """The mean answer, from -1 (lowest) to 1 (highest)."""
    return distributions @ np.linspace(-1.0, 1.0, distributions.shape[-1])


def kendall_tau(one: Floats, other: Floats) -> float:
    """Kendall's tau-b of two rankings (things,); NaN where one of them ranks nothing."""
    upper = np.triu_indices(len(one), 1)
    first = np.sign(one[:, None] - one[None, :])[upper]
    second = np.sign(other[:, None] - other[None, :])[upper]
    ties = np.count_nonzero(first) * np.count_nonzero(second)
    return float((first * second).sum() / np.sqrt(ties)) if ties else float("nan")
