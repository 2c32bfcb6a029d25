"""Stocks: levels over the day, the seasons or the horizon; reserves.

    level[t] = (1 − loss)^years · level[t−1] + years × stocked                                        cycle = horizon
    level[σ] = (1 − loss × share) · level[σ−1] + Σ_s∈σ stocked[s]                                     cycle = season, returns each year
    level[s] = (1 − loss × share[s] / (365 × share of the season)) · level[s−1] + stocked[s]          cycle = day, returns each day
    reserve <= level <= max, K of the equipment named;   level[last] >= end

A day's amounts are yearly sums, so its level, `max` and `reserve` count 365 × the share of its season (`days`).

| symbol | code | unit | source |
|---|---|---|---|
| L | `level` | u (a day's: u × days) | variable |
| Δ | `stocked` | u/yr in the part | variable, either sign |
| | `kept` | 1 | stocks.loss |
| | `opening` | u | stocks.first |
| | `holding_cost` | ¤/u/yr | stocks.cost × share of the year |
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.algebra import Frame, constrain, index_set, neighbours, parameter, stack, sum, variable
from models.formulation.board import Board, Cost, Metric, Part, state, table
from models.formulation.keys import explicit
from models.formulation.quantities import capacity
from models.names import YEAR

TABLES = ("stocks",)
NEEDS = ("sets", "capacity")
DAYS = 365.0
INDEX = ["r", "c", "x", "t", "p"]


def stock_level(m: Any, r: Any, c: Any, x: Any, t: Any, p: Any) -> Any:
    """A level is what is kept of the level before, plus what is put in. [u]"""
    before = sum(m.kept[r, c, x, t, p] * m.level[r, c, x, u, a] for u, a in m.LEVEL_BEFORE[r, c, x, t, p])
    put_in = sum(m.stock_length[r, c, x, t, p] * m.stocked[r, c, x, t, a] for a in m.STOCKED_IN[r, c, x, t, p])
    return m.level[r, c, x, t, p] == before + m.opening[r, c, x, t, p] + put_in


def stock_most(m: Any, r: Any, c: Any, x: Any, t: Any, p: Any) -> Any:
    """A level holds at most `max`. [u]"""
    return m.level[r, c, x, t, p] <= m.level_max[r, c, x, t, p]


def stock_room(m: Any, r: Any, c: Any, x: Any, q: Any, t: Any, p: Any) -> Any:
    """A level fits the capacity of the equipment named. [u]"""
    return m.level[r, c, x, t, p] <= m.days[r, c, x, t, p] * capacity(m, r, q, t)


def stock_reserve(m: Any, r: Any, c: Any, x: Any, t: Any, p: Any) -> Any:
    """A level keeps at least the reserve, and after the last period at least `end`. [u]"""
    return m.level[r, c, x, t, p] >= m.level_min[r, c, x, t, p]


def stock_least(m: Any, r: Any, c: Any, x: Any, t: Any, p: Any) -> Any:
    """The least level of a day or season, for policies. [u]"""
    return m.least_level[r, c, x, t] * m.days[r, c, x, t, p] <= m.level[r, c, x, t, p]


def prepare(board: Board) -> None:
    """Frames: `stocks` (r, c, x, t, cycle, years, order, ...), `levels` (r, c, x, t, p, kept, opening, ...), `stocked` (r, c, x, t, p)."""
    rows = explicit(board, "stocks", board.open("stocks"), ["stock"], r="region", c="commodity", t="period").rename(stock="x")
    rows = rows[board.any_of(board["commodity_parts"]["c"])[rows["c"]]]
    rows = rows.join(board["periods"][["t", "years", "order"]], "t")
    board["stocks"] = rows[np.lexsort((rows["order"], rows.groups("r", "c", "x")))]
    board["stocked"] = board["stocks"][["r", "c", "x", "t"]].join(board["commodity_parts"], "c")
    board["levels"] = _levels(board, board["stocks"])
    board["level_before"] = _before(board)
    stocked, inside = board["stocked"].rename(p="a"), board["portion"].rename(p="a", p2="p")
    filled = board["levels"][INDEX].join(stocked, "r", "c", "x", "t")
    board["stocked_in"] = filled[filled.within(inside[inside["value"] == 1.0], "a", "p")]


def _levels(board: Board, stocks: Frame) -> Frame:
    """One row per level: its part, and the numbers of its equation."""
    slices = board["slices"]
    seasons = slices.total(["season"], "share")
    day = slices.rename(s="p").put(days=DAYS * slices.look_up(seasons, "season", value="share"), cycle=board.code("day"))
    season = seasons.put(p=seasons["season"], days=1.0, cycle=board.code("season"))
    horizon = board.frame(season=[YEAR], p=[YEAR], share=np.ones(1), days=np.ones(1), cycle=["horizon"])
    levels = stocks.join(stack([day, season, horizon], ["cycle", "p", "share", "days", "season"]), "cycle")
    loss, share, days, years = levels["loss"], levels["share"], levels["days"], levels["years"]
    over_horizon = levels["cycle"] == board.code("horizon")
    by_day = levels["cycle"] == board.code("day")
    kept = np.where(over_horizon, (1 - np.minimum(loss, 1)) ** years, 1 - loss * share / np.where(by_day, days, 1.0))
    chain = ["r", "c", "x"]
    first = over_horizon & (levels.look_up(levels.least(chain, "order"), *chain, value="order") == levels["order"])
    latest = levels.put(order=-levels["order"]).least(chain, "order")
    last = over_horizon & (levels.look_up(latest, *chain, value="order") == -levels["order"])
    end = np.nan_to_num(np.where(np.isnan(levels["end"]), levels["first"], levels["end"]))
    least = levels["reserve"] * days
    return levels.put(
        kept=kept,
        opening=np.where(first, kept * np.nan_to_num(levels["first"]), 0.0),
        length=np.where(over_horizon, years, 1.0),
        most=levels["max"] * days,
        least=np.where(last, np.maximum(least, end), least),
        holding=levels["cost"] * np.where(over_horizon, 1.0, share / days),
    )


def _before(board: Board) -> Frame:
    """For each level the one it follows: u, a = period and part. A cycle's first follows its last; levels of a chain stand in order."""
    found = []
    for cycle, by in (("day", ["r", "c", "x", "t", "season"]), ("season", ["r", "c", "x", "t"]), ("horizon", ["r", "c", "x"])):
        levels = board["levels"][board["levels"]["cycle"] == board.code(cycle)]
        chain = levels.groups(*by)
        levels = levels[np.argsort(chain, kind="stable")]
        chain = np.sort(chain)
        count = np.bincount(chain)
        ends = np.cumsum(count) - 1
        before, first = np.arange(len(chain)) - 1, np.append(True, chain[1:] != chain[:-1])[: len(chain)]
        before[first] = ends
        follows = levels[INDEX].put(u=levels["t"][before], a=levels["p"][before])
        found.append(follows[~first] if cycle == "horizon" else follows)
    return stack(found)


def add(m: Any, board: Board) -> None:
    levels = board["levels"]
    m.LEVELS = index_set(levels[INDEX], doc="levels of stocks")
    m.STOCKED = index_set(board["stocked"][INDEX], doc="parts in which goods go into or out of stock")
    m.level = variable(m.LEVELS, doc="level of a stock at the end of the part [u]")
    m.stocked = variable(m.STOCKED, lower=None, doc="put into stock (−: taken out) [u/yr in the part]")
    for name, column, doc in (
        ("kept", "kept", "share of the level before that is kept [1]"),
        ("opening", "opening", "what is left of the level before the first period [u]"),
        ("stock_length", "length", "years that a yearly amount fills the stock [yr]"),
        ("days", "days", "days that a day's level counts for; 1 else [1]"),
        ("holding_cost", "holding", "holding cost [¤/u/yr]"),
    ):
        setattr(m, name, parameter(m.LEVELS, values=levels[[*INDEX, column]], doc=doc))
    limited, held = levels[~np.isnan(levels["most"])], levels[levels["least"] > 0]
    m.level_max = table(limited, INDEX, "most", "largest level [u]")
    m.level_min = table(held, INDEX, "least", "least level [u]")
    m.LEVEL_BEFORE = neighbours(board["level_before"], *INDEX)
    m.STOCKED_IN = neighbours(board["stocked_in"], *INDEX)
    constrain(m, "stock_level", m.LEVELS, rule=stock_level)
    state(m, "stock_most", limited[INDEX], stock_most)
    state(m, "stock_reserve", held[INDEX], stock_reserve)
    room = levels[levels["equipment"] != board.code("")].rename(equipment="q")
    state(m, "stock_room", room[["r", "c", "x", "q", "t", "p"]], stock_room)
    asked = (board.table("policies")["metric"] == "stock").any()
    cycling = levels[(levels["cycle"] != board.code("horizon")) & asked]
    m.LEAST = index_set(cycling[["r", "c", "x", "t"]].unique(), doc="stocks whose least level a policy may ask for")
    m.least_level = variable(m.LEAST, doc="least level of a day or season [u]")
    state(m, "stock_least", cycling[INDEX], stock_least)
    m.STOCKS_OF = neighbours(board["stocked"][["r", "c", "t", "p", "x"]], "r", "c", "t", "p")
    m.HELD_IN = neighbours(levels[["r", "t", "c", "x", "p"]], "r", "t")


def not_stocked(m: Any, r: Any, c: Any, t: Any, p: Any) -> Any:
    """What comes out of stock, less what goes in. [u/yr in the part]"""
    return -sum(m.stocked[r, c, x, t, p] for x in m.STOCKS_OF[r, c, t, p])


def stock(m: Any, r: Any, t: Any) -> Any:
    """Holding cost. [¤/yr]"""
    return sum(m.holding_cost[r, c, x, t, p] * m.level[r, c, x, t, p] for c, x, p in m.HELD_IN[r, t])


def _cycling(horizon: bool) -> Any:
    return lambda board: board["levels"][(board["levels"]["cycle"] == board.code("horizon")) == horizon]


def _today(board: Board) -> Frame:
    stocks = board["stocks"]
    first: Frame = stocks[stocks["cycle"] == board.code("horizon")].unique("r", "c", "x")
    return first.rename(first="value")[["r", "c", "value"]]


METRICS = (
    Metric(
        "stock", "state", "u", "rc",
        (
            Part(_cycling(True), tuple(INDEX), lambda m, *i: m.level[i]),
            Part(lambda b: _cycling(False)(b).unique("r", "c", "x", "t"), ("r", "c", "x", "t"), lambda m, r, c, x, t: m.least_level[r, c, x, t]),
        ),
        today=_today,
    ),
)  # fmt: skip
COSTS = (Cost("stock", stock),)
BALANCE = (not_stocked,)
