"""A second opinion: random models as matrices, SCIP, and full enumeration; none of it knows anything of HiGHS or of our search and proof."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from pyscipopt import Model, quicksum

from models.algebra import Matrices
from optimizer.answering import Clock, Found, cold, find
from optimizer.highs import Limits
from tests.build import numbered

INF = np.inf
EQUAL = 1e-6
"""Largest relative difference of two objectives: SCIP keeps each row to 1e-7."""
SECONDS = 0.5
"""What either solver may take: some whole numbers without bounds lead to trees without end."""


def drawn_matrices(seed: int, boxed: bool = False) -> Matrices:
    """A random LP or MIP with ties, ranges, fixed and free columns, columns that repeat another; many have no plan, some no least cost.

    `boxed`: so small, and every column between two bounds, that `enumerated` can list all there is.
    """
    dice = random.Random(seed)
    m, n = (dice.randint(1, 4), dice.randint(1, 5)) if boxed else (dice.randint(1, 12), dice.randint(1, 14))
    whole = dice.choice(("none", "none", "some", "all"))
    size = (lambda: float(dice.randint(1, 5))) if dice.random() < 0.6 else (lambda: float(f"{10 ** dice.uniform(-3, 3):.3g}"))
    filled = dice.uniform(0.3, 0.9)

    def number() -> float:
        return dice.choice((-1, 1, 1)) * size() if dice.random() < filled else 0.0

    columns = [[number() for _ in range(m)] for _ in range(n)]
    lower, upper, integer, cost = [], [], [], []
    for j in range(n):
        if j and dice.random() < 0.2:
            columns[j] = [a * dice.choice((1.0, 1.0, 2.0)) for a in columns[j - 1]]
        ends = [(0.0, size()), (-size(), size()), (size(),) * 2] if boxed else [(0.0, INF), (0.0, INF), (0.0, size()), (-size(), size()), (-INF, INF)]
        low, high = dice.choice(ends)
        integer.append(whole == "all" or (whole == "some" and dice.random() < 0.4))
        if integer[-1] and boxed:
            low, high = (float(np.floor(max(-2.0, low))), float(np.ceil(min(2.0, high))))
        elif integer[-1] and dice.random() < 0.9:  # few without bounds: their trees may have no end
            low, high = max(-30.0, low), min(30.0, high)
        lower.append(low)
        upper.append(max(low, high))
        cost.append(dice.choice((0.0, 1.0, 1.0, -0.3 if boxed else 1.0)) * size())
    inside = [round(dice.uniform(max(low, -9.0), min(high, 9.0)), 2) for low, high in zip(lower, upper, strict=True)]
    inside = [float(round(v)) if i else v for v, i in zip(inside, integer, strict=True)]
    sides = [_side(dice, [a[i] * v for a, v in zip(columns, inside, strict=True)], size) for i in range(m)]
    return numbered([[a[i] for a in columns] for i in range(m)], [s[0] for s in sides], [s[1] for s in sides], cost, lower, upper, integer)


def _side(dice: random.Random, terms: list[float], size: Callable[[], float]) -> tuple[float, float]:
    """The sides of a row that mostly holds at a point where it has these terms; where it does not it is missed by far, as a solver's tolerance
    is no matter of opinion here."""
    value = sum(terms)
    value += dice.choice((-1, 1)) * max(size(), *map(abs, terms)) if dice.random() < 0.1 else 0.0
    kind = dice.choice(("<=", "<=", ">=", ">=", "==", "range"))
    room = size() * dice.choice((0.0, 1.0))
    return {"<=": (-INF, value + room), ">=": (value - room, INF), "==": (value, value), "range": (value - room, value + size())}[kind]


@dataclass(frozen=True)
class Said:
    """What a solver says: optimal, infeasible, unbounded, one of the last two ("none"), or nothing ("unknown"); the objective where there is one."""

    status: str
    objective: float = np.nan
    x: np.ndarray | None = None


def scip(matrices: Matrices) -> Said:
    """The answer of SCIP, of the unscaled model."""
    solver = Model()
    solver.hideOutput()
    for name, value in (("numerics/feastol", 1e-7), ("limits/gap", 0.0), ("limits/time", SECONDS)):
        solver.setParam(name, value)
    kinds = ("C", "I")
    x = [
        solver.addVar(lb=None if low == -INF else low, ub=None if high == INF else high, obj=c, vtype=kinds[int(whole)])
        for low, high, c, whole in zip(matrices.lower, matrices.upper, matrices.cost, matrices.integer, strict=True)
    ]
    a = matrices.matrix
    for i, (low, high) in enumerate(zip(matrices.row_lower, matrices.row_upper, strict=True)):
        entries = slice(a.indptr[i], a.indptr[i + 1])
        activity = quicksum(v * x[j] for j, v in zip(a.indices[entries].tolist(), a.data[entries].tolist(), strict=True))
        if entries.start == entries.stop:
            if low > 0 or high < 0:
                return Said("infeasible")
        elif low == high:
            solver.addCons(activity == low)
        else:
            if low > -INF:
                solver.addCons(activity >= low)
            if high < INF:
                solver.addCons(activity <= high)
    try:
        solver.optimize()
    except Exception as error:  # it raises nothing narrower
        if "error in LP solver" not in str(error):
            raise
        return Said("unknown")
    status = {"inforunbd": "none", "timelimit": "unknown"}.get(solver.getStatus(), solver.getStatus())
    if status != "optimal":
        return Said(status)
    return Said(status, solver.getObjVal() + matrices.offset, np.array([solver.getVal(one) for one in x]))


def enumerated(matrices: Matrices) -> Said:
    """The best of all vertices of all choices of the integers. Every column must have two finite bounds; for tiny models."""
    a, whole = matrices.matrix.toarray(), matrices.integer
    rest = np.flatnonzero(~whole)
    ranges = [np.arange(low, high + 1) for low, high in zip(matrices.lower[whole], matrices.upper[whole], strict=True)]
    best, where = INF, np.zeros(len(whole))
    box = np.vstack([np.eye(len(rest)), -np.eye(len(rest))])
    ends = np.concatenate([matrices.upper[rest], -matrices.lower[rest]])
    for chosen in itertools.product(*ranges):
        fixed = a[:, whole] @ np.array(chosen)
        above, below = matrices.row_upper - fixed, fixed - matrices.row_lower
        g, h = np.vstack([a[:, rest], -a[:, rest], box]), np.concatenate([above, below, ends])
        g, h = g[np.isfinite(h)], h[np.isfinite(h)]
        points = _vertices(g, h)
        held = (points @ g.T <= h + 1e-9 * (1 + np.abs(h))).all(axis=1)
        costs = np.where(held, points @ matrices.cost[rest] + matrices.cost[whole] @ np.array(chosen), INF)
        if len(costs) and costs.min() < best:
            best = float(costs.min())
            where[whole], where[rest] = chosen, points[int(costs.argmin())]
    return Said("infeasible") if best == INF else Said("optimal", best + matrices.offset, where)


def _vertices(g: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Where as many of the rows g z <= h as there are columns hold with equality."""
    n = g.shape[1]
    if n == 0:
        return np.zeros((1, 0))
    picked = np.array(list(itertools.combinations(range(len(g)), n)))
    squares = g[picked]
    regular = np.abs(np.linalg.det(squares)) > 1e-9 * np.prod(np.linalg.norm(squares, axis=2), axis=1)
    return np.linalg.solve(squares[regular], h[picked[regular]][..., None])[..., 0]


def ours(matrices: Matrices) -> Found:
    """Our answer, as `solve` gives it."""
    limits = Limits(gap=0.0, seconds=SECONDS)
    return find(matrices, limits, Clock(limits), cold)


def verdict(matrices: Matrices, found: Found, said: Said) -> tuple[str, str]:
    """agreed, refuted (a plan that keeps every row shows the other solver wrong), within (the other's plan is better only as it misses rows by less
    than 1e-9: where these are moved by that, so is ours), unproved (the same is said, but our certificate does not support it), unknown (one of
    the two says nothing in its time) or WRONG; and what differs."""
    status, certificate = found.answer.status, found.certificate
    ours_, theirs = certificate.objective if found.x is not None else INF, said.objective if said.x is not None else INF
    theirs = -INF if said.status == "unbounded" else theirs
    text = f"{status} {ours_:.12g}, {certificate.said[0]}; against {said.status} {theirs:.12g}"
    if said.status == "unknown" or status in ("stopped", "failed"):
        return "unknown", text
    scale = EQUAL * max(1.0, min(abs(ours_), abs(theirs)))
    if status == "unbounded" and (certificate.holds or said.status in ("unbounded", "none")):
        return ("unproved" if not certificate.holds else "agreed" if said.status in ("unbounded", "none") else "refuted"), text
    if ours_ < theirs - scale:  # a feasible plan may miss a row by 1e-6, and says so
        return ("refuted" if kept(matrices, found.x) else "unproved" if status == "feasible" else "WRONG"), text
    claimed = status != "feasible" and theirs < ours_ - scale  # a feasible plan claims a bound, not the best
    if claimed or (status in ("optimal", "feasible") and certificate.bound > theirs + scale):
        if said.x is None:
            return ("refuted" if claimed and certificate.holds and status == "infeasible" else "WRONG"), text
        if not kept(matrices, said.x):
            return "refuted", text
        moved = _moved(matrices, said.x)
        again = ours(moved) if moved is not None else found
        return ("within" if again.x is not None and again.certificate.objective <= theirs + scale else "WRONG"), text
    if status == "feasible":
        return "unproved", text
    if said.status in (status, "none"):
        return ("agreed" if certificate.holds else "unproved"), text
    return "WRONG", text


def _moved(matrices: Matrices, x: np.ndarray) -> Matrices | None:
    """The model with its sides and bounds moved as far as a plan needs; None where it needs nothing."""
    x = np.where(matrices.integer, np.round(x), x)
    activity = matrices.matrix @ x
    sides = np.minimum(matrices.row_lower, activity), np.maximum(matrices.row_upper, activity)
    bounds = np.minimum(matrices.lower, x), np.maximum(matrices.upper, x)
    before = matrices.row_lower, matrices.row_upper, matrices.lower, matrices.upper
    if all((own == moved).all() for own, moved in zip(before, (*sides, *bounds), strict=True)):
        return None
    return replace(matrices, row_lower=sides[0], row_upper=sides[1], lower=bounds[0], upper=bounds[1])


def kept(matrices: Matrices, x: np.ndarray | None) -> bool:
    """Does a plan keep every row, bound and whole number to 1e-9 of what is added up? Said a second time, without our certificate."""
    assert x is not None
    a = matrices.matrix.toarray()
    x = np.where(matrices.integer, np.round(x), x)
    sizes = np.abs(a) @ np.abs(x) + 1
    rows = ((a @ x <= matrices.row_upper + 1e-9 * sizes) & (a @ x >= matrices.row_lower - 1e-9 * sizes)).all()
    room = 1e-9 * (1 + np.abs(x))
    return bool(rows and (x <= matrices.upper + room).all() and (x >= matrices.lower - room).all())
