"""What can be reached from where: which routes can run, which goods can be had and used, what cannot be supplied and why."""

from __future__ import annotations

import numpy as np

from models.algebra import Frame, stack
from models.formulation.board import ROW, Board
from models.problems import Problem


def prune(board: Board) -> None:
    """Leaves only routes whose inputs can be had and flows whose goods can be had at the origin and used at the destination.

    Sets the frames `flows` (l, r, d, n, c, t, p, through) and shortens `routes`, `recipes`, `uses`, `activity`. What firm demand cannot
    get at all is reported with the missing path.
    """
    grid = _Grid(board)
    goods = grid.holds(board["recipes"])
    recipes = board["recipes"][goods]
    had_before = np.zeros(grid.shape, bool)
    runs, flows = [], []
    for t in board["periods"]["t"].tolist():
        routes, own, links, markets, stocks = (_at(f, t) for f in (board["routes"], recipes, board["carried"], board["markets"], board["stocks"]))
        route = own.find(routes, "r", "k")
        had = had_before.copy()
        grid.mark(had, _at(board["sources"], t))
        runnable, had = _forward(grid, own, route, len(routes), links, had)
        useful = np.zeros(grid.shape, bool)
        grid.mark(useful, markets[(markets["demand"] > 0) | (markets["max"] > 0)])
        grid.mark(useful, stocks)
        grid.mark(useful, own[runnable[route] & (own["amount"] < 0)])
        useful = _backward(grid, links, useful)
        runs.append(routes[runnable])
        flows.append(links[had[grid.at(links, "r")] & useful[grid.at(links, "d")]])
        had_before = np.zeros(grid.shape, bool)
        horizon = stocks[stocks["cycle"] == board.code("horizon")]
        grid.mark(had_before, horizon)
        wanted = markets[(markets["demand"] > 0) & np.isnan(markets["shortage_price"])]
        lacking = wanted[~had[grid.at(wanted)] & ~wanted.within(horizon, "r", "c")].unique("r", "c")
        for r, c, line in lacking.rows("r", "c", ROW):
            why = _why(board, grid, had, r, c, own, runnable[route])
            said: dict[str, object] = {"commodity": c, "region": r, "period": board.labels.label(t), "why": why}
            board.report(Problem("cannot_supply", table="markets", row=int(line), column="demand", said=said))
    able = stack(runs)
    _nowhere(board, able)
    for name in ("routes", "recipes", "uses", "activity"):
        board[name] = board[name][board[name].within(able, "r", "k", "t")]
    board["flows"] = stack(flows, ["l", "r", "d", "n", "c", "t", "through"]).join(board["commodity_parts"], "c")


def _nowhere(board: Board, able: Frame) -> None:
    """Warns of routes that can run nowhere: an input of theirs cannot be had, as where A is made of B and B of A."""
    recipes = board["recipes"]
    for code in sorted(set(board["routes"]["k"].tolist()) - set(able["k"].tolist())):
        k, inputs = board.labels.label(code), sorted(set(recipes[(recipes["k"] == code) & (recipes["amount"] < 0)].decoded("c")))
        said: dict[str, object] = {
            "en": f"route {k} can run nowhere: what it uses ({', '.join(inputs)}) cannot be had where it stands",
            "zh": f"路线 {k} 无处可运行：其所需（{'、'.join(inputs)}）无法获得",
        }
        board.warnings.append(Problem("rule", table="recipes", said=said))


class _Grid:
    """Regions x balanced commodities as one boolean array."""

    def __init__(self, board: Board):
        regions, goods = board.codes(board.names.kinds["region"]), board["commodity_parts"][["c"]].unique()["c"]
        self.shape = max(1, len(regions) * len(goods))
        self._region = board.by_code(regions, np.arange(len(regions)) * len(goods), 0)
        self._commodity = board.by_code(goods, np.arange(len(goods)), -1)

    def holds(self, frame: Frame) -> np.ndarray:
        """Which rows are of a balanced commodity."""
        return np.asarray(self._commodity[frame["c"]] >= 0)

    def at(self, frame: Frame, place: str = "r") -> np.ndarray:
        """Where the rows stand in the array."""
        return np.asarray(self._region[frame[place]] + self._commodity[frame["c"]])

    def mark(self, grid: np.ndarray, frame: Frame) -> None:
        grid[self.at(frame[self.holds(frame)])] = True


def _at(frame: Frame, t: int) -> Frame:
    now: Frame = frame[frame["t"] == t]
    return now


def _forward(grid: _Grid, own: Frame, route: np.ndarray, n: int, links: Frame, had: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What can be had, until nothing is added: a route runs once all it uses can be had; a link brings what its origin has."""
    place, uses = grid.at(own), own["amount"] < 0
    origin, destination = grid.at(links, "r"), grid.at(links, "d")
    while True:
        runnable = np.bincount(route[uses], ~had[place[uses]], minlength=n) == 0
        now = had.copy()
        now[place[~uses][runnable[route[~uses]]]] = True
        now[destination[now[origin]]] = True
        if (now == had).all():
            return runnable, had
        had = now


def _backward(grid: _Grid, links: Frame, useful: np.ndarray) -> np.ndarray:
    """What is of use: where it is used or wanted, and wherever a link can bring it there."""
    origin, destination = grid.at(links, "r"), grid.at(links, "d")
    while True:
        now = useful.copy()
        now[origin[now[destination]]] = True
        if (now == useful).all():
            return useful
        useful = now


def _why(board: Board, grid: _Grid, had: np.ndarray, r: str, c: str, own: Frame, running: np.ndarray) -> str:
    """The missing path in words: no source, no route, a route that lacks an input, no link. `running`: which rows of `own` are of routes
    that can run."""
    good = board.code(c)
    making = (own["c"] == good) & (own["amount"] > 0)
    said = [f"no source of {c}" if not (board["sources"]["c"] == good).any() else f"no source of {c} that reaches {r}"]
    if not making.any():
        said.append(f"no route can make {c} anywhere")
    for code in list(dict.fromkeys(own["k"][making].tolist()))[:4]:
        k, mine = board.labels.label(code), own["k"] == code
        inputs = own[mine & (own["amount"] < 0)]
        lacking = sorted(set(inputs[~had[grid.at(inputs)]].decoded("c")))
        where, can = (sorted(set(own[mine & making & rows].decoded("r"))) for rows in (np.ones(len(own), bool), running))
        if can:
            said.append(f"route {k} makes it at {', '.join(can[:3])}, but no link brings it to {r}")
        elif lacking:
            said.append(f"route {k} at {', '.join(where[:3])} lacks {', '.join(lacking[:4])}")
    return "; ".join(said)
