"""Scaling by powers of two: exact, undone exactly; integer columns are left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from models.algebra import Matrices

LARGEST, SMALLEST = 1e15, 1e-12
MODEST = 7
"""Powers of two within which costs are left as they are."""


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
    """The problem with its rows, continuous columns and costs brought to order one; or scaled by the factors given."""
    rows, columns, money = (f := factors or choose(matrices)).rows, f.columns, f.money
    row_of = np.repeat(np.arange(len(rows)), np.diff(matrices.matrix.indptr))
    matrix = matrices.matrix.copy()
    matrix.data = matrix.data * rows[row_of] * columns[matrix.indices]
    return Scaled(
        matrix, matrices.row_lower * rows, matrices.row_upper * rows, matrices.cost * columns / money, matrices.lower / columns,
        matrices.upper / columns, matrices.integer, rows, columns, money,
    )  # fmt: skip


def choose(matrices: Matrices, passes: int = 4) -> Factors:
    """Factors that bring the geometric mean of the least and the largest number of each row and continuous column to one."""
    a = sp.csr_array(abs(matrices.matrix))
    rows, columns = np.ones(a.shape[0]), np.ones(a.shape[1])
    row_of = np.repeat(np.arange(a.shape[0]), np.diff(a.indptr))
    if a.nnz and (a.data.max() > 2**10 or a.data.min() < 2**-10):
        logs = np.log2(a.data)
        row_logs, column_logs = np.zeros(a.shape[0]), np.zeros(a.shape[1])
        for _ in range(passes):
            row_logs = -_middle(logs + column_logs[a.indices], row_of, a.shape[0])
            middle = -_middle(logs + row_logs[row_of], a.indices, a.shape[1])
            column_logs = np.where(~matrices.integer, middle, 0.0)
        rows, columns = 2.0 ** np.round(row_logs), 2.0 ** np.round(column_logs)
    used = np.abs((matrices.cost * columns)[matrices.cost != 0])
    order = float(np.round(np.log2(np.median(used)))) if used.size else 0.0
    return Factors(rows, columns, 2.0**order if abs(order) > MODEST else 1.0)


def _middle(logs: np.ndarray, at: np.ndarray, n: int) -> np.ndarray:
    """Half the sum of the least and the largest logarithm of each row or column."""
    least, largest = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(least, at, logs)
    np.maximum.at(largest, at, logs)
    none = np.isinf(least)
    return (np.where(none, 0.0, least) + np.where(none, 0.0, largest)) / 2
