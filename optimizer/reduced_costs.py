"""Reduced costs: what a direction of change costs at the prices of a plan, split by what it pays for.

For a direction v in the space of columns, with the duals y of the plan,

    c·v − yᵀA v  =  Σ_terms (terms of the objective)·v  −  Σ_i y_i (A v)_i

is what the cost of the best plan changes by per unit along v, to first order. Each term of the objective and each row is a part of its own;
parts are added up under a kind and an item (`electricity`, a policy by name). Nothing is left out, so the parts add up exactly.
(Bertsimas and Tsitsiklis, Introduction to Linear Optimization, section 3.1; Dantzig's "pricing out".)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.algebra import Frame
from optimizer.solved import TINY, Solved

TERMS = {
    "annuities": "capital", "fixed": "fixed cost", "closing": "closing", "operation": "operation", "purchases": "purchases", "sales": "sales",
    "freight": "freight", "stock": "storage", "shortages": "shortage penalty", "breaches": "policy", "priced": "policy",
}  # fmt: skip
"""What each term of the objective is called."""
ROWS = {
    "standing": "capacity", "refit_total": "capacity", "usable_capacity": "capacity", "minimum_load": "minimum load", "build_most": "build limit",
    "started_most": "build limit", "started_least": "build limit", "whole_units": "build limit", "link_capacity": "transport",
    "line_capacity": "transport", "layer": "transport", "purchase_most": "supply limit", "purchase_least": "supply limit",
    "sale_most": "sales limit", "shortage_most": "shortage penalty", "swap_new": "swaps", "swap_bank": "swaps", "swap_ratio": "swaps",
    "clean_route_use": "clean power", "clean_market_use": "clean power", "clean_flow_most": "clean power", "clean_supply": "clean power",
    "clean_nation": "clean power", "policy_at_most": "policy", "policy_at_least": "policy", "policy_equal": "policy", "balance": "goods",
    "exact_balance": "goods",
}  # fmt: skip
"""What each family of rows is called; a family of stocks that is not named is `storage`."""
ITEM = {"usable_capacity": 1, "minimum_load": 1, "balance": 1, "exact_balance": 1, "policy_at_most": 0, "policy_at_least": 0, "policy_equal": 0}
"""Which label of a row is its item: the equipment, the commodity, the policy."""


@dataclass(frozen=True)
class Part:
    """What a part is of: its kind, and an item of that kind (blank where there is only one). `penalty`: the price of the good is that of a
    shortage."""

    kind: str
    item: str
    penalty: bool = False


class ReducedCosts:
    """Splits directions at the duals of a solved model, or at others of the same worth."""

    def __init__(self, solved: Solved, y: np.ndarray | None = None) -> None:
        self.solved = solved
        matrices = solved.matrices
        self.y = np.nan_to_num(solved.y) if y is None else y
        self.parts: list[Part] = []
        self._number: dict[Part, int] = {}
        of_terms = [self._of_term(name) for name in matrices.terms]
        of_rows = self._of_rows()
        costs = [
            sp.csr_array(_adder(numbers, len(self.parts)) @ term.matrix) for numbers, term in zip(of_terms, matrices.terms.values(), strict=True)
        ]
        weighted = sp.csr_array(sp.diags_array(-self.y) @ matrices.matrix)
        total = sp.csr_array(_adder(of_rows, len(self.parts)) @ weighted)
        for cost in costs:
            total = total + cost
        self._matrix = sp.csr_array(total)
        self.d = matrices.cost - sp.csr_array(matrices.matrix.T) @ self.y
        """Reduced cost of each column."""

    def split(self, directions: sp.csc_array) -> np.ndarray:
        """The parts (rows, as `parts`) of each direction (a column of the matrix, over the columns of the model). [¤, present value]"""
        return np.asarray((self._matrix @ directions).todense())

    def _part(self, part: Part) -> int:
        if part not in self._number:
            self._number[part] = len(self.parts)
            self.parts.append(part)
        return self._number[part]

    def _of_term(self, name: str) -> np.ndarray:
        """For each row of a term the number of its part; breaches and prices are those of their policy."""
        term = self.solved.matrices.terms[name]
        if name not in ("breaches", "priced"):
            return np.full(term.matrix.shape[0], self._part(Part(TERMS[name], "")))
        return self._by_label("policy", term.index_set.column(0))

    def _by_label(self, kind: str, codes: np.ndarray, penalty: np.ndarray | None = None) -> np.ndarray:
        labels = self.solved.model.board.labels
        flags = np.zeros(len(codes), bool) if penalty is None else penalty
        both, at = np.unique(np.stack([codes, flags]), axis=1, return_inverse=True)
        numbers = [self._part(Part(kind, str(labels.label(int(code))), bool(flag))) for code, flag in both.T]
        return np.array(numbers, dtype=np.int64)[at.ravel()] if len(codes) else np.zeros(0, dtype=np.int64)

    def _of_rows(self) -> np.ndarray:
        out = []
        for name, block in self.solved.matrices.rows.items():
            kind = ROWS.get(name, "storage")
            if name in ITEM:
                penalty = self._penalties(name) if kind == "goods" else None
                out.append(self._by_label(kind, block.index_set.column(ITEM[name]), penalty))
            else:
                out.append(np.full(block.count, self._part(Part(kind, ""))))
        return np.concatenate([np.zeros(0, dtype=np.int64), *out])

    def _penalties(self, name: str) -> np.ndarray:
        """Which balances go short at the price of the shortage."""
        board, key = self.solved.model.board, ["r", "c", "t", "p"]
        rows = self.solved.duals(name, *key)
        short = self.solved.values("shortage", "r", "c", "x", "t", "p")
        short = short[short["value"] > TINY]
        worst = rows.look_up(board["shortages"].join(short, "r", "c", "x", "t", "p").least(key, "shortage_price"), *key, value="shortage_price")
        price = rows["dual"] / rows.look_up(board["periods"], "t", value="weight")
        return np.asarray(price >= worst * (1 - 1e-6))


def _adder(numbers: np.ndarray, count: int) -> sp.csr_array:
    """Adds rows up under their numbers."""
    return sp.csr_array((np.ones(len(numbers)), (numbers, np.arange(len(numbers)))), shape=(count, len(numbers)))


def places(solved: Solved, variable: str, frame: Frame, *letters: str) -> np.ndarray:
    """The numbers of the columns of a variable at the rows of a frame, -1 where there is none."""
    block = solved.matrices.columns[variable]
    at = np.broadcast_to(block.index_set.position([frame[letter] for letter in letters]), len(frame)) if block.count else np.full(len(frame), -1)
    return np.where(at >= 0, block.start + at, -1)
