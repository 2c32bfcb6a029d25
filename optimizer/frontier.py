"""Plans that no other beats in all goals: the ε-constraint method, its ends and its flat steps made lexicographic.

    min g_1   subject to the rows of the model and   g_i <= ε_i  for the other goals

(Haimes, Lasdon and Wismer, IEEE Trans. SMC 1, 1971.) Where a limit has no price, other plans have the same g_1 and may do better: among the
best ones the rest of the goals is made least. All plans of the same cost are those that keep what the duals say: a column whose reduced cost is
not 0 and a row whose dual is not 0 stay where they are. With whole numbers a row g_1 <= best is used instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from models.algebra import Matrices
from optimizer.answering import Clock, Found, cold, find
from optimizer.extended import minimising, with_row
from optimizer.goals import Goal
from optimizer.highs import Limits

ROUND = 1e-7
"""Share of a goal by which its limit is loosened, so that rounding cannot make it contradict the best."""


@dataclass(frozen=True)
class Point:
    """One point: `status`, the value of each goal (NaN without a plan), the price of each limit but that of the first goal [unit of the first
    per unit of the goal], the plan, what else a question tells of it."""

    status: str
    values: tuple[float, ...]
    prices: tuple[float, ...]
    x: np.ndarray | None = None
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def there(self) -> bool:
        """Is there a plan?"""
        return not np.isnan(self.values[0])


class Frontier:
    """A model with a row per goal but the first."""

    def __init__(self, matrices: Matrices, goals: Sequence[Goal], limits: Limits) -> None:
        self.goals, self._limits = list(goals), limits
        columns = matrices.matrix.shape[1]
        self._weights = [goal.over(columns) for goal in goals]
        self._first = matrices.matrix.shape[0]
        for goal, weights in zip(self.goals[1:], self._weights[1:], strict=True):
            matrices = with_row(matrices, f"limit of {goal.name}", weights)
        self._matrices = matrices

    def least(self, goal: int) -> Point:
        """The least of a goal; among the plans that reach it the least of the others, in order."""
        none = [np.inf] * (len(self.goals) - 1)
        if goal == 0:
            return self.at(none)
        found = self._search(self._matrices, self._weights[goal])
        if found.x is None:
            return self._point(found, [])
        value = self.goals[goal].at(found.x)
        limit = [np.inf if n != goal else value + ROUND * max(1.0, abs(value)) for n in range(1, len(self.goals))]
        point = self.at(limit)
        return replace(point, prices=tuple(np.nan if n == goal else p for n, p in enumerate(point.prices, 1)))

    def at(self, limits: Sequence[float]) -> Point:
        """The least of the first goal with the others limited; among the plans that reach it those that do best in what no limit holds."""
        matrices = self._limited(limits)
        found = self._search(matrices, self._weights[0])
        if found.x is None or not found.certificate.holds:
            return self._point(found, [])
        prices = [] if found.y is None else [-float(found.y[self._first + n]) for n in range(len(limits))]
        loose = [n for n, price in enumerate(prices, 1) if price <= 1e-9 * self._size(n)] if prices else list(range(1, len(self.goals)))
        if loose:
            cost = np.asarray(np.sum([self._weights[n] / max(1e-9, abs(self.goals[n].at(found.x))) for n in loose], axis=0))
            second = self._search(self._face(matrices, found), cost)
            if second.x is not None and second.certificate.sound:
                return self._point(replace(found, x=second.x), prices)
        return self._point(found, prices)

    def _size(self, n: int) -> float:
        """The order of a price: the largest weight of the first goal over that of the other."""
        return float(np.abs(self._weights[0]).max(initial=1e-30) / np.abs(self._weights[n]).max(initial=1e-30))

    def _limited(self, limits: Sequence[float]) -> Matrices:
        upper = self._matrices.row_upper.copy()
        for n, limit in enumerate(limits):
            upper[self._first + n] = limit - self.goals[n + 1].constant
        return replace(self._matrices, row_upper=upper)

    def _face(self, matrices: Matrices, found: Found) -> Matrices:
        """All plans that are as good as the one found."""
        assert found.x is not None
        cost, x = self._weights[0], found.x
        if found.y is None or matrices.integer.any():
            best = float(cost @ x)
            return with_row(matrices, "as good", cost, upper=best + ROUND * max(1.0, abs(best)))
        d = cost - matrices.matrix.T @ found.y
        size = np.abs(cost) + abs(matrices.matrix).T @ np.abs(found.y)
        kept = np.abs(d) > 1e-9 * np.maximum(size, 1e-30)
        activity = matrices.matrix @ x
        held = np.abs(found.y) > 1e-9 * np.abs(found.y).max(initial=0.0)
        at = np.where(matrices.row_upper - activity < activity - matrices.row_lower, matrices.row_upper, matrices.row_lower)
        return replace(
            matrices,
            lower=np.where(kept, x, matrices.lower),
            upper=np.where(kept, x, matrices.upper),
            row_lower=np.where(held, at, matrices.row_lower),
            row_upper=np.where(held, at, matrices.row_upper),
        )

    def _search(self, matrices: Matrices, cost: np.ndarray) -> Found:
        return find(minimising(matrices, cost), self._limits, Clock(self._limits), cold)

    def _point(self, found: Found, prices: list[float]) -> Point:
        none = len(self.goals) - 1
        if found.x is None or not found.certificate.holds:
            return Point(found.answer.status, (np.nan,) * (none + 1), (np.nan,) * none)
        return Point(found.answer.status, tuple(goal.at(found.x) for goal in self.goals), tuple(prices or [np.nan] * none), found.x)
