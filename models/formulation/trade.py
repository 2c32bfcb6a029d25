"""Trade: sources and markets in tiers, optional sales, firm demand, shortage at a price.

    min[r,c,x,t,p] <= purchase[r,c,x,t,p] <= max[r,c,x,t,p]
    sale[r,c,x,t,p] <= max[r,c,x,t,p],    shortage[r,c,x,t,p] <= demand[r,c,x,t,p]

An amount whose row leaves `slice` blank is the year's: slice s gets share[s] of it; a row that names slices gives each its own amount.

| symbol | code | unit | source |
|---|---|---|---|
| b | `purchase` | u/yr in the part | variable |
| v | `sale`, `shortage` | u/yr in the part | variable |
| D | `demand` | u/yr in the part | markets.demand |
| | `purchase_price`, `sale_price`, `shortage_price` | ¤/u | sources.price, markets.price, markets.shortage_price |
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.algebra import Frame, constrain, index_set, neighbours, parameter, stack, sum, variable
from models.formulation.board import Board, Cost, Metric, Part, state, table
from models.formulation.keys import explicit
from models.names import YEAR

TABLES = ("sources", "markets")
NEEDS = ("sets",)
INDEX = ["r", "c", "x", "t", "p"]


def purchase_most(m: Any, r: Any, c: Any, x: Any, t: Any, p: Any) -> Any:
    """A supplier sells at most so much. [u/yr in the part]"""
    return m.purchase[r, c, x, t, p] <= m.purchase_max[r, c, x, t, p]


def purchase_least(m: Any, r: Any, c: Any, x: Any, t: Any, p: Any) -> Any:
    """At least so much is bought. [u/yr in the part]"""
    return m.purchase[r, c, x, t, p] >= m.purchase_min[r, c, x, t, p]


def sale_most(m: Any, r: Any, c: Any, x: Any, t: Any, p: Any) -> Any:
    """A market takes at most so much beyond its firm demand. [u/yr in the part]"""
    return m.sale[r, c, x, t, p] <= m.sale_max[r, c, x, t, p]


def shortage_most(m: Any, r: Any, c: Any, x: Any, t: Any, p: Any) -> Any:
    """No more can be missing than is wanted. [u/yr in the part]"""
    return m.shortage[r, c, x, t, p] <= m.firm[r, c, x, t, p]


def prepare(board: Board) -> None:
    """Frames: `sources` (r, c, x, t, p, price, min, max, clean), `markets` (r, c, x, t, p, demand, shortage_price, price, max)."""
    sources = _opened(board, "sources", "supplier", ["min", "max"])
    board["sources"] = sources[~(sources["max"] <= 0)]
    board["markets"] = _opened(board, "markets", "market", ["demand", "max"])


def _opened(board: Board, name: str, label: str, amounts: list[str]) -> Frame:
    given = board.open(name)
    given = given.put(own_slice=given["slice"] != board.code(""))
    rows = explicit(board, name, given, [label], r="region", c="commodity", t="period", p="slice").rename(**{label: "x"})
    how = rows.look_up(board.open("commodities").rename(commodity="c"), "c", value="balance")
    slices = board["slices"]
    year = rows[(how == board.code("year")) & (rows["p"] == slices["s"][0])].put(p=board.code(YEAR))
    by_slice = rows[how == board.code("slice")]
    scale = np.where(by_slice["own_slice"], 1.0, by_slice.look_up(slices.rename(s="p"), "p", value="share"))
    return stack([year, by_slice.put(**{a: by_slice[a] * scale for a in amounts})])


def add(m: Any, board: Board) -> None:
    sources, markets = board["sources"], board["markets"]
    m.SOURCES = index_set(sources[INDEX], doc="suppliers, by place, commodity, period and part")
    m.purchase = variable(m.SOURCES, doc="purchase [u/yr in the part]")
    m.purchase_price = table(sources, INDEX, "price", "price [¤/u]")
    limited, forced = sources[~np.isnan(sources["max"])], sources[sources["min"] > 0]
    m.purchase_max = table(limited, INDEX, "max", "largest purchase [u/yr in the part]")
    m.purchase_min = table(forced, INDEX, "min", "least purchase [u/yr in the part]")
    state(m, "purchase_most", limited[INDEX], purchase_most)
    state(m, "purchase_least", forced[INDEX], purchase_least)
    m.BOUGHT = neighbours(sources[["r", "c", "t", "p", "x"]], "r", "c", "t", "p")
    m.BOUGHT_IN = neighbours(sources[["r", "t", "c", "x", "p"]], "r", "t")

    sales = markets[~np.isnan(markets["price"]) & (markets["max"] > 0)]
    short = markets[~np.isnan(markets["shortage_price"]) & (markets["demand"] > 0)]
    board["sales"], board["shortages"] = sales, short
    m.SALES, m.SHORTAGES = index_set(sales[INDEX], doc="optional sales"), index_set(short[INDEX], doc="where demand may go short")
    m.sale = variable(m.SALES, doc="sale beyond firm demand [u/yr in the part]")
    m.shortage = variable(m.SHORTAGES, doc="firm demand not met [u/yr in the part]")
    m.sale_price = table(sales, INDEX, "price", "price [¤/u]")
    m.sale_max = table(sales, INDEX, "max", "largest optional sale [u/yr in the part]")
    m.shortage_price = table(short, INDEX, "shortage_price", "penalty of a shortage [¤/u]")
    m.firm = table(short, INDEX, "demand", "firm demand of one market [u/yr in the part]")
    constrain(m, "sale_most", m.SALES, rule=sale_most)
    constrain(m, "shortage_most", m.SHORTAGES, rule=shortage_most)
    m.SOLD = neighbours(sales[["r", "c", "t", "p", "x"]], "r", "c", "t", "p")
    m.SHORT = neighbours(short[["r", "c", "t", "p", "x"]], "r", "c", "t", "p")
    m.SOLD_IN = neighbours(sales[["r", "t", "c", "x", "p"]], "r", "t")
    m.SHORT_IN = neighbours(short[["r", "t", "c", "x", "p"]], "r", "t")
    total = markets.total(["r", "c", "t", "p"], "demand")
    board["demand"] = total[total["demand"] > 0]
    m.demand = parameter(m.BALANCED, values=board["demand"], default=0.0, doc="firm demand of all markets [u/yr in the part]")


def bought_less_sold(m: Any, r: Any, c: Any, t: Any, p: Any) -> Any:
    """Purchases, less optional sales, plus what firm demand goes short. [u/yr in the part]"""
    bought = sum(m.purchase[r, c, x, t, p] for x in m.BOUGHT[r, c, t, p])
    sold = sum(m.sale[r, c, x, t, p] for x in m.SOLD[r, c, t, p])
    return bought - sold + sum(m.shortage[r, c, x, t, p] for x in m.SHORT[r, c, t, p])


def purchases(m: Any, r: Any, t: Any) -> Any:
    """What suppliers are paid. [¤/yr]"""
    return sum(m.purchase_price[r, c, x, t, p] * m.purchase[r, c, x, t, p] for c, x, p in m.BOUGHT_IN[r, t])


def sales(m: Any, r: Any, t: Any) -> Any:
    """What markets pay for optional sales, as a cost: negative. [¤/yr]"""
    return -sum(m.sale_price[r, c, x, t, p] * m.sale[r, c, x, t, p] for c, x, p in m.SOLD_IN[r, t])


def shortages(m: Any, r: Any, t: Any) -> Any:
    """Penalties of firm demand not met. [¤/yr]"""
    return sum(m.shortage_price[r, c, x, t, p] * m.shortage[r, c, x, t, p] for c, x, p in m.SHORT_IN[r, t])


def _demand(board: Board) -> Frame:
    return board["markets"].rename(demand="value")[[*INDEX, "value"]]


METRICS = (
    Metric("purchase", "rate", "u", "rcxs", (Part(lambda b: b["sources"], tuple(INDEX), lambda m, *i: m.purchase[i]),)),
    Metric("sale", "rate", "u", "rcxs", (Part(lambda b: b["sales"], tuple(INDEX), lambda m, *i: m.sale[i]),)),
    Metric("shortage", "rate", "u", "rcxs", (Part(lambda b: b["shortages"], tuple(INDEX), lambda m, *i: m.shortage[i]),)),
    Metric("demand", "rate", "u", "rcxs", data=_demand),
)
COSTS = (Cost("purchases", purchases), Cost("sales", sales), Cost("shortages", shortages))
BALANCE = (bought_less_sold,)
