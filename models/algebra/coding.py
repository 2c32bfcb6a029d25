"""Index sets as columns of label codes.

An index set is a few columns of codes, and `position` answers for whole columns of indices at once
where they stand in the set (-1: nowhere).
"""

import itertools
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from .labels import Integers, Labels

TABLE_SIZE = 1_000_000  # an index set answers from a full table up to this size (or TABLE_SHARE times its count), above it from sorted keys
TABLE_SHARE = 8


class IndexSet(Protocol):
    """An index set in codes: listed or a product."""

    count: int
    dimension: int
    names: tuple[str | None, ...]

    def column(self, number: int) -> Integers:
        """Codes of one dimension, for all members in order."""

    def codes_at(self, position: int) -> list[int]:
        """Codes of one member, one per dimension."""

    def position(self, columns: Sequence[Integers]) -> Integers:
        """Where the given indices stand; -1 for one that is not a member. The columns may be of length 1 (broadcast)."""


class Listed:
    """An index set whose members are listed, one array of codes per dimension."""

    def __init__(self, columns: Sequence[Integers], labels: Labels, names: Iterable[str | None]) -> None:
        self.dimension = len(columns)
        self.count = len(columns[0])
        self.names = tuple(names)
        self._columns = columns
        self._labels = labels

    def column(self, number: int) -> Integers:
        return self._columns[number]

    def codes_at(self, position: int) -> list[int]:
        return [int(column[position]) for column in self._columns]

    def position(self, columns: Sequence[Integers]) -> Integers:
        if self.dimension == 1:
            return self._places.of(columns[0])
        ranks, steps, places, _ = self._tables
        return places.of(_joined(ranks, steps, columns))

    def repeated(self) -> Integers:
        """The numbers of members that stand in the set more than once."""
        if self.dimension == 1:
            return np.flatnonzero(self._places.of(self._columns[0]) != np.arange(self.count))
        _, _, places, keys = self._tables
        return np.flatnonzero(places.of(keys) != np.arange(self.count))

    def same(self, columns: Sequence[Integers]) -> bool:
        """Are these the very columns of the set?"""
        return len(columns) == self.dimension and all(one is other for one, other in zip(columns, self._columns, strict=True))

    @cached_property
    def _places(self) -> "CodeTable":
        """Code -> position, for a set of one dimension."""
        return CodeTable(self._columns[0], np.arange(self.count), -1, self._labels)

    @cached_property
    def _tables(self) -> tuple[list["CodeTable"], list["Step"], "Table", Integers]:
        """For each dimension its codes as ranks 0, 1, 2, ... among those that occur (one more for others), the steps that join the ranks one by
        one into a single key, the table from keys to positions, and the keys of the members."""
        limit = max(TABLE_SIZE, TABLE_SHARE * self.count)
        ranks = [_ranked(column, self._labels) for column in self._columns]
        steps: list[Step] = []
        key, size = ranks[0].of(self._columns[0]), ranks[0].size + 1
        for rank, column in zip(ranks[1:], self._columns[1:], strict=True):
            width = rank.size + 1
            shorten = Shorten(key, size if size <= limit else None) if size * width > limit else None
            step = Step(width, shorten)
            key = step.of(key, rank.of(column))
            size = (size if shorten is None else shorten.size + 1) * width
            steps.append(step)
        return ranks, steps, Table(key, np.arange(self.count), -1, size if size <= limit else None), key


def _joined(ranks: list["CodeTable"], steps: list["Step"], columns: Sequence[Integers]) -> Integers:
    """One key for each row of columns; a key that no member has where a code is not among those ranked."""
    key = ranks[0].of(columns[0])
    for rank, step, column in zip(ranks[1:], steps, columns[1:], strict=True):
        key = step.of(key, rank.of(column))
    return key


def _ranked(column: Integers, labels: Labels) -> "CodeTable":
    present = np.zeros(len(labels), dtype=bool)
    present[column] = True
    occurring = np.flatnonzero(present)
    return CodeTable(occurring, np.arange(len(occurring)), len(occurring), labels)


class CodeTable:
    """Code -> number; `absent` for other codes, also for those that are given out later."""

    def __init__(self, codes: Integers, numbers: Integers, absent: int, labels: Labels) -> None:
        self._labels = labels
        self._absent = absent
        self.size = len(codes)
        self._numbers = np.full(len(labels) + 1, absent, dtype=np.int64)  # the last place answers for code -1
        self._numbers[codes] = numbers

    def of(self, codes: Integers) -> Integers:
        if len(self._numbers) <= len(self._labels):
            added = np.full(len(self._labels) + 1 - len(self._numbers), self._absent, dtype=np.int64)
            self._numbers = np.concatenate([self._numbers, added])
        return self._numbers[codes]


class Table:
    """Key -> value, from a full array where the size of the key range is given, else by search among the keys; `absent` for an absent key.

    Of equal keys one is taken, always the same.
    """

    def __init__(self, keys: Integers, values: Integers, absent: int, size: int | None) -> None:
        self._full = size is not None
        self._absent = absent
        if size is not None:
            self._values = np.full(size, absent, dtype=np.int32 if len(values) < 2**31 else np.int64)
            self._values[keys] = values
        else:
            order = np.argsort(keys, kind="stable")
            self._keys = keys[order]
            self._values = values[order]

    def of(self, keys: Integers) -> Integers:
        if self._full:
            return self._values[keys].astype(np.int64)
        found = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[found] == keys, self._values[found], self._absent)


class Shorten:
    """Keys from a wide range -> 0, 1, 2, ... among those that occur (`size` for others), so that joined keys never overflow. `span`: of the range,
    if that is small."""

    def __init__(self, keys: Integers, span: int | None) -> None:
        if span is None:
            distinct = np.unique(keys)
        else:
            present = np.zeros(span, dtype=bool)
            present[keys] = True
            distinct = np.flatnonzero(present)
        self.size = len(distinct)
        self._table = Table(distinct, np.arange(self.size), self.size, span)

    def of(self, keys: Integers) -> Integers:
        return self._table.of(keys)


class Step:
    """Joins the key so far with the rank in the next column, which is below the width."""

    def __init__(self, width: int, shorten: Shorten | None) -> None:
        self._width = width
        self._shorten = shorten

    def of(self, key: Integers, rank: Integers) -> Integers:
        return (key if self._shorten is None else self._shorten.of(key)) * self._width + rank


class Product:
    """A cross product of index sets, never listed to answer `position`. Without parts: the index set of a scalar."""

    def __init__(self, parts: Sequence[IndexSet]) -> None:
        self.parts = parts
        self.dimension = sum(part.dimension for part in parts)
        self.names: tuple[str | None, ...] = tuple(name for part in parts for name in part.names)
        self.count = 1
        for part in parts:
            self.count *= part.count

    def column(self, number: int) -> Integers:
        before = 1
        for part in self.parts:
            if number < part.dimension:
                after = self.count // max(1, before * part.count)
                return np.tile(np.repeat(part.column(number), after), before)
            number -= part.dimension
            before *= part.count
        raise IndexError(number)

    def codes_at(self, position: int) -> list[int]:
        codes: list[int] = []
        for part in reversed(self.parts):
            position, inner = divmod(position, part.count)
            codes = part.codes_at(inner) + codes
        return codes

    def split(self, columns: Sequence[Any]) -> list[tuple[IndexSet, Any]]:
        """The parts, each with those of the given items that belong to its dimensions."""
        ends = itertools.accumulate(part.dimension for part in self.parts)
        return [(part, columns[end - part.dimension : end]) for part, end in zip(self.parts, ends, strict=True)]

    def position(self, columns: Sequence[Integers]) -> Integers:
        return self.join([part.position(inner) for part, inner in self.split(columns)])

    def join(self, positions: Sequence[Integers]) -> Integers:
        """Positions in the product from those in its parts; -1 where any of them is."""
        if not positions:
            return np.zeros((), dtype=np.int64)
        total = positions[0]
        for part, inner in zip(self.parts[1:], positions[1:], strict=True):
            total = total * part.count + inner
        for inner in positions:
            if inner.size and int(inner.min()) < 0:
                total = np.where(inner < 0, -1, total)
        return total


def label_frame(index_set: IndexSet, labels: Labels) -> pd.DataFrame:
    """The members of an index set as labels: one row per member, one column per dimension."""
    columns: dict[str, pd.Index] = {}
    for number, name in enumerate(index_set.names):
        free = name is not None and name not in columns
        columns[str(name) if free else f"i{number}"] = _label_column(index_set.column(number), labels)
    return pd.DataFrame(columns, index=pd.RangeIndex(index_set.count))


def _label_column(codes: Integers, labels: Labels) -> pd.Index:
    local, occurring = pd.factorize(codes)
    column: pd.Index = pd.Index(labels.decode(occurring)).take(local)
    return column


def labels_at(index_set: IndexSet, labels: Labels, position: int) -> tuple[Any, ...]:
    """The labels of one member."""
    return tuple(labels.label(code) for code in index_set.codes_at(position))


def position_of(index_set: IndexSet, labels: Labels, member: Sequence[Any]) -> int:
    """Where one member stands; -1 if nowhere."""
    if len(member) != index_set.dimension:
        return -1
    return int(index_set.position([np.array(labels.code(label)) for label in member]))
