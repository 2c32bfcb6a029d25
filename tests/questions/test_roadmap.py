"""Roadmap: every move of a small plan by its date, with its reason; fewer moves for a little more."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from models import InputError, Instance
from optimizer.cli import app
from optimizer.questions.roadmap import roadmap
from tests.build import instance

ROOT = Path(__file__).parents[2]


def test_moves_by_date() -> None:
    """A mill of 2020 that lives 10 years expires in 2030 and is built anew there (1 a year against a purchase at 9). An old works that costs 5 a
    year to keep, its product to be had at 3, closes at once."""
    given = instance(
        regions="region,zh\nA,甲",
        periods="period,start,years\n2025,2025,5\n2030,2030,5",
        commodities="commodity,unit,balance\nx,t,year\ny,t,year",
        equipment="equipment,unit,life,annuity_life,fixed_cost,zh\nmill,t/yr,10,10,0,磨\nworks,t/yr,,10,5,厂",
        capacity="region,equipment,built,amount\nA,mill,2020,4\nA,works,,2",
        builds="region,equipment,invest\nA,mill,10",
        recipes="route,item,amount\nrun,x,1\nrun,mill,-1\nold,y,1\nold,works,-1",
        sources="region,commodity,price\nA,x,9\nA,y,3",
        markets="region,commodity,demand\nA,x,4\nA,y,2",
    )
    answer = roadmap(given)
    columns = ["year", "region", "equipment", "product", "move", "amount"]
    assert answer.table[columns].values.tolist() == [
        ["2025", "A", "works", "y", "closed", 2.0],
        ["2030", "A", "mill", "x", "built", 4.0],
        ["2030", "A", "mill", "x", "expired", 4.0],
    ]
    assert answer.table["reason"].tolist()[2] == "reaches the end of its life"
    assert answer.en.startswith("3 moves: 1 built, 1 closed, 1 expired. First, A closes 2 t/yr of works in 2025: ")
    assert answer.zh.startswith("共 3 项变动：新建 1 项、关停 1 项、到期退役 1 项。首先，甲于 2025 年关停 2 t/yr 厂：")
    assert answer["totals"]["moves"].tolist() == [1, 1, 1]


def test_few() -> None:
    """Tiny without a new pot in Yunnan closes only what the cap asks for, 0.5 in Shandong: 5 × (24.36 power + 4.5 keeping + 1.1 freight) + 0.2
    = 150 against 129.1; closing 0.5 more, which stands idle, saves 5 × 0.5 of keeping less 0.2 for closing. Within 20 % (154.9) that is one move
    in place of two, 147.7 - 129.1 = 18.6 more; within 10 % (142) it is not to be had."""
    tiny = Instance.load(ROOT / "instances" / "tiny")
    few = roadmap(tiny, 0.2)
    assert few.table[["region", "move"]].values.tolist() == [["Shandong", "closed"]]
    assert few.notes[1][0].startswith("1 move (without expiry) instead of 2, for 18.6 bn CNY more: no plan within the budget has fewer")
    assert len(roadmap(tiny, 0.1).table) == 2


def test_fewest_and_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """10 wanted: 5 each of a and b at 100 a year are the best, 1000; c alone, not built there, costs 101 × 10 = 1010. Within 2 % (1020) one move
    is enough. The proxy makes little of what is built least and holds what is not built to be dear: it keeps both."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\n2025,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,annuity_life\na,t/yr,1\nb,t/yr,1\nc,t/yr,1",
        builds="region,equipment,invest,max\nA,a,100,5\nA,b,100,5\nA,c,101,",
        recipes="route,item,amount\n" + "\n".join(f"run {q},x,1\nrun {q},{q},-1" for q in "abc"),
        markets="region,commodity,demand\nA,x,10",
    )
    exact = roadmap(given, 0.02)
    assert exact.table[["equipment", "move", "amount"]].values.tolist() == [["c", "built", pytest.approx(10)]]
    assert exact.notes[1][0].startswith("1 move (without expiry) instead of 2, for 10 CNY more: no plan within the budget has fewer")
    monkeypatch.setattr("optimizer.fewest.EXACT", 0)
    proxy = roadmap(given, 0.02)
    assert proxy.table["equipment"].tolist() == ["a", "b"]
    assert proxy.notes[1][1] == "2 项变动（不计到期，原 2 项），成本增加 0 CNY：以线性规划近似（重加权 l1）求得，未证明最少。"


def test_nothing_can_move() -> None:
    """Ten wanted and bought: there is no equipment."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\n2025,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        sources="region,commodity,price\nA,x,3",
        markets="region,commodity,demand\nA,x,10",
    )
    answer = roadmap(given, 0.1)
    assert answer.en == "The plan moves nothing." and answer.notes[1][0].startswith("0 moves (without expiry) instead of 0, for 0 CNY more")


def test_bad_share() -> None:
    with pytest.raises(InputError, match="must be >= 0"):
        roadmap(Instance.load(ROOT / "instances" / "tiny"), -1)


def test_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIPAN_LANG", "en")
    run = CliRunner().invoke(app, ["roadmap", str(ROOT / "instances" / "tiny"), "--lang", "zh"])
    assert run.exit_code == 0 and "共 2 项变动：新建 1 项、关停 1 项" in run.stdout
