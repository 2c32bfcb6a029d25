"""Terms add up, duality, and prices that are slopes, whatever the numbers."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from models import Instance
from models.algebra import compile
from models.formulation import build
from optimizer import Plan, solve
from optimizer.highs import Limits, run
from optimizer.scaling import scale
from tests.build import instance
from tests.formulation.rich import rich

FEW = settings(max_examples=4, deadline=None, derandomize=True)
AMOUNT = st.floats(0.5, 9.5).map(lambda v: round(v, 3))


def works(cap: float | None = None, demand: float = 6.0, seed: int = 0, sense: str = "<=", metric: str = "burden") -> Instance:
    """Two works, a city, two periods; dirty and clean routes, builds, closing, a tier of imports, shortage; numbers drawn by seed."""
    draw = random.Random(seed)

    def n(low: float, high: float) -> float:
        return round(draw.uniform(low, high), 3)

    scope = {"burden": ",b,,", "capacity": ",,mill,", "capacity_closed": ",,mill,", "purchase": ",x,,", "shipped": "A,x,,rail", "stock": ",x,,"}[
        metric
    ]
    head = "policy,metric,region,commodity,equipment,party,sense,value"
    return instance(
        discount_rate=0.05,
        regions="region\nA\nB\nC",
        periods="period,start,years\nt1,2025,3\nt2,2028,5",
        commodities="commodity,unit,balance\nx,t,year\nore,t,year\nb,t,tally",
        equipment=f"equipment,unit,life,fixed_cost,closing_cost\nmill,t/yr,,{n(0.5, 1)},{n(0, 2)}\nkiln,t/yr,8,{n(0, 1)},".replace(
            "life", "annuity_life", 1
        ),
        capacity=f"region,equipment,amount\nA,mill,{n(3, 6)}\nB,mill,{n(2, 4)}",
        builds=f"region,equipment,invest\nA|B,kiln,{n(5, 12)}",
        routes=f"route,cost\ndirty,{n(1, 2)}\nclean,{n(2, 3)}",
        recipes="route,item,amount\ndirty|clean,x,1\ndirty|clean,ore,-1\ndirty,mill,-1\nclean,kiln,-1\ndirty,b,1\nclean,b,0.3",
        sources=f"region,commodity,supplier,price,max\nA|B,ore,near,{n(0.5, 1)},{n(2, 4)}\nA|B,ore,far,{n(2, 3)},\nC,x,abroad,{n(9, 12)},{n(2, 5)}",
        markets=f"region,commodity,demand,shortage_price\nC,x,{demand},40\nA,x,1,40",
        links=f"origin,destination,mode,km,loss\nA|B,C,rail,{n(50, 90)},0.02",
        freight="mode,commodity,rate\nrail,x,0.01",
        stocks="region,commodity,cycle,first,end,max,cost\nC,x,horizon,3,1,9,0.05",
        policies=head if cap is None else f"{head}\np,{metric},{scope},{sense},{cap}",
    )


def cost(given: Instance) -> float:
    """The cost of the best plan, without its tables."""
    matrices = compile(build(given).pyomo)
    answer = run(scale(matrices), Limits(), matrices.offset)
    assert answer.status == "optimal"
    return answer.objective + matrices.offset


@given(st.integers(0, 99))
@FEW
def test_terms_add_up(seed: int) -> None:
    plan = solve(works(4.0, seed=seed)).require_plan()
    assert cost(works(4.0, seed=seed)) == approx(plan.objective, rel=1e-9)
    assert plan["costs"]["present_value"].sum() == approx(plan.objective, rel=1e-9)


@given(st.integers(0, 99), AMOUNT)
@FEW
def test_duality(seed: int, cap: float) -> None:
    """Primal = dual objective; signs; complementary slackness of rows and columns: on the unscaled matrices."""
    x = compile(build(works(cap, seed=seed)).pyomo)
    answer = run(scale(x), Limits())
    assert answer.x is not None and answer.y is not None
    y, activity = answer.y, x.matrix @ answer.x
    reduced = x.cost - x.matrix.T @ y
    size = 1e-6 * (1 + np.abs(y).max())
    assert (y[np.isinf(x.row_lower)] <= size).all() and (y[np.isinf(x.row_upper)] >= -size).all()
    side = np.where(y > 0, x.row_lower, x.row_upper)
    room = np.where(np.isfinite(side), np.abs(activity - side), 0)
    assert (np.abs(y) * room <= size * (1 + np.abs(activity))).all()
    bound = np.where(reduced > 0, x.lower, x.upper)
    free = np.isinf(bound)
    assert (np.abs(reduced[free]) <= size).all()
    away = np.where(free, 0, np.abs(answer.x - np.where(free, 0, bound)))
    assert (np.abs(reduced) * away <= size * (1 + np.abs(answer.x))).all()
    dual = (y * np.where(np.isfinite(side), side, 0)).sum() + (reduced * np.where(free, 0, bound)).sum()
    assert dual == approx(float(x.cost @ answer.x), rel=1e-6)


def slope(plan: Plan, period: str) -> tuple[float, float]:
    line = plan["policies"][plan["policies"]["period"] == period].iloc[0]
    return float(line["shadow_price"]), float(line["shadow_price_tighter"])


@pytest.mark.parametrize(
    ("metric", "cap", "sense"),
    [("burden", 3.0, "<="), ("capacity", 4.0, "<="), ("capacity_closed", 1.0, "<="), ("capacity_closed", 2.0, ">="), ("purchase", 4.0, "<="),
     ("shipped", 2.5, "<="), ("stock", 4.0, ">="), ("burden", 2.0, "=")],
)  # fmt: skip
def test_a_price_is_a_slope(metric: str, cap: float, sense: str) -> None:
    """One kind of policy each: the row of t1 moved by a little costs or saves price × the worth of the period, on both sides."""
    little = 1e-4
    base = works(cap, sense=sense, metric=metric)

    def moved(by: float) -> float:
        head = base.tables["policies"].assign(value=np.nan)
        values = pd.DataFrame({"policy": ["p", "p"], "period": ["t1", "t2"], "value": [cap + by, cap]})
        return cost(base.replace({"policies": head, "policy_values": values}))

    plan = solve(base).require_plan()
    weights = {"rate": sum(1.05**-y for y in range(3)), "event": sum(1.05**-y for y in range(3)) / 3}
    worth = weights["event" if metric == "capacity_closed" else "rate"]
    up, down = (moved(little) - plan.objective) / little / worth, (plan.objective - moved(-little)) / little / worth
    looser, tighter = slope(plan, "t1")
    expected = {"<=": (-up, -down), ">=": (down, up), "=": (up, down)}[sense]
    assert (looser, tighter) == approx(expected, rel=1e-3, abs=1e-3)


def test_a_price_of_a_good_is_a_slope() -> None:
    """Demand at C in both periods moved a little: the sum of price × weight on either side."""
    plan, little = solve(works(4.0)), 1e-4
    line = plan["balance"].query("region == 'C' and commodity == 'x'").set_index("period")
    tables = works(4.0).tables["markets"]

    def moved(by: float, period: str) -> float:
        city = tables[tables["region"] == "C"]
        rows = pd.concat([tables[tables["region"] != "C"], *(city.assign(period=t, demand=6 + (by if t == period else 0)) for t in ("t1", "t2"))])
        return cost(works(4.0).replace({"markets": rows.reset_index(drop=True)}))

    for period, weight in (("t1", sum(1.05**-y for y in range(3))), ("t2", sum(1.05**-y for y in range(3, 8)))):
        up, down = (moved(little, period) - plan.objective) / little, (plan.objective - moved(-little, period)) / little
        assert (line.loc[period, "price"], line.loc[period, "price_less"]) == approx((up / weight, down / weight), rel=1e-3)


def test_relaxing_whole_numbers_is_never_dearer() -> None:
    matrices = compile(build(rich()).pyomo)
    whole = run(scale(matrices), Limits(gap=0))
    relaxed = run(replace(scale(matrices), integer=np.zeros(matrices.matrix.shape[1], bool)), Limits())
    assert relaxed.objective <= whole.objective * (1 + 1e-9)
