"""Burdens from recipes, fuels, purchases, sales, claims, capacity, freight; composed; rated."""

import pytest
from pytest import approx

from models import InputError, Instance
from models.formulation import build
from optimizer import solve
from tests.build import instance
from tests.look import compiled, cost_term, lines, only


def iron(tax: float = 2) -> Instance:
    return instance(
        regions="region\nP\nM",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance,surplus\niron,t,year,\ncoke,t,year,no\ncoal,t,year,\nenergy,tce,tally,\nco2,t,tally,",
        routes="route,region\nr-coke,P\nr-iron,P",
        recipes="route,item,amount\nr-coke,coal,-1.5\nr-coke,coke,1\nr-iron,coke,-0.5\nr-iron,iron,1",
        factors="item,on,burden,amount\ncoal,use,energy,1\ncoke,use,energy,1.2\nenergy,burden,co2,2\nrail,freight,co2,0.001",
        links="origin,destination,mode,km\nP,M,rail,100",
        freight="mode,commodity,rate\nrail,iron,0.01",
        sources="region,commodity,price\nP,coal,2\nP,coke,6",
        markets="region,commodity,demand\nM,iron,10",
        policies=f"policy,metric,commodity,sense,value\ntax,burden,co2,price,{tax}",
    )


def test_used_minus_made_composed_and_freight() -> None:
    """Iron 10 at M, freight 1 a unit. It takes 0.5 coke, coke 1.5 coal (2 each) or bought at 6. Energy: coal 1, coke 1.2 per unit used minus made;
    CO2 = 2 energy + 0.001 a t km. Tax 2. Own coke: coal 15, energy 7.5, CO2 15, tax 30 = 45; bought 30 + 24 = 54. Own: 45 + 10 + 2 = 57.
    Price of iron at M 5.7. Without tax: 15 + 10 = 25."""
    plan = solve(iron())
    assert plan.objective == approx(57)
    assert only(plan["balance"], region="M", commodity="iron").price == approx(5.7)
    assert lines(plan["burdens"], burden="energy")["amount"].sum() == approx(7.5)
    assert lines(plan["burdens"], burden="co2")["amount"].sum() == approx(16)
    assert solve(iron(0)).objective == approx(25)


def test_coefficients_of_a_composed_burden() -> None:
    """CO2 per activity: coking 2 × (1.5 − 1.2) = 0.6, iron 2 × 1.2 × 0.5 = 1.2; rail 0.001 × 100 = 0.1. The priced term is twice these."""
    assert cost_term(compiled(iron()), "priced", "tax", "", "t1") == approx(
        {
            ("activity", ("P", "r-coke", "t1", "(year)")): 1.2,
            ("activity", ("P", "r-iron", "t1", "(year)")): 2.4,
            ("flow", ("P>M rail", "iron", "t1", "(year)")): 0.2,
        }
    )


def test_each_kind_of_factor_counts_once() -> None:
    """Per unit: recipe 1 on the route; purchase of power 10; sale of x 100; capacity 1000 a unit standing; claims −0.5 on power. One route: x from
    2 power on one plant (3 stand). Demand 1, sale 1 at 7 (power 1, all clean): 2 activities. Burden: 2 × 1 + 4 × 10 + 1 × 100 + 3 × 1000 − 0.5 × 4
    (if claimed) = 3140. A price of 0.01 on it: power 4 + 31.40 − 7 = 28.40. A unit more of x: 2 power, 1 + 20 − 1: 2 + 0.2 = 2.2."""
    given = instance(
        settings={"clean_commodity": "power"},
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance,surplus\nx,t,year,\npower,MWh,year,no\nb,t,tally,",
        equipment="equipment,unit,closing_cost\nplant,t/yr,99",
        capacity="region,equipment,amount\nA,plant,3",
        recipes="route,item,amount\nmake,x,1\nmake,power,-2\nmake,plant,-1\nmake,b,1",
        factors="item,on,burden,amount\npower,purchase,b,10\nx,sale,b,100\nplant,capacity,b,1000\npower,clean_use,b,-0.5",
        sources="region,commodity,price,clean\nA,power,1,1",
        markets="region,commodity,market,demand,price,max\nA,x,home,1,,\nA,x,abroad,,7,1",
        policies="policy,metric,commodity,sense,value\ntax,burden,b,price,0.01",
    )
    plan = solve(given)
    assert plan.objective == approx(28.40)
    assert only(plan["burdens"], burden="b").amount == approx(3140)
    assert only(plan["balance"], commodity="x").price == approx(2.2)


def test_a_burden_by_route_leaves_purchases_with_the_region() -> None:
    """Two routes, old 3 and new 1 of b per unit; bought power 2 per unit. Cap on the old route alone (6): x = 2 old, 8 new (2 dearer). 10 × (1 power)
    + 8 × 2 = 26. The cap's price: one b lets 1/3 unit move: 2/3."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance,surplus\nx,t,year,\npower,MWh,year,no\nb,t,tally,",
        routes="route,region,cost\nold,A,\nnew,A,2",
        recipes="route,item,amount\nold|new,x,1\nold|new,power,-1\nold,b,3\nnew,b,1",
        factors="item,on,burden,amount\npower,purchase,b,2",
        sources="region,commodity,price\nA,power,1",
        markets="region,commodity,demand\nA,x,10",
        policies="policy,metric,commodity,route,sense,value\ncap,burden,b,old,<=,6",
    )
    plan = solve(given)
    assert plan.objective == approx(26)
    cap = only(plan["policies"], policy="cap")
    assert (cap.left, cap.shadow_price) == approx((6, 2 / 3))
    assert only(plan["burdens"], burden="b").amount == approx(2 * 3 + 8 + 20)


def test_rated_burdens_decide_replacement() -> None:
    """Rated CO2: old 2 at availability 0.9 = 1.8; new 2 power × 0.3 heat × 2 = 1.2 at 0.8 = 0.96. New <= 0.8 × closed, so a new unit needs
    0.96 / (0.8 × 1.8) = 2/3 of an old one closed. New runs at 1 against 5, annuity 1: 0.8 of it saves 3.2 and costs 1: y = 12.5 makes all 10:
    10 + 12.5 = 22.5; 8.333 closed, 3.667 idle. Price of x: 1 + 1 / 0.8 = 2.25."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance,surplus\nx,t,year,\npower,MWh,year,no\nco2,t,tally,\nheat,GJ,tally,",
        equipment="equipment,unit,life,annuity_life,rated_route\nold,t/yr,,20,r-old\nnew,t/yr,10,,r-new",
        capacity="region,equipment,amount\nA,old,12",
        availability="equipment,amount\nold,0.9\nnew,0.8",
        builds="region,equipment,invest\nA,new,10",
        routes="route,cost\nr-old,5\nr-new,1",
        recipes="route,item,amount\nr-old,x,1\nr-old,old,-1\nr-old,co2,2\nr-new,x,1\nr-new,new,-1\nr-new,power,-2",
        factors="item,on,burden,amount\npower,rated,heat,0.3\nheat,burden,co2,2",
        sources="region,commodity,price\nA,power,0",
        markets="region,commodity,demand\nA,x,10",
        policies="""policy,row,side,metric,commodity,sense,value
            carbon,1,left,rated_new,co2,<=,0.8
            carbon,2,right,rated_closed,co2,,""",
    )
    rated = build(given).board.labelled("rated").set_index(["q", "b"])["value"].to_dict()
    assert rated == approx({("old", "co2"): 1.8, ("new", "co2"): 0.96, ("new", "heat"): 0.48})
    plan = solve(given)
    assert plan.objective == approx(22.5)
    assert only(plan["balance"], commodity="x").price == approx(2.25)
    assert only(plan["capacity"], equipment="old").closed >= 12.5 * 2 / 3 - 1e-6
    assert lines(plan["burdens"], burden="co2").empty  # `rated` factors count only for rated burdens


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ("coal,use,energy,1\nenergy,burden,co2,2\nco2,burden,energy,1", "in a ring"),
        ("coal,use,energy,1\ncoal,purchase,energy,1", "counted twice"),
        ("coal,use,coal,1", "is no burden"),
        ("coal,used,energy,1", "must be one of"),
        ("cole,use,energy,1", "did you mean coal"),
    ],
)
def test_wrong_factors_are_refused(factors: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        build(
            instance(
                regions="region\nA",
                periods="period,start,years\nt1,2025,1",
                commodities="commodity,unit,balance\ncoal,t,year\nenergy,tce,tally\nco2,t,tally",
                factors=f"item,on,burden,amount\n{factors}",
                sources="region,commodity,price\nA,coal,1",
            )
        )


def test_what_earns_a_credit_may_not_be_thrown_away() -> None:
    """A commodity that a route makes and that has a `use` factor needs surplus = no: venting is a route of its own."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt1,2025,1",
        "factors": "item,on,burden,amount\ngas,use,co2,2",
        "routes": "route,region\nmake,A",
        "recipes": "route,item,amount\nmake,gas,1\nmake,coal,-1",
    }
    with pytest.raises(InputError, match="must have surplus = no"):
        instance(commodities="commodity,unit,balance,surplus\ngas,t,year,\ncoal,t,year,\nco2,t,tally,", **tables)
    instance(commodities="commodity,unit,balance,surplus\ngas,t,year,no\ncoal,t,year,\nco2,t,tally,", **tables)
