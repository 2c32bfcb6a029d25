"""What the laws ask of an instance, and how answers are compared."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import note
from hypothesis import strategies as st

from models import InputError, Instance
from models.algebra import Matrices
from optimizer.answering import Clock, cold, find
from optimizer.highs import Limits, run
from optimizer.scaling import Scaled, scale
from optimizer.solving import stated
from tests.drawn.draw import Rows

SEEDS = st.integers(0, 10**9)
EXACT = Limits(gap=0)
NEAR = 1e-7
"""How far two equal costs may lie apart, as a share of the sum of all sums paid and earned in the plan."""


@dataclass(frozen=True)
class Answer:
    """What an instance costs at least: its cost (inf: no plan; −inf: no least cost), and the sum of its terms without their signs."""

    cost: float
    size: float = 1.0
    x: np.ndarray | None = None

    def times(self, k: float) -> Answer:
        """The same in another money, or of a k times larger instance."""
        return Answer(self.cost * k, self.size * k, self.x)


def ask(instance: Instance) -> Answer:
    """The least cost, of the whole numbers exactly, without certificate and tables; a policy on nothing that cannot hold leaves no plan."""
    try:
        matrices = stated(instance)[2]
    except InputError as error:
        if "no plan can meet this" not in str(error):
            raise
        return Answer(math.inf)
    return ask_matrices(matrices)


def ask_matrices(matrices: Matrices, problem: Scaled | None = None) -> Answer:
    """The same of a compiled model, perhaps scaled (or ordered) already."""
    found = run(problem or scale(matrices), EXACT, matrices.offset)
    status = found.status
    if status not in ("optimal", "infeasible", "unbounded"):
        status = find(matrices, EXACT, Clock(EXACT), cold).answer.status
    if status != "optimal" or found.x is None:
        note(f"ended {status}")
        return Answer({"infeasible": math.inf, "unbounded": -math.inf}[status])
    return Answer(found.objective + matrices.offset, float(abs(matrices.cost) @ abs(found.x)) + abs(matrices.offset), found.x)


def same(one: Answer, other: Answer, near: float = NEAR) -> bool:
    """Do both have a plan or both none, at the same cost?"""
    note(f"{one.cost!r} and {other.cost!r} of terms of {one.size:g}")
    return one.cost == other.cost or abs(one.cost - other.cost) <= near * max(one.size, other.size)


def at_most(one: Answer, other: Answer, near: float = NEAR) -> bool:
    """Is the first no dearer?"""
    note(f"{one.cost!r} <= {other.cost!r} of terms of {one.size:g}")
    return one.cost <= other.cost or one.cost - other.cost <= near * max(one.size, other.size)


def is_lp(rows: Rows) -> bool:
    """Has an instance of these rows no whole numbers?"""
    return not any(row.get(c) for row in rows.get("builds", ()) for c in ("fixed_invest", "fixed_cost", "min", "size"))
