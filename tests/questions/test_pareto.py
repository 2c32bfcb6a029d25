"""Pareto and the abatement curve: prices, measures and their order worked out by hand; no point is beaten by another."""

from __future__ import annotations

import threading
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from pytest import approx
from typer.testing import CliRunner

from models import InputError, Instance
from optimizer.cli import app
from optimizer.goals import burden_parts, goals_of
from optimizer.highs import Limits
from optimizer.plan import PlanError
from optimizer.questions.abatement import abatement
from optimizer.questions.pareto import pareto
from optimizer.solving import solution
from tests.build import instance

ROOT = Path(__file__).parents[2]
MEASURES = {
    "regions": "region\nA",
    "periods": "period,start,years\n2025,2025,1",
    "commodities": "commodity,unit,balance,zh\nx,t,year,货甲\ny,t,year,货乙\nz,t,year,货丙\nco2,t,tally,二氧化碳",
    "recipes": "route,item,amount\n" + "\n".join(f"dirty {c},{c},1\ndirty {c},co2,1\nclean {c},{c},1" for c in "xyz"),
    "routes": "route,region,cost\n" + "\n".join(f"dirty {c},A,1\nclean {c},A,{1 + more}" for c, more in zip("xyz", (10, 40, 100), strict=True)),
    "markets": "region,commodity,demand\nA,x,10\nA,y,10\nA,z,10",
}


def test_curve() -> None:
    """Ten tonnes each of three goods, made dirty at 1 or clean at 11, 41 and 101: cutting costs 10, 40 and 100 a tonne of CO2. From 30 tonnes to 0
    in six steps of 5 the means are 10, 10, 40, 40, 100, 100; inside a measure the dual is its cost; cost goes 30, 80, 130, 330, 530, 1030, 1530."""
    answer = abatement(instance(**MEASURES), "co2", 7)
    table = answer.table
    assert table["co2 [t]"].tolist() == approx([30, 25, 20, 15, 10, 5, 0], abs=1e-5)
    assert table["cost [CNY]"].tolist() == approx([30, 80, 130, 330, 530, 1030, 1530], rel=1e-5)
    assert table["mean of the step [CNY/t]"].tolist()[1:] == approx([10, 10, 40, 40, 100, 100], rel=1e-4)
    price = table["price [CNY/t]"].tolist()
    assert price[0] == 0 and price[1] == approx(10) and price[3] == approx(40) and price[5] == approx(100) and np.isnan(price[6])
    measures = answer["measures"]
    for step, good in zip("123456", "xxyyzz", strict=True):
        own = measures[measures["step"] == step]
        assert own["item"].tolist() == [f"dirty {good}", f"clean {good}"]
        assert own["activity"].tolist() == approx([-5, 5], rel=1e-4) and own["share"].tolist() == approx([1, 0], abs=1e-4)
    assert answer.en == "The first 5 t of co2 cost 10 CNY/t (most from dirty x), the last of 30 t (100%) 100 (most from dirty z)."
    assert answer.zh.startswith("二氧化碳最初的 5 t 减排成本为 10 CNY/t")


def test_what_is_finished_is_kept(tmp_path: Path) -> None:
    """Cancelled after the first end: asked again, four of five points are worked out."""
    kept, cancel = tmp_path / "rows.jsonl", threading.Event()
    stop = Limits(cancel=cancel, progress=lambda p: cancel.set() if "/" in p.stage else None)
    with pytest.raises(PlanError, match="1 of 5 rows are kept"):
        abatement(instance(**MEASURES), "co2", 5, stop, kept)
    seen: list[str] = []
    answer = abatement(instance(**MEASURES), "co2", 5, Limits(progress=lambda p: seen.append(p.stage)), kept)
    assert len([stage for stage in seen if "/" in stage]) == 4 and not kept.exists()
    assert answer.table["cost [CNY]"].tolist() == approx([30, 105, 330, 780, 1530], rel=1e-5)


def test_three_points() -> None:
    """Cost against CO2 in three points: (30, 30), then 15 tonnes at a price of 40, then none at 1530; on average 1500 / 30 = 50 a tonne."""
    answer = pareto(instance(**MEASURES), ("cost", "co2"), 3)
    assert answer.table["cost [CNY]"].tolist() == approx([30, 330, 1530], rel=1e-5)
    assert answer.table["price of co2 [CNY/t]"].tolist()[1] == approx(40)
    assert answer.en == "co2 can fall by 30 t (100%) at most, for 1,500 CNY more cost: 50 CNY/t on average."
    assert answer.zh == "二氧化碳最多可降 30 t（100%），成本增加 1,500 CNY，平均 50 CNY/t。"


def test_one_plan_may_be_best_in_both() -> None:
    """Clean at less than dirty: nothing to choose."""
    routes = "route,region,cost\n" + "\n".join(f"dirty {c},A,1\nclean {c},A,0.5" for c in "xyz")
    cheap = instance(**MEASURES | {"routes": routes})
    assert pareto(cheap).en == "One plan is best in cost and co2 at once."
    assert pareto(cheap).zh == "同一方案在成本、二氧化碳上同时最优。"
    assert abatement(cheap, "co2").en == "co2 cannot be cut below what the best plan has."


def test_ends_are_lexicographic() -> None:
    """A route that emits twice as much at the same cost: the best in cost must not use it, nor may the least CO2 cost more than it must."""
    both = MEASURES["recipes"] + "\nfoul x,x,1\nfoul x,co2,2"
    same = instance(**MEASURES | {"recipes": both, "routes": MEASURES["routes"] + "\nfoul x,A,1"})
    table = pareto(same, ("cost", "co2"), 2).table
    assert table["co2 [t]"].tolist() == approx([30, 0], abs=1e-5) and table["cost [CNY]"].tolist() == approx([30, 1530], rel=1e-5)


@pytest.mark.parametrize("goals", [("cost", "moves:pots"), ("cost", "spread:pots"), ("cost", "moves:pots", "spread:pots"), ("moves:pots", "cost")])
def test_no_point_is_beaten(goals: tuple[str, ...]) -> None:
    values = pareto(Instance.load(ROOT / "instances" / "tiny"), goals, 4).table.iloc[:, 2 : 2 + len(goals)].to_numpy()
    assert len(values) >= 2
    assert not any((one <= other + 1e-6).all() and (one < other - 1e-4).any() for one, other in permutations(values, 2))


def test_goals_by_hand() -> None:
    """The plan of tiny builds 1 in Yunnan and closes 2 in Shandong: 3 moves; the largest change of a region is 2; the cost is its objective; no
    demand is short. Of symbiosis, the parts of co2 add up to what the plan says, 1987.5 kt."""
    found = solution(Instance.load(ROOT / "instances" / "tiny"))
    solved = found.require_solved()
    matrices, goals = goals_of(solved, ["cost", "moves:pots", "shortage", "spread:pots"])
    assert [goal.at(solved.x) for goal in goals[:3]] == [approx(129.1), approx(3), approx(0)]
    assert matrices.matrix.shape[1] == len(solved.x) + 1
    ready = np.append(solved.x, 2.0)
    low, high = matrices.row_lower - 1e-9, matrices.row_upper + 1e-9
    assert ((matrices.matrix @ ready >= low) & (matrices.matrix @ ready <= high)).all() and goals[3].over(len(ready)) @ ready == 2
    assert not (matrices.matrix @ np.append(solved.x, 1.9) >= low).all()
    other = solution(Instance.load(ROOT / "instances" / "symbiosis")).require_solved()
    assert sum(weights @ other.x + constant for _, weights, constant in burden_parts(other, "co2")) == approx(1987.5)


def test_whole_numbers() -> None:
    """Clean works come in units of 10 at an annuity of 10 each, one per good: from 30 tonnes to 20 to 10 to 0, nothing between."""
    table = {
        "regions": "region\nA", "periods": "period,start,years\n2025,2025,1",
        "commodities": "commodity,unit,balance\nx,t,year\nco2,t,tally", "equipment": "equipment,unit,annuity_life\nworks,t/yr,10",
        "builds": "region,equipment,size,max,invest\nA,works,10,30,10",
        "recipes": "route,item,amount\ndirty,x,1\ndirty,co2,1\nclean,x,1\nclean,works,-1",
        "routes": "route,region,cost\ndirty,A,1", "markets": "region,commodity,demand\nA,x,30",
    }  # fmt: skip
    dear = instance(**table | {"builds": "region,equipment,size,max,invest\nA,works,10,30,40"})
    answer = pareto(dear, ("cost", "co2"), 4)
    assert answer.table["co2 [t]"].tolist() == approx([30, 20, 10, 0], abs=1e-4)
    assert answer.table["cost [CNY]"].tolist() == approx([30, 60, 90, 120], rel=1e-4)
    assert "whole numbers fixed" in answer.notes[0][0]


def test_bad_goals() -> None:
    tiny = Instance.load(ROOT / "instances" / "tiny")
    with pytest.raises(InputError) as error:
        pareto(tiny, ("cots", "moves:pot"))
    assert len(error.value.problems) == 2 and "did you mean cost?" in error.value.text("en") and "did you mean pots?" in error.value.text("en")
    with pytest.raises(InputError, match="two or three different goals"):
        pareto(tiny, ("cost", "cost"))
    with pytest.raises(InputError, match="must be >= 2"):
        abatement(tiny, "co2", 1)
    with pytest.raises(InputError, match="must be one of"):
        abatement(tiny, "co2")


def test_command() -> None:
    tiny = str(ROOT / "instances" / "tiny")
    run = CliRunner().invoke(app, ["pareto", tiny, "--goal", "cost", "--goal", "moves:pots", "--steps", "3", "--lang", "en"])
    assert run.exit_code == 0 and "moves:pots can fall by 2.5 Mt/yr (83%) at most" in run.stdout
