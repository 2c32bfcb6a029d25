"""Screening of projects, worked out by hand; and what becomes of many solves that are cut short."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models import InputError, Instance
from optimizer.cli import app
from optimizer.highs import Limits
from optimizer.plan import PlanError
from optimizer.questions.screening import screening
from tests.build import instance

TABLES = {
    "regions": "region\nA\nB\nC",
    "periods": "period,start,years\nt,2025,1",
    "commodities": "commodity,unit,balance\nsteel,t,year\nenergy,tce,tally",
    "equipment": "equipment,unit,life,annuity_life\nmill,t/yr,1,1\nworks,t/yr,1,1",
    "capacity": "region,equipment,amount\nA,mill,20",
    "routes": "route,cost\nroll,10\nmelt,4",
    "recipes": "route,item,amount\nroll,steel,1\nroll,mill,-1\nroll,energy,0.6\nmelt,steel,1\nmelt,works,-1\nmelt,energy,0.3",
    "markets": "region,commodity,demand\nA,steel,8",
    "links": "origin,destination,mode,both\nA,B,rail,yes",
    "freight": "mode,handling\nrail,1",
    "levels": "commodity,item,benchmark,baseline\nsteel,energy,0.3,0.5",
    "policies": "policy,metric,sense,value,region,commodity\nroom,made,<=,9,B,steel\nmost,made,<=,30,,steel",
    "builds": "region,equipment,project,max,invest\nB,works,good,4,3\nB,works,dear,4,7\nB,works,even,4,5.02\nA,mill,more,5,1\nC,works,far,2,3",
}


def given(**tables: str) -> Instance:
    return instance(**(TABLES | tables))


def test_verdicts() -> None:
    """A tonne costs 10 in A, 4 + 1 of freight in B. 4 t/yr in B save 20 and cost 4 × invest: 12, 28, 20.08. Mills in A add nothing, at 5; C has no
    way to the market, 2 × 3. 8 of 20 are used in A: 40 %, so whatever is built in reach duplicates; C has nothing in reach."""
    answer = screening(given())
    table = answer.table.set_index("project")
    assert table["cost_more [CNY]"].to_dict() == pytest.approx({"good": -8, "dear": 8, "even": 0.08, "more": 5, "far": 6})
    assert table["verdict"].to_dict() == {"good": "supports", "dear": "displaces", "even": "neutral", "more": "displaces", "far": "displaces"}
    assert table["utilisation_in_reach"].iloc[:4].tolist() == pytest.approx([0.4] * 4)
    assert table.loc["good", "why"] == "takes 4 t/yr of steel from A (t); duplicates: 40% of what stands in reach is used"
    assert "no more is made there with it" in table.loc["more", "why"] and "below the efficiency baseline" in table.loc["more", "why"]
    assert "duplicates" not in table.loc["far", "why"]
    assert answer.en == "Of 5 projects 1 would lower the system's cost, 1 would be neutral, 3 would displace cheaper capacity."
    assert answer.zh == "5 个项目中，1 个降低系统成本，1 个影响中性，3 个挤占更经济的产能。"
    moved = answer["displaced"].query("project == 'good'")
    assert dict(zip(moved["region"], moved["change"], strict=True)) == pytest.approx({"A": -4, "B": 4})
    levels = answer["levels"].set_index("project")
    assert levels.loc["good", ["intensity", "grade"]].tolist() == [0.3, "benchmark"]
    assert levels.loc["more", ["intensity", "grade"]].tolist() == [0.6, "below the baseline"]


def test_headroom_and_what_is_impossible() -> None:
    """At most 3 t made in B leaves a works of 4 with 3 t: room 3 before, 0 after. At most 3 t/yr of new capacity in B: a works of 4 is
    impossible."""
    room = given(policies="policy,metric,sense,value,region,commodity,equipment\nroom,made,<=,3,B,steel,\nnew,capacity_new,<=,4.5,B,,works")
    rows = screening(room)["headroom"].query("project == 'good'").set_index("policy")
    assert rows.loc["room", ["room_before", "room_after"]].tolist() == pytest.approx([3, 0])
    assert rows.loc["new", ["room_before", "room_after"]].tolist() == pytest.approx([4.5, 0.5])
    small = given(policies="policy,metric,sense,value,region,equipment\nnew,capacity_new,<=,3,B,works")
    row = screening(small).table.set_index("project").loc["good"]
    assert row["verdict"] == "impossible" and "new (t)" in row["why"]


def test_swaps_say_what_stands_behind_it() -> None:
    """Works may be built for 2 t of mills a tonne: 4 t/yr need 8 of A's 20, where 8 - 4 = 4 are still wanted."""
    answer = screening(given(swaps="rule,new_equipment,old_equipment,ratio\nout,works,mill,2"))
    behind = answer["replacement"].query("project == 'good'")
    assert behind[["old_region", "old_equipment", "rule"]].values.tolist() == [["A", "mill", "out"]]
    assert behind["old"].tolist() == pytest.approx([8])


def test_an_adopted_project_is_also_forced_out() -> None:
    """`good` is adopted, so the plan without proposals has it; what it saves is still 8, and `even` then saves 4 × 5 of A's 10 again: 0.08 more."""
    answer = screening(instance(settings={"projects": ["good"]}, **TABLES))
    table = answer.table.set_index("project")
    assert table.loc["good", "cost_more [CNY]"] == pytest.approx(-8)
    assert table.loc["even", "cost_more [CNY]"] == pytest.approx(0.08)


def test_refits_are_proposals_too() -> None:
    """Half of A's mills become works at 2 a tonne: 8 t at 4 instead of 10 saves 48, costs 20."""
    builds = "region,equipment,replaces,project,max,invest\nA,works,mill,refit,10,2"
    answer = screening(given(builds=builds, policies="policy,metric,sense,value\nmost,made,<=,30"))
    assert answer.table["cost_more [CNY]"].tolist() == pytest.approx([-28])


def test_too_little_is_said() -> None:
    with pytest.raises(InputError, match="no proposal"):
        screening(given(builds="region,equipment,max,invest\nB,works,4,3"))
    rows = "region,equipment,project,max,invest,from\nA|B,works,two,4,3,\nB,works,endless,,3,\nB,works,late,4,3,2040"
    with pytest.raises(InputError) as caught:
        screening(given(builds=rows))
    for part in ("one region", "the size of the proposal", "no period lies in its window"):
        assert part in caught.value.text()
    with pytest.raises(InputError, match=">= 0"):
        given(builds="region,equipment,project,max,invest\nB,works,p,-4,3")


def test_what_is_finished_is_kept(tmp_path: Path) -> None:
    """Cancelled after the first rows the question ends with an error that says where they are; asked again it goes on and tidies up."""
    kept, cancel = tmp_path / "rows.jsonl", threading.Event()
    with pytest.raises(PlanError, match="rows are kept"):
        screening(given(), Limits(cancel=cancel, progress=lambda p: cancel.set()), kept)
    finished = kept.read_text("utf-8").split("\n")[1:]
    assert 1 <= len(finished) < 6
    assert all(json.loads(line)["row"]["status"] == "optimal" for line in finished)
    with kept.open("a", encoding="utf-8") as file:
        file.write('\n{"mark": "cut sh')
    seen: list[str] = []
    answer = screening(given(), Limits(progress=lambda p: seen.append(p.stage)), kept)
    assert len(seen) == 6 - len(finished)
    assert answer.table.set_index("project").loc["good", "verdict"] == "supports"
    assert not kept.exists()


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "case"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "instance.toml").write_text('money = "CNY"\nbase_year = 2025\n', "utf-8")
    said = CliRunner().invoke(app, ["screen", str(folder), "--lang", "zh", "--out", "screen.xlsx"])
    assert said.exit_code == 0, said.output
    assert "支持" in said.stdout and "1 个降低系统成本" in said.stdout
    assert (tmp_path / "screen.xlsx").is_file()
