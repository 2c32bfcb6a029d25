"""The duals of a plan in which capacity that does not stand has no rent beyond what it could earn.

Where nothing stands, the row "run <= what stands" says 0 <= 0, and its dual may be anything from what running would earn down to what building
would cost: the solver picks one end by chance. Here it is raised as far as the routes allow. The result is again a dual of the same worth:
d of the routes stays >= 0, d of what could stand only grows, and the row's side is 0.
"""

from __future__ import annotations

import numpy as np

from optimizer.solved import Solved


def without_idle_rents(solved: Solved) -> np.ndarray:
    """The duals by row, rents of capacity that does not stand raised towards 0. [¤ per unit of the row]"""
    board, matrices = solved.model.board, solved.matrices
    y: np.ndarray = np.nan_to_num(solved.y)
    block, part = matrices.rows["usable_capacity"], ["r", "q", "t", "p"]
    rows = solved.duals("usable_capacity", *part)
    stands = solved.values("standing", "r", "q", "e", "t").total(["r", "q", "t"])
    empty = rows.look_up(stands, "r", "q", "t", value="value", default=0.0) == 0
    d = matrices.cost - matrices.matrix.T @ y
    runs = board["uses"].join(board["activity"].rename(p="a"), "r", "k", "t").join(board["run_parts"], "q")
    portion = runs.look_up(board["portion"].rename(p="a", p2="p"), "a", "p", value="value", default=0.0)
    runs = runs.put(taken=runs["use"] * portion)[portion > 0]
    row = runs.find(rows, *part)
    activity = matrices.columns["activity"]
    j = activity.start + activity.index_set.position([runs[letter] for letter in ("r", "k", "t", "a")])
    for q in np.unique(rows["q"][empty]):
        own = np.flatnonzero((runs["q"] == q) & empty[row])
        alone = runs["a"][own] == runs["p"][own]
        if not alone.all():
            continue  # a route spread over several parts ties their rents together
        room = np.full(block.count, np.inf)
        np.minimum.at(room, row[own], np.maximum(d[j[own]], 0.0) / runs["taken"][own])
        raised = np.where(empty & (rows["q"] == q), np.minimum(room, -y[block.slice]), 0.0)
        y[block.slice] += raised
        d[j[own]] -= runs["taken"][own] * raised[row[own]]
    return y
