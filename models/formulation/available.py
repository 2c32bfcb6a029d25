"""Usable time of capacity: what share of a year it can be run, by part of the year."""

from __future__ import annotations

import numpy as np

from models.algebra import Frame
from models.formulation.board import Board
from models.formulation.keys import lookup


def availability(board: Board, wanted: Frame) -> Frame:
    """`value` for each (r, q, t, p) asked for: Σ over the slices of p of share × availability (1 where no row fits)."""
    key = ["r", "q", "t", "p"]
    over = wanted[key].join(board["inside"], "p")
    given = board.open("availability")
    at = lookup(board, "availability", over, given, q="equipment", r="region", t="period", s="slice")
    amount = np.where(at >= 0, given["amount"][at], 1.0) if len(given) else 1.0
    return over.put(value=amount * over["share"]).total(key)
