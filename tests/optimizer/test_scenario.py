"""Scenarios: changes in order, whole tables, rows, `--set`; everything that fits nothing is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import InputError, Instance
from optimizer import solve
from optimizer.change import Change, Scenario, apply, parse_set
from optimizer.scenario import find, load
from tests.build import instance


def shop(**more: str) -> Instance:
    """Bread is bought at A for 2; 10 a year are wanted for 2 years: 40."""
    tables = {
        "regions": "region\nA\nB",
        "periods": "period,start,years\nt1,2025,1\nt2,2026,1",
        "commodities": "commodity,unit,balance\nbread,t,year",
        "sources": "region,commodity,supplier,price,max\nA,bread,baker,2,30\nA,bread,dear,5,",
        "markets": "region,commodity,period,demand\nA,bread,t1|t2,10",
    }
    return instance(**(tables | more))


def cost(*scenarios: Scenario) -> float:
    return solve(apply(shop(), scenarios)).objective


def test_how() -> None:
    where = {"supplier": "baker"}
    assert cost() == 40
    assert cost(Scenario(changes=(Change("sources", where, "price", "set", 3),))) == 60
    assert cost(Scenario(changes=(Change("sources", where, "price", "multiply", 1.5), Change("sources", where, "price", "add", 1)))) == 80
    assert cost(Scenario(changes=(Change("sources", where, how="remove"),))) == 100
    assert (
        cost(Scenario(changes=(Change("markets", {"period": "t1|t2"}, "demand", "multiply", 2), Change("sources", where, "max", "set", 12)))) == 128
    )


def test_set_blank_takes_the_limit_away() -> None:
    """Demand 40, baker at most 30: 60 + 50 a year; without the limit 80."""
    double = Change("markets", {}, "demand", "set", 40)
    assert cost(Scenario(changes=(double,))) == 220
    assert cost(Scenario(changes=(double, parse_set("sources.max[A,bread,baker]=")))) == 160


def test_rows_and_settings() -> None:
    """A cap on all purchases at 9 a year makes a soft shortage necessary: demand 10 at penalty 7: 18 + 7 = 25 a year."""
    cap = Change("policies", how="insert", value={"policy": "cap", "metric": "purchase", "sense": "<=", "value": 9})
    short = Scenario(changes=(Change("markets", {}, "shortage_price", "set", 7), cap))
    assert cost(short) == 50
    discounted = apply(shop(), [Scenario(changes=(parse_set("instance.discount_rate=0.25"),))])
    assert solve(discounted).objective == pytest.approx(20 + 20 / 1.25)


def test_files(tmp_path: Path) -> None:
    """`extends` comes first; a replaced table stands beside the file."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "markets.csv").write_text("region,commodity,demand\nA,bread,1\n")
    (folder / "little.toml").write_text('title = "little"\n[[replace]]\ntable = "markets"\nfile = "markets.csv"\n')
    (folder / "dear.toml").write_text('extends = "little"\n[[change]]\ntable = "sources"\ncolumn = "price"\nhow = "multiply"\nvalue = 10\n')
    assert cost(*load(find(tmp_path, "little"))) == 4
    assert cost(*load(find(tmp_path, "dear"))) == 40
    with pytest.raises(InputError, match="did you mean little"):
        find(tmp_path, "litle")


def test_everything_wrong_is_said_at_once() -> None:
    bad = Scenario(
        changes=(
            Change("sorces", {}, "price", "set", 1),
            Change("sources", {"suplier": "baker"}, "price", "set", 1),
            Change("sources", {"supplier": "backer"}, "price", "set", 1),
            Change("sources", {}, "price", "times", 2),
            Change("sources", {}, "price", "multiply", "two"),
        )
    )
    with pytest.raises(InputError) as caught:
        apply(shop(), [bad])
    text = str(caught.value)
    assert "did you mean sources" in text and "did you mean supplier" in text and "no row has supplier = backer" in text
    assert "set, add, multiply, remove, insert" in text and "not a number" in text
    assert len(caught.value.problems) == 5


def test_the_changed_instance_is_checked_again() -> None:
    with pytest.raises(InputError, match=r">= 0"):
        apply(shop(), [Scenario(changes=(Change("markets", {}, "demand", "set", -1),))])


def test_set_syntax() -> None:
    assert parse_set("markets.demand[A,bread]*=1.5") == Change("markets", {"region": "A", "commodity": "bread"}, "demand", "multiply", "1.5")
    assert parse_set("markets.demand[period:t1]=3").where == {"period": "t1"}
    for wrong in ("markets.demand", "sorces.price[A]=1", "regions.en[A,B]=x"):
        with pytest.raises(InputError):
            parse_set(wrong)
