"""Scaling by powers of two: exact, undone exactly; integer columns are left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import lsmr

from models.algebra import Matrices

LARGEST, SMALLEST = 1e15, 1e-12
MODEST = 7
"""Powers of two within which costs are left as they are."""
ORDINARY, AMOUNTS = 2.0**10, 2.0**16
"""Coefficients, and sides and bounds, up to this and down to one by this need no scaling."""
INTEGRAL = 1e-9
"""Distance from a whole number that is rounding."""
CLOSE, STEPS = 1e-2, 200
"""How exact the least squares are, and their steps at most: units are carried from row to row, one in a step."""


class NumbersError(ValueError):
    """A number of the model that no solver can be trusted with."""


@dataclass(frozen=True)
class Scaled:
    """minimise cost @ x with row_lower <= matrix @ x <= row_upper, lower <= x <= upper, in scaled quantities.

    A plan of the model is x × columns; its duals are y × rows × money; its objective is money × scaled objective.
    """

    matrix: Any
    row_lower: np.ndarray
    row_upper: np.ndarray
    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    money: float


def check(matrices: Matrices) -> None:
    """Raises NumbersError, with the row and column by name, for numbers that are not finite or too large or small to survive a solver."""
    data = matrices.matrix.data
    bad = ~np.isfinite(data) | (np.abs(data) >= LARGEST) | (np.abs(data) < SMALLEST)
    if bad.any():
        k = int(np.flatnonzero(bad)[0])
        row = int(np.searchsorted(matrices.matrix.indptr, k, side="right") - 1)
        column = int(matrices.matrix.indices[k])
        raise NumbersError(f"coefficient {data[k]:g} of {matrices.column_name(column)} in {matrices.row_name(row)}: check its unit")
    for what, values in (("cost", matrices.cost), ("bound", matrices.lower), ("bound", matrices.upper)):
        bad = np.isnan(values) | (np.isfinite(values) & (np.abs(values) >= LARGEST)) | ((what == "cost") & ~np.isfinite(values))
        if bad.any():
            j = int(np.flatnonzero(bad)[0])
            raise NumbersError(f"{what} {values[j]:g} of {matrices.column_name(j)}: check its unit")
    for values in (matrices.row_lower, matrices.row_upper):
        bad = np.isnan(values) | (np.isfinite(values) & (np.abs(values) >= LARGEST))
        if bad.any():
            i = int(np.flatnonzero(bad)[0])
            raise NumbersError(f"side {values[i]:g} of row {matrices.row_name(i)}: check its unit")


@dataclass(frozen=True)
class Factors:
    """Powers of two by which rows, columns and money are scaled."""

    rows: np.ndarray
    columns: np.ndarray
    money: float


def scale(matrices: Matrices, factors: Factors | None = None) -> Scaled:
    """The problem with its rows, continuous columns and costs brought to order one, or scaled by the factors given; whole numbers between whole
    bounds, as HiGHS 1.15 loses plans in presolve where they are fractions."""
    rows, columns, money = (f := factors or choose(matrices)).rows, f.columns, f.money
    row_of = np.repeat(np.arange(len(rows)), np.diff(matrices.matrix.indptr))
    matrix = matrices.matrix.copy()
    matrix.data = matrix.data * rows[row_of] * columns[matrix.indices]
    lower = np.where(matrices.integer, np.ceil(matrices.lower - INTEGRAL), matrices.lower)
    upper = np.where(matrices.integer, np.floor(matrices.upper + INTEGRAL), matrices.upper)
    return Scaled(
        matrix, matrices.row_lower * rows, matrices.row_upper * rows, matrices.cost * columns / money, lower / columns, upper / columns,
        matrices.integer, rows, columns, money,
    )  # fmt: skip


def choose(matrices: Matrices) -> Factors:
    """The factors of a model: those that fit, where its numbers are far from one; where all are of order one, rows and columns stay as they are.
    Search, proof and tables ask for the same ones, so they are kept as long as the model."""
    if matrices not in _chosen:
        bounds = np.stack([matrices.lower, matrices.upper])[:, ~matrices.integer].ravel()
        amounts = np.abs(np.concatenate([matrices.row_lower, matrices.row_upper, bounds]))
        amounts = amounts[np.isfinite(amounts) & (amounts != 0)]
        far = _out_of(np.abs(matrices.matrix.data), ORDINARY) or _out_of(amounts, AMOUNTS)
        m, n = matrices.matrix.shape
        _chosen[matrices] = fitted(matrices) if far else Factors(np.ones(m), np.ones(n), _money(matrices.cost))
    return _chosen[matrices]


_chosen: WeakKeyDictionary[Matrices, Factors] = WeakKeyDictionary()


def fitted(matrices: Matrices) -> Factors:
    """Factors that bring coefficients, sides and bounds as near to one as they can all be at once, and money to the middle of the costs.

    Least squares of the logarithms (Curtis and Reid, On the automatic scaling of matrices for Gaussian elimination, J. Inst. Maths Applics 10,
    1972), the sides as a column and the bounds as rows whose factors are 1: in other units the same scaled problem results.
    """
    a = sp.csr_array(abs(matrices.matrix))
    m, n = a.shape
    sides = np.concatenate([matrices.row_lower, matrices.row_upper])
    bounds = np.concatenate([matrices.lower, matrices.upper])
    of_side, of_bound = (np.flatnonzero(np.isfinite(v) & (v != 0)) for v in (sides, bounds))
    of_bound = of_bound[~matrices.integer[of_bound % max(n, 1)]]
    amounts = np.abs(np.concatenate([sides[of_side], bounds[of_bound]]))
    numbers = np.concatenate([a.data, amounts])
    row = np.concatenate([np.repeat(np.arange(m), np.diff(a.indptr)), of_side % max(m, 1), np.full(len(of_bound), -1)])
    column = np.concatenate([a.indices, np.full(len(of_side), -1), of_bound % max(n, 1)])
    sign = np.where(row < 0, -1.0, 1.0)  # a bound is divided by the factor of its column
    logs = _least_squares(np.log2(numbers), row, column, sign, (m, n), ~matrices.integer)
    rows, columns = 2.0 ** np.round(logs[:m]), 2.0 ** np.round(logs[m:])
    return Factors(rows, columns, _money(matrices.cost * columns))


def _money(cost: np.ndarray) -> float:
    """The middle of the costs that are not 0, as a power of two; 1 where it is near that."""
    used = np.abs(cost[cost != 0])
    order = float(np.round(np.log2(np.median(used)))) if used.size else 0.0
    return 2.0**order if abs(order) > MODEST else 1.0


def _out_of(numbers: np.ndarray, range_: float) -> bool:
    return bool(len(numbers)) and not 1 / range_ <= float(numbers.min()) <= float(numbers.max()) <= range_


def _least_squares(logs: np.ndarray, row: np.ndarray, column: np.ndarray, sign: np.ndarray, shape: tuple[int, int], free: np.ndarray) -> np.ndarray:
    """Logarithms of the factors of rows and of columns (0 unless free) for which Σ (log + factor of row ± factor of column)² is least; a row or
    column numbered −1 has the factor 1."""
    m, n = shape
    number = np.arange(len(logs))
    of_row, of_column = row >= 0, (column >= 0) & free[column]
    at = np.concatenate([number[of_row], number[of_column]])
    which = np.concatenate([row[of_row], m + column[of_column]])
    value = np.concatenate([np.ones(int(of_row.sum())), sign[of_column]])
    evened = 1 / np.sqrt(np.maximum(np.bincount(which, minlength=m + n), 1))  # makes the steps few
    found = lsmr(sp.csr_array((value * evened[which], (at, which)), shape=(len(logs), m + n)), -logs, atol=CLOSE, btol=CLOSE, maxiter=STEPS)
    return np.asarray(found[0] * evened)
