"""Goals that a planner weighs against one another, as linear sums of the columns of a model.

| goal | sum | unit |
|---|---|---|
| `cost` | discounted cost | ¤ |
| a burden (`co2`, `energy` ...) | Σ_t years × burden, over the horizon | b |
| `shortage` | penalties of demand not met, discounted | ¤ |
| `moves:EQUIPMENT` | new + refitted + closed capacity, over the horizon | Q |
| `spread:EQUIPMENT` | the largest change of capacity of any region from today to the last period: z >= K_r − K0_r, z >= K0_r − K_r | Q |

EQUIPMENT is a name or a tag whose members have one unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import units
from models.algebra import Matrices
from models.formulation import METRICS
from models.problems import InputError, Problem, nearest, rule
from optimizer.extended import with_column, with_row
from optimizer.solved import Solved


@dataclass(frozen=True)
class Goal:
    """A sum to be small: `weights` @ x + `constant`, in `unit`."""

    name: str
    unit: str
    weights: np.ndarray
    constant: float = 0.0

    def at(self, x: np.ndarray) -> float:
        return float(self.weights @ x[: len(self.weights)]) + self.constant

    def over(self, columns: int) -> np.ndarray:
        """The weights over a model with columns added."""
        return np.append(self.weights, np.zeros(columns - len(self.weights)))


def goals_of(solved: Solved, names: list[str]) -> tuple[Matrices, list[Goal]]:
    """The goals by name, and the matrices with what they need (a column and rows for a spread). Raises InputError with every name that is none."""
    matrices, goals = solved.matrices, []
    problems: list[Problem] = []
    for name in names:
        try:
            matrices, goal = _goal(solved, matrices, name)
            goals.append(goal)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return matrices, goals


def _goal(solved: Solved, matrices: Matrices, name: str) -> tuple[Matrices, Goal]:
    board, money = solved.model.board, solved.model.board.instance.settings.money
    what, _, scope = name.partition(":")
    if name == "cost":
        return matrices, Goal(name, money, solved.matrices.cost, solved.matrices.offset)
    if name == "shortage":
        term = solved.matrices.terms["shortages"]
        return matrices, Goal(name, money, np.asarray(term.matrix.sum(axis=0)).ravel(), float(term.constant.sum()))
    commodities = board.table("commodities")
    burdens = dict(zip(commodities["commodity"], commodities["unit"], strict=True))
    tallies = commodities.loc[commodities["balance"] == "tally", "commodity"].tolist()
    if name in tallies:
        weights, constant = np.zeros(len(solved.x)), 0.0
        for _, own, fixed in burden_parts(solved, name):
            weights, constant = weights + own, constant + fixed
        return matrices, Goal(name, str(burdens[name]), weights, constant)
    if what in ("moves", "spread"):
        chosen, unit = _equipment(solved, name, scope)
        return (matrices, _moves(solved, name, unit, chosen)) if what == "moves" else _spread(solved, matrices, name, unit, chosen)
    known = ["cost", "shortage", "moves:EQUIPMENT", "spread:EQUIPMENT", *tallies]
    raise InputError([Problem("choice", file="goal", value=name, said={"allowed": ", ".join(known), "near": nearest(name, known)})])


def burden_parts(solved: Solved, burden: str) -> list[tuple[str, np.ndarray, float]]:
    """A burden over the horizon, by what it comes from: (route, fuel, equipment or freight, weights over the columns, constant)."""
    board = solved.model.board
    code, periods = board.code(burden), board["periods"]
    found: dict[str, tuple[np.ndarray, float]] = {}
    for part in METRICS["burden"].parts:
        rows = part.frame(board)[list(part.own)].unique()
        rows = rows[rows["b"] == code]
        if not len(rows):
            continue
        linear = solved.expander.expression(part.rule, rows)
        years = rows.look_up(periods, "t", value="years")
        letter = next(letter for letter in ("k", "q", "c", "g") if letter in part.own)
        for item in np.unique(rows[letter]):
            own = rows[letter] == item
            weights, constant = linear.matrix[np.flatnonzero(own)].T @ years[own], float(linear.constant[own] @ years[own])
            label = ("freight of " if letter == "g" else "") + str(board.labels.label(int(item)))
            before, fixed = found.get(label, (np.zeros(len(solved.x)), 0.0))
            found[label] = (before + weights, fixed + constant)
    return [(label, weights, constant) for label, (weights, constant) in found.items()]


def _equipment(solved: Solved, name: str, scope: str) -> tuple[np.ndarray, str]:
    board = solved.model.board
    members = board.names.members(scope, "equipment")
    if not members:
        near = nearest(scope, board.names.known("equipment"))
        raise InputError([Problem("unknown_name", file="goal", value=name, said={"what": "equipment", "near": near})])
    own = dict(zip(board.table("equipment")["equipment"], board.table("equipment")["unit"], strict=True))
    first = own[members[0]]
    try:
        same = all(units.factor(own[q], first) == 1 for q in members)
    except units.UnitError:
        same = False
    if not same:
        en, zh = "its equipment has several units: name one kind, like moves:pots", "其设备单位不同：请指明一类，如 moves:pots"
        raise InputError([rule(en, zh, file="goal", value=name)])
    return board.any_of(board.codes(members)), first


def _moves(solved: Solved, name: str, unit: str, chosen: np.ndarray) -> Goal:
    weights = np.zeros(len(solved.x))
    ways = solved.model.board["ways"]
    new = solved.values("new", "r", "w", "t")
    weights[solved.matrices.columns["new"].slice] = chosen[new.look_up(ways, "r", "w", "t", value="q").astype(np.int64)]
    weights[solved.matrices.columns["closed"].slice] = chosen[solved.values("closed", "r", "q", "e", "t")["q"]]
    return Goal(name, unit, weights)


def _spread(solved: Solved, matrices: Matrices, name: str, unit: str, chosen: np.ndarray) -> tuple[Matrices, Goal]:
    board = solved.model.board
    standing, block = solved.values("standing", "r", "q", "e", "t"), solved.matrices.columns["standing"]
    last = standing["t"] == board["periods"]["t"][-1]
    today = board["today"]
    now = today[chosen[today["q"]]].total(["r"], "amount")
    matrices = with_column(matrices, name)
    z = matrices.matrix.shape[1] - 1
    for r in np.unique(np.concatenate([standing["r"][last & chosen[standing["q"]]], now["r"]])):
        weights = np.zeros(z + 1)
        weights[block.slice] = last & chosen[standing["q"]] & (standing["r"] == r)
        before = float(now["amount"][now["r"] == r].sum())
        place = board.labels.label(int(r))
        for sign, word in ((1.0, "up"), (-1.0, "down")):
            row = -sign * weights
            row[z] = 1.0
            matrices = with_row(matrices, f"{name} {place} {word}", row, lower=-sign * before)
    weights = np.zeros(z + 1)
    weights[z] = 1.0
    return matrices, Goal(name, unit, weights)
