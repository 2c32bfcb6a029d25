"""Evaluate the expression tree of a rule for all its rows at once.

The value of a node is a `Batch`: a constant per row, and pieces (rows, columns, coefficients) of the linear part. An index is a column of
label codes, a look-up is a gather, a sum over neighbours is repeat and offset.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import numpy as np
import pyomo.environ as pyo

from .coding import IndexSet, Product, labels_at
from .data import ModelData
from .errors import AlgebraError
from .labels import Floats, Integers, Labels
from .symbols import NUMBERS, Index, Lookup, Loop, Node, Operation, Sum, show, show_item
from .tracing import Traced


class Rows:
    """The rows for which an expression is evaluated: those of the family, or within a sum those of its members.

    Attributes:
        count: number of rows.
        parent: the rows outside the loop, None for the rows of the family.
        up: for each row, the parent row it belongs to.
    """

    def __init__(
        self, labels: Labels, count: int, columns: Mapping[int, Callable[[], Integers]], parent: "Rows | None" = None, up: Any = None
    ) -> None:
        self.count = count
        self.parent = parent
        self.up = up
        self._labels = labels
        self._makers = columns
        self._codes: dict[int, Integers] = {}
        self._places: dict[tuple[Any, ...], Integers] = {}

    def codes(self, index: Index) -> Integers:
        """The label codes of a symbolic index, one per row."""
        key = id(index)
        if key not in self._codes:
            if key in self._makers:
                self._codes[key] = self._makers[key]()
            elif self.parent is None:
                raise AlgebraError(f"index {index} is used outside the sum or rule that introduces it")
            else:
                self._codes[key] = self.parent.codes(index)[self.up]
        return self._codes[key]

    def place(self, index_set: IndexSet, arguments: tuple[Any, ...]) -> Integers:
        """Where the arguments (symbolic indices and labels) stand in an index set: one position per row, or a single one for all rows."""
        if isinstance(index_set, Product):
            return index_set.join([self.place(part, inner) for part, inner in index_set.split(arguments)])
        key = (id(index_set), *(("index", id(argument)) if isinstance(argument, Index) else argument for argument in arguments))
        if key not in self._places:
            self._places[key] = self._new_place(index_set, arguments)
        return self._places[key]

    def _new_place(self, index_set: IndexSet, arguments: tuple[Any, ...]) -> Integers:
        if self.parent is None or any(id(argument) in self._makers for argument in arguments):
            return index_set.position(
                [self.codes(argument) if isinstance(argument, Index) else np.array(self._labels.code(argument)) for argument in arguments]
            )
        outer = self.parent.place(index_set, arguments)
        return outer[self.up] if outer.ndim else outer

    def argument_labels(self, arguments: tuple[Any, ...], row: int) -> tuple[Any, ...]:
        """The arguments in one row as labels."""
        return tuple(self._labels.label(int(self.codes(argument)[row])) if isinstance(argument, Index) else argument for argument in arguments)

    def outermost(self, row: int) -> int:
        """The row of the family to which a row belongs."""
        return row if self.parent is None else self.parent.outermost(int(self.up[row]))


@dataclass(frozen=True)
class Piece:
    """Coefficients of the linear part.

    `rows` is None where each row has exactly one entry, in order; `columns` and `coefficients` are single numbers or one per entry.
    """

    rows: Integers | None
    columns: Integers
    coefficients: Any


@dataclass(frozen=True)
class Batch:
    """Linear expressions, one per row: a constant (single number or one per row) and the pieces of the linear part."""

    constant: Any
    pieces: tuple[Piece, ...] = ()

    def plus(self, other: "Batch") -> "Batch":
        return Batch(self.constant + other.constant, self.pieces + other.pieces)

    def times(self, factor: Any) -> "Batch":
        """Multiplied by a constant: a single number, or one per row."""
        same_for_all = np.ndim(factor) == 0
        if same_for_all and factor == 1:
            return self
        pieces = []
        for piece in self.pieces:
            by_entry = factor if same_for_all or piece.rows is None else factor[piece.rows]
            pieces.append(Piece(piece.rows, piece.columns, by_entry * piece.coefficients))
        return Batch(factor * self.constant, tuple(pieces))


def spread(values: Any, count: int) -> Any:
    """One value per row, where there may be a single one for all rows."""
    return values if np.ndim(values) and len(values) == count else np.broadcast_to(values, count)


class Evaluator:
    """Evaluates the traced rule of one family over its index set."""

    def __init__(self, data: ModelData, index_set: IndexSet, traced: Traced) -> None:
        self.data = data
        self.index_set = index_set
        columns = {id(index): partial(index_set.column, number) for number, index in enumerate(traced.indices)}
        self.rows = Rows(data.labels, index_set.count, columns)

    def batch(self, node: Any) -> Batch:
        """The expression `node` for all rows of the family."""
        with np.errstate(all="ignore"):  # what is not finite is refused by name, below
            return self._evaluate(node, self.rows)

    def labels(self, row: int) -> tuple[Any, ...]:
        """The index of a row of the family."""
        return labels_at(self.index_set, self.data.labels, row)

    def _evaluate(self, node: Any, rows: Rows) -> Batch:
        if isinstance(node, Lookup):
            return self._look_up(node, rows)
        if isinstance(node, Sum):
            return self._add_up(node, rows)
        if isinstance(node, Operation):
            return self._operate(node, rows)
        if isinstance(node, Index):
            return Batch(self._as_numbers(node, rows))
        if isinstance(node, NUMBERS):
            return Batch(float(node))
        raise AlgebraError(f"{show(node)} ({type(node).__name__}) cannot be part of a linear expression")

    def _operate(self, node: Operation, rows: Rows) -> Batch:
        left = self._evaluate(node.left, rows)
        right = self._evaluate(node.right, rows)
        if node.sign == "+":
            return left.plus(right)
        if node.sign == "-":
            return left.plus(right.times(-1.0))
        if node.sign == "*" and not (left.pieces and right.pieces):
            return right.times(left.constant) if right.pieces else left.times(right.constant)
        if node.sign == "/" and not right.pieces:
            self._require(right.constant != 0, node, "divides by zero", rows)
            return left.times(np.divide(1.0, right.constant))
        if node.sign == "**" and not left.pieces and not right.pieces:
            power = np.power(left.constant, right.constant, dtype=float)
            self._require(np.isfinite(power), node, "is not a finite number", rows)
            return Batch(power)
        raise AlgebraError(f"{node} is not linear: variables may be added, and multiplied or divided by constants")

    def _as_numbers(self, index: Index, rows: Rows) -> Floats:
        numbers = self.data.labels.as_numbers()[rows.codes(index)]
        missing = np.isnan(numbers)
        if missing.any():
            row = int(missing.argmax())
            label = self.data.labels.label(int(rows.codes(index)[row]))
            self._refuse(f"index {index} is used as a number, but its label {label!r} is none", rows, row)
        return numbers

    # look-ups

    def _look_up(self, node: Lookup, rows: Rows) -> Batch:
        component = node.component
        if component.ctype is pyo.Var:
            place = self._place("variable", node.name, self.data.index_of(component), node.arguments, rows)
            return Batch(0.0, (Piece(None, self.data.first_column[node.name] + place, 1.0),))
        values = self.data.values(component)
        if not component.is_indexed():
            return Batch(float(values[0]))
        found = values[self._place("parameter", node.name, self.data.index_of(component), node.arguments, rows)]
        missing = np.isnan(found)
        if rows.count and missing.any():
            row = int(np.broadcast_to(missing, rows.count).argmax())
            labels = rows.argument_labels(node.arguments, row)
            self._refuse(f"parameter {node.name} has no value at {labels}, and no default", rows, row)
        return Batch(found)

    def _place(self, kind: str, what: Any, index_set: IndexSet, arguments: tuple[Any, ...], rows: Rows, strict: bool = True) -> Integers:
        """Where the arguments stand in an index set, for every row; a strict look-up must find them all."""
        if len(arguments) != index_set.dimension:
            raise AlgebraError(f"{kind} {show_item(str(what), arguments)}: {len(arguments)} indices given, {index_set.dimension} needed")
        place = rows.place(index_set, arguments)
        if strict and rows.count and place.size and place.min() < 0:
            absent = np.broadcast_to(place < 0, rows.count)
            row = int(absent.argmax())
            labels = rows.argument_labels(arguments, row)
            self._refuse(f"{kind} {what} has no index {labels} ({int(absent.sum())} of {rows.count} look-ups fail)", rows, row)
        return place

    # sums

    def _add_up(self, node: Sum, rows: Rows) -> Batch:
        total = Batch(0.0)
        for body, loops in node.parts:
            total = total.plus(self._add_up_loops(body, loops, rows) if loops else self._evaluate(body, rows))
        return total

    def _add_up_loops(self, body: Any, loops: tuple[Loop, ...], rows: Rows) -> Batch:
        inner = rows
        for loop in loops:
            inner = self._open(loop, inner)
        batch = self._evaluate(body, inner)
        owner, between = inner.up, inner.parent
        while between is not None and between is not rows:
            owner, between = between.up[owner], between.parent
        constant: Any = 0.0
        if np.any(batch.constant):
            constant = np.bincount(owner, weights=spread(batch.constant, inner.count), minlength=rows.count)
        pieces = tuple(
            Piece(
                owner if piece.rows is None else owner[piece.rows],
                spread(piece.columns, inner.count) if piece.rows is None else piece.columns,
                piece.coefficients,
            )
            for piece in batch.pieces
        )
        return Batch(constant, pieces)

    def _open(self, loop: Loop, rows: Rows) -> Rows:
        """The rows within a loop: each outer row, repeated for each member."""
        columns: dict[int, Callable[[], Integers]] = {}
        source, arguments = loop.over.source, loop.over.arguments
        if arguments is None:
            members = self.data.index_set(source)
            up = np.repeat(np.arange(rows.count), members.count)
            for number, index in enumerate(loop.indices):
                columns[id(index)] = partial(_tiled, members, number, rows.count)
            return Rows(self.data.labels, len(up), columns, rows, up)
        lists = self.data.lists(source)
        place = self._place("set", loop.over, lists.keys, arguments, rows, lists.strict)
        count = spread(lists.count[place], rows.count)
        start = spread(lists.start[place], rows.count)
        up = np.repeat(np.arange(rows.count), count)
        before = np.cumsum(count) - count
        entry = np.arange(len(up)) + np.repeat(start - before, count)
        for index, member in zip(loop.indices, lists.members, strict=True):
            columns[id(index)] = partial(member.__getitem__, entry)
        return Rows(self.data.labels, len(up), columns, rows, up)

    # refusals

    def _require(self, holds: Any, node: Node, otherwise: str, rows: Rows) -> None:
        if rows.count and not np.all(holds):
            self._refuse(f"{node} {otherwise}", rows, int(np.broadcast_to(~np.asarray(holds), rows.count).argmax()))

    def _refuse(self, problem: str, rows: Rows, row: int) -> NoReturn:
        raise AlgebraError(problem, index=self.labels(rows.outermost(row)))


def _tiled(members: IndexSet, number: int, times: int) -> Integers:
    return np.tile(members.column(number), times)
