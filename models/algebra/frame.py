"""Tables of label codes: columns of integers (codes of `Labels`) beside columns of numbers and flags, joined and grouped as whole arrays.

A model is stated from dozens of small tables that are joined, filtered and grouped hundreds of times. On arrays of codes each such step
costs microseconds. What a Frame offers is what that takes and no more; `to_pandas` gives the labels back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .labels import Integers, Labels

Array = NDArray[Any]
DENSE = 4096  # keys from a range up to this, or four times the rows, are looked up in a full array, others by hashing
WIDEST = 2**62


class Frame:
    """Columns of equal length. A column of integers holds label codes; numbers are floats, flags are bools.

    Columns are never written to: every method gives a new Frame that shares what did not change.
    """

    def __init__(self, labels: Labels, columns: Mapping[str, Array]) -> None:
        self.labels = labels
        self.columns = dict(columns)
        self.count = len(next(iter(self.columns.values()))) if self.columns else 0

    def __len__(self) -> int:
        return self.count

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __repr__(self) -> str:
        return f"Frame({', '.join(self.columns)}: {self.count} rows)"

    @overload
    def __getitem__(self, item: str) -> Array: ...
    @overload
    def __getitem__(self, item: list[str]) -> Frame: ...
    @overload
    def __getitem__(self, item: Array) -> Frame: ...
    def __getitem__(self, item: str | list[str] | Array) -> Any:
        """A column; or a Frame of the columns named; or a Frame of the rows in a mask or list of positions."""
        if isinstance(item, str):
            return self.columns[item]
        if isinstance(item, np.ndarray):
            at = np.flatnonzero(item) if item.dtype == bool else item
            return Frame(self.labels, {name: column[at] for name, column in self.columns.items()})
        return Frame(self.labels, {name: self.columns[name] for name in item})

    def put(self, **columns: Any) -> Frame:
        """With columns added or replaced; a single value stands for all rows."""
        arrays = {name: value if isinstance(value, np.ndarray) else np.full(self.count, value) for name, value in columns.items()}
        return Frame(self.labels, self.columns | arrays)

    def rename(self, **names: str) -> Frame:
        """With columns renamed: old = new. A column of that name gives way."""
        gone = set(names.values()) - set(names)
        return Frame(self.labels, {names.get(name, name): column for name, column in self.columns.items() if name not in gone})

    def unique(self, *by: str) -> Frame:
        """The first row of each key; without columns named, of each row."""
        first = Keys([self], by or tuple(self.columns)).firsts(0)
        return self if len(first) == self.count else self[first]

    def join(self, other: Frame, *on: str) -> Frame:
        """Each row with each row of the other that has the same key, in the order of the rows; columns of the other that are here give way."""
        keys = Keys([self, other], on)
        mine, theirs = keys.pairs()
        columns = self.columns if mine is None else {name: column[mine] for name, column in self.columns.items()}
        return Frame(self.labels, {name: column[theirs] for name, column in other.columns.items() if name not in self.columns} | columns)

    def cross(self, other: Frame) -> Frame:
        """Each row with each row of the other."""
        mine, theirs = np.repeat(np.arange(self.count), other.count), np.tile(np.arange(other.count), self.count)
        return Frame(self.labels, {n: c[mine] for n, c in self.columns.items()} | {n: c[theirs] for n, c in other.columns.items()})

    def find(self, other: Frame, *on: str) -> Integers:
        """For each row the number of the first row of the other with the same key, -1 if there is none."""
        return Keys([self, other], on).found()

    def within(self, other: Frame, *on: str) -> NDArray[np.bool_]:
        """Which rows have a row of the other with the same key."""
        return self.find(other, *on) >= 0

    def look_up(self, other: Frame, *on: str, value: str, default: float = np.nan) -> Array:
        """For each row the `value` of the first row of the other with the same key."""
        at = self.find(other, *on)
        if not other.count:
            return np.full(self.count, default)
        return np.where(at >= 0, other.columns[value][at], default)

    def total(self, by: Sequence[str], value: str = "value") -> Frame:
        """The sum of a column over the rows of each key, in the order in which keys occur."""
        keys = Keys([self], by)
        first, group = keys.firsts(0), keys.groups()
        summed = np.bincount(group, self.columns[value], minlength=len(first)).astype(float)  # of nothing, bincount makes integers
        return Frame(self.labels, {name: self.columns[name][first] for name in by} | {value: summed})

    def least(self, by: Sequence[str], value: str) -> Frame:
        """The least of a column over the rows of each key, in the order in which keys occur."""
        keys = Keys([self], by)
        first = keys.firsts(0)
        found = np.full(len(first), np.inf)
        np.minimum.at(found, keys.groups(), self.columns[value])
        return Frame(self.labels, {name: self.columns[name][first] for name in by} | {value: found})

    def groups(self, *by: str) -> Integers:
        """For each row the number of its key: 0, 1, 2, ... in the order in which keys occur."""
        return Keys([self], by).groups()

    def label(self, make: Callable[..., str], *of: str) -> Integers:
        """Codes of new labels, made once for each distinct key: `make(*labels of the key)`."""
        keys = Keys([self], of)
        first = keys.firsts(0)
        told = zip(*(self.labels.decode(self.columns[name][first]) for name in of), strict=True)
        codes = np.array([self.labels.number(make(*key)) for key in told], dtype=np.int64)
        return codes[keys.groups()] if self.count else np.zeros(0, dtype=np.int64)

    def decoded(self, name: str) -> list[Any]:
        """The labels of a column."""
        return self.labels.decode(self.columns[name])

    def rows(self, *names: str) -> Iterable[tuple[Any, ...]]:
        """Labels and numbers row by row."""
        return zip(*(self._shown(name) for name in names), strict=True)

    def _shown(self, name: str) -> list[Any]:
        column = self.columns[name]
        return self.labels.decode(column) if column.dtype.kind == "i" else column.tolist()

    def to_pandas(self) -> pd.DataFrame:
        """With labels in place of codes."""
        out = {}
        for name, column in self.columns.items():
            if column.dtype.kind == "i":
                local, occurring = pd.factorize(column)
                out[name] = pd.Series(pd.array(self.labels.decode(occurring), dtype="str").take(local), index=pd.RangeIndex(len(column)))
            else:
                out[name] = pd.Series(column)
        return pd.DataFrame(out)


def stack(frames: Sequence[Frame], columns: Sequence[str] | None = None) -> Frame:
    """Frames one below the other, with the columns named or those of the first."""
    names = list(frames[0].columns) if columns is None else columns
    return Frame(frames[0].labels, {name: np.concatenate([frame.columns[name] for frame in frames]) for name in names})


class Keys:
    """The keys of one or two frames, as integers that are equal where the key columns are."""

    def __init__(self, frames: Sequence[Frame], on: Sequence[str]) -> None:
        self.size = 1
        self._parts: list[Array] = [np.zeros(frame.count, dtype=np.int64) for frame in frames]
        count = sum(frame.count for frame in frames)
        for number, name in enumerate(on):
            columns, size = _small([frame.columns[name] for frame in frames], len(on) > 1)
            if self.size * size > WIDEST:
                self._hash()
            self._parts = columns if number == 0 else [key * size + column for key, column in zip(self._parts, columns, strict=True)]
            self.size *= size
        if self.size > max(DENSE, 4 * count):
            self._hash()

    def _hash(self) -> None:
        joined, distinct = pd.factorize(np.concatenate(self._parts))
        ends = np.cumsum([len(part) for part in self._parts])[:-1]
        self._parts, self.size = np.split(joined, ends), len(distinct)

    def _first_of(self, part: int) -> Integers:
        """For each key the first row that has it, -1 if none."""
        key = self._parts[part]
        first = np.full(self.size, -1, dtype=np.int64)
        first[key[::-1]] = np.arange(len(key) - 1, -1, -1)
        return first

    def firsts(self, part: int) -> Integers:
        """The rows that are the first of their key."""
        key = self._parts[part]
        return np.flatnonzero(self._first_of(part)[key] == np.arange(len(key)))

    def groups(self) -> Integers:
        """For each row of the first frame the number of its key, in the order of occurrence."""
        first = self._first_of(0)[self._parts[0]]
        return (np.cumsum(first == np.arange(len(first))) - 1)[first]

    def found(self) -> Integers:
        """For each row of the first frame the first row of the second with its key, -1 if none."""
        return self._first_of(1)[self._parts[0]]

    def pairs(self) -> tuple[Integers | None, Integers]:
        """All pairs of rows with equal keys, in the order of the first frame; None where each of its rows has exactly one."""
        mine, theirs = self._parts
        count = np.bincount(theirs, minlength=self.size)
        if len(theirs) == 0 or count.max() <= 1:
            found = self.found()
            has = found >= 0
            return (None, found) if has.all() else (np.flatnonzero(has), found[has])
        order = np.argsort(theirs, kind="stable")
        start = np.cumsum(count) - count
        times = count[mine]
        left = np.repeat(np.arange(len(mine)), times)
        within = np.arange(len(left)) - np.repeat(np.cumsum(times) - times, times)
        return left, order[np.repeat(start[mine], times) + within]


def _small(columns: list[Array], several: bool) -> tuple[list[Array], int]:
    """Columns as numbers from a small range, and its size. Numbers are given codes of their own."""
    if columns[0].dtype.kind == "f":
        joined, distinct = pd.factorize(np.concatenate(columns), use_na_sentinel=False)
        return list(np.split(joined, np.cumsum([len(c) for c in columns])[:-1])), max(1, len(distinct))
    size = 1 + max((int(column.max()) for column in columns if len(column)), default=0)
    if not several:
        return columns, size
    present = np.zeros(size, dtype=bool)
    for column in columns:
        present[column] = True
    rank = np.cumsum(present) - 1
    return [rank[column] for column in columns], max(1, int(rank[-1]) + 1)
