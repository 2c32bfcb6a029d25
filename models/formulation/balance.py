"""Balance: one row per region, commodity, period and part of the year in which it is balanced.

    made − used + bought − sold + short + arriving − leaving − put into stock >= demand            (= where surplus = no)

The terms are the `BALANCE` functions of the other families.

| symbol | code | unit | source |
|---|---|---|---|
| D | `demand` | u/yr in the part | markets.demand |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from models.algebra import index_set, stack
from models.formulation.board import Board, state

TABLES = ("commodities",)
NEEDS = ("sets", "production", "trade", "transport", "stock")
METRICS = ()
COSTS = ()
BALANCE = ()
INDEX = ["r", "c", "t", "p"]


def balance(m: Any, r: Any, c: Any, t: Any, p: Any) -> Any:
    """What is made, bought, brought and taken from stock covers what is used, sold, sent, stored and wanted. [u/yr in the part]"""
    return supply(m, r, c, t, p) >= m.demand[r, c, t, p]


def exact_balance(m: Any, r: Any, c: Any, t: Any, p: Any) -> Any:
    """The same where nothing may be left over. [u/yr in the part]"""
    return supply(m, r, c, t, p) == m.demand[r, c, t, p]


def supply(m: Any, r: Any, c: Any, t: Any, p: Any) -> Any:
    """The sum of what the families bring and take. [u/yr in the part]"""
    total: Any = 0
    for term in m.balance_terms:
        total = total + term(m, r, c, t, p)
    return total


def prepare(board: Board) -> None:
    """Frame `balanced` (r, c, t, p, surplus): rows that any term or demand can reach."""
    arriving = board["flows"][["d", "c", "t"]].rename(d="r")
    places = [board["recipes"], board["sources"], board["flows"], arriving, board["stocks"], board["markets"]]
    rows = stack(places, ["r", "c", "t"]).unique().join(board["commodity_parts"], "c")
    commodities = board.open("commodities").rename(commodity="c")
    board["balanced"] = rows.put(surplus=commodities["surplus"][rows.find(commodities, "c")])


def declare(m: Any, board: Board) -> None:
    """The rows, declared before the families that put terms into them."""
    m.BALANCED = index_set(board["balanced"][INDEX], doc="what is balanced, where, when and in which part of the year")


def add(m: Any, board: Board, terms: Sequence[Callable[..., Any]]) -> None:
    """States the rows from the terms that the families offer."""
    m.balance_terms = tuple(terms)
    frame = board["balanced"]
    state(m, "balance", frame[frame["surplus"]][INDEX], balance)
    state(m, "exact_balance", frame[~frame["surplus"]][INDEX], exact_balance)
