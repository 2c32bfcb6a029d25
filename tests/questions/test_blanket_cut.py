"""Blanket cut: both ways to set the target, the cascade, what may not answer to a cut, worked out by hand; laws; bad input; the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from models import InputError
from optimizer.cli import app
from optimizer.questions.blanket_cut import blanket_cut
from optimizer.template import write_template
from tests.build import instance

OLD_AND_NEW = {
    "regions": "region,groups\nA,west\nB,east",
    "periods": "period,start,years\nt,2025,1",
    "commodities": "commodity,unit,balance,en,zh\nsteel,t,year,Steel,钢\nco2,t,tally,CO2,二氧化碳",
    "equipment": "equipment,unit,annuity_life\nold,t/yr,20\nnew,t/yr,20",
    "capacity": "region,equipment,amount\nA,old,60\nB,new,60",
    "recipes": "route,item,amount\nold,steel,1\nold,old,-1\nold,co2,2\nnew,steel,1\nnew,new,-1\nnew,co2,1",
    "routes": "route,cost\nold,10\nnew,12",
    "markets": "region,commodity,demand,shortage_price\nB,steel,100,100",
    "links": "origin,destination,mode\nA,B,rail",
    "freight": "mode,commodity,handling\nrail,steel,0",
}
"""100 t of steel are wanted. Old works make 60 at 10 and 2 t of CO2, new ones 60 at 12 and 1 t; a tonne missing costs 100.

As planned: 60 old, 40 new: 600 + 480 = 1080, CO2 160. A quarter off both: 45 old, 45 new, 10 missing: 450 + 540 + 1000 = 1990, CO2 135.
By plan at CO2 135: 60 new leave 75 for 37.5 old, 2.5 missing: 720 + 375 + 250 = 1345. So the cut costs 645 more.
"""
CHAIN = {
    "regions": "region\nA",
    "periods": "period,start,years\nt,2025,1",
    "commodities": "commodity,unit,balance\nmetal,t,year\nwire,t,year\npart,t,year\nmachine,t,year",
    "equipment": "equipment,unit,annuity_life\nworks,t/yr,20",
    "capacity": "region,equipment,amount\nA,works,20",
    "recipes": "route,item,amount\nsmelt,metal,1\nsmelt,works,-1\ndraw,wire,1\ndraw,metal,-1\nforge,part,1\nforge,metal,-1\n"
    "build,machine,1\nbuild,part,-2",
    "routes": "route,region,cost\nsmelt,,2\ndraw|forge|build,A,1",
    "markets": "region,commodity,demand,shortage_price\nA,wire,4,20\nA,machine,3,100",
}


def test_a_given_cut() -> None:
    """See OLD_AND_NEW: 1080, 1990, 1345. The price of steel goes from 12 (new works) to 100, the penalty. Lost at prices as planned: 10 × 12."""
    answer = blanket_cut(instance(**OLD_AND_NEW), cut=25)
    cells = answer.table.set_index(["part", "item"])[["as_planned", "blanket_cut", "by_plan"]]
    assert cells.loc[("total cost", "")].tolist() == pytest.approx([1080, 1990, 1345])
    assert cells.loc[("cost", "shortages")].tolist() == pytest.approx([0, 1000, 250], rel=1e-6)
    assert cells.loc[("target", "co2")].tolist() == pytest.approx([160, 135, 135])
    assert cells.loc[("shortage", "steel")].tolist() == pytest.approx([0, 10, 2.5], rel=1e-6)
    assert cells.loc[("output lost", "")].tolist() == pytest.approx([0, 120, 30], rel=1e-6)
    assert cells.loc[("use of capacity", "old")].tolist() == pytest.approx([100, 75, 62.5])
    assert answer["regions"][["region", "as_planned", "blanket_cut", "by_plan"]].values.tolist() == [
        ["A", pytest.approx(60), pytest.approx(45), pytest.approx(37.5)],
        ["B", pytest.approx(40), pytest.approx(45), pytest.approx(60)],
    ]
    assert answer.en == (
        "A blanket cut of 25 % of all equipment (t): it costs 645 CNY more than meeting the same CO2 by plan (910 and 265 CNY more than as planned); "
        "Steel −10 %, price 12 → 100 CNY/t (a shortage penalty)."
    )
    assert "比按计划达到同样的二氧化碳多花 645 CNY" in answer.zh and "钢产量 −10 %，价格 12 → 100 CNY/t（短缺罚价）" in answer.zh
    assert set(answer.plans) == {"as_planned", "blanket_cut", "by_plan"}


def test_a_cut_that_is_found() -> None:
    """A cap of 135 on CO2 in place of the cut: a quarter off is just enough (60a × 2 + 60a = 135 at a = 0.75), and the three plans are the same."""
    tables = OLD_AND_NEW | {"policies": "policy,metric,commodity,sense,value,en,zh\ncap,burden,co2,<=,135,the cap,排放上限"}
    answer = blanket_cut(instance(**tables), meet=["cap"])
    cells = answer.table.set_index(["part", "item"])[["as_planned", "blanket_cut", "by_plan"]]
    assert cells.loc[("cut", "")].tolist() == [0, 25, 0]
    assert cells.loc[("total cost", "")].tolist() == pytest.approx([1080, 1990, 1345])
    assert answer.en.startswith("To meet the cap by a blanket cut, 25 % of all equipment must go (t): it costs 645 CNY more than meeting it by plan")
    assert answer.zh.startswith("若以一刀切达到“排放上限”，须削减全部设备 25 %（t）")


def test_a_policy_that_holds_needs_no_cut() -> None:
    tables = OLD_AND_NEW | {"policies": "policy,metric,commodity,sense,value,en\ncap,burden,co2,<=,160,the cap"}
    answer = blanket_cut(instance(**tables), meet=["cap"])
    assert answer.en == "the cap holds as it is: no cut is needed."
    assert answer.table.set_index("part").loc["total cost", ["as_planned", "blanket_cut", "by_plan"]].tolist() == pytest.approx([1080] * 3)


def test_no_cut_can_meet_a_policy() -> None:
    """Works in the west alone are cut: those in the east make more, so a cap on the east is never met. The plan leaves 10 short: 60 × 10 + 30 × 12 +
    10 × 100 = 1960, 880 more. Without leave to go short there is no plan from the first tenth beyond 100 of 120 on: 16.7 % of both."""
    east = OLD_AND_NEW | {"policies": "policy,metric,region,commodity,sense,value,en\ncap,burden,B,co2,<=,30,the cap"}
    answer = blanket_cut(instance(**east), scope=["old@west"], meet=["cap"])
    assert answer.en == "No blanket cut of old in west (t) meets the cap; the plan does, for 880 CNY more."
    assert answer.table["blanket_cut"].isna().all() and len(answer.sections) == 1
    firm = OLD_AND_NEW | {"markets": "region,commodity,demand\nB,steel,100"}
    never = blanket_cut(instance(**firm, policies="policy,metric,commodity,sense,value,en\ncap,burden,co2,<=,145,the cap"), meet=["cap"])
    assert "from 16.7 % on there is no plan at all" in never.en and "削减 16.7 % 起不存在任何方案" in never.zh
    given_cut = blanket_cut(instance(**firm), cut=25)
    assert given_cut.en.startswith("Under a blanket cut of 25 % of all equipment (t) there is no plan at all")


def test_the_cascade_over_two_stages() -> None:
    """10 of 20 t of metal go to 4 wires and, by 6 parts, to 3 machines: 20 + 4 + 6 + 3 = 33. Three quarters off leave 5. A tonne is worth 20 − 1 in
    wires and (100 − 1 − 2) / 2 = 48.5 in machines: 5 parts, 2.5 machines, no wire: 10 + 5 + 2.5 + 4 × 20 + 0.5 × 100 = 147.5.

    Prices as planned 2, 3, 3, 7, under the cut 48.5, 49.5 (all who want wire at 20 go without: one more would cost so much), 49.5, 100. Value
    added per unit 2, 3 − 2, 3 − 2, 7 − 2 × 3, so 10, 4, 1, 0.5 are lost.
    """
    answer = blanket_cut(instance(**CHAIN), cut=75, meet=["metal"])
    chain = answer["cascade"].set_index("commodity")
    assert chain["stage"].to_dict() == {"metal": 0, "wire": 1, "part": 1, "machine": 2}
    assert chain["as_planned"].to_dict() == pytest.approx({"metal": 10, "wire": 4, "part": 6, "machine": 3})
    assert chain["blanket_cut"].to_dict() == pytest.approx({"metal": 5, "wire": 0, "part": 5, "machine": 2.5})
    assert chain["change [%]"].to_dict() == pytest.approx({"metal": -50, "wire": -100, "part": -100 / 6, "machine": -100 / 6})
    assert chain["value_added_lost [CNY]"].to_dict() == pytest.approx({"metal": 10, "wire": 4, "part": 1, "machine": 0.5})
    assert chain["short_of"].to_dict() == {"metal": "(cut)", "wire": "metal", "part": "metal", "machine": "part"}
    assert chain["price_before [CNY/unit]"].to_dict() == pytest.approx({"metal": 2, "wire": 3, "part": 3, "machine": 7})
    assert chain["price_after [CNY/unit]"].to_dict() == pytest.approx({"metal": 48.5, "wire": 49.5, "part": 49.5, "machine": 100})
    assert chain["kind"].to_dict() == {"metal": "carries a penalty", "wire": "penalty", "part": "carries a penalty", "machine": "penalty"}
    cells = answer.table.set_index(["part", "item"])[["as_planned", "blanket_cut", "by_plan"]]
    assert cells.loc[("total cost", "")].tolist() == pytest.approx([33, 147.5, 147.5])
    assert cells.loc[("output lost", "")].tolist() == pytest.approx([0, 28.5, 28.5])
    assert "metal −50 %, price 2 → 48.5 CNY/t (carries a penalty); downstream wire −100 %." in answer.en


def test_nobody_stores_up_or_builds_for_it() -> None:
    """10 t a year are made at 1, with room for 20, and an empty store; works for 1 more a year can be built at 5. All is cut in the second year
    alone: 10 are missing, nothing is stored up or built in answer to it. Without the rules 10 would come out of the store."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nfirst,2025,1\nsecond,2026,1",
        "commodities": "commodity,unit,balance\nsteel,t,year\nco2,t,tally",
        "equipment": "equipment,unit,annuity_life\nworks,t/yr,1",
        "capacity": "region,equipment,amount\nA,works,20",
        "builds": "equipment,invest\nworks,5",
        "recipes": "route,item,amount\nrun,steel,1\nrun,works,-1\nrun,co2,1",
        "routes": "route,cost\nrun,1",
        "markets": "region,commodity,demand,shortage_price\nA,steel,10,100",
        "stocks": "region,commodity,cycle,first,end\nA,steel,horizon,0,0",
    }
    answer = blanket_cut(instance(**tables), cut=100, first="second")
    cells = answer.table.set_index(["part", "item"])
    assert cells.loc[("shortage", "steel"), "blanket_cut"] == pytest.approx(10)
    assert cells.loc[("total cost", ""), "blanket_cut"] == pytest.approx(10 + 10 * 100)
    series = answer["periods"].set_index(["part", "period"])["blanket_cut"]
    assert series["output"].tolist() == pytest.approx([10, 0]) and series["stock"].tolist() == pytest.approx([0, 0])


def test_least_load_and_availability_are_scaled() -> None:
    """40 t are wanted. Old works can run at 0.8 × 60 = 48 and must run at half of that, new ones at 0.75 × 60 = 45 over the year, at 8 a tonne. As
    planned 24 old (the least), 16 new: 368. A half off: 22.5 new at most, so 17.5 old (least 12): 355, CO2 57.5. The plan may run the old works as
    low as the cut may, 12, with 28 new: 344, CO2 52. Least load costs more than the target here: both cost less than as planned."""
    tables = OLD_AND_NEW | {
        "slices": "slice,share\nsummer,0.5\nwinter,0.5",
        "availability": "equipment,region,slice,amount\n,,,1\nnew,,winter,0.5\nold,A,,0.8\nold,A,winter,0.8",
        "equipment": "equipment,unit,annuity_life,min_load,closing_cost\nold,t/yr,20,0.5,1000\nnew,t/yr,20,,",
        "markets": "region,commodity,demand,shortage_price\nB,steel,40,100",
        "routes": "route,cost\nold,10\nnew,8",
    }
    answer = blanket_cut(instance(**tables), cut=50)
    table = answer["regions"].set_index("route")[["as_planned", "blanket_cut", "by_plan"]]
    assert table.loc["old"].tolist() == pytest.approx([24, 17.5, 12])
    assert table.loc["new"].tolist() == pytest.approx([16, 22.5, 28])
    assert answer.table.set_index("part").loc["total cost", ["as_planned", "blanket_cut", "by_plan"]].tolist() == pytest.approx([368, 355, 344])


def test_a_cut_of_nothing_is_the_plan() -> None:
    answer = blanket_cut(instance(**OLD_AND_NEW), scope=["old@A", "new"], cut=0)
    numbers = answer.table[["as_planned", "blanket_cut", "by_plan"]]
    assert numbers["blanket_cut"].tolist() == pytest.approx(numbers["as_planned"].tolist())
    assert numbers["by_plan"].tolist() == pytest.approx(numbers["as_planned"].tolist(), abs=1e-5)
    assert (answer["cascade"]["short_of"] == "").all()


@settings(max_examples=5, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    cost=st.integers(1, 20),
    dirt=st.integers(0, 4),
    cut=st.integers(0, 100),
    least=st.sampled_from(["0", "0.5"]),
    demand=st.integers(1, 120),
    shortage=st.integers(25, 200),
)
@example(cost=1, dirt=0, cut=100, least="0.5", demand=50, shortage=25)
def test_the_cut_never_costs_less_than_the_plan(cost: int, dirt: int, cut: int, least: str, demand: int, shortage: int) -> None:
    """Nor the plan less than no target, where no least load gives way."""
    tables = OLD_AND_NEW | {
        "routes": f"route,cost\nold,10\nnew,{cost}",
        "recipes": f"route,item,amount\nold,steel,1\nold,old,-1\nold,co2,2\nnew,steel,1\nnew,new,-1\nnew,co2,{dirt}",
        "equipment": f"equipment,unit,annuity_life,min_load\nold,t/yr,20,{least}\nnew,t/yr,20,",
        "markets": f"region,commodity,demand,shortage_price\nB,steel,{demand},{shortage}",
    }
    plans = blanket_cut(instance(**tables), cut=cut).plans
    small = 1e-5 * plans["blanket_cut"].objective
    assert plans["blanket_cut"].objective >= plans["by_plan"].objective - small
    if least == "0":
        assert plans["by_plan"].objective >= plans["as_planned"].objective - small


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        blanket_cut(instance(**OLD_AND_NEW), scope=["odl@A", "new@A"], cut=120, meet=["co3"], first="u")
    said = caught.value.text("en")
    assert "did you mean old" in said and "it stands in B" in said
    assert "--cut, value '120': must be a percentage" in said
    assert "value 'co3': no burden or used commodity of this name; did you mean co2" in said
    assert "--from, value 'u': no period of this name" in said
    assert len(caught.value.problems) == 5


def test_what_cannot_be_met_is_said() -> None:
    soft = OLD_AND_NEW | {"policies": "policy,metric,commodity,sense,value,price\ncap,burden,co2,<=,135,1"}
    with pytest.raises(InputError, match="only a policy in force that may not be breached"):
        blanket_cut(instance(**soft), meet=["cap"])
    with pytest.raises(InputError, match="no policy of this name; did you mean cap"):
        blanket_cut(instance(**soft), meet=["caps"])


def test_where_nothing_is_counted_the_cut_stands_alone() -> None:
    """See CHAIN: 10 % off 20 leave more than the 10 that are needed, three quarters 5, for 147.5 − 33 more."""
    answer = blanket_cut(instance(**CHAIN))
    assert answer.en == "A blanket cut of 10 % of all equipment (t): it costs 0 CNY more than as planned."
    deep = blanket_cut(instance(**CHAIN), cut=75)
    assert "it costs 114.5 CNY more than as planned" in deep.en and "比原方案多花 114.5 CNY" in deep.zh
    assert deep.table["by_plan"].isna().all() and set(deep.plans) == {"as_planned", "blanket_cut"}


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIPAN_LANG", "en")  # --lang sets it: put back after the test
    write_template(tmp_path / "works", instance(**OLD_AND_NEW))
    run = CliRunner().invoke
    done = run(app, ["blanket-cut", str(tmp_path / "works"), "--scope", "old|new", "--cut", "25", "--meet", "co2", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["side_by_side"][1]["by_plan"] == pytest.approx(1345)
    shown = run(app, ["blanket-cut", str(tmp_path / "works"), "--lang", "zh"])
    assert shown.exit_code == 0 and "连锁反应" in shown.stdout and "一刀切" in shown.stdout
    assert run(app, ["blanket-cut", str(tmp_path / "works"), "--scope", "mill"]).exit_code == 2
