"""A small branch-and-bound tree of ours, every bound of which is proved: what a solver claims of whole numbers, shown without believing it.

Each node is an LP with narrower bounds of the integer columns; its dual vector gives a bound by `certificate.lower_bound`, and one without a
plan is dropped only on a Farkas proof. Leaves that have not been looked into when nodes or seconds run out keep the bound of their parent.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.algebra import Matrices
from optimizer.certificate import EXACT, box_sizes, boxes_table, feasible, implied_bounds, lower_bound, size_of_cost
from optimizer.highs import Answer, Limits, Solver
from optimizer.matching import Patch
from optimizer.scaling import INTEGRAL, Scaled

NODES = 1_000
"""Nodes after which the tree stops growing."""


@dataclass(frozen=True)
class Tree:
    """What a tree proves: no plan costs less than `bound` (¤ with offset; inf: there is none) inside the boxes listed. `x`: a plan, verified,
    that is cheaper than the one given, None where none was met."""

    bound: float
    nodes: int
    boxes: pd.DataFrame
    x: np.ndarray | None = None


def grow(matrices: Matrices, problem: Scaled, plan: np.ndarray | None, limits: Limits, seconds: float) -> Tree:
    """Branches until no plan can be cheaper than the one given by more than the relative gap of the limits, for so many seconds, or until cancelled.

    `plan`: the columns of a verified plan; None where the solver claims that there is none: then any plan is looked for, whatever it costs.
    """
    cancelled = limits.cancel is not None and limits.cancel.is_set()  # before it began: the seconds are short already
    return _Growing(matrices, problem, plan, limits.gap).until(time.perf_counter() + seconds, None if cancelled else limits.cancel)


class _Growing:
    """The tree so far: open nodes by their bound, the least bound of those that were closed without being dropped, the best plan."""

    def __init__(self, matrices: Matrices, problem: Scaled, plan: np.ndarray | None, gap: float) -> None:
        self.matrices, self.gap = matrices, max(gap, EXACT)
        cost = np.zeros_like(problem.cost) if plan is None else problem.cost
        self.solver = Solver(replace(problem, cost=cost, integer=np.zeros_like(problem.integer)))
        self.at = np.flatnonzero(matrices.integer)
        self.lower, self.upper = implied_bounds(matrices)
        self.boxes = box_sizes(matrices, plan)
        self.boxed = np.zeros(len(matrices.cost), bool)
        self.objective = np.zeros_like(matrices.cost) if plan is None else matrices.cost
        self.cost = np.inf if plan is None else float(matrices.cost @ plan)
        self.size = 1.0 if plan is None else size_of_cost(matrices, plan)
        self.better: np.ndarray | None = None
        self.closed = np.inf
        self.nodes = 0

    @property
    def enough(self) -> float:
        """The bound from which a node needs no further look. [¤, without offset]"""
        return self.cost if np.isinf(self.cost) else self.cost - self.gap * self.size

    def until(self, end: float, cancel: threading.Event | None) -> Tree:
        """Grows the tree until nothing is open, nodes run out, the clock shows `end`, or it is cancelled."""
        number = itertools.count()
        whole = self.matrices.lower[self.at], self.matrices.upper[self.at]
        heap = [(-np.inf, next(number), np.ceil(whole[0] - INTEGRAL), np.floor(whole[1] + INTEGRAL))]
        while heap and heap[0][0] < self.enough and self.nodes < NODES and time.perf_counter() < end:
            if cancel is not None and cancel.is_set():
                break
            known, _, low, high = heapq.heappop(heap)
            bound, x = self._node(low, high)
            bound = max(known, bound)
            if bound == np.inf:
                continue
            branch = None if x is None or bound >= self.enough else self._branch(x, low, high)
            if branch is None:
                self.closed = min(self.closed, bound)
                continue
            j, value = branch
            below, above = high.copy(), low.copy()
            below[j], above[j] = np.floor(value), np.floor(value) + 1.0
            heapq.heappush(heap, (bound, next(number), low, below))
            heapq.heappush(heap, (bound, next(number), above, high))
        bound = min([self.closed, self.cost, *(node[0] for node in heap)])  # of a search for any plan only inf says something
        return Tree(bound + self.matrices.offset, self.nodes, boxes_table(self.matrices, self.boxed, self.boxes), self.better)

    def _node(self, low: np.ndarray, high: np.ndarray) -> tuple[float, np.ndarray | None]:
        """The proved bound of a node (inf: no plan in it), and where its LP ends."""
        self.nodes += 1
        if (low > high).any():
            return np.inf, None
        answer = self._solved(low, high)
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[self.at], upper[self.at] = np.maximum(lower[self.at], low), np.minimum(upper[self.at], high)
        if (lower > upper).any():
            return np.inf, None
        if answer.ray is not None:
            for ray in (answer.ray, -answer.ray):
                if self._bound(ray, np.zeros_like(self.matrices.cost), lower, upper) > 0:
                    return np.inf, None
        if answer.status != "optimal" or answer.x is None or answer.y is None:
            return -np.inf, None
        return self._bound(answer.y, self.objective, lower, upper), answer.x

    def _solved(self, low: np.ndarray, high: np.ndarray) -> Answer:
        """The LP of a node, from where the last one ended."""
        none = np.zeros(0, np.int64)
        self.solver.change(Patch((none, none), (self.at, low, high), (none, none, none), (none, none, none)))
        return self.solver.run(Limits(), method="simplex" if self.nodes == 1 else "dual simplex")

    def _bound(self, y: np.ndarray, cost: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
        bound, boxed = lower_bound(self.matrices, y, cost, lower, upper, self.boxes)
        self.boxed |= boxed
        return bound

    def _branch(self, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[int, float] | None:
        """The integer column furthest from a whole number, and its value; None where nothing can be split, a plan met by the way is kept."""
        own = np.clip(x[self.at], low, high)
        away = np.abs(own - np.round(own))
        if away.max(initial=0.0) <= INTEGRAL:
            self._keep(np.where(self.matrices.integer, np.round(x), x))
            return None
        j = int(away.argmax())
        return j, float(own[j])

    def _keep(self, x: np.ndarray) -> None:
        cost = float(self.objective @ x)
        if cost < self.cost and feasible(self.matrices, x):
            self.cost, self.size, self.better = cost, size_of_cost(self.matrices, x), x
