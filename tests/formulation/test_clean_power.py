"""Clean electricity: who may call how much of it clean, under each way of matching."""

import pytest
from pytest import approx

from models import InputError, Instance
from models.algebra import Matrices
from optimizer import solve
from tests.build import instance
from tests.look import INFINITY, compiled, lines, only, row


def smelter(matching: str, share: float = 0.7) -> Instance:
    return instance(
        settings={"clean_commodity": "power", "clean_matching": matching},
        regions="region\nY\nS",
        periods="period,start,years\nt1,2025,1",
        slices="slice,share\nwet,0.5\ndry,0.5",
        commodities="commodity,unit,balance,surplus\npower,MWh,slice,no\nal,t,year,",
        equipment="equipment,unit,annuity_life,run\npots,t/yr,20,year",
        capacity="region,equipment,amount\nS,pots,8",
        recipes="route,item,amount\nsmelt,al,1\nsmelt,power,-2\nsmelt,pots,-1",
        links="origin,destination,mode,loss\nY,S,line,0.1",
        freight="mode,commodity\nline,power",
        sources="""region,commodity,supplier,slice,price,max,clean
            Y,power,hydro,wet,1,10,1
            Y,power,hydro,dry,1,1,1
            Y,power,coal,,2.5,,
            S,power,coal,,2,,
            S,power,wind,,4,,1""",
        markets="region,commodity,market,slice,demand\nY,power,rest,wet,4\nY,power,rest,dry,3\nS,al,,,5",
        policies=f"""policy,row,side,metric,commodity,route,each,sense,value
            share,1,left,clean_used,,smelt,region,>=,{share}
            share,2,right,used,power,smelt,,,""",
    )


def test_nation_and_year() -> None:
    """The smelter in S takes 5 wet + 5 dry and must claim 7. Wet: hydro 4 + 5/0.9 = 9.5556 at 1. Certificates: 9.5556 + 1 >= 7, nothing moves.
    Dry: hydro 1, Y coal 2 (5), S coal 5 (10). 25.5556. Power at S 1/0.9 wet, 2 dry; the share is worth 0."""
    plan = solve(smelter("nation-year"))
    assert plan.objective == approx(4 + 5 / 0.9 + 16)
    assert lines(plan["balance"], region="S", commodity="power").set_index("slice")["price"].to_dict() == approx({"wet": 1 / 0.9, "dry": 2})
    assert only(plan["policies"], policy="share").shadow_price == approx(0)


def test_region_and_slice() -> None:
    """Wet as before. Dry: 1 hydro is sent clean, 0.9 arrives; the other 1.1 of 2 is wind at 4: 1 + 3 × 2.5 + 4.4 + 6 = 18.9. 28.4556.
    A unit less to claim is coal at 2 instead of wind at 4: 2; a percentage point of 10: 0.2."""
    plan = solve(smelter("region-slice"))
    assert plan.objective == approx(4 + 5 / 0.9 + 18.9)
    share = only(plan["policies"], policy="share")
    assert share.shadow_price == approx(2) and share.per_point == approx(0.2)
    assert solve(smelter("region-slice", 0.71)).objective == approx(plan.objective + 0.2)
    smelt = only(plan["clean"], user="smelt")
    assert (smelt.use, smelt.clean, smelt.share) == approx((10, 7, 0.7))


def test_region_and_year() -> None:
    """Labels may be sent in any season, but only on power that is sent. Wet: 5.5556 sent, 5 arrive. The other 2 to claim ride on 2.2222 of dry power
    from Y (coal at 2.5, 2.7778 at S against 2). Dry: hydro 1, Y coal 4.2222 = 10.5556, S coal 3 = 6: 17.5556. 27.1111.
    A unit less to claim saves 2.5 / 0.9 − 2 = 0.7778."""
    plan = solve(smelter("region-year"))
    assert plan.objective == approx(4 + 5 / 0.9 + 1 + 2.5 * (2 + 2 / 0.9) + 6)
    assert only(plan["policies"], policy="share").shadow_price == approx(2.5 / 0.9 - 2)


@pytest.mark.parametrize("matching", ["region-year", "region-slice"])
@pytest.mark.parametrize("others", ["before", "after"])
def test_other_goods_are_not_clean_power(matching: str, others: str) -> None:
    """Heat that a clean route makes and steam that travels beside power bring no clean power: a route of heat in place of wind meets nothing."""
    own, other = "power,MWh,slice,no", "heat,MWh,slice,no\nsteam,MWh,slice,no"
    given = instance(
        settings={"clean_commodity": "power", "clean_matching": matching},
        regions="region\nY\nS",
        periods="period,start,years\nt1,2025,1",
        slices="slice,share\nwet,0.5\ndry,0.5",
        commodities="commodity,unit,balance,surplus\n" + "\n".join([other, own] if others == "before" else [own, other]) + "\nal,t,year,",
        routes="route,region,cost,clean\nboil,Y,1,1\nturn,Y,2,1\nsmelt,S,,",
        recipes="route,item,amount\nboil,heat,1\nboil,steam,1\nturn,power,1\nsmelt,al,1\nsmelt,power,-2\nsmelt,heat,-1",
        links="origin,destination,mode\nY,S,line\nY,S,pipe",
        freight="mode,commodity\nline,power\npipe,heat|steam",
        markets="region,commodity,demand\nS,al,5",
        policies="policy,row,side,metric,commodity,route,sense,value\nshare,1,left,clean_used,,smelt,>=,0.5\nshare,2,right,used,power,smelt,,",
    )
    matrices = compiled(given)
    made = [matrices.column_name(int(j)) for name in matrices.rows if name.startswith("clean") for j in _columns(matrices, name)]
    assert {index[1] for family, index in made if family == "activity"} <= {"turn", "smelt"}
    carried = {matrices.column_name(j)[1][0] for name in matrices.columns if name == "clean_flow" for j in _own(matrices, name)}
    assert carried and all("line" in link for link in carried)


def _columns(matrices: Matrices, family: str) -> list[int]:
    block = matrices.rows[family]
    return sorted(set(matrices.matrix[block.start : block.start + block.count].indices.tolist()))


def _own(matrices: Matrices, variable: str) -> range:
    block = matrices.columns[variable]
    return range(block.start, block.start + block.count)


def test_a_year_lets_another_season_pay() -> None:
    """Claims of 5 of 10 with wet wind only, 6 at 1, grid 2, no links. Over the year: 5 wet wind for wet use, grid in the dry season 10: 15, free.
    By slice with 80 %: at most the 5 of the wet season can be called clean, so 80 % has no plan; over the year 6 wind could be claimed, but a
    slice uses only 5: the surplus is sold to a market at 0."""
    tables = {
        "regions": "region\nS",
        "periods": "period,start,years\nt1,2025,1",
        "slices": "slice,share\nwet,0.5\ndry,0.5",
        "commodities": "commodity,unit,balance,surplus\npower,MWh,slice,no\nal,t,year,",
        "equipment": "equipment,unit\npots,t/yr",
        "capacity": "region,equipment,amount\nS,pots,8",
        "recipes": "route,item,amount\nsmelt,al,1\nsmelt,power,-2\nsmelt,pots,-1",
        "sources": "region,commodity,supplier,slice,price,max,clean\nS,power,wind,wet,1,6,1\nS,power,grid,,2,,",
        "markets": "region,commodity,market,slice,demand,price,max\nS,al,,,5,,\nS,power,sink,wet,,0.5,9",
        "policies": """policy,row,side,metric,commodity,route,each,sense,value
            share,1,left,clean_used,,smelt,region,>=,0.6
            share,2,right,used,power,smelt,,,""",
    }
    year = solve(instance(settings={"clean_commodity": "power", "clean_matching": "region-year"}, **tables))
    assert year.objective == approx(5 + 10 + 0.5)
    assert only(year["policies"], policy="share").shadow_price == approx(0.5)
    by_slice = solve(instance(settings={"clean_commodity": "power", "clean_matching": "region-slice"}, **tables))
    assert by_slice.status == "infeasible" and by_slice.certified
    assert any("share" in name for name, _ in by_slice.summary["conflict"])


def test_rows_by_slice() -> None:
    x = compiled(smelter("region-slice"))
    use = row(x, "clean_route_use", "S", "smelt", "t1", "wet")
    assert use.terms == {("clean_use", ("S", "smelt", "t1", "wet")): 1, ("activity", ("S", "smelt", "t1", "(year)")): -1}
    assert (use.lower, use.upper) == (-INFINITY, 0)
    market = row(x, "clean_market_use", "Y", "rest", "t1", "dry")
    assert market.terms == {("clean_delivered", ("Y", "rest", "t1", "dry")): 1} and (market.lower, market.upper) == (-INFINITY, 3)
    sent = row(x, "clean_flow_most", "Y>S line", "t1", "wet")
    assert sent.terms == {("clean_flow", ("Y>S line", "t1", "wet")): 1, ("flow", ("Y>S line", "power", "t1", "wet")): -1}
    supply = row(x, "clean_supply", "S", "t1", "dry")
    assert supply.terms == {
        ("purchase", ("S", "power", "wind", "t1", "dry")): 1,
        ("clean_flow", ("Y>S line", "t1", "dry")): 0.9,
        ("clean_use", ("S", "smelt", "t1", "dry")): -1,
    }
    assert (supply.lower, supply.upper) == (0, INFINITY)
    assert row(x, "clean_supply", "Y", "t1", "dry").terms == {
        ("purchase", ("Y", "power", "hydro", "t1", "dry")): 1,
        ("clean_flow", ("Y>S line", "t1", "dry")): -1,
        ("clean_delivered", ("Y", "rest", "t1", "dry")): -1,
    }


def test_rows_by_nation_and_by_year() -> None:
    nation = row(compiled(smelter("nation-year")), "clean_nation", "t1", "(year)")
    assert nation.terms == {
        **{("purchase", (r, "power", x, "t1", s)): 1 for r, x in (("Y", "hydro"), ("S", "wind")) for s in ("wet", "dry")},
        **{("clean_use", ("S", "smelt", "t1", s)): -1 for s in ("wet", "dry")},
        **{("clean_delivered", ("Y", "rest", "t1", s)): -1 for s in ("wet", "dry")},
    }
    assert (nation.lower, nation.upper) == (0, INFINITY)
    x = compiled(smelter("region-year"))
    year = row(x, "clean_supply", "S", "t1", "(year)")
    assert year.terms == {
        **{("purchase", ("S", "power", "wind", "t1", s)): 1 for s in ("wet", "dry")},
        **{("clean_use", ("S", "smelt", "t1", s)): -1 for s in ("wet", "dry")},
        ("clean_flow", ("Y>S line", "t1", "(year)")): 0.9,
    }
    assert row(x, "clean_flow_most", "Y>S line", "t1", "(year)").terms == {
        ("clean_flow", ("Y>S line", "t1", "(year)")): 1,
        ("flow", ("Y>S line", "power", "t1", "wet")): -1,
        ("flow", ("Y>S line", "power", "t1", "dry")): -1,
    }


def test_routes_that_make_clean_power_and_markets_that_claim_it() -> None:
    """A dam (half of what it makes counts as clean) makes 6 at 1, coal at 2. Town takes 10, of which 40 % must be clean: made clean 3 only. Wind at 5
    (clean): 1 more. 6 + 1 × 5 + 3 × 2 = 17; a unit less to claim saves 5 − 2 = 3. What is sold counts as use."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt1,2025,1",
        "commodities": "commodity,unit,balance,surplus\npower,MWh,year,no",
        "equipment": "equipment,unit\ndam,MWh/yr",
        "capacity": "region,equipment,amount\nA,dam,6",
        "routes": "route,cost,clean\nturbine,1,0.5",
        "recipes": "route,item,amount\nturbine,power,1\nturbine,dam,-1",
        "sources": "region,commodity,supplier,price,clean\nA,power,coal,2,\nA,power,wind,5,1",
        "markets": "region,commodity,market,demand,shortage_price,price,max\nA,power,town,10,99,1.5,4",
        "policies": """policy,row,side,metric,commodity,party,each,sense,value
            share,1,left,clean_used,,town,region,>=,0.4
            share,2,right,demand,power,town,,,""",
    }
    given = instance(settings={"clean_commodity": "power", "clean_matching": "region-year"}, **tables)
    x = compiled(given)
    assert row(x, "clean_market_use", "A", "town", "t1", "(year)").terms == {
        ("clean_delivered", ("A", "town", "t1", "(year)")): 1,
        ("shortage", ("A", "power", "town", "t1", "(year)")): 1,
        ("sale", ("A", "power", "town", "t1", "(year)")): -1,
    }
    assert row(x, "clean_supply", "A", "t1", "(year)").terms == {
        ("activity", ("A", "turbine", "t1", "(year)")): 0.5,
        ("purchase", ("A", "power", "wind", "t1", "(year)")): 1,
        ("clean_delivered", ("A", "town", "t1", "(year)")): -1,
    }
    plan = solve(given)
    assert plan.objective == approx(17)
    assert only(plan["policies"], policy="share").shadow_price == approx(3)


@pytest.mark.parametrize(
    ("commodity", "matching", "said"),
    [
        ("steam", "nation-year", "no commodity of this name"),
        ("power", "region-day", "must be one of nation-year"),
        ("heat", "nation-year", "must have surplus = no"),
        ("co2", "nation-year", "cannot be a burden"),
    ],
)
def test_wrong_clean_settings_are_refused(commodity: str, matching: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        instance(
            settings={"clean_commodity": commodity, "clean_matching": matching},
            regions="region\nA",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance,surplus\npower,MWh,slice,no\nheat,GJ,slice,\nco2,t,tally,no",
        )
