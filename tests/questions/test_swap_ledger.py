"""Who replaces whom: the ledger of a hand-solved swap, banking, and the check of a ledger that is brought."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models import InputError, Instance
from optimizer.change import Change, Scenario, apply
from optimizer.cli import app
from optimizer.questions.swap_ledger import check_ledger, swap_ledger
from optimizer.solving import solve
from tests.build import instance
from tests.formulation.rich import rich

TABLES = {
    "regions": "region\nK\nO",
    "periods": "period,start,years\nt1,2025,5\nt2,2030,5",
    "commodities": "commodity,unit,balance\nsteel,t,year",
    "equipment": "equipment,unit,life,annuity_life,fixed_cost\nbf,t/yr,,20,1\neaf,t/yr,10,,",
    "capacity": "region,equipment,amount\nK,bf,3\nO,bf,6",
    "builds": "region,equipment,from,invest\nK|O,eaf,2030,10",
    "routes": "route,cost\nr-bf,10\nr-eaf,4",
    "recipes": "route,item,amount\nr-bf,steel,1\nr-bf,bf,-1\nr-eaf,steel,1\nr-eaf,eaf,-1",
    "markets": "region,commodity,period,demand\nK,steel,,3\nO,steel,t1,2\nO,steel,t2,5",
    "swaps": "rule,new_region,new_equipment,old_region,old_equipment,ratio,from\nKK,K,eaf,K,bf,1.5,2030\nOX,O,eaf,,bf,1.25,2030",
}
LINES = "period,rule,new_region,new_equipment,new_amount,old_region,old_equipment,old_amount\n"


def given(**tables: str) -> Instance:
    return instance(**(TABLES | tables))


def test_closures_are_banked_and_used_oldest_first() -> None:
    """O needs 2 of 6 in t1 and closes 4, as keeping costs 1 a year. In t2 it wants 5: x arc furnaces, cheaper to run,
    need 1.25 x closed, of which 4 is banked; 6 stand in all, so x + (6 − 1.25 x) >= 5 gives x = 4, behind 4 of t1 and 1 of t2."""
    answer = swap_ledger(given())
    ledger = answer.table
    assert ledger[["period", "rule", "new_region", "old_region", "closed_in"]].values.tolist() == [
        ["t2", "OX", "O", "O", "t1"],
        ["t2", "OX", "O", "O", "t2"],
    ]
    assert ledger["new"].tolist() == pytest.approx([3.2, 0.8])
    assert ledger["old"].tolist() == pytest.approx([4, 1])
    assert ledger["ratio"].tolist() == [1.25, 1.25]
    assert answer["bank"].iloc[0][["closed", "given"]].tolist() == pytest.approx([5, 5])
    assert answer.en == "4 t/yr new stand on 5 t/yr closed (1.25 : 1), 0 t/yr are left over."
    assert answer.zh == "新增 4 t/yr，对应退出 5 t/yr（1.25 : 1），结余 0 t/yr。"


def test_the_ledger_adds_up_to_the_plan() -> None:
    """With every family at work: what the ledger lets in is the new capacity under rules; no place gives more than it closed."""
    row = {"policy": "more", "metric": "capacity_new", "region": "A", "equipment": "new", "sense": ">=", "value": 3, "span": "horizon"}
    full = apply(rich(), [Scenario(changes=(Change("policies", how="insert", value=row),))])
    answer, plan = swap_ledger(full), solve(full).require_plan()
    ruled = plan["swaps"].loc[plan["swaps"]["side"] == "new", ["region", "equipment", "period"]].drop_duplicates()
    built = plan["capacity"].merge(ruled)["new"].sum()
    assert built > 0
    assert answer.table["new"].sum() == pytest.approx(built)
    assert (answer["bank"]["remaining"] > -1e-6).all()
    assert (answer.table["old"] / answer.table["new"]).to_numpy() == pytest.approx(answer.table["ratio"].to_numpy())


def test_a_ledger_that_is_brought() -> None:
    """Lawful; no rule lets K take from O; 1 : 1 where 1.25 is asked; 2.5 + 4 of O's 6 are used; a rule before its window."""
    lines = ["t2,,O,eaf,2,O,bf,2.5", "t2,,K,eaf,1,O,bf,1.5", "t2,OX,O,eaf,2,K,bf,2", "t2,OX,O,eaf,3,O,bf,4", "t1,OX,O,eaf,1,K,bf,1.25"]
    checked = check_ledger(given(ledger=LINES + "\n".join(lines)))
    assert checked["verdict"].tolist() == ["lawful", "no rule allows the pair", "ratio missed", "used twice", "no rule allows the pair"]
    assert checked["rule"].tolist() == ["OX", "", "OX", "OX", "OX"]
    assert checked["ratio"].tolist() == pytest.approx([1.25, 1.5, 1, 4 / 3, 1.25])


def test_the_same_region() -> None:
    swaps = "rule,new_equipment,old_equipment,same_region,ratio\nhome,eaf,bf,yes,1"
    lines = LINES + "t2,,O,eaf,1,O,bf,1\nt2,,O,eaf,1,K,bf,1"
    assert check_ledger(given(swaps=swaps, ledger=lines))["verdict"].tolist() == ["lawful", "no rule allows the pair"]


def test_bad_ledgers_are_one_list() -> None:
    with pytest.raises(InputError) as caught:
        given(ledger=LINES + "t3,OY,O,eaff,-1,O,bf,1", equipment="equipment,unit,life,annuity_life\nbf,t/yr,,20\neaf,GW,10,")
    told = caught.value.text()
    for part in ("t3", "eaff", "did you mean eaf", "new_amount", ">= 0"):
        assert part in told
    with pytest.raises(InputError, match="no rule 'OY'; did you mean OX"):
        given(ledger=LINES + "t2,OY,O,eaf,1,O,bf,1")
    with pytest.raises(InputError, match="no rule: capacity need not be replaced"):
        swap_ledger(given(swaps="rule,ratio"))


def test_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "instance.toml").write_text('money = "CNY"\nbase_year = 2025\n', "utf-8")
    (tmp_path / "brought.csv").write_text(LINES + "t2,,K,eaf,1,O,bf,1.5\n", "utf-8")
    run = CliRunner()
    said = run.invoke(app, ["swaps", str(folder), "--ledger", str(tmp_path / "brought.csv"), "--json"])
    assert said.exit_code == 0
    answer = json.loads(said.stdout)
    assert [row["verdict"] for row in answer["check"]] == ["no rule allows the pair"]
    assert answer["en"].endswith("Of 1 lines brought, 1 is not lawful.")
    table = run.invoke(app, ["swaps", str(folder), "--csv", "--out", str(tmp_path / "out.xlsx")])
    assert table.stdout.splitlines()[0].startswith("period,rule,new_region")
    assert (tmp_path / "out.xlsx").is_file()
    assert run.invoke(app, ["swaps", str(folder), "--out", str(tmp_path / "out.xlsx")]).exit_code == 2
    shown = run.invoke(app, ["swaps", str(folder), "--lang", "zh"])
    assert "新增 4 t/yr" in shown.stdout
