"""Cohorts: standing, new, refitted, closed, expired; steps, whole units, fixed charges, annuities."""

import pytest
from pytest import approx

from models import InputError, Instance
from models.formulation import build
from models.formulation.cohorts import capital_recovery_factor
from optimizer import solve
from tests.build import instance
from tests.look import INFINITY, compiled, cost_term, lines, only, row

ONE = {"regions": "region\nA", "commodities": "commodity,unit,balance\nx,t,year"}


def closing(demand: str = "8", later: str = "4") -> Instance:
    return instance(
        regions="region\nA\nB",
        periods="""period,start,years
            t1,2025,5
            t2,2030,5
            t3,2035,5""",
        commodities="commodity,unit,balance\nsteel,t,year",
        equipment="""equipment,unit,life,fixed_cost,closing_cost
            mill,t/yr,20,2,3
            newmill,t/yr,10,2,3""",
        capacity="""region,equipment,built,amount
            A,mill,2015,10
            B,mill,,6""",
        builds="region,equipment,invest\nA|B,newmill,50",
        routes="route,cost\nrun,1\nnewrun,1",
        recipes="""route,item,amount
            run,steel,1
            run,mill,-1
            newrun,steel,1
            newrun,newmill,-1""",
        links="origin,destination,mode\nB,A,road",
        freight="mode,commodity,handling\nroad,steel,1",
        markets=f"""region,commodity,period,demand
            A,steel,t1,{demand}
            A,steel,t2,{later}
            A,steel,t3,4""",
    )


def test_closing() -> None:
    """Mill A 10 (built 2015, gone in 2035), mill B 6; fixed 2/yr, closing 3 once, running 1, B to A freight 1; new ones 50 for 10 years.
    2035: only B can serve 4. 2030: B serves 4, A closes its last 4 (keeping it: 10 fixed − 3 saved = 7 against 5 of freight). 2025: 4 + 4, A
    closes 6. Fixed (8 + 4 + 4) × 10 = 160; freight 60; closing 3 × 12 = 36; running 80: 336.
    Price of steel at A in 2030: one more keeps a unit of A: 10 + 5 − 3 = 12 in 5 years, 2.4 a year; one less saves 2."""
    plan = solve(closing())
    assert plan.certified and plan.objective == approx(336)
    assert solve(closing(later="4.5")).objective == approx(336 + 0.5 * 12)
    assert solve(closing(later="3.5")).objective == approx(336 - 0.5 * 10)
    steel = only(plan["balance"], region="A", period="t2")
    assert (steel.price, steel.price_less) == approx((2.4, 2))
    mill = lines(plan["capacity"], equipment="mill").set_index(["region", "period"])
    assert mill.loc[("A", "t1"), ["closed", "standing"]].tolist() == approx([6, 4])
    assert mill.loc[("A", "t2"), ["closed", "standing", "expired"]].tolist() == approx([4, 0, 0])
    assert mill.loc[("B", "t1"), ["closed", "standing"]].tolist() == approx([2, 4])
    costs = plan["costs"].groupby("term")["present_value"].sum()
    assert costs.to_dict() == approx({"fixed": 160, "freight": 60, "closing": 36, "operation": 80})


def test_rows_of_cohorts() -> None:
    """A mill of 2015 with life 20 is cohort t3 (2035); without a year it is cohort (never); a new mill of 2025 with life 10 is t3."""
    x = compiled(closing())
    first = row(x, "standing", "A", "mill", "t3", "t1")
    assert first.terms == {("standing", ("A", "mill", "t3", "t1")): 1, ("closed", ("A", "mill", "t3", "t1")): 1}
    assert (first.lower, first.upper) == (10, 10)
    later = row(x, "standing", "B", "mill", "(never)", "t2")
    assert later.terms == {
        ("standing", ("B", "mill", "(never)", "t2")): 1,
        ("standing", ("B", "mill", "(never)", "t1")): -1,
        ("closed", ("B", "mill", "(never)", "t2")): 1,
    }
    assert (later.lower, later.upper) == (0, 0)
    built = row(x, "standing", "A", "newmill", "t3", "t1")
    assert built.terms == {
        ("standing", ("A", "newmill", "t3", "t1")): 1,
        ("new", ("A", "newmill", "t1")): -1,
        ("closed", ("A", "newmill", "t3", "t1")): 1,
    }
    assert ("A", "mill", "t3", "t3") not in [tuple(i) for i in x.columns["standing"].index.itertuples(index=False)]
    assert cost_term(x, "fixed", "B", "t2")["standing", ("B", "mill", "(never)", "t2")] == 2 * 5
    assert cost_term(x, "closing", "A", "t2")["closed", ("A", "mill", "t3", "t2")] == 3
    assert cost_term(x, "annuities", "A", "t2") == approx({("new", ("A", "newmill", "t1")): 5 * 5, ("new", ("A", "newmill", "t2")): 5 * 5})
    assert cost_term(x, "annuities", "A", "t3") == approx({("new", ("A", "newmill", "t2")): 5 * 5, ("new", ("A", "newmill", "t3")): 5 * 5})


def refit(demand: float = 9) -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,2",
        commodities="commodity,unit,balance\niron,t,year\ncoal,t,year",
        equipment="equipment,unit,life\nold,t/yr,40\nnew,t/yr,10",
        capacity="region,equipment,amount\nA,old,10",
        builds="""region,equipment,replaces,max,invest,ratio
            A,new,,0.5,60,
            A,new,old,,20,0.8""",
        recipes="""route,item,amount
            r-old,iron,1
            r-old,coal,-1
            r-old,old,-1
            r-new,iron,1
            r-new,coal,-0.5
            r-new,new,-1""",
        sources="region,commodity,price\nA,coal,10",
        markets=f"region,commodity,demand\nA,iron,{demand}",
    )


def test_refit() -> None:
    """Old 10, coal 1.0 a unit. Refit: 1 gained eats 1.25 old, 2/yr, coal 0.5. Greenfield 6/yr, at most 0.5. A refit saves 5 − 2 = 3/yr;
    10 − 1.25 x + x + g >= 9 gives x <= 4 + 4 g, so g = 0.5, x = 6, old 2.5. Per year 12 + 3 + 57.5 = 72.5, × 2 = 145.
    Price of iron: a unit more takes 4 refits away: 10 + 4 × 3 = 22."""
    plan = solve(refit())
    assert plan.objective == approx(145)
    assert only(plan["balance"], commodity="iron").price == approx(22)
    assert solve(refit(9.5)).objective == approx(145 + 2 * 0.5 * 22)
    old, new = only(plan["capacity"], equipment="old"), only(plan["capacity"], equipment="new")
    assert (old.before, old.consumed, old.closed, old.standing) == approx((10, 7.5, 0, 2.5))
    assert (new.before, new.new, new.refitted, new.standing) == approx((0, 0.5, 6, 6.5))


def test_rows_of_refits() -> None:
    x = compiled(refit())
    assert row(x, "refit_total", "A", "new<old", "t1").terms == {
        ("new", ("A", "new<old", "t1")): 1,
        ("refitted", ("A", "new<old", "(never)", "t1")): -1,
    }
    assert row(x, "standing", "A", "old", "(never)", "t1").terms == {
        ("standing", ("A", "old", "(never)", "t1")): 1,
        ("refitted", ("A", "new<old", "(never)", "t1")): 1.25,
    }
    assert row(x, "standing", "A", "new", "(never)", "t1").terms == {
        ("standing", ("A", "new", "(never)", "t1")): 1,
        ("new", ("A", "new", "t1")): -1,
        ("new", ("A", "new<old", "t1")): -1,
    }
    most = row(x, "build_most", "A", "new", "t1")
    assert most.terms == {("new", ("A", "new", "t1")): 1} and (most.lower, most.upper) == (-INFINITY, 0.5)


def sizes(first: float = 5) -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1\nt2,2026,1",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,life,min_load\nkiln,t/yr,2,0.5",
        builds="region,equipment,max,size,invest,fixed_invest,usable\nA,kiln,8,4,1,1,0.5",
        recipes="route,item,amount\nburn,x,1\nburn,kiln,-1",
        sources="region,commodity,price\nA,x,2",
        markets=f"region,commodity,period,demand\nA,x,t1,{first}\nA,x,t2,5",
    )


def test_whole_units() -> None:
    """Unit 4, at most 8, invest 1 a unit of capacity + 1 a start, life 2, rate 0 (annuity half), half usable at first; imports 2; minimum load
    half. Units (0,0) 20; (1,0) 13; (2,0): 4 + 0.5 + 1 × 2 = 6.5, then 4.5, together 11; (1,1) 13.5. Best 11.
    One more in year 1 is imported at 2; in year 2 the kilns have room: 0."""
    plan = solve(sizes())
    assert plan.objective == approx(11)
    assert plan["builds"][["new", "units", "investment"]].to_numpy().tolist() == [approx([8, 2, 9])]
    assert plan["balance"].set_index("period")["price"].to_dict() == approx({"t1": 2, "t2": 0})
    assert plan.summary["price_kind"] == "LP dual with the whole numbers fixed"
    assert solve(sizes(5.25)).objective == approx(11.5)


def test_rows_of_units_and_late_use() -> None:
    x = compiled(sizes())
    assert row(x, "whole_units", "A", "kiln", "t1").terms == {("new", ("A", "kiln", "t1")): 1, ("units", ("A", "kiln", "t1")): -4}
    assert row(x, "started_most", "A", "kiln", "kiln", "t2").terms == {("new", ("A", "kiln", "t2")): 1, ("start", ("A", "kiln", "t2")): -8}
    assert row(x, "usable_capacity", "A", "kiln", "t1", "(year)").terms == {
        ("activity", ("A", "burn", "t1", "(year)")): 1,
        ("standing", ("A", "kiln", "(never)", "t1")): -1,
        ("new", ("A", "kiln", "t1")): 0.5,
    }
    assert bool(x.integer[x.column("units", "A", "kiln", "t1")]) and bool(x.integer[x.column("start", "A", "kiln", "t1")])
    assert x.upper[x.column("start", "A", "kiln", "t1")] == 1
    # of 2025 the kilns are charged in both years, of 2026 only in the second: the horizon ends
    assert cost_term(x, "annuities", "A", "t2") == approx(
        {
            ("new", ("A", "kiln", "t1")): 0.5,
            ("new", ("A", "kiln", "t2")): 0.5,
            ("start", ("A", "kiln", "t1")): 0.5,
            ("start", ("A", "kiln", "t2")): 0.5,
        }
    )


def steps(demand: float, least: str = "") -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,life,rate\nplant,t/yr,10,0",
        builds=f"""region,equipment,step,min,max,invest,fixed_invest,fixed_cost
            A,plant,1,{least},3,10,15,0.5
            A,plant,2,,3,30,,""",
        recipes="route,item,amount\nmake,x,1\nmake,plant,-1",
        sources="region,commodity,price\nA,x,4",
        markets=f"region,commodity,demand\nA,x,{demand}",
    )


def test_steps_share_one_start() -> None:
    """Steps of 3 at 1 and 3 a year, a start 1.5 + 0.5 a year, imports 4. Demand 5: nothing 20; step 1 and 2 imported 3 + 2 + 8 = 13; both
    3 + 6 + 2 = 11. Price: step 2, 3. Demand 7: 3 + 9 + 2 + 4 = 18, price 4. Demand 0.5: the start does not pay (0.5 + 2 against 2)."""
    plan = solve(steps(5))
    assert plan.objective == approx(11)
    assert only(plan["balance"], commodity="x").price == approx(3)
    assert plan["builds"].set_index("step")["new"].to_dict() == approx({1: 3, 2: 2})
    assert plan["builds"]["investment"].sum() == approx(3 * 10 + 2 * 30 + 15)
    dear = solve(steps(7))
    assert dear.objective == approx(18) and only(dear["balance"], commodity="x").price == approx(4)
    assert solve(steps(0.5)).objective == approx(2)


def test_at_least_min_if_at_all() -> None:
    """Demand 1.5: building 1.5 costs 1.5 + 2 = 3.5 against imports 6; with min 2 it costs 2 + 2 = 4 (and x has no price: there is room);
    demand 0.9 with min 2: 4 against 3.6, so all is imported."""
    assert solve(steps(1.5)).objective == approx(3.5)
    plan = solve(steps(1.5, least="2"))
    assert plan.objective == approx(4) and plan["builds"]["new"].tolist() == approx([2, 0]), "a row per step of a way that is started"
    assert only(plan["balance"], commodity="x").price == approx(0)
    assert solve(steps(0.9, least="2")).objective == approx(3.6)
    x = compiled(steps(1.5, least="2"))
    assert row(x, "started_least", "A", "plant", "plant", "t1").terms == {("new", ("A", "plant", "t1")): 1, ("start", ("A", "plant", "t1")): -2}
    most = row(x, "started_most", "A", "plant#2", "plant", "t1")  # its max is 3, and 1.5 is all that can be sold
    assert most.terms == {("new", ("A", "plant#2", "t1")): 1, ("start", ("A", "plant", "t1")): -1.5}
    assert cost_term(x, "fixed", "A", "t1") == approx({("start", ("A", "plant", "t1")): 0.5})


def test_committed_capacity_comes_and_old_capacity_goes() -> None:
    """Plants of 2010 (life 20: gone in 2030, 4) and of 2030 (committed, 3); x otherwise bought at 5, fixed cost 1. Demand 6 in three periods
    of 5 years. 2025: 4 own, 2 bought: 4 + 10 = 14; 2030, 2035: 3 own, 3 bought: 3 + 15 = 18. (14 + 18 + 18) × 5 = 250. Price 5."""
    plan = solve(
        instance(
            periods="period,start,years\nt1,2025,5\nt2,2030,5\nt3,2035,5",
            equipment="equipment,unit,life,fixed_cost\nplant,t/yr,20,1",
            capacity="region,equipment,built,amount\nA,plant,2010,4\nA,plant,2030,3",
            recipes="route,item,amount\nmake,x,1\nmake,plant,-1",
            sources="region,commodity,price\nA,x,5",
            markets="region,commodity,demand\nA,x,6",
            **ONE,
        )
    )
    assert plan.objective == approx(250)
    assert plan["balance"]["price"].tolist() == approx([5, 5, 5])
    capacity = plan["capacity"].set_index("period")
    assert capacity["standing"].to_dict() == approx({"t1": 4, "t2": 3, "t3": 3})
    assert capacity["expired"].to_dict() == approx({"t1": 0, "t2": 4, "t3": 0})


def test_closing_refunds_nothing() -> None:
    """A plant built in 2025 (invest 10, life 10, rate 0: 1/yr) makes x at 1 against 3; in 2030 there is no demand, and fixed cost 2 makes it
    close; its annuity of 1 goes on. 1 unit: (1 + 2 + 1) × 5 + 1 × 5 = 25 (bought: 15 × 2 = 30 with price 6). Price 2025: 25 / 5 = 5."""
    plan = solve(
        instance(
            periods="period,start,years\nt1,2025,5\nt2,2030,5",
            equipment="equipment,unit,life,fixed_cost\nplant,t/yr,10,2",
            builds="region,equipment,invest\nA,plant,10",
            routes="route,cost\nmake,1",
            recipes="route,item,amount\nmake,x,1\nmake,plant,-1",
            sources="region,commodity,price\nA,x,6",
            markets="region,commodity,period,demand\nA,x,t1,1",
            **ONE,
        )
    )
    assert plan.objective == approx(25)
    assert only(plan["balance"], period="t1").price == approx(5)
    assert lines(plan["costs"], term="annuities").set_index("period")["annual"].to_dict() == approx({"t1": 1, "t2": 1})
    assert only(plan["capacity"], period="t2").closed == approx(1)


def test_windows_projects_and_chained_refits() -> None:
    """`from`, `until` are inclusive; a project is left out unless named; a refit may follow a refit."""
    tables = {
        "regions": "region\nA",
        "commodities": "commodity,unit,balance\nx,t,year",
        "periods": "period,start,years\nt1,2025,5\nt2,2030,5\nt3,2035,5",
        "equipment": "equipment,unit,life\na,t/yr,30\nb,t/yr,30\nc,t/yr,30",
        "capacity": "region,equipment,amount\nA,a,5",
        "builds": """region,equipment,replaces,project,from,until,invest
            A,b,a,,2030,2030,1
            A,c,b,,,,1
            A,c,,big,,,1""",
        "recipes": "route,item,amount\nm,x,1\nm,c,-1",
        "sources": "region,commodity,price\nA,x,5",
        "markets": "region,commodity,demand\nA,x,1",
    }
    ways = build(instance(**tables)).board.labelled("ways")
    assert set(zip(ways["w"], ways["t"], strict=True)) == {("b<a", "t2"), ("c<b", "t2"), ("c<b", "t3")}
    ways = build(instance(settings={"projects": ["big"]}, **tables)).board.labelled("ways")
    assert {"c@big"} < set(ways["w"]) and len(ways) == 6


def test_capital_recovery() -> None:
    """crf(0, n) = 1/n; crf(10 %, 3) = 0.1 / (1 − 1.1^-3) = 0.4021148; both repay 1: Σ crf / 1.1^y = 1."""
    assert capital_recovery_factor(0, 8) == 0.125
    assert capital_recovery_factor(0.1, 3) == approx(0.4021148, abs=1e-7)
    assert sum(capital_recovery_factor(0.1, 3) / 1.1**y for y in (1, 2, 3)) == approx(1)
    assert capital_recovery_factor(1e-12, 8) == approx(0.125)


def test_a_life_that_ends_inside_a_period_is_warned_of() -> None:
    """Built 2013 with life 15 ends in 2028: it counts to the end of t1 (2030) and is gone in t2. Own 2 at 0, bought 4 × 2: 5 × (0 + 8) = 40;
    price 4 in t2, 0 in t1 (there is room)."""
    given = instance(
        periods="period,start,years\nt1,2025,5\nt2,2030,5",
        equipment="equipment,unit,life\nplant,t/yr,15",
        capacity="region,equipment,built,amount\nA,plant,2013,3",
        recipes="route,item,amount\nmake,x,1\nmake,plant,-1",
        sources="region,commodity,price\nA,x,4",
        markets="region,commodity,demand\nA,x,2",
        **ONE,
    )
    assert "inside a period" in given.warnings[0].text("en")
    plan = solve(given)
    assert plan.objective == approx(40)
    assert plan["balance"]["price"].tolist() == approx([0, 4])


@pytest.mark.parametrize(
    ("builds", "equipment", "capacity", "said"),
    [
        ("region,equipment,invest,fixed_invest\nA,q,1,2", "q,,,20", "", "required where fixed_invest"),
        ("region,equipment,invest,size\nA,q,1,2", "q,,,20", "", "required where fixed_invest"),
        ("region,equipment,invest,min,max\nA,q,1,3,2", "q,,,20", "", "at least min and size"),
        ("region,equipment,step,invest,max\nA,q,1,2,1\nA,q,2,1,1", "q,,,20", "", "must not fall from step to step"),
        ("region,equipment,step,invest,max,fixed_invest\nA,q,1,1,1,\nA,q,2,1,1,4", "q,,,20", "", "only the first step"),
        ("region,equipment,invest\nA,q,-1", "q,,,20", "", "must be >= 0"),
        ("region,equipment,invest\nA,q,1", "q,,,", "", "annuity_life"),
        ("region,equipment,invest\nA,q,1", "q,0,,", "", "must be > 0"),
        ("region,equipment,invest\nA,q,1", "q,20,,", "A,q,2000,1", "expired in 2020"),
        ("region,equipment,invest\nA,q,1", "q,20,,", "A,q,2040,1", "later than the last period"),
        ("region,equipment,invest,ratio\nA,q,1,0", "q,20,,", "", "must be > 0"),
        ("region,equipment,invest,usable\nA,q,1,1.5", "q,20,,", "", "must be >= 0 and <= 1"),
        ("region,equipment,invest,from,until\nA,q,1,2030,2025", "q,20,,", "", "is before `from`"),
    ],
)
def test_wrong_ways_of_building_are_refused(builds: str, equipment: str, capacity: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        instance(
            periods="period,start,years\nt1,2025,5\nt2,2030,5",
            equipment=f"equipment,life,rate,annuity_life,unit\n{equipment},t/yr",
            builds=builds,
            capacity=f"region,equipment,built,amount\n{capacity}",
            **ONE,
        )


def test_two_capacity_rows_that_fit_one_place_are_an_error() -> None:
    """`built` is a label: rows with another year add up; the same year twice is an error that names both rows."""
    tables = {
        "periods": "period,start,years\nt1,2025,5",
        "equipment": "equipment,unit,life\nq,t/yr,30",
        "recipes": "route,item,amount\nmake,x,1\nmake,q,-1",
        **ONE,
    }
    board = build(instance(capacity="region,equipment,built,amount\nA,q,2010,3\nA,q,2012,4", **tables)).board
    assert board.labelled("today")["amount"].sum() == 7
    with pytest.raises(InputError, match="rows 1 and 2"):
        build(instance(capacity="region,equipment,built,amount\nA,q,2010,3\nA,q,2010,4", **tables))


def test_closing_has_a_variable_only_where_it_can_pay() -> None:
    """Keeping is free and nothing counts the mill: no variable. With a fixed cost, or a cap on capacity, there is one."""
    plain = {
        "regions": "region\nA",
        "periods": "period,start,years\nt1,2025,1",
        "commodities": "commodity,unit,balance\nx,t,year",
        "equipment": "equipment,unit,annuity_life\nmill,t/yr,9",
        "capacity": "region,equipment,amount\nA,mill,3",
        "recipes": "route,item,amount\nrun,x,1\nrun,mill,-1",
        "markets": "region,commodity,demand\nA,x,1",
    }
    assert compiled(instance(**plain)).columns["closed"].count == 0
    assert compiled(instance(**plain | {"equipment": "equipment,unit,annuity_life,fixed_cost\nmill,t/yr,9,1"})).columns["closed"].count == 1
    capped = instance(**plain, policies="policy,metric,sense,value\ncap,capacity,<=,2")
    assert compiled(capped).columns["closed"].count == 1
    assert solve(capped)["capacity"]["closed"].sum() == pytest.approx(1)
