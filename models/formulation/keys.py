"""Key cells -> explicit keys: groups and `a|b` opened, blanks filled with all, and the most specific row winning as a whole.

Row A is more specific than row B if B's cells contain A's in every key column. Two rows that both fit, neither inside the other, are
an error that names both, even if a third would decide.

Keys are given as `letter="column"`: the letter is the column of the result, the column that of the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from models.algebra import Frame
from models.formulation.board import ROW, Board
from models.problems import Problem
from models.tables import TABLES


def windowed(board: Board, frame: Frame) -> Frame:
    """The frame with a column `period`: the periods whose start lies in `from`..`until`, as `a|b` (rows without any are left out)."""
    periods = board["periods"]
    start, names = periods["start"], np.array(periods.decoded("t"), object)
    window = np.stack([np.nan_to_num(frame["from"], nan=-np.inf), np.nan_to_num(frame["until"], nan=np.inf)], axis=1)
    distinct, at = np.unique(window, axis=0, return_inverse=True)
    cells = ["|".join(names[(start >= first) & (start <= last)]) for first, last in distinct]
    held = frame.put(period=board.codes(cells)[at.ravel()] if len(frame) else np.zeros(0, np.int64))
    kept: Frame = held[held["period"] != board.code("")]
    return kept


def explicit(board: Board, table: str, frame: Frame, labels: Sequence[str] = (), **keys: str) -> Frame:
    """Every explicit key that a row of the table fits, with the winning row's other cells; ambiguous rows are reported to the board."""
    at, size = np.arange(len(frame)), np.ones(len(frame))
    opened: dict[str, np.ndarray] = {}
    for letter, column in keys.items():
        repeated, members, times = _opened(board, frame[column], at, _of(table, column))
        at, size = at[repeated], size[repeated] * times
        opened = {name: codes[repeated] for name, codes in opened.items()} | {letter: members}
    matches = Frame(board.labels, opened | {name: frame[name][at] for name in labels} | {"_at": at})
    chosen = _winners(board, table, frame, keys, matches.groups(*keys, *labels), at, size, matches)
    rest = {name: column[at[chosen]] for name, column in frame.columns.items() if name not in keys.values()}
    return Frame(board.labels, {letter: matches[letter][chosen] for letter in keys} | rest)


def lookup(board: Board, table: str, over: Frame, frame: Frame, **keys: str) -> np.ndarray:
    """For each row of `over` (columns: the letters) the number of the winning row of `frame`, -1 where none fits."""
    none = np.full(len(over), -1, dtype=np.int64)
    if not len(frame) or not len(over):
        return none
    blank = board.code("")
    filled = np.stack([frame[column] != blank for column in keys.values()], axis=1)
    patterns, which = np.unique(filled, axis=0, return_inverse=True)
    own, row, sizes = [], [], []
    for number, pattern in enumerate(patterns):
        at = np.flatnonzero(which.ravel() == number)
        size = np.ones(len(at))
        found: dict[str, np.ndarray] = {}
        for (letter, column), has in zip(keys.items(), pattern, strict=True):
            of = _of(table, column)
            if has:
                repeated, members, times = _opened(board, frame[column], at, of)
                at, size = at[repeated], size[repeated] * times
                found = {name: codes[repeated] for name, codes in found.items()} | {letter: members}
            else:
                size = size * max(1, len(board.names.universe(of)))
        matches = Frame(board.labels, found | {"_at": at, "_size": size})
        wanted = Frame(board.labels, {letter: over[letter] for letter in found} | {"_own": np.arange(len(over))})
        joined = wanted.join(matches, *found) if found else wanted.cross(matches)
        own.append(joined["_own"])
        row.append(joined["_at"])
        sizes.append(joined["_size"])
    mine, at, size = np.concatenate(own), np.concatenate(row), np.concatenate(sizes)
    candidates = Frame(board.labels, {"_own": mine} | {letter: over[letter][mine] for letter in keys})
    chosen = _winners(board, table, frame, keys, candidates.groups("_own"), at, size, candidates)
    none[mine[chosen]] = at[chosen]
    return none


def _of(table: str, column: str) -> str:
    """What the cells of a key column refer to; a window of years refers to periods."""
    return next((c.of for c in TABLES[table].columns if c.name == column), column)


def _opened(board: Board, cells: np.ndarray, at: np.ndarray, of: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For rows `at` of a column of cells: which of them, repeated per member; the member; how many members the cell has."""
    codes, unique = pd.factorize(cells)
    members = [board.members(cell, of) for cell in board.labels.decode(unique)]
    count = np.array([len(m) for m in members], np.int64)
    first = np.cumsum(count) - count
    flat = np.concatenate([*members, np.zeros(0, np.int64)])
    code = codes[at]
    times = count[code]
    repeated = np.repeat(np.arange(len(at)), times)
    within = np.arange(len(repeated)) - np.repeat(np.cumsum(times) - times, times)
    return repeated, flat[np.repeat(first[code], times) + within], times[repeated].astype(float)


def _winners(
    board: Board, table: str, frame: Frame, keys: Mapping[str, str], group: np.ndarray, at: np.ndarray, size: np.ndarray, shown: Frame
) -> np.ndarray:
    """For each group the most specific of its matches; every pair that is not nested is reported once."""
    count = np.bincount(group)
    chosen = np.full(len(count), -1, dtype=np.int64)
    chosen[group] = np.arange(len(group))
    several = np.flatnonzero(count[group] > 1) if len(group) else np.zeros(0, np.int64)
    if len(several):
        order = several[np.lexsort((size[several], group[several]))]
        same = group[order][1:] == group[order][:-1]
        _check_nested(board, table, frame, keys, at[order], same, shown, order)
        first = order[np.concatenate([[True], ~same])]
        chosen[group[first]] = first
    return chosen


def _check_nested(
    board: Board, table: str, frame: Frame, keys: Mapping[str, str], at: np.ndarray, same: np.ndarray, shown: Frame, order: np.ndarray
) -> None:
    pair = at[:-1][same] * len(frame) + at[1:][same]
    pairs, first = np.unique(pair, return_index=True)
    inner, outer = np.divmod(pairs, len(frame))
    nested, equal = np.ones(len(pairs), bool), np.ones(len(pairs), bool)
    for column in keys.values():
        cells = frame[column]
        sets = {code: frozenset(board.members(board.labels.label(code), _of(table, column)).tolist()) for code in np.unique(cells).tolist()}
        both, back = np.unique(np.stack([cells[inner], cells[outer]]), axis=1, return_inverse=True)
        nested &= np.array([sets[a] <= sets[b] for a, b in both.T.tolist()], bool)[back.ravel()]
        equal &= np.array([sets[a] == sets[b] for a, b in both.T.tolist()], bool)[back.ravel()]
    for p in np.flatnonzero(~nested | equal)[:50]:
        a, b = sorted(int(frame[ROW][i]) for i in (inner[p], outer[p]))
        match = order[:-1][same][first[p]]
        key = ", ".join(f"{column}={board.labels.label(int(shown[letter][match]))}" for letter, column in keys.items())
        code = "same_key" if equal[p] else "ambiguous_rows"
        board.report(Problem(code, table=table, row=a, said={"row": a, "other": b, "key": key}))
