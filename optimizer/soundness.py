"""Before solving: recipes that make something out of nothing, found by a small LP per place and named.

Over the routes that use at least one commodity, at levels z between 0 and 1,

    max Σ_c s_c,   s_c = Σ_k recipe[k,c] z_k >= 0 for every balanced commodity c

is 0 unless some routes together make a surplus and use up nothing.
"""

from __future__ import annotations

import highspy
import numpy as np
import pandas as pd

from models.formulation.board import Board
from models.problems import InputError, rule

SURPLUS = 1e-7


def check_recipes(board: Board) -> None:
    """Raises InputError that names the routes of every loop that makes something out of nothing."""
    recipes = board["recipes"]
    recipes = recipes[recipes["c"].isin(board["commodity_parts"]["c"])]
    using = recipes.loc[recipes["amount"] < 0, ["r", "k", "t"]].drop_duplicates()
    recipes = recipes.merge(using, on=["r", "k", "t"])
    made = set(recipes.loc[recipes["amount"] > 0, "c"]) & set(recipes.loc[recipes["amount"] < 0, "c"])
    if not made:
        return
    seen: set[bytes] = set()
    problems = []
    for (r, t), group in recipes.groupby(["r", "t"], sort=False):
        own = group[["k", "c", "amount"]].sort_values(["k", "c"])
        key = own.to_csv(index=False).encode()
        if key in seen:
            continue
        seen.add(key)
        loop = free_loop(own)
        if loop:
            names = " + ".join(f"{z:.3g} {k}" for k, z in loop.items())
            en = f"these routes make something out of nothing at {r} in {t}: {names}"
            problems.append(rule(en, f"下列路线在 {r}（{t}）无中生有：{names}", table="recipes"))
    if problems:
        raise InputError(problems)


def free_loop(recipes: pd.DataFrame) -> dict[str, float]:
    """The levels of routes (k, c, amount) that make a surplus without using anything up; empty if there are none."""
    routes, k = np.unique(recipes["k"].to_numpy(object), return_inverse=True)
    goods, c = np.unique(recipes["c"].to_numpy(object), return_inverse=True)
    amounts = np.zeros((len(goods), len(routes)))
    np.add.at(amounts, (c, k), recipes["amount"].to_numpy(float))
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
        return {}
    return {str(name): float(z) for name, z in zip(routes, levels, strict=True) if z > SURPLUS}
