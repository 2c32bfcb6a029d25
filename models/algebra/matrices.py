"""What an expanded model is: one sparse matrix with sides, costs, bounds, and names that are made only when asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .coding import IndexSet, label_frame, labels_at, position_of
from .errors import AlgebraError
from .labels import Floats, Labels


@dataclass(frozen=True, eq=False)
class Linear:
    """Linear expressions, one per row: `matrix @ x + constant`.

    Attributes:
        matrix: scipy `csr_array`, rows x columns of the model.
        constant: one number per row.
    """

    matrix: Any
    constant: Floats
    index_set: IndexSet
    labels: Labels

    @cached_property
    def index(self) -> pd.DataFrame:
        """The labels of each row: columns named as those of the sets' frames, else i0, i1, ..."""
        return label_frame(self.index_set, self.labels)

    def member(self, position: int) -> tuple[Any, ...]:
        """The labels of one row."""
        return labels_at(self.index_set, self.labels, position)

    def at(self, x: NDArray[Any]) -> Floats:
        """The value of each row at the column values `x`."""
        values: Floats = self.matrix @ np.asarray(x, dtype=float) + self.constant
        return values


@dataclass(frozen=True, eq=False)
class Block:
    """The rows of one constraint family, or the columns of one variable: `count` of them from `start`."""

    name: str
    start: int
    count: int
    index_set: IndexSet
    labels: Labels

    @cached_property
    def index(self) -> pd.DataFrame:
        """The labels of each member: columns named as those of the sets' frames, else i0, i1, ..."""
        return label_frame(self.index_set, self.labels)

    @property
    def slice(self) -> slice:
        """Where the block stands in the whole."""
        return slice(self.start, self.start + self.count)

    def position(self, *labels: Any) -> int:
        """Where a member stands within the block. Raises AlgebraError if it is not a member."""
        found = position_of(self.index_set, self.labels, labels)
        if found < 0:
            raise AlgebraError(f"'{self.name}' has no index {labels}", index=labels)
        return found

    def member(self, position: int) -> tuple[Any, ...]:
        """The labels of the member at a position within the block."""
        return labels_at(self.index_set, self.labels, position)


@dataclass(frozen=True, eq=False)
class Matrices:
    """minimise cost @ x + offset with row_lower <= matrix @ x <= row_upper, lower <= x <= upper.

    Attributes:
        matrix: scipy `csr_array`, rows x columns; sorted, no duplicates, no stored zeros.
        row_lower, row_upper: sides of the rows, infinite where there is none. `a >= b` is the row a - b with a lower side, `a <= b` one
            with an upper side, `a == b` one with both.
        cost, offset: the objective, to be minimised.
        lower, upper: bounds of the columns, infinite where there is none.
        integer: which columns must be integer.
        rows, columns: the blocks by the name of the family or variable, in order.
        terms: the registered terms of the objective, one expression per index; their sum is the objective.
    """

    matrix: Any
    row_lower: Floats
    row_upper: Floats
    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    rows: dict[str, Block]
    columns: dict[str, Block]
    terms: dict[str, Linear]

    def row_name(self, i: int) -> tuple[str, tuple[Any, ...]]:
        """The family and the labels of row number i."""
        return _name(self.rows.values(), i)

    def column_name(self, j: int) -> tuple[str, tuple[Any, ...]]:
        """The variable and the labels of column number j."""
        return _name(self.columns.values(), j)

    def row(self, name: str, *labels: Any) -> int:
        """The number of the row of a family at an index. Raises AlgebraError if there is none."""
        return _number(self.rows, name, labels)

    def column(self, name: str, *labels: Any) -> int:
        """The number of the column of a variable at an index. Raises AlgebraError if there is none."""
        return _number(self.columns, name, labels)


def _name(blocks: Iterable[Block], number: int) -> tuple[str, tuple[Any, ...]]:
    for block in blocks:
        if block.start <= number < block.start + block.count:
            return block.name, block.member(number - block.start)
    raise AlgebraError(f"there is no row or column number {number}")


def _number(blocks: dict[str, Block], name: str, labels: tuple[Any, ...]) -> int:
    if name not in blocks:
        raise AlgebraError(f"there is no '{name}' among {', '.join(blocks)}")
    return blocks[name].start + blocks[name].position(*labels)
