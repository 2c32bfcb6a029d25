"""What every contestant hands over, and when two of them are the same."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True)
class Result:
    """minimise cost @ x with row_lower <= matrix @ x <= row_upper and lower <= x <= upper; rows and columns in one agreed order."""

    matrix: Any
    row_lower: Any
    row_upper: Any
    cost: Any
    lower: Any
    upper: Any

    def save(self, path: str) -> None:
        matrix = sp.coo_array(self.matrix)
        np.savez(
            path,
            shape=np.array(matrix.shape),
            rows=matrix.coords[0],
            columns=matrix.coords[1],
            coefficients=matrix.data,
            row_lower=self.row_lower,
            row_upper=self.row_upper,
            cost=self.cost,
            lower=self.lower,
            upper=self.upper,
        )

    @staticmethod
    def load(path: str) -> "Result":
        saved = np.load(path)
        matrix = sp.csr_array((saved["coefficients"], (saved["rows"], saved["columns"])), shape=tuple(saved["shape"]))
        return Result(matrix, saved["row_lower"], saved["row_upper"], saved["cost"], saved["lower"], saved["upper"])

    def upright(self) -> "Result":
        """The same rows, those with a lower side only turned into rows with an upper side."""
        turned = np.isinf(self.row_upper)
        sign = np.where(turned, -1.0, 1.0)
        matrix = sp.csr_array(sp.diags_array(sign) @ self.matrix)
        matrix.eliminate_zeros()
        lower = np.where(turned, -np.inf, self.row_lower)
        upper = np.where(turned, -self.row_lower, self.row_upper)
        return Result(matrix, lower, upper, self.cost, self.lower, self.upper)


def require_same(name: str, one: Result, other: Result) -> None:
    """Fail loudly where a contestant's matrices differ."""
    one, other = one.upright(), other.upright()
    if one.matrix.shape != other.matrix.shape or one.matrix.nnz != other.matrix.nnz:
        raise AssertionError(f"{name}: {other.matrix.shape} with {other.matrix.nnz} entries, not {one.matrix.shape} with {one.matrix.nnz}")
    if abs(one.matrix - other.matrix).max() > 1e-9:
        raise AssertionError(f"{name}: the coefficients differ by {abs(one.matrix - other.matrix).max()}")
    for side in ("row_lower", "row_upper", "cost", "lower", "upper"):
        if not np.allclose(getattr(one, side), getattr(other, side), rtol=1e-9, atol=1e-9):
            raise AssertionError(f"{name}: {side} differs")
