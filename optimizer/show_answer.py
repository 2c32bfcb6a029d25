"""The answer to a question on the screen."""

from __future__ import annotations

import pandas as pd

from models.html import numbers
from models.problems import language
from optimizer.questions.answer import Answer
from optimizer.show import console, grid

ROWS = 40
"""Rows of a table that are shown; the rest are counted, and stand in JSON, CSV and workbook."""


def show_answer(answer: Answer) -> None:
    """Each table under its title, the notes, and the sentence last."""
    zh, out = language() == "zh", console()
    for section in answer.sections:
        if section.frame.empty:
            continue
        frame = answer.shown(section.frame.head(ROWS))
        text = [not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind) for kind in frame.dtypes]
        columns = [[str(v) for v in frame.iloc[:, i]] if text[i] else numbers(frame.iloc[:, i].tolist()) for i in range(frame.shape[1])]
        rows = [list(row) for row in zip(*columns, strict=True)]
        grid(section.zh if zh else section.en, list(frame.columns), rows, left=text)
        more = len(section.frame) - ROWS
        if more > 0:
            out.print(f"  {more:,} {'行未显示' if zh else 'rows more'}", style="dim")
    out.print()
    for note in (*answer.notes, answer.guessed):
        if note[zh]:
            out.print(note[zh], style="yellow", markup=False, soft_wrap=True)
    out.print(answer.zh if zh else answer.en, style="bold", markup=False, soft_wrap=True)
