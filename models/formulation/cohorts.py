"""Which cohorts may stand, which ways of building are open, and how long each is charged: the frames behind `capacity.py`."""

from __future__ import annotations

import math

import numpy as np

from models.algebra import Frame, stack
from models.formulation.board import NEVER, ROW, Board
from models.formulation.keys import explicit, windowed
from models.formulation.sets import expiry, order

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
    given = board.open("equipment").rename(equipment="q")
    rate = np.where(np.isnan(given["rate"]), board.instance.settings.discount_rate, given["rate"])
    annuity_life = np.where(np.isnan(given["annuity_life"]), given["life"], given["annuity_life"])
    crf = [capital_recovery_factor(i, n) if n > 0 else 0.0 for i, n in zip(rate, annuity_life, strict=True)]
    board["equipment"] = given.put(rate=rate, annuity_life=annuity_life, crf=np.array(crf, float))


def _of_equipment(board: Board, frame: Frame, column: str) -> np.ndarray:
    """A number of the equipment of each row."""
    return frame.look_up(board["equipment"], "q", value=column)


def _today(board: Board) -> None:
    rows = explicit(board, "capacity", board.open("capacity"), ["built"], r="region", q="equipment")
    first = board["periods"]["start"][0]
    end = rows["built"] + _of_equipment(board, rows, "life")
    rows = rows.put(e=expiry(board, end), t=expiry(board, np.fmax(np.nan_to_num(rows["built"], nan=first), first)))
    key = ["r", "q", "e", "t"]
    standing = rows.total(key, "amount")
    built = rows.put(built=np.nan_to_num(rows["built"], nan=np.inf)).least(key, "built")["built"]
    board["today"] = standing.put(built=np.where(np.isinf(built), np.nan, built))[standing["amount"] > 0]


def _ways(board: Board) -> None:
    """One row per way of building, place and period in which it is open."""
    blank = board.code("")
    given = board.open("builds")
    chosen = board.any_of(board.codes(["", *board.instance.settings.projects]))
    rows = windowed(board, given[chosen[given["project"]]])
    rows = explicit(board, "builds", rows, ["replaces", "step", "project"], r="region", q="equipment", t="period")
    rows = rows.rename(replaces="o", project="x")
    named = rows.label(lambda q, o, x: q + (f"<{o}" if o else "") + (f"@{x}" if x else ""), "q", "o", "x")
    rows = rows.put(g=named)
    rows = rows.put(w=_steps(board, rows))
    charged = rows[(rows["fixed_invest"] > 0) | (rows["fixed_cost"] > 0) | (rows["min"] > 0)]
    rows = rows.put(started=rows.within(charged, "r", "g", "t"))
    for line in dict.fromkeys(rows[ROW][rows["started"] & np.isnan(rows["max"])].tolist()):
        board.say("builds", line, "max", "required: another step of this way has a fixed charge", "必填：同一方式的另一台阶有固定费用")
    born = rows.look_up(board["periods"], "t", value="start")
    board["ways"] = rows.put(
        e=expiry(board, born + _of_equipment(board, rows, "life")),
        charged_until=born + _of_equipment(board, rows, "annuity_life"),
        annuity=rows["invest"] * _of_equipment(board, rows, "crf"),
        greenfield=rows["o"] == blank,
    )


def _steps(board: Board, rows: Frame) -> np.ndarray:
    """The label of each way: that of its group, with the number of the step if it is not the first."""
    codes = rows["g"].copy()
    later = np.flatnonzero(rows["step"] != 1)
    codes[later] = board.codes(f"{g}#{n:g}" for g, n in rows[later].rows("g", "step"))
    return codes


def _cohorts(board: Board) -> None:
    """A cohort may stand from the first period in which something can come into it until it expires."""
    ways, today, periods = board["ways"], board["today"], board["periods"]["t"]
    cohort = ["r", "q", "e"]
    entered = stack([today, ways[ways["greenfield"]]], [*cohort, "t"])
    entered = entered.put(at=order(board, entered["t"]).astype(float))
    refits = ways[~ways["greenfield"]]
    refits = refits.put(at=order(board, refits["t"]).astype(float))
    while True:
        entered = entered[(entered["at"] < order(board, entered["e"]))].least(cohort, "at")
        stands = entered.rename(q="o", e="f", at="from")
        fed = refits[[*cohort, "o", "at"]].join(stands, "r", "o")
        fed = fed[(fed["from"] <= fed["at"]) & (fed["at"] < order(board, fed["f"]))]
        grown = stack([entered, fed[[*cohort, "at"]]])
        grown = grown[grown["at"] < order(board, grown["e"])].least(cohort, "at")
        if len(grown) == len(entered) and (grown["at"] == entered["at"]).all():
            break
        entered = grown
    first = entered["at"].astype(np.int64)
    times = np.minimum(order(board, entered["e"]), len(periods)) - first
    repeated = np.repeat(np.arange(len(entered)), times)
    at = first[repeated] + np.arange(len(repeated)) - np.repeat(np.cumsum(times) - times, times)
    standing = entered[cohort][repeated].put(t=periods[at])
    board["standing"] = standing
    later = np.flatnonzero(at > 0)
    before = standing[later].put(u=periods[at[later] - 1])
    board["before"] = before[before.within(standing.rename(t="u"), *cohort, "u")]
    consumed = refits[["r", "w", "o", "t"]].join(standing.rename(q="o"), "r", "o", "t")
    board["refitted"] = consumed[["r", "w", "o", "e", "t"]]
    board["ways"] = ways[ways["greenfield"] | ways.within(consumed, "r", "w", "t")]
    board["capacities"] = standing[["r", "q", "t"]].unique()
    last = standing[(order(board, standing["e"]) - 1 == at) & (standing["e"] != board.code(NEVER))]
    board["expiring"] = last.rename(t="u", e="t")[["r", "q", "t", "u"]]


def _closable(board: Board) -> None:
    """Closing can only pay where keeping costs something or is counted: elsewhere there is no such variable."""
    equipment, policies = board["equipment"], board.table("policies")
    counted = policies[(policies["active"] == "yes") & policies["metric"].isin(COUNTED)]
    factors = board.table("factors")
    weighed = [board.members(cell, "factor_item") for cell in factors.loc[factors["on"] == "capacity", "item"].unique()]
    swapped = [board.members(cell, "equipment") for cell in board.table("swaps")["old_equipment"].unique()]
    scoped = [board.members(cell, "equipment") for cell in counted["equipment"].unique()]
    costly = equipment["q"][(equipment["fixed_cost"] > 0) | (equipment["min_load"] > 0)]
    closable = board.any_of(np.concatenate([costly, *weighed, *swapped, *scoped]))
    board["closable"] = board["standing"][closable[board["standing"]["q"]]]


def _charges(board: Board) -> None:
    ways, periods = board["ways"], board["periods"]
    groups = ways[ways["started"]]
    groups = groups[np.argsort(groups["step"], kind="stable")]
    columns = ["r", "g", "t", "q", "x", "e", "charged_until", "fixed_invest", "fixed_cost", "annuity"]
    groups = groups.put(annuity=groups["fixed_invest"] * _of_equipment(board, groups, "crf"))
    board["starts"] = groups.unique("r", "g", "t")[columns]

    def charged(frame: Frame, label: str, until: np.ndarray) -> Frame:
        """(label, u built) x (t charged): from u on, while start < until."""
        built = order(board, frame["t"])
        both = frame[["r", label, "t"]].put(until=until, built=built.astype(float)).rename(t="u").cross(periods[["t", "start", "order"]])
        return both[(both["order"] >= both["built"]) & (both["start"] < both["until"])][["r", "t", label, "u"]]

    costly = ways[ways["annuity"] > 0]
    board["annuities"] = charged(costly, "w", costly["charged_until"])
    starts = board["starts"]
    board["start_annuities"] = charged(starts, "g", starts["charged_until"])
    ends = np.nan_to_num(starts.rename(t="u", e="t").look_up(periods, "t", value="start"), nan=np.inf)
    board["start_fixed"] = charged(starts, "g", ends)
