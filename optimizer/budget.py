"""The least of a sum among all plans that cost little more than the best, with a proof, without a row for the budget.

For any μ > 0 and every plan x within the budget B,

    w·x >= (min_x (c + μ w)·x − B) / μ

so each search over the model with other costs proves a bound; and any mix of one plan within the budget and one beyond it is a plan. The next μ
is the slope between those two (Eisner and Severance, J. ACM 23, 1976, for one parameter): the two meet at the least. Bounds that the rows imply
for single columns prove another one without any search, and often it is reached at once. A row for the budget would hold a number for every
column: on a large model a search with it takes three times as long, or fails. With whole numbers mixes are no plans: there the row is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.algebra import Matrices
from optimizer.answering import Clock, Found, cold, find
from optimizer.certificate import implied_bounds
from optimizer.extended import minimising, with_row
from optimizer.highs import LARGE, Limits

NEAR, SHARE, STEPS = 0.02, 0.1, 5
"""Of a large model: proved and reached are near enough at this share of what is sought, or of so much of what the plan has; searches for one
end, at most. A small one goes on."""
FASTER = 4.0
"""By how much μ grows, twice, while the plans stay within the budget, before cost is left out altogether."""


@dataclass(frozen=True)
class End:
    """The least of a sum: what is proved of every plan within the budget, and what the plan `x` within it has."""

    proved: float
    reached: float
    x: np.ndarray


class Budget:
    """The plans within `slack` × |cost| of the best one, x."""

    def __init__(self, matrices: Matrices, x: np.ndarray, slack: float, limits: Limits) -> None:
        self._matrices, self._x, self._limits = matrices, x, limits
        large = matrices.matrix.shape[1] >= LARGE
        self._near, self._share, self._steps = (NEAR, SHARE, STEPS) if large else (1e-9, 1e-3, 50)
        self._lower, self._upper = implied_bounds(matrices)
        best = float(matrices.cost @ x) + matrices.offset
        self._room = slack * abs(best)
        self._most = best + self._room - matrices.offset
        self._scale = max(self._room, 1e-3 * abs(best), 1e-9)

    def end(self, columns: np.ndarray, sign: float) -> End:
        """The least (sign 1) or the most (−1) of a sum of columns that are never below 0."""
        weights = np.zeros(len(self._x))
        weights[columns] = sign
        found = self.least(weights)
        proved = max(0.0, found.proved) if sign > 0 else -found.proved
        if np.isfinite(proved) and abs(sign * found.reached - proved) <= 1e-6 * max(1.0, abs(proved)):
            proved = sign * found.reached
        return End(proved, sign * found.reached, found.x)

    def least(self, weights: np.ndarray) -> End:
        """The least of weights @ x. Proved −inf where no search ends with a proof."""
        matrices, most = self._matrices, self._most
        if matrices.integer.any():
            found = self._search(with_row(matrices, "budget", matrices.cost, upper=most), weights)
            return self._end(found.certificate.bound, self._x if found.x is None or not found.certificate.sound else found.x, weights)
        within, beyond = self._x, None
        used = weights != 0
        proved, mixed = float(weights[used] @ np.where(weights > 0, self._lower, self._upper)[used]), self._x
        sizes = (abs(float(weights @ self._x)), abs(proved), float(np.abs(self._x).max(initial=0.0)))
        mu, low, high = self._scale / next((size for size in sizes if 1e-9 < size < np.inf), 1.0), 0.0, np.inf
        for step in range(self._steps):
            if self._near_enough(proved, float(weights @ mixed), weights):
                break
            found = self._search(matrices, weights if np.isinf(mu) else matrices.cost + mu * weights)
            if found.answer.status == "unbounded" and np.isfinite(mu):
                mu = np.sqrt(low * mu) if low else mu / FASTER**2
                continue
            if found.x is None or not found.certificate.sound:
                break
            bound = found.certificate.bound if np.isinf(mu) else (found.certificate.bound - most) / mu
            proved, bracketed = max(proved, bound), beyond is not None
            if matrices.cost @ found.x <= most:
                low, within = mu, found.x if weights @ found.x <= weights @ within else within
            else:
                high, beyond = mu, found.x
            if beyond is None:
                mixed = within
                if np.isinf(mu):
                    break
                mu = mu * FASTER if step < 2 else np.inf
                continue
            mixed, share = self._mix(within, beyond)
            gained, paid = float(weights @ (within - beyond)), float(matrices.cost @ (beyond - within))
            if gained <= 0:
                break
            mu = paid / gained if bracketed or low == 0 or np.isinf(high) else low * (high / low) ** share
        return self._end(proved, mixed, weights)

    def _near_enough(self, proved: float, reached: float, weights: np.ndarray) -> bool:
        return reached - proved <= self._near * max(abs(reached), self._share * abs(float(weights @ self._x)), 1e-9)

    def _search(self, matrices: Matrices, cost: np.ndarray) -> Found:
        return find(minimising(matrices, cost), self._limits, Clock(self._limits), cold)

    def _mix(self, within: np.ndarray, beyond: np.ndarray) -> tuple[np.ndarray, float]:
        """The plan between the two that costs just the budget, and its share of the second."""
        low, high = float(self._matrices.cost @ within), float(self._matrices.cost @ beyond)
        share = (self._most - low) / (high - low)
        return np.asarray(within + share * (beyond - within)), share

    @staticmethod
    def _end(proved: float, x: np.ndarray, weights: np.ndarray) -> End:
        return End(proved, float(weights @ x), x)
