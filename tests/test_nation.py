"""The nations that size is measured on: the same every time, China's totals at any size, and solved with a proof."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from benchmarks.nation import CHINA, LEAST, nation, tables
from models.algebra import Expander, Matrices
from models.formulation import build
from models.instance import Instance
from optimizer import solve


@cache
def matrices(regions: int, periods: int = 1, seasons: int = 1) -> Matrices:
    return Expander(build(nation(regions, periods, seasons)).pyomo).matrices()


def total(given: dict[str, pd.DataFrame], table: str, column: str) -> float:
    return float(given[table][column].sum())


def test_the_same_arguments_give_the_same_instance() -> None:
    assert nation(8, 2, 1).fingerprint == nation(8, 2, 1).fingerprint
    assert nation(40, 1, 1).fingerprint != nation(40, 1, 1, seed=2).fingerprint


@pytest.mark.parametrize("regions", [8, 31, 70])
def test_totals_are_those_of_china(regions: int) -> None:
    given, _ = tables(regions)
    china = Instance.load(CHINA).tables
    for table, column in (("capacity", "amount"), ("markets", "demand"), ("sources", "max"), ("stocks", "first")):
        if table == "sources":  # what a group may buy is shared among its regions, not given to each
            single = china[table][china[table]["region"] != "ports"]
            home = given[table][given[table]["supplier"] != "abroad"]
            assert home[column].sum() == pytest.approx(single[column].sum())
        else:
            assert total(given, table, column) == pytest.approx(china[table][column].sum())


@pytest.mark.parametrize("regions", [8, 70])
def test_links_join_neighbours(regions: int) -> None:
    given, _ = tables(regions)
    width = int(np.ceil(np.sqrt(regions)))
    at = {name: divmod(i, width) for i, name in enumerate(given["regions"]["region"])}
    links = given["links"]
    far = [max(abs(at[o][0] - at[d][0]), abs(at[o][1] - at[d][1])) for o, d in zip(links["origin"], links["destination"], strict=True)]
    assert set(far) == {1}
    assert not links.duplicated(["origin", "destination", "mode"]).any()
    assert set(links.loc[links["mode"] == "rail", ["origin", "destination"]].to_numpy().ravel()) == set(given["regions"]["region"])


def test_twice_the_regions_have_twice_the_rows_of_regions() -> None:
    once, twice = matrices(31), matrices(62)
    for name in ("standing", "usable_capacity", "exact_balance", "clean_supply", "shortage_most"):
        assert twice.rows[name].count == 2 * once.rows[name].count, name
    assert twice.rows["swap_ratio"].count == once.rows["swap_ratio"].count, "rules of the nation stay"


def test_a_nation_is_solved_with_a_proof() -> None:
    plan = solve(nation(8, 2, 1))
    assert plan.status == "optimal"
    assert plan.summary["certified"]


def test_refused() -> None:
    with pytest.raises(ValueError, match=f"{LEAST} regions"):
        tables(LEAST - 1)
    with pytest.raises(ValueError, match="1 to 6 periods"):
        tables(8, 7)
    with pytest.raises(ValueError, match="1 to 4 seasons"):
        tables(8, 1, 5)
