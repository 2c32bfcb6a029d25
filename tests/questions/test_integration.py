"""Integration: together, apart, and the worth of each exchange, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import InputError, Instance
from optimizer.questions.integration import exchanges, integration
from tests.build import instance

ROOT = Path(__file__).parents[2]


def test_symbiosis() -> None:
    """The README of the instance works it out: 745 together, 885 apart; gas is worth 120, slag 20."""
    given = Instance.load(ROOT / "instances" / "symbiosis")
    assert exchanges(given).to_dict("list") == {"commodity": ["gas", "slag"], "maker": ["steelworks"] * 2, "user": ["chemical_works", "cement_works"]}
    answer = integration(given)
    assert answer.table["cost [MCNY]"].tolist() == pytest.approx([745, 885, 865, 765])
    assert answer.table["more [MCNY]"].tolist() == pytest.approx([0, 140, 120, 20])
    assert answer.table["co2 [kt]"].tolist() == pytest.approx([1987.5, 2437.5, 2287.5, 2137.5])
    assert "140 MCNY less" in answer.en and "140 MCNY" in answer.zh


def test_bought_goods_may_be_used_apart() -> None:
    """Heat of the mill (1 a unit) serves the works free; apart the works buy it at 3: 10 × 3 = 30 more. With a price of 0 nothing is saved."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt,2025,1",
        "commodities": "commodity,unit,balance\nsteel,t,year\nheat,GJ,year\npaper,t,year",
        "equipment": "equipment,unit,annuity_life,tags\nmill,t/yr,20,m\nworks,t/yr,20,w",
        "capacity": "region,equipment,amount\nA,mill,10\nA,works,10",
        "recipes": "route,item,amount\nroll,steel,1\nroll,heat,1\nroll,mill,-1\npress,paper,1\npress,heat,-1\npress,works,-1",
        "markets": "region,commodity,demand\nA,steel,10\nA,paper,10",
    }
    for price, saved in ((3, 30), (0, 0)):
        answer = integration(instance(**tables, sources=f"region,commodity,price\nA,heat,{price}"))
        assert answer.table["more [CNY]"].iloc[1] == pytest.approx(saved)


def test_nothing_exchanged_is_said() -> None:
    with pytest.raises(InputError, match="no commodity made by equipment of one tag"):
        integration(
            instance(
                regions="region\nA",
                periods="period,start,years\nt,2025,1",
                commodities="commodity,unit,balance\nx,t,year",
                sources="region,commodity,price\nA,x,1",
            )
        )
