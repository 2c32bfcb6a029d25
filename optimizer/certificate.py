"""Proof of every answer from the unscaled matrices, without the solver.

With any dual vector y and d = c − Aᵀy,

    LB = Σ_i y_i · (L_i if y_i > 0 else U_i) + Σ_j d_j · (l_j if d_j > 0 else u_j)

is a lower bound of the cost: y_i is set to 0 where it points at an infinite side; where d_j points at an infinite bound a finite box is used
and listed. Each d_j is taken with the error its sum can carry, on the worse side, and the total is lowered by the error of adding it up, so
the bound holds in spite of rounding. With c = 0, LB > 0 proves that there is no plan (Farkas).

What is small, and how large a box is, is told in units of the model itself (`scaling.py`: powers of two, so nothing is rounded): a million tons and
a Gt are judged alike.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from models.algebra import Matrices
from optimizer.scaling import Scaled, scale

EPSILON = np.finfo(float).eps
FEASIBLE = 1e-6
"""Largest violation of a row or bound, relative to the terms that are added in it."""
INTEGRAL = 1e-9
OPTIMAL_GAP = 1e-6
"""Largest relative gap between a plan's cost and its proved bound for the word "optimal"."""


Said = tuple[str, str]
"""A sentence in English and Chinese."""


@dataclass(frozen=True)
class Certificate:
    """What has been proved of an answer.

    Attributes:
        holds: does the proof support the status that is reported?
        violation: the largest violation of any row or bound, relative to the terms added in it; `where` names it.
        fraction: the largest distance of an integer column from a whole number.
        objective: the cost of the plan, added up anew. [¤]
        bound: the proved lower bound. [¤]
        claimed: the bound that the solver claims (a MIP), not proved here. [¤]
        gap: (objective − bound) / max(least, |objective|).
        least: a sum of the order of one price in the plan, below which gaps are not counted in shares. [¤]
        conflict: of a proof that there is no plan: the rows that contradict one another, as (name, weight), policies first.
        boxes: by family of variables, the quantity above which plans are not covered by the bound, and how many columns needed it.
        said: one sentence, in English and Chinese.
    """

    holds: bool
    said: Said
    violation: float = np.nan
    where: str = ""
    fraction: float = 0.0
    objective: float = np.nan
    bound: float = -np.inf
    claimed: float = np.nan
    gap: float = np.inf
    boxes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["variable", "box", "columns"]))
    conflict: tuple[tuple[str, float], ...] = ()
    seconds: float = 0.0
    least: float = 1.0

    @property
    def sound(self) -> bool:
        """Does the plan keep every row, bound and whole number?"""
        return self.violation <= FEASIBLE and self.fraction <= INTEGRAL


def feasibility(matrices: Matrices, x: np.ndarray) -> tuple[float, str, float]:
    """The largest relative violation of rows and bounds, the name of the worst, and the largest distance from integrality."""
    a = matrices.matrix
    activity = a @ x
    size = 1 + abs(a) @ np.abs(x)
    rows = np.maximum(matrices.row_lower - activity, activity - matrices.row_upper) / size
    bounds = np.maximum(matrices.lower - x, x - matrices.upper) / (1 + np.abs(x))
    fraction = float(np.abs(x - np.round(x))[matrices.integer].max(initial=0.0))
    worst_row, worst_bound = float(rows.max(initial=0.0)), float(bounds.max(initial=0.0))
    if worst_row <= 0 and worst_bound <= 0:
        return 0.0, "", fraction
    if worst_row >= worst_bound:
        return worst_row, _name(*matrices.row_name(int(rows.argmax()))), fraction
    return worst_bound, _name(*matrices.column_name(int(bounds.argmax()))), fraction


def _name(family: str, labels: tuple[object, ...]) -> str:
    return f"{family}[{', '.join(str(v) for v in labels)}]"


def implied_bounds(matrices: Matrices, passes: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Bounds that the rows imply for every feasible x: each row's side less the least of its other terms, over and over; only columns that
    have no bound of their own are given one, and a pass looks only at rows in which the pass before found some."""
    a = sp.csr_array(matrices.matrix)
    by_column = sp.csc_array(a)
    lower, upper = matrices.lower.copy(), matrices.upper.copy()
    rows = np.arange(a.shape[0])
    for _ in range(passes):
        unbound = ~np.isfinite(lower), ~np.isfinite(upper)
        for side, sign in ((matrices.row_upper, 1.0), (-matrices.row_lower, -1.0)):
            limited = rows[np.isfinite(side[rows])]
            at, row = _entries(a.indptr, limited)
            column, v = a.indices[at], a.data[at] * sign
            up = v > 0
            least = v * np.where(up, lower[column], upper[column])
            infinite = ~np.isfinite(least)
            least[infinite] = 0.0
            count = np.bincount(row, infinite, minlength=len(limited))
            total = np.bincount(row, least, minlength=len(limited))
            use = np.flatnonzero((count[row] == infinite) & np.where(up, unbound[1][column], unbound[0][column]))
            limit = (side[limited][row[use]] - (total[row[use]] - least[use])) / v[use]
            up, column = up[use], column[use]
            np.minimum.at(upper, column[up], _outward(limit[up], 1.0))
            np.maximum.at(lower, column[~up], _outward(limit[~up], -1.0))
        found = np.flatnonzero((unbound[0] & np.isfinite(lower)) | (unbound[1] & np.isfinite(upper)))
        if not len(found):
            break
        rows = np.unique(by_column.indices[_entries(by_column.indptr, found)[0]])
    return lower, upper


def _entries(start: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the entries of the chosen rows (columns) stand in a sparse matrix, and to which of them each belongs."""
    count = start[chosen + 1] - start[chosen]
    owner = np.repeat(np.arange(len(chosen)), count)
    return np.arange(len(owner)) - np.repeat(np.cumsum(count) - count - start[chosen], count), owner


def _outward(limit: np.ndarray, sign: float) -> np.ndarray:
    """A little above (sign 1) or below (−1), more than rounding can have lost."""
    return np.asarray(limit + sign * (1e-9 * np.abs(limit) + 1e-9))


def lower_bound(
    matrices: Matrices, y: np.ndarray, cost: np.ndarray, lower: np.ndarray, upper: np.ndarray, boxes: np.ndarray
) -> tuple[float, np.ndarray]:
    """The proved lower bound of cost @ x for all feasible x inside the boxes, and which columns needed their box."""
    y = np.where(np.isfinite(y), y, 0.0)
    y = np.where((y > 0) & np.isinf(matrices.row_lower), 0.0, y)
    y = np.where((y < 0) & np.isinf(matrices.row_upper), 0.0, y)
    side = np.where(y > 0, matrices.row_lower, matrices.row_upper)
    from_rows = np.where(y == 0, 0.0, y * np.where(np.isfinite(side), side, 0.0))
    transposed = sp.csr_array(matrices.matrix.T)
    d = cost - transposed @ y
    terms = np.diff(transposed.indptr) + 2
    error = EPSILON * terms * (np.abs(cost) + abs(transposed) @ np.abs(y))
    low, high = d - error, d + error
    needs_box = ((high > 0) & np.isinf(lower)) | ((low < 0) & np.isinf(upper))
    floor, ceiling = np.where(np.isinf(lower), -boxes, lower), np.where(np.isinf(upper), boxes, upper)
    from_columns = np.minimum.reduce([low * floor, low * ceiling, high * floor, high * ceiling])
    from_columns = np.where((low == 0) & (high == 0), 0.0, from_columns)
    products = np.concatenate([from_rows, from_columns])
    return math.fsum(products) - 2 * EPSILON * math.fsum(np.abs(products)), needs_box


def box_sizes(matrices: Matrices, x: np.ndarray | None) -> np.ndarray:
    """A box for each column: ten times the largest quantity of its family in the plan, at least ten."""
    boxes = np.full(matrices.matrix.shape[1], 1e6)
    if x is not None:
        for block in matrices.columns.values():
            boxes[block.slice] = 10.0 * max(1.0, float(np.abs(x[block.slice]).max(initial=0.0)))
    return boxes


def _boxes_table(matrices: Matrices, used: np.ndarray, boxes: np.ndarray) -> pd.DataFrame:
    rows = [
        (name, float(boxes[block.slice].max(initial=0.0)), int(used[block.slice].sum()))
        for name, block in matrices.columns.items()
        if used[block.slice].any()
    ]
    return pd.DataFrame(rows, columns=["variable", "box", "columns"])


def _natural(matrices: Matrices, problem: Scaled | None) -> tuple[Matrices, Scaled]:
    """The model in units of its own."""
    s = problem or scale(matrices)
    own = replace(matrices, matrix=s.matrix, row_lower=s.row_lower, row_upper=s.row_upper, cost=s.cost, lower=s.lower, upper=s.upper)
    return own, s


def prove_plan(
    matrices: Matrices, x: np.ndarray, y: np.ndarray | None, claimed: float | None = None, wanted_gap: float = OPTIMAL_GAP,
    problem: Scaled | None = None,
) -> Certificate:  # fmt: skip
    """The certificate of a plan: feasibility, integrality, cost, and the bound that y proves.

    For a MIP, `claimed` is the bound the solver claims (¤ with offset); y, of the root relaxation, proves a bound of its own. `problem`:
    the model as it was scaled, where that is known.
    """
    begun = time.perf_counter()
    own, s = _natural(matrices, problem)
    violation, where, fraction = feasibility(own, x / s.columns)
    objective = float(matrices.cost @ x) + matrices.offset
    bound, boxes_used = -np.inf, pd.DataFrame(columns=["variable", "box", "columns"])
    if y is not None:
        lower, upper = implied_bounds(own)
        boxes = box_sizes(own, x / s.columns)
        bound, used = lower_bound(own, y / s.rows / s.money, own.cost, lower, upper, boxes)
        bound = bound * s.money + matrices.offset
        boxes_used = _boxes_table(matrices, used, boxes * s.columns)
    share_of = max(s.money, abs(objective))
    gap = (objective - bound) / share_of
    sound = violation <= FEASIBLE and fraction <= INTEGRAL
    said = [(f"plan verified against every row (largest violation {violation:.1e})", f"方案已逐行验证（最大偏差 {violation:.1e}）")]
    if not sound:
        said = [("the plan does not hold", "方案不成立")]
        if violation > FEASIBLE:
            said.append((f"{where} is violated by {violation:.1e}", f"{where} 偏差 {violation:.1e}"))
        if fraction > INTEGRAL:
            said.append((f"a whole number is missed by {fraction:.1e}", f"整数偏差 {fraction:.1e}"))
        holds = False
    elif claimed is None:
        holds = bool(gap <= OPTIMAL_GAP)
        shown = f"{max(gap, 0.0):.1e}"
        said.append(
            (f"bound proved, gap {shown}", f"下界已证明，间隙 {shown}")
            if holds
            else (f"the bound proved leaves a gap of {shown}", f"已证下界尚余间隙 {shown}")
        )
        if len(boxes_used):
            said.append(("for plans within the boxes listed", "限于所列范围之内的方案"))
    else:
        claimed_gap = (objective - claimed) / share_of
        holds = bool(claimed_gap <= max(wanted_gap, OPTIMAL_GAP) and bound <= objective + OPTIMAL_GAP * share_of)
        root, claim = f"{max(gap, 0.0):.2g}", f"{max(claimed_gap, 0.0):.2g}"
        said.append((f"gap {root} proved at the root, the solver claims {claim}", f"根节点已证间隙 {root}，求解器声称 {claim}"))
    return Certificate(
        holds, _joined(said), violation, where, fraction, objective, bound, np.nan if claimed is None else claimed, gap, boxes_used,
        seconds=time.perf_counter() - begun, least=s.money,
    )  # fmt: skip


def prove_infeasible(matrices: Matrices, y: np.ndarray, problem: Scaled | None = None) -> Certificate:
    """The certificate that no plan exists: with c = 0 a lower bound above 0 (Farkas)."""
    begun = time.perf_counter()
    own, s = _natural(matrices, problem)
    y, zero = y / s.rows, np.zeros(matrices.matrix.shape[1])
    lower, upper = implied_bounds(own)
    boxes = box_sizes(own, None)
    best, used = -np.inf, np.zeros(len(zero), bool)
    for candidate in (y, np.where(np.abs(y) < 1e-9 * np.abs(y).max(initial=0.0), 0.0, y)):
        bound, boxed = lower_bound(own, candidate, zero, lower, upper, boxes)
        if bound > best:
            best, used = bound, boxed
    holds = bool(best > 0)
    table = _boxes_table(matrices, used, boxes * s.columns)
    said = [("proved: no plan meets all rows", "已证明：没有方案满足所有行") if holds else ("not proved that no plan exists", "尚未证明不存在方案")]
    if holds and len(table):
        said.append(("for plans within the boxes listed", "限于所列范围之内的方案"))
    return Certificate(
        holds, _joined(said), bound=best, boxes=table, conflict=_conflict(matrices, y) if holds else (), seconds=time.perf_counter() - begun
    )


def _joined(said: list[Said]) -> Said:
    """Clauses as one sentence in each language."""
    return "; ".join(en for en, _ in said), "；".join(zh for _, zh in said)


def _conflict(matrices: Matrices, y: np.ndarray, most: int = 40) -> tuple[tuple[str, float], ...]:
    """The rows of a Farkas proof with a weight that matters: policies first, then the heaviest."""
    heavy = np.flatnonzero(np.abs(y) > 1e-6 * np.abs(y).max(initial=0.0))
    named = [(*matrices.row_name(int(i)), float(y[i])) for i in heavy]
    ordered = sorted(named, key=lambda row: (not row[0].startswith("policy"), -abs(row[2])))
    return tuple((_name(family, labels), weight) for family, labels, weight in ordered[:most])
