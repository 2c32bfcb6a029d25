"""Our answers against SCIP's and against full enumeration; a hundred thousand of them by `python -m benchmarks second_solver`."""

from __future__ import annotations

import numpy as np
import pytest

from models.problems import InputError
from optimizer.solving import stated
from tests.build import numbered
from tests.drawn import drawn
from tests.second_solver import Said, drawn_matrices, enumerated, ours, scip, verdict

FINE = {"agreed", "refuted", "within", "unproved", "unknown"}


def test_the_enumeration_is_right() -> None:
    """max x + y with 2x + y <= 5, x + 2y <= 5: at (5/3, 5/3); in whole numbers 3, at (1, 2) or (2, 1); x + y >= 9 leaves nothing."""
    rows, sides = [[2.0, 1.0], [1.0, 2.0]], [5.0, 5.0]
    none, box = [-np.inf] * 2, [9.0, 9.0]
    assert enumerated(numbered(rows, none, sides, [-1.0, -1.0], upper=box)).objective == pytest.approx(-10 / 3)
    assert enumerated(numbered(rows, none, sides, [-1.0, -1.0], upper=box, integer=[True, True])).objective == pytest.approx(-3)
    assert enumerated(numbered([*rows, [1.0, 1.0]], [*none, 9.0], [*sides, np.inf], [0.0, 0.0], upper=box)).status == "infeasible"


def test_a_wrong_answer_is_noticed() -> None:
    """x <= 3 at the cost −x: −3. Somebody who says −4 by a plan that does not hold is refuted; who says −3 where we say −2 shows us wrong."""
    matrices = numbered([[1.0]], [-np.inf], [3.0], [-1.0])
    found = ours(matrices)
    assert verdict(matrices, found, Said("optimal", -3.0, np.array([3.0])))[0] == "agreed"
    assert verdict(matrices, found, Said("optimal", -4.0, np.array([4.0])))[0] == "refuted"
    assert verdict(matrices, found, Said("infeasible"))[0] == "refuted"
    worse = ours(numbered([[1.0]], [-np.inf], [2.0], [-1.0]))
    assert verdict(matrices, worse, Said("optimal", -3.0, np.array([3.0])))[0] == "WRONG"
    none = ours(numbered([[1.0]], [4.0], [3.0], [-1.0]))
    assert verdict(matrices, none, Said("optimal", -3.0, np.array([3.0])))[0] == "WRONG"


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_matrices(first: int) -> None:
    """Twenty random LPs and MIPs, some so small that all there is can be listed."""
    for seed in range(first, first + 20):
        matrices = drawn_matrices(seed, boxed=seed % 3 == 0)
        found = ours(matrices)
        for said in (scip(matrices), *([enumerated(matrices)] if seed % 3 == 0 else [])):
            how, text = verdict(matrices, found, said)
            assert how in FINE, f"{seed}: {text}"


def test_instances() -> None:
    """Random instances over all families."""
    compared = 0
    for seed in range(40):
        try:
            matrices = stated(drawn(seed))[2]
        except InputError:
            continue
        how, text = verdict(matrices, ours(matrices), scip(matrices))
        assert how in FINE, f"{seed}: {text}"
        compared += how == "agreed"
    assert compared >= 20
