"""Quantities that several families speak of, as plain functions of the model's components."""

from __future__ import annotations

from typing import Any

from models.algebra import Frame, stack, sum
from models.formulation.board import Board


def capacity(m: Any, r: Any, q: Any, t: Any) -> Any:
    """K: what stands in the period, over all cohorts that have not expired. [Q]"""
    return sum(m.standing[r, q, e, t] for e in m.COHORTS[r, q, t])


def usable(m: Any, r: Any, q: Any, t: Any) -> Any:
    """What can be run: K less the part of new capacity that cannot be used in the period of building. [Q]"""
    return capacity(m, r, q, t) - sum(m.unusable[r, w, t] * m.new[r, w, t] for w in m.LATE[r, q, t])


def with_equipment(board: Board, frame: Frame) -> Frame:
    """The frame with a column q: a row per equipment of the route, one with a blank where it has none."""
    uses = board["uses"][["r", "k", "t", "q"]]
    bare = frame[~frame.within(uses, "r", "k", "t")].put(q=board.code(""))
    return stack([frame.join(uses, "r", "k", "t"), bare], list(bare.columns))
