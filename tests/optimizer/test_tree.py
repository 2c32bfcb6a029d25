"""The tree of ours: what it proves of whole numbers, and that it does not believe the solver."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from pytest import approx

from optimizer import answering
from optimizer.answering import Clock, cold, find
from optimizer.highs import Answer, Limits
from optimizer.scaling import Scaled, scale
from optimizer.tree import grow
from tests.build import numbered
from tests.second_solver import drawn_matrices, enumerated

INF = np.inf
EXACT = Limits(gap=0.0)
KNAPSACK = numbered([[3.0, 4.0]], [-INF], [10.0], [-5.0, -6.0], upper=[9.0, 9.0], integer=[True, True])
"""max 5a + 6b, 3a + 4b <= 10 in whole numbers: (2, 1) gives 16; (3, 0) gives 15; relaxed (10/3, 0) gives 16 2/3."""


def test_the_bound_of_whole_numbers_is_proved() -> None:
    """No whole numbers give more than 16: proved to the last digit, where the root alone leaves 16 2/3."""
    best = np.array([2.0, 1.0])
    tree = grow(KNAPSACK, scale(KNAPSACK), best, EXACT, 10.0)
    assert tree.bound == approx(-16, rel=1e-9) and tree.x is None and tree.nodes > 1
    root = grow(KNAPSACK, scale(KNAPSACK), best, Limits(gap=0.05), 10.0)
    assert root.nodes == 1 and root.bound == approx(-50 / 3), "within the gap asked for there is nothing to branch"


def test_a_better_plan_than_the_solver_s_is_found() -> None:
    """Whoever says that (3, 0) is best is shown (2, 1)."""
    tree = grow(KNAPSACK, scale(KNAPSACK), np.array([3.0, 0.0]), EXACT, 10.0)
    assert tree.x is not None and tree.x.tolist() == [2.0, 1.0] and tree.bound == approx(-16)


def test_out_of_time_the_bound_is_that_of_the_parents() -> None:
    tree = grow(KNAPSACK, scale(KNAPSACK), np.array([2.0, 1.0]), EXACT, 0.0)
    assert tree.nodes == 0 and tree.bound == -INF


def test_a_cancel_ends_the_tree() -> None:
    """What is open keeps the bound of its parents."""

    class Asked(threading.Event):
        """Not set when the tree begins, set from then on."""

        def is_set(self) -> bool:
            before = super().is_set()
            self.set()
            return before

    tree = grow(KNAPSACK, scale(KNAPSACK), np.array([2.0, 1.0]), Limits(gap=0.0, cancel=Asked()), 10.0)
    assert tree.nodes == 0 and tree.bound == -INF


@pytest.mark.parametrize("seed", range(0, 300, 3))
def test_the_tree_against_enumeration(seed: int) -> None:
    """Tiny MIPs: what is proved is never above the best of all vertices, and reaches it; without a plan the tree is empty."""
    matrices = drawn_matrices(seed, boxed=True)
    best = enumerated(matrices)
    tree = grow(matrices, scale(matrices), best.x, EXACT, 10.0)
    if best.x is None:
        assert tree.bound == INF
    else:
        assert tree.bound == approx(best.objective, rel=1e-6, abs=1e-6)


def test_whole_numbers_between_fractions() -> None:
    """27.9 b between 83.6646 and 88.46: b = 3, at 101 each. HiGHS 1.15 loses it in presolve where a may be anything from -0.00703 to 0.112, so
    it is told that a is 0."""
    matrices = numbered(
        [[0.00666, -27.9], [-106.0, -0.00411]], [-88.46, -INF], [-83.6646, -0.01233], [1.24, 101.0], [-0.00703, -0.383], [0.112, 18.8], [True, True]
    )
    found = find(matrices, EXACT, Clock(EXACT), cold)
    assert found.answer.status == "optimal" and found.certificate.objective == approx(303)
    assert (scale(matrices).lower.tolist(), scale(matrices).upper.tolist()) == ([0, 0], [0, 18])


def test_a_solver_that_misses_the_best_is_asked_again() -> None:
    """Who says (3, 0) is best, and a tree that has no time to see more: the solver without presolve finds (2, 1); no bound is proved, so it is
    not called optimal."""

    def liar(matrices: object, limits: Limits) -> tuple[Scaled, Answer]:
        return scale(KNAPSACK), Answer("optimal", np.array([3.0, 0.0]), None, -15.0, -15.0, "", "Optimal")

    with pytest.MonkeyPatch().context() as patch:
        patch.setattr(answering, "grow", lambda m, p, plan, limits, seconds: grow(m, p, plan, limits, -1.0))
        found = find(KNAPSACK, EXACT, Clock(EXACT), liar)
    assert found.x is not None and found.x.tolist() == [2.0, 1.0] and found.certificate.bound == -INF
    assert found.answer.status == "feasible" and found.certificate.holds


def test_an_lp_without_end_that_is_called_infeasible() -> None:
    """a + b + c between -8.73 and -6.33, a and b free, a paid for: a falls as b grows. HiGHS 1.15 says in presolve that there is no plan."""
    rows = [[5.0, 5.0, 5.0, 0.0], [2.0, 2.0, 2.0, 0.0], [0.0, 0.0, 0.0, 5.0]]
    sides = [-INF, -17.46, 1.7], [-31.65, INF, 6.7]
    endless = numbered(rows, *sides, [1.0, 0.0, 0.0, 1.0], [-INF, -INF, 0.0, 0.0])
    found = find(endless, EXACT, Clock(EXACT), cold)
    assert found.answer.status == "unbounded" and found.certificate.holds


def test_a_wrong_claim_is_not_believed() -> None:
    """A solver that calls (3, 0) optimal at 15: the answer is (2, 1), its bound proved."""

    def liar(matrices: object, limits: Limits) -> tuple[Scaled, Answer]:
        return scale(KNAPSACK), Answer("optimal", np.array([3.0, 0.0]), None, -15.0, -15.0, "", "Optimal")

    found = find(KNAPSACK, EXACT, Clock(EXACT), liar)
    assert found.x is not None and found.x.tolist() == [2.0, 1.0]
    assert found.certificate.holds and found.certificate.gap == approx(0, abs=1e-9)


def test_a_wrong_claim_that_there_is_no_plan_is_not_believed() -> None:
    def liar(matrices: object, limits: Limits) -> tuple[Scaled, Answer]:
        return scale(KNAPSACK), Answer("infeasible", None, None, INF, INF, "", "Infeasible")

    found = find(KNAPSACK, EXACT, Clock(EXACT), liar)
    assert found.answer.status == "optimal" and found.certificate.objective == approx(-16)


def test_whole_numbers_without_limit() -> None:
    """Nothing keeps a − b from growing: a direction, and a plan in whole numbers to begin with."""
    endless = numbered([[1.0, -1.0]], [0.0], [INF], [-1.0, 0.5], integer=[True, True])
    found = find(endless, EXACT, Clock(EXACT), cold)
    assert found.answer.status == "unbounded" and found.certificate.holds
    none = replace(endless, row_lower=np.array([0.3]), row_upper=np.array([0.6]))
    assert find(none, EXACT, Clock(EXACT), cold).answer.status == "infeasible"
