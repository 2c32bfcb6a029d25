"""The big-M of a fixed charge: as small as sites and demand allow, and never smaller."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from models import Instance
from models.formulation import build
from optimizer.highs import Limits, run
from optimizer.scaling import scale
from optimizer.solving import solve, stated
from tests.build import instance

BASE = {
    "regions": "region\nA\nB",
    "periods": "period,start,years\nt,2025,1\nu,2026,1",
    "commodities": "commodity,unit,balance\niron,t,year\nsteel,t,year",
    "equipment": "equipment,unit,life\nfurnace,t/yr,10\nmill,t/yr,10",
    "recipes": "route,item,amount\nsmelt,iron,1\nsmelt,furnace,-2\nroll,steel,1\nroll,iron,-1.5\nroll,mill,-1",
    "markets": "region,commodity,period,demand,price,max\nA,steel,t,4,,\nA,steel,u,6,100,2\nB,iron,t,5,,",
    "links": "origin,destination,mode,km,both\nA,B,rail,10,yes",
    "freight": "mode,rate\nrail,0.1",
    "builds": "region,equipment,max,invest,fixed_invest\nA|B,furnace,1000,1,50\nA|B,mill,1000,1,50",
}


def most(given: Instance) -> dict[tuple[str, str, str], float]:
    ways = build(given).board["ways"]
    return {(r, q, t): value for r, q, t, value in ways.rows("r", "q", "t", "most")}


def changed(**tables: str) -> Instance:
    return instance(**(BASE | tables))


def test_demand_along_the_chain() -> None:
    """Steel: 4 in t, 6 + 2 of optional sale in u, so mills of 8 at most. Iron: 5 + 1.5 × 4 = 11 in t, 1.5 × 8 = 12 in u; a furnace occupies 2 a
    tonne: 24 at most, anywhere."""
    found = most(changed())
    assert {found[r, "mill", t] for r in "AB" for t in "tu"} == {8}
    assert {found[r, "furnace", t] for r in "AB" for t in "tu"} == {24}


def test_time_that_can_be_used_and_life() -> None:
    """Half of the year can be used: twice the capacity. A life of one year: what is built in t serves t alone, 2 × 11. Half usable in the year of
    building: 2 × 22."""
    assert most(changed(availability="equipment,amount\nfurnace,0.5"))["A", "furnace", "t"] == 48
    short = "equipment,unit,life\nfurnace,t/yr,1\nmill,t/yr,10"
    assert most(changed(equipment=short))["A", "furnace", "t"] == 22
    late = "region,equipment,max,invest,fixed_invest,usable\nA|B,furnace,1000,1,50,0.5\nA|B,mill,1000,1,50,"
    assert most(changed(equipment=short, builds=late))["A", "furnace", "t"] == 44


def test_whole_units_least_amounts_and_limits_of_the_site() -> None:
    """24 in units of 10 is 30; a least amount of 40 stays possible; a site of 20 holds 20."""
    for column, cell, value in (("size", 10, 30), ("min", 40, 40), ("max", 20, 20)):
        cells = {"max": "1000", "size": "", "min": ""} | {column: str(cell)}
        rows = f"A,furnace,{cells['max']},1,50,{cells['size']},{cells['min']}\nB,furnace,20,1,50,,\nA,mill,1000,1,50,,"
        assert most(changed(builds=f"region,equipment,max,invest,fixed_invest,size,min\n{rows}"))["A", "furnace", "t"] == value


def test_joint_products() -> None:
    """A works makes 1 of steel and 2 of slag at once. It pays to run until neither can be sold: 8 for steel, 10 for 20 of slag."""
    tables = {
        "commodities": "commodity,unit,balance\nslag,t,year\nsteel,t,year",
        "equipment": "equipment,unit,life\nworks,t/yr,10",
        "recipes": "route,item,amount\nrun,steel,1\nrun,slag,2\nrun,works,-1",
        "markets": "region,commodity,demand\nA,steel,8\nA,slag,20",
        "builds": "region,equipment,max,invest,fixed_invest\nA,works,1000,1,50",
    }
    assert most(changed(**tables))["A", "works", "t"] == 10


@pytest.mark.parametrize(
    "tables",
    [
        {"policies": "policy,metric,equipment,sense,value\nreserve,capacity,furnace,>=,30"},
        {"policies": "policy,metric,sense,value\nsubsidy,made,price,-1"},
        {"policies": "policy,row,side,metric,equipment,sense,value\np,1,left,capacity,mill,<=,1\np,2,right,capacity,furnace,,"},
        {"swaps": "rule,new_equipment,old_equipment,ratio\ns,furnace,mill,1"},
        {"stocks": "region,commodity,cycle,first\nA,iron,horizon,1"},
        {"links": "origin,destination,mode,km,both,loss\nA,B,rail,10,yes,0.1"},
        {"equipment": "equipment,unit,life,min_load\nfurnace,t/yr,10,0.5\nmill,t/yr,10,"},
        {"commodities": "commodity,unit,balance,surplus\niron,t,year,no\nsteel,t,year,"},
        {"routes": "route,cost\nroll,-1"},
        {"recipes": BASE["recipes"] + "\nremelt,iron,1\nremelt,steel,-0.5\nremelt,furnace,-1"},
    ],
    ids=["a floor", "a subsidy", "a right side", "swaps", "a stock", "losses", "minimum load", "nothing left over", "negative cost", "a circle"],
)
def test_whatever_else_may_ask_for_capacity_leaves_the_limit_of_the_site(tables: dict[str, str]) -> None:
    assert most(changed(**tables))["A", "furnace", "t"] == 1000


def test_caps_ask_for_nothing() -> None:
    policies = "policy,metric,equipment,sense,value\ncap,capacity,furnace,<=,500\ntax,activity,,price,1\nsites,starts,furnace,<=,2"
    assert most(changed(policies=policies))["A", "furnace", "t"] == 24


def root(given: Instance) -> float:
    """The cost of the best plan where equipment may be started in parts."""
    _, _, matrices = stated(given)
    whole = scale(matrices)
    return run(replace(whole, integer=np.zeros_like(whole.integer)), Limits()).objective + matrices.offset


def test_the_root_proves_the_plan() -> None:
    """10 of steel wanted, a fixed charge of 50 (annuity over one year), 1 a unit: 60. With M = 1000 the relaxation starts 1 % of a mill: 10.5; with
    M = 10 it is 60, so the root alone proves the plan."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt,2025,1",
        "commodities": "commodity,unit,balance\nsteel,t,year",
        "equipment": "equipment,unit,life\nmill,t/yr,1",
        "recipes": "route,item,amount\nroll,steel,1\nroll,mill,-1",
        "markets": "region,commodity,demand\nA,steel,10",
        "builds": "region,equipment,max,invest,fixed_invest\nA,mill,1000,1,50",
    }
    tight, loose = instance(**tables), instance(**tables, policies="policy,metric,sense,value\nidle,capacity,>=,0")
    assert solve(tight).objective == pytest.approx(60) == root(tight)
    assert solve(loose).objective == pytest.approx(60)
    assert root(loose) == pytest.approx(10.5)


def test_the_smaller_limit_changes_no_optimum() -> None:
    """Random chains of works, with and without a floor of 0 on capacity, which takes the smaller limit away and asks for nothing."""
    random = np.random.default_rng(5)
    for _ in range(25):
        iron, sale, occupied = random.integers(1, 20), random.integers(0, 9), random.choice([0.5, 1, 2])
        rows = [
            f"{r},{q},{random.integers(30, 300)},{random.integers(1, 9)},{random.integers(0, 200)}"
            for r, q in itertools.product("AB", ("furnace", "mill"))
        ]
        given = {
            "recipes": f"route,item,amount\nsmelt,iron,1\nsmelt,furnace,{-occupied}\nroll,steel,1\nroll,iron,-1.5\nroll,mill,-1",
            "markets": f"region,commodity,demand,price,max\nA,steel,{random.integers(0, 9)},{random.integers(20, 90)},{sale}\nB,iron,{iron},,",
            "sources": f"region,commodity,price,max\nA,iron,{random.integers(5, 60)},{random.integers(0, 40)}",
            "builds": "region,equipment,max,invest,fixed_invest\n" + "\n".join(rows),
        }
        small, large = changed(**given), changed(**given, policies="policy,metric,sense,value\nidle,capacity,>=,0")
        tight, loose = solve(small), solve(large)
        assert tight.status == loose.status
        if loose.status == "optimal":
            assert tight.objective == pytest.approx(loose.objective, rel=1e-7)
            assert root(small) >= root(large) - 1e-6
