"""Compiled matrices with another goal, a row more, a column more: what questions ask of the model that is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from models.algebra import Block, Matrices
from models.algebra.coding import Product


def minimising(matrices: Matrices, cost: np.ndarray) -> Matrices:
    """The same rows and columns with another objective, without constant."""
    return replace(matrices, cost=cost, offset=0.0)


def with_row(matrices: Matrices, name: str, coefficients: np.ndarray, lower: float = -np.inf, upper: float = np.inf) -> Matrices:
    """With a row below the others: lower <= coefficients @ x <= upper."""
    labels = next(iter(matrices.columns.values())).labels
    row = Block(name, matrices.matrix.shape[0], 1, Product([]), labels)
    matrix = sp.csr_array(sp.vstack([matrices.matrix, sp.csr_array(coefficients[None, :])], format="csr"))
    return replace(
        matrices,
        matrix=matrix,
        row_lower=np.append(matrices.row_lower, lower),
        row_upper=np.append(matrices.row_upper, upper),
        rows=matrices.rows | {name: row},
    )


def with_column(matrices: Matrices, name: str) -> Matrices:
    """With a continuous column >= 0 that nothing holds yet."""
    labels = next(iter(matrices.columns.values())).labels
    rows, columns = matrices.matrix.shape
    return replace(
        matrices,
        matrix=sp.csr_array(sp.hstack([matrices.matrix, sp.csr_array((rows, 1))], format="csr")),
        cost=np.append(matrices.cost, 0.0),
        lower=np.append(matrices.lower, 0.0),
        upper=np.append(matrices.upper, np.inf),
        integer=np.append(matrices.integer, False),
        columns=matrices.columns | {name: Block(name, columns, 1, Product([]), labels)},
    )
