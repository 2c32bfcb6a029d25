"""How a solve ends: optimal, infeasible, unbounded, stopped; and that scaling changes no answer."""

import threading

import pytest
from pytest import approx

from models import InputError, Instance
from optimizer import solve
from optimizer.highs import Limits, Progress
from optimizer.plan import PlanError
from tests.build import instance
from tests.formulation.rich import rich
from tests.look import only

ONE = {"regions": "region\nA", "periods": "period,start,years\nt1,2025,1", "commodities": "commodity,unit,balance\nx,t,year\nb,t,tally"}


def test_infeasible_is_proved_and_the_policy_named() -> None:
    """Demand 10 with b = 1 a unit, b at most 6: the cap, and what forces it, in the conflict; policies first."""
    plan = solve(
        instance(
            routes="route,region,cost\nmake,A,1",
            recipes="route,item,amount\nmake,x,1\nmake,b,1",
            markets="region,commodity,demand\nA,x,10",
            policies="policy,metric,commodity,sense,value\ncap,burden,b,<=,6",
            **ONE,
        )
    )
    assert (plan.status, plan.certified) == ("infeasible", True)
    assert plan.summary["conflict"][0][0] == "policy_at_most[cap, , t1]"
    assert {name.split("[")[0] for name, _ in plan.summary["conflict"]} == {"policy_at_most", "balance"}
    assert plan.summary["objective"] is None and not plan.tables
    with pytest.raises(PlanError, match="no certified plan: infeasible"):
        plan.require_plan()


def test_infeasible_whole_numbers_are_proved_by_a_tree() -> None:
    """Exactly 6 of new capacity in kilns of 4: the relaxation has a plan (1.5 kilns), one kiln or less and two kilns or more have none."""
    plan = solve(
        instance(
            equipment="equipment,unit,life\nkiln,t/yr,1",
            builds="region,equipment,max,size,invest\nA,kiln,8,4,1",
            policies="policy,metric,equipment,sense,value\nsix,capacity_new,kiln,=,6",
            **ONE,
        )
    )
    assert (plan.status, plan.certified) == ("infeasible", True)
    assert plan.summary["certificate"].startswith("proved by a tree of 3 nodes")


def test_unbounded_is_proved_by_a_ray() -> None:
    """x is bought at 1 and every unit bought earns 2."""
    plan = solve(
        instance(
            sources="region,commodity,price\nA,x,1",
            policies="policy,metric,commodity,sense,value\ngift,purchase,x,price,-2",
            **ONE,
        )
    )
    assert (plan.status, plan.certified) == ("unbounded", True)
    assert "purchase[A, x, , t1, (year)]" in plan.summary["certificate"]


def test_a_cancelled_solve_is_stopped() -> None:
    """An event that is set before the solve begins ends it: either stopped without a plan, or what was found is certified."""
    cancel = threading.Event()
    cancel.set()
    plan = solve(rich(), Limits(cancel=cancel))
    assert plan.status in ("stopped", "feasible") or plan.certified
    assert plan.status != "infeasible"


def test_no_time_is_no_plan() -> None:
    plan = solve(rich(), Limits(seconds=0.0))
    assert plan.status == "stopped" and not plan.certified and not plan.tables


def test_progress_is_told() -> None:
    seen: list[Progress] = []
    solve(rich(), Limits(progress=seen.append))
    stages = [p.stage for p in seen]
    assert stages[:3] == ["state", "compile", "solve"] and stages[-1] == "certify"


def scaled(money: float, amount: float) -> Instance:
    """Near 1 (at most 3), far 4, demand 5, in other units: cost 11 × money × amount."""
    return instance(
        sources=f"region,commodity,supplier,price,max\nA,x,near,{money!r},{3 * amount!r}\nA,x,far,{4 * money!r},",
        markets=f"region,commodity,demand\nA,x,{5 * amount!r}",
        **ONE,
    )


@pytest.mark.parametrize(("money", "amount"), [(1, 1), (1e-8, 1), (1e8, 1), (1, 1e-6), (1, 1e8), (1e-8, 1e8), (1e6, 1e-6)])
def test_units_do_not_change_the_answer(money: float, amount: float) -> None:
    plan = solve(scaled(money, amount))
    assert plan.certified and plan.status == "optimal"
    assert plan.objective == approx(11 * money * amount, rel=1e-7)
    assert only(plan["balance"], commodity="x").price == approx(4 * money, rel=1e-7)


def test_tiny_and_huge_costs_side_by_side() -> None:
    """Works at A pay 1e-8 or 2e-8 a unit, at B 1e8 or 2e8; both choose the cheap way (at most 3 of 5), certified: (3 + 4) × (1e-8 + 1e8)."""
    plan = solve(
        instance(
            regions="region\nA\nB",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\nx,t,year",
            sources="""region,commodity,supplier,price,max
                A,x,cheap,1e-8,3
                A,x,dear,2e-8,
                B,x,cheap,1e8,3
                B,x,dear,2e8,""",
            markets="commodity,demand\nx,5",
        )
    )
    assert plan.certified
    bought = plan["purchases"].set_index(["region", "supplier"])["amount"]
    assert bought["B", "cheap"] == approx(3) and bought["B", "dear"] == approx(2)
    assert bought["A", "cheap"] == approx(3) and bought["A", "dear"] == approx(2)
    assert plan.objective == approx(7e8)


def test_a_number_beyond_reach_is_an_input_error() -> None:
    with pytest.raises(InputError, match="a number that would be lost"):
        solve(instance(sources="region,commodity,price\nA,x,1e16", markets="region,commodity,demand\nA,x,5", **ONE))


def test_a_row_without_variables_that_cannot_hold_is_an_input_error() -> None:
    """Made counts nothing (coefficient 0), an exogenous 5 alone is above 3; with 2 it is no row at all."""
    tables = {
        "routes": "route,region,cost\nmake,A,1",
        "recipes": "route,item,amount\nmake,x,1",
        "markets": "region,commodity,demand\nA,x,5",
        **ONE,
    }
    policies = "policy,row,metric,coefficient,commodity,sense,value\ncap,1,made,0,x,<=,3\ncap,2,constant,{},,,"
    with pytest.raises(InputError, match=r"no plan can meet this.*cap"):
        solve(instance(policies=policies.format(5), **tables))
    assert solve(instance(policies=policies.format(2), **tables)).objective == approx(5)


def test_whole_numbers_say_what_their_prices_are() -> None:
    plan = solve(rich(), Limits(gap=0))
    s = plan.summary
    assert s["integers"] > 0 and s["price_kind"] == "LP dual with the whole numbers fixed"
    assert s["proved_bound"] <= plan.objective and s["bound"] <= plan.objective + 1e-6
    assert s["gap"] == approx(0, abs=1e-6)
    assert s["rows"] > 500 and set(s["seconds"]) >= {"state", "compile", "solve", "certify"}


def test_recipes_out_of_nothing_are_refused() -> None:
    """1 x makes 1.2 y, 1 y makes 1 x: a loop that gains."""
    with pytest.raises(InputError, match="something out of nothing at A in t1"):
        solve(
            instance(
                regions="region\nA",
                periods="period,start,years\nt1,2025,1",
                commodities="commodity,unit,balance\nx,t,year\ny,t,year",
                routes="route,region\nforth|back,A",
                recipes="route,item,amount\nforth,x,-1\nforth,y,1.2\nback,y,-1\nback,x,1",
                sources="region,commodity,price\nA,x,1",
                markets="region,commodity,demand\nA,y,5",
            )
        )
