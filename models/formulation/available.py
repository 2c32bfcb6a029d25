"""Usable time of capacity: what share of a year it can be run, by part of the year."""

from __future__ import annotations

import pandas as pd

from models.formulation.board import Board, lettered
from models.keys import lookup


def availability(board: Board, wanted: pd.DataFrame) -> pd.DataFrame:
    """`available` for each (r, q, t, p) asked for: Σ over the slices of p of share × availability (1 where no row fits)."""
    over = wanted[["r", "q", "t", "p"]].merge(board["inside"], on="p")
    asked = over[["r", "q", "t", "s"]].drop_duplicates()
    asked = asked.rename(columns={"r": "region", "q": "equipment", "t": "period", "s": "slice"})
    keys = {"equipment": "equipment", "region": "region", "period": "period", "slice": "slice"}
    found = lookup(asked, board.table("availability"), keys, board.names, "availability", board.report)
    found = lettered(found, r="region", q="equipment", t="period", s="slice")[["r", "q", "t", "s", "amount"]]
    both = over.merge(found, on=["r", "q", "t", "s"], how="left")
    both["value"] = both["amount"].astype(float).fillna(1.0) * both["share"]
    return both.groupby(["r", "q", "t", "p"], as_index=False, sort=False)["value"].sum()
