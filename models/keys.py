"""Key cells -> explicit keys: groups and `a|b` opened, blanks filled with all, and the most specific row winning as a whole.

Row A is more specific than row B if B's cells contain A's in every key column. Two rows that both fit, neither inside the other, are
an error that names both, even if a third would decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from models.names import Names
from models.problems import Problem

Report = Callable[[Problem], None]
ROW, SIZE = "_row", "_size"


def windowed(frame: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column `period`: the periods whose start lies in `from`..`until`, as `a|b` (rows without any are left out)."""
    start, name = periods["start"].to_numpy(float), periods["period"].to_numpy(object)
    first = frame["from"].fillna(-np.inf).to_numpy(float)
    last = frame["until"].fillna(np.inf).to_numpy(float)
    cells = ["|".join(name[(start >= a) & (start <= b)]) for a, b in zip(first, last, strict=True)]
    return frame.assign(period=pd.Series(cells, index=frame.index, dtype="str"))[np.array([c != "" for c in cells], bool)]


def explicit(frame: pd.DataFrame, keys: dict[str, str], labels: Sequence[str], names: Names, table: str, report: Report) -> pd.DataFrame:
    """Every explicit key that a row of the table fits, with the winning row's other cells.

    `keys` maps key columns to what they refer to (a key of REFERENCE_KINDS). The result has the key columns, the labels, `_row` (row number
    of the winner) and all other columns. Ambiguous rows go to `report`.
    """
    matches = pd.DataFrame({"_at": np.arange(len(frame)), SIZE: 1.0} | {c: frame[c].to_numpy() for c in labels})
    for column, of in keys.items():
        matches = _open(matches, frame[column], column, of, names)
    return _winners(matches, frame, [*keys, *labels], keys, names, table, report)


def lookup(over: pd.DataFrame, frame: pd.DataFrame, keys: dict[str, str], names: Names, table: str, report: Report) -> pd.DataFrame:
    """For each row of `over` (explicit keys) the winning row of `frame`: the same as `explicit`, without listing keys nobody asks for.

    Returns `over` joined with the other columns of the winners; rows of `over` that nothing fits are left out.
    """
    if frame.empty or over.empty:
        rest = [c for c in frame.columns if c not in keys and c not in over.columns]
        return over.iloc[:0].reset_index(drop=True).join(frame[rest].iloc[:0].reset_index(drop=True)).assign(**{ROW: np.zeros(0, np.int64)})
    over = over.reset_index(drop=True)
    filled = np.stack([(frame[c] != "").to_numpy() for c in keys], axis=1)
    found = []
    for pattern in np.unique(filled, axis=0):
        rows = np.flatnonzero((filled == pattern).all(axis=1))
        part = frame.iloc[rows]
        matches = pd.DataFrame({"_at": rows, SIZE: 1.0})
        given = [c for c, has in zip(keys, pattern, strict=True) if has]
        for column in given:
            matches = _open(matches, part[column], column, keys[column], names, rows)
        for column, of in keys.items():
            if column not in given:
                matches[SIZE] *= max(1, len(names.universe(of)))
        wanted = over[list(keys)].assign(_over=np.arange(len(over)))
        joined = wanted.merge(matches, on=given, how="inner") if given else wanted.merge(matches, how="cross")
        found.append(joined[["_over", "_at", SIZE]])
    matches = pd.concat(found, ignore_index=True)
    matches = matches.join(over[list(keys)], on="_over")
    winners = _winners(matches, frame, ["_over"], keys, names, table, report)
    rest = [c for c in winners.columns if c not in keys and c != "_over" and c not in over.columns]
    return over.iloc[winners["_over"].to_numpy()].reset_index(drop=True).join(winners[rest])


def _open(matches: pd.DataFrame, cells: pd.Series, column: str, of: str, names: Names, rows: np.ndarray | None = None) -> pd.DataFrame:
    """`matches` with one row per member of each row's cell of `column`."""
    codes, unique = pd.factorize(cells)
    members = [names.members(str(cell), of) for cell in unique]
    count = np.array([len(m) for m in members], np.int64)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    flat = np.array([m for group in members for m in group], object)
    at = matches["_at"].to_numpy()
    code = codes[at if rows is None else np.searchsorted(rows, at)]
    n = count[code]
    repeated = np.repeat(np.arange(len(matches)), n)
    offset = np.arange(len(repeated)) - np.repeat(np.cumsum(n) - n, n)
    out = matches.iloc[repeated].reset_index(drop=True)
    out[column] = pd.Series(flat[np.repeat(first[code], n) + offset], dtype="str") if len(repeated) else pd.Series(dtype="str")
    out[SIZE] = out[SIZE].to_numpy() * np.repeat(n, n)
    return out


def _winners(
    matches: pd.DataFrame, frame: pd.DataFrame, by: list[str], keys: dict[str, str], names: Names, table: str, report: Report
) -> pd.DataFrame:
    """The most specific match of each key; every pair that is not nested is reported once."""
    group = matches.groupby(by, sort=False, dropna=False).ngroup().to_numpy()
    order = np.lexsort((matches[SIZE].to_numpy(), group))
    group, at = group[order], matches["_at"].to_numpy()[order]
    same = group[1:] == group[:-1]
    if same.any():
        _check_nested(matches.iloc[order], at, same, frame, keys, names, table, report)
    first = np.concatenate([[True], ~same]) if len(group) else np.zeros(0, bool)
    chosen = matches.iloc[order[first]].reset_index(drop=True)
    rest = [c for c in frame.columns if c not in chosen.columns]
    winners = frame[rest].iloc[chosen["_at"].to_numpy()].reset_index(drop=True)
    out = chosen.drop(columns=["_at", SIZE]).join(winners)
    out[ROW] = frame.index.to_numpy()[chosen["_at"].to_numpy()]
    return out


def _check_nested(
    matches: pd.DataFrame, at: np.ndarray, same: np.ndarray, frame: pd.DataFrame, keys: dict[str, str], names: Names, table: str, report: Report
) -> None:
    inner, outer = at[:-1][same], at[1:][same]
    pairs, first = np.unique(np.stack([inner, outer]), axis=1, return_index=True)
    nested = np.ones(pairs.shape[1], bool)
    equal = np.ones(pairs.shape[1], bool)
    for column, of in keys.items():
        codes, unique = pd.factorize(frame[column])
        sets = [frozenset(names.members(str(c), of)) for c in unique]
        code_pairs, back = np.unique(np.stack([codes[pairs[0]], codes[pairs[1]]]), axis=1, return_inverse=True)
        inside = np.array([sets[a] <= sets[b] for a, b in code_pairs.T], bool)
        alike = np.array([sets[a] == sets[b] for a, b in code_pairs.T], bool)
        nested &= inside[back.ravel()]
        equal &= alike[back.ravel()]
    for p in np.flatnonzero(~nested | equal)[:50]:
        a, b = sorted(int(frame.index[i]) for i in pairs[:, p])
        key = matches.iloc[np.flatnonzero(same)[first[p]]]
        shown = ", ".join(f"{c}={key[c]}" for c in keys)
        code = "same_key" if equal[p] else "ambiguous_rows"
        report(Problem(code, table=table, row=a, said={"row": a, "other": b, "key": shown}))
