"""Which cohorts may stand, which ways of building are open, and how long each is charged: the frames behind `capacity.py`."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from models.formulation.board import Board, lettered
from models.formulation.sets import expiry, expiry_order
from models.keys import explicit, windowed

COUNTED = ("capacity", "capacity_closed", "capacity_expired", "moves", "rated_closed")
"""Metrics that see whether capacity is closed."""


def capital_recovery_factor(rate: float, years: float) -> float:
    """The annual payment that repays 1 over `years` at `rate`: rate / (1 − (1 + rate)^−years); 1/years at rate 0. [1/yr]"""
    return 1 / years if rate == 0 else rate / -math.expm1(-years * math.log1p(rate))


def prepare(board: Board) -> None:
    """Frames: `equipment` (q, life, ...), `today` (r, q, e, t, amount, built), `ways` (r, w, t, q, o, g, e, max, ...), `standing` (r, q, e, t),
    `closable` (of these), `before`, `refitted` (r, w, o, e, t), `starts` (r, g, t), `capacities` (r, q, t), `expiring`
    (r, q, t, u), and who is charged when."""
    _equipment(board)
    _today(board)
    _ways(board)
    _cohorts(board)
    _closable(board)
    _charges(board)


def _equipment(board: Board) -> None:
    given = lettered(board.table("equipment"), q="equipment")
    rate = given["rate"].fillna(board.instance.settings.discount_rate)
    annuity_life = given["annuity_life"].fillna(given["life"])
    crf = [capital_recovery_factor(i, n) if n > 0 else 0.0 for i, n in zip(rate, annuity_life, strict=True)]
    board["equipment"] = given.assign(rate=rate, annuity_life=annuity_life, crf=crf)


def _today(board: Board) -> None:
    keys = {"region": "region", "equipment": "equipment"}
    rows = explicit(board.table("capacity"), keys, ["built"], board.names, "capacity", board.report)
    rows = lettered(rows, r="region", q="equipment")
    life = board["equipment"].set_index("q")["life"]
    end = rows["built"].to_numpy(float) + rows["q"].map(life).to_numpy(float)
    first = board["periods"]["start"].iloc[0]
    begins = np.fmax(rows["built"].fillna(first).to_numpy(float), first)
    rows = rows.assign(e=expiry(board, end), t=expiry(board, begins))
    standing = rows.groupby(["r", "q", "e", "t"], as_index=False, sort=False).agg(amount=("amount", "sum"), built=("built", "min"))
    board["today"] = standing[standing["amount"] > 0]


def _ways(board: Board) -> None:
    """One row per way of building, place and period in which it is open."""
    table = board.table("builds")
    table = table[(table["project"] == "") | table["project"].isin(board.instance.settings.projects)]
    rows = windowed(table, board["periods"].rename(columns={"t": "period"}))
    keys = {"region": "region", "equipment": "equipment", "period": "period"}
    rows = explicit(rows, keys, ["replaces", "step", "project"], board.names, "builds", board.report)
    rows = lettered(rows, r="region", q="equipment", t="period", o="replaces", x="project")
    group = rows["q"] + rows["o"].where(rows["o"] == "", "<" + rows["o"]) + rows["x"].where(rows["x"] == "", "@" + rows["x"])
    number = rows["step"].map(lambda n: "" if n == 1 else f"#{n:g}").astype("str")
    rows = rows.assign(g=group.astype("str"), w=(group + number).astype("str"))
    charged = (rows["fixed_invest"] > 0) | (rows["fixed_cost"] > 0) | (rows["min"] > 0)
    rows["started"] = charged.groupby([rows["r"], rows["g"], rows["t"]]).transform("any") if len(rows) else charged
    for _, row in rows[rows["started"] & rows["max"].isna()].drop_duplicates("_row").iterrows():
        board.say("builds", row["_row"], "max", "required: another step of this way has a fixed charge", "必填：同一方式的另一台阶有固定费用")
    equipment = board["equipment"].set_index("q")
    start = board["periods"].set_index("t")["start"]
    born = rows["t"].map(start).to_numpy(float)
    rows["e"] = expiry(board, born + rows["q"].map(equipment["life"]).to_numpy(float))
    rows["charged_until"] = born + rows["q"].map(equipment["annuity_life"]).to_numpy(float)
    rows["annuity"] = rows["invest"].to_numpy(float) * rows["q"].map(equipment["crf"]).to_numpy(float)
    board["ways"] = rows


def _cohorts(board: Board) -> None:
    """A cohort may stand from the first period in which something can come into it until it expires."""
    order = expiry_order(board)
    periods = board["periods"]["t"].tolist()
    ways, today = board["ways"], board["today"]
    first: dict[tuple[str, str, str], int] = {}

    def enter(r: str, q: str, e: str, t: str) -> bool:
        at = order[t]
        if at >= order[e] or first.get((r, q, e), len(periods)) <= at:
            return False
        first[r, q, e] = at
        return True

    for r, q, e, t in today[["r", "q", "e", "t"]].itertuples(index=False):
        enter(r, q, e, t)
    open_ways = ways[["r", "q", "o", "e", "t"]].drop_duplicates()
    for r, q, _, e, t in open_ways[open_ways["o"] == ""].itertuples(index=False):
        enter(r, q, e, t)
    refits = list(open_ways[open_ways["o"] != ""].itertuples(index=False))
    grew = True
    while grew:
        grew = False
        for r, q, o, e, t in refits:
            if any(first.get((r, o, cohort), len(periods)) <= order[t] < order[cohort] for cohort in order):
                grew |= enter(r, q, e, t)
    rows = [(r, q, e, periods[i]) for (r, q, e), at in first.items() for i in range(at, min(order[e], len(periods)))]
    board["standing"] = pd.DataFrame(rows, columns=["r", "q", "e", "t"]).astype("str")
    standing = board["standing"]
    previous = dict(zip(periods[1:], periods, strict=False))
    before = standing.assign(u=standing["t"].map(previous)).dropna(subset="u")
    board["before"] = before.merge(standing.rename(columns={"t": "u"}), on=["r", "q", "e", "u"])[["r", "q", "e", "t", "u"]]
    refit = ways.loc[ways["o"] != "", ["r", "w", "q", "o", "t"]]
    consumed = refit.merge(standing.rename(columns={"q": "o"}), on=["r", "o", "t"])
    board["refitted"] = consumed[["r", "w", "o", "e", "t"]]
    useless = refit.merge(consumed[["r", "w", "t"]].drop_duplicates(), on=["r", "w", "t"], how="left", indicator=True)
    drop = useless.loc[useless["_merge"] == "left_only", ["r", "w", "t"]]
    if len(drop):
        kept = ways.merge(drop, on=["r", "w", "t"], how="left", indicator="_kept")
        board["ways"] = kept[kept["_kept"] == "left_only"].drop(columns="_kept")
    board["capacities"] = standing[["r", "q", "t"]].drop_duplicates()
    ends = standing["e"].map(previous).astype("str")
    last = standing[(ends == standing["t"]).to_numpy(bool)]
    board["expiring"] = pd.DataFrame({"r": last["r"], "q": last["q"], "t": last["e"], "u": last["t"]})


def _closable(board: Board) -> None:
    """Closing can only pay where keeping costs something or is counted: elsewhere there is no such variable."""
    equipment, policies = board["equipment"], board.table("policies")
    counted = policies[(policies["active"] == "yes") & policies["metric"].isin(COUNTED)]
    costly = equipment.loc[(equipment["fixed_cost"] > 0) | (equipment["min_load"] > 0), "q"]
    factors = board.table("factors")
    weighed = [q for cell in factors.loc[factors["on"] == "capacity", "item"] for q in board.names.members(cell, "factor_item")]
    swapped = [q for cell in board.table("swaps")["old_equipment"] for q in board.names.members(cell, "equipment")]
    scoped = [q for cell in counted["equipment"] for q in board.names.members(cell, "equipment")]
    standing = board["standing"]
    board["closable"] = standing[standing["q"].isin({*costly, *weighed, *swapped, *scoped})]


def _charges(board: Board) -> None:
    ways, periods = board["ways"], board["periods"]
    groups = ways[ways["started"]].sort_values("step", kind="stable")
    columns = ["r", "g", "t", "q", "x", "e", "charged_until", "fixed_invest", "fixed_cost", "annuity"]
    crf = board["equipment"].set_index("q")["crf"]
    groups = groups.assign(annuity=groups["fixed_invest"].to_numpy(float) * groups["q"].map(crf).to_numpy(float))
    board["starts"] = groups.drop_duplicates(["r", "g", "t"])[columns]

    def charged(frame: pd.DataFrame, label: str, until: pd.Series | np.ndarray) -> pd.DataFrame:
        """(label, u built) x (t charged): from u on, while start < until."""
        both = frame[["r", label, "t"]].assign(until=np.asarray(until, float)).rename(columns={"t": "u"})
        both = both.merge(periods[["t", "start", "order"]], how="cross")
        built = both["u"].map(periods.set_index("t")["order"]).to_numpy(float)
        return both[(both["order"] >= built) & (both["start"] < both["until"])][["r", "t", label, "u"]]

    board["annuities"] = charged(ways[ways["annuity"] > 0], "w", ways.loc[ways["annuity"] > 0, "charged_until"])
    starts = board["starts"]
    board["start_annuities"] = charged(starts, "g", starts["charged_until"])
    begins = periods.set_index("t")["start"]
    ends = [begins.get(e, np.inf) for e in starts["e"]]
    board["start_fixed"] = charged(starts, "g", np.array(ends, float))
