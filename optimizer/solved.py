"""A solved model: variables, duals and expressions as frames of label codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.algebra import Block, Expander, Frame, Matrices
from models.formulation import Model

TINY = 1e-9
"""Amounts below it are shown as 0."""


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
        return self._block(self.matrices.columns, variable, letters, value=self.x)

    def duals(self, family: str, *letters: str) -> Frame:
        """The duals of a family's rows: its index, named, and `dual`, `more`, `less`."""
        return self._block(self.matrices.rows, family, letters, dual=self.y, more=self.more, less=self.less)

    def _block(self, blocks: dict[str, Block], name: str, letters: tuple[str, ...], **values: np.ndarray) -> Frame:
        block = blocks[name]
        columns = {letter: block.index_set.column(i) for i, letter in enumerate(letters)}
        numbers = {key: np.where(np.abs(all_rows[block.slice]) < TINY, 0.0, all_rows[block.slice]) for key, all_rows in values.items()}
        return Frame(self.model.board.labels, columns | numbers)

    def expression(self, rows: Frame, rule: Callable[..., Any]) -> np.ndarray:
        """A rule's value at each row of a frame."""
        return np.asarray(self.expander.expression(rule, rows).at(self.x))
