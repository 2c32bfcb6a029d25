"""Why there is no plan: the conflict by name, what it would take, and a scenario that then has a plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.planted import planted
from models import InputError, Instance
from optimizer.change import Scenario, apply
from optimizer.cli import app
from optimizer.questions.diagnose import diagnose
from optimizer.scenario import load, write
from optimizer.solving import solve
from optimizer.whole import WriteError
from tests.build import instance

ROOT = Path(__file__).parents[2]
TABLES = {
    "regions": "region\nA\nB",
    "periods": "period,start,years\nt1,2025,5\nt2,2030,5",
    "commodities": "commodity,unit,balance\nsteel,Mt,year\nco2,Mt,tally",
    "equipment": "equipment,unit\nmill,Mt/yr\nworks,Mt/yr",
    "capacity": "region,equipment,amount\nA,mill,10\nB,works,4",
    "recipes": "route,item,amount\nroll,steel,1\nroll,mill,-1\nroll,co2,2\nmelt,steel,1\nmelt,works,-1\nmelt,co2,0.5",
    "routes": "route,cost\nroll,1\nmelt,3",
    "markets": "region,commodity,demand\nA,steel,10",
    "links": "origin,destination,mode,both\nA,B,rail,yes",
    "freight": "mode,handling\nrail,0.1",
}
HEAD = "policy,metric,commodity,region,each,sense,value,relax,from\n"


def given(policies: str, **tables: str) -> Instance:
    return instance(**(TABLES | tables), policies=policies)


def test_a_cap_below_what_physics_needs() -> None:
    """10 Mt of steel, 4 of them at 0.5: 12 + 2 = 14 Mt of CO2 at least. A cap of 12 in each period must become 14."""
    answer, scenarios = diagnose(given(HEAD + "cap,burden,co2,,,<=,12,1,"))
    assert answer["conflict"]["policy"].tolist() == ["cap", "cap"]
    rows = answer["relaxations"]
    assert rows["new_value"].tolist() == pytest.approx([14, 14], rel=1e-5)
    assert rows["gives_way"].tolist() == pytest.approx([2, 2])
    assert answer["sets"]["status"].tolist() == ["optimal"]
    assert answer["sets"]["cost"].tolist() == pytest.approx([2 * 2 / 14])
    assert answer.en == "cap contradicts what can be made; it would be enough to relax cap in t1 12 → 14, cap in t2 12 → 14."
    assert answer.zh.startswith("政策cap与生产能力矛盾；放宽 cap")
    assert solve(apply(given(HEAD + "cap,burden,co2,,,<=,12,1,"), scenarios)).require_plan().objective > 0


def test_only_what_may_give_way_does() -> None:
    """A makes at least 9, the cap of 16 Mt needs at most (16 − 5) / 1.5 = 7.33 there. `keep` has no relax: the cap must become 9 × 2 + 0.5 =
    18.5; with relax the other way round A's floor falls to 7.33."""
    rows = "cap,burden,co2,,,<=,16,{},2030\nkeep,made,steel,A,,>=,9,{},2030"
    answer, _ = diagnose(given(HEAD + rows.format("1", "")))
    assert answer["conflict"]["policy"].tolist() == ["cap", "keep"]
    assert answer["relaxations"][["policy", "period"]].values.tolist() == [["cap", "t2"]]
    assert answer["relaxations"]["new_value"].tolist() == pytest.approx([18.5], rel=1e-5)
    answer, _ = diagnose(given(HEAD + rows.format("", "1")))
    assert answer["relaxations"]["new_value"].tolist() == pytest.approx([11 / 1.5], rel=1e-5)
    assert "cap, keep contradict one another" in answer.en
    never, none = diagnose(given(HEAD + rows.format("", "") + "\nidle,made,steel,B,,<=,99,1,2030"))
    assert not none and "not enough" in never.notes[-1][0]
    both, _ = diagnose(given(HEAD + rows.format("1", "1")))
    assert {tuple(own["policy"]) for _, own in both["relaxations"].groupby("set")} == {("cap",), ("keep",)}


def test_a_fraction_is_told_as_one() -> None:
    """At least 70 % of steel is made in B, which has 4 of the 10 that are wanted: 40 %."""
    policies = "policy,row,side,metric,commodity,region,sense,value\nshare,1,left,made,steel,B,>=,0.7\nshare,2,right,made,steel,,,"
    answer, scenarios = diagnose(given(policies))
    row = answer["relaxations"].iloc[0]
    assert row[["value", "new_value"]].tolist() == pytest.approx([0.7, 0.4], rel=1e-5)
    assert answer["sets"]["status"].tolist() == ["optimal"]
    assert "No policy has a `relax`" in answer.notes[-1][0]
    assert len(scenarios) == 1


def test_values_by_member_and_growth_factors() -> None:
    """Caps by region from `policy_values`: A may make 5 of its 6 and more; only A's number changes, in t2 alone. A growth factor per year is
    loosened by a constant: A may make 0.9^5 of what it made, and cannot make more than 7 first."""
    policies = "policy,metric,commodity,each,region,sense\nlimit,made,steel,region,*,<="
    values = "policy,region,period,value\nlimit,A,t1,7\nlimit,A,,5\nlimit,B,,6"
    case = given(policies, policy_values=values)
    answer, scenarios = diagnose(case)
    assert answer["conflict"][["member", "period"]].values.tolist() == [["A", "t2"]]
    changed = apply(case, scenarios[:1]).tables["policy_values"]
    assert changed.loc[changed["region"] == "B", "value"].tolist() == [6]
    assert solve(apply(case, scenarios[:1])).status == "optimal"
    growth = (
        "policy,row,side,metric,commodity,region,sense,value,lag,per_year,from\npace,1,left,made,steel,A,<=,0.9,,yes,2030\npace,2,right,made,steel,A,,,1,,\n"
        "first,1,left,made,steel,A,<=,7,,,"
    )
    answer, scenarios = diagnose(given(growth))
    assert answer["sets"]["status"].iloc[0] == "optimal"
    assert any(change.value == {"policy": "pace", "row": 3, "side": "left", "metric": "constant"} for s in scenarios for change in s.changes)


def test_where_there_is_one_region_blank_means_it() -> None:
    """A rule by region, its number given for all regions, of which there is one: that number is changed, not given twice."""
    one = {"regions": "region\nA", "capacity": "region,equipment,amount\nA,mill,10", "links": "origin,destination,mode", "freight": "mode,handling"}
    recipes = "route,item,amount\nroll,steel,1\nroll,mill,-1"
    policies, values = (
        "policy,metric,commodity,each,region,sense\nlimit,made,steel,region,*,<=",
        "policy,region,period,value\nlimit,,t1,12\nlimit,,t2,7",
    )
    equipment = "equipment,unit\nmill,Mt/yr"
    case = given(policies, policy_values=values, recipes=recipes, equipment=equipment, routes="route,cost\nroll,1", **one)
    _, scenarios = diagnose(case)
    assert apply(case, scenarios[:1]).tables["policy_values"]["value"].tolist() == pytest.approx([12, 10], rel=1e-5)


def test_physics_never_gives_way() -> None:
    """15 Mt are wanted and 14 can be made."""
    answer, scenarios = diagnose(given(HEAD + "cap,burden,co2,,,<=,99,1,", markets="region,commodity,demand\nA,steel,15"))
    assert not scenarios
    row = answer["short"].iloc[0]
    assert row["commodity"] == "steel" and answer["short"]["missing"].tolist() == pytest.approx([1, 1])
    assert answer.en.startswith("No plan exists even without any policy: 1 Mt/yr of steel are missing at")


def test_whole_numbers() -> None:
    """7 Mt are wanted and plants have 3 each: 9 must be built at once, where 8 are allowed in a period. In the relaxation 7 would do."""
    case = given(
        "policy,metric,equipment,sense,value\nroom,capacity_new,plant,<=,8",
        equipment="equipment,unit,life\nplant,Mt/yr,10",
        capacity="region,equipment,amount",
        builds="region,equipment,max,size,invest\nA,plant,9,3,1",
        recipes="route,item,amount\nmake,steel,1\nmake,plant,-1",
        routes="route,cost\nmake,1",
        markets="region,commodity,demand\nA,steel,7",
        links="origin,destination,mode",
        freight="mode,handling",
    )
    answer, _ = diagnose(case)
    assert set(answer["conflict"]["policy"]) == {"room"}
    assert answer["relaxations"][["period", "new_value"]].values.tolist() == [["t1", pytest.approx(9, rel=1e-5)]]


def test_nothing_to_diagnose_and_bad_data() -> None:
    answer, scenarios = diagnose(Instance.load(ROOT / "instances" / "tiny"))
    assert answer.en == "There is a plan." and not scenarios
    with pytest.raises(InputError, match="its scope matches nothing"):
        diagnose(given("policy,metric,commodity,region,sense,value\nfar,made,co2,B,<=,1"))


@pytest.mark.parametrize("name", ["tiny", "mexico-steel"])
def test_planted_conflicts_are_named(name: str) -> None:
    """If leaving out any one of the planted rows gives a plan, every contradiction holds them all: so must the one that is named."""
    for names, conflicting in planted(Instance.load(ROOT / "instances" / name), 6):
        answer, scenarios = diagnose(conflicting)
        assert set(names) <= set(answer["conflict"]["policy"]), names
        assert scenarios and answer["sets"]["status"].iloc[0] == "optimal"


def test_a_scenario_is_written_and_read(tmp_path: Path) -> None:
    case = given(HEAD + "cap,burden,co2,,,<=,12,1,")
    scenario = diagnose(case)[1][0]
    write(scenario, tmp_path / "r.toml")
    assert load(tmp_path / "r.toml") == [Scenario(scenario.title, scenario.changes)]
    with pytest.raises(WriteError, match="exists"):
        write(scenario, tmp_path / "r.toml")


def test_the_command(tmp_path: Path) -> None:
    tiny, run = str(ROOT / "instances" / "tiny"), CliRunner()
    file = tmp_path / "relaxed.toml"
    tight = ["--set", "policies.value[policy:cap]=1"]
    said = run.invoke(app, ["diagnose", tiny, *tight, "--write", str(file), "--lang", "zh"])
    assert said.exit_code == 0, said.output
    assert "放宽 cap" in said.stdout
    assert run.invoke(app, ["diagnose", tiny, *tight, "--write", str(file)]).exit_code == 2
    after = apply(Instance.load(tiny), load(file))
    assert solve(after).status == "optimal"
    told = run.invoke(app, ["solve", tiny, *tight, "--out", str(tmp_path / "none")])
    assert told.exit_code == 3 and "cap contradicts what can be made" in told.stdout
