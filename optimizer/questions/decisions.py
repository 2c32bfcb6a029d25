"""Decisions of a plan: the capacity of an equipment in a region in one period, alone or added up, and what can be said of its range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.solved import Solved

SMALL = 1e-6
"""Capacity below this share of the largest is none."""
ALL = "(all)"


@dataclass(frozen=True)
class Decision:
    """Capacity of the equipment of a cell in the regions of a cell; `chosen`: the columns whose sum it is, `left` what today's capacity leaves."""

    region: str
    equipment: str
    unit: str
    chosen: np.ndarray
    left: float


def decisions_of(solved: Solved, region: str, equipment: str, period: str, most: int = 1) -> list[Decision]:
    """The decision named (either name may be `ALL`); else the `most` largest, by what it costs to build them."""
    board, names = solved.model.board, solved.model.board.instance.names
    standing = solved.values("standing", "r", "q", "e", "t")
    own = np.flatnonzero(standing["t"] == board.code(period))
    start = solved.matrices.columns["standing"].start
    today = board["today"].rename(e="u")
    order = dict(zip(board["periods"]["t"].tolist(), board["periods"]["order"].tolist(), strict=True))
    stays = np.array([order.get(e, np.inf) > order[board.code(period)] for e in today["u"].tolist()], dtype=bool)
    stays &= np.array([order.get(t, 0) <= order[board.code(period)] for t in today["t"].tolist()], dtype=bool)
    units = dict(zip(board.table("equipment")["equipment"], board.table("equipment")["unit"], strict=True))

    def one(r: str, q: str) -> Decision:
        places, kinds = (board.any_of(board.members("" if cell == ALL else cell, of)) for cell, of in ((r, "region"), (q, "equipment")))
        at = own[places[standing["r"][own]] & kinds[standing["q"][own]]]
        left = float(today["amount"][stays & places[today["r"]] & kinds[today["q"]]].sum())
        unit = units[names.members(q, "equipment")[0]]
        return Decision(r, q, unit, start + at, left)

    if region and equipment:
        return [one(region, equipment)]
    worth = board["ways"].put(price=-board["ways"]["invest"]).least(["q"], "price")
    price = -np.nan_to_num(standing.look_up(worth, "q", value="price"))
    x = standing["value"]
    frame = pd.DataFrame({"r": standing.decoded("r"), "q": standing.decoded("q"), "worth": price * x})
    frame = frame.iloc[own]
    if equipment:
        frame = frame[frame["q"].isin(names.members(equipment, "equipment"))].assign(q=equipment)
    if region:
        frame = frame[frame["r"].isin(names.members(region, "region"))].assign(r=region)
    totals = frame.groupby("q")["worth"].sum().sort_values(ascending=False, kind="stable").index
    places = frame.groupby(["r", "q"])["worth"].sum().sort_values(ascending=False, kind="stable")
    heads = [] if region else [one(ALL, str(q)) for q in totals[: max(1, (most + 1) // 2)]]
    return heads + [one(str(r), str(q)) for r, q in places[places > 0].index[: most - len(heads)]]


def verdict(least: float, most: float, left: float) -> str:
    """In words: against `left`, what today's capacity leaves by then."""
    small = SMALL * max(1.0, abs(left), abs(least), abs(most) if np.isfinite(most) else 1.0) * 10
    if most <= small:
        return "must close" if left > small else "never build"
    if least > left + small:
        return "must build"
    if most < left - small:
        return "must close"
    if most <= left + small:
        return "never build"
    return "keep" if left > small and least >= left - small else "depends"
