"""Rows that may give way: how little must they, and which of them contradict one another?

    least_i,j  min Σ price_i × give_i,   row_lower_i <= a_i x + give_i (− give_i) <= row_upper_i for the rows that may, all others as they are

A set of rows is in conflict if, with every other row that may give way given up, it must still give something. Rows whose dual is 0 in such a least
take no part in the contradiction, so the rest is one; leaving out row by row what is not needed makes it irreducible (deletion filter: Chinneck,
Feasibility and Infeasibility in Optimization, 2008, chapter 6). Only costs and bounds change from search to search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from models.algebra import Matrices
from optimizer.highs import Limits, Solver, SolverError, run_with_basis
from optimizer.matching import difference
from optimizer.scaling import Scaled, scale

SOME = 1e-7
"""What must be given, in scaled rows, from which there is a conflict."""


@dataclass(frozen=True)
class Given:
    """The least that must be given: by row that may (in its own unit; > 0: more is allowed, < 0: less), the plan then, and the rows' duals
    (None with whole numbers)."""

    total: float
    amounts: np.ndarray
    x: np.ndarray
    duals: np.ndarray | None


class Elastic:
    """A model without its costs, in which some rows may give way."""

    def __init__(self, matrices: Matrices, rows: np.ndarray, limits: Limits) -> None:
        self.rows, self._limits = rows, replace(limits, seconds=None)
        plain = scale(replace(matrices, cost=np.zeros_like(matrices.cost), offset=0.0))
        n, columns = len(rows), matrices.matrix.shape[1]
        self.factor, self._columns = plain.rows[rows], columns
        chosen = sp.csr_array((np.ones(n), (rows, np.arange(n))), shape=(matrices.matrix.shape[0], n))
        under, over = np.isfinite(plain.row_lower[rows]), np.isfinite(plain.row_upper[rows])
        most = np.concatenate([np.where(under, np.inf, 0.0), np.where(over, np.inf, 0.0)])
        self._most = most
        self._problem = Scaled(
            sp.csr_array(sp.hstack([plain.matrix, chosen, -chosen])), plain.row_lower, plain.row_upper, np.zeros(columns + 2 * n),
            np.concatenate([plain.lower, np.zeros(2 * n)]), np.concatenate([plain.upper, most]),
            np.concatenate([plain.integer, np.zeros(2 * n, bool)]), plain.rows, np.concatenate([plain.columns, np.ones(2 * n)]), 1.0,
        )  # fmt: skip
        self._solver: Solver | None = None
        self._last = self._problem

    def least(self, prices: np.ndarray, may: np.ndarray | None = None) -> Given | None:
        """The least Σ price × what is given; `prices` per unit of the scaled row, `may`: which of the rows (None: all). None if that is not
        enough."""
        allowed = np.ones(len(self.rows), bool) if may is None else may
        cost = np.concatenate([np.zeros(self._columns), prices, prices])
        upper = self._problem.upper.copy()
        upper[self._columns :] = np.where(np.tile(allowed, 2), self._most, 0.0)
        wanted = replace(self._problem, cost=cost, upper=upper)
        if self._problem.integer.any():
            answer = Solver(wanted).run(replace(self._limits, gap=0.0))
        elif self._solver is None:
            answer, basis = run_with_basis(wanted, self._limits)
            if answer.x is not None and basis is not None:
                self._solver, self._last = Solver(wanted), wanted
                self._solver.start(basis)
        else:
            patch = difference(self._last, wanted)
            self._solver.change(patch)
            self._last = wanted
            answer = self._solver.run(self._limits, method="primal simplex" if patch.only_costs else "dual simplex")
        if answer.x is None:
            if answer.status not in ("infeasible", "infeasible or unbounded"):
                raise SolverError(f"the search for what gives way ended: {answer.said}")
            return None
        n = len(self.rows)
        gives = answer.x[self._columns :]
        total = float(cost[self._columns :] @ gives)
        amounts = (gives[:n] - gives[n:]) / self.factor
        return Given(total, -amounts, answer.x[: self._columns], None if answer.y is None else answer.y[self.rows] / self.factor)

    def conflict(self, groups: Sequence[object], among: np.ndarray) -> np.ndarray | None:
        """Which of the rows `among` contradict one another, irreducibly; `groups`: one label per row, rows of a label are left out together
        first. None if the rows that may not give way have no plan; empty if there is no contradiction."""
        first = self.least(among.astype(float))
        if first is None:
            return None
        if first.total <= SOME:
            return np.zeros(0, int)
        kept = among
        if first.duals is not None:
            weighty = among & (np.abs(first.duals) > 1e-9 * max(1.0, np.abs(first.duals).max(initial=0.0)))
            kept = weighty if self._contradicts(weighty) else among
        labels = np.array([hash(g) for g in groups])
        for label in dict.fromkeys(labels[kept].tolist()):
            without = kept & (labels != label)
            if self._contradicts(without):
                kept = without
        for i in np.flatnonzero(kept):
            without = kept.copy()
            without[i] = False
            if self._contradicts(without):
                kept = without
        return np.flatnonzero(kept)

    def _contradicts(self, kept: np.ndarray) -> bool:
        """With all other rows given up, must these give something?"""
        given = self.least(kept.astype(float))
        return given is not None and given.total > SOME
