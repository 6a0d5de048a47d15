"""What `python -m engine.reward.train` learnt: the statement's text, the sizes of all variances, and the link."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FILE = "weights.json"


@dataclass(frozen=True)
class TextWeights:
    """`welcome`: the regression's weights, `centre`: the mean of all training statements; both (dimensions,)."""

    welcome: Floats
    centre: Floats


@dataclass(frozen=True)
class Sizes:
    """Variances on the scale of votes (-1 to 1), and what else is one number."""

    base: float = 0.4
    """Mean vote of a statement of which nothing is known: people agree more often than not."""
    welcome: float = 1.3
    """By how much the text's prior is stretched: ridge regression shrinks it."""
    group_level: float = 0.05
    group_text: float = 0.05
    group_own: float = 0.15
    """How the group's mean departs from the prior: in level, along with like statements, and each by itself."""
    member_level: float = 0.05
    member_text: float = 0.1
    member_own: float = 0.2
    """How a member departs from the group: leaning, along with like statements, and each by itself."""
    vote_noise: float = 0.15
    """A vote about the utility behind it."""
    said_noise: float = 1.5
    """A member's own words count as an agreement with them, but a weak one: everybody agrees with themselves."""
    graded_noise: float = 0.15
    """A past ballot's grade about the utility behind it."""
    strength: float = 20.0
    """How many members' votes the prior covariance counts for."""
    slope_alone: float = 1.5
    """The link's slope where only the text and the member's own votes are known."""
    slope_crowd: float = 4.0
    """The link's slope where others voted on the statements."""


@dataclass(frozen=True)
class Weights:
    """Everything that was learnt."""

    text: TextWeights
    sizes: Sizes

    def to_json(self) -> str:
        """One JSON object; floats rounded to what matters, so that the file stays small."""
        text = {name: [round(float(x), 6) for x in values] for name, values in asdict(self.text).items()}
        return json.dumps({"text": text, "sizes": asdict(self.sizes)}, indent=0) + "\n"


def read_weights(raw: Mapping[str, Any]) -> Weights:
    """Weights from their JSON object."""
    text = {name: np.array(values, dtype=np.float64) for name, values in raw["text"].items()}
    return Weights(TextWeights(**text), Sizes(**raw["sizes"]))


@cache
def bundled_weights() -> Weights:
    """The weights that come with Accord (docs/reward.md is their card)."""
    return read_weights(json.loads(resources.files("engine.reward").joinpath(FILE).read_text()))
