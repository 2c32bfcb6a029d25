"""Policies: sides, spans, lags, members, values by place and period, soft and priced ones; what a shadow price means."""

import pytest
from pytest import approx

from models import Instance
from optimizer import solve
from optimizer.audit import audit
from tests.build import instance
from tests.look import INFINITY, compiled, cost_term, lines, only, row


def intensity() -> Instance:
    return instance(
        regions="region\nA\nB",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance,surplus\nsteel,t,year,no\nenergy,tce,tally,\nva,CNY,tally,",
        routes="route,region,cost\nr-old,A|B,1\nr-new,A|B,2",
        recipes="route,item,amount\nr-old,steel,1\nr-old,energy,1\nr-new,steel,1\nr-new,energy,0.4\nr-old|r-new,va,2",
        markets="region,commodity,demand\nA,steel,10\nB,steel,5",
        policies="""policy,row,side,metric,coefficient,commodity,each,sense,value
            dual,1,left,burden,,energy,region,<=,0.3
            dual,2,right,burden,,va,,,
            dual,3,right,constant,10,,,,""",
    )


def test_an_intensity_is_written_as_a_product() -> None:
    """Old: energy 1, cost 1; new: 0.4, 2; value added 2 a unit, other GDP 10 in each region. Energy <= 0.3 × (value added + 10).
    A: x + 0.4 (10 − x) <= 9: x = 8.3333; B: 5 <= 6. Sum 16.6667. One tce more makes 1/0.6 units old instead of new: 1.6667; of a
    percentage point (30 units on the right): 0.5. Price of steel at A: 2 − 1/3 = 1.6667."""
    plan = solve(intensity())
    assert plan.objective == approx(16.6666667)
    a, b = only(plan["policies"], member="A"), only(plan["policies"], member="B")
    assert (a.shadow_price, a.per_point, a.left, a.right) == approx((1 / 0.6, 0.5, 9, 9))
    assert (b.shadow_price, b.room) == approx((0, 1)) and not b.binds
    assert only(plan["balance"], region="A", commodity="steel").price == approx(5 / 3)


def test_rows_of_two_sides() -> None:
    """0.3 × value added stands on the left with a minus, 0.3 × 10 is the side; each member has its own region's terms."""
    found = row(compiled(intensity()), "policy_at_most", "dual", "B", "t1")
    assert found.terms == approx({("activity", ("B", "r-old", "t1", "(year)")): 1 - 0.6, ("activity", ("B", "r-new", "t1", "(year)")): 0.4 - 0.6})
    assert (found.lower, found.upper) == approx((-INFINITY, 3))


def peak(each: str = "region") -> Instance:
    return instance(
        regions="region\nA\nB",
        periods="period,start,years,weight\nt1,2025,5,1\nt2,2030,5,1\nt3,2035,5,1\nt4,2040,5,1",
        commodities="commodity,unit,balance,surplus\nx,t,year,no\ncoal,t,year,\nco2,t,tally,",
        routes="route,region,cost\nr-dirty,A|B,\nr-clean,A|B,3",
        recipes="route,item,amount\nr-dirty,x,1\nr-dirty,coal,-1\nr-clean,x,1",
        factors="item,on,burden,amount\ncoal,use,co2,1",
        sources="commodity,price\ncoal,1",
        markets="""region,commodity,period,demand
            A,x,t1,1
            A,x,t2,2
            A,x,t3,3
            A,x,t4,4
            B,x,t1,4
            B,x,t2,3
            B,x,t3,2
            B,x,t4,1""",
        policies=f"""policy,row,side,metric,commodity,lag,each,sense,value,from
            peak,1,left,burden,co2,,{each},<=,1,2035
            peak,2,right,burden,co2,1,,,,""",
    )


def test_a_peak_binds_after_its_year() -> None:
    """Coal route 1 a unit, clean 3. From 2035 on CO2 <= that of the period before, each region. A: 1 + 2 + (2 + 3) + (2 + 6) = 16, B 10: 26; for both
    together 20. One of CO2 more for A in 2035 saves 2 there and 2 in 2040: 4; in 2040: 2."""
    plan = solve(peak())
    assert plan.objective == approx(26)
    assert lines(plan["policies"], member="A").set_index("period")["shadow_price"].to_dict() == approx({"t3": 4, "t4": 2})
    assert solve(peak(each="")).objective == approx(20)
    assert row(compiled(peak()), "policy_at_most", "peak", "A", "t3").terms == {
        ("activity", ("A", "r-dirty", "t3", "(year)")): 1,
        ("activity", ("A", "r-dirty", "t2", "(year)")): -1,
    }


SPANS = {
    "regions": "region\nA",
    "periods": "period,start,years,weight\nt1,2025,2,4\nt2,2027,3,1.5",
    "commodities": "commodity,unit,balance,surplus\nx,t,year,no\nb,t,tally,",
    "routes": "route,region,period,cost\ndirty,A,,1\nclean,A,t1,3\nclean,A,t2,2",
    "recipes": "route,item,amount\ndirty,x,1\ndirty,b,1\nclean,x,1",
    "markets": "region,commodity,demand\nA,x,10",
}


def spanned(policies: str, values: str = "") -> Instance:
    return instance(policies=policies, policy_values=f"policy,period,value\n{values}", **SPANS)


def test_span_period() -> None:
    """Dirty 1, clean 3 then 2; demand 10; weights 4 and 1.5. b <= 6 each period: (6 + 12) × 4 + (6 + 8) × 1.5 = 93. Prices 2 and 1, in money of
    their own period."""
    plan = solve(spanned("policy,metric,commodity,sense,value\ncap,burden,b,<=,6"))
    assert plan.objective == approx(93)
    assert plan["policies"]["shadow_price"].tolist() == approx([2, 1])
    assert plan["policies"]["unit"].tolist() == ["t/yr", "t/yr"]


def test_span_to_date() -> None:
    """2 years × rate <= 10, then 2 × t1 + 3 × t2 <= 37: x1 = 5, x2 = 9. (5 + 15) × 4 + (9 + 2) × 1.5 = 96.5. In present value a tonne is worth
    1 × 1.5 / 3 = 0.5 in t2; in t1 2 × 4 / 2 = 4, less the 0.5 it then costs t2: 3.5."""
    given = spanned("policy,metric,commodity,sense,span\ncap,burden,b,<=,to_date", "cap,t1,10\ncap,t2,37")
    second = row(compiled(given), "policy_at_most", "cap", "", "t2")
    assert second.terms == {("activity", ("A", "dirty", "t1", "(year)")): 2, ("activity", ("A", "dirty", "t2", "(year)")): 3}
    assert second.upper == 37
    plan = solve(given)
    assert plan.objective == approx(96.5)
    assert plan["policies"]["shadow_price"].tolist() == approx([3.5, 0.5])
    assert plan["policies"]["unit"].tolist() == ["t", "t"]


def test_span_horizon() -> None:
    """2 × t1 + 3 × t2 <= 37 in one row: t1 all dirty (20), t2 17/3: 10 × 4 + (10 + 13/3) × 1.5 = 61.5. A tonne is worth 0.5 in present value.
    From 2027 alone: 3 × t2 <= 17 is the same plan."""
    plan = solve(spanned("policy,metric,commodity,sense,span\ncap,burden,b,<=,horizon", "cap,t2,37"))
    assert plan.objective == approx(61.5)
    assert plan["policies"]["shadow_price"].tolist() == approx([0.5])
    late = solve(spanned("policy,metric,commodity,sense,value,span,from\ncap,burden,b,<=,17,horizon,2027"))
    assert late.objective == approx(61.5)
    assert only(late["policies"], policy="cap").shadow_price == approx(0.5)


def test_a_horizon_that_looks_back() -> None:
    """From t3 on, one period back: what the dirty route does in t2 and t3 (2 and 3 years), not in t1 and t4."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1\nt2,2026,2\nt3,2028,3\nt4,2031,4",
        commodities="commodity,unit,balance\nx,t,year\nb,t,tally",
        routes="route,region,cost\ndirty,A,1\nclean,A,2",
        recipes="route,item,amount\ndirty,x,1\ndirty,b,1\nclean,x,1",
        markets="region,commodity,demand\nA,x,10",
        policies="policy,metric,commodity,lag,sense,value,span,from\ncap,burden,b,1,<=,30,horizon,2028",
    )
    found = row(compiled(given), "policy_at_most", "cap", "", "t4")
    assert found.terms == {("activity", ("A", "dirty", "t2", "(year)")): 2, ("activity", ("A", "dirty", "t3", "(year)")): 3}


def test_units_follow_the_span() -> None:
    """0.006 kt/yr is 6 t/yr over a period; 0.037 kt is 37 t over the horizon."""
    plan = solve(spanned("policy,metric,commodity,sense,value,unit\ncap,burden,b,<=,0.006,kt/yr"))
    assert plan.objective == approx(93)
    plan = solve(spanned("policy,metric,commodity,sense,value,unit,span\ncap,burden,b,<=,0.037,kt,horizon"))
    assert plan.objective == approx(61.5)


def test_events_are_added_as_they_are() -> None:
    """Fixed cost 1 a year; closing saves it. Old 10 without demand, periods of 2 and 3 years (weights as years). At most 4 closed over the horizon: 4
    at once: 6 × 5 = 30, one more saves 5 (present value). To date 1, then 4: 9 × 2 + 6 × 3 = 36; one more at first saves 2 in t1."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt1,2025,2\nt2,2027,3",
        "commodities": "commodity,unit,balance\nx,t,year",
        "equipment": "equipment,unit,fixed_cost\nold,t/yr,1",
        "capacity": "region,equipment,amount\nA,old,10",
    }
    head = "policy,metric,equipment,sense,value,span\npace,capacity_closed,old,<="
    plan = solve(instance(policies=f"{head},4,horizon", **tables))
    assert plan.objective == approx(30)
    assert only(plan["policies"], policy="pace").shadow_price == approx(5)
    given = instance(policies=f"{head},,to_date", policy_values="policy,period,value\npace,t1,1\npace,t2,4", **tables)
    assert row(compiled(given), "policy_at_most", "pace", "", "t2").terms == {("closed", ("A", "old", "(never)", t)): 1 for t in ("t1", "t2")}
    plan = solve(given)
    assert plan.objective == approx(36)
    assert plan["policies"]["shadow_price"].tolist() == approx([2, 3])


def test_pace_counts_from_what_stands_today() -> None:
    """Old 8 at 1 a year, no demand; close at most a quarter of the period before's capacity: 2 of 8, then 1.5 of 6: (6 + 4.5) × 5 = 52.5.
    One more in t1 saves 5, and leaves 5: 1.25 of 5 go: 3.75 instead of 4.5 stand: 3.75 more: 8.75. A point of 8 is 0.08: 0.7."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,5\nt2,2030,5",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,fixed_cost\nold,t/yr,1",
        capacity="region,equipment,built,amount\nA,old,,5\nA,old,2010,3",
        policies="""policy,row,side,metric,equipment,lag,each,sense,value
            pace,1,left,capacity_closed,old,,region|equipment,<=,0.25
            pace,2,right,capacity,,1,,,""",
    )
    x = compiled(given)
    first, second = row(x, "policy_at_most", "pace", "A|old", "t1"), row(x, "policy_at_most", "pace", "A|old", "t2")
    assert first.terms == {("closed", ("A", "old", "(never)", "t1")): 1} and first.upper == 2
    assert second.terms == {("closed", ("A", "old", "(never)", "t2")): 1, ("standing", ("A", "old", "(never)", "t1")): -0.25}
    plan = solve(given)
    assert plan.objective == approx(52.5)
    found = only(plan["policies"], period="t1")
    assert (found.shadow_price, found.per_point) == approx((8.75, 0.7))


def growth(values: str = "grow,t1,4") -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years,weight\nt1,2027,3,1\nt2,2030,5,1",
        commodities="commodity,unit,balance\nx,t,year",
        routes="route,region,cost\nown,A,1",
        recipes="route,item,amount\nown,x,1",
        sources="region,commodity,price\nA,x,6",
        markets="region,commodity,demand\nA,x,10",
        policies="""policy,row,side,metric,commodity,lag,sense,value,per_year
            grow,1,left,made,x,,<=,1.1,yes
            grow,2,right,made,x,1,,,""",
        policy_values=f"policy,period,base\n{values}",
    )


def test_growth_per_year_from_a_base() -> None:
    """Own x costs 1 against 6; it grows 10 % a year from 4 in the base year 2025: 4 × 1.1² = 4.84 in 2027, × 1.1³ = 6.44204 in 2030.
    (60 − 5 × 4.84) + (60 − 5 × 6.44204) = 63.5898. One more in 2027 saves 5 and 1.331 × 5 later: 11.655; in 2030 5."""
    given = growth()
    assert row(compiled(given), "policy_at_most", "grow", "", "t1").upper == approx(4.84)
    assert row(compiled(given), "policy_at_most", "grow", "", "t2").terms[("activity", ("A", "own", "t1", "(year)"))] == approx(-(1.1**3))
    plan = solve(given)
    assert plan.objective == approx(63.5898)
    assert plan["policies"]["shadow_price"].tolist() == approx([11.655, 5])


def shared(policies: str, values: str = "") -> Instance:
    """x is wanted at A (10) and made at A for 1, B for 3, C for 4 and sent freely."""
    return instance(
        regions="region,groups\nA,north\nB,north\nC,",
        periods="period,start,years,weight\nt1,2025,5,1\nt2,2030,5,1",
        commodities="commodity,unit,balance\nx,t,year",
        routes="route,region,cost\nmake,A,1\nmake,B,3\nmake,C,4",
        recipes="route,item,amount\nmake,x,1",
        links="origin,destination,mode\nB|C,A,road",
        freight="mode,commodity\nroad,x",
        markets="region,commodity,demand\nA,x,10",
        policies=policies,
        policy_values=f"policy,row,region,period,value\n{values}",
    )


def test_a_star_is_the_whole_a_blank_the_same_member() -> None:
    """Nobody makes more than half of all: 5 at A, 5 at B: 20 in each of two periods. Loosened by 1, A makes 1 more, B 1 less: 2."""
    given = shared("""policy,row,side,metric,region,commodity,each,sense,value
        half,1,left,made,,x,region,<=,0.5
        half,2,right,made,*,x,,,""")
    found = row(compiled(given), "policy_at_most", "half", "B", "t2")
    assert found.terms == {("activity", (r, "make", "t2", "(year)")): 0.5 if r == "B" else -0.5 for r in "ABC"}
    plan = solve(given)
    assert plan.objective == approx(40)
    assert lines(plan["policies"], member="A")["shadow_price"].tolist() == approx([2, 2])


def test_members_come_from_the_heads_cell() -> None:
    """Each region of the north at most 4: A 4, B 4, C 2: 24 a period; A's price 4 − 1 = 3, B's 1, and C has no row."""
    plan = solve(shared("policy,metric,region,commodity,each,sense,value\ncap,made,north,x,region,<=,4"))
    assert plan.objective == approx(48)
    assert set(plan["policies"]["member"]) == {"A", "B"}
    assert lines(plan["policies"], period="t1").set_index("member")["shadow_price"].to_dict() == approx({"A": 3, "B": 1})


def test_a_filled_cell_is_taken_as_written() -> None:
    """B and C make at least half of what A makes: B = C = 2.5, A 5."""
    plan = solve(
        shared("""policy,row,side,metric,region,commodity,each,sense,value
            half,1,left,made,B|C,x,region,>=,0.5
            half,2,right,made,A,x,,,""")
    )
    assert plan.objective == approx(2 * (5 + 7.5 + 10))
    assert set(plan["policies"]["member"]) == {"B", "C"}
    # loosened by 1 for B: b = 0.5 a − 1, c = 0.5 a, a = 5.5: 5.5 + 5.25 + 11 = 21.75, 0.75 less
    assert lines(plan["policies"], member="B", period="t1")["shadow_price"].tolist() == approx([0.75])


def test_values_by_place_and_period() -> None:
    """Caps: 4 for all, 3 in the north, 2 for A and 5 for C in t2. t1: A 3, B 3, C 4: 3 + 9 + 16 = 28; t2: A 2, B 3, C 5: 2 + 9 + 20 = 31.
    A unit more at A is one less at C: 4 − 1 = 3."""
    given = shared(
        "policy,metric,commodity,each,sense\ncap,made,x,region,<=",
        "cap,,,,4\ncap,,north,,3\ncap,,A,t2,2\ncap,,C,t2,5",
    )
    x = compiled(given)
    assert [row(x, "policy_at_most", "cap", r, t).upper for t in ("t1", "t2") for r in "ABC"] == [3, 3, 4, 2, 3, 5]
    plan = solve(given)
    assert plan.objective == approx(28 + 31)
    assert only(plan["policies"], member="A", period="t1").shadow_price == approx(3)


def test_coefficients_by_row_and_period() -> None:
    """Points: 3 a unit at A, at B and C 1 in 2025, 2 in 2030, at most 12 and 22: 3a + b <= 12, a + b = 10: a = 1; 3a + 2b <= 22: a = 2: 28 + 26.
    A point more moves half a unit to A, then a whole one: 1 and 2."""
    given = shared(
        "policy,row,side,metric,region,commodity,sense\npoints,1,left,made,A,x,<=\npoints,2,left,made,B|C,x,",
        "points,,,t1,12\npoints,,,t2,22\npoints,1,,,3\npoints,2,,t1,1\npoints,2,,t2,2",
    )
    assert row(compiled(given), "policy_at_most", "points", "", "t2").terms == {
        ("activity", ("A", "make", "t2", "(year)")): 3,
        ("activity", ("B", "make", "t2", "(year)")): 2,
        ("activity", ("C", "make", "t2", "(year)")): 2,
    }
    plan = solve(given)
    assert plan.objective == approx(54)
    assert plan["policies"]["shadow_price"].tolist() == approx([1, 2])


def test_each_period_of_a_span_has_its_own_coefficient() -> None:
    """b counts 1 in t1, half in t2: 2 × x1 + 1.5 × x2 <= 26 over the horizon. A counted tonne is worth 4 in t1 and 1.5 / 1.5 = 1 in t2:
    x1 = 10, x2 = 4: 40 + (4 + 12) × 1.5 = 64. To date (20, then 26) the same plan; there t1 is worth 4 − 1 = 3."""
    head = "policy,row,metric,commodity,sense,span\ncap,1,burden,b,<=,"
    values = "policy,row,period,value\ncap,1,t1,1\ncap,1,t2,0.5\ncap,,t1,20\ncap,,t2,26"
    horizon = instance(policies=f"{head}horizon", policy_values=values, **SPANS)
    assert row(compiled(horizon), "policy_at_most", "cap", "", "t2").terms == {
        ("activity", ("A", "dirty", "t1", "(year)")): 2,
        ("activity", ("A", "dirty", "t2", "(year)")): 1.5,
    }
    plan = solve(horizon)
    assert plan.objective == approx(64)
    assert plan["policies"]["shadow_price"].tolist() == approx([1])
    to_date = instance(policies=f"{head}to_date", policy_values=values.replace("t1,20", "t1,19"), **SPANS)
    assert row(compiled(to_date), "policy_at_most", "cap", "", "t2").terms[("activity", ("A", "dirty", "t1", "(year)"))] == 2
    plan = solve(to_date)  # x1 = 9.5, x2 = 14/3: a tonne more in t1 saves 4, and costs 1 in t2
    assert plan.objective == approx(11 * 4 + (20 - 14 / 3) * 1.5)
    assert plan["policies"]["shadow_price"].tolist() == approx([3, 1])


def test_a_base_is_taken_before_the_value_alone_multiplies_it() -> None:
    """made <= 1.5 × (2 × made one period ago): with a base of 4 in t1 that is 6 (the base stands in for the lagged row, coefficient and all); in t2
    3 × t1. Own 1, bought 6, demand 10, weights 1: t1 6 + 24, t2 10: 40. One more in t1: 5."""
    given = instance(
        regions="region\nA",
        periods="period,start,years,weight\nt1,2025,5,1\nt2,2030,5,1",
        commodities="commodity,unit,balance\nx,t,year",
        routes="route,region,cost\nown,A,1",
        recipes="route,item,amount\nown,x,1",
        sources="region,commodity,price\nA,x,6",
        markets="region,commodity,demand\nA,x,10",
        policies="policy,row,side,metric,coefficient,commodity,lag,sense,value\ng,1,left,made,,x,,<=,1.5\ng,2,right,made,2,x,1,,",
        policy_values="policy,period,base\ng,t1,4",
    )
    x = compiled(given)
    assert row(x, "policy_at_most", "g", "", "t1").upper == approx(6)
    assert row(x, "policy_at_most", "g", "", "t2").terms[("activity", ("A", "own", "t1", "(year)"))] == approx(-3)
    plan = solve(given)
    assert plan.objective == approx(40)
    assert only(plan["policies"], period="t1").shadow_price == approx(5)


def test_right_hand_shares_of_several_metrics() -> None:
    """B >= 0.1 × (A + 2 × C + 10): with C = 0, B = 0.1 × (10 − B + 10): B = 20/11, A = 90/11: (90 + 60)/11 = 13.6364 a period. Loosened by 1,
    1.1 B = 1: 10/11 units back to A: 1.8182."""
    plan = solve(
        shared("""policy,row,side,metric,coefficient,region,commodity,sense,value
            share,1,left,made,,B,x,>=,0.1
            share,2,right,made,,A,x,,
            share,3,right,made,2,C,x,,
            share,4,right,constant,10,,,,""")
    )
    assert plan.objective == approx(2 * 150 / 11)
    assert plan["policies"]["shadow_price"].tolist() == approx([20 / 11, 20 / 11])


def test_equality_keeps_a_sign() -> None:
    """B = 4: 6 + 12 = 18 a period; +1 on the right costs 2. C = 0 (it would be anyway): +1 costs 3. B <= 4 would be worth nothing."""
    plan = solve(shared("policy,metric,region,commodity,sense,value\nfour,made,B,x,=,4"))
    assert plan.objective == approx(36)
    assert plan["policies"]["shadow_price"].tolist() == approx([2, 2])
    assert row(compiled(shared("policy,metric,region,commodity,sense,value\nfour,made,B,x,=,4")), "policy_equal", "four", "", "t1").lower == 4
    less = solve(shared("policy,metric,region,commodity,sense,value\ntwo,made,A,x,=,2"))
    assert less.objective == approx(52)
    assert less["policies"]["shadow_price"].tolist() == approx([-2, -2])


def test_windows_and_inactive_policies() -> None:
    """From 2030 only: t1 10, t2 4 + 18 = 22. Inactive: 20."""
    head = "policy,metric,region,commodity,sense,value,from,until,active\ncap,made,A,x,<=,4"
    assert solve(shared(f"{head},2030,,")).objective == approx(10 + 22)
    assert solve(shared(f"{head},,2025,")).objective == approx(10 + 22)
    assert solve(shared(f"{head},,,no")).objective == approx(20)
    assert only(solve(shared(f"{head},2030,,"))["policies"], policy="cap").shadow_price == approx(2)


def soft(sense: str, value: str, price: float, more: str = "", columns: str = "") -> Instance:
    return spanned(f"policy,metric,commodity,sense,value,price{columns}\ncap,burden,b,{sense},{value},{price}{more}")


def test_soft_at_most() -> None:
    """b <= 6 at 1.5 a unit of breach: t1 (saving 2 > 1.5) breaches 4: 10 + 6 = 16; t2 (saving 1) does not: 6 + 8 = 14. 64 + 21 = 85. The price of
    t1's row is that of the breach."""
    given = soft("<=", "6", 1.5)
    found = row(compiled(given), "policy_at_most", "cap", "", "t1")
    assert found.terms == {("activity", ("A", "dirty", "t1", "(year)")): 1, ("over", ("cap//t1",)): -1}
    assert cost_term(compiled(given), "breaches", "cap", "", "t1") == {("over", ("cap//t1",)): 6}
    plan = solve(given)
    assert plan.objective == approx(16 * 4 + 14 * 1.5)
    assert plan["policies"]["shadow_price"].tolist() == approx([1.5, 1])
    assert plan["policies"]["breach"].tolist() == approx([4, 0])


def test_soft_at_least() -> None:
    """At most what demand allows is 10; b >= 12 at 5: breach 2 in both: (10 + 10) × 5.5 = 110; price 5."""
    given = soft(">=", "12", 5)
    found = row(compiled(given), "policy_at_least", "cap", "", "t2")
    assert found.terms == {("activity", ("A", "dirty", "t2", "(year)")): 1, ("under", ("cap//t2",)): 1} and found.lower == 12
    plan = solve(given)
    assert plan.objective == approx(110)
    assert plan["policies"]["breach"].tolist() == approx([2, 2])
    assert plan["policies"]["shadow_price"].tolist() == approx([5, 5])


def test_soft_equal() -> None:
    """b = 6 at 1.5: over by 4 in t1 (16), met in t2 (14): 85 as for <=; b = 12: under by 2 at 1.5: 13 × 5.5 = 71.5."""
    plan = solve(soft("=", "6", 1.5))
    assert plan.objective == approx(85)
    assert plan["policies"]["shadow_price"].tolist() == approx([-1.5, -1])
    assert plan["policies"]["breach"].tolist() == approx([4, 0])
    assert row(compiled(soft("=", "6", 1.5)), "policy_equal", "cap", "", "t1").terms == {
        ("activity", ("A", "dirty", "t1", "(year)")): 1,
        ("over", ("cap//t1",)): -1,
        ("under", ("cap//t1",)): 1,
    }
    assert solve(soft("=", "12", 1.5)).objective == approx(71.5)


def test_soft_horizon_and_events() -> None:
    """A horizon's breach is paid in present value: 37 over both at 0.3 < 0.5: all dirty, 50 − 37 = 13 × 0.3: 55 + 3.9. At 0.6: met, 61.5.
    An event's breach weighs weight / years."""
    assert solve(soft("<=", "37", 0.3, ",horizon", ",span")).objective == approx(58.9)
    assert solve(soft("<=", "37", 0.6, ",horizon", ",span")).objective == approx(61.5)
    given = instance(
        regions="region\nA",
        periods="period,start,years,weight\nt1,2025,5,4",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,fixed_cost\nold,t/yr,1",
        capacity="region,equipment,amount\nA,old,10",
        policies="policy,metric,equipment,sense,value,price\npace,capacity_closed,old,<=,3,2",
    )
    assert cost_term(compiled(given), "breaches", "pace", "", "t1") == approx({("over", ("pace//t1",)): 2 * 4 / 5})
    plan = solve(given)  # closing a unit saves 4, its breach costs 1.6: all 10 close
    assert plan.objective == approx(7 * 1.6)
    assert only(plan["policies"], policy="pace").shadow_price == approx(2)


def test_a_price_on_a_rate_has_no_row() -> None:
    """A tax of 1.5 on b: t1 dirty costs 2.5 < 3, t2 2.5 > 2: 25 × 4 + 20 × 1.5 = 130; the tax is 15 a year in t1. x costs 2.5, then 2."""
    given = spanned("policy,metric,commodity,sense,value\ntax,burden,b,price,1.5")
    assert compiled(given).rows["policy_at_most"].count == 0
    plan = solve(given)
    assert plan.objective == approx(130)
    assert lines(plan["costs"], term="priced: tax").set_index("period")["annual"].to_dict() == approx({"t1": 15})
    assert lines(plan["balance"], commodity="x")["price"].tolist() == approx([2.5, 2])


def test_a_price_by_period_and_on_an_exogenous_amount() -> None:
    """The tax falls from 3 to 0.5: clean then dirty: 30 × 4 + 15 × 1.5 = 142.5. A constant of 2 taxed adds 6 × 4 + 1 × 1.5 = 25.5: the sum of
    `costs` is still the objective."""
    values = "tax,t1,3\ntax,t2,0.5"
    assert solve(spanned("policy,metric,commodity,sense\ntax,burden,b,price", values)).objective == approx(142.5)
    plan = solve(spanned("policy,row,metric,commodity,coefficient,sense\ntax,1,burden,b,,price\ntax,2,constant,,2,", values))
    assert plan.objective == approx(168)
    assert plan["costs"]["present_value"].sum() == approx(168)


def sliced(policies: str) -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="slice,season,share\na,wet,0.25\nb,wet,0.25\nc,dry,0.5",
        commodities="commodity,unit,balance,surplus\nx,t,slice,no",
        sources="region,commodity,supplier,price\nA,x,cheap,1\nA,x,dear,4",
        markets="region,commodity,demand\nA,x,16",
        policies=policies,
    )


def test_slices_are_summed_unless_scoped() -> None:
    """x 4, 4, 8; cheap 1, dear 4. Cheap <= 10 a year: 10 + 24 = 34; <= 5 in the wet season: 5 + 12 + 8 = 25; <= 3 in each slice: 9 + 28 = 37. Price
    3."""
    head = "policy,metric,party,slice,each,sense,value\ncap,purchase,cheap"
    year, wet, each = solve(sliced(f"{head},,,<=,10")), solve(sliced(f"{head},wet,,<=,5")), solve(sliced(f"{head},,slice,<=,3"))
    assert (year.objective, wet.objective, each.objective) == approx((34, 25, 37))
    assert only(year["policies"], policy="cap").shadow_price == only(wet["policies"], policy="cap").shadow_price == approx(3)
    assert each["policies"].set_index("member")["shadow_price"].to_dict() == approx({"a": 3, "b": 3, "c": 3})
    found = row(compiled(sliced(f"{head},wet,,<=,5")), "policy_at_most", "cap", "", "t1")
    assert found.terms == {("purchase", ("A", "x", "cheap", "t1", s)): 1 for s in ("a", "b")}


def test_a_slice_of_what_runs_by_the_year_is_its_portion() -> None:
    """A route run by the year: slice a holds a quarter of it. At most 2 in a: 8 in all at 0, 8 bought at 4: 32; a unit of room in a is 4 units:
    16."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="slice,season,share\na,wet,0.25\nb,wet,0.25\nc,dry,0.5",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,run\nplant,t/yr,year",
        capacity="region,equipment,amount\nA,plant,99",
        recipes="route,item,amount\nmake,x,1\nmake,plant,-1",
        sources="region,commodity,price\nA,x,4",
        markets="region,commodity,demand\nA,x,16",
        policies="policy,metric,commodity,slice,sense,value\ncap,made,x,a,<=,2",
    )
    plan = solve(given)
    assert plan.objective == approx(32)
    assert only(plan["policies"], policy="cap").shadow_price == approx(16)


def test_each_party() -> None:
    """Suppliers near (1) and far (2), at most 3 each; a third at 9: demand 8: 3 + 6 + 18 = 27; prices 8 and 7."""
    plan = solve(
        instance(
            regions="region\nA",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\nx,t,year",
            sources="region,commodity,supplier,price\nA,x,near,1\nA,x,far,2\nA,x,last,9",
            markets="region,commodity,demand\nA,x,8",
            policies="policy,metric,commodity,party,each,sense,value\ncap,purchase,x,near|far,party,<=,3",
        )
    )
    assert plan.objective == approx(27)
    assert plan["policies"].set_index("member")["shadow_price"].to_dict() == approx({"near": 8, "far": 7})


@pytest.mark.parametrize("suppliers", [("near", "far"), ("far", "near")])
def test_each_party_has_its_own_value(suppliers: tuple[str, str]) -> None:
    """At most 3 of near and 1 of far, in whatever order they are named; the others cost 9: demand 8: 3 + 2 + 36 = 41."""
    price, most = {"near": 1, "far": 2}, {"near": 3, "far": 1}
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        sources="region,commodity,supplier,price\n" + "\n".join(f"A,x,{s},{price[s]}" for s in suppliers) + "\nA,x,last,9",
        markets="region,commodity,demand\nA,x,8",
        policies="policy,metric,commodity,party,each,sense\ncap,purchase,x,near|far,party,<=",
        policy_values="policy,party,value\n" + "\n".join(f"cap,{s},{most[s]}" for s in suppliers),
    )
    matrices = compiled(given)
    assert {s: row(matrices, "policy_at_most", "cap", s, "t1").upper for s in suppliers} == most
    assert solve(given).objective == approx(41)


def test_a_member_without_left_terms_writes_no_row_and_is_listed() -> None:
    """Capacity stands at A alone: B has no row, and the plan says so. Of 3 at A (1 a year each) 2 are kept: 2; price 1."""
    given = instance(
        regions="region\nA\nB",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,fixed_cost\nold,t/yr,1",
        capacity="region,equipment,amount\nA,old,3",
        policies="policy,metric,equipment,each,sense,value\nfloor,capacity,old,region,>=,2",
    )
    plan = solve(given)
    assert plan.objective == approx(2)
    assert plan["policies"]["member"].tolist() == ["A"]
    assert only(plan["policies"], member="A").shadow_price == approx(1)
    assert any("writes no row for B" in warning for warning in plan.summary["warnings"])


def test_a_sum_of_several_units_is_in_that_of_the_first_name() -> None:
    """At most 5 of fine [kt] and coarse [t] together, whatever the order in which they are named: 2 kt of fine are wanted, so 3,000 t of coarse."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt,2025,1",
        "commodities": "commodity,unit,balance\nfine,kt,year\ncoarse,t,year",
        "routes": "route,region,cost\nmill,A,1\nbreak,A,0.001",
        "recipes": "route,item,amount\nmill,fine,1\nbreak,coarse,1",
        "markets": "region,commodity,demand,price,max\nA,fine,2,,\nA,coarse,0,1,9000",
    }
    for scope in ("fine|coarse", "coarse|fine"):
        for value, unit in (("5", ""), ("5000", "t/yr")):
            policies = f"policy,metric,commodity,sense,value,unit\ncap,made,{scope},<=,{value},{unit}"
            case = instance(**tables, policies=policies)
            plan = solve(case)
            assert plan["balance"].set_index("commodity")["made"].to_dict() == approx({"fine": 2, "coarse": 3000})
            assert "agrees" in audit(plan, case).en
