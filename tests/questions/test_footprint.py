"""What a unit carries through the chain, worked out by hand; and that nothing is lost or counted twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models import InputError, Instance
from optimizer.cli import app
from optimizer.questions.chain import Chains
from optimizer.questions.footprint import footprint
from optimizer.questions.inventory import inventory
from optimizer.solving import solve
from tests.build import instance
from tests.formulation.rich import rich

ROOT = Path(__file__).parents[2]
TABLES = {
    "regions": "region\nA\nB",
    "periods": "period,start,years\nt,2025,1",
    "commodities": """commodity,unit,balance,surplus,tags
        power,MWh,slice,no,
        iron,t,year,,
        steel,t,year,,product
        co2,t,tally,,
        energy,tce,tally,,""",
    "equipment": "equipment,unit\nmine,t/yr\nmill,t/yr",
    "capacity": "region,equipment,amount\nA,mine,20\nB,mill,10",
    "routes": "route,region,cost\nburn,B,5\nreduce,,1\nroll,,1",
    "recipes": """route,item,amount
        burn,power,1
        burn,co2,0.8
        reduce,iron,1
        reduce,co2,1.5
        reduce,mine,-1
        roll,steel,1
        roll,iron,-1.2
        roll,power,-0.5
        roll,co2,0.1
        roll,mill,-1""",
    "sources": "region,commodity,supplier,price,max,clean\nB,power,wind,1,2,1",
    "markets": "region,commodity,demand,price,max\nB,steel,8,20,2",
    "links": "origin,destination,mode,km\nA,B,rail,100",
    "freight": "mode,commodity,handling\nrail,iron,1",
    "factors": "item,on,burden,amount\nrail,freight,co2,0.0005",
}
SETTINGS = {"clean_commodity": "power", "clean_matching": "region-slice"}


def given(**tables: str) -> Instance:
    return instance(settings=SETTINGS, **(TABLES | tables))


def test_through_the_chain() -> None:
    """10 t of steel need 5 MWh: 2 of wind, 3 burnt, so a MWh carries 0.8 × 3 / 5 = 0.48. Iron carries 1.5 in A and 100 × 0.0005 = 0.05 of freight in
    B. Steel: own 0.1; power 0.5 × 0.48 = 0.24; iron 1.2 × 1.55 = 1.86; in all 2.2, of which iron 1.8 and freight 0.06; 2 × 2.2 are exported."""
    answer = footprint(given(), border_price=50)
    table = answer.table.set_index("commodity")
    assert table.loc["iron", ["footprint", "scope_1", "scope_2", "scope_3"]].tolist() == pytest.approx([1.5, 1.5, 0, 0])
    assert table.loc["steel", ["footprint", "scope_1", "scope_2", "scope_3"]].tolist() == pytest.approx([2.2, 0.1, 0.24, 1.86])
    assert table.loc["power", "footprint"] == pytest.approx(0.8)  # of what is made there; wind is bought
    assert table.loc["steel", "electricity"] == pytest.approx(0.5)
    assert table.loc["steel", "unit"] == "t/t"
    stages = answer["stages"].query("commodity == 'steel'").set_index("stage")["footprint"]
    assert stages.to_dict() == pytest.approx({"iron": 1.8, "power": 0.24, "steel": 0.1, "freight": 0.06})
    assert answer["border"][["sold", "footprint", "cost_per_unit", "cost"]].values.tolist() == [pytest.approx([2, 2.2, 110, 220])]
    assert answer["total"].iloc[0]["sum"] == pytest.approx(22)
    assert answer.en == "In t a unit of steel from B carries 2.2 t/t of co2."
    assert answer.zh == "tB的 steel 每单位带有 co2 2.2 t/t。"


def test_the_clean_share_of_what_is_used() -> None:
    """A clean share of 40 % for steel: 2 of its 5 MWh are called clean."""
    policies = "policy,row,side,metric,commodity,sense,value\nclean,1,left,clean_used,,>=,0.4\nclean,2,right,used,power,,"
    table = footprint(given(policies=policies)).table.set_index("commodity")
    assert table.loc["steel", "clean_share"] == pytest.approx(0.4)


def test_products_share_by_value() -> None:
    """A route makes 1 t of steel at 20 and 2 t of slag at 5 (what one more brings): 2/3 and 1/3 of 0.9 t a run."""
    tables = {
        "commodities": "commodity,unit,balance\nsteel,t,year\nslag,t,year\nco2,t,tally",
        "equipment": "equipment,unit\nmill,t/yr",
        "capacity": "region,equipment,amount\nA,mill,10",
        "recipes": "route,item,amount\nroll,steel,1\nroll,slag,2\nroll,co2,0.9\nroll,mill,-1",
        "markets": "region,commodity,demand,price,max\nA,steel,0,20,50\nA,slag,0,5,50",
        "regions": "region\nA",
        "periods": TABLES["periods"],
    }
    table = footprint(instance(**tables)).table.set_index("commodity")
    assert table["footprint"].to_dict() == pytest.approx({"steel": 0.6, "slag": 0.15})


@pytest.mark.parametrize("burden", ["co2", "energy", "jobs"])
@pytest.mark.parametrize("matching", ["region-slice", "nation-year"])
def test_it_adds_up_to_the_plan(burden: str, matching: str) -> None:
    """Losses, layers, stocks, claims, freight, sales, standing capacity, flares: what leaves is the plan's total, by period."""
    full = rich(matching)
    plan = solve(full).require_plan()
    chains = Chains(full, plan, burden)
    for period in plan.summary["periods"]:
        planned = plan["burdens"].query("burden == @burden and period == @period")["amount"].sum()
        assert sum(chains.period(period).leaving.values()) == pytest.approx(planned, rel=1e-9, abs=1e-9)


def test_inventory() -> None:
    """Scope 1: 1.5 × 12 of iron in A, 0.8 × 3 of power and 0.1 × 10 of steel in B; freight, 12 × 0.05, is the rest of 22. Scopes 2 and 3
    of steel: 2.4, 18.6."""
    answer = inventory(given())
    table = answer.table.set_index(["region", "commodity"])
    assert table["scope_1"].to_dict() == pytest.approx({("A", "iron"): 18, ("B", "power"): 2.4, ("B", "steel"): 1})
    assert table.loc[("B", "steel"), ["scope_2", "scope_3"]].tolist() == pytest.approx([2.4, 18.6])
    assert answer["total"].iloc[0][["routes", "rest", "of_the_plan"]].tolist() == pytest.approx([21.4, 0.6, 22])
    assert answer.en == "co2 is 22 t/yr in t and 22 in t; most of it arises in A."
    assert "A排放最多" in answer.zh


def test_names_and_numbers_that_are_wrong() -> None:
    with pytest.raises(InputError) as caught:
        footprint(given(), burden="co", border_price=-1)
    assert "did you mean co2" in caught.value.text() and ">= 0" in caught.value.text()
    with pytest.raises(InputError, match="no burden"):
        inventory(Instance.load(ROOT / "instances" / "mexico-steel"))


def test_the_commands() -> None:
    run = CliRunner()
    said = run.invoke(app, ["footprint", str(ROOT / "instances" / "symbiosis"), "--json", "--border", "0.1"])
    assert said.exit_code == 0
    total = json.loads(said.stdout)["total"][0]
    assert total["sum"] == pytest.approx(total["of_the_plan"])
    assert "范围一" in run.invoke(app, ["inventory", str(ROOT / "instances" / "symbiosis"), "--lang", "zh"]).stdout
    assert run.invoke(app, ["footprint", str(ROOT / "instances" / "symbiosis"), "--burden", "c"]).exit_code == 2
