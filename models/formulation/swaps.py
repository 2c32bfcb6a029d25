"""Swaps: who may replace whom, at what ratio; closures may be banked, no tonne serves twice.

    new[r,q,t] <= Σ_rule taken[rule,r,q,t]                                   where (r,q) is under any rule active in t; refits excluded
    Σ_τ<=t Σ_rule given[rule,r,q,τ] <= Σ_τ<=t closed[r,q,τ] (+ expired)      expired if every rule that names the place as old allows it
    Σ_r,q given[rule,r,q,t] = ratio × Σ_r,q taken[rule,r,q,t]                by region if same_region

| symbol | code | unit | source |
|---|---|---|---|
| | `taken` | Q | variable: new capacity that a rule lets in |
| | `given` | Q | variable: closed capacity that a rule uses up |
| | `swap_ratio` | old/new | swaps.ratio |
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.algebra import Frame, index_set, neighbours, stack, sum, variable
from models.formulation.board import Board, state, table
from models.formulation.keys import windowed

TABLES = ("swaps", "ledger")
NEEDS = ("sets", "capacity")
METRICS = ()
COSTS = ()
BALANCE = ()


def swap_new(m: Any, r: Any, q: Any, t: Any) -> Any:
    """Greenfield under a rule is at most what rules let in. [Q]"""
    new = sum(m.new[r, w, t] for w in m.GREENFIELD[r, q, t])
    return new <= sum(m.taken[v, r, q, t] for v in m.RULES_NEW[r, q, t])


def swap_bank(m: Any, r: Any, q: Any, t: Any) -> Any:
    """Up to any period, no more has been given than was closed (or has expired, where that counts). [Q]"""
    given = sum(m.given[v, r, q, u] for v, u in m.GIVEN_TO_DATE[r, q, t])
    closed = sum(m.closed[r, q, e, u] for e, u in m.CLOSED_TO_DATE[r, q, t])
    expired = sum(m.standing[r, q, e, u] for e, u in m.EXPIRED_TO_DATE[r, q, t])
    return given <= closed + expired


def swap_ratio(m: Any, v: Any, z: Any, t: Any) -> Any:
    """What a rule uses up is its ratio times what it lets in, in the zone that it holds for. [Q]"""
    given = sum(m.given[v, r, q, t] for r, q in m.ZONE_OLD[v, z, t])
    return given == m.swap_ratio[v] * sum(m.taken[v, r, q, t] for r, q in m.ZONE_NEW[v, z, t])


def prepare(board: Board) -> None:
    """Frames: `swap_rules` (v, ratio), `swap_new` (v, z, r, q, t), `swap_old` (v, z, r, q, t), `swap_places` (r, q, expired): places named
    as old."""
    given = board.open("swaps").rename(rule="v")
    rules = windowed(board, given)
    board["swap_rules"] = rules.unique("v")[["v", "ratio"]]
    stands = board["capacities"].unique("r", "q")
    named = _places(board, given, "old")[["r", "q", "expired"]]
    named = named[named.within(stands, "r", "q")]
    barred = named[~named["expired"]]
    named = named.unique("r", "q")
    board["swap_places"] = named.put(expired=~named.within(barred, "r", "q"))
    ways = board["ways"]
    greenfield = ways[ways["greenfield"]]
    for side in ("new", "old"):
        zone = _places(board, rules, side)
        zone = zone.join(_periods(board, zone), "period")
        zone = zone.put(z=np.where(zone["same_region"], zone["r"], board.code("")))
        open_in = zone.within(greenfield, "r", "q", "t") if side == "new" else zone.within(stands, "r", "q")
        board[f"swap_{side}"] = zone[open_in][["v", "z", "r", "q", "t"]]


def _places(board: Board, rules: Frame, side: str) -> Frame:
    """Each rule with every (r, q) that it names on a side."""
    for letter, column in (("r", "region"), ("q", "equipment")):
        cells = rules[[f"{side}_{column}"]].unique()
        opened = [board.frame(cell=np.full(len(m), code), member=m) for code, m in _members(board, cells, f"{side}_{column}", column)]
        every = stack([board.frame(cell=[], member=[]), *opened])
        rules = rules.join(every.rename(cell=f"{side}_{column}", member=letter), f"{side}_{column}")
    return rules


def _periods(board: Board, zone: Frame) -> Frame:
    """Each window of periods (`a|b`) with its periods t."""
    opened = [board.frame(period=np.full(len(m), code), t=m) for code, m in _members(board, zone[["period"]].unique(), "period", "period")]
    return stack([board.frame(period=[], t=[]), *opened])


def _members(board: Board, cells: Frame, column: str, of: str) -> list[tuple[int, np.ndarray]]:
    """Each different cell with the codes it stands for."""
    return [(code, board.members(board.labels.label(code), of)) for code in cells[column].tolist()]


def add(m: Any, board: Board) -> None:
    """Who may be built by a rule, who was closed for it, and the ratio between them."""
    new, old, places = board["swap_new"], board["swap_old"], board["swap_places"]
    m.TAKEN, m.GIVEN = index_set(new[["v", "r", "q", "t"]]), index_set(old[["v", "r", "q", "t"]])
    m.taken = variable(m.TAKEN, doc="new capacity that a rule lets in [Q]")
    m.given = variable(m.GIVEN, doc="closed capacity that a rule uses up [Q]")
    ways = board["ways"]
    m.GREENFIELD = neighbours(ways[ways["greenfield"]][["r", "q", "t", "w"]], "r", "q", "t")
    m.RULES_NEW = neighbours(new[["r", "q", "t", "v"]], "r", "q", "t")
    state(m, "swap_new", new[["r", "q", "t"]].unique(), swap_new)

    periods = board["periods"][["t", "order"]]
    pairs = periods.cross(periods.rename(t="u", order="before"))
    to_date = pairs[pairs["before"] <= pairs["order"]][["t", "u"]]
    m.GIVEN_TO_DATE = neighbours(old.rename(t="u").join(to_date, "u")[["r", "q", "t", "v", "u"]], "r", "q", "t")
    closable, expiring = board["closable"], board["expiring"]
    closed = closable[closable.within(places, "r", "q")].rename(t="u").join(to_date, "u")
    m.CLOSED_TO_DATE = neighbours(closed[["r", "q", "t", "e", "u"]], "r", "q", "t")
    expired = expiring[expiring.within(places[places["expired"]], "r", "q")].rename(t="e").join(to_date.rename(u="e"), "e")
    m.EXPIRED_TO_DATE = neighbours(expired[["r", "q", "t", "e", "u"]], "r", "q", "t")
    first = old.join(periods, "t").least(["r", "q"], "order").rename(order="from")
    banked = first.cross(periods)
    state(m, "swap_bank", banked[banked["order"] >= banked["from"]][["r", "q", "t"]], swap_bank)

    m.ZONE_NEW, m.ZONE_OLD = neighbours(new[["v", "z", "t", "r", "q"]], "v", "z", "t"), neighbours(old[["v", "z", "t", "r", "q"]], "v", "z", "t")
    m.swap_ratio = table(board["swap_rules"], ["v"], "ratio", "old closed per new built [1]")
    state(m, "swap_ratio", stack([new, old], ["v", "z", "t"]).unique(), swap_ratio)
