"""A solved model: variables, duals and expressions as frames with named labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.algebra import Expander, Matrices, index_set
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

    def values(self, variable: str, *labels: str) -> pd.DataFrame:
        """A variable as a frame: its labels, named, and `value`."""
        return self._block(self.matrices.columns, self.x, variable, labels)

    def duals(self, family: str, *labels: str) -> pd.DataFrame:
        """The duals of a family's rows: its labels, named, and `dual`, `more`, `less`."""
        frame = self._block(self.matrices.rows, self.y, family, labels).rename(columns={"value": "dual"})
        for name, values in (("more", self.more), ("less", self.less)):
            frame[name] = self._block(self.matrices.rows, values, family, labels)["value"]
        return frame

    @staticmethod
    def _block(blocks: dict[str, Any], values: np.ndarray, name: str, labels: tuple[str, ...]) -> pd.DataFrame:
        if name not in blocks or not blocks[name].count:
            return pd.DataFrame({c: pd.Series(dtype="str") for c in labels} | {"value": pd.Series(dtype="float64")})
        block = blocks[name]
        frame = block.index.set_axis(list(labels), axis=1).astype("str")
        return frame.assign(value=np.where(np.abs(values[block.slice]) < TINY, 0.0, values[block.slice]))

    def expression(self, name: str, rows: pd.DataFrame, rule: Callable[..., Any]) -> np.ndarray:
        """A rule's value at each row of a frame of labels."""
        if rows.empty:
            return np.zeros(0)
        m = self.model.pyomo
        index = index_set(rows)
        setattr(m, f"REPORT_{name}", index)
        return np.asarray(self.expander.expression(rule, index).at(self.x))
