"""Routes within usable capacity, by run mode; minimum load; availability."""

import pytest
from pytest import approx

from models import InputError, Instance
from models.formulation import build
from optimizer import solve
from tests.build import instance
from tests.look import INFINITY, compiled, cost_term, lines, only, row


def heat(second: float = 1) -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="slice,season,share\ns1,x,0.25\ns2,x,0.25\ns3,y,0.5",
        commodities="commodity,unit,balance\nheat,GJ,slice",
        equipment="equipment,unit,annuity_life,run,min_load\nplant,GJ/yr,20,season,0.6",
        capacity="region,equipment,amount\nA,plant,8",
        availability="equipment,slice,amount\nplant,s2,0.5",
        routes="route,cost\nburn,1",
        recipes="route,item,amount\nburn,heat,1\nburn,plant,-1",
        sources="region,commodity,price\nA,heat,3",
        markets=f"region,commodity,slice,demand\nA,heat,s1,2\nA,heat,s2,{second}\nA,heat,s3,1",
    )


def test_run_by_season_with_minimum_load() -> None:
    """Plant 8: season x = s1 + s2 (availability 1, 0.5), y = s3. At most 8 × (0.25 + 0.125) = 3 in x, half in each slice, and 4 in y; at least
    0.6 × 7 = 4.2 in all. Cost 1, grid 3; demand 2, 1, 1. x: a = 3, grid 0.5 in s1; y: 1.2. 4.2 + 1.5 = 5.7. Prices 3 (grid), 0, 0 (waste)."""
    plan = solve(heat())
    assert plan.objective == approx(5.7)
    assert plan["balance"].set_index("slice")["price"].to_dict() == approx({"s1": 3, "s2": 0, "s3": 0})
    assert plan["production"].set_index("slice")["activity"].to_dict() == approx({"x": 3, "y": 1.2})
    assert only(plan["capacity"], equipment="plant").used == approx(0.6)


def test_rows_of_a_season() -> None:
    x = compiled(heat())
    season = row(x, "usable_capacity", "A", "plant", "t1", "x")
    assert season.terms == approx({("activity", ("A", "burn", "t1", "x")): 1, ("standing", ("A", "plant", "(never)", "t1")): -0.375})
    assert (season.lower, season.upper) == (-INFINITY, 0)
    least = row(x, "minimum_load", "A", "plant", "t1")
    assert least.terms == approx(
        {
            ("activity", ("A", "burn", "t1", "x")): 1,
            ("activity", ("A", "burn", "t1", "y")): 1,
            ("standing", ("A", "plant", "(never)", "t1")): -0.6 * 0.875,
        }
    )
    assert (least.lower, least.upper) == (0, INFINITY)
    assert row(x, "balance", "A", "heat", "t1", "s2").terms == approx(
        {("activity", ("A", "burn", "t1", "x")): 0.5, ("purchase", ("A", "heat", "", "t1", "s2")): 1}
    )
    assert cost_term(x, "operation", "A", "t1") == {("activity", ("A", "burn", "t1", "x")): 1, ("activity", ("A", "burn", "t1", "y")): 1}


def run(how: str) -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="slice,season,share\na,x,0.25\nb,x,0.25\nc,y,0.5",
        commodities="commodity,unit,balance\nheat,GJ,slice",
        equipment=f"equipment,unit,run\nplant,GJ/yr,{how}",
        capacity="region,equipment,amount\nA,plant,4",
        routes="route,cost\nburn,1",
        recipes="route,item,amount\nburn,heat,1\nburn,plant,-1",
        sources="region,commodity,price\nA,heat,3",
        markets="region,commodity,slice,demand\nA,heat,a,2\nA,heat,b,0.1\nA,heat,c,0.5",
    )


@pytest.mark.parametrize(
    ("how", "cost", "price"),
    [
        ("slice", 4.6, {"a": 3, "b": 1, "c": 1}),
        ("season", 5.5, {"a": 3, "b": 0, "c": 1}),
        ("year", 6.25, {"a": 3, "b": 0, "c": 0.5}),
    ],
)
def test_run_modes(how: str, cost: float, price: dict[str, float]) -> None:
    """Plant 4, demand 2, 0.1, 0.5 in slices of 0.25, 0.25, 0.5; own cost 1, grid 3. By slice: 1 + 3 + 0.1 + 0.5 = 4.6.
    By season: 1 in a wastes 1 in b, still cheaper than the grid: 2 + 3 + 0.5 = 5.5. By year: activity 1 gives 0.25, 0.25, 0.5, worth 2.25;
    more is worth 0.75 only: 1 + 1.75 × 3 = 6.25, and a unit in c costs (1 − 0.75) / 0.5 = 0.5."""
    plan = solve(run(how))
    assert plan.objective == approx(cost)
    assert plan["balance"].set_index("slice")["price"].to_dict() == approx(price)


def test_a_route_on_two_equipments_takes_the_coarsest_run() -> None:
    """Mill runs by slice (3), mine by year (10); a unit of metal takes one of each. Run by year, it is spread by share: the mill's row of each
    slice holds half the activity, so 3 a year can be made: 3 × 1 + 2 × 5 = 13; price 5."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        slices="slice,share\na,0.5\nb,0.5",
        commodities="commodity,unit,balance\nmetal,t,year",
        equipment="equipment,unit,run\nmill,t/yr,slice\nmine,t/yr,year",
        capacity="region,equipment,amount\nA,mill,3\nA,mine,10",
        routes="route,cost\nmake,1",
        recipes="route,item,amount\nmake,metal,1\nmake,mill,-1\nmake,mine,-2",
        sources="region,commodity,price\nA,metal,5",
        markets="region,commodity,demand\nA,metal,5",
    )
    x = compiled(given)
    assert row(x, "usable_capacity", "A", "mill", "t1", "b").terms == {
        ("activity", ("A", "make", "t1", "(year)")): 0.5,
        ("standing", ("A", "mill", "(never)", "t1")): -0.5,
    }
    assert row(x, "usable_capacity", "A", "mine", "t1", "(year)").terms == {
        ("activity", ("A", "make", "t1", "(year)")): 2,
        ("standing", ("A", "mine", "(never)", "t1")): -1,
    }
    plan = solve(given)
    assert plan.objective == approx(13)
    assert only(plan["balance"], commodity="metal").price == approx(5)


def test_minimum_load_is_met_by_closing() -> None:
    """Plant 10, minimum load 50 %, fixed cost 1, demand 2, own cost 1, grid 9. Running 5 to sell 2 costs 10 + 5; closing 6 leaves 4, runs 2:
    4 + 2 = 6; closing 8 leaves 2 full: 2 + 2 = 4. Price: another unit keeps another unit: 2."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,fixed_cost,min_load\nplant,t/yr,1,0.5",
        capacity="region,equipment,amount\nA,plant,10",
        routes="route,cost\nmake,1",
        recipes="route,item,amount\nmake,x,1\nmake,plant,-1",
        sources="region,commodity,price\nA,x,9",
        markets="region,commodity,demand\nA,x,2",
    )
    plan = solve(given)
    assert plan.objective == approx(4)
    assert only(plan["balance"], commodity="x").price == approx(2)
    assert only(plan["capacity"], equipment="plant").standing == approx(2)


def test_availability_by_place_time_and_slice() -> None:
    """Availability 0.5 for all, 0.8 in A, 0.9 in A in winter; capacity 10, halves of the year: A makes 4 + 4.5 = 8.5, B 5. Cost 1, grid 3 in A's
    place, demand 5 in each slice and region: A 8.5 + 1.5 × 3 = 13; B 5 + 5 × 3 = 20: 33. Price 3 everywhere."""
    given = instance(
        regions="region\nA\nB",
        periods="period,start,years\nt1,2025,1",
        slices="slice,share\nsummer,0.5\nwinter,0.5",
        commodities="commodity,unit,balance\nx,t,slice",
        equipment="equipment,unit,run\nplant,t/yr,slice",
        capacity="region,equipment,amount\n,plant,10",
        availability="equipment,region,slice,amount\nplant,,,0.5\nplant,A,,0.8\nplant,A,winter,0.9",
        routes="route,cost\nmake,1",
        recipes="route,item,amount\nmake,x,1\nmake,plant,-1",
        sources="commodity,price\nx,3",
        markets="commodity,demand\nx,10",
    )
    plan = solve(given)
    assert plan.objective == approx(33)
    assert set(plan["balance"]["price"].round(6)) == {3.0}
    assert plan["production"].set_index(["region", "slice"])["activity"].to_dict() == approx(
        {("A", "summer"): 4, ("A", "winter"): 4.5, ("B", "summer"): 2.5, ("B", "winter"): 2.5}
    )


def test_a_route_runs_only_where_a_row_fits() -> None:
    """Route rows for A only: B must buy at 4 although its plant stands. Demand 2 and 2: 2 × 1 + 2 × 4 = 10; price 1 at A, 4 at B."""
    plan = solve(
        instance(
            regions="region\nA\nB",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\nx,t,year",
            equipment="equipment,unit\nplant,t/yr",
            capacity="region,equipment,amount\n,plant,10",
            routes="route,region,cost\nmake,A,1",
            recipes="route,item,amount\nmake,x,1\nmake,plant,-1",
            sources="commodity,price\nx,4",
            markets="commodity,demand\nx,2",
        )
    )
    assert plan.objective == approx(10)
    assert plan["balance"].set_index("region")["price"].to_dict() == approx({"A": 1, "B": 4})


def test_a_route_without_equipment_names_its_regions() -> None:
    """Without a region it is refused; with one it runs by slice: 2 a unit, demand 3: 6, price 2."""
    tables = {
        "regions": "region\nA\nB",
        "periods": "period,start,years\nt1,2025,1",
        "commodities": "commodity,unit,balance\nx,t,year\nore,t,year",
        "recipes": "route,item,amount\nmake,x,1\nmake,ore,-2",
        "sources": "commodity,price\nore,1",
        "markets": "region,commodity,demand\nA,x,3",
    }
    with pytest.raises(InputError, match="name its regions"):
        build(instance(**tables))
    plan = solve(instance(routes="route,region\nmake,A", **tables))
    assert plan.objective == approx(6)
    assert only(plan["balance"], region="A", commodity="x").price == approx(2)
    assert lines(plan["production"], region="B").empty


@pytest.mark.parametrize(
    ("recipes", "said"),
    [
        ("make,x,1\nmake,plant,1", "write a negative amount"),
        ("make,x,1\nmake,,-1", "may not be empty"),
        ("make,x,1\nmake,plnat,-1", "did you mean plant"),
        ("make,x,1\nmake,plant,-1\nmake,x,2", "rows 1 and 3"),
    ],
)
def test_wrong_recipes_are_refused(recipes: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        build(
            instance(
                regions="region\nA",
                periods="period,start,years\nt1,2025,1",
                commodities="commodity,unit,balance\nx,t,year",
                equipment="equipment,unit\nplant,t/yr",
                capacity="region,equipment,amount\nA,plant,10",
                recipes=f"route,item,amount\n{recipes}",
            )
        )
