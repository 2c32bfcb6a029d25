"""Every metric that a policy can sum, on one instance worked out by hand.

x is wanted at B: 4, short at 20, bought abroad at 10. It is made at A from ore (near 1, at most 2; far 2), run 1, on a plant: 3 stand, more
cost an annuity of 1 (invest 10, life 10, rate 0). Rail A to B costs 1 a unit and loses 20 %. The club at A pays 5 for up to 1.
The first two units cost 2, the third 3, all others 4. At B a unit costs (4 + 1) / 0.8 = 6.25 < 10, so 5 are sent, and the club gets 1.
Six units: 2 + 2 + 3 + 4 + 4 + 4 = 19; freight 5; the club pays 5: 19 a year. One period of 5 years with weight 4: 76.
A unit made less takes the club's first (worth 5 − 4 = 1), then one from the rail (worth 10 × 0.8 − 1 − 4 = 3).
"""

from pathlib import Path

import pytest
from pytest import approx

from models import Instance
from models.formulation import METRICS
from optimizer import solve
from tests.build import instance
from tests.look import only

WEIGHT, YEARS = 4, 5


def town(policies: str, values: str = "policy,value\n") -> Instance:
    return instance(
        regions="region\nA\nB",
        periods="period,start,years,weight\nt1,2025,5,4",
        commodities="commodity,unit,balance\nx,t,year\nore,t,year\nb,t,tally",
        equipment="equipment,unit,life,annuity_life,rate\nplant,t/yr,,10,0",
        capacity="region,equipment,amount\nA,plant,3",
        builds="region,equipment,invest\nA,plant,10",
        routes="route,cost\nmake,1",
        recipes="route,item,amount\nmake,x,1\nmake,ore,-1\nmake,plant,-1\nmake,b,1",
        sources="region,commodity,supplier,price,max\nA,ore,near,1,2\nA,ore,far,2,\nB,x,abroad,10,",
        markets="region,commodity,market,demand,shortage_price,price,max\nB,x,town,4,20,,\nA,x,club,,,5,1",
        links="origin,destination,mode,loss\nA,B,rail,0.2",
        freight="mode,commodity,handling\nrail,x,1",
        policies=policies,
        policy_values=values,
    )


HEAD = "policy,metric,region,destination,commodity,equipment,route,party,sense,value"
RATES = {
    "activity": ("activity,A,,,,make,,<=,4.5", 1 + 1.5, 3),
    "made": ("made,A,,x,,,,<=,4.5", 1 + 1.5, 3),
    "made by equipment": ("made,,,x,plant,,,<=,5.5", 0.5, 1),
    "used": ("used,,,ore,,,,<=,4.5", 2.5 - 1, 3),
    "purchase": ("purchase,A,,ore,,,far,<=,2.5", 2.5 - 1, 3),
    "sale": ("sale,,,x,,,club,<=,0.5", 0.5, 1),
    "shortage": ("shortage,B,,x,,,town,>=,1", 20 - 6.25, 20 - 6.25),
    "shipped": ("shipped,A,B,x,,,rail,<=,4.5", 1.5, 3),
    "received": ("received,A,B,x,,,rail,<=,3.5", 0.5 * 3.75, 3.75),
    "burden": ("burden,A,,b,,,,<=,4.5", 2.5, 3),
    "cost": ("cost,A,,,,,purchases,<=,7", 2.5, 1.5),
    "capacity": ("capacity,A,,,plant,,,<=,4.5", 2.5, 3),
}
COST = {"used": 2.5, "purchase": 2.5}
EVENTS = {
    "capacity_new": ("capacity_new,A,,,plant,,,<=,1.5", 2.5, 3),
    "investment": ("investment,,,,plant,,,<=,15", 2.5, 0.3),
    "moves": ("moves,,,,plant,,,<=,1.5", 2.5, 3),
    "capacity_closed": ("capacity_closed,,,,plant,,,>=,1", 1, 1),
}


def test_without_policies() -> None:
    plan = solve(town(HEAD))
    assert plan.objective == approx(19 * WEIGHT)
    price = plan["balance"].set_index(["region", "commodity"])["price"]
    assert (price["A", "x"], price["B", "x"], price["A", "ore"]) == approx((4, 6.25, 2))


@pytest.mark.parametrize("name", RATES)
def test_rates_and_states(name: str) -> None:
    """The cost a year rises by what is lost; the price is in money of the period, the same as without weights."""
    line, lost, price = RATES[name]
    plan = solve(town(f"{HEAD}\np,{line}"))
    assert plan.objective == approx((19 + COST.get(name, lost)) * WEIGHT)
    found = only(plan["policies"], policy="p")
    assert found.shadow_price == approx(price)
    assert found.binds and found.left == approx(float(line.rpartition(",")[2]))


@pytest.mark.parametrize("name", EVENTS)
def test_events(name: str) -> None:
    """A unit less of an event gains its yearly worth in each of the 5 years."""
    line, lost, price = EVENTS[name]
    plan = solve(town(f"{HEAD}\np,{line}"))
    assert plan.objective == approx((19 + lost) * WEIGHT)
    assert only(plan["policies"], policy="p").shadow_price == approx(price * YEARS)


def test_demand() -> None:
    """At least a quarter of demand is bought abroad: 1 at 10 instead of 6.25. A percentage point is 0.04 units: 0.15 a year."""
    plan = solve(
        town("""policy,row,side,metric,commodity,party,sense,value
            p,1,left,purchase,x,abroad,>=,0.25
            p,2,right,demand,x,town,,""")
    )
    assert plan.objective == approx(22.75 * WEIGHT)
    found = only(plan["policies"], policy="p")
    assert (found.left, found.right, found.shadow_price, found.per_point) == approx((1, 1, 3.75, 0.15))


def test_constant() -> None:
    """An exogenous 2 on the left and 0.5 × 3 on the right: made + 2 <= 0.5 × (used ore + 3) = 0.5 made + 1.5, that is made <= −1: none; with 13 on
    the right made <= 9; with 8.5 made <= 4.5."""
    head = "policy,row,side,metric,coefficient,commodity,sense,value\np,1,left,made,,x,<=,0.5\np,2,left,constant,2,,,\n"
    plan = solve(town(f"{head}p,3,right,used,,ore,,\np,4,right,constant,8.5,,,"))
    assert plan.objective == approx(21.5 * WEIGHT)
    found = only(plan["policies"], policy="p")
    assert (found.left, found.right) == approx((6.5, 6.5))
    assert found.shadow_price == approx(3 / 0.5)  # a unit of room on the left is two units made
    assert solve(town(f"{head}p,3,right,used,,ore,,\np,4,right,constant,13,,,")).objective == approx(19 * WEIGHT)


def test_starts_count_whole_units_where_sized_else_the_binary() -> None:
    """Kilns of 2 (annuity 1 a unit: 2 a kiln) and a mill (at most 9, start 3 a year, else free), x bought at 4; demand 6. Free: mill, 3. At most no
    mill: 3 kilns, 6. At most 2 kilns besides: 4 + 2 × 4 = 12."""

    def plan(policies: str) -> float:
        given = instance(
            regions="region\nA",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\nx,t,year",
            equipment="equipment,unit,life\nkiln,t/yr,10\nmill,t/yr,10",
            builds="region,equipment,project,max,size,invest,fixed_invest\nA,kiln,,20,2,10,\nA,mill,,9,,0,30",
            recipes="route,item,amount\nr-kiln,x,1\nr-kiln,kiln,-1\nr-mill,x,1\nr-mill,mill,-1",
            sources="region,commodity,price\nA,x,4",
            markets="region,commodity,demand\nA,x,6",
            policies=f"policy,metric,equipment,sense,value\n{policies}",
        )
        return solve(given).objective

    assert plan("") == approx(3)
    assert plan("no mill,starts,mill,<=,0") == approx(6)
    assert plan("no mill,starts,mill,<=,0\ntwo,starts,kiln,<=,2") == approx(12)
    assert plan("both,starts,,>=,3") == approx(6)
    assert plan("both,starts,,>=,4") == approx(8)


def test_refitted_and_expired() -> None:
    """Old 4 (gone in 2030, runs at 5) may be refitted at an annuity of 1 (life 10), runs at 1; x bought at 6, demand 4, two periods of 5 years.
    Refit all: (4 + 4) × 10 = 80. At most 3 refitted: (3 × 2 + 5) × 5 + (3 × 2 + 6) × 5 = 115; a refit more saves
    (5 − 2 + 6 − 2) × 5 = 35. At least 2 must expire: 2 × 2 + 2 × 5 = 14, then 4 + 12 = 16: 150; one less saves 35."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt1,2025,5\nt2,2030,5",
        "commodities": "commodity,unit,balance\nx,t,year",
        "equipment": "equipment,unit,life\nold,t/yr,20\nnew,t/yr,10",
        "capacity": "region,equipment,built,amount\nA,old,2010,4",
        "builds": "region,equipment,replaces,until,invest\nA,new,old,2025,10",
        "routes": "route,cost\nr-old,5\nr-new,1",
        "recipes": "route,item,amount\nr-old,x,1\nr-old,old,-1\nr-new,x,1\nr-new,new,-1",
        "sources": "region,commodity,price\nA,x,6",
        "markets": "region,commodity,demand\nA,x,4",
    }
    head = "policy,metric,equipment,sense,value,from"
    assert solve(instance(**tables)).objective == approx(80)
    refit = solve(instance(policies=f"{head}\np,capacity_refitted,new,<=,3,", **tables))
    assert refit.objective == approx(115)
    assert only(refit["policies"], policy="p").shadow_price == approx(35)
    expired = solve(instance(policies=f"{head}\np,capacity_expired,old,>=,2,2030", **tables))
    assert expired.objective == approx(150)
    assert only(expired["policies"], policy="p", period="t2").shadow_price == approx(35)


def test_the_stock_at_the_end_of_a_period() -> None:
    """Ore 1, demand 2, first 10, end 0, two periods of 5 years: 10 of 20 are bought: 10. At least 12 at the end of t1: 12 bought: level 12, then 10
    used of it: 2 left: 12; a unit less to keep saves 1."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt1,2025,5\nt2,2030,5",
        "commodities": "commodity,unit,balance\nore,t,year",
        "sources": "region,commodity,price\nA,ore,1",
        "markets": "region,commodity,demand\nA,ore,2",
        "stocks": "region,commodity,cycle,first,end\nA,ore,horizon,10,0",
    }
    assert solve(instance(**tables)).objective == approx(10)
    plan = solve(instance(policies="policy,metric,commodity,sense,value,until\np,stock,ore,>=,12,2025", **tables))
    assert plan.objective == approx(12)
    assert only(plan["policies"], policy="p").shadow_price == approx(1 / 5)


SOLVED_ELSEWHERE = {"clean_used": "test_clean_power", "rated_new": "test_burdens", "rated_closed": "test_burdens"}


def test_every_metric_is_solved_by_hand() -> None:
    here = {name.split()[0] for name in (*RATES, *EVENTS)} | {"demand", "constant", "starts", "capacity_refitted", "capacity_expired", "stock"}
    assert here | set(SOLVED_ELSEWHERE) == set(METRICS)
    for metric, file in SOLVED_ELSEWHERE.items():
        assert f",{metric}," in Path(__file__).with_name(f"{file}.py").read_text("utf-8")
