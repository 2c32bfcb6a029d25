"""Directions of change that a planner means: one unit of capacity more, or one less, with what it runs.

A unit built in t stands in every period until it expires, runs its best route at the usable maximum wherever running pays at the prices of
the plan (elsewhere at the least load), and pays what that takes. A unit refitted uses up 1/ratio of the old; a unit closed no longer runs:

    v = new[r,w,t] (or closed[r,q,e,t], refitted[r,w,f,t]),  ± standing[r,q,e,t'],  ± activity[r,k*,t',p] in every later t' before e

so the rows that hold standing capacity and its running together cancel, and what is left are the parts of its reduced cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from models.algebra import Frame, stack
from optimizer.reduced_costs import ReducedCosts, places
from optimizer.solved import Solved

COLUMNS = ["r", "q", "t", "e", "o", "move", "amount", "w", "left"]


@dataclass(frozen=True)
class Directions:
    """Directions with what they cost.

    Attributes:
        frame: one row each: region `r`, equipment `q`, period `t`, expiry of its cohort `e`, what it replaces `o`, `move` (built, refitted,
            closed), `amount` that the plan does of it [Q], way of building `w` (blank where closed), what is `left` in the plan that it could be
            done with [Q].
        matrix: columns of the model × directions, per unit [Q].
        made: goods × directions, discounted amount that one unit makes [u]; rows as `goods`.
        stands: discounted years that one unit stands [yr].
    """

    frame: Frame
    matrix: sp.csc_array
    made: sp.csc_array
    goods: np.ndarray
    stands: np.ndarray
    costs: ReducedCosts

    @cached_property
    def total(self) -> np.ndarray:
        """Reduced cost of each direction. [¤/Q, present value]"""
        return np.asarray(self.matrix.T @ self.costs.d)

    def output(self, good: int, chosen: np.ndarray) -> np.ndarray:
        """Discounted amount of a good that one unit makes. [u/Q]"""
        row = np.flatnonzero(self.goods == good)
        return np.asarray(self.made[:, chosen].todense())[row[0]] if len(row) else np.zeros(len(chosen))

    def parts(self, chosen: np.ndarray, running: bool = True) -> np.ndarray:
        """The parts of some directions: parts × directions; without `running` those of the capacity alone. [¤/Q, present value]"""
        own = sp.csc_array(self.matrix[:, chosen])
        if not running:
            keep = np.ones(own.shape[0])
            keep[self.costs.solved.matrices.columns["activity"].slice] = 0.0
            own = sp.csc_array(sp.diags_array(keep) @ own)
        return self.costs.split(own)


def directions(solved: Solved, costs: ReducedCosts, full: bool = False, product: str = "") -> Directions:
    """All builds, refits and closures that the model knows. `full`: what is built runs at its usable maximum whether that pays or not;
    `product`: only on routes that make it."""
    board = solved.model.board
    board_moves = _moves(solved)
    runs = _running(solved, costs, full, product)
    periods = board["periods"].put(at=board["periods"]["order"].astype(float))
    frame = board_moves.put(i=np.arange(len(board_moves)), at=board_moves.look_up(periods, "t", value="at"))
    later = board["standing"].rename(t="u").put(later=board["standing"].rename(t="u").rename(u="t").look_up(periods, "t", value="at"))
    rows, values, owners = [], [], []

    def add(at: np.ndarray, value: np.ndarray, owner: np.ndarray) -> None:
        kept = at >= 0
        rows.append(at[kept])
        values.append(value[kept])
        owners.append(owner[kept])

    sign = np.where(frame["move"] == board.code("closed"), -1.0, 1.0)
    frame = frame.put(sign=sign)
    for variable, letters, which in (("new", ("r", "w", "t"), frame["w"] != board.code("")), ("closed", ("r", "q", "e", "t"), sign < 0)):
        own = frame[which]
        add(places(solved, variable, own, *letters), np.ones(len(own)), own["i"])
    refits = frame[frame["move"] == board.code("refitted")]
    add(places(solved, "refitted", refits.rename(e="cohort", f="e"), "r", "w", "e", "t"), np.ones(len(refits)), refits["i"])
    stands = frame.join(later, "r", "q", "e")
    stands = stands[stands["later"] >= stands["at"]]
    add(places(solved, "standing", stands.rename(t="built", u="t"), "r", "q", "e", "t"), stands["sign"], stands["i"])
    old = refits.rename(q="new", o="q", e="cohort", f="e").join(later, "r", "q", "e")
    old = old[old["later"] >= old["at"]]
    add(places(solved, "standing", old.rename(t="built", u="t"), "r", "q", "e", "t"), -1 / old["ratio"], old["i"])
    run = stands[["r", "q", "u", "i", "sign", "usable", "later", "at"]].join(runs.rename(t="u"), "r", "q", "u")
    run = run.put(act=run["act"] * run["sign"] * np.where(run["later"] == run["at"], run["usable"], 1.0))
    add(run["j"], run["act"], run["i"])
    shape = (solved.matrices.matrix.shape[1], len(frame))
    matrix = sp.csc_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(owners))), shape=shape)
    weight = board["periods"].rename(t="u")
    lives = np.bincount(stands["i"], stands.look_up(weight, "u", value="weight"), minlength=len(frame)).astype(float)
    made, goods = _made(solved, run, weight, len(frame))
    return Directions(frame[COLUMNS], matrix, made, goods, lives, costs)


def _made(solved: Solved, run: Frame, weight: Frame, count: int) -> tuple[sp.csc_array, np.ndarray]:
    recipes = solved.model.board["recipes"]
    out = run[["r", "k", "u", "i", "act"]].join(recipes[recipes["amount"] > 0].rename(t="u"), "r", "k", "u")
    amount = np.abs(out["amount"] * out["act"]) * out.look_up(weight, "u", value="weight")
    goods, at = np.unique(out["c"], return_inverse=True)
    return sp.csc_array((amount, (at, out["i"])), shape=(len(goods), count)), goods


def _moves(solved: Solved) -> Frame:
    """A row per way of building that is open, per cohort that a refit may use up, per cohort that may be closed."""
    board = solved.model.board
    blank = board.code("")
    new = solved.values("new", "r", "w", "t").join(board["ways"], "r", "w", "t")
    built = new[new["greenfield"]].put(f=blank, move=board.code("built")).rename(value="amount")
    refits = solved.values("refitted", "r", "w", "f", "t").join(board["ways"], "r", "w", "t").put(move=board.code("refitted")).rename(value="amount")
    closed = solved.values("closed", "r", "q", "e", "t").rename(value="amount")
    closed = closed.put(w=blank, o=blank, f=blank, move=board.code("closed"), ratio=1.0, usable=1.0)
    standing = solved.values("standing", "o", "f", "e", "t").rename(o="r", f="q", value="left")
    closed = closed.put(left=closed.look_up(standing, "r", "q", "e", "t", value="left"))
    refits = refits.put(left=refits.look_up(standing.rename(q="o", e="f"), "r", "o", "f", "t", value="left"))
    return stack([built.put(left=np.inf), refits, closed], [*COLUMNS, "f", "ratio", "usable"])


def _running(solved: Solved, costs: ReducedCosts, full: bool, product: str) -> Frame:
    """What one unit of usable capacity runs: columns r, q, t, k, j (number of the activity column), act [activity/yr per Q]."""
    board = solved.model.board
    uses, portion = board["uses"], board["portion"].rename(p="a", p2="p", value="portion")
    if product:
        recipes = board["recipes"]
        makes = recipes[(recipes["amount"] > 0) & (recipes["c"] == board.code(product))]
        uses = uses[uses.within(makes, "r", "k", "t")]
    rows = uses.join(board["activity"].rename(p="a"), "r", "k", "t").join(board["run_parts"], "q").join(portion, "a", "p")
    room = solved.expression(rows[["r", "q", "t", "p"]], lambda m, r, q, t, p: m.available[r, q, t, p])
    taken = rows["use"] * rows["portion"]
    rows = rows.put(
        most=room / taken, rent=taken * rows.look_up(solved.duals("usable_capacity", "r", "q", "t", "p"), "r", "q", "t", "p", value="dual")
    )
    key = ["r", "q", "t", "k", "a"]
    runs = rows.least(key, "most").put(rent=rows.total(key, "rent")["rent"])
    runs = runs.put(j=places(solved, "activity", runs.rename(a="p"), "r", "k", "t", "p"))
    loads = solved.duals("minimum_load", "r", "q", "t")
    load = runs.look_up(loads, "r", "q", "t", value="dual", default=0.0) * runs.look_up(uses, "r", "k", "q", "t", value="use")
    worth = costs.d[runs["j"]] + np.nan_to_num(runs["rent"] + load)
    least = runs.look_up(board["equipment"], "q", value="min_load", default=0.0)
    act = runs["most"] * np.where(full | (worth <= 0), 1.0, least)
    runs = runs.put(act=act, cost=act * worth)
    whole = rows[rows["a"] != rows["p"]]
    runs = runs.put(part=np.where(runs.within(whole, "r", "q", "t"), board.code(""), runs["a"]))
    by_route = runs.total(["r", "q", "t", "part", "k"], "cost")
    order = np.argsort(by_route["cost"], kind="stable")
    best = by_route[order].unique("r", "q", "t", "part")
    return runs[runs.within(best, "r", "q", "t", "part", "k")][["r", "q", "t", "k", "j", "act"]]
