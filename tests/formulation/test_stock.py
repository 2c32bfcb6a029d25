"""Stocks over the day, the seasons, the horizon; reserves; storage that is built."""

import pytest
from pytest import approx

from models import InputError, Instance
from models.formulation import build
from optimizer import solve
from tests.build import instance
from tests.look import INFINITY, compiled, cost_term, only, row


def season(winter: float = 4) -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="slice,season,share\nsummer,summer,0.5\nw1,winter,0.25\nw2,winter,0.25",
        commodities="commodity,unit,balance\ngas,GJ,slice",
        sources="region,commodity,slice,price\nA,gas,summer,1\nA,gas,w1|w2,3",
        markets=f"region,commodity,slice,demand\nA,gas,summer,2\nA,gas,w1,2\nA,gas,w2,{winter}",
        stocks="region,commodity,cycle,max,loss,cost\nA,gas,season,3,0.2,0.5",
    )


def test_a_stock_over_seasons() -> None:
    """Gas 1 in summer, 3 in winter; demand 2 and 2 + 4; store 3, loss 20 %/yr, holding 0.5. Summer buys 5; half a year later 2.7 come out;
    winter buys 3.3 = 9.9; holding 0.5 × 3 × 0.5 = 0.75: 15.65. Price 1 in summer, 3 in winter."""
    plan = solve(season())
    assert plan.objective == approx(15.65)
    assert plan["balance"].set_index("slice")["price"].to_dict() == approx({"summer": 1, "w1": 3, "w2": 3})
    assert plan["stocks"].set_index("slice")["level"].to_dict() == approx({"summer": 3, "winter": 0})


def test_rows_of_a_season() -> None:
    x = compiled(season())
    key = ("A", "gas", "", "t1")
    level = row(x, "stock_level", *key, "winter")
    assert level.terms == approx(
        {("level", (*key, "winter")): 1, ("level", (*key, "summer")): -0.9, ("stocked", (*key, "w1")): -1, ("stocked", (*key, "w2")): -1}
    )
    assert (level.lower, level.upper) == (0, 0)
    assert row(x, "stock_level", *key, "summer").terms[("level", (*key, "winter"))] == approx(-0.9)
    most = row(x, "stock_most", *key, "summer")
    assert most.terms == {("level", (*key, "summer")): 1} and (most.lower, most.upper) == (-INFINITY, 3)
    assert row(x, "balance", "A", "gas", "t1", "w1").terms == {("purchase", (*key, "w1")): 1, ("stocked", (*key, "w1")): -1}
    assert cost_term(x, "stock", "A", "t1") == approx({("level", (*key, "summer")): 0.25, ("level", (*key, "winter")): 0.25})
    assert x.lower[x.column("stocked", *key, "w1")] == -INFINITY


def horizon(end: str = "4", reserve: str = "", first: float = 10) -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,5\nt2,2030,5",
        commodities="commodity,unit,balance\nore,t,year",
        sources="region,commodity,period,price\nA,ore,t1,1\nA,ore,t2,3",
        markets="region,commodity,demand\nA,ore,2",
        stocks=f"region,commodity,cycle,first,end,max,cost,reserve\nA,ore,horizon,{first},{end},12,0.1,{reserve}",
    )


def test_a_stock_over_the_horizon() -> None:
    """First 10, end 4, max 12; demand 2/yr at 1, then 3; holding 0.1. Fill up to 12 (buy 2.4/yr), then down to 4 (buy 0.4/yr): 2.4 × 5 + 0.4 × 15
    = 18; holding 0.1 × 5 × (12 + 4) = 8: 26. Prices 1 and 3. One unit more in the first stock saves one of t1: 1."""
    plan = solve(horizon())
    assert plan.objective == approx(26)
    assert plan["balance"]["price"].tolist() == approx([1, 3])
    assert solve(horizon(first=11)).objective == approx(25)
    assert plan["stocks"]["level"].tolist() == approx([12, 4])


def test_end_is_first_unless_given_and_the_reserve_always_holds() -> None:
    """end = first = 10: from 12 down to 10: buy 2.4, 1.6: 12 + 24 + 0.5 × 22 = 47. Reserve 11: end 11: 2.4, 1.8: 12 + 27 + 0.5 × 23 = 50.5: the unit
    of reserve costs 3 + 0.5."""
    assert solve(horizon(end="")).objective == approx(47)
    plan = solve(horizon(end="", reserve="11"))
    assert plan.objective == approx(50.5)
    assert plan["balance"]["price"].tolist() == approx([1, 3])


def test_rows_of_the_horizon() -> None:
    """A loss of 10 %/yr over 5 years keeps 0.59049; the opening stock has lost its first period too."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,5\nt2,2030,5",
        commodities="commodity,unit,balance\nore,t,year",
        sources="region,commodity,price\nA,ore,1",
        stocks="region,commodity,cycle,first,end,loss,reserve\nA,ore,horizon,10,4,0.1,3",
    )
    x = compiled(given)
    key = ("A", "ore", "")
    first = row(x, "stock_level", *key, "t1", "(year)")
    assert first.terms == {("level", (*key, "t1", "(year)")): 1, ("stocked", (*key, "t1", "(year)")): -5}
    assert (first.lower, first.upper) == approx((5.9049, 5.9049))
    second = row(x, "stock_level", *key, "t2", "(year)")
    assert second.terms == approx(
        {("level", (*key, "t2", "(year)")): 1, ("level", (*key, "t1", "(year)")): -0.59049, ("stocked", (*key, "t2", "(year)")): -5}
    )
    assert (second.lower, second.upper) == (0, 0)
    assert row(x, "stock_reserve", *key, "t1", "(year)").lower == 3
    last = row(x, "stock_reserve", *key, "t2", "(year)")
    assert last.terms == {("level", (*key, "t2", "(year)")): 1} and (last.lower, last.upper) == (4, INFINITY)


def day(cost: str = "", loss: str = "", room: str = "1") -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="slice,season,share\nnight,wet,0.2\nnoon,wet,0.2\ndark,dry,0.3\nlight,dry,0.3",
        commodities="commodity,unit,balance,surplus\npower,MWh,slice,no",
        sources="region,commodity,slice,price\nA,power,noon,1\nA,power,night,3\nA,power,dark,4\nA,power,light,2",
        markets="region,commodity,slice,demand\nA,power,night|noon,100\nA,power,dark|light,400",
        stocks=f"region,commodity,cycle,max,cost,loss\nA,power,day,{room},{cost},{loss}",
    )


def test_a_stock_over_the_day() -> None:
    """A battery of 1 MWh moves at most 1 a day: 365 × 0.4 = 146 in the wet season (100 wanted), 365 × 0.6 = 219 in the dry one. Without it
    100 + 300 + 1600 + 800 = 2800; it saves 2 × 100 + 2 × 219 = 638: 2162. Power in the dark 4, at noon 1; a second battery saves 2 × 181 more."""
    plan = solve(day())
    assert plan.objective == approx(2162)
    prices = plan["balance"].set_index("slice")["price"].to_dict()
    assert prices["dark"] == approx(4) and prices["noon"] == approx(1)
    assert only(plan["stocks"], slice="light").level == approx(1)
    assert solve(day(room="2")).objective == approx(2162 - 2 * 181)


def test_rows_of_a_day() -> None:
    """Loss 0.73/yr: a dark of 0.3 of the year is 0.3 / 219 years of each day: kept 1 − 0.73 × 0.3 / 219 = 0.999. Cost 2: 2 × 0.3 / 219."""
    x = compiled(day(cost="2", loss="0.73"))
    key = ("A", "power", "", "t1")
    assert row(x, "stock_level", *key, "dark").terms == approx(
        {("level", (*key, "dark")): 1, ("level", (*key, "light")): -0.999, ("stocked", (*key, "dark")): -1}
    )
    assert row(x, "stock_level", *key, "night").terms[("level", (*key, "noon"))] == approx(-(1 - 0.73 * 0.2 / 146))
    assert row(x, "stock_most", *key, "dark").upper == approx(219)
    assert cost_term(x, "stock", "A", "t1")["level", (*key, "dark")] == approx(2 * 0.3 / 219)


def test_storage_that_is_built() -> None:
    """A store costs 1 a year per GJ (10 over 10 years), summer 1, winter 3: it saves 2 − 1 = 1 a unit: build 4. Cost 4 × (1 + 1) = 8, without 12.
    Gas in winter costs 2."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="slice,share\nsummer,0.5\nwinter,0.5",
        commodities="commodity,unit,balance\ngas,GJ,slice",
        equipment="equipment,unit,life\ncavern,GJ,10",
        builds="region,equipment,invest\nA,cavern,10",
        sources="region,commodity,slice,price\nA,gas,summer,1\nA,gas,winter,3",
        markets="region,commodity,slice,demand\nA,gas,winter,4",
        stocks="region,commodity,cycle,equipment\nA,gas,season,cavern",
    )
    x = compiled(given)
    room = row(x, "stock_room", "A", "gas", "", "cavern", "t1", "summer")
    assert room.terms == {("level", ("A", "gas", "", "t1", "summer")): 1, ("standing", ("A", "cavern", "(never)", "t1")): -1}
    assert (room.lower, room.upper) == (-INFINITY, 0)
    plan = solve(given)
    assert plan.objective == approx(8)
    assert only(plan["balance"], slice="winter").price == approx(2)
    assert only(plan["capacity"], equipment="cavern").new == approx(4)


def test_the_least_level_is_stated_only_if_a_policy_asks() -> None:
    """A floor of 1 on the least level of a season's stock, max 3: winter keeps 1, so only 2 go through it. Summer 1, winter 3, no loss; demand 4 in
    winter: 2 × 1 + 2 × 3 = 8, without the floor 6: it costs 2 a unit."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt1,2025,1",
        "slices": "slice,share\nsummer,0.5\nwinter,0.5",
        "commodities": "commodity,unit,balance\ngas,GJ,slice",
        "sources": "region,commodity,slice,price\nA,gas,summer,1\nA,gas,winter,3",
        "markets": "region,commodity,slice,demand\nA,gas,winter,4",
        "stocks": "region,commodity,cycle,max\nA,gas,season,3",
    }
    free = instance(**tables)
    assert compiled(free).columns["least_level"].count == 0
    assert solve(free).objective == approx(6)
    held = instance(policies="policy,metric,commodity,sense,value\nfloor,stock,gas,>=,1", **tables)
    assert row(compiled(held), "stock_least", "A", "gas", "", "t1", "winter").terms == {
        ("least_level", ("A", "gas", "", "t1")): 1,
        ("level", ("A", "gas", "", "t1", "winter")): -1,
    }
    plan = solve(held)
    assert plan.objective == approx(8)
    assert only(plan["policies"], policy="floor").shadow_price == approx(2)
    with pytest.raises(InputError, match="can only be at least"):
        build(instance(policies="policy,metric,commodity,sense,value\ncap,stock,gas,<=,1", **tables))


@pytest.mark.parametrize("first", ["ore", "gas"])
def test_each_stock_has_its_own_cycle(first: str) -> None:
    """Ore over the horizon and gas over the day, whichever is named first: a floor of 1 is kept by ore at the end, by gas at its least."""
    stocks = {"ore": "A,ore,horizon,5,2,", "gas": "A,gas,day,,,3"}
    order = ["ore", "gas"] if first == "ore" else ["gas", "ore"]
    x = compiled(
        instance(
            regions="region\nA",
            periods="period,start,years\nt1,2025,1",
            slices="slice,share\nsummer,0.5\nwinter,0.5",
            commodities="commodity,unit,balance\nore,t,year\ngas,t,slice",
            sources="region,commodity,price\nA,ore,1\nA,gas,1",
            markets="region,commodity,demand\nA,ore,4\nA,gas,4",
            stocks="region,commodity,cycle,first,end,max\n" + "\n".join(stocks[c] for c in order),
            policies="policy,metric,commodity,each,sense,value\nfloor,stock,,commodity,>=,1",
        )
    )
    assert row(x, "policy_at_least", "floor", "ore", "t1").terms == {("level", ("A", "ore", "", "t1", "(year)")): 1}
    assert row(x, "policy_at_least", "floor", "gas", "t1").terms == {("least_level", ("A", "gas", "", "t1")): 1}


def test_the_level_of_the_horizon_may_be_capped_beside_a_seasons_stock() -> None:
    """Ore over the horizon, first 10, demand 2, prices 1 and 3, at most 6 at the end of t1: 6 are bought in t1 at 1, 4 in t2
    at 3: 18; a unit of room saves 2. Gas has a seasonal stock: a cap on that, or its use on the right, is refused."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt1,2025,5\nt2,2030,5",
        "slices": "slice,share\nsummer,0.5\nwinter,0.5",
        "commodities": "commodity,unit,balance\nore,t,year\ngas,t,slice",
        "sources": "region,commodity,period,price\nA,ore,t1,1\nA,ore,t2,3\nA,gas,,1",
        "markets": "region,commodity,demand\nA,ore,2",
        "stocks": "region,commodity,cycle,first,end\nA,ore,horizon,10,0\nA,gas,season,,",
    }
    head = "policy,row,side,metric,commodity,sense,value"
    plan = solve(instance(policies=f"{head}\np,1,left,stock,ore,<=,6", **tables))
    assert plan.objective == approx(18)
    assert only(plan["policies"], policy="p", period="t1").shadow_price == approx(2 / 5)
    for policies in ("p,1,left,stock,gas,<=,6", "p,1,left,stock,,<=,6", "p,1,left,stock,ore,>=,1\np,2,right,stock,gas,,"):
        with pytest.raises(InputError, match="can only be at least"):
            build(instance(policies=f"{head}\n{policies}", **tables))


@pytest.mark.parametrize(
    ("stocks", "said"),
    [
        ("region,commodity,cycle\nA,ore,horizon", "required for a horizon stock"),
        ("region,commodity,cycle,max\nA,ore,season,3", "only a horizon stock fits"),
        ("region,commodity,cycle,max\nA,ore,week,3", "must be one of day, season, horizon"),
        ("region,commodity,cycle,first,max,reserve\nA,ore,horizon,1,3,4", "is above max"),
        ("region,commodity,cycle,first,loss\nA,ore,horizon,1,-0.1", "must be >= 0"),
        ("region,commodity,cycle,first\nA,dust,horizon,1", "stored"),
    ],
)
def test_wrong_stocks_are_refused(stocks: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        instance(
            regions="region\nA",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\nore,t,year\ndust,t,tally",
            stocks=stocks,
        )
