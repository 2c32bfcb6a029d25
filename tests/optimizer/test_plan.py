"""A plan saved is the plan loaded; never half-written, never overwritten unasked, never run as a formula; its tables hold together."""

from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from pytest import approx

from models import Instance
from optimizer import Plan, solve
from optimizer.describe import DESCRIPTIONS
from optimizer.highs import Limits
from optimizer.plan import PlanError
from tests.build import instance
from tests.formulation.rich import rich
from tests.look import only


@cache
def plan() -> Plan:
    return solve(rich(), Limits(gap=0)).require_plan()


def small(region: str = "A", market: str = "") -> Instance:
    """x bought at 2, 3 wanted: 6; x costs 2."""
    return instance(
        regions=f"region\n{region}",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        sources="commodity,price\nx,2",
        markets=f"region,commodity,market,demand\n{region},x,{market},3",
    )


def assert_equal(one: Plan, other: Plan, exact: bool = True) -> None:
    """Equal in everything; a workbook keeps 16 digits of each number, a folder all."""
    assert dict(one.summary) == dict(other.summary)
    assert list(one.tables) == list(other.tables)
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other[name], check_exact=exact, rtol=1e-14, obj=name)


def test_a_folder_gives_the_plan_back(tmp_path: Path) -> None:
    place = plan().save(tmp_path / "plan")
    assert_equal(plan(), Plan.load(place))
    assert {f.name for f in place.iterdir()} == {"summary.json", "plan.xlsx", "tables"} | {f"{name}.csv" for name in plan().tables}
    assert {f.stem for f in (place / "tables").iterdir()} == set(plan().tables)


def test_a_workbook_gives_the_plan_back(tmp_path: Path) -> None:
    plan().write_workbook(tmp_path / "plan.xlsx")
    assert_equal(plan(), Plan.load(tmp_path / "plan.xlsx"), exact=False)


def test_a_plan_without_tables_is_saved_too(tmp_path: Path) -> None:
    none = solve(small(), Limits(seconds=0.0))
    stopped = Plan({**none.summary, "status": "stopped", "tables": []}, {})
    assert_equal(stopped, Plan.load(stopped.save(tmp_path / "none")))


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    place = tmp_path / "plan"
    first = solve(small()).save(place)
    before = (first / "summary.json").read_bytes()
    with pytest.raises(PlanError, match="exists"):
        plan().save(place)
    assert (place / "summary.json").read_bytes() == before
    plan().save(place, force=True)
    assert_equal(plan(), Plan.load(place))
    assert [f.name for f in tmp_path.iterdir()] == ["plan"]


def test_what_is_no_plan_is_not_replaced(tmp_path: Path) -> None:
    """Not even by force: a folder of something else stays as it is."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(PlanError, match="no plan"):
        plan().save(tmp_path / "thesis", force=True)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def test_a_plan_is_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up while the workbook is written leaves nothing behind, and an old plan as it was."""
    old = solve(small()).save(tmp_path / "old")
    before = sorted((f.name, f.read_bytes()) for f in old.iterdir() if f.is_file())

    def full(self: Plan, path: str | Path) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Plan, "_workbook", full)
    for place, force in ((tmp_path / "fresh", False), (old, True)):
        with pytest.raises(OSError, match="no space left on device; nothing was changed"):
            plan().save(place, force=force)
    assert [f.name for f in tmp_path.iterdir()] == ["old"]
    assert sorted((f.name, f.read_bytes()) for f in old.iterdir() if f.is_file()) == before


@pytest.mark.parametrize("place", ["nothing", "folder", "book.xlsx"])
def test_what_is_no_plan_is_not_loaded(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    openpyxl.Workbook().save(tmp_path / "book.xlsx")
    with pytest.raises(PlanError):
        Plan.load(tmp_path / place)


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "=1+1"])
def test_names_are_never_formulas(tmp_path: Path, name: str) -> None:
    """A region or market called like a formula is text in the CSV (behind an apostrophe) and in the workbook (a string), and loads as it was."""
    made = solve(small(market=f'"{name.replace(chr(34), chr(34) * 2)}"'))
    assert made["markets"]["market"].tolist() == [name]
    place = made.save(tmp_path / "plan")
    cells = pd.read_csv(place / "markets.csv", dtype=str, keep_default_na=False)["market"].tolist()
    assert cells == ["'" + name]
    sheet = openpyxl.load_workbook(place / "plan.xlsx")["markets"]
    found = [c for row in sheet.iter_rows() for c in row if c.value == name]
    assert found and all(c.data_type == "s" for c in found)
    assert_equal(made, Plan.load(place))
    assert_equal(made, Plan.load(place / "plan.xlsx"))


def test_the_equals_sign_of_a_policy_stays_readable(tmp_path: Path) -> None:
    """A cell that is only "=" is no formula."""
    place = plan().save(tmp_path / "plan")
    senses = set(pd.read_csv(place / "policies.csv", dtype=str)["sense"])
    assert "=" in senses and "<=" in senses
    sheet = openpyxl.load_workbook(place / "plan.xlsx")["policies"]
    assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)


def test_a_plan_is_frozen() -> None:
    with pytest.raises(TypeError):
        plan().summary["status"] = "optimal"
    with pytest.raises(TypeError):
        plan().tables["capacity"] = pd.DataFrame()
    with pytest.raises(AttributeError):
        plan().summary = {}


def test_every_column_is_described_in_two_languages() -> None:
    for name, frame in plan().tables.items():
        assert list(frame.columns) == list(DESCRIPTIONS[name])
        for column, about in DESCRIPTIONS[name].items():
            assert about.en and about.zh, (name, column)
            kind = {"text": "str", "number": "float64", "flag": "bool"}[about.kind]
            assert str(frame[column].dtype) == kind, (name, column)


def test_tables_of_an_empty_plan_have_their_columns() -> None:
    """No capacity, flows, stocks ...: the tables are there, empty."""
    made = solve(small())
    assert made.objective == approx(6) and only(made["balance"], commodity="x").price == approx(2)
    for name in ("capacity", "flows", "stocks", "clean", "burdens", "policies", "swaps", "builds", "production"):
        assert made[name].empty and list(made[name].columns) == list(DESCRIPTIONS[name])


def test_amounts_agree_between_tables() -> None:
    """Purchases, flows and sales are those of the balances; costs are prices times amounts."""
    balance = plan()["balance"]
    purchases, flows, markets = plan()["purchases"], plan()["flows"], plan()["markets"]
    assert purchases["amount"].sum() == approx(balance["bought"].sum())
    assert flows["shipped"].sum() == approx(balance["shipped"].sum()) and flows["received"].sum() == approx(balance["received"].sum())
    assert markets["sale"].sum() == approx(balance["sold"].sum()) and markets["demand"].sum() == approx(balance["demand"].sum())
    costs = plan()["costs"]
    paid = purchases.groupby("period")["cost"].sum().to_dict()
    assert costs[costs["term"] == "purchases"].groupby("period")["annual"].sum().to_dict() == approx(paid)
    made = plan()["production"].merge(pd.DataFrame({"route": ["turbine"], "cost": [0.1]}), on="route")
    assert np.isfinite(made["activity"]).all()


def test_the_levels_of_a_day_are_of_one_day() -> None:
    """The battery holds at most 0.02 MWh: the level in the table is that of one day, not of 365."""
    stocks = plan()["stocks"]
    battery = stocks[stocks["stock"] == "battery"]
    assert len(battery) == 12 and battery["level"].max() <= 0.02 + 1e-9
