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
import pandas as pd

from models.algebra import constrain, index_set, neighbours, parameter, sum, variable
from models.formulation.board import Board, Cost, Metric, Part, lettered, state, table
from models.formulation.quantities import capacity
from models.keys import explicit
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
    """Frames: `stocks` (r, c, x, t, cycle, ...), `levels` (r, c, x, t, p, kept, opening, ...), `stocked` (r, c, x, t, p)."""
    keys = {"region": "region", "commodity": "commodity", "period": "period"}
    rows = explicit(board.table("stocks"), keys, ["stock"], board.names, "stocks", board.report)
    rows = lettered(rows, r="region", c="commodity", x="stock", t="period")
    rows = rows[rows["c"].isin(board["commodity_parts"]["c"])]
    order = board["periods"][["t", "years", "order"]]
    stocks = rows.merge(order, on="t").sort_values(["r", "c", "x", "order"], kind="stable")
    board["stocks"] = stocks
    board["stocked"] = stocks[["r", "c", "x", "t"]].merge(board["commodity_parts"], on="c")
    board["levels"] = _levels(board, stocks)
    board["level_before"] = _before(board)
    board["stocked_in"] = _stocked_in(board)


def _levels(board: Board, stocks: pd.DataFrame) -> pd.DataFrame:
    """One row per level: its part, and the numbers of its equation."""
    slices = board["slices"]
    season_share = slices.groupby("season", sort=False)["share"].sum()
    day = slices.assign(cycle="day", p=slices["s"], days=DAYS * slices["season"].map(season_share))
    season = pd.DataFrame({"cycle": "season", "p": season_share.index, "share": season_share.to_numpy(), "days": 1.0})
    season["season"] = season["p"]
    horizon = pd.DataFrame({"cycle": ["horizon"], "p": [YEAR], "share": [1.0], "days": [1.0], "season": [YEAR]})
    parts = pd.concat([day[["cycle", "p", "share", "days", "season"]], season, horizon], ignore_index=True)
    levels = stocks.merge(parts, on="cycle")
    loss, share, days = levels["loss"].astype(float), levels["share"], levels["days"]
    over_horizon = levels["cycle"] == "horizon"
    kept = np.where(over_horizon, (1 - np.minimum(loss, 1)) ** levels["years"], 1 - loss * share / np.where(levels["cycle"] == "day", days, 1.0))
    first = over_horizon & (levels.groupby(["r", "c", "x"], sort=False)["order"].transform("min") == levels["order"])
    last = over_horizon & (levels.groupby(["r", "c", "x"], sort=False)["order"].transform("max") == levels["order"])
    end = levels["end"].fillna(levels["first"])
    least = levels["reserve"] * days
    return levels.assign(
        kept=kept,
        opening=np.where(first, kept * levels["first"].fillna(0.0), 0.0),
        length=np.where(over_horizon, levels["years"], 1.0),
        most=levels["max"] * days,
        least=np.where(last, np.maximum(least, end.fillna(0.0)), least),
        holding=levels["cost"] * np.where(over_horizon, 1.0, share / days),
    ).astype({"p": "str", "season": "str"})


def _before(board: Board) -> pd.DataFrame:
    """For each level the one it follows: u, a = period and part. A cycle's first follows its last."""
    levels = board["levels"]
    rows = []
    for cycle, group in levels.groupby("cycle", sort=False):
        by = ["r", "c", "x"] if cycle == "horizon" else ["r", "c", "x", "t"] + (["season"] if cycle == "day" else [])
        chain = group.groupby(by, sort=False)
        before = group.assign(u=chain["t"].shift(1), a=chain["p"].shift(1))
        if cycle != "horizon":
            before["u"] = before["u"].fillna(chain["t"].transform("last"))
            before["a"] = before["a"].fillna(chain["p"].transform("last"))
        rows.append(before.dropna(subset="u")[[*INDEX, "u", "a"]])
    return pd.concat(rows) if rows else pd.DataFrame(columns=[*INDEX, "u", "a"]).astype("str")


def _stocked_in(board: Board) -> pd.DataFrame:
    """Which parts of the commodity fill which level: a slice its day, a season's slices the season, the year's the horizon."""
    stocked = board["stocked"].rename(columns={"p": "a"})
    levels = board["levels"][INDEX]
    inside = board["portion"].rename(columns={"p": "a", "p2": "p"})
    inside = inside[inside["value"] == 1.0]
    return levels.merge(stocked, on=["r", "c", "x", "t"]).merge(inside[["a", "p"]], on=["a", "p"])[[*INDEX, "a"]]


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
    limited, held = levels[levels["most"].notna()], levels[levels["least"] > 0]
    m.level_max = table(limited, INDEX, "most", "largest level [u]")
    m.level_min = table(held, INDEX, "least", "least level [u]")
    m.LEVEL_BEFORE = neighbours(board["level_before"], *INDEX)
    m.STOCKED_IN = neighbours(board["stocked_in"], *INDEX)
    constrain(m, "stock_level", m.LEVELS, rule=stock_level)
    state(m, "stock_most", limited[INDEX], stock_most)
    state(m, "stock_reserve", held[INDEX], stock_reserve)
    room = levels[levels["equipment"] != ""].rename(columns={"equipment": "q"})
    board["stock_room"] = room
    state(m, "stock_room", room[["r", "c", "x", "q", "t", "p"]], stock_room)
    asked = (board.table("policies")["metric"] == "stock").any()
    cycling = levels[(levels["cycle"] != "horizon") & asked]
    m.LEAST = index_set(cycling[["r", "c", "x", "t"]].drop_duplicates(), doc="stocks whose least level a policy may ask for")
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


def _today(board: Board) -> pd.DataFrame:
    stocks = board["stocks"]
    first = stocks[stocks["cycle"] == "horizon"].drop_duplicates(["r", "c", "x"])
    return first.rename(columns={"first": "value"})[["r", "c", "value"]]


METRICS = (
    Metric(
        "stock", "state", "u", "rc",
        (
            Part(lambda b: b["levels"][b["levels"]["cycle"] == "horizon"], tuple(INDEX), lambda m, *i: m.level[i]),
            Part(
                lambda b: b["levels"][b["levels"]["cycle"] != "horizon"].drop_duplicates(["r", "c", "x", "t"]),
                ("r", "c", "x", "t"),
                lambda m, r, c, x, t: m.least_level[r, c, x, t],
            ),
        ),
        today=_today,
    ),
)  # fmt: skip
COSTS = (Cost("stock", stock),)
BALANCE = (not_stocked,)
