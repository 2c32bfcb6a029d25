"""Transport: flows on directed links, losses, shared and built capacity, loading where a mode is travelled through.

    Σ_c flow[l,c,t] <= capacity[l,t]                                                    by part of the year: share × capacity
    Σ_l,c flow[l,c,t,p] <= available[o,q,t,p] × usable K[o,q,t]                         links of origin o that name equipment q
    loaded[r,n,c,t,p] + Σ_in (1 − loss) flow = unloaded[r,n,c,t,p] + Σ_out flow        where through = yes

| symbol | code | unit | source |
|---|---|---|---|
| F | `flow` | u/yr in the part | variable |
| | `loaded`, `unloaded` | u/yr in the part | variable |
| λ | `loss` | 1 | links.loss |
| | `link_capacity` | u/yr | links.capacity |
| | `freight_cost` | ¤/u | freight.rate × links.km (+ freight.handling where through = no) |
| | `loading_cost` | ¤/u | freight.handling where through = yes |
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from models.algebra import constrain, index_set, neighbours, sum, variable
from models.formulation.board import Board, Cost, Metric, Part, lettered, state, table
from models.formulation.quantities import usable
from models.keys import explicit, lookup
from models.names import YEAR

TABLES = ("links", "freight")
NEEDS = ("sets", "capacity", "production")


def link_capacity(m: Any, l: Any, t: Any, p: Any) -> Any:
    """All goods on a link share its capacity. [u/yr in the part]"""
    carried = sum(m.portion[a, p] * m.flow[l, c, t, a] for c, a in m.CARRIED[l, t, p])
    return carried <= m.share[p] * m.link_capacity[l, t]


def line_capacity(m: Any, r: Any, q: Any, t: Any, p: Any) -> Any:
    """Links of an origin that name an equipment share its capacity there. [u/yr in the part]"""
    carried = sum(m.portion[a, p] * m.flow[l, c, t, a] for l, c, a in m.CARRIED_BY[r, q, t, p])
    return carried <= m.available[r, q, t, p] * usable(m, r, q, t)


def layer(m: Any, r: Any, n: Any, c: Any, t: Any, p: Any) -> Any:
    """What is loaded or arrives on a mode is unloaded or goes on. [u/yr in the part]"""
    arriving = sum((1 - m.loss[l, t]) * m.flow[l, c, t, p] for l in m.LAYER_IN[r, n, c, t, p])
    leaving = sum(m.flow[l, c, t, p] for l in m.LAYER_OUT[r, n, c, t, p])
    return m.loaded[r, n, c, t, p] + arriving == m.unloaded[r, n, c, t, p] + leaving


def prepare(board: Board) -> None:
    """Frames: `links` (l, r, d, n, t, km, capacity, loss, equipment) and `carried` (l, r, d, n, c, t, cost, handling, through)."""
    given = board.table("links")
    back = given[given["both"] == "yes"].rename(columns={"origin": "destination", "destination": "origin"})
    both = pd.concat([given, back[given.columns]])
    keys = {"origin": "region", "destination": "region", "mode": "mode", "period": "period"}
    links = explicit(both, keys, [], board.names, "links", board.report)
    links = links[links["origin"] != links["destination"]]
    links = lettered(links, r="origin", d="destination", n="mode", t="period")
    links["km"] = links["km"].fillna(0.0)
    stands = board["capacities"].rename(columns={"q": "equipment"}).assign(stands=True)
    able = links.merge(stands, on=["r", "equipment", "t"], how="left")["stands"].notna().to_numpy()
    links = links[(links["equipment"] == "").to_numpy() | able]
    links["l"] = (links["r"] + ">" + links["d"] + " " + links["n"]).astype("str")
    board["links"] = links
    freight = board.table("freight")
    balanced = board["commodity_parts"]["c"].drop_duplicates()
    moded = [set(board.names.members(cell, "mode")) for cell in freight["mode"]]
    goods = [set(board.names.members(cell, "commodity")) & set(balanced) for cell in freight["commodity"]]
    pairs = sorted({(n, c) for modes, cs in zip(moded, goods, strict=True) for n in modes for c in cs})
    over = links[["l", "r", "d", "n", "t", "km"]].merge(pd.DataFrame(pairs, columns=["n", "c"]).astype("str"), on="n")
    over = over.rename(columns={"r": "origin", "d": "destination", "n": "mode", "c": "commodity"})
    places = over[["mode", "commodity", "origin", "destination"]].drop_duplicates()
    keys = {"mode": "mode", "commodity": "commodity", "origin": "region", "destination": "region"}
    rows = lookup(places, freight, keys, board.names, "freight", board.report)
    rows = over.merge(rows, on=["mode", "commodity", "origin", "destination"])
    rows = lettered(rows, r="origin", d="destination", n="mode", c="commodity")
    rows["cost"] = rows["rate"].astype(float) * rows["km"] + rows["handling"].where(rows["through"] == "no", 0.0)
    board["carried"] = rows[["l", "r", "d", "n", "c", "t", "km", "cost", "handling", "through"]]


def prepare_lines(board: Board) -> None:
    """Frame `line_capacity` (r, q, t, p, l, c, a): what shares the capacity of an equipment, by part (after unused flows are gone)."""
    own = board["links"].loc[board["links"]["equipment"] != "", ["l", "r", "t", "equipment"]].rename(columns={"equipment": "q"})
    board["line_capacity"] = _sharing(board, board["flows"].merge(own, on=["l", "r", "t"]), ["r", "q", "t"])


def _sharing(board: Board, flows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Flows that share a capacity, in slices if any of them has slices, else over the year: columns by, p, l, c, a (the flow's own part)."""
    sliced = flows[flows["p"] != YEAR] if YEAR not in set(board["slices"]["s"]) else flows.iloc[:0]
    in_slices = flows[by].merge(sliced[by].drop_duplicates(), on=by, how="left", indicator=True)["_merge"] == "both"
    own = flows.rename(columns={"p": "a"})
    year = own[~in_slices.to_numpy()].assign(p=YEAR)
    parts = own[in_slices.to_numpy()].merge(board["portion"].rename(columns={"p": "a", "p2": "p"}), on="a")
    parts = parts[parts["p"].isin(board["slices"]["s"])]
    both = pd.concat([f for f in (year, parts) if len(f)] or [year], ignore_index=True)
    return both[[*by, "p", *(c for c in ("l", "c", "a") if c not in by)]].astype("str")


def add(m: Any, board: Board) -> None:
    flows, links = board["flows"], board["links"]
    flow_index = ["l", "c", "t", "p"]
    m.FLOWS = index_set(flows[flow_index], doc="what can be shipped where it can be used")
    m.flow = variable(m.FLOWS, doc="shipped on a link, at the origin [u/yr in the part]")
    m.loss = table(links, ["l", "t"], "loss", "share lost on the way [1]")
    m.freight_cost = table(board["carried"], ["l", "c", "t"], "cost", "freight [¤/u]")

    limited = links[links["capacity"].notna()]
    m.link_capacity = table(limited, ["l", "t"], "capacity", "capacity of a link [u/yr]")
    shared = _sharing(board, flows.merge(limited[["l", "t"]], on=["l", "t"]), ["l", "t"])
    m.CARRIED = neighbours(shared[["l", "t", "p", "c", "a"]], "l", "t", "p")
    state(m, "link_capacity", shared[["l", "t", "p"]].drop_duplicates(), link_capacity)
    lines = board["line_capacity"]
    m.CARRIED_BY = neighbours(lines, "r", "q", "t", "p")
    state(m, "line_capacity", lines[["r", "q", "t", "p"]].drop_duplicates(), line_capacity)

    single, through = flows[flows["through"] == "no"], flows[flows["through"] == "yes"]
    layer_index = ["r", "n", "c", "t", "p"]
    leaving = through[["r", "n", "c", "t", "p", "l"]]
    arriving = through[["d", "n", "c", "t", "p", "l"]].rename(columns={"d": "r"})
    stops = pd.concat([leaving, arriving])[layer_index].drop_duplicates()
    handling = board["carried"].loc[board["carried"]["through"] == "yes", ["r", "n", "c", "handling"]].drop_duplicates(["r", "n", "c"])
    stops = stops.merge(handling, on=["r", "n", "c"], how="left").fillna({"handling": 0.0})
    board["layers"] = stops
    m.LAYERS = index_set(stops[layer_index], doc="stops of modes that are travelled through")
    m.loaded = variable(m.LAYERS, doc="loaded onto a mode [u/yr in the part]")
    m.unloaded = variable(m.LAYERS, doc="unloaded from a mode [u/yr in the part]")
    m.loading_cost = table(stops, layer_index, "handling", "loading [¤/u]")
    m.LAYER_IN, m.LAYER_OUT = neighbours(arriving, *layer_index), neighbours(leaving, *layer_index)
    constrain(m, "layer", m.LAYERS, rule=layer)

    m.LINKS_OUT = neighbours(single[["r", "c", "t", "p", "l"]], "r", "c", "t", "p")
    m.LINKS_IN = neighbours(single[["d", "c", "t", "p", "l"]].rename(columns={"d": "r"}), "r", "c", "t", "p")
    m.STOPS = neighbours(stops[["r", "c", "t", "p", "n"]], "r", "c", "t", "p")
    m.SHIPPED_FROM = neighbours(flows[["r", "t", "l", "c", "p"]], "r", "t")
    m.LOADED_IN = neighbours(stops[["r", "t", "n", "c", "p"]], "r", "t")


def arriving_less_leaving(m: Any, r: Any, c: Any, t: Any, p: Any) -> Any:
    """What arrives after loss less what leaves, and what is unloaded less what is loaded. [u/yr in the part]"""
    arriving = sum((1 - m.loss[l, t]) * m.flow[l, c, t, p] for l in m.LINKS_IN[r, c, t, p])
    leaving = sum(m.flow[l, c, t, p] for l in m.LINKS_OUT[r, c, t, p])
    return arriving - leaving + sum(m.unloaded[r, n, c, t, p] - m.loaded[r, n, c, t, p] for n in m.STOPS[r, c, t, p])


def freight(m: Any, r: Any, t: Any) -> Any:
    """Freight of what leaves a region, and loading there. [¤/yr]"""
    shipped = sum(m.freight_cost[l, c, t] * m.flow[l, c, t, p] for l, c, p in m.SHIPPED_FROM[r, t])
    return shipped + sum(m.loading_cost[r, n, c, t, p] * m.loaded[r, n, c, t, p] for n, c, p in m.LOADED_IN[r, t])


def _flows(board: Board) -> pd.DataFrame:
    return board["flows"].assign(x=board["flows"]["n"])


METRICS = (
    Metric("shipped", "rate", "u", "rdcxs", (Part(_flows, ("l", "c", "t", "p"), lambda m, l, c, t, p: m.flow[l, c, t, p]),)),
    Metric("received", "rate", "u", "rdcxs", (Part(_flows, ("l", "c", "t", "p"), lambda m, l, c, t, p: (1 - m.loss[l, t]) * m.flow[l, c, t, p]),)),
)
COSTS = (Cost("freight", freight),)
BALANCE = (arriving_less_leaving,)
