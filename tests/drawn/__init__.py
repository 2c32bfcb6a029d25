"""Random small instances that mean something, from a seed: every family, table and metric over many seeds.

    drawn(seed) -> Instance            checked; the same for the same seed
    sketch(seed) -> Draw               what it is made from, before checks: `.settings`, `.rows["sources"] = [{"region": "A", ...}, ...]`
    made(settings, rows) -> Instance   from such rows, perhaps changed: what a test of a law does
    FREE                               columns of the schema that are never filled, with the reason

Two to four regions, one to three periods, no slices or two to four; about half of them MIPs with few integers or LPs, most feasible (demand
may go short at a price), some infeasible. Numbers are of order 0.001 .. 100 and rounded to three digits, so that ties are accidents.
"""

from __future__ import annotations

from typing import Any

from models import Instance
from tests.drawn.capital import capital
from tests.drawn.draw import Draw, Rows, frames
from tests.drawn.rules import rules
from tests.drawn.setting import setting
from tests.drawn.trade import trade

FREE = {
    "en": "names for people",
    "zh": "names for people",
    "authority": "a remark",
}


def sketch(seed: int) -> Draw:
    """A random instance as rows of cells, before anything is checked."""
    d = Draw(seed)
    for part in (setting, capital, trade, rules):
        part(d)
    return d


def made(settings: dict[str, Any], rows: Rows) -> Instance:
    """The checked instance of rows of cells. Raises InputError."""
    return Instance.from_frames(frames(rows), **settings)


def drawn(seed: int) -> Instance:
    """A random instance."""
    d = sketch(seed)
    return made(d.settings, d.rows)
