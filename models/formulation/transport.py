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

import numpy as np

from models.algebra import Frame, constrain, index_set, neighbours, stack, sum, variable
from models.formulation.board import Board, Cost, Metric, Part, state, table
from models.formulation.keys import explicit, lookup
from models.formulation.quantities import usable
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
    given = board.open("links")
    back = given[given["both"]].rename(origin="destination", destination="origin")
    links = explicit(board, "links", stack([given, back]), r="origin", d="destination", n="mode", t="period")
    links = links[links["r"] != links["d"]].put(km=np.nan_to_num(links["km"])[links["r"] != links["d"]])
    bound = links["equipment"] != board.code("")
    links = links[~bound | links.within(board["capacities"].rename(q="equipment"), "r", "equipment", "t")]
    board["links"] = links.put(l=links.label(lambda r, d, n: f"{r}>{d} {n}", "r", "d", "n"))
    links, freight = board["links"], board.open("freight")
    balanced = board.any_of(board["commodity_parts"]["c"])
    pairs = {
        (n, c)
        for modes, goods in zip(freight.decoded("mode"), freight.decoded("commodity"), strict=True)
        for n in board.members(modes, "mode").tolist()
        for c in board.members(goods, "commodity").tolist()
        if balanced[c]
    }
    moved = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    over = links[["l", "r", "d", "n", "t", "km"]].join(board.frame(n=moved[:, 0], c=moved[:, 1]), "n")
    at = lookup(board, "freight", over, freight, n="mode", c="commodity", r="origin", d="destination")
    over, at = over[at >= 0], at[at >= 0]
    through, handling = freight["through"][at], freight["handling"][at]
    cost = freight["rate"][at] * over["km"] + np.where(through, 0.0, handling)
    board["carried"] = over.put(cost=cost, handling=handling, through=through)


def prepare_lines(board: Board) -> None:
    """Frame `line_capacity` (r, q, t, p, l, c, a): what shares the capacity of an equipment, by part (after unused flows are gone)."""
    links = board["links"]
    own = links[links["equipment"] != board.code("")].rename(equipment="q")[["l", "r", "t", "q"]]
    board["line_capacity"] = _sharing(board, board["flows"].join(own, "l", "r", "t"), ["r", "q", "t"])


def _sharing(board: Board, flows: Frame, by: list[str]) -> Frame:
    """Flows that share a capacity, in slices if any of them has slices, else over the year: columns by, p, l, c, a (the flow's own part)."""
    year, slices = board.code(YEAR), board["slices"]["s"]
    own = flows.rename(p="a")
    sliced = own.within(own[(own["a"] != year) & (slices[0] != year)], *by)
    parts = own[sliced].join(board["portion"].rename(p="a", p2="p"), "a")
    parts = parts[board.any_of(slices)[parts["p"]]]
    return stack([own[~sliced].put(p=year), parts], [*by, "p", *(c for c in ("l", "c", "a") if c not in by)])


def add(m: Any, board: Board) -> None:
    flows, links = board["flows"], board["links"]
    flow_index = ["l", "c", "t", "p"]
    m.FLOWS = index_set(flows[flow_index], doc="what can be shipped where it can be used")
    m.flow = variable(m.FLOWS, doc="shipped on a link, at the origin [u/yr in the part]")
    m.loss = table(links, ["l", "t"], "loss", "share lost on the way [1]")
    m.freight_cost = table(board["carried"], ["l", "c", "t"], "cost", "freight [¤/u]")

    limited = links[~np.isnan(links["capacity"])]
    m.link_capacity = table(limited, ["l", "t"], "capacity", "capacity of a link [u/yr]")
    shared = _sharing(board, flows[flows.within(limited, "l", "t")], ["l", "t"])
    m.CARRIED = neighbours(shared[["l", "t", "p", "c", "a"]], "l", "t", "p")
    state(m, "link_capacity", shared[["l", "t", "p"]].unique(), link_capacity)
    lines = board["line_capacity"]
    m.CARRIED_BY = neighbours(lines, "r", "q", "t", "p")
    state(m, "line_capacity", lines[["r", "q", "t", "p"]].unique(), line_capacity)

    single, through = flows[~flows["through"]], flows[flows["through"]]
    layer_index = ["r", "n", "c", "t", "p"]
    leaving = through[[*layer_index, "l"]]
    arriving = through[["d", "n", "c", "t", "p", "l"]].rename(d="r")
    stops = stack([leaving, arriving], layer_index).unique()
    carried = board["carried"]
    loaded = carried[carried["through"]]
    board["layers"] = stops.put(handling=stops.look_up(loaded, "r", "n", "c", value="handling", default=0.0))
    m.LAYERS = index_set(stops, doc="stops of modes that are travelled through")
    m.loaded = variable(m.LAYERS, doc="loaded onto a mode [u/yr in the part]")
    m.unloaded = variable(m.LAYERS, doc="unloaded from a mode [u/yr in the part]")
    m.loading_cost = table(board["layers"], layer_index, "handling", "loading [¤/u]")
    m.LAYER_IN, m.LAYER_OUT = neighbours(arriving, *layer_index), neighbours(leaving, *layer_index)
    constrain(m, "layer", m.LAYERS, rule=layer)

    m.LINKS_OUT = neighbours(single[["r", "c", "t", "p", "l"]], "r", "c", "t", "p")
    m.LINKS_IN = neighbours(single[["d", "c", "t", "p", "l"]].rename(d="r"), "r", "c", "t", "p")
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


def _flows(board: Board) -> Frame:
    return board["flows"].put(x=board["flows"]["n"])


METRICS = (
    Metric("shipped", "rate", "u", "rdcxs", (Part(_flows, ("l", "c", "t", "p"), lambda m, l, c, t, p: m.flow[l, c, t, p]),)),
    Metric("received", "rate", "u", "rdcxs", (Part(_flows, ("l", "c", "t", "p"), lambda m, l, c, t, p: (1 - m.loss[l, t]) * m.flow[l, c, t, p]),)),
)
COSTS = (Cost("freight", freight),)
BALANCE = (arriving_less_leaving,)
