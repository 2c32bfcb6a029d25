"""A plan of few moves that costs little more than the best. A move: what is built, refitted or closed of an equipment in a region in a period.

Up to `EXACT` possible moves, with a 0-1 column b per move m:

    least Σ_m b_m   subject to the rows of the model,   cost <= best + share × |best|,   Σ_{j in m} x_j <= M_m b_m

M_m is what the rows imply, else what is proved of plans within the budget (`optimizer/budget.py`). Then the cheapest plan with those moves alone.

Beyond that a proxy: the moves are made least within the budget, each weighted by one over what it was before, again and again (reweighted l1:
Candès, Wakin and Boyd, J. Fourier Anal. Appl. 14, 2008). Few, not proved fewest.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.algebra import Matrices
from optimizer.answering import Clock, Found, cold, find
from optimizer.budget import Budget
from optimizer.certificate import feasible, implied_bounds
from optimizer.extended import counting, with_row
from optimizer.highs import Limits
from optimizer.solved import Solved

EXACT = 400
"""Possible moves up to which they are counted."""
SECONDS = 120.0
"""Longest search for whole numbers."""
ROUNDS = 4
"""How often the weights are set anew."""
SMALL = 1e-4
"""A move below this share of the largest of its equipment is none."""


def fewest(solved: Solved, share: float, limits: Limits) -> tuple[Solved, bool]:
    """The plan, and whether it is proved that no plan within the budget has fewer moves."""
    columns, moves = _moves(solved)
    budget = Budget(solved.matrices, solved.x, share, limits)
    upper = implied_bounds(solved.matrices)[1]
    open_to = [own for own in (columns[moves == m] for m in np.unique(moves)) if upper[own].sum() > 0]
    if not open_to:
        return solved, True
    if len(open_to) <= EXACT:
        most = np.array([_most(budget, own, upper) for own in open_to])
        found = _counted(solved, open_to, most, share, limits) if np.isfinite(most).all() else None
        if found is not None:
            return replace(solved, x=found), True
    return replace(solved, x=_reweighted(solved, budget, columns)), False


def _moves(solved: Solved) -> tuple[np.ndarray, np.ndarray]:
    """The columns of new and closed capacity, and of which move each is a part."""
    new, closed = solved.values("new", "r", "w", "t"), solved.values("closed", "r", "q", "e", "t")
    ways = solved.model.board["ways"]
    q, greenfield = (new.look_up(ways, "r", "w", "t", value=name) for name in ("q", "greenfield"))
    built = pd.DataFrame({"r": new["r"], "q": q, "t": new["t"], "kind": np.where(greenfield, 0, 1)})
    shut = pd.DataFrame({"r": closed["r"], "q": closed["q"], "t": closed["t"], "kind": 2})
    group = pd.concat([built, shut], ignore_index=True).groupby(["r", "q", "t", "kind"]).ngroup().to_numpy()
    starts = [(solved.matrices.columns[name].start, len(frame)) for name, frame in (("new", new), ("closed", closed))]
    return np.concatenate([start + np.arange(n) for start, n in starts]), group


def _most(budget: Budget, columns: np.ndarray, upper: np.ndarray) -> float:
    """More than this no plan within the budget moves."""
    implied = float(upper[columns].sum())
    return implied if np.isfinite(implied) else budget.end(columns, -1.0).proved * (1 + 1e-6)


def _counted(solved: Solved, groups: list[np.ndarray], most: np.ndarray, share: float, limits: Limits) -> np.ndarray | None:
    """The cheapest plan with the fewest moves; None where that is not proved in time."""
    matrices = solved.matrices
    best = float(matrices.cost @ solved.x)
    room = share * abs(best + matrices.offset)
    within = with_row(matrices, "budget", matrices.cost, upper=best + room + 1e-9 * max(1.0, abs(best)))
    seconds = SECONDS if limits.seconds is None else min(SECONDS, limits.seconds)
    found = _search(counting(within, groups, most), replace(limits, seconds=seconds))
    if found.x is None or found.answer.status != "optimal" or not found.certificate.sound:
        return None
    left_out = [own for own, done in zip(groups, found.x[len(solved.x) :], strict=True) if done < 0.5]
    upper = matrices.upper.copy()
    upper[np.concatenate([np.zeros(0, dtype=np.int64), *left_out])] = 0.0
    cheapest = _search(replace(matrices, upper=upper), limits)
    return cheapest.x if cheapest.x is not None and cheapest.certificate.holds else None


def _search(matrices: Matrices, limits: Limits) -> Found:
    return find(matrices, limits, Clock(limits), cold)


def _reweighted(solved: Solved, budget: Budget, columns: np.ndarray) -> np.ndarray:
    """The plan with the fewest moves of all rounds."""
    kind = np.concatenate([solved.values("new", "r", "w", "t")["w"], solved.values("closed", "r", "q", "e", "t")["q"]])
    size = pd.Series(solved.x[columns]).groupby(kind).transform("max").to_numpy()
    size = np.where(size > 0, size, max(1.0, float(size.max(initial=0.0))))
    best, x = solved.x, solved.x
    for _ in range(ROUNDS):
        weights = np.zeros(len(x))
        weights[columns] = 1.0 / (x[columns] + 0.01 * size)
        x = budget.least(weights).x
        if not feasible(solved.matrices, x):
            break
        if (x[columns] > SMALL * size).sum() < (best[columns] > SMALL * size).sum():
            best = x
    return best
