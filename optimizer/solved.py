"""A solved model: variables, duals and expressions as frames of label codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.algebra import Block, Expander, Frame, Matrices
from models.formulation import Model
from optimizer.scaling import Factors, choose

TINY = 1e-9
"""Amounts and prices below it, in units of the scaled model, are shown as 0."""


@dataclass(frozen=True)
class Solved:
    """A solved model: `x` by column, `y` by row (NaN without duals), `more` and `less` by row: dV/db when a side is raised and lowered (NaN
    where not computed)."""

    model: Model
    expander: Expander
    matrices: Matrices
    x: np.ndarray
    y: np.ndarray
    more: np.ndarray
    less: np.ndarray

    def values(self, variable: str, *letters: str) -> Frame:
        """A variable as a frame: its index, named, and `value`."""
        return self._block(self.matrices.columns, variable, letters, value=self.amounts)

    def duals(self, family: str, *letters: str) -> Frame:
        """The duals of a family's rows: its index, named, and `dual`, `more`, `less`."""
        return self._block(
            self.matrices.rows, family, letters, **{name: self._priced(y) for name, y in (("dual", self.y), ("more", self.more), ("less", self.less))}
        )

    @cached_property
    def _one(self) -> Factors:
        return choose(self.matrices)

    @cached_property
    def amounts(self) -> np.ndarray:
        """The columns, without amounts that are nothing."""
        return np.where(np.abs(self.x) < TINY * self._one.columns, 0.0, self.x)

    def _priced(self, y: np.ndarray) -> np.ndarray:
        return np.where(np.abs(y) < TINY * self._one.rows * self._one.money, 0.0, y)

    def _block(self, blocks: dict[str, Block], name: str, letters: tuple[str, ...], **values: np.ndarray) -> Frame:
        block = blocks[name]
        columns = {letter: block.index_set.column(i) for i, letter in enumerate(letters)}
        return Frame(self.model.board.labels, columns | {key: all_rows[block.slice] for key, all_rows in values.items()})

    def expression(self, rows: Frame, rule: Callable[..., Any]) -> np.ndarray:
        """A rule's value at each row of a frame."""
        return np.asarray(self.expander.expression(rule, rows).at(self.amounts))
