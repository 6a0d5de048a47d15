"""How long the audit of predicted against actual votes takes (A6): `python -m benchmarks.audit_structure`.

Made-up votes of members of two kinds, a fifth of them missing. The target: 1,000 members x 200 statements with 1,000
permutations under 60 s and 2 GiB on two cores.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from engine.audit.corruption import corrupted
from engine.audit.votes import ANSWERS, Effort, audit_votes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--statements", type=int, default=200)
    parser.add_argument("--permutations", type=int, default=1_000)
    arguments = parser.parse_args()
    noise = np.random.default_rng(0)
    shape = (arguments.members, arguments.statements)
    leaning = noise.standard_normal((shape[0], 2)) @ noise.standard_normal((2, shape[1]))
    actual = (noise.random(shape) < 1 / (1 + np.exp(-1.5 * leaning))).astype(np.float64)
    actual[noise.random(shape) < 0.2] = np.nan
    predicted = corrupted(actual, 0.1, noise, ANSWERS)
    start = time.perf_counter()
    found = audit_votes(predicted, actual, seed=0, effort=Effort(permutations=arguments.permutations))
    seconds = time.perf_counter() - start
    size = f"{shape[0]} members x {shape[1]} statements, {arguments.permutations} permutations"
    print(f"{size}: {seconds:.1f} s, {found.verdict}")
    print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main()
