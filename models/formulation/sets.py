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
import pandas as pd

from models.algebra import index_set, parameter
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
    given = board.table("periods")
    periods = pd.DataFrame({"t": given["period"].to_numpy(), "start": given["start"].to_numpy(), "years": given["years"].to_numpy()})
    weights = given["weight"].to_numpy()
    periods["weight"] = [
        weight if math.isfinite(weight) else sum((1 + settings.discount_rate) ** -(start + y - settings.base_year) for y in range(int(years)))
        for start, years, weight in zip(periods["start"], periods["years"], weights, strict=True)
    ]
    periods["order"] = np.arange(len(periods))
    board["periods"] = periods
    slices = board.table("slices")
    if slices.empty:
        board["slices"] = pd.DataFrame({"s": [YEAR], "season": [YEAR], "share": [1.0]})
    else:
        season = slices["season"].where(slices["season"] != "", slices["slice"])
        board["slices"] = pd.DataFrame({"s": slices["slice"].to_numpy(), "season": season.to_numpy(), "share": slices["share"].to_numpy()})
    _parts(board)


def _parts(board: Board) -> None:
    slices = board["slices"]
    share = dict(zip(slices["s"], slices["share"], strict=True))
    inside: dict[str, tuple[str, ...]] = {YEAR: tuple(slices["s"])}
    for season, group in slices.groupby("season", sort=False):
        inside[str(season)] = tuple(group["s"])
    for s in slices["s"]:
        inside.setdefault(s, (s,))
    board["parts"] = pd.DataFrame({"p": list(inside), "share": [sum(share[s] for s in members) for members in inside.values()]})
    rows = []
    for p, members in inside.items():
        whole = sum(share[s] for s in members)
        for p2, others in inside.items():
            common = sum(share[s] for s in members if s in others)
            if common > 0:
                rows.append((p, p2, 1.0 if set(members) <= set(others) else common / whole))
    board["portion"] = pd.DataFrame(rows, columns=["p", "p2", "value"])
    board["inside"] = pd.DataFrame([(p, s, share[s]) for p, members in inside.items() for s in members], columns=["p", "s", "share"])
    commodities = board.table("commodities")
    balanced = commodities[commodities["balance"] != "tally"]
    rows2 = [
        (c, p) for c, balance in zip(balanced["commodity"], balanced["balance"], strict=True) for p in ([YEAR] if balance == "year" else slices["s"])
    ]
    board["commodity_parts"] = pd.DataFrame(rows2, columns=["c", "p"]).astype("str")


def expiry(board: Board, ends: np.ndarray) -> pd.Series:
    """For each year the first period that starts in it or later; `(never)` if there is none or the year is not a number."""
    starts = board["periods"]["start"].to_numpy(float)
    labels = np.array([*board["periods"]["t"], NEVER], object)
    at = np.searchsorted(starts, np.where(np.isfinite(ends), ends, np.inf), side="left")
    return pd.Series(labels[at], dtype="str")


def expiry_order(board: Board) -> dict[str, int]:
    """Period labels and `(never)` as numbers, so that e > t can be asked."""
    return {t: i for i, t in enumerate(board["periods"]["t"])} | {NEVER: len(board["periods"])}


def add(m: Any, board: Board) -> None:
    """Index sets and time parameters that every family uses."""
    periods = board["periods"]
    m.R = index_set(list(board.names.kinds["region"]), doc="regions")
    m.T = index_set(periods["t"].tolist(), doc="periods")
    m.P = index_set(board["parts"]["p"].tolist(), doc="parts of the year")
    m.weight = parameter(m.T, values=periods[["t", "weight"]], doc="present value of 1 ¤/yr over the period [1]")
    m.years = parameter(m.T, values=periods[["t", "years"]], doc="length of the period [yr]")
    m.share = parameter(m.P, values=board["parts"][["p", "share"]], doc="share of the year [1]")
    m.portion = table(board["portion"], ["p", "p2"], "value", "share of part p that falls in part p2 [1]")
