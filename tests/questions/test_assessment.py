"""The indicator table, locked-in burden and strategic commodities, worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models import InputError, Instance
from optimizer.cli import app
from optimizer.questions.assessment import assessment
from tests.build import instance

ROOT = Path(__file__).parents[2]
TABLES = {
    "regions": "region\nA\nB",
    "periods": "period,start,years\nt1,2025,5\nt2,2030,5",
    "commodities": """commodity,unit,balance,surplus,tags
        coal,t,year,no,
        gas,t,year,no,
        metal,t,year,,strategic
        slag,t,year,,product
        co2,t,tally,,
        energy,tce,tally,,
        value_added,CNY,tally,,""",
    "equipment": "equipment,unit,life\nmill,t/yr,\nnew,t/yr,8",
    "capacity": "region,equipment,amount\nA,mill,6\nB,mill,2",
    "builds": "region,equipment,from,invest\nB,new,2030,1",
    "routes": "route,cost\nroll,5\nmelt,1",
    "recipes": """route,item,amount
        roll,metal,1
        roll,coal,-2
        roll,value_added,3
        roll,mill,-1
        melt,metal,1
        melt,gas,-1
        melt,co2,0.5
        melt,value_added,3
        melt,new,-1""",
    "sources": "region,commodity,price\n,coal,0.1\n,gas,0.1",
    "markets": "region,commodity,period,demand\nA,metal,,6\nB,metal,t1,2\nB,metal,t2,4",
    "factors": "item,on,burden,amount\ncoal,use,co2,2\ncoal,use,energy,1\ngas,use,energy,1",
    "stocks": "region,commodity,cycle,first,max\nA,metal,horizon,1,5",
    "policies": """policy,metric,commodity,equipment,each,region,sense,value,from,price
        roof,burden,co2,,,,<=,40,,
        home,burden,co2,,region,B,<=,8,,
        less,burden,co2,,,,<=,27,2030,100
        hold,capacity,,mill,region,A,>=,6,,""",
}


def given(**tables: str) -> Instance:
    return instance(**(TABLES | tables))


def test_indicators() -> None:
    """A makes 6 at 4 t of CO2 each, B 2: 32 of 40. From 2030 B builds 4 that emit 0.5 for 2: 24 + 2 = 26 of 27. B's roof of 8 is tight, then
    ample. Energy: 16 of coal; then 12 and 4 of gas, a quarter. Value added 3 a tonne: 24, then 30."""
    answer = assessment(given())
    table = answer.table.set_index(["region", "period", "indicator"])
    roof = table.loc[("(all)", "t1", "roof")]
    assert roof[["plan", "target", "margin"]].tolist() == pytest.approx([32, 40, 0.2]) and roof["grade"] == "ample"
    assert table.loc[("B", "t1", "home"), "grade"] == "tight" and table.loc[("B", "t2", "home"), "grade"] == "ample"
    assert table.loc[("(all)", "t2", "less"), ["plan", "margin"]].tolist() == pytest.approx([26, 1 / 27])
    assert table.loc[("(all)", "t2", "less"), "grade"] == "met"
    assert table.loc[("A", "t2", "hold"), "grade"] == "tight"
    assert table.loc[("(all)", "t1", "co2 per value added"), "plan"] == pytest.approx(32 / 24)
    assert table.loc[("(all)", "t1", "co2 per value added"), "unit"] == "t/CNY"
    assert table.loc[("(all)", "t1", "share of coal in energy"), "plan"] == pytest.approx(1)
    assert table.loc[("(all)", "t2", "share of gas in energy"), "plan"] == pytest.approx(0.25)
    assert table.loc[("B", "t2", "share of gas in energy"), "plan"] == pytest.approx(1)
    assert answer.en.endswith("co2 goes from 32 t/yr in t1 to 26 in t2 (-19%).")
    assert "7 项目标中 7 项达标" in answer.zh


def test_a_breach_is_a_breach() -> None:
    """At most 20 t, at 1 a tonne beyond: with 24 t in A no plan meets it."""
    policies = "policy,metric,commodity,sense,value,price\nhard,burden,co2,<=,20,0.001"
    row = assessment(given(policies=policies)).table.query("indicator == 'hard' and period == 't2'").iloc[0]
    assert row["grade"] == "breached" and row["margin"] == pytest.approx(1 - row["plan"] / 20)


def test_locked_in() -> None:
    """4 t/yr of 2030 emit 0.5 a tonne, 2 t a year; 8 years of life: 10 t in the horizon, 6 after it."""
    locked = assessment(given())["locked_in"].iloc[0]
    assert locked[["region", "equipment", "period"]].tolist() == ["B", "new", "t2"]
    assert locked[["new", "locked_in", "after_the_horizon"]].tolist() == pytest.approx([4, 16, 6])


def test_strategic() -> None:
    """2025: 6 in A, 2 in B: 75² + 25² = 6,250. 1 t in stock is 365 / 8 = 45.6 days of use; if A stops, 75 % are gone and 1 t lasts 60.8 days."""
    row = assessment(given())["strategic"].query("period == 't1'").iloc[0]
    assert row[["hhi", "share_lost"]].tolist() == pytest.approx([6250, 0.75])
    assert row[["reserve_days", "days_covered"]].tolist() == pytest.approx([365 / 8, 365 / 6])
    assert row["worst_stop"] == "A" and row["commodity"] == "metal"


def test_the_command() -> None:
    run = CliRunner()
    said = run.invoke(app, ["assess", str(ROOT / "instances" / "tiny"), "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["indicators"]
    assert "考核指标" in run.invoke(app, ["assess", str(ROOT / "instances" / "tiny"), "--lang", "zh"]).stdout
    with pytest.raises(InputError, match="did you mean co2"):
        assessment(given(), burden="co")
