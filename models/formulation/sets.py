"""Periods and their weights, slices, seasons and the year as parts of one another.

    weight[t] = Σ over the years y of t of (1 + d)^−(y − base_year)
    portion[p, p'] = share of what happens in part p that falls in part p'

| symbol | code | unit | source |
|---|---|---|---|
| T | `T` | | periods.period |
| P | `P` | | slices.slice, slices.season, the year |
| w_t | `weight` | 1 | periods.weight, or from start, years, discount_rate |
| n_t | `years` | yr | periods.years |
| φ_pp' | `portion` | 1 | slices.share |
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.algebra import index_set, parameter, stack
from models.formulation.board import NEVER, Board, table
from models.names import YEAR

TABLES = ("periods", "slices", "regions", "commodities")
NEEDS: tuple[str, ...] = ()
METRICS = ()
COSTS = ()
BALANCE = ()


def prepare(board: Board) -> None:
    """Frames: `periods` (t, start, years, weight, order), `slices` (s, season, share), `parts` (p, share), `inside` (p, s, share),
    `portion` (p, p2, value), `commodity_parts` (c, p)."""
    settings = board.instance.settings
    given = board.open("periods")
    weights = [
        weight if math.isfinite(weight) else sum((1 + settings.discount_rate) ** -(start + y - settings.base_year) for y in range(int(years)))
        for start, years, weight in given.rows("start", "years", "weight")
    ]
    periods = given.rename(period="t")[["t", "start", "years"]]
    board["periods"] = periods.put(weight=np.array(weights, float), order=np.arange(len(periods), dtype=float))
    slices = board.open("slices")
    if not len(slices):
        board["slices"] = board.frame(s=[YEAR], season=[YEAR], share=np.ones(1))
    else:
        season = np.where(slices["season"] == board.code(""), slices["slice"], slices["season"])
        board["slices"] = board.frame(s=slices["slice"], season=season, share=slices["share"])
    _parts(board)


def _parts(board: Board) -> None:
    slices = board["slices"]
    count = len(slices)
    inside: dict[int, np.ndarray] = {board.code(YEAR): np.ones(count, bool)}
    for season in dict.fromkeys(slices["season"].tolist()):
        inside[season] = slices["season"] == season
    for number, s in enumerate(slices["s"].tolist()):
        inside.setdefault(s, np.arange(count) == number)
    codes, member = np.array(list(inside), dtype=np.int64), np.array(list(inside.values()), bool)
    share = np.where(member, slices["share"], 0.0)
    whole = share.sum(axis=1)
    board["parts"] = board.frame(p=codes, share=whole)
    common = share @ member.T.astype(float)
    within = member.astype(float) @ ~member.T == 0
    of, into = np.nonzero(common > 0)
    board["portion"] = board.frame(p=codes[of], p2=codes[into], value=np.where(within[of, into], 1.0, common[of, into] / whole[of]))
    of, part = np.nonzero(member)
    board["inside"] = board.frame(p=codes[of], s=slices["s"][part], share=slices["share"][part])
    commodities = board.open("commodities").rename(commodity="c")[["c", "balance"]]
    yearly = commodities[commodities["balance"] == board.code("year")][["c"]].put(p=board.code(YEAR))
    sliced = commodities[commodities["balance"] == board.code("slice")][["c"]].cross(slices.rename(s="p")[["p"]])
    board["commodity_parts"] = stack([yearly, sliced])


def order(board: Board, codes: np.ndarray) -> np.ndarray:
    """The numbers of periods, 0, 1, 2, ...; `(never)` comes after all, other labels before."""
    periods = board["periods"]["t"]
    return np.asarray(board.by_code(np.append(periods, board.code(NEVER)), np.arange(len(periods) + 1), -1)[codes])


def expiry(board: Board, ends: np.ndarray) -> np.ndarray:
    """For each year the first period that starts in it or later; `(never)` if there is none or the year is not a number."""
    labels = np.append(board["periods"]["t"], board.code(NEVER))
    at = np.searchsorted(board["periods"]["start"], np.where(np.isfinite(ends), ends, np.inf), side="left")
    return np.asarray(labels[at])


def add(m: Any, board: Board) -> None:
    """Index sets and time parameters that every family uses."""
    periods = board["periods"]
    m.R = index_set(board.frame(r=board.names.kinds["region"]), doc="regions")
    m.T = index_set(periods[["t"]], doc="periods")
    m.P = index_set(board["parts"][["p"]], doc="parts of the year")
    m.weight = parameter(m.T, values=periods[["t", "weight"]], doc="present value of 1 ¤/yr over the period [1]")
    m.years = parameter(m.T, values=periods[["t", "years"]], doc="length of the period [yr]")
    m.share = parameter(m.P, values=board["parts"][["p", "share"]], doc="share of the year [1]")
    m.portion = table(board["portion"], ["p", "p2"], "value", "share of part p that falls in part p2 [1]")
