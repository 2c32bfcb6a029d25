"""Flows on directed links: losses, shared and built capacity, modes that are travelled through."""

import pytest
from pytest import approx

from models import InputError, Instance
from models.formulation import build
from optimizer import solve
from tests.build import instance
from tests.look import INFINITY, compiled, cost_term, lines, only, row

THREE = {"regions": "region\nA\nB\nC", "periods": "period,start,years\nt1,2025,1", "commodities": "commodity,unit,balance\ncoal,t,year"}


def layer(through: str = "yes", most: float = 8) -> Instance:
    return instance(
        links=f"origin,destination,mode,km,capacity,loss,both\nA,B,rail,100,{most},,yes\nB,C,rail,200,,0.1,yes",
        freight=f"mode,commodity,handling,rate,through\nrail,coal,5,0.01,{through}",
        sources="region,commodity,price\nA,coal,1\nB,coal,3",
        markets="region,commodity,demand\nB,coal,5\nC,coal,10",
        **THREE,
    )


def test_a_mode_that_is_travelled_through() -> None:
    """A - B 100 km (at most 8), B - C 200 km (loses 10 %); loading 5 once, 0.01 a km. Coal 1 at A, 3 at B; demand B 5, C 10: 11.1111 on B - C.
    From A 1 + 5 + 1 + 2 = 9, only 8: 72; from B 3 + 5 + 2 = 10: 31.1111; B itself 15. Sum 118.1111.
    Coal at C: 10 / 0.9 = 11.1111. A unit of A - B more saves 10 − 9 = 1."""
    plan = solve(layer())
    assert plan.objective == approx(72 + 10 * (100 / 9 - 8) + 15)
    assert only(plan["balance"], region="C").price == approx(100 / 9)
    assert solve(layer(most=9)).objective == approx(plan.objective - 1)


def test_a_mode_that_pays_handling_at_each_hop() -> None:
    """through = no: A - C pays 5 twice, 1 + 5 + 1 + 5 + 2 = 14 against 10 from B; B's own 3 beats 7 from A. 111.111 + 15 = 126.1111;
    coal at C 11.1111."""
    plan = solve(layer("no"))
    assert plan.objective == approx(1000 / 9 + 15)
    assert only(plan["balance"], region="C").price == approx(100 / 9)


def test_rows_of_a_layer() -> None:
    x = compiled(layer())
    stop = row(x, "layer", "B", "rail", "coal", "t1", "(year)")
    assert stop.terms == {
        ("loaded", ("B", "rail", "coal", "t1", "(year)")): 1,
        ("flow", ("A>B rail", "coal", "t1", "(year)")): 1,
        ("unloaded", ("B", "rail", "coal", "t1", "(year)")): -1,
        ("flow", ("B>A rail", "coal", "t1", "(year)")): -1,
        ("flow", ("B>C rail", "coal", "t1", "(year)")): -1,
        ("flow", ("C>B rail", "coal", "t1", "(year)")): 0.9,
    } or stop.terms == {
        ("loaded", ("B", "rail", "coal", "t1", "(year)")): 1,
        ("flow", ("A>B rail", "coal", "t1", "(year)")): 1,
        ("unloaded", ("B", "rail", "coal", "t1", "(year)")): -1,
        ("flow", ("B>C rail", "coal", "t1", "(year)")): -1,
    }
    assert (stop.lower, stop.upper) == (0, 0)
    limit = row(x, "link_capacity", "A>B rail", "t1", "(year)")
    assert limit.terms == {("flow", ("A>B rail", "coal", "t1", "(year)")): 1} and (limit.lower, limit.upper) == (-INFINITY, 8)
    assert cost_term(x, "freight", "B", "t1")["loaded", ("B", "rail", "coal", "t1", "(year)")] == 5
    assert cost_term(x, "freight", "B", "t1")["flow", ("B>C rail", "coal", "t1", "(year)")] == approx(2)


def test_goods_share_a_link() -> None:
    """Coal and ore share 6; coal is worth 4 a unit sent, ore 7 (local prices 5, 9 against 1, 2). Ore 4, coal 2: 4 × 2 + 2 × 1 + 2 × 5 = 20.
    Ore at B 2 + 4 = 6, coal 5: the link's rent is 4, what it saves on coal."""
    given = instance(
        regions="region\nA\nB",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\ncoal,t,year\nore,t,year",
        links="origin,destination,mode,capacity\nA,B,rail,6",
        freight="mode,commodity\nrail,",
        sources="region,commodity,price\nA,coal,1\nA,ore,2\nB,coal,5\nB,ore,9",
        markets="region,commodity,demand\nB,coal,4\nB,ore,4",
    )
    assert row(compiled(given), "link_capacity", "A>B rail", "t1", "(year)").terms == {
        ("flow", ("A>B rail", "coal", "t1", "(year)")): 1,
        ("flow", ("A>B rail", "ore", "t1", "(year)")): 1,
    }
    plan = solve(given)
    assert plan.objective == approx(20)
    prices = lines(plan["balance"], region="B").set_index("commodity")["price"].to_dict()
    assert prices == approx({"coal": 5, "ore": 6})


def test_a_yearly_capacity_is_shared_out_over_slices() -> None:
    """Power by slice, link 10 a year, halves: 5 in each. Demand 8 in winter, 2 in summer; A 1, B 4. 2 + 5 + 3 × 4 = 19. Price 4 in winter, 1 in
    summer."""
    given = instance(
        regions="region\nA\nB",
        periods="period,start,years\nt1,2025,1",
        slices="slice,share\nsummer,0.5\nwinter,0.5",
        commodities="commodity,unit,balance,surplus\npower,MWh,slice,no",
        links="origin,destination,mode,capacity\nA,B,line,10",
        freight="mode,commodity\nline,power",
        sources="region,commodity,price\nA,power,1\nB,power,4",
        markets="region,commodity,slice,demand\nB,power,summer,2\nB,power,winter,8",
    )
    assert row(compiled(given), "link_capacity", "A>B line", "t1", "winter").upper == 5
    plan = solve(given)
    assert plan.objective == approx(19)
    assert lines(plan["balance"], region="B").set_index("slice")["price"].to_dict() == approx({"summer": 1, "winter": 4})


def lines_built(invest: float = 10) -> Instance:
    return instance(
        regions="region\nA\nB\nC",
        periods="period,start,years\nt1,2025,1",
        slices="slice,share\nsummer,0.5\nwinter,0.5",
        commodities="commodity,unit,balance,surplus\npower,MWh,slice,no",
        equipment="equipment,unit,life,rate\nhvdc,MWh/yr,10,0",
        availability="equipment,slice,amount\nhvdc,winter,0.8",
        capacity="region,equipment,amount\nA,hvdc,4",
        builds=f"region,equipment,invest\nA,hvdc,{invest}",
        links="origin,destination,mode,equipment\nA,B,line,hvdc\nA,C,line,hvdc",
        freight="mode,commodity\nline,power",
        sources="region,commodity,price\nA,power,1\nB,power,4\nC,power,4",
        markets="region,commodity,slice,demand\nB,power,winter,2\nC,power,winter,1",
    )


def test_links_of_an_origin_share_an_equipment_that_can_be_built() -> None:
    """4 of line, half the year at 0.8: 1.6 in winter. B and C want 3 at 4 against 1: a unit of line (1/yr) carries 0.4 and saves 1.2: build
    until all is carried: 1.4 / 0.4 = 3.5. 3 × 1 + 3.5 = 6.5. Power at B in winter: 1 + 1 / 0.4 = 3.5."""
    x = compiled(lines_built())
    assert row(x, "line_capacity", "A", "hvdc", "t1", "winter").terms == approx(
        {
            ("flow", ("A>B line", "power", "t1", "winter")): 1,
            ("flow", ("A>C line", "power", "t1", "winter")): 1,
            ("standing", ("A", "hvdc", "(never)", "t1")): -0.4,
        }
    )
    plan = solve(lines_built())
    assert plan.objective == approx(6.5)
    assert only(plan["balance"], region="B", slice="winter").price == approx(3.5)
    dear = solve(lines_built(20))
    assert dear.objective == approx(1.6 + 1.4 * 4)


def test_freight_is_found_by_place_and_goods() -> None:
    """Freight 1 for all, 3 to C, 0.5 from A to C for coal: the most specific row wins as a whole. Demand B 1, C 1 from A at 2: 3 + 2.5 = 5.5;
    coal at C 2.5."""
    plan = solve(
        instance(
            links="origin,destination,mode\nA,B|C,road",
            freight="mode,commodity,origin,destination,handling\nroad,,,,1\nroad,,,C,3\nroad,coal,A,C,0.5",
            sources="region,commodity,price\nA,coal,2",
            markets="region,commodity,demand\nB,coal,1\nC,coal,1",
            **THREE,
        )
    )
    assert plan.objective == approx(5.5)
    assert only(plan["balance"], region="C").price == approx(2.5)


def test_only_useful_flows_are_stated() -> None:
    """Coal stands at A and is wanted at B: nothing is ever sent to C or back. Cost 2 + 1 = 3; price at B 3."""
    given = instance(
        links="origin,destination,mode,both\nA,B,road,yes\nB,C,road,no",
        freight="mode,commodity,handling\nroad,coal,1",
        sources="region,commodity,price\nA,coal,2",
        markets="region,commodity,demand\nB,coal,1",
        **THREE,
    )
    flows = build(given).board.labelled("flows")["l"].tolist()
    assert "B>C road" not in flows and "A>B road" in flows
    plan = solve(given)
    assert plan.objective == approx(3)
    assert only(plan["balance"], region="B").price == approx(3)


@pytest.mark.parametrize(
    ("links", "freight", "said"),
    [
        ("origin,destination,mode,both\nA,B,road,yes\nB,A,road,no", "mode,commodity\nroad,coal", "same key|rows 1 and 2"),
        ("origin,destination,mode\nA,A,road", "mode,commodity\nroad,coal", "is the origin"),
        ("origin,destination,mode,loss\nA,B,road,1", "mode,commodity\nroad,coal", "must be >= 0 and < 1"),
        ("origin,destination,mode\nA,B,road", "mode,commodity,destination,through\nroad,coal,B,yes", "must be blank where through"),
        ("origin,destination,mode\nA,B,road\nA,B,road", "mode,commodity\nroad,coal", "rows 1 and 2"),
        ("origin,destination,mode\nA,B,", "mode,commodity\nroad,coal", "may not be empty"),
    ],
)
def test_wrong_links_are_refused(links: str, freight: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        build(instance(links=links, freight=freight, **THREE))


def test_one_value_of_through_per_mode_and_commodity() -> None:
    """Rows of different origins must not differ in `through` either."""
    with pytest.raises(InputError, match="through"):
        build(
            instance(
                links="origin,destination,mode\nA,B,rail\nB,C,rail",
                freight="mode,commodity,origin,through\nrail,coal,A,yes\nrail,coal,B,no",
                sources="region,commodity,price\nA,coal,1",
                markets="region,commodity,demand\nC,coal,1",
                **THREE,
            )
        )


@pytest.mark.parametrize(
    ("unit", "said"), [("GW", r"row 1, column equipment: wire is in GW, but limits power in TWh/yr \(1 GW = 8.76"), ("TWh/yr", None)]
)
def test_capacity_of_a_line_is_in_the_unit_of_what_it_carries(unit: str, said: str | None) -> None:
    """1 GW would be read as 1 TWh/yr instead of 8.77."""
    tables = {
        "regions": "region\nA\nB",
        "periods": "period,start,years\nt1,2025,1",
        "commodities": "commodity,unit,balance\npower,TWh,year",
        "equipment": f"equipment,unit\nwire,{unit}",
        "capacity": "region,equipment,amount\nA,wire,1",
        "links": "origin,destination,mode,equipment\nA,B,grid,wire",
        "freight": "mode,commodity\ngrid,power",
    }
    if said is None:
        assert instance(**tables).tables["links"]["equipment"].tolist() == ["wire"]
    else:
        with pytest.raises(InputError, match=said):
            instance(**tables)


def test_a_tank_is_in_the_unit_of_what_it_holds() -> None:
    with pytest.raises(InputError, match=r"stocks, row 1, column equipment: tank is in MWh, but limits power in GWh \(1 MWh = 0.001 GWh\)"):
        instance(
            regions="region\nA",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\npower,GWh,slice",
            equipment="equipment,unit\ntank,MWh",
            stocks="region,commodity,cycle,equipment\nA,power,day,tank",
        )
