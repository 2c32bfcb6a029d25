"""Laws of writing: order, names, blanks that mean all, and things that nobody uses change nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from hypothesis import given

from models import InputError
from optimizer.scaling import scale
from optimizer.solving import stated
from tests.drawn import made
from tests.drawn.draw import Draw, Row
from tests.laws.ask import DICE, DRAWN, applies, ask, ask_instance, ask_matrices, changed, same
from tests.laws.tables import copied, renamed, with_places


@given(DRAWN, DICE)
def test_the_order_of_rows_does_not_matter(d: Draw, dice: random.Random) -> None:
    """The rows of every table in any order, but periods and slices, which follow one another in time."""
    rows = copied(d.rows)
    for name, own in rows.items():
        if name not in ("periods", "slices"):
            dice.shuffle(own)
    assert same(ask(d, rows), ask(d))


@given(DRAWN, DICE)
def test_the_order_of_the_matrix_does_not_matter(d: Draw, dice: random.Random) -> None:
    """The same problem with its rows and columns in any order: the solver goes another way to the same cost."""
    try:
        matrices = stated(changed(d, d.rows))[2]
    except InputError:
        applies(False)
    m, n = matrices.matrix.shape
    row, column = (np.array(dice.sample(range(size), size), int) for size in (m, n))
    problem = scale(matrices)
    mixed = replace(
        problem, matrix=problem.matrix[row][:, column], row_lower=problem.row_lower[row], row_upper=problem.row_upper[row], cost=problem.cost[column],
        lower=problem.lower[column], upper=problem.upper[column], integer=problem.integer[column], rows=problem.rows[row],
        columns=problem.columns[column],
    )  # fmt: skip
    mixed.matrix.sort_indices()
    assert same(ask_matrices(replace(matrices, cost=matrices.cost[column]), mixed), ask_matrices(matrices, problem))


@given(DRAWN)
def test_names_do_not_matter(d: Draw) -> None:
    """Every name under another one, in Chinese and with a blank in it, in another order of the alphabet."""
    other = renamed(d.settings, d.rows, lambda name: f"{name[::-1]} 改名 {len(name)}")
    assert same(ask_instance(made(*other)), ask(d))


@given(DRAWN)
def test_a_blank_means_all(d: Draw) -> None:
    """Blanks, `*` and groups of regions written out as the regions: the same rows win for every key, since no cell holds more or less."""
    assert same(ask(d, with_places(d, d.rows)), ask(d))


@given(DRAWN)
def test_what_nobody_uses_changes_nothing(d: Draw) -> None:
    """A region, a commodity, a burden and an equipment that no row names, and a policy that is not in force. The regions are written out first:
    a blank
    would mean the new one too."""
    rows = with_places(d, d.rows)
    rows["regions"].insert(0, {"region": "Z"})
    rows["commodities"] = [
        {"commodity": "z", "unit": "t", "balance": "year"},
        *rows["commodities"],
        {"commodity": "zz", "unit": "t", "balance": "tally"},
    ]
    rows["equipment"].append({"equipment": "nothing", "unit": "t/yr", "life": 10.0})
    off: Row = {"policy": "off", "metric": "made", "commodity": "metal", "sense": "<=", "value": 0.0, "active": "no"}
    rows["policies"] = [off, *rows.get("policies", [])]
    assert same(ask(d, rows), ask(d))
