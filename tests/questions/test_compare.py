"""Plans side by side: what differs in what was asked, and in what comes out."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from models import InputError, Instance
from optimizer import solve
from optimizer.change import Change, Scenario, apply
from optimizer.cli import app
from optimizer.plan import Plan
from optimizer.questions.compare import compare, load

ROOT = Path(__file__).parents[2]
TINY = Instance.load(ROOT / "instances" / "tiny")


def changed(*changes: Change) -> Instance:
    return apply(TINY, [Scenario(changes=changes)])


def test_only_what_differs() -> None:
    """A tenth more demand in Guangdong: 4 -> 4.4 Mt, which Shandong keeps of what it closed."""
    more = changed(Change("markets", {"region": "Guangdong"}, "demand", "multiply", 1.1))
    plans = {"base": solve(TINY), "more": solve(more)}
    answer = compare(plans, {"base": TINY, "more": more})
    assert answer["inputs"].values.tolist() == [["markets", "region Guangdong, commodity aluminium", "demand", "4", "4.4"]]
    costs = answer["costs"].set_index("term")
    for name, plan in plans.items():
        same = plan["costs"].groupby("term")["present_value"].sum().drop(costs.index).sum()
        assert costs[name].sum() + same == pytest.approx(plan.objective)
    moved = answer["moves"].set_index(["region", "kind"]).loc[("Shandong", "closed"), ["base", "more"]]
    assert moved["base"] - moved["more"] == pytest.approx(0.4)
    change = plans["more"].objective - plans["base"].objective
    assert answer.table["more"].tolist() == pytest.approx([0, change])
    assert answer.en == f"more costs {change:,.4g} bn CNY more than base ({change / plans['base'].objective:+.2%})."
    assert answer.zh.startswith(f"more 比 base 成本增加 {change:,.4g} bn CNY")


def test_a_plan_and_itself() -> None:
    plan = solve(TINY)
    answer = compare({"a": plan, "b": plan}, {"a": TINY, "b": TINY})
    assert [section.name for section in answer.sections if len(section.frame)] == ["plans"]


def test_three_plans_one_of_them_infeasible() -> None:
    """Nobody can make 1,000 Mt: that plan has a status, and the other two are compared all the same."""
    dear = changed(Change("sources", {"commodity": "electricity"}, "price", "multiply", 2))
    none = changed(Change("markets", {"region": "Guangdong"}, "demand", "set", 1000))
    answer = compare({"base": solve(TINY), "dear": solve(dear), "none": solve(none)})
    assert answer.table["status"].tolist() == ["optimal", "optimal", "infeasible"]
    assert list(answer["costs"].columns) == ["term", "base", "dear"]
    assert answer.en.endswith("none is infeasible.")


def test_saved_plans_bring_their_inputs(tmp_path: Path) -> None:
    dear = changed(Change("instance", column="discount_rate", value=0.07))
    for name, given in (("base", TINY), ("dear", dear)):
        solve(given).save(tmp_path / name, instance=given)
    plans, instances = load([tmp_path / "base", tmp_path / "dear"])
    assert instances is not None and instances["dear"].fingerprint == dear.fingerprint
    rows = compare(plans, instances)["inputs"]
    assert rows[["table", "column"]].values.tolist() == [["instance", "discount_rate"]]
    solve(TINY).save(tmp_path / "bare")
    assert load([tmp_path / "base", tmp_path / "bare"])[1] is None


def test_one_plan_is_too_few(tmp_path: Path) -> None:
    plan = solve(TINY)
    with pytest.raises(InputError, match="two plans at least"):
        compare({"a": plan})
    plan.save(tmp_path / "a")
    run = CliRunner()
    assert run.invoke(app, ["compare", str(tmp_path / "a")]).exit_code == 2
    assert run.invoke(app, ["compare", str(tmp_path / "a"), str(tmp_path / "nothing")]).exit_code != 0
    plan.save(tmp_path / "b")
    both = run.invoke(app, ["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--lang", "zh"])
    assert both.exit_code == 0 and "方案一览" in both.stdout
    assert Plan.load(tmp_path / "a").objective == plan.objective
