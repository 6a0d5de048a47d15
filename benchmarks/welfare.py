"""Our rules against pref_voting on the same ballots, building the profile included: `python -m benchmarks.welfare`.

Both sides start from one numpy array of rankings, `(voters, candidates)`, and end with the winners. Each is run once to
warm up (pref_voting compiles with numba on first use) and then several times; the best time counts. Where pref_voting
would take too long both sides get a smaller poll, and the row says so. Both must name the same winners.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tests.welfare import reference
from welfare import grades_from_profile, margins, profile_from_grades, rank, rank_ballots
from welfare.inputs import Floats, Ints

Winners = tuple[int, ...]


@dataclass(frozen=True)
class Contest:
    name: str
    candidates: int
    voters: int
    ours: Callable[[], Winners]
    theirs: Callable[[], Winners]
    remark: str = ""


def strict_ballots(voters: int, candidates: int, seed: int = 1) -> Ints:
    return np.argsort(np.random.default_rng(seed).random((voters, candidates)), axis=1)


def tied_ballots(voters: int, candidates: int, seed: int = 1) -> Ints:
    return np.random.default_rng(seed).integers(0, candidates // 2, (voters, candidates))


def leaning_ballots(voters: int, candidates: int, seed: int = 1) -> Ints:
    """Ballots with a common leaning, so that pref_voting's ranked pairs, which tries all orders, can finish."""
    random = np.random.default_rng(seed)
    return np.argsort(np.argsort(random.normal(np.arange(candidates) * 0.1, 1.0, (voters, candidates)), axis=1), axis=1)


def utilities(voters: int, candidates: int, seed: int = 1) -> Floats:
    # On a coarse binary scale sums are exact, and pref_voting, which compares floats with ==, sees the same ties.
    return np.random.default_rng(seed).integers(1, 1025, (voters, candidates)) / 1024


def contests(quick: bool) -> Iterator[Contest]:
    voters, candidates = (1000, 16) if quick else (10_000, 64)
    strict = strict_ballots(voters, candidates)
    for rule in ("schulze", "split_cycle", "minimax", "copeland", "borda"):
        yield Contest(
            rule,
            candidates,
            voters,
            lambda rule=rule: rank_ballots(strict, rule).winners,
            lambda rule=rule: reference.winners(rule, reference.strict_profile(strict)),
        )
    fewer = strict_ballots(voters, 16)
    yield Contest(
        "irv",
        16,
        voters,
        lambda: rank_ballots(fewer, "irv").winners,
        lambda: reference.winners("irv", reference.strict_profile(fewer)),
        "fewer candidates: with 64 pref_voting, which follows each tie anew, was stopped after 10 minutes",
    )
    leaning = leaning_ballots(voters, candidates)
    yield Contest(
        "ranked_pairs",
        candidates,
        voters,
        lambda: rank_ballots(leaning, "ranked_pairs").winners,
        lambda: reference.winners("ranked_pairs", reference.strict_profile(leaning)),
        "ballots with a Condorcet winner: without one pref_voting tries every order of equal victories",
    )
    few, small = (100, 8) if quick else (300, 24)
    tied = tied_ballots(few, small)
    yield Contest(
        "schulze, ties",
        small,
        few,
        lambda: rank_ballots(tied, "schulze").winners,
        lambda: reference.winners("schulze", reference.tied_profile(tied)),
        "smaller: pref_voting's profile with ties is pure Python",
    )
    profile = utilities(few, small)
    for rule in ("utilitarian", "maximin", "leximin"):
        yield Contest(
            rule,
            small,
            few,
            lambda rule=rule: rank(profile, rule).winners,
            lambda rule=rule: reference.utility_tiers(rule, reference.utility_profile(profile))[0],
            "smaller, as above",
        )
    grades = grades_from_profile(profile)
    yield Contest(
        "majority_judgment",
        small,
        few,
        lambda: rank(profile_from_grades(grades), "majority_judgment").winners,
        lambda: reference.majority_judgment(grades),
        "smaller, as above",
    )


def our_own(quick: bool) -> Iterator[tuple[str, str, Callable[[], object]]]:
    """What pref_voting has no counterpart for or cannot finish."""
    voters, candidates = (1000, 16) if quick else (10_000, 64)
    strict, tied = strict_ballots(voters, candidates), tied_ballots(voters, candidates)
    profile = utilities(voters, candidates)
    size = f"{candidates} x {voters:,}"
    yield "margins alone", size, lambda: margins(strict)
    yield "schulze, ties in ballots", size, lambda: rank_ballots(tied, "schulze").winners
    yield "irv", size, lambda: rank_ballots(strict, "irv").exact
    yield "ranked_pairs, no leaning", size, lambda: rank_ballots(strict, "ranked_pairs").exact
    yield "irv, ties in ballots", size, lambda: rank_ballots(tied, "irv").exact
    for rule in ("utilitarian", "maximin", "leximin", "nash", "atkinson:2", "sen", "gini", "approval"):
        yield rule, size, lambda rule=rule: rank(profile, rule).winners
    yield "majority_judgment", size, lambda: rank(profile, "majority_judgment").winners


def best_time(work: Callable[[], object], repeats: int) -> float:
    times: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="16 candidates and 1,000 voters, one repeat")
    quick = bool(parser.parse_args().quick)
    repeats = 1 if quick else 3

    print("| rule | candidates x voters | ours | pref_voting | ratio | |")
    print("|---|---|---:|---:|---:|---|")
    for contest in contests(quick):
        ours, theirs = contest.ours(), contest.theirs()
        if not set(ours) <= set(theirs) or (ours != theirs and contest.name != "majority_judgment"):
            raise SystemExit(f"{contest.name}: we name {ours}, pref_voting {theirs}")
        mine, other = best_time(contest.ours, repeats), best_time(contest.theirs, repeats)
        size = f"{contest.candidates} x {contest.voters:,}"
        print(f"| {contest.name} | {size} | {shown(mine)} | {shown(other)} | {other / mine:.0f}x | {contest.remark} |")

    print("\n| ours alone | candidates x voters | time |\n|---|---|---:|")
    for name, size, work in our_own(quick):
        work()
        print(f"| {name} | {size} | {shown(best_time(work, repeats))} |")


if __name__ == "__main__":
    main()
