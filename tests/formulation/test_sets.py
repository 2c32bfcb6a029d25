"""Periods, weights, slices: sets.py has no rows, so its numbers are read off prices and coefficients."""

import pytest
from pytest import approx

from models import InputError
from models.formulation import build
from optimizer import solve
from tests.build import instance
from tests.look import compiled, cost_term, only, row


def test_a_period_weighs_the_discounted_sum_of_its_years() -> None:
    """d = 10 %, base 2025. t1 = 2025, 2026: 1 + 1/1.1 = 1.9090909; t2 = 2030 alone: 1.1^-5 = 0.6209213. Demand 4 and 6 at 10:
    40 × 1.9090909 + 60 × 0.6209213 = 113.61891. A unit more in either period costs 10 in its own money."""
    plan = solve(
        instance(
            discount_rate=0.1,
            regions="region\nA",
            periods="""period,start,years
                t1,2025,2
                t2,2030,1""",
            commodities="commodity,unit,balance\nx,t,year",
            sources="region,commodity,price\nA,x,10",
            markets="""region,commodity,period,demand
                A,x,t1,4
                A,x,t2,6""",
        )
    )
    assert plan.objective == approx(40 * (1 + 1 / 1.1) + 60 * 1.1**-5)
    assert plan.objective == approx(113.61891, abs=1e-5)
    assert plan["balance"]["price"].tolist() == approx([10, 10])


def test_a_written_weight_wins_and_allows_part_years() -> None:
    """Weight 3 for a period of 2.5 years: 3 × 4 × 10 = 120; a unit costs 10."""
    tables = {
        "regions": "region\nA",
        "commodities": "commodity,unit,balance\nx,t,year",
        "sources": "region,commodity,price\nA,x,10",
        "markets": "region,commodity,demand\nA,x,4",
    }
    plan = solve(instance(discount_rate=0.1, periods="period,start,years,weight\nt1,2025,2.5,3", **tables))
    assert plan.objective == approx(120)
    assert only(plan["balance"], commodity="x").price == approx(10)
    with pytest.raises(InputError, match="must be whole"):
        instance(discount_rate=0.1, periods="period,start,years\nt1,2025,2.5", **tables)


def test_seasons_and_the_year_are_sums_of_slices() -> None:
    """Slices a, b (season x) and c: shares 0.2, 0.3, 0.5. A demand of 10 a year is 2, 3, 5; of 4 in season x it is 4 in each of its slices
    (own amounts). Prices 1, 2, 3: 6·1 + 7·2 + 5·3 = 35. Price of c: 3."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="""slice,season,share
            a,x,0.2
            b,x,0.3
            c,,0.5""",
        commodities="commodity,unit,balance\nheat,GJ,slice",
        sources="""region,commodity,slice,price
            A,heat,a,1
            A,heat,b,2
            A,heat,c,3""",
        markets="""region,commodity,market,slice,demand
            A,heat,town,,10
            A,heat,works,x,4""",
    )
    plan = solve(given)
    assert plan.objective == approx(35)
    assert plan["purchases"].set_index("slice")["amount"].to_dict() == approx({"a": 6, "b": 7, "c": 5})
    assert only(plan["balance"], slice="c").price == approx(3)
    board = build(given).board
    assert board.labelled("parts").set_index("p")["share"].to_dict() == approx({"(year)": 1, "x": 0.5, "c": 0.5, "a": 0.2, "b": 0.3})
    portion = {(p, p2): v for p, p2, v in board.labelled("portion").itertuples(index=False)}
    assert portion["x", "a"] == approx(0.4) and portion["(year)", "x"] == approx(0.5) and portion["a", "x"] == 1
    assert ("a", "c") not in portion and ("c", "x") not in portion


def test_no_table_of_slices_is_one_slice() -> None:
    """Demand 3 at 2: cost 6, price 2; the only part is the year."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nheat,GJ,slice",
        sources="region,commodity,price\nA,heat,2",
        markets="region,commodity,demand\nA,heat,3",
    )
    x = compiled(given)
    assert row(x, "balance", "A", "heat", "t1", "(year)").terms == {("purchase", ("A", "heat", "", "t1", "(year)")): 1}
    assert cost_term(x, "purchases", "A", "t1") == {("purchase", ("A", "heat", "", "t1", "(year)")): 2}
    plan = solve(given)
    assert plan.objective == approx(6)
    assert only(plan["balance"], region="A").price == approx(2)


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("slices", "slice,share\na,0.5\nb,0.4", "the shares sum to 0.9"),
        ("periods", "period,start,years\nt1,2025,5\nt2,2029,5", "begins before the period before it ends"),
        ("periods", "period,start,years\nt1,2025,5\nt1,2030,5", "stands in row 1 already"),
        ("periods", "period,start,years\nt1,2025,0", "must be > 0"),
    ],
)
def test_wrong_times_are_refused(table: str, text: str, said: str) -> None:
    tables = {"regions": "region\nA", "periods": "period,start,years\nt1,2025,1", "commodities": "commodity,unit,balance\nx,t,year"}
    with pytest.raises(InputError, match=said):
        instance(**(tables | {table: text}))
