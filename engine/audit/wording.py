"""A4: does the wording of our own prompts decide who wins, or how the model answers (Wright et al. 2024, 2406.19238)?

Drafting: the same deliberations under ten wordings of the drafting template, in different orders of the members and
with different seeds. Texts are never twice the same, so the winner is *whose* words it is closest to. Wordings may
change that no more often than another seed alone does. Asking: the same statements under ten ways to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.audit.distributions import kendall_tau
from engine.audit.figure import SLIGHT, TOO_FEW, Audit, Figure
from engine.audit.least_effects import FEWER_FLIPS, WINNERS
from engine.audit.people import LEAST_STATEMENTS, Floats, Ints
from engine.audit.resampling import DRAWS, SIGNIFICANT, bootstrap, interval_of, p_value, permuted

Number = TypeVar("Number", np.int64, np.float64)

LEAST_TEMPLATES = 10
LEAST_SEEDS = 2


@dataclass(frozen=True)
class Grid:
    """One deliberation drafted many times. `winners`: (templates, orders, seeds), the member whose words the winner is
    closest to, -1 where no statement stood. `agreement`: (templates, orders, seeds, members), predicted agreement with
    the winner, NaN there.
    """

    winners: Ints
    agreement: Floats


def prompt_proof(
    templates: Sequence[str],
    grids: Sequence[Grid],
    asks: Sequence[str],
    stances: Floats,
    *,
    statements: Sequence[str] = (),
    seed: int,
    draws: int = DRAWS,
) -> Audit:
    """The audit. `templates`: names of the drafting wordings, the first is ours; `asks`: those of the ways to ask, of
    `stances`, (ways, orders, statements) in [-1, 1]. Either may be empty.
    """
    figures = _drafting(templates, grids, seed, draws) if grids else []
    asking = _asking(asks, stances, seed, draws) if len(asks) else []
    figures += asking
    verdict = "prompt_proof"
    for one in ("prompt_decides", "wording_decides", TOO_FEW):
        if any(figure.verdict == one for figure in figures):
            verdict = one
            break
    first = next((figure for figure in figures if figure.verdict == verdict), figures[0])
    return Audit(
        name="A4",
        verdict=verdict,
        figures=(first, *(figure for figure in figures if figure is not first)),
        data={"stance": stances.mean(axis=1).tolist()} if len(asks) else {},
        labels={"templates": list(asks), "statements": list(statements)},
    )


def changes(winners: Ints, along: int) -> Floats:
    """How often the winner differs between two places along one axis, all else alike: (places, places)."""
    moved = np.moveaxis(winners, along, 0).reshape(winners.shape[along], -1)
    known = (moved[:, None] >= 0) & (moved[None, :] >= 0)
    differ = (moved[:, None] != moved[None, :]) & known
    return _ratio(differ.sum(axis=-1).astype(np.float64), known.sum(axis=-1).astype(np.float64))


def _off_diagonal(pairs: Floats) -> float:
    values = pairs[~np.eye(len(pairs), dtype=bool)]
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def _averaged(grids: Sequence[Grid], measure: Callable[[Grid], Floats]) -> Floats:
    """The mean over deliberations of a table of pairs."""
    tables = np.array([measure(grid) for grid in grids])
    known = np.isfinite(tables)
    return _ratio(np.where(known, tables, 0.0).sum(axis=0), known.sum(axis=0).astype(np.float64))


def _ratio(sums: Floats, counts: Floats) -> Floats:
    """NaN where nothing was counted."""
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def _drafting(templates: Sequence[str], grids: Sequence[Grid], seed: int, draws: int) -> list[Figure]:
    shape = grids[0].winners.shape
    runs = int(sum((grid.winners >= 0).sum() for grid in grids))
    if shape[0] < LEAST_TEMPLATES or shape[2] < LEAST_SEEDS or runs < LEAST_STATEMENTS:
        return [Figure(name="winner_changes", value=None, statements=len(grids), verdict=TOO_FEW)]
    between = _averaged(grids, lambda grid: changes(grid.winners, 0))
    by_order = _off_diagonal(_averaged(grids, lambda grid: changes(grid.winners, 1)))
    by_seed = _off_diagonal(_averaged(grids, lambda grid: changes(grid.winners, 2)))
    found = _off_diagonal(between)

    def shuffled(noise: np.random.Generator) -> float:
        """Which run had which template does not matter: runs change places within a deliberation and an order."""
        tables = [changes(_mixed(grid.winners, noise), 0) for grid in grids]
        return _off_diagonal(np.nanmean(np.array(tables), axis=0))

    random = np.random.default_rng(seed)
    null = np.array([shuffled(random) for _ in range(draws)])
    p = p_value(found, null)

    def resampled(drawn: Ints) -> float:
        apart = drawn[:, None] != drawn[None, :]
        return float(np.nanmean(between[np.ix_(drawn, drawn)][apart])) if apart.any() else float("nan")

    tau = _off_diagonal(_averaged(grids, lambda grid: _taus(grid.agreement, 0)))
    tau_seeds = _off_diagonal(_averaged(grids, lambda grid: _taus(grid.agreement, 2)))
    share = _shares([grid.agreement for grid in grids])
    random = np.random.default_rng(seed + 1)
    shares = np.array([_shares([_mixed(grid.agreement, random) for grid in grids]) for _ in range(draws // 5)])
    chance = float(np.nanmean(shares))
    about = len(grids)
    return [
        Figure(
            name="winner_changes",
            value=found,
            interval=interval_of(bootstrap(resampled, len(between), seed=seed, draws=draws)),
            null=interval_of(null),
            ceiling=by_seed,
            p=p,
            statements=about,
            least=by_seed + WINNERS,
            verdict=_beyond(found, null, by_seed + WINNERS, "prompt_decides"),
        ),
        Figure(name="winner_changes_seeds", value=by_seed, statements=about, verdict="told"),
        Figure(name="winner_changes_orders", value=by_order, ceiling=by_seed, statements=about, verdict="told"),
        Figure(name="tau", value=tau, ceiling=tau_seeds, statements=about, verdict="told"),
        Figure(
            name="template_variance",
            value=share,
            null=interval_of(shares),
            p=p_value(share, shares),
            statements=about,
            least=chance + WINNERS,
            verdict=_beyond(share, shares, chance + WINNERS, "prompt_moves"),
        ),
        *(
            Figure(
                name="template",
                about=name,
                value=float(row[0]) if np.isfinite(row[0]) else None,
                ceiling=by_seed,
                statements=about,
                verdict="told",
            )
            for name, row in list(zip(templates, between, strict=True))[1:]
        ),
    ]


def _beyond(found: float, null: Floats, least: float, verdict: str) -> str:
    """The verdict where something lies above its null and is large enough to count."""
    if p_value(found, null) >= SIGNIFICANT:
        return "seeds_alone"
    return verdict if found >= least else SLIGHT


def _mixed(values: NDArray[Number], noise: np.random.Generator) -> NDArray[Number]:
    """(templates, orders, seeds, ...) with the runs of each order in another place."""
    templates, orders, seeds = values.shape[:3]
    mixed = np.empty_like(values)
    for order in range(orders):
        runs = values[:, order].reshape(templates * seeds, *values.shape[3:])
        mixed[:, order] = runs[noise.permutation(templates * seeds)].reshape(values[:, order].shape)
    return mixed


def _taus(agreement: Floats, along: int) -> Floats:
    """Kendall's tau of the members' predicted agreement between two places along an axis: (places, places)."""
    moved = np.moveaxis(agreement, along, 0)
    count = len(moved)
    moved = moved.reshape(count, -1, agreement.shape[-1])
    found = np.full((count, count), np.nan)
    for one in range(count):
        for other in range(one):
            taus = [
                kendall_tau(first, second)
                for first, second in zip(moved[one], moved[other], strict=True)
                if np.isfinite(first).all() and np.isfinite(second).all()
            ]
            known = [tau for tau in taus if np.isfinite(tau)]
            if known:
                found[one, other] = found[other, one] = float(np.mean(known))
    return found


def _shares(agreements: Sequence[Floats]) -> float:
    """The share of the variance of members' predicted agreement that lies between templates, over all runs: the mean
    over deliberations, NaN where nothing varies.
    """
    found: list[float] = []
    for agreement in agreements:
        runs = agreement.reshape(len(agreement), -1, agreement.shape[-1])
        known = np.array(np.isfinite(runs).all(axis=2))
        stood = runs[known]
        whole = float(stood.var(axis=0).mean()) if len(stood) else 0.0
        if whole > 0:
            means = np.array([runs[at][known[at]].mean(axis=0) for at in np.flatnonzero(known.sum(axis=1))])
            found.append(float(means.var(axis=0).mean()) / whole)
    return float(np.mean(found)) if found else float("nan")


def flips(signs: Ints) -> float:
    """How often two of the rows (ways, statements) stand on different sides of a statement; indifference is a side."""
    pairs = [float((signs[one] != signs[other]).mean()) for one in range(len(signs)) for other in range(one)]
    return float(np.mean(pairs)) if pairs else float("nan")


def _by_letter(stances: Floats, taus: Sequence[float], seed: int, draws: int) -> list[Figure]:
    """How answers change when only the letters before them do. Whoever goes by the letter changes sides every time."""
    count = stances.shape[2]
    if stances.shape[1] < 2:
        return []
    signs = np.sign(stances).astype(np.int64)

    def flipped(drawn: Ints) -> float:
        return float(np.mean([flips(way[:, drawn]) for way in signs]))

    interval = interval_of(bootstrap(flipped, count, seed=seed, draws=draws // 5))
    by_letter = interval is not None and interval[0] > 0.5
    everything: Ints = np.arange(count)
    known = [tau for tau in taus if np.isfinite(tau)]
    return [
        Figure(
            name="order_flips",
            value=flipped(everything),
            interval=interval,
            ceiling=0.0,
            least=0.5,
            statements=count,
            verdict="letter_decides" if by_letter else "told",
        ),
        Figure(name="order_tau", value=float(np.mean(known)) if known else None, statements=count, verdict="told"),
    ]


def _asking(asks: Sequence[str], stances: Floats, seed: int, draws: int) -> list[Figure]:
    ways, orders, count = stances.shape
    if ways < LEAST_TEMPLATES or count < LEAST_STATEMENTS:
        return [Figure(name="vote_flips", value=None, statements=count, verdict=TOO_FEW)]
    by_way = stances.mean(axis=1)
    signs = np.sign(by_way).astype(np.int64)
    found = flips(signs)
    random = np.random.default_rng(seed)
    null = np.array([flips(random.permuted(signs, axis=1)) for _ in range(draws // 5)])
    # Fewer flips than when every wording goes through the statements in an order of its own.
    p = p_value(-found, -null)
    most = FEWER_FLIPS * float(np.median(null))
    taus = [kendall_tau(by_way[one], by_way[other]) for one in range(ways) for other in range(one)]
    order_taus = [kendall_tau(way[one], way[other]) for way in stances for one in range(orders) for other in range(one)]
    share = float(by_way.mean(axis=1).var() / by_way.var()) if by_way.var() > 0 else 0.0
    shuffled = permuted(
        lambda order: float(by_way.reshape(-1)[order].reshape(ways, count).mean(axis=1).var() / by_way.var()),
        by_way.size,
        seed=seed,
        draws=draws // 5,
    )
    return [
        Figure(
            name="vote_flips",
            value=found,
            interval=interval_of(bootstrap(lambda drawn: flips(signs[:, drawn]), count, seed=seed, draws=draws // 5)),
            null=interval_of(null),
            p=p,
            statements=count,
            least=most,
            verdict="statement_decides" if p < SIGNIFICANT and found <= most else "wording_decides",
        ),
        Figure(
            name="ask_tau",
            value=float(np.nanmean(taus)),
            statements=count,
            verdict="told",
        ),
        *_by_letter(stances, order_taus, seed, draws),
        Figure(
            name="ask_variance",
            value=share,
            null=interval_of(shuffled),
            p=p_value(share, shuffled),
            statements=count,
            verdict="told",
        ),
        *(
            Figure(name="ask", about=name, value=float(row.mean()), statements=count, verdict="told")
            for name, row in zip(asks, by_way, strict=True)
        ),
    ]
