"""Two sides of a price: what one unit more costs, and what one unit less saves, where the two differ.

The cost of the best plan is a convex function V of a row's side b. With Y the duals of all best plans,

    V'(b; +1) = max { y_i : y in Y },    V'(b; −1) = −min { y_i : y in Y }

and Y is a polyhedron: y_i = 0 or of one sign where the row has room, and d = c − Aᵀy is 0, >= 0 or <= 0 where a column lies between its bounds,
at its lower, at its upper one. One LP, asked again with another objective for each row. (Bertsimas and Tsitsiklis, Introduction to Linear
Optimization, section 5.3.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import highspy
import numpy as np
import scipy.sparse as sp

from models.algebra import Matrices
from optimizer.scaling import scale

SMALL = 5_000
"""Columns up to which both sides are computed; above it a price is the dual of the one plan found."""
CLOSE = 1e-7
FAR = 1e12
"""A price beyond this is none: the row cannot be moved that way at all."""


def two_sided(matrices: Matrices, x: np.ndarray, rows: Iterable[int]) -> dict[int, tuple[float, float]]:
    """For each row the slope dV/db when its side is raised, and when it is lowered: the largest and the smallest dual.

    Infinite where the side cannot be moved that way at all. `x` is a best plan of an LP. What is at a bound, and what is a price at all, is told in
    units of the model itself.
    """
    rows = list(rows)
    s = scale(matrices)
    own = replace(matrices, matrix=s.matrix, row_lower=s.row_lower, row_upper=s.row_upper, cost=s.cost, lower=s.lower, upper=s.upper)
    solver = _face(own, x / s.columns)
    out = {}
    for i in rows:
        ends = []
        for sign in (-1.0, 1.0):
            solver.changeColCost(i, sign)
            solver.run()
            ends.append(_end(solver, i, sign))
            solver.changeColCost(i, 0.0)
        more, less = ends
        unit = float(s.rows[i]) * s.money
        out[i] = (more * unit, less * unit)
    return out


def _end(solver: highspy.Highs, i: int, sign: float) -> float:
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return np.inf if sign < 0 else -np.inf
    value = float(solver.getSolution().col_value[i])
    return value if abs(value) < FAR / 2 else float(np.sign(value) * np.inf)


def _face(matrices: Matrices, x: np.ndarray) -> highspy.Highs:
    """The LP of all duals that go with the plan: a column per row of the model, a row per column."""
    activity = matrices.matrix @ x
    size = 1 + abs(matrices.matrix) @ np.abs(x)
    at_lower = activity - matrices.row_lower <= CLOSE * size
    at_upper = matrices.row_upper - activity <= CLOSE * size
    low = np.where(at_upper, -FAR, 0.0)
    high = np.where(at_lower, FAR, 0.0)
    reach = 1 + np.abs(x)
    column_lower = x - matrices.lower <= CLOSE * reach
    column_upper = matrices.upper - x <= CLOSE * reach
    transposed = sp.csr_array(matrices.matrix.T)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrices.matrix.shape
    model.col_cost_ = np.zeros(matrices.matrix.shape[0])
    model.col_lower_, model.col_upper_ = low, high
    model.row_upper_ = np.where(column_upper, np.inf, matrices.cost)
    model.row_lower_ = np.where(column_lower, -np.inf, matrices.cost)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = transposed.indptr, transposed.indices, transposed.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("solver", "simplex")
    solver.passModel(model)
    return solver
