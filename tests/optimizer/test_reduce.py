"""Columns alike but for a limit of their own: small cases worked out by hand, and the law that nothing changes but the size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from models.algebra import Matrices
from optimizer.certificate import prove_plan
from optimizer.highs import Answer, Limits, Solver, run, run_with_basis
from optimizer.reduce import Reduced, reduce
from optimizer.scaling import Scaled, scale
from tests.build import numbered

INF = np.inf


def plain(problem: Scaled, method: str = "simplex") -> Answer:
    return run(problem, Limits(), method=method)


def has_plan(problem: Scaled) -> bool:
    """Asked without costs: of an unbounded LP HiGHS may say that it is infeasible."""
    return plain(replace(problem, cost=np.zeros_like(problem.cost))).status == "optimal"


def answered(matrices: Matrices) -> tuple[Reduced, np.ndarray, np.ndarray]:
    """The smaller problem solved by simplex, its answer carried back to the given one, certified there."""
    problem = scale(matrices)
    reduced = reduce(problem)
    answer = plain(reduced.problem)
    assert answer.x is not None and answer.y is not None
    small = reduced.problem
    x = reduced.primal(answer.x / small.columns) * problem.columns
    y = reduced.dual(answer.y / small.rows / small.money) * problem.rows * problem.money
    certificate = prove_plan(matrices, x, y)
    assert certificate.holds and certificate.violation <= 1e-9 and certificate.gap <= 1e-7
    return reduced, x, y


def test_two_uses_share_one_price() -> None:
    """min 3a + b − 2p − 2q,  p <= a,  q <= b,  p + q <= 5,  a + b >= 4,  b <= 3: p and q are alike but for their limits.

    A unit of b costs 1 and lets q earn 2: b = 3. A unit of a costs 3 and lets p earn 2: only what a + b >= 4 asks for, a = 1. Cost 3 + 3 − 8 = −2.
    One unit more of either limit earns 2, of the sum nothing; of a + b it costs 3 − 2 = 1; of b it saves 2 by q and 3 − 1 − 2 = 0 else.
    """
    reduced, x, y = answered(
        numbered(
            [[-1, 0, 1, 0], [0, -1, 0, 1], [0, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 0]],
            [-INF, -INF, -INF, 4, -INF], [0, 0, 5, INF, 3], [3, 1, -2, -2],
        )
    )  # fmt: skip
    assert reduced.problem.matrix.shape == (4, 3)
    assert x == approx([1, 3, 1, 3])
    assert y == approx([-2, -2, 0, 1, -2])


def doubled(most: float) -> Matrices:
    """min −2p − q + 5v,  6 − 3p + v >= 0,  0.5q <= 1 + v,  2p + q <= most: p counts and earns twice what q does; together 2p + q <= 4 + 2."""
    return numbered([[-3, 0, 1], [0, 0.5, -1], [2, 1, 0]], [-6, -INF, -INF], [INF, 1, most], [-2, -1, 5])


def test_a_multiple_and_a_row_the_other_way() -> None:
    """With 2p + q <= 7 both limits bind: p = q = 2, cost −6. A unit of the first row (3p) earns 2/3, of the second (q / 2) 2; the sum nothing.

    v would cost 5 and bring 2/3 + 2.
    """
    reduced, x, y = answered(doubled(7.0))
    assert reduced.problem.matrix.shape == (2, 2)
    assert x == approx([2, 2, 0])
    assert y == approx([2 / 3, -2, 0])


def test_limits_that_do_not_bind_are_filled_in_order() -> None:
    """With 2p + q <= 5 the first column is filled to its limit and the second takes the rest: p = 2, q = 1; only the sum has a price."""
    reduced, x, y = answered(doubled(5.0))
    assert reduced.problem.matrix.shape == (2, 2)
    assert x == approx([2, 1, 0])
    assert y == approx([0, 0, -1])


def test_limits_that_may_be_negative_are_left_alone() -> None:
    """p <= a − 1 and q <= b: merged, p = −1 and q = b + 1 would pass. Rows whose room can fall below 0 do not qualify: here a >= 1 must hold.

    min a + b − p − q/2 with p + q <= 9, a, b <= 4 would be 0 − 0 at a = b = 0; with a >= 1 the cost is 1 (a = 1) and nothing pays.
    """
    rows = [[-1, 0, 1, 0], [0, -1, 0, 1], [0, 0, 1, 1]]
    reduced, x, _ = answered(numbered(rows, [-INF] * 3, [-1, 0, 9], [1, 1, -0.5, -0.5]))
    assert reduced.problem is reduced.given
    assert x == approx([1, 0, 0, 0])


def test_other_costs_bounds_signs_or_limits_are_left_alone() -> None:
    """q unlike p in cost, in its upper or lower bound, in a sign, in sharing its limit, or in being limited by what can be below 0."""
    rows = [[-1, 0, 1, 0], [0, -1, 0, 1], [0, 0, 1, 1]]
    low, high, cost = [-INF] * 3, [0.0, 0.0, 5.0], [3.0, 1.0, -2.0, -2.0]
    alike = numbered(rows, low, high, cost)
    assert len(reduce(scale(alike)).columns) == 3
    for other in (
        numbered(rows, low, high, [3, 1, -2, -1]),
        numbered(rows, low, high, cost, upper=[INF, INF, INF, 9]),
        numbered(rows, low, high, cost, lower=[0, 0, 0, 1]),
        numbered(rows, low, high, cost, lower=[0, -1, 0, 0]),
        numbered([*rows[:2], [0, 0, 1, -1]], low, high, cost),
        numbered([rows[0], [0, 1, 0, 1], rows[2]], low, high, cost),
        numbered(rows, low, [0.0, -1.0, 5.0], cost),
        numbered(rows, [-INF, -3, -INF], high, cost),
    ):
        assert len(reduce(scale(other)).columns) == 4


def test_a_member_in_the_limit_of_another_group_is_left_alone() -> None:
    """s and t are limited by b + p + q: p and q stay two columns, s and t become one.

    min a + b − p − q − 2s − 2t, p <= a, q <= 2, s <= b + p + q, t <= 1, all of a, b <= 3: every unit of a lets p and s earn 3 for 1, b lets s earn 2.
    a = b = 3, p = 3, q = 2, s = 8, t = 1, cost 6 − 5 − 18 = −17. (t and q have a column v of cost 9 in their limits, to be more than bounds.)
    """
    #        a   b   v   p   q   s   t
    rows = [
        [-1, 0, 0, 1, 0, 0, 0],
        [0, 0, -1, 0, 1, 0, 0],
        [0, -1, 0, -1, -1, 1, 0],
        [0, 0, -1, 0, 0, 0, 1],
        [0, 0, 0, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 1, 1],
    ]
    reduced, x, _ = answered(
        numbered([[float(v) for v in row] for row in rows], [-INF] * 6, [0, 2, 0, 1, 99, 99], [1, 1, 9, -1, -1, -2, -2], upper=[3, 3] + [INF] * 5)
    )
    assert reduced.columns.tolist() == [0, 1, 2, 3, 4, 5]
    assert x == approx([3, 3, 0, 3, 2, 8, 1])


SMALL = st.integers(-3, 3).map(float)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Matrices, int]:
    """Three columns v, then members alike up to a factor with limits of their own, in one or two groups; rows over all of them, of any side: some
    have no answer, some none that is best. With it, by how many columns it must shrink at least."""
    sizes = draw(st.lists(st.integers(2, 4), min_size=1, max_size=2))
    n = 3 + sum(sizes)
    rows, low, high, cost = [], [], [], [float(v) for v in draw(st.lists(SMALL, min_size=3, max_size=3))]
    common = draw(st.integers(1, 3))
    shared = [[*draw(st.lists(SMALL, min_size=3, max_size=3))] for _ in range(common)]
    for size in sizes:
        pattern = [draw(SMALL) for _ in range(common - 1)] + [1.0]
        price = draw(SMALL)
        for _ in range(size):
            at, factor, own = len(cost), draw(st.sampled_from([0.5, 1.0, 2.0, 3.0])), draw(st.sampled_from([0.5, 1.0, 4.0]))
            row, turned = [0.0] * n, draw(st.booleans())
            row[:3] = [-float(v) for v in draw(st.lists(st.integers(0, 2), min_size=3, max_size=3))]
            row[0] -= 1.0
            row[at] = own
            room = float(draw(st.integers(0, 3)))
            rows.append([-v for v in row] if turned else row)
            low.append(-room if turned else -INF)
            high.append(INF if turned else room)
            cost.append(price * factor)
            for line, value in zip(shared, pattern, strict=True):
                line.append(value * factor)
    for line in shared:
        side, kind = float(draw(st.integers(-4, 9))), draw(st.sampled_from(["<=", ">=", "=="]))
        rows.append(line)
        low.append(-INF if kind == "<=" else side)
        high.append(INF if kind == ">=" else side)
    upper = [draw(st.sampled_from([4.0, INF])) for _ in range(3)] + [INF] * (n - 3)
    return numbered(rows, low, high, cost, upper=upper), sum(sizes) - len(sizes)


@given(problems())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_nothing_changes_but_the_size(case: tuple[Matrices, int]) -> None:
    """As many columns fewer as were made alike; the same status, the same cost; plan and prices of the smaller, carried back, prove the given one."""
    matrices, fewer = case
    problem = scale(matrices)
    assert len(reduce(problem).columns) <= matrices.matrix.shape[1] - fewer
    whole, smaller = plain(problem), plain(reduce(problem).problem)
    if "optimal" not in (whole.status, smaller.status):
        assert has_plan(problem) == has_plan(reduce(problem).problem)
        return
    assert whole.status == smaller.status
    assert smaller.objective == approx(whole.objective, rel=1e-9, abs=1e-9)
    answered(matrices)
    inside = plain(problem, "ipx")  # the solver reduces by itself
    assert inside.x is not None
    certificate = prove_plan(matrices, inside.x, inside.y)
    assert certificate.holds and certificate.violation <= 1e-9


@given(problems())
@settings(max_examples=100, deadline=None)
def test_the_basis_goes_back_as_well(case: tuple[Matrices, int]) -> None:
    """The basis that comes back is one, as many basics as rows, and simplex goes on from it to the same optimum."""
    problem = scale(case[0])
    answer, basis = run_with_basis(problem, Limits(), method="ipx")
    if basis is None or answer.status != "optimal":
        return
    assert [int(s) for s in (*basis.col_status, *basis.row_status)].count(1) == problem.matrix.shape[0]
    solver = Solver(problem)
    solver.start(basis)
    again = solver.run(Limits(), method="dual simplex")
    assert again.objective == approx(answer.objective, rel=1e-9, abs=1e-9)


def test_an_optimal_basis_comes_back_optimal() -> None:
    """2p + q <= 5: one column at its limit, the other in between; no step is left to do."""
    problem = scale(doubled(5.0))
    answer, basis = run_with_basis(problem, Limits(), method="ipx")
    assert basis is not None and answer.status == "optimal" and reduce(problem).problem.matrix.shape[1] < problem.matrix.shape[1]
    solver = Solver(problem)
    solver.start(basis)
    solver.run(Limits(), method="dual simplex")
    assert solver.highs.getInfo().simplex_iteration_count == 0
