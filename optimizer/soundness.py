"""Before solving: recipes that make something out of nothing, found by a small LP per place and named.

Over the routes that use at least one commodity, at levels z between 0 and 1,

    max Σ_c s_c,   s_c = Σ_k recipe[k,c] z_k >= 0 for every balanced commodity c

is 0 unless some routes together make a surplus and use up nothing.
"""

from __future__ import annotations

from functools import lru_cache

import highspy
import numpy as np

from models.formulation.board import Board
from models.problems import InputError, rule

SURPLUS = 1e-7


def check_recipes(board: Board) -> None:
    """Raises InputError that names the routes of every loop that makes something out of nothing."""
    recipes = board["recipes"]
    recipes = recipes[board.any_of(board["commodity_parts"]["c"])[recipes["c"]]]
    recipes = recipes[recipes.within(recipes[recipes["amount"] < 0], "r", "k", "t")]
    if not board.any_of(recipes["c"][recipes["amount"] > 0])[recipes["c"][recipes["amount"] < 0]].any():
        return
    place = recipes.groups("r", "t")
    recipes = recipes[np.lexsort((recipes["c"], recipes["k"], place))]
    seen: set[bytes] = set()
    problems = []
    for own in np.split(np.arange(len(recipes)), np.cumsum(np.bincount(place))[:-1]):
        routes, goods, amounts = (recipes[name][own] for name in ("k", "c", "amount"))
        key = routes.tobytes() + goods.tobytes() + amounts.tobytes()
        if key in seen:
            continue
        seen.add(key)
        loop = free_loop(routes, goods, amounts)
        if loop:
            r, t = (board.labels.label(int(recipes[name][own[0]])) for name in ("r", "t"))
            names = " + ".join(f"{z:.3g} {board.labels.label(k)}" for k, z in loop.items())
            en = f"these routes make something out of nothing at {r} in {t}: {names}"
            problems.append(rule(en, f"下列路线在 {r}（{t}）无中生有：{names}", table="recipes"))
    if problems:
        raise InputError(problems)


def free_loop(k: np.ndarray, c: np.ndarray, recipe: np.ndarray) -> dict[int, float]:
    """The levels of routes that make a surplus without using anything up; empty if there are none. `k`, `c`, `recipe`: one entry per recipe
    line: route, commodity, amount."""
    routes, at_route = np.unique(k, return_inverse=True)
    goods, at_good = np.unique(c, return_inverse=True)
    amounts = np.zeros((len(goods), len(routes)))
    np.add.at(amounts, (at_good, at_route), recipe)
    levels = _levels(amounts.shape, amounts.tobytes())
    return {int(routes[i]): z for i, z in enumerate(levels) if z > SURPLUS}


@lru_cache(maxsize=10_000)
def _levels(shape: tuple[int, int], recipes: bytes) -> tuple[float, ...]:
    """The levels z of a matrix of recipes, goods x routes; none without a surplus. Kept, as the same recipes come again and again."""
    amounts = np.frombuffer(recipes).reshape(shape)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for cost in -amounts.sum(axis=0):
        solver.addVar(0.0, 1.0)
        solver.changeColCost(solver.getNumCol() - 1, float(cost))
    for row in amounts:
        at = np.flatnonzero(row)
        solver.addRow(0.0, np.inf, len(at), at.astype(np.int32), row[at])
    solver.run()
    levels = np.array(solver.getSolution().col_value)
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal or (amounts @ levels).sum() <= SURPLUS:
        return ()
    return tuple(levels.tolist())
