"""Compiled matrices with another goal, a row more, a column more: what questions ask of the model that is there."""

from __future__ import annotations

from collections.abc import Sequence
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


def counting(matrices: Matrices, groups: Sequence[np.ndarray], most: np.ndarray) -> Matrices:
    """With a column per group of columns that are never below 0, whole and 0 or 1: the sum of the group <= most × it. To be least: how many are 1."""
    n, (rows, columns) = len(groups), matrices.matrix.shape
    at = np.concatenate([np.full(len(group), i) for i, group in enumerate(groups)])
    sums = sp.csr_array((np.ones(len(at)), (at, np.concatenate(groups))), shape=(n, columns))
    matrix = sp.block_array([[matrices.matrix, None], [sums, sp.diags_array(-most)]], format="csr")
    labels = next(iter(matrices.columns.values())).labels
    zeros, ones = np.zeros(n), np.ones(n)
    return replace(
        matrices,
        matrix=sp.csr_array(matrix),
        cost=np.append(np.zeros(columns), ones),
        offset=0.0,
        lower=np.append(matrices.lower, zeros),
        upper=np.append(matrices.upper, ones),
        integer=np.append(matrices.integer, np.ones(n, dtype=bool)),
        row_lower=np.append(matrices.row_lower, np.full(n, -np.inf)),
        row_upper=np.append(matrices.row_upper, zeros),
        rows=matrices.rows | {f"counted {i}": Block(f"counted {i}", rows + i, 1, Product([]), labels) for i in range(n)},
        columns=matrices.columns | {f"is done {i}": Block(f"is done {i}", columns + i, 1, Product([]), labels) for i in range(n)},
    )
