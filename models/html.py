"""Tables as a notebook shows them: text to the left, numbers to the right, as many decimals as a column needs."""

from __future__ import annotations

from html import escape

import pandas as pd

from models.problems import language

ROWS = 15
"""Rows of a table that are shown; the rest are counted."""
CELL = "padding:1px 12px 1px 0;border:0;text-align:{side};font-variant-numeric:tabular-nums;white-space:{space}"
LONG = 40
"""Letters from which a text may go over several lines."""


def head(text: str, level: int = 4) -> str:
    return f"<h{level} style='margin:0.7em 0 0.2em'>{escape(text)}</h{level}>"


def line(text: str) -> str:
    return f"<div>{escape(text)}</div>"


def table(frame: pd.DataFrame, rows: int = ROWS) -> str:
    """The first rows; the index is left out."""
    shown = frame.head(rows)
    numeric = [pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) for kind in frame.dtypes]
    columns = [numbers(shown.iloc[:, i].tolist()) if numeric[i] else [str(cell) for cell in shown.iloc[:, i]] for i in range(shown.shape[1])]
    top = "".join(_cell("th", str(name), right) for name, right in zip(frame.columns, numeric, strict=True))
    body = "".join(f"<tr>{''.join(map(_cell, ['td'] * len(row), row, numeric))}</tr>" for row in zip(*columns, strict=True))
    more = len(frame) - rows
    rest = "" if more <= 0 else line(f"另有 {more:,} 行" if language() == "zh" else f"and {more:,} rows more")
    return (
        f"<table style='border-collapse:collapse;margin:0'><thead style='border-bottom:1px solid #999'><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table>{rest}"
    )


def numbers(values: list[float]) -> list[str]:
    """Numbers to be read one below the other: four digits of the largest, two of what would vanish, nothing for what is not there."""
    there = [v for v in values if v == v and abs(v) != float("inf")]
    largest = max(map(abs, there), default=0.0)
    most = 0 if largest >= 1000 else 1 if largest >= 100 else 2 if largest >= 10 else 3
    enough = [d for d in range(most) if all(round(v, d) == round(v, most) for v in there)]
    return [_number(v, min([*enough, most])) for v in values]


def number(value: float, digits: int = 6) -> str:
    """One number in running text, without an exponent where it is large."""
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:,.{digits}g}"


def _number(value: float, decimals: int) -> str:
    if value != value:
        return ""
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        return f"{value:.2g}" if abs(value) > 1e-9 else "0"
    return text.replace("-", "−")


def _cell(tag: str, text: str, right: bool) -> str:
    style = CELL.format(side="right" if right else "left", space="nowrap" if right or len(text) < LONG else "normal")
    return f"<{tag} style='{style}'>{escape(text)}</{tag}>"
