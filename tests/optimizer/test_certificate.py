"""Proofs from the unscaled matrices: they hold for what is right, and refuse what is not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pytest import approx

from models import Instance
from models.algebra import Matrices
from optimizer import solve
from optimizer.certificate import Certificate, feasibility, implied_bounds, lower_bound, prove_infeasible, prove_plan, prove_whole
from optimizer.highs import Limits, run
from optimizer.prices import two_sided
from optimizer.scaling import NumbersError, check, scale
from tests.build import instance
from tests.look import compiled

NO_BOXES = pd.DataFrame(columns=["variable", "box", "columns"])


def shop(most: float = 3, demand: float = 5) -> Instance:
    """Near 1 (at most `most`), far 4; demand 5: 3 + 8 = 11; x costs 4, and a unit of near more saves 3."""
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        sources=f"region,commodity,supplier,price,max\nA,x,near,1,{most}\nA,x,far,4,",
        markets=f"region,commodity,demand\nA,x,{demand}",
    )


def kilns() -> Instance:
    """Kilns of 4 at 3 a year each, else bought at 1: demand 5. One kiln: 3 + 1 = 4; two: 6; none: 5. Relaxed: 5/4 kilns = 3.75."""
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,life\nkiln,t/yr,1",
        builds="region,equipment,max,size,invest\nA,kiln,8,4,0.75",
        recipes="route,item,amount\nmake,x,1\nmake,kiln,-1",
        sources="region,commodity,price\nA,x,1",
        markets="region,commodity,demand\nA,x,5",
    )


@pytest.fixture
def solved() -> tuple[Matrices, np.ndarray, np.ndarray]:
    """The shop's matrices, its plan and its duals, both written by hand."""
    matrices = compiled(shop())
    x = np.zeros(matrices.matrix.shape[1])
    x[matrices.column("purchase", "A", "x", "near", "t1", "(year)")] = 3
    x[matrices.column("purchase", "A", "x", "far", "t1", "(year)")] = 2
    y = np.zeros(matrices.matrix.shape[0])
    y[matrices.row("balance", "A", "x", "t1", "(year)")] = 4
    y[matrices.row("purchase_most", "A", "x", "near", "t1", "(year)")] = -3
    return matrices, x, y


def test_a_plan_with_its_duals_is_proved(solved: tuple[Matrices, np.ndarray, np.ndarray]) -> None:
    """Bound = 4 × 5 − 3 × 3 = 11 = cost."""
    certificate = prove_plan(*solved)
    assert certificate.holds
    assert certificate.objective == approx(11) and certificate.bound == approx(11, abs=1e-9)
    assert certificate.bound <= 11
    assert certificate.violation == 0 and certificate.gap < 1e-9
    assert "bound proved" in str(certificate.said)


def in_other_units(unit: float, money: float) -> Instance:
    """The shop with x in a unit by which its numbers are multiplied, and sums in another money: best at 11 × money."""
    tables = shop(3 * unit, 5 * unit).tables
    prices = tables["sources"].assign(price=tables["sources"]["price"] * money / unit)
    return shop(3 * unit, 5 * unit).replace({"sources": prices})


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_a_plan_is_judged_alike_in_any_unit_of_its_goods(unit: float) -> None:
    """Nothing bought where 5 × 10^-9 are wanted is no plan, as nothing is none where 5 are; nor is a tenth too little."""
    plan = solve(in_other_units(unit, 1)).require_plan()
    assert plan.certified and plan.objective == approx(11)
    matrices = compiled(in_other_units(unit, 1))
    for missing in (5, 0.5):
        x = np.zeros(matrices.matrix.shape[1])
        x[matrices.column("purchase", "A", "x", "far", "t1", "(year)")] = (5 - missing) * unit
        certificate = prove_plan(matrices, x, np.zeros(matrices.matrix.shape[0]))
        assert not certificate.sound and certificate.where == "balance[A, x, t1, (year)]"


@pytest.mark.parametrize(("unit", "money"), [(1e-9, 1), (1e9, 1), (1, 1e-9), (1, 1e9)])
def test_a_price_is_found_in_any_unit(unit: float, money: float) -> None:
    """A unit of x more costs what far asks, on both sides; one more of near saves the difference, 4 − 1."""
    matrices = compiled(in_other_units(unit, money))
    x = np.zeros(matrices.matrix.shape[1])
    x[matrices.column("purchase", "A", "x", "near", "t1", "(year)")] = 3 * unit
    x[matrices.column("purchase", "A", "x", "far", "t1", "(year)")] = 2 * unit
    rows = [matrices.row("balance", "A", "x", "t1", "(year)"), matrices.row("purchase_most", "A", "x", "near", "t1", "(year)")]
    found = two_sided(matrices, x, rows)
    assert found[rows[0]] == approx((4 * money / unit, 4 * money / unit))
    assert found[rows[1]] == approx((-3 * money / unit, -3 * money / unit))


@pytest.mark.parametrize("money", [1e-9, 1e9])
def test_a_gap_is_judged_alike_in_any_money(money: float) -> None:
    """All from far is a plan at 20 where 11 is proved: a gap of 9 / 20, though both are some 10^-8."""
    matrices = compiled(in_other_units(1, money))
    answer = run(scale(matrices), Limits())
    x = np.zeros(matrices.matrix.shape[1])
    x[matrices.column("purchase", "A", "x", "far", "t1", "(year)")] = 5
    certificate = prove_plan(matrices, x, answer.y)
    assert certificate.sound and not certificate.holds
    assert certificate.gap == approx(9 / 20)


@pytest.mark.parametrize(("near", "far", "where"), [(3, 1.9, "balance[A, x, t1, (year)]"), (4, 1, "purchase_most[A, x, near, t1, (year)]")])
def test_a_violated_row_is_refused_and_named(solved: tuple[Matrices, np.ndarray, np.ndarray], near: float, far: float, where: str) -> None:
    matrices, x, y = solved
    wrong = x.copy()
    wrong[matrices.column("purchase", "A", "x", "near", "t1", "(year)")] = near
    wrong[matrices.column("purchase", "A", "x", "far", "t1", "(year)")] = far
    certificate = prove_plan(matrices, wrong, y)
    assert not certificate.holds
    assert certificate.where == where and "does not hold" in str(certificate.said)


def test_a_negative_quantity_is_refused(solved: tuple[Matrices, np.ndarray, np.ndarray]) -> None:
    matrices, x, y = solved
    wrong = x.copy()
    wrong[matrices.column("purchase", "A", "x", "near", "t1", "(year)")] = -0.1
    wrong[matrices.column("purchase", "A", "x", "far", "t1", "(year)")] = 5.1
    violation, where, _ = feasibility(matrices, wrong)
    assert violation == approx(0.1 / 1.1) and where == "purchase[A, x, near, t1, (year)]"
    assert not prove_plan(matrices, wrong, y).holds


def test_a_plan_that_is_not_best_has_no_proof(solved: tuple[Matrices, np.ndarray, np.ndarray]) -> None:
    """Near 2, far 3: feasible at 14, 3 above the bound."""
    matrices, x, y = solved
    worse = x.copy()
    worse[matrices.column("purchase", "A", "x", "near", "t1", "(year)")] = 2
    worse[matrices.column("purchase", "A", "x", "far", "t1", "(year)")] = 3
    certificate = prove_plan(matrices, worse, y)
    assert not certificate.holds and certificate.violation == 0
    assert certificate.gap == approx(3 / 14)


def test_wrong_duals_never_prove_too_much(solved: tuple[Matrices, np.ndarray, np.ndarray]) -> None:
    """Whatever duals are offered, the bound is at most the cost of the best plan, within the boxes listed."""
    matrices, x, _ = solved
    draw = np.random.default_rng(0)
    lower, upper = implied_bounds(matrices)
    boxes = np.full(len(x), 100.0)
    for _ in range(200):
        y = draw.normal(size=matrices.matrix.shape[0]) * 10
        bound, _ = lower_bound(matrices, y, matrices.cost, lower, upper, boxes)
        assert bound <= 11 + 1e-9
    assert not prove_plan(matrices, x, draw.normal(size=matrices.matrix.shape[0])).holds


def test_a_dual_that_needs_a_box_lists_it(solved: tuple[Matrices, np.ndarray, np.ndarray]) -> None:
    """A price of 4.01 leaves far a reduced cost of −0.01 with no limit to what is bought: only a box gives a bound."""
    matrices, x, y = solved
    wrong = y.copy()
    wrong[matrices.row("balance", "A", "x", "t1", "(year)")] = 4.01
    certificate = prove_plan(matrices, x, wrong)
    assert certificate.boxes["variable"].tolist() == ["purchase"]
    assert certificate.bound < 11


def test_a_fraction_of_a_whole_number_is_refused() -> None:
    """5/4 kilns meet every row, and are no plan."""
    matrices = compiled(kilns())
    x = np.zeros(matrices.matrix.shape[1])
    x[matrices.column("units", "A", "kiln", "t1")] = 1.25
    x[matrices.column("new", "A", "kiln", "t1")] = 5
    x[matrices.column("standing", "A", "kiln", "(never)", "t1")] = 5
    x[matrices.column("activity", "A", "make", "t1", "(year)")] = 5
    certificate = prove_whole(matrices, x, 3.75, NO_BOXES, 1, 3.75, 0.1)
    assert certificate.violation == 0 and certificate.fraction == approx(0.25)
    assert not certificate.holds and "a whole number is missed by 2.5e-01" in str(certificate.said)


def test_a_wrong_claim_of_a_bound_is_refused() -> None:
    """A plan of cost 4 with the proved bound 3.75 leaves a gap of 6 %: not what was asked for, whatever the solver claims; with 4 it holds."""
    matrices = compiled(kilns())
    x = np.zeros(matrices.matrix.shape[1])
    x[matrices.column("units", "A", "kiln", "t1")] = 1
    x[matrices.column("new", "A", "kiln", "t1")] = 4
    x[matrices.column("standing", "A", "kiln", "(never)", "t1")] = 4
    x[matrices.column("activity", "A", "make", "t1", "(year)")] = 4
    x[matrices.column("purchase", "A", "x", "", "t1", "(year)")] = 1

    def proof(bound: float, claimed: float, gap: float) -> Certificate:
        return prove_whole(matrices, x, bound, NO_BOXES, 1, claimed, gap)

    assert not proof(3.75, 3.75, 1e-4).holds
    assert proof(3.75, 3.75, 0.1).holds
    claimed = proof(3.75, 4.0, 1e-4)
    assert not claimed.holds and claimed.sound and claimed.gap == approx(0.25 / 4) and claimed.objective == approx(4)
    assert proof(4.0, 3.75, 1e-4).holds, "proved, whatever the solver claims"
    assert not proof(4.1, 4.0, 1e-4).holds, "a bound above the plan cannot be right"


def test_a_contradiction_is_proved_by_farkas() -> None:
    """Near alone, 3 at most, and 5 wanted: balance − limit gives 0 >= 2. Other weights prove nothing."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        sources="region,commodity,price,max\nA,x,1,3",
        markets="region,commodity,demand\nA,x,5",
    )
    matrices = compiled(given)
    y = np.zeros(matrices.matrix.shape[0])
    y[matrices.row("balance", "A", "x", "t1", "(year)")] = 1
    y[matrices.row("purchase_most", "A", "x", "", "t1", "(year)")] = -1
    proof = prove_infeasible(matrices, y)
    assert proof.holds and proof.bound == approx(2)
    assert {name.split("[")[0] for name, _ in proof.conflict} == {"balance", "purchase_most"}
    assert not prove_infeasible(matrices, -y).holds


def test_a_feasible_model_is_never_proved_infeasible(solved: tuple[Matrices, np.ndarray, np.ndarray]) -> None:
    matrices, _, _ = solved
    draw = np.random.default_rng(1)
    assert not any(prove_infeasible(matrices, draw.normal(size=matrices.matrix.shape[0])).holds for _ in range(200))


def test_implied_bounds_hold_for_every_plan(solved: tuple[Matrices, np.ndarray, np.ndarray]) -> None:
    """Near is at most 3 by its row; far has no limit."""
    matrices, x, _ = solved
    lower, upper = implied_bounds(matrices)
    assert upper[matrices.column("purchase", "A", "x", "near", "t1", "(year)")] == approx(3)
    assert np.isinf(upper[matrices.column("purchase", "A", "x", "far", "t1", "(year)")])
    assert (lower <= x + 1e-9).all() and (x <= upper + 1e-9).all()


def test_scaling_is_exact() -> None:
    """Powers of two for rows, continuous columns and money; whole numbers stay as they are."""
    matrices = compiled(kilns())
    matrices = replace(matrices, matrix=matrices.matrix * 1e5, cost=matrices.cost * 1e-7)
    scaled = scale(matrices)
    for factors in (scaled.rows, scaled.columns, np.array([scaled.money])):
        assert (np.log2(factors) == np.round(np.log2(factors))).all()
    assert (scaled.columns[matrices.integer] == 1).all()
    back = scaled.matrix.toarray() / scaled.rows[:, None] / scaled.columns[None, :]
    assert (back == matrices.matrix.toarray()).all()
    assert (scaled.cost * scaled.money / scaled.columns == matrices.cost).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e15, 1e-13])
def test_numbers_that_a_solver_would_lose_are_refused(value: float) -> None:
    matrices = compiled(shop())
    broken = matrices.matrix.copy()
    broken.data[0] = value
    with pytest.raises(NumbersError, match="coefficient"):
        check(replace(matrices, matrix=broken))
    if value != 1e-13:
        with pytest.raises(NumbersError, match=r"cost .*purchase"):
            check(replace(matrices, cost=np.full(len(matrices.cost), value)))
    if value != np.inf and value != 1e-13:
        with pytest.raises(NumbersError, match="side"):
            check(replace(matrices, row_upper=np.full(len(matrices.row_upper), value)))
    check(matrices)
