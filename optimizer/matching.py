"""Two models side by side: which rows and columns are the same by name, and which numbers differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.algebra import Block, Labels, Matrices
from optimizer.scaling import Factors, Scaled, choose


@dataclass(frozen=True)
class Match:
    """For each row and column of the new model its number in the old one, -1 if it was not there; `same`: both models have the same rows and
    columns in the same order."""

    rows: np.ndarray
    columns: np.ndarray
    same: bool


def match(old: Matrices, new: Matrices) -> Match:
    """The rows and columns of the new model in the old one, by family and labels."""
    rows, columns = _places(old.rows, new.rows), _places(old.columns, new.columns)
    same = old.matrix.shape == new.matrix.shape and all((at == np.arange(len(at))).all() for at in (rows, columns))
    return Match(rows, columns, same and bool((old.integer == new.integer).all()))


def _places(old: Mapping[str, Block], new: Mapping[str, Block]) -> np.ndarray:
    translated: dict[int, np.ndarray] = {}
    out = []
    for name, block in new.items():
        before = old.get(name)
        dimension = block.index_set.dimension
        if before is None or before.index_set.dimension != dimension:
            out.append(np.full(block.count, -1, dtype=np.int64))
            continue
        key = id(block.labels)
        if key not in translated:
            translated[key] = _codes(before.labels, block.labels)
        columns = [translated[key][block.index_set.column(i)] for i in range(dimension)]
        if before.count == block.count and all((column == before.index_set.column(i)).all() for i, column in enumerate(columns)):
            at = np.arange(block.count)
        else:
            at = np.broadcast_to(before.index_set.position(columns), block.count)
        out.append(np.where(at >= 0, before.start + at, -1))
    return np.concatenate([np.zeros(0, dtype=np.int64), *out])


def _codes(old: Labels, new: Labels) -> np.ndarray:
    """For each code of the new labels that of the same label among the old, -1 if there is none."""
    return np.array([old.code(label) for label in new.decode(np.arange(len(new)))], dtype=np.int64)


def carried(match: Match, scaled: Scaled, new: Matrices) -> Factors:
    """The factors of the old problem for what it shares with the new one, fresh ones for the rest: so that equal numbers stay equal."""
    if match.same:
        return Factors(scaled.rows, scaled.columns, scaled.money)
    fresh = choose(new)
    rows = np.where(match.rows >= 0, scaled.rows[match.rows], fresh.rows)
    columns = np.where(match.columns >= 0, scaled.columns[match.columns], fresh.columns)
    return Factors(rows, np.where(new.integer, 1.0, columns), scaled.money)


@dataclass(frozen=True)
class Patch:
    """What makes one problem into another of the same shape: (columns, costs), (columns, lower, upper), (rows, lower, upper) and entries
    (rows, columns, values) that differ."""

    costs: tuple[np.ndarray, ...]
    bounds: tuple[np.ndarray, ...]
    sides: tuple[np.ndarray, ...]
    entries: tuple[np.ndarray, ...]

    @property
    def count(self) -> int:
        """How many numbers differ."""
        return sum(len(part[0]) for part in (self.costs, self.bounds, self.sides, self.entries))

    @property
    def only_costs(self) -> bool:
        """Does every plan of the one fit the other?"""
        return self.count == len(self.costs[0])


def difference(old: Scaled, new: Scaled) -> Patch:
    """The numbers in which two problems of the same shape differ."""
    if np.array_equal(old.matrix.indptr, new.matrix.indptr) and np.array_equal(old.matrix.indices, new.matrix.indices):
        at = np.flatnonzero(old.matrix.data != new.matrix.data)
        rows = np.searchsorted(new.matrix.indptr, at, side="right") - 1
        entries = (rows, new.matrix.indices[at], new.matrix.data[at])
    else:
        rows, columns = (new.matrix != old.matrix).tocoo().coords
        entries = (rows, columns, np.asarray(new.matrix[rows, columns]).ravel())
    costs = np.flatnonzero(old.cost != new.cost)
    bounds = np.flatnonzero((old.lower != new.lower) | (old.upper != new.upper))
    sides = np.flatnonzero((old.row_lower != new.row_lower) | (old.row_upper != new.row_upper))
    return Patch(
        (costs, new.cost[costs]),
        (bounds, new.lower[bounds], new.upper[bounds]),
        (sides, new.row_lower[sides], new.row_upper[sides]),
        entries,
    )
