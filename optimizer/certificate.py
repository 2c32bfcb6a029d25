"""Proof of every answer from the unscaled matrices, without the solver.

With any dual vector y and d = c − Aᵀy,

    LB = Σ_i y_i · (L_i if y_i > 0 else U_i) + Σ_j d_j · (l_j if d_j > 0 else u_j)

is a lower bound of the cost: y_i is set to 0 where it points at an infinite side; where d_j points at an infinite bound a finite box is used
and listed. Each d_j is taken with the error its sum can carry, on the worse side, and the total is lowered by the error of adding it up, so
the bound holds in spite of rounding. With c = 0, LB > 0 proves that there is no plan (Farkas).
"""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from models.algebra import Matrices
from optimizer.scaling import INTEGRAL, choose

EPSILON = np.finfo(float).eps
EXACT = 1e-9
"""Largest violation of a row or bound, and largest gap between a plan's cost and its proved bound, for the word "optimal"; both relative."""
USABLE = 1e-6
"""Largest relative violation of a plan that may be shown, with its figures, as feasible."""
CANCELLED = 1e-3
"""A gap is relative to the cost, but where costs cancel one another at least to this share of all that is added up in it."""


Said = tuple[str, str]
"""A sentence in English and Chinese."""
INSIDE: Said = ("for plans within the boxes listed", "限于所列范围之内的方案")


@dataclass(frozen=True)
class Certificate:
    """What has been proved of an answer.

    Attributes:
        holds: does the proof support the status that is reported?
        violation: the largest violation of any row or bound, relative to the terms added in it, at least to one of the scaled model (see
            `scaling.choose`); `where` names it.
        fraction: the largest distance of an integer column from a whole number.
        objective: the cost of the plan, added up anew. [¤]
        bound: the proved lower bound. [¤]
        claimed: the bound that the solver claims (a MIP), not proved here. [¤]
        gap: (objective − bound) / size.
        size: what gaps are relative to: the size of the objective, see CANCELLED. [¤]
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
    size: float = 1.0
    boxes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["variable", "box", "columns"]))
    conflict: tuple[tuple[str, float], ...] = ()
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Does the plan keep every row, bound and whole number, if not to the last digit?"""
        return self.violation <= USABLE and self.fraction <= INTEGRAL


def feasibility(matrices: Matrices, x: np.ndarray) -> tuple[float, str, float]:
    """The largest relative violation of rows and bounds, the name of the worst, and the largest distance from integrality."""
    a, one = matrices.matrix, choose(matrices)
    activity = a @ x
    rows = np.maximum(matrices.row_lower - activity, activity - matrices.row_upper) / (1 / one.rows + abs(a) @ np.abs(x))
    bounds = np.maximum(matrices.lower - x, x - matrices.upper) / (one.columns + np.abs(x))
    fraction = float(np.abs(x - np.round(x))[matrices.integer].max(initial=0.0))
    worst_row, worst_bound = float(rows.max(initial=0.0)), float(bounds.max(initial=0.0))
    if worst_row <= 0 and worst_bound <= 0:
        return 0.0, "", fraction
    if worst_row >= worst_bound:
        return worst_row, _name(*matrices.row_name(int(rows.argmax()))), fraction
    return worst_bound, _name(*matrices.column_name(int(bounds.argmax()))), fraction


def _name(family: str, labels: tuple[object, ...]) -> str:
    return f"{family}[{', '.join(str(v) for v in labels)}]"


def implied_bounds(matrices: Matrices, tighter: float = 0.1, passes: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Bounds that the rows imply for every feasible x: each row's side less the least of its other terms, over and over. A finite bound is
    replaced by one that is tighter by this share of it (inf: never); a pass looks only at rows in which the pass before found something."""
    a = sp.csr_array(matrices.matrix)
    by_column = sp.csc_array(a)
    lower, upper = matrices.lower.copy(), matrices.upper.copy()
    rows = np.arange(a.shape[0])
    for _ in range(passes):
        before = lower.copy(), upper.copy()
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
            added = np.abs(side[limited]) + np.bincount(row, np.abs(least), minlength=len(limited))
            lost = 2 * EPSILON * (np.bincount(row, minlength=len(limited)) + 4) * added
            use = np.flatnonzero(count[row] == infinite)
            limit = (side[limited][row[use]] - (total[row[use]] - least[use])) / v[use]
            up, column, margin = up[use], column[use], np.abs(lost[row[use]] / v[use])
            for of, at, limits, best, way in (
                (upper, column[up], (limit + margin)[up], np.minimum, 1.0),
                (lower, column[~up], (limit - margin)[~up], np.maximum, -1.0),
            ):
                with np.errstate(invalid="ignore"):  # 0 * inf: nothing is tighter than 0 by so much
                    better = np.isinf(of[at]) | (way * (of[at] - limits) > tighter * np.abs(of[at]))
                best.at(of, at[better], limits[better])
        found = np.flatnonzero((before[0] != lower) | (before[1] != upper))
        if not len(found):
            break
        rows = np.unique(by_column.indices[_entries(by_column.indptr, found)[0]])
    return lower, upper


def _entries(start: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the entries of the chosen rows (columns) stand in a sparse matrix, and to which of them each belongs."""
    count = start[chosen + 1] - start[chosen]
    owner = np.repeat(np.arange(len(chosen)), count)
    return np.arange(len(owner)) - np.repeat(np.cumsum(count) - count - start[chosen], count), owner


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
    """A box for each column: ten times the largest quantity of its family in the plan, at least ten; without a plan a million; in units of the
    scaled model."""
    one = choose(matrices).columns
    if x is None:
        return np.asarray(1e6 * one)
    boxes = np.empty(len(one))
    for block in matrices.columns.values():
        boxes[block.slice] = 10.0 * max(1.0, float(np.abs((x / one)[block.slice]).max(initial=0.0)))
    return np.asarray(boxes * one)


def boxes_table(matrices: Matrices, used: np.ndarray, boxes: np.ndarray) -> pd.DataFrame:
    """The boxes that a bound needed: variable, box, columns."""
    rows = [
        (name, float(boxes[block.slice].max(initial=0.0)), int(used[block.slice].sum()))
        for name, block in matrices.columns.items()
        if used[block.slice].any()
    ]
    return pd.DataFrame(rows, columns=["variable", "box", "columns"])


def prove_plan(matrices: Matrices, x: np.ndarray, y: np.ndarray) -> Certificate:
    """The certificate of the plan of an LP: feasibility, cost, and the bound that y proves."""
    begun = time.perf_counter()
    lower, upper = implied_bounds(matrices)
    boxes = box_sizes(matrices, x)
    bound, used = lower_bound(matrices, y, matrices.cost, lower, upper, boxes)
    proof = _checked(matrices, x, bound + matrices.offset, boxes_table(matrices, used, boxes))
    if not proof.sound:
        return proof
    holds, shown = bool(proof.gap <= EXACT and proof.violation <= EXACT), f"{max(proof.gap, 0.0):.1e}"
    said = [_verified(proof), (f"bound proved, gap {shown}", f"下界已证明，间隙 {shown}"), *([INSIDE] if len(proof.boxes) else [])]
    return replace(proof, holds=holds, said=_joined(said), seconds=time.perf_counter() - begun)


def prove_whole(matrices: Matrices, x: np.ndarray, bound: float, boxes: pd.DataFrame, nodes: int, claimed: float, wanted_gap: float) -> Certificate:
    """The certificate of the plan of a MIP: feasibility, whole numbers and cost, next to the bound (¤ with offset) that a tree of so many
    nodes proves, inside its boxes, and the one that the solver claims."""
    begun = time.perf_counter()
    proof = _checked(matrices, x, bound, boxes)
    if not proof.sound:
        return replace(proof, claimed=claimed)
    claimed_gap = (proof.objective - claimed) / proof.size
    holds = bool(-EXACT <= proof.gap <= max(wanted_gap, EXACT) and proof.violation <= EXACT)
    gap, claim = f"{max(proof.gap, 0.0):.2g}", f"{max(claimed_gap, 0.0):.2g}"
    tree = (f"gap {gap} proved by a tree of {nodes} nodes, the solver claims {claim}", f"{nodes} 个节点的分支树已证间隙 {gap}，求解器声称 {claim}")
    said = _joined([_verified(proof), tree, *([INSIDE] if len(proof.boxes) else [])])
    return replace(proof, holds=holds, said=said, claimed=claimed, seconds=time.perf_counter() - begun)


def _checked(matrices: Matrices, x: np.ndarray, bound: float, boxes: pd.DataFrame) -> Certificate:
    """What x violates and costs, next to a bound; `said` tells what is violated."""
    violation, where, fraction = feasibility(matrices, x)
    objective = float(matrices.cost @ x) + matrices.offset
    said = [("the plan does not hold", "方案不成立")]
    if violation > USABLE:
        said.append((f"{where} is violated by {violation:.1e}", f"{where} 偏差 {violation:.1e}"))
    if fraction > INTEGRAL:
        said.append((f"a whole number is missed by {fraction:.1e}", f"整数偏差 {fraction:.1e}"))
    size = size_of_cost(matrices, x)
    return Certificate(False, _joined(said), violation, where, fraction, objective, bound, gap=(objective - bound) / size, size=size, boxes=boxes)


def size_of_cost(matrices: Matrices, x: np.ndarray) -> float:
    """What a gap is relative to. [¤]"""
    added = abs(matrices.offset) + float(np.abs(matrices.cost) @ np.abs(x))
    return max(abs(float(matrices.cost @ x) + matrices.offset), CANCELLED * added) or 1.0


def _verified(proof: Certificate) -> Said:
    shown = f"{proof.violation:.1e}"
    return f"plan verified against every row (largest violation {shown})", f"方案已逐行验证（最大偏差 {shown}）"


def feasible(matrices: Matrices, x: np.ndarray) -> bool:
    """Does a plan keep every row, bound and whole number?"""
    violation, _, fraction = feasibility(matrices, x)
    return violation <= USABLE and fraction <= INTEGRAL


def prove_infeasible(matrices: Matrices, y: np.ndarray) -> Certificate:
    """The certificate that no plan exists: with c = 0 a lower bound above 0 (Farkas). The bounds that contradicting rows imply may hide it, or be
    what it needs: both are tried."""
    begun = time.perf_counter()
    zero = np.zeros(matrices.matrix.shape[1])
    boxes = box_sizes(matrices, None)
    best, used = -np.inf, np.zeros(len(zero), bool)
    weights = y, np.where(np.abs(y) < 1e-9 * np.abs(y).max(initial=0.0), 0.0, y)
    own, implied = (matrices.lower, matrices.upper), implied_bounds(matrices, tighter=np.inf)
    for candidate, (lower, upper) in itertools.product(weights, (own, implied)):
        bound, boxed = lower_bound(matrices, candidate, zero, lower, upper, boxes)
        if bound > best:
            best, used = bound, boxed
    holds = bool(best > 0)
    table = boxes_table(matrices, used, boxes)
    said = [("proved: no plan meets all rows", "已证明：没有方案满足所有行") if holds else ("not proved that no plan exists", "尚未证明不存在方案")]
    if holds and len(table):
        said.append(INSIDE)
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
