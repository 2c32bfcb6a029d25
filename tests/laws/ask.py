"""What the laws ask of an instance, and how answers are compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import UnsatisfiedAssumption

from models import InputError, Instance
from models.algebra import Matrices
from optimizer.answering import Clock, cold, find
from optimizer.highs import Limits, run
from optimizer.scaling import Scaled, scale
from optimizer.solving import stated
from tests.drawn import drawn, made, sketch
from tests.drawn.draw import Draw, Rows, frames

DRAWN = st.builds(sketch, st.integers(0, 10**9))
DICE = st.randoms(use_true_random=False)
EXACT = Limits(gap=0, seconds=20.0)
"""No law waits longer for whole numbers."""
FEW = 4
"""Tables that may change for the others to be kept."""
NAMING = {"regions", "periods", "slices", "commodities", "equipment", "recipes", "links", "sources", "markets", "stocks", "swaps"}
"""Tables that bring names into being."""
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


def applies(condition: object) -> None:
    """Only where this is so does a law say anything."""
    if not condition:
        raise UnsatisfiedAssumption


def ask(d: Draw, rows: Rows | None = None) -> Answer:
    """The least cost of a drawn instance, or of one with these rows in place of its own, of the whole numbers exactly, without certificate and
    tables; a policy on nothing that cannot hold leaves no plan. Raises InputError."""
    return _answer(d.seed) if rows is None or rows == d.rows else ask_instance(changed(d, rows))


def ask_instance(instance: Instance) -> Answer:
    """The same of any instance."""
    try:
        return ask_matrices(stated(instance)[2])
    except InputError as error:
        if "no plan can meet this" not in str(error):
            raise
        return Answer(math.inf)


def changed(d: Draw, rows: Rows) -> Instance:
    """A drawn instance with these rows in place of its own; where no names come or go, what stays is not read again. Raises InputError."""
    if rows == d.rows:
        return _drawn(d.seed)
    new = {name: own for name, own in rows.items() if own != d.rows.get(name)}
    gone = [name for name in d.rows if not rows.get(name)]
    if len(new) > FEW or NAMING & {*new, *gone}:
        return made(d.settings, rows)
    base = _drawn(d.seed)
    return base.replace({name: base.tables[name].iloc[:0] for name in gone} | frames(new))


@lru_cache(maxsize=1)
def _drawn(seed: int) -> Instance:
    return drawn(seed)


@lru_cache(maxsize=1)
def _answer(seed: int) -> Answer:
    return ask_instance(_drawn(seed))


def ask_matrices(matrices: Matrices, problem: Scaled | None = None) -> Answer:
    """The same of a compiled model, perhaps scaled (or ordered) already."""
    found = run(problem or scale(matrices), EXACT, matrices.offset)
    status = found.status
    if status not in ("optimal", "infeasible", "unbounded"):
        status = find(matrices, EXACT, Clock(EXACT), cold).answer.status
    applies(status in ("optimal", "infeasible", "unbounded"))
    if status != "optimal" or found.x is None:
        return Answer({"infeasible": math.inf, "unbounded": -math.inf}[status])
    return Answer(found.objective + matrices.offset, float(abs(matrices.cost) @ abs(found.x)) + abs(matrices.offset), found.x)


def same(one: Answer, other: Answer, near: float = NEAR) -> bool:
    """Do both have a plan or both none, at the same cost?"""
    print(f"{one.cost!r} and {other.cost!r} of terms of {one.size:g}")
    return one.cost == other.cost or abs(one.cost - other.cost) <= near * max(one.size, other.size)


def at_most(one: Answer, other: Answer, near: float = NEAR) -> bool:
    """Is the first no dearer?"""
    print(f"{one.cost!r} <= {other.cost!r} of terms of {one.size:g}")
    return one.cost <= other.cost or one.cost - other.cost <= near * max(one.size, other.size)


def is_lp(rows: Rows) -> bool:
    """Has an instance of these rows no whole numbers?"""
    return not any(row.get(c) for row in rows.get("builds", ()) for c in ("fixed_invest", "fixed_cost", "min", "size"))
