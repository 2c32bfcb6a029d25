"""Sources and markets in tiers, optional sales, firm demand, shortage at a price."""

import pytest
from pytest import approx

from models import InputError, Instance
from models.formulation import build
from optimizer import solve
from tests.build import instance
from tests.look import INFINITY, compiled, cost_term, lines, only, row

ONE = {"regions": "region\nA", "periods": "period,start,years\nt1,2025,1", "commodities": "commodity,unit,balance\nx,t,year"}


def tiers(most: float = 3, demand: float = 5, least: float = 0) -> Instance:
    return instance(
        sources=f"region,commodity,supplier,price,min,max\nA,x,near,1,,{most}\nA,x,far,4,{least},",
        markets=f"region,commodity,market,demand,price,max\nA,x,home,{demand},,\nA,x,abroad,,3,10",
        **ONE,
    )


def test_tiers_of_a_source() -> None:
    """Near 1, at most 3; far 4; abroad pays 3 for up to 10. Demand 5: 3 + 2 × 4 = 11; price 4 (abroad pays less than far costs).
    With 7 near: 7 × 1 − 2 × 3 = 1; price 3: what is used at home is not sold. One unit of near more saves 4 − 1 = 3, then 2."""
    plan = solve(tiers())
    assert plan.objective == approx(11)
    assert only(plan["balance"], commodity="x").price == approx(4)
    rich = solve(tiers(7))
    assert rich.objective == approx(1)
    assert only(rich["balance"], commodity="x").price == approx(3)
    assert solve(tiers(4)).objective == approx(11 - 3) and solve(tiers(8)).objective == approx(1 - 2)
    assert only(rich["markets"], market="abroad").sale == approx(2)


def test_a_least_purchase_is_bought_even_at_a_loss() -> None:
    """Far must sell 4: demand 5 = 1 near + 4 far, and selling near at 3 abroad brings 2 a unit: near 3, sale 2: 3 + 16 − 6 = 13. Price 3."""
    plan = solve(tiers(least=4))
    assert plan.objective == approx(13)
    assert only(plan["balance"], commodity="x").price == approx(3)


def test_rows_of_trade() -> None:
    x = compiled(tiers(least=4))
    near, far, abroad = ("A", "x", "near", "t1", "(year)"), ("A", "x", "far", "t1", "(year)"), ("A", "x", "abroad", "t1", "(year)")
    most = row(x, "purchase_most", *near)
    assert most.terms == {("purchase", near): 1} and (most.lower, most.upper) == (-INFINITY, 3)
    least = row(x, "purchase_least", *far)
    assert least.terms == {("purchase", far): 1} and (least.lower, least.upper) == (4, INFINITY)
    sold = row(x, "sale_most", *abroad)
    assert sold.terms == {("sale", abroad): 1} and (sold.lower, sold.upper) == (-INFINITY, 10)
    assert x.rows["purchase_most"].count == x.rows["purchase_least"].count == x.rows["sale_most"].count == 1
    assert cost_term(x, "sales", "A", "t1") == {("sale", abroad): -3}
    assert cost_term(x, "purchases", "A", "t1") == {("purchase", near): 1, ("purchase", far): 4}


def test_shortage_at_a_price() -> None:
    """3 at 1, demand 5 with penalty 50: 3 + 100 = 103; price 50, marked as a penalty. No penalty: no plan."""
    given = instance(
        sources="region,commodity,price,max\nA,x,1,3",
        markets="region,commodity,market,demand,shortage_price\nA,x,home,5,50",
        **ONE,
    )
    x = compiled(given)
    short = row(x, "shortage_most", "A", "x", "home", "t1", "(year)")
    assert short.terms == {("shortage", ("A", "x", "home", "t1", "(year)")): 1} and (short.lower, short.upper) == (-INFINITY, 5)
    assert row(x, "balance", "A", "x", "t1", "(year)").terms == {
        ("purchase", ("A", "x", "", "t1", "(year)")): 1,
        ("shortage", ("A", "x", "home", "t1", "(year)")): 1,
    }
    assert cost_term(x, "shortages", "A", "t1") == {("shortage", ("A", "x", "home", "t1", "(year)")): 50}
    plan = solve(given)
    assert plan.objective == approx(103)
    balance = only(plan["balance"], commodity="x")
    assert balance.price == approx(50) and balance.penalty
    none = solve(instance(sources="region,commodity,price,max\nA,x,1,3", markets="region,commodity,demand\nA,x,5", **ONE))
    assert none.status == "infeasible" and none.certified


def test_a_years_amount_is_shared_out_a_slices_amount_is_its_own() -> None:
    """Slices 1/4, 3/4. Cheap 1 with max 8 a year: 2, 6; in `a` a second supplier of 5 of its own at 2. Demand 12: 3, 9, and 1 more in `a` alone.
    a: 4 = 2 × 1 + 2 × 2; b: 9 = 6 × 1 + 3 × 7. 6 + 27 = 33. Prices 2 and 7."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="slice,share\na,0.25\nb,0.75",
        commodities="commodity,unit,balance\nx,t,slice",
        sources="region,commodity,supplier,slice,price,max\nA,x,cheap,,1,8\nA,x,second,a,2,5\nA,x,dear,,7,",
        markets="region,commodity,market,slice,demand\nA,x,all,,12\nA,x,own,a,1",
    )
    x = compiled(given)
    assert row(x, "purchase_most", "A", "x", "cheap", "t1", "b").upper == 6
    assert row(x, "purchase_most", "A", "x", "second", "t1", "a").upper == 5
    assert row(x, "balance", "A", "x", "t1", "a").lower == 4
    plan = solve(given)
    assert plan.objective == approx(33)
    assert plan["balance"].set_index("slice")["price"].to_dict() == approx({"a": 2, "b": 7})


def test_a_slice_row_beside_the_years_wins_for_its_slice() -> None:
    """Same supplier, blank slice max 8 (share 2, 6) and slice `a` max 5 at price 3: `a` has its own 5 at 3. Demand 4 in each at a year's 8, halved
    by share: 2 and 6: 2 × 3 + 6 × 1 = 12; price 3 in `a`."""
    plan = solve(
        instance(
            regions="region\nA",
            periods="period,start,years\nt1,2025,1",
            slices="slice,share\na,0.25\nb,0.75",
            commodities="commodity,unit,balance\nx,t,slice",
            sources="region,commodity,slice,price,max\nA,x,,1,8\nA,x,a,3,5",
            markets="region,commodity,demand\nA,x,8",
        )
    )
    assert plan.objective == approx(12)
    assert only(plan["balance"], slice="a").price == approx(3)


def test_a_supplier_of_less_than_one() -> None:
    """Half a unit at 1, the rest of 5 at 4: 18.5."""
    plan = solve(instance(sources="region,commodity,supplier,price,max\nA,x,near,1,0.5\nA,x,far,4,", markets="region,commodity,demand\nA,x,5", **ONE))
    assert plan.objective == approx(18.5)


def test_a_supplier_with_nothing_to_sell_is_none() -> None:
    """max = 0 is no source: what nobody can supply is named before solving."""
    with pytest.raises(InputError, match="x is wanted at A in t1, and cannot get there: no source of x; no route can make x"):
        build(instance(sources="region,commodity,price,max\nA,x,1,0", markets="region,commodity,demand\nA,x,5", **ONE))


@pytest.mark.parametrize(
    ("sources", "markets", "said"),
    [
        ("region,commodity,price,min,max\nA,x,1,4,3", "region,commodity,demand\nA,x,5", "is above max"),
        ("region,commodity,price\nA,x,1", "region,commodity,max\nA,x,5", "required where max is given"),
        ("region,commodity,price\nA,x,1", "region,commodity,demand\nA,x,-5", "must be >= 0"),
        ("region,commodity,price\nA,x,", "region,commodity,demand\nA,x,5", "may not be empty"),
        ("region,commodity,price,clean\nA,x,1,2", "region,commodity,demand\nA,x,5", "must be >= 0 and <= 1"),
        ("region,commodity,price\nA,x,1", "region,commodity,slice,demand\nA,x,(year),5", "has no slices"),
        ("region,commodity,price\nA,smoke,1", "region,commodity,demand\nA,x,5", "cannot be bought"),
    ],
)
def test_wrong_trade_is_refused(sources: str, markets: str, said: str) -> None:
    tables = ONE | {"commodities": "commodity,unit,balance\nx,t,year\nsmoke,t,tally"}
    with pytest.raises(InputError, match=said):
        instance(sources=sources, markets=markets, **tables)


def test_a_sale_for_less_than_nothing_is_not_made() -> None:
    """A price below zero is paid for taking the good: by-product 2 a unit of x is wasted freely instead. Demand 3 at 1: 3; slag's price 0."""
    plan = solve(
        instance(
            regions="region\nA",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\nx,t,year\nslag,t,year\nore,t,year",
            routes="route,region\nmake,A",
            recipes="route,item,amount\nmake,x,1\nmake,slag,2\nmake,ore,-1",
            sources="region,commodity,price\nA,ore,1",
            markets="region,commodity,market,demand,price,max\nA,x,,3,,\nA,slag,dump,,-1,9",
        )
    )
    assert plan.objective == approx(3)
    assert only(plan["balance"], commodity="slag").price == approx(0)
    assert lines(plan["markets"], market="dump")["sale"].tolist() == approx([0])
