"""The audit agrees with right plans and names what is wrong with others."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from models import Instance
from optimizer import Plan, solve
from optimizer.audit import audit
from optimizer.cli import app
from optimizer.describe import DESCRIPTIONS
from optimizer.highs import Limits
from optimizer.plan import PlanError
from tests.audit.mutation import PRICES, Cell, at_random, changed, numbers, with_table
from tests.build import instance
from tests.drawn import made, sketch
from tests.formulation.rich import rich
from tests.formulation.test_swaps import steel
from tests.laws.units import Book, Units, in_units

ROOT = Path(__file__).parents[2]
MATCHINGS = ("nation-year", "region-year", "region-slice")
SHIPPED = ("tiny", "mexico-steel", "mexico-steel-dynamic", "vietnam-fertilizer", "symbiosis", "magnesium-2021")
Change = Callable[[pd.DataFrame], pd.DataFrame]


@cache
def case(name: str) -> tuple[Instance, Plan]:
    """An instance and its plan."""
    if name in MATCHINGS:
        given = rich(name)
    elif name == "steel":
        given = steel()
    else:
        given = Instance.load(ROOT / "instances" / name)
    return given, solve(given, Limits(gap=1e-4)).require_plan()


@pytest.mark.parametrize("name", [*SHIPPED, *MATCHINGS, "steel"])
def test_right_plans_agree(name: str) -> None:
    """To twelve digits: two ways of writing the same sums."""
    given, plan = case(name)
    answer = audit(plan, given)
    assert answer["differences"].empty, answer["differences"].to_string()
    assert answer.table["agrees"].eq("yes").all() and answer.table["relative"].max() < 1e-12
    assert answer.table["rows"].sum() > 60
    assert answer.en.startswith("The plan agrees with the tables") and answer.zh.startswith("方案与输入表一致")


def test_every_rule_is_checked_somewhere() -> None:
    """On the instance that uses everything: each family of rules has rows."""
    given, plan = case("region-slice")
    rules = set(audit(plan, given).table["rule"])
    assert rules >= {
        "build limits", "whole units", "starts", "investment", "cohorts", "refit", "capacity", "routes: where they run",
        "usable capacity", "minimum load",
        "use of capacity", "sources", "prices of purchases", "markets", "links", "freight", "link capacity", "line capacity", "layers", "stock",
        "terms of balances", "balance", "clean use", "clean flows", "clean supply", "burdens", "objective",
    }  # fmt: skip
    assert {f"policy: {name}" for name in given.tables["policies"]["policy"]} <= rules
    swaps = {"swaps: places", "swaps: new", "swaps: ratio", "swaps: bank"}
    assert swaps <= set(audit(case("steel")[1], case("steel")[0]).table["rule"])
    terms = {f"cost: {term}" for term in plan["costs"]["term"]}
    assert terms <= rules and len(terms) > 9


def times(column: str, factor: float, **where: str) -> Change:
    """A column multiplied in the rows that fit."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        at = pd.Series(True, index=frame.index)
        for name, value in where.items():
            at &= frame[name] == value
        assert at.any()
        return frame.assign(**{column: frame[column].where(~at, frame[column] * factor)})

    return change


def without(**where: str) -> Change:
    """The rows that fit left out."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        at = pd.Series(True, index=frame.index)
        for name, value in where.items():
            at &= frame[name] == value
        assert at.any()
        return frame[~at]

    return change


BY_HAND: list[tuple[str, str, Change, set[str]]] = [
    ("tiny", "capacity", times("standing", 1.01, region="Yunnan"), {"capacity"}),
    ("tiny", "cohorts", times("standing", 1.01, region="Yunnan"), {"cohorts", "capacity", "cost: fixed", "policy: cap"}),
    ("tiny", "builds", times("new", 1.01), {"cohorts", "capacity", "investment", "cost: annuities"}),
    ("tiny", "builds", without(region="Yunnan"), {"cohorts", "capacity", "cost: annuities"}),
    ("tiny", "production", times("activity", 1.01, region="Yunnan"), {"usable capacity", "terms of balances", "balance"}),
    ("tiny", "purchases", without(supplier="wind"), {"terms of balances", "balance", "clean supply", "cost: purchases"}),
    ("tiny", "purchases", times("amount", 1.01, supplier="hydro"), {"sources", "terms of balances"}),
    ("tiny", "purchases", times("price", 1.01, supplier="wind"), {"prices of purchases"}),
    ("tiny", "flows", without(origin="Yunnan"), {"terms of balances", "balance", "cost: freight"}),
    ("tiny", "flows", times("freight", 2.0, origin="Yunnan"), {"freight"}),
    ("tiny", "markets", times("demand", 0.9), {"markets"}),
    ("tiny", "balance", times("made", 0.9, region="Yunnan"), {"terms of balances"}),
    ("tiny", "claims", times("clean", 2.0, region="Shandong"), {"clean use", "clean supply", "policy: clean share"}),
    ("tiny", "clean", times("share", 1.1, region="Shandong"), {"clean use"}),
    ("tiny", "costs", times("present_value", 0.99, term="closing"), {"cost: closing"}),
    ("tiny", "costs", without(term="annuities"), {"cost: annuities"}),
    ("tiny", "policies", times("left", 0.9, policy="cap"), {"policy: cap"}),
    ("tiny", "policies", without(policy="clean share"), {"policy: clean share"}),
    ("steel", "swaps", times("amount", 0.9, side="old"), {"swaps: ratio"}),
    ("steel", "swaps", times("amount", 0.9), {"swaps: new"}),
    ("steel", "swaps", times("amount", 1.2), {"swaps: bank"}),
    ("steel", "swaps", lambda frame: frame.assign(rule="KK"), {"swaps: places", "swaps: new"}),
    ("region-slice", "loading", times("loaded", 1.1), {"layers", "cost: freight"}),
    ("region-slice", "loading", times("unloaded", 0.9), {"layers", "balance"}),
    ("region-slice", "stocks", times("level", 1.1, stock="lake"), {"stock"}),
    ("region-slice", "clean_flows", times("clean", 1.1), {"clean supply"}),
    ("region-slice", "burdens", times("amount", 1.01, burden="co2"), {"burdens"}),
]


@pytest.mark.parametrize(("name", "table", "change", "rules"), BY_HAND)
def test_what_is_wrong_is_named(name: str, table: str, change: Change, rules: set[str]) -> None:
    given, plan = case(name)
    answer = audit(with_table(plan, table, change(plan[table])), given)
    assert rules <= set(answer["differences"]["rule"])
    assert answer.en.startswith("The plan does not agree with the tables") and "不一致" in answer.zh


def test_a_difference_is_told_in_numbers() -> None:
    """Closing 2 Mt in Shandong costs 2 × 0.4 = 0.8; a plan that says 0.6 is 0.2 off. The objective 129.1 is the sum of what the tables say."""
    given, plan = case("tiny")
    wrong = with_table(plan, "costs", times("annual", 0.75, term="closing")(plan["costs"]), objective=130.0)
    found = audit(wrong, given)["differences"].set_index("rule")
    assert set(found.index) == {"cost: closing", "objective"}
    line = found.loc["cost: closing"]
    assert (line["recomputed"], line["reported"]) == pytest.approx((0.8, 0.6))
    assert line["where"] == "closing, Shandong, 2025"
    assert found.loc["objective", "difference"] == pytest.approx(0.9)


def test_other_inputs_do_not_agree() -> None:
    """The plan of one instance under a lower cap, a dearer source and a higher demand."""
    given, plan = case("tiny")
    policies, sources, markets = (given.tables[name].copy() for name in ("policies", "sources", "markets"))
    policies.loc[policies["policy"] == "cap", "value"] = 3.9
    sources.loc[sources["supplier"] == "hydro", "price"] = 0.3
    markets["demand"] = 4.1
    for table, rule in (({"policies": policies}, "policy: cap"), ({"sources": sources}, "cost: purchases"), ({"markets": markets}, "balance")):
        assert rule in set(audit(plan, given.replace(table))["differences"]["rule"])


def test_the_inputs_of_another_country() -> None:
    """Names that the tables do not have are said, each once, and nothing else."""
    _, plan = case("tiny")
    other, _ = case("steel")
    answer = audit(plan, other)
    assert set(answer["differences"]["rule"]) == {"names"}
    assert "capacity, region, Yunnan" in set(answer["differences"]["where"])


def test_what_is_not_given_or_given_twice() -> None:
    """An empty cell is no activity; a purchase in two rows is bought twice."""
    given, plan = case("tiny")
    empty = plan["production"].assign(activity=[float("nan"), 2.0])
    assert "balance" in set(audit(with_table(plan, "production", empty), given)["differences"]["rule"])
    twice = pd.concat([plan["purchases"], plan["purchases"].iloc[:1]], ignore_index=True)
    assert {"rows: each once", "terms of balances"} <= set(audit(with_table(plan, "purchases", twice), given)["differences"]["rule"])


@pytest.mark.parametrize("seed", range(3))
def test_random_changes_are_found(seed: int) -> None:
    """Eight cells at random of all numbers that the tables can say something about (all but prices of the solver)."""
    given, plan = case("region-slice")
    dice, columns = random.Random(seed), numbers(plan)
    assert len(columns) >= 50
    missed = [str(cell) for cell in (at_random(plan, dice, columns) for _ in range(8)) if audit(changed(plan, cell), given)["differences"].empty]
    assert not missed


@pytest.mark.parametrize("power", [9, -9])
def test_no_unit_hides_a_mistake(power: int) -> None:
    """Amounts in billions of tons and sums in billions of money, or in billionths: the right plan agrees, a hundredth more of anything does not."""
    d = sketch(6)
    book = Book(d.rows)
    k = 10.0**-power
    given = made(d.settings, in_units(d.rows, Units(money=k, names=dict.fromkeys([*book.commodities, *book.equipment], k), activity=k)))
    plan = solve(given).require_plan()
    answer = audit(plan, given)
    assert answer["differences"].empty, answer["differences"].to_string()
    assert answer.table["relative"].max() < 1e-9
    cells = []
    for table, column in numbers(plan):
        values = plan[table][column].to_numpy(float)
        row = int(np.nanargmax(np.abs(values)))
        cells += [Cell(table, row, column, values[row], values[row] * 1.01)] if values[row] else []
    missed = [cell for cell in cells[::3] if audit(changed(plan, cell), given)["differences"].empty]
    assert len(cells) > 20 and not missed


def test_only_prices_are_left_out() -> None:
    """Every other number of a plan's tables is in the random changes, on the instance that fills all tables but two."""
    _, plan = case("region-slice")
    every = {(table, column) for table, columns in DESCRIPTIONS.items() for column, about in columns.items() if about.kind == "number"}
    assert every - set(numbers(plan)) == PRICES | {("builds", "units"), ("swaps", "amount")}


def test_a_plan_without_tables_is_said() -> None:
    given, plan = case("tiny")
    with pytest.raises(PlanError, match="nothing to check"):
        audit(Plan({**plan.summary, "tables": []}, {}), given)


def test_the_least_instance() -> None:
    """Bought at 2 and sold: no capacity, no routes, no links, no policies."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        sources="commodity,price\nx,2",
        markets="region,commodity,demand\nA,x,3",
    )
    assert audit(solve(given), given)["differences"].empty


def test_command(tmp_path: Path) -> None:
    """0 agrees, 5 differs, 2 where there is nothing to check."""
    given, plan = case("tiny")
    right = plan.save(tmp_path / "right", instance=given)
    done = CliRunner().invoke(app, ["audit", str(right), "--lang", "en"])
    assert done.exit_code == 0 and "agrees with the tables" in done.stdout
    wrong = with_table(plan, "costs", plan["costs"].iloc[1:]).save(tmp_path / "wrong", instance=given)
    done = CliRunner().invoke(app, ["audit", str(wrong), "--lang", "zh"])
    assert done.exit_code == 5 and "不一致" in done.stdout
    bare = plan.save(tmp_path / "bare")
    assert CliRunner().invoke(app, ["audit", str(bare)]).exit_code == 2
    assert CliRunner().invoke(app, ["audit", str(bare), "--instance", str(ROOT / "instances" / "tiny")]).exit_code == 0
    assert CliRunner().invoke(app, ["audit", str(tmp_path / "nothing")]).exit_code == 2
