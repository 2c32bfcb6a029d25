"""What tests look at: rows of a compiled model, lines of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from models import Instance
from models.algebra import Matrices, compile
from models.formulation import build

INFINITY = float("inf")


@dataclass(frozen=True)
class Row:
    """One row of a matrix: coefficients by (variable, labels), and its sides."""

    terms: dict[tuple[str, tuple[str, ...]], float]
    lower: float
    upper: float


def compiled(instance: Instance) -> Matrices:
    """The matrices of an instance."""
    return compile(build(instance).pyomo)


def row(matrices: Matrices, family: str, *labels: str) -> Row:
    """The row of a constraint family at an index."""
    i = matrices.row(family, *labels)
    return Row(_entries(matrices, matrices.matrix, i), float(matrices.row_lower[i]), float(matrices.row_upper[i]))


def cost_term(matrices: Matrices, name: str, *labels: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """The coefficients of a term of the objective at an index (present value)."""
    linear = matrices.terms[name]
    at = [tuple(line) for line in linear.index.itertuples(index=False)].index(labels)
    return _entries(matrices, linear.matrix, at)


def _entries(matrices: Matrices, matrix: Any, i: int) -> dict[tuple[str, tuple[str, ...]], float]:
    here = slice(matrix.indptr[i], matrix.indptr[i + 1])
    columns, values = matrix.indices[here].tolist(), matrix.data[here].tolist()
    return {matrices.column_name(j): v for j, v in zip(columns, values, strict=True)}


def only(frame: pd.DataFrame, **where: object) -> pd.Series:
    """The one line of a table with these cells."""
    found = lines(frame, **where)
    assert len(found) == 1, f"{len(found)} lines have {where}:\n{frame}"
    return found.iloc[0]


def lines(frame: pd.DataFrame, **where: object) -> pd.DataFrame:
    """The lines of a table with these cells."""
    hit = pd.Series(True, index=frame.index)
    for column, cell in where.items():
        hit &= frame[column] == cell
    return frame[hit]
