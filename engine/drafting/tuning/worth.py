"""Learn how much an opinion is worth in a statement: `python -m engine.drafting.tuning.worth`.

Writes `engine/drafting/worth.json` from what readers judged of the examples' opinions (`points/`), and prints how well
it tells the worthier of two opinions on dev topics, and how much worthier it finds those of the side for. Readers found
them worthier by 0.2 than those against, since who is for something more often says how; that is taken out first.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import engine.drafting.worth
from engine.drafting.tuning.examples import FOLDER as EXAMPLES
from engine.drafting.tuning.examples import ExampleError, read_examples
from engine.drafting.tuning.points import FOLDER, Point, read_points
from engine.drafting.worth import FILE, WorthWeights
from engine.models.bundled import bundled_embedder
from engine.models.embedding import Embedder

Floats = NDArray[np.float64]

RIDGE = 3.0
"""The penalty on the squared weights; 1 and 10 told dev topics' opinions apart no better."""


def fit(vectors: Floats, worth: Floats, *, ridge: float = RIDGE) -> WorthWeights:
    """Ridge regression. `vectors`: (opinions, dimensions), unit rows. `worth`: (opinions,)."""
    centre, mean = vectors.mean(axis=0), float(worth.mean())
    about = vectors - centre
    # The penalty as observations of their own, so that least squares is all that is left.
    below = np.sqrt(ridge) * np.eye(about.shape[1])
    weights = np.linalg.pinv(np.vstack([about, below])) @ np.concatenate([worth - mean, np.zeros(about.shape[1])])
    return WorthWeights(weights, mean - float(centre @ weights))


def without_sides(worth: Floats, sides: Sequence[str]) -> Floats:
    """The worth less what the side for has on average beside the side against: (opinions,)."""
    told = np.array(sides)
    both = worth[(told == "for") | (told == "against")].mean()
    found = worth.copy()
    for side in ("for", "against"):
        found[told == side] += both - worth[told == side].mean()
    return found


def concordance(found: Floats, worth: Floats) -> float:
    """The share of pairs of opinions of different worth that are told in the right order; half of those told alike."""
    apart = worth[:, None] > worth
    above = found[:, None] - found
    return float(((above > 0) + 0.5 * (above == 0))[apart].mean())


def main() -> int:
    """Fit, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(engine.drafting.worth.__file__).with_name(FILE))
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help="folder of JSON lines")
    parser.add_argument("--points", type=Path, default=FOLDER, help="folder of JSON lines")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    embedder = Embedder(bundled_embedder(), threads=options.threads)
    try:
        points = read_points(read_examples(options.examples), options.points)
    except ExampleError as problem:
        parser.error(str(problem))
    vectors, worth, sides = _told(points, "train", embedder)
    weights = fit(vectors, without_sides(worth, sides))
    vectors, worth, sides = _told(points, "dev", embedder)
    found = vectors @ weights.weights + weights.mean
    one, other = (found[np.array(sides) == side].mean() for side in ("for", "against"))
    measured = f"concordance {concordance(found, worth):.3f}, side for {one - other:+.3f}"
    print(f"dev topics, {len(worth)} opinions: {measured}")  # noqa: T201
    options.out.write_text(weights.to_json())
    return 0


def _told(points: Sequence[Point], split: str, embedder: Embedder) -> tuple[Floats, Floats, list[str]]:
    some = [point for point in points if point.entry.split == split]
    vectors = embedder.embed([point.opinion.text for point in some]).astype(np.float64)
    return vectors, np.array([point.worth for point in some], dtype=np.float64), [point.opinion.side for point in some]


if __name__ == "__main__":
    raise SystemExit(main())
