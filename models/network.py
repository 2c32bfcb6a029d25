"""What can be reached from where: which routes can run, which goods can be had and used, what cannot be supplied and why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.formulation.board import Board
from models.problems import Problem


def prune(board: Board) -> None:
    """Leaves only routes whose inputs can be had and flows whose goods can be had at the origin and used at the destination.

    Sets the frames `flows` (l, r, d, n, c, t, p, through) and shortens `routes`, `recipes`, `uses`, `activity`. What firm demand cannot
    get at all is reported with the missing path.
    """
    balanced = board["commodity_parts"]["c"].drop_duplicates().tolist()
    grid = _Grid(list(board.names.kinds["region"]), balanced)
    periods = board["periods"]["t"].tolist()
    recipes = board["recipes"][board["recipes"]["c"].isin(balanced)]
    had_before = np.zeros(grid.shape, bool)
    runs, flows = [], []
    for t in periods:
        routes = board["routes"].loc[board["routes"]["t"] == t, ["r", "k"]].reset_index(drop=True)
        own = recipes[recipes["t"] == t].merge(routes.assign(route=np.arange(len(routes))), on=["r", "k"])
        links = board["carried"][board["carried"]["t"] == t]
        had = had_before.copy()
        grid.mark(had, _at(board["sources"], t))
        runnable, had = _forward(grid, own, len(routes), links, had)
        useful = np.zeros(grid.shape, bool)
        markets = _at(board["markets"], t)
        grid.mark(useful, markets[(markets["demand"] > 0) | (markets["max"] > 0)])
        grid.mark(useful, _at(board["stocks"], t))
        running = own[runnable[own["route"].to_numpy()]] if len(own) else own
        grid.mark(useful, running[running["amount"] < 0])
        useful = _backward(grid, links, useful)
        kept = had[grid.at(links["r"], links["c"])] & useful[grid.at(links["d"], links["c"])] if len(links) else np.zeros(0, bool)
        runs.append(routes[runnable].assign(t=t))
        flows.append(links[kept])
        stocks = _at(board["stocks"], t)
        had_before = np.zeros(grid.shape, bool)
        horizon = stocks[stocks["cycle"] == "horizon"]
        if len(horizon):
            grid.mark(had_before, horizon)
            had_before &= had | had_before
        _cannot_supply(board, grid, had, markets, t, own, runnable, horizon)
    able = pd.concat(runs, ignore_index=True)
    for name in ("routes", "recipes", "uses", "activity"):
        board[name] = board[name].merge(able, on=["r", "k", "t"])
    columns = ["l", "r", "d", "n", "c", "t", "through"]
    kept_flows = pd.concat([f[columns] for f in flows], ignore_index=True)
    board["flows"] = kept_flows.merge(board["commodity_parts"], on="c")


class _Grid:
    """Regions x commodities as one boolean array."""

    def __init__(self, regions: list[str], commodities: list[str]):
        self.regions, self.commodities = pd.Index(regions), pd.Index(commodities)
        self.shape = len(regions) * len(commodities)

    def at(self, r: pd.Series, c: pd.Series) -> np.ndarray:
        return np.asarray(self.regions.get_indexer(r) * len(self.commodities) + self.commodities.get_indexer(c))

    def mark(self, grid: np.ndarray, frame: pd.DataFrame) -> None:
        if len(frame):
            known = frame[frame["c"].isin(self.commodities)]
            grid[self.at(known["r"], known["c"])] = True


def _at(frame: pd.DataFrame, t: str) -> pd.DataFrame:
    return frame[frame["t"] == t]


def _forward(grid: _Grid, own: pd.DataFrame, n: int, links: pd.DataFrame, had: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What can be had, until nothing is added: a route runs once all it uses can be had; a link brings what its origin has."""
    place, route = grid.at(own["r"], own["c"]), own["route"].to_numpy()
    uses = own["amount"].to_numpy() < 0
    origin, destination = grid.at(links["r"], links["c"]), grid.at(links["d"], links["c"])
    while True:
        runnable = np.bincount(route[uses], ~had[place[uses]], minlength=n) == 0
        now = had.copy()
        now[place[~uses][runnable[route[~uses]]]] = True
        now[destination[now[origin]]] = True
        if (now == had).all():
            return runnable, had
        had = now


def _backward(grid: _Grid, links: pd.DataFrame, useful: np.ndarray) -> np.ndarray:
    """What is of use: where it is used or wanted, and wherever a link can bring it there."""
    origin, destination = grid.at(links["r"], links["c"]), grid.at(links["d"], links["c"])
    while True:
        now = useful.copy()
        now[origin[now[destination]]] = True
        if (now == useful).all():
            return useful
        useful = now


def _cannot_supply(
    board: Board, grid: _Grid, had: np.ndarray, markets: pd.DataFrame, t: str, own: pd.DataFrame, runnable: np.ndarray, horizon: pd.DataFrame
) -> None:
    wanted = markets[(markets["demand"] > 0) & markets["shortage_price"].isna()]
    stocked = horizon[["r", "c"]].apply(tuple, axis=1).tolist() if len(horizon) else []
    for r, c in wanted[["r", "c"]].drop_duplicates().itertuples(index=False):
        if not had[grid.at(pd.Series([r]), pd.Series([c]))][0] and (r, c) not in stocked:
            said: dict[str, object] = {"commodity": c, "region": r, "period": t, "why": _why(board, grid, had, r, c, t, own, runnable)}
            row = wanted.loc[(wanted["r"] == r) & (wanted["c"] == c), "_row"].iloc[0]
            board.report(Problem("cannot_supply", table="markets", row=int(row), column="demand", said=said))


def _why(board: Board, grid: _Grid, had: np.ndarray, r: str, c: str, t: str, own: pd.DataFrame, runnable: np.ndarray) -> str:
    """The missing path in words: no source, no route, a route that lacks an input, no link."""
    makers = own[(own["c"] == c) & (own["amount"] > 0)]
    said = [f"no source of {c}" if not (board["sources"]["c"] == c).any() else f"no source of {c} that reaches {r}"]
    if makers.empty:
        said.append(f"no route can make {c} anywhere")
    for k in makers["k"].unique()[:4]:
        inputs = own[(own["k"] == k) & (own["amount"] < 0)]
        lacking = sorted({i for q, i in inputs[["r", "c"]].itertuples(index=False) if not had[grid.at(pd.Series([q]), pd.Series([i]))][0]})
        where = sorted(makers.loc[(makers["k"] == k), "r"].unique())
        can = sorted(set(makers.loc[(makers["k"] == k) & runnable[makers["route"].to_numpy()], "r"]))
        if can:
            said.append(f"route {k} makes it at {', '.join(can[:3])}, but no link brings it to {r}")
        elif lacking:
            said.append(f"route {k} at {', '.join(where[:3])} lacks {', '.join(lacking[:4])}")
    return "; ".join(said)
