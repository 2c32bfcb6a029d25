"""Small instances written in the test that uses them: each test owns its tables."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd

from models import Instance


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
