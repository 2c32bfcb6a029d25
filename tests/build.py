"""Small instances, and models of numbers alone, written in the test that uses them: each test owns its tables."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from models import Instance
from models.algebra import Matrices
from models.algebra.coding import Labels, Listed
from models.algebra.matrices import Block


def frame(text: str) -> pd.DataFrame:
    """A table from lines of CSV, indented as the test is; cells stay text, as in a file."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return pd.read_csv(io.StringIO("\n".join(lines)), dtype=str, keep_default_na=False)


def instance(
    base_year: int = 2025, discount_rate: float = 0.0, money: str = "CNY", settings: dict[str, Any] | None = None, **tables: str
) -> Instance:
    """An instance from CSV texts by table name."""
    frames = {name: frame(text) for name, text in tables.items()}
    return Instance.from_frames(frames, money=money, base_year=base_year, discount_rate=discount_rate, **(settings or {}))


def numbered(
    rows: list[list[float]],
    row_lower: list[float],
    row_upper: list[float],
    cost: list[float],
    lower: list[float] | None = None,
    upper: list[float] | None = None,
    integer: list[bool] | None = None,
) -> Matrices:
    """A model of numbered rows and columns; columns from 0 to infinity and continuous unless said otherwise."""
    n, labels = len(cost), Labels()
    names = [
        {name: Block(name, 0, count, Listed([labels.encode(list(range(count)), name)], labels, ["i"]), labels)}
        for name, count in (("row", len(rows)), ("column", n))
    ]
    matrix = sp.csr_array(np.array(rows, float).reshape(len(rows), n))
    return Matrices(
        matrix, np.array(row_lower, float), np.array(row_upper, float), np.array(cost, float), 0.0, np.array(lower or [0.0] * n, float),
        np.array(upper or [np.inf] * n, float), np.array(integer or [False] * n, bool), *names, {},
    )  # fmt: skip
