"""Balances: what is made, bought, brought and taken from stock covers what is used, sold, sent, stored and wanted."""

import pytest
from pytest import approx

from models import InputError, Instance
from models.formulation import FAMILIES, build
from optimizer import solve
from tests.build import instance
from tests.look import INFINITY, compiled, lines, only, row


def joint(surplus: str) -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities=f"commodity,unit,balance,surplus\npetrol,t,year,\ntar,t,year,{surplus}\noil,t,year,",
        routes="route,region,cost\nrefine,A,\nburn,A,0.5",
        recipes="route,item,amount\nrefine,petrol,1\nrefine,tar,2\nrefine,oil,-3\nburn,tar,-1",
        sources="region,commodity,price\nA,oil,2\nA,petrol,12",
        markets="region,commodity,market,demand,price,max\nA,petrol,,4,,\nA,tar,roads,,1,3",
    )


def test_what_is_left_over_is_free_or_must_be_burned() -> None:
    """Petrol 4: oil 12 = 24, tar 8, of which 3 are sold at 1: 21. With surplus = no the other 5 are burned at 0.5: 23.5.
    Petrol costs 6; with burning 6 + 2 × 0.5 = 7; tar is worth 0, or −0.5."""
    free = solve(joint("yes"))
    assert free.objective == approx(21)
    assert free["balance"].set_index("commodity")["price"].to_dict() == approx({"petrol": 6, "tar": 0, "oil": 2})
    assert only(free["balance"], commodity="tar").surplus == approx(5)
    strict = solve(joint("no"))
    assert strict.objective == approx(23.5)
    assert strict["balance"].set_index("commodity")["price"].to_dict() == approx({"petrol": 7, "tar": -0.5, "oil": 2})


def test_rows_of_balances() -> None:
    free, strict = compiled(joint("yes")), compiled(joint("no"))
    terms = {
        ("activity", ("A", "refine", "t1", "(year)")): 2,
        ("activity", ("A", "burn", "t1", "(year)")): -1,
        ("sale", ("A", "tar", "roads", "t1", "(year)")): -1,
    }
    loose = row(free, "balance", "A", "tar", "t1", "(year)")
    assert loose.terms == terms and (loose.lower, loose.upper) == (0, INFINITY)
    exact = row(strict, "exact_balance", "A", "tar", "t1", "(year)")
    assert exact.terms == terms and (exact.lower, exact.upper) == (0, 0)
    wanted = row(free, "balance", "A", "petrol", "t1", "(year)")
    assert wanted.terms == {("activity", ("A", "refine", "t1", "(year)")): 1, ("purchase", ("A", "petrol", "", "t1", "(year)")): 1}
    assert (wanted.lower, wanted.upper) == (4, INFINITY)


def test_every_way_in_and_out_stands_in_the_row() -> None:
    """One good made, used, bought, sold, short, stocked, arriving with loss, leaving. Bought 5 at 1 is the cheapest way to demand 2 at B and use 1:
    everything else is dearer. 2 + 1 = 3; price 1."""
    given = instance(
        regions="region\nA\nB\nC",
        periods="period,start,years\nt1,2025,2",
        commodities="commodity,unit,balance\nx,t,year\ny,t,year",
        routes="route,region,cost\nmake,B,9\nuse,B,",
        recipes="route,item,amount\nmake,x,1\nuse,x,-0.5\nuse,y,1",
        sources="region,commodity,price,max\nA,x,9,\nB,x,1,5",
        markets="region,commodity,market,demand,shortage_price,price,max\nB,x,home,2,90,0.1,7\nC,x,,0,,0.1,1\nB,y,,2,,,",
        links="origin,destination,mode,loss\nA,B,rail,0.2\nB,C,rail,",
        freight="mode,commodity,handling\nrail,x,1",
        stocks="region,commodity,cycle,first\nB,x,horizon,0",
    )
    assert row(compiled(given), "balance", "B", "x", "t1", "(year)").terms == {
        ("activity", ("B", "make", "t1", "(year)")): 1,
        ("activity", ("B", "use", "t1", "(year)")): -0.5,
        ("purchase", ("B", "x", "", "t1", "(year)")): 1,
        ("sale", ("B", "x", "home", "t1", "(year)")): -1,
        ("shortage", ("B", "x", "home", "t1", "(year)")): 1,
        ("flow", ("A>B rail", "x", "t1", "(year)")): 0.8,
        ("flow", ("B>C rail", "x", "t1", "(year)")): -1,
        ("stocked", ("B", "x", "", "t1", "(year)")): -1,
    }
    plan = solve(given)
    assert plan.objective == approx(2 * 3)
    assert only(plan["balance"], region="B", commodity="x").price == approx(1)


def test_every_balance_term_is_declared_by_a_family() -> None:
    """The row is the sum of the BALANCE functions, each once."""
    names = [term.__name__ for family in FAMILIES for term in family.BALANCE]
    assert names == ["made_less_used", "arriving_less_leaving", "bought_less_sold", "not_stocked"]
    terms = build(joint("yes")).pyomo.balance_terms
    assert [t.__name__ for t in terms] == names


def test_coal_to_coke_to_iron_over_two_places() -> None:
    """Iron takes 0.5 coke and 1 ore; coke takes 1.5 coal and makes 0.1 gas, worth 4 at the works. Coal 2, ore 1, freight of iron 3; iron imported
    at 8. A unit at the city: 0.5 × 1.5 × 2 + 1 − 0.5 × 0.1 × 4 + 3 = 5.3; 10 units: 53. Price of iron 5.3, coke 3 − 0.4 = 2.6."""
    plan = solve(
        instance(
            regions="region\nworks\ncity",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\niron,t,year\ncoke,t,year\ncoal,t,year\nore,t,year\ngas,GJ,year",
            routes="route,region\ncoking|smelting,works",
            recipes="""route,item,amount
                coking,coal,-1.5
                coking,coke,1
                coking,gas,0.1
                smelting,coke,-0.5
                smelting,ore,-1
                smelting,iron,1""",
            sources="region,commodity,price\nworks,coal,2\nworks,ore,1\ncity,iron,8",
            markets="region,commodity,market,demand,price,max\ncity,iron,,10,,\nworks,gas,town,,4,99",
            links="origin,destination,mode\nworks,city,rail",
            freight="mode,commodity,handling\nrail,iron,3",
        )
    )
    assert plan.objective == approx(53)
    prices = plan["balance"].set_index(["region", "commodity"])["price"]
    assert prices["city", "iron"] == approx(5.3) and prices["works", "coke"] == approx(2.6) and prices["works", "gas"] == approx(4)


def test_the_static_steel_sector_of_mexico() -> None:
    """Kendrick, Meeraus and Alatorre (1984), the model `mexss`: five plants, three markets, imports at 150, at most 1 Mt of exports at 140.
    The published optimum is 538.8112 million USD. Every market is served at the margin from a plant that could sell abroad instead, or by imports
    at most at 150 + freight, so no price is above that: the price at the import's cheapest market, Guadalajara, is <= 155."""
    plants, markets = ["ahmsa", "fundidora", "sicartsa", "hylsa", "hylsap"], ["mexico-df", "monterrey", "guadalaja"]
    freight = {
        "ahmsa": (12.5936, 4.3112, 11.93, 8.6876),
        "fundidora": (11.0228, 0, 11.132, 6.8564),
        "sicartsa": (9.3596, 13.442, 8.3936, 0),
        "hylsa": (11.0228, 0, 11.132, 6.8564),
        "hylsap": (4.034, 11.594, 8.864, 5.126),
    }
    rows = [f"road,steel,{p},{d},{v}" for p, cells in freight.items() for d, v in zip([*markets, "export"], cells, strict=True)]
    rows += ["road,steel,import,mexico-df,6.0752", "road,steel,import,monterrey,6.8564", "road,steel,import,guadalaja,5"]
    links = [f"{p},{d},road" for p in plants for d in [*markets, "export"]] + [f"import,{d},road" for d in markets]
    plan = solve(
        instance(
            base_year=1979,
            discount_rate=0.1,
            money="MUSD",
            regions="region,groups\n" + "\n".join(f"{p},plants" for p in plants) + "\n" + "\n".join(f"{m}," for m in [*markets, "import", "export"]),
            periods="period,start,years,weight\np1979,1979,1,1",
            commodities="commodity,unit,balance\n"
            + "\n".join(f"{c},Mt,year" for c in ("steel", "sponge", "pig-iron", "pellets", "coke", "scrap"))
            + "\nnat-gas,km^3,year\nelectric,TWh,year",
            equipment="equipment,unit,life\n" + "\n".join(f"{q},Mt/yr,20" for q in ("blast-furn", "openhearth", "bof", "direct-red", "elec-arc")),
            capacity="""region,equipment,amount
                ahmsa,blast-furn,3.25
                fundidora,blast-furn,1.4
                sicartsa,blast-furn,1.1
                ahmsa,openhearth,1.5
                fundidora,openhearth,0.85
                ahmsa,bof,2.07
                fundidora,bof,1.5
                sicartsa,bof,1.3
                hylsa,direct-red,0.98
                hylsap,direct-red,1
                hylsa,elec-arc,1.13
                hylsap,elec-arc,0.56""",
            recipes="""route,item,amount
                pig-iron,pellets,-1.58
                pig-iron,coke,-0.63
                pig-iron,pig-iron,1
                pig-iron,blast-furn,-1
                sponge,pellets,-1.38
                sponge,nat-gas,-0.57
                sponge,sponge,1
                sponge,direct-red,-1
                steel-oh,pig-iron,-0.77
                steel-oh,scrap,-0.33
                steel-oh,steel,1
                steel-oh,openhearth,-1
                steel-el,sponge,-1.09
                steel-el,electric,-0.58
                steel-el,steel,1
                steel-el,elec-arc,-1
                steel-bof,pig-iron,-0.95
                steel-bof,scrap,-0.12
                steel-bof,steel,1
                steel-bof,bof,-1""",
            sources="""region,commodity,supplier,price
                import,steel,abroad,150
                plants,pellets,local,18.7
                plants,coke,local,52.17
                plants,nat-gas,local,14
                plants,electric,local,24
                plants,scrap,local,105""",
            markets="""region,commodity,market,demand,price,max
                mexico-df,steel,,4.01093,,
                monterrey,steel,,2.18778,,
                guadalaja,steel,,1.09389,,
                export,steel,world,,140,1""",
            links="origin,destination,mode\n" + "\n".join(links),
            freight="mode,commodity,origin,destination,handling\n" + "\n".join(rows),
        )
    )
    assert plan.certified and plan.objective == approx(538.811204, abs=1e-5)
    prices = lines(plan["balance"], commodity="steel").set_index("region")["price"]
    assert prices["guadalaja"] <= 155 + 1e-7
    steel = lines(plan["balance"], commodity="steel")
    assert steel["made"].sum() + steel["bought"].sum() - steel["sold"].sum() == approx(4.01093 + 2.18778 + 1.09389)


@pytest.mark.parametrize(
    ("commodities", "said"),
    [
        ("x,t,weekly,", "must be one of slice, year, tally"),
        ("x,t,year,maybe", "must be one of yes, no"),
        ("x,,year,", "may not be empty"),
        ("x,t,year,\nx,t,year,", "stands in row 1 already"),
    ],
)
def test_wrong_commodities_are_refused(commodities: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        instance(regions="region\nA", periods="period,start,years\nt1,2025,1", commodities=f"commodity,unit,balance,surplus\n{commodities}")
