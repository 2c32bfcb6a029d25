"""Columns that are alike but for a limit of their own become one before the solver sees them; its answer is spread over them again, exactly.

    x_j <= b_j + r_j(v)   for each j of a group; elsewhere column j is f_j times the group's first, and v has no column of a group

    z = Σ_j f_j x_j,   z <= Σ_j f_j (b_j + r_j(v))          one column, one row (limits divided by the coefficient of x_j)

| | |
|---|---|
| nothing is lost | b_j >= 0, and r_j >= 0 for every v within its bounds: so any z within the sum can be spread over the x_j; any x_j add up to a z |
| back to x | filled in order of the columns, each to its limit: a vertex stays a vertex |
| back to y | every row takes the price of the one row, times f_j and the ratio of coefficients; d_j = f_j × d_z |

Uses of clean power are such columns: many routes of a region, each with its own limit, count alike in the same policies. Presolve knows parallel
columns (Achterberg and others, Presolve reductions in mixed integer programming, INFORMS J. Comput. 32, 2020), but not past such a row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from optimizer.scaling import Scaled

LOWER, BASIC, UPPER = 0, 1, 2
"""Where a column or row stands in a basis, as HiGHS numbers it."""


@dataclass(frozen=True)
class _Groups:
    """Members ordered by group, each group's first before the rest: column, row, its coefficient there and the room the row leaves, both with the
    row turned to `<=` by `sign`; `first` is the place of the group's first, `rank` the place within the group, `factor` f_j."""

    column: np.ndarray
    row: np.ndarray
    coefficient: np.ndarray
    sign: np.ndarray
    room: np.ndarray
    first: np.ndarray
    rank: np.ndarray
    factor: np.ndarray


@dataclass(frozen=True)
class Reduced:
    """A smaller problem with the same best cost, and the way back. `rows` and `columns` are those of the given problem that are left."""

    problem: Scaled
    given: Scaled
    rows: np.ndarray
    columns: np.ndarray
    groups: _Groups

    def primal(self, x: np.ndarray) -> np.ndarray:
        """A plan of the given problem from one of the smaller, in scaled quantities."""
        groups, full = self.groups, np.zeros(self.given.matrix.shape[1])
        full[self.columns] = x
        left = full[groups.column]  # of use at the first of a group only
        full[groups.column] = 0.0
        rest = (self.given.matrix @ full)[groups.row] * groups.sign
        most = np.maximum(groups.room - rest, 0.0) / groups.coefficient
        last = np.r_[groups.rank[1:] == 0, True]
        for rank in range(int(groups.rank.max(initial=-1)) + 1):
            at = np.flatnonzero(groups.rank == rank)
            head, factor = groups.first[at], groups.factor[at]
            taken = np.where(last[at], left[head] / factor, np.minimum(left[head] / factor, most[at]))
            full[groups.column[at]] = taken
            left[head] -= taken * factor
        return full

    def basis(self, columns: np.ndarray, rows: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A basis of the given problem from one of the smaller (statuses of columns and rows) and the plan `x` that `primal` gave.

        Where the one row is tight all columns of the group stand at their limits (column basic, row not). Else the last column in use and its
        row stand as the one column and row did; those before it are at their limits, those after it at 0 (row basic, column not). Where
        neither was basic, the pair that is not is one whose row another basic column holds. Each row that is added brings one basic.
        """
        groups = self.groups
        full_columns, full_rows = np.full(self.given.matrix.shape[1], LOWER), np.full(self.given.matrix.shape[0], BASIC)
        full_columns[self.columns], full_rows[self.rows] = columns, rows
        head_column, head_row = full_columns[groups.column[groups.first]], full_rows[groups.row[groups.first]]
        neither = (head_column != BASIC) & (head_row != BASIC)
        held = (self.given.matrix @ np.where(full_columns == BASIC, 1.0, 0.0))[groups.row] != 0  # a basic column reaches into the row
        in_use = np.where(np.where(neither, held, x[groups.column] > 0), groups.rank, 0)
        last = np.zeros(len(in_use), dtype=in_use.dtype)
        np.maximum.at(last, groups.first, in_use)
        tight = (head_column == BASIC) & (head_row != BASIC)
        full = tight | (~neither & (groups.rank < last[groups.first]))
        here = ~tight & (groups.rank == last[groups.first])
        limit = np.where(groups.sign > 0, UPPER, LOWER)
        full_columns[groups.column] = np.where(here, head_column, np.where(full, BASIC, LOWER))
        full_rows[groups.row] = np.where(here, np.where(head_row == BASIC, BASIC, limit), np.where(full, limit, BASIC))
        return full_columns, full_rows

    def dual(self, y: np.ndarray) -> np.ndarray:
        """Prices of the given problem from those of the smaller, scaled."""
        full = np.zeros(self.given.matrix.shape[0])
        full[self.rows] = y
        full[self.groups.row] = _weights(self.groups) * full[self.groups.row[self.groups.first]]
        return full


def reduce(problem: Scaled) -> Reduced:
    """The problem with each group of columns as one. Nothing found: the same problem."""
    groups = _groups(problem)
    rows, columns = problem.matrix.shape
    gone = groups.rank > 0
    row_left, column_left = np.ones(rows, bool), np.ones(columns, bool)
    row_left[groups.row[gone]] = False
    column_left[groups.column[gone]] = False
    left, right = np.flatnonzero(row_left), np.flatnonzero(column_left)
    if not gone.any():
        return Reduced(problem, problem, left, right, groups)
    weights = _weights(groups)
    onto = np.arange(rows)
    onto[groups.row] = groups.row[groups.first]
    weight = np.ones(rows)
    weight[groups.row] = weights
    place = np.cumsum(row_left) - 1
    added = sp.csr_array((weight, (place[onto], np.arange(rows))), shape=(len(left), rows))
    matrix = sp.csr_array((added @ problem.matrix)[:, right])
    matrix.sort_indices()
    lower, upper = problem.row_lower[left], problem.row_upper[left]
    room = np.zeros(rows)
    np.add.at(room, groups.row[groups.first], groups.room * np.abs(weights))
    heads = ~gone
    at, sign = place[groups.row[heads]], groups.sign[heads]
    upper[at[sign > 0]] = room[groups.row[heads]][sign > 0]
    lower[at[sign < 0]] = -room[groups.row[heads]][sign < 0]
    smaller = replace(
        problem, matrix=matrix, row_lower=lower, row_upper=upper, cost=problem.cost[right], lower=problem.lower[right], upper=problem.upper[right],
        integer=problem.integer[right], rows=problem.rows[left], columns=problem.columns[right],
    )  # fmt: skip
    return Reduced(smaller, problem, left, right, groups)


def _weights(groups: _Groups) -> np.ndarray:
    """What each row counts in the one row of its group."""
    head = groups.first
    weights: np.ndarray = groups.factor * groups.coefficient[head] / groups.coefficient * groups.sign * groups.sign[head]
    return weights


def _groups(problem: Scaled) -> _Groups:
    """Columns from 0 to infinity with one row that is theirs alone: no other column there can take of its room."""
    a = sp.csr_array(problem.matrix)
    row = np.repeat(np.arange(a.shape[0]), np.diff(a.indptr))
    column = a.indices
    above, below = np.isfinite(problem.row_upper), np.isfinite(problem.row_lower)
    sign = np.where(above & ~below, 1.0, np.where(below & ~above, -1.0, 0.0))
    room = np.where(above, problem.row_upper, -problem.row_lower)
    value = a.data * sign[row]
    takes = np.bincount(row, value > 0, minlength=a.shape[0])
    may_take = np.bincount(row, (value < 0) & (problem.lower[column] < 0), minlength=a.shape[0])
    limit = (sign != 0) & (room >= 0) & (takes == 1) & (may_take == 0) & (np.diff(a.indptr) > 1)
    able = (problem.lower == 0) & np.isinf(problem.upper) & ~problem.integer
    own = limit[row] & (value > 0) & able[column]
    own &= (np.bincount(column[own], minlength=a.shape[1]) == 1)[column]
    label, first_value = _alike(a, problem.cost, own, column[own])
    label = label[column]
    size = np.bincount(label[own & (label >= 0)], minlength=1)
    member = own & (label >= 0)
    member[member] = size[label[member]] > 1
    rows_of, columns_of = np.zeros(a.shape[0], bool), np.zeros(a.shape[1], bool)
    rows_of[row[member]], columns_of[column[member]] = True, True
    crossing = label[rows_of[row] & columns_of[column] & ~member]  # groups with a member in another group's limit stay as they are
    member &= ~np.isin(label, crossing)
    entries = np.flatnonzero(member)
    entries = entries[np.lexsort((column[entries], label[entries]))]
    group = label[entries]
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else np.zeros(0, int)
    first = np.repeat(starts, np.diff(np.r_[starts, len(group)]))
    scale = first_value[column[entries]]
    return _Groups(
        column[entries], row[entries], value[entries], sign[row[entries]], room[row[entries]], first, np.arange(len(group)) - first,
        scale / scale[first],
    )  # fmt: skip


def _alike(a: sp.csr_array, cost: np.ndarray, own: np.ndarray, candidates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By column a label, the same for candidates whose entries outside their own row and whose cost are positive multiples of one another, and the
    size of their first such entry; label −1 for columns that are none or have no such entry."""
    rest = a.copy()
    rest.data = np.where(own, 0.0, rest.data)
    by_column = sp.csc_array(rest)
    by_column.eliminate_zeros()
    by_column.sort_indices()
    start = by_column.indptr
    some = np.diff(start) > 0
    scale = np.ones(a.shape[1])
    scale[some] = np.abs(by_column.data[start[:-1][some]])
    values = by_column.data / np.repeat(scale, np.diff(start))
    money = cost / scale
    label = np.full(a.shape[1], -1)
    seen: dict[tuple[bytes, bytes, float], int] = {}
    for j in candidates[some[candidates]].tolist():
        span = slice(start[j], start[j + 1])
        key = (by_column.indices[span].tobytes(), values[span].tobytes(), float(money[j]))
        label[j] = seen.setdefault(key, len(seen))
    return label, scale
