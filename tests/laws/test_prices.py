"""Laws of prices: what does not bind costs nothing, and a price is what one unit more or less costs."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
from hypothesis import given

from models import InputError
from models.algebra import Matrices
from optimizer.highs import run
from optimizer.prices import two_sided
from optimizer.scaling import scale
from optimizer.solving import stated
from tests.drawn.draw import Draw
from tests.laws.ask import DICE, DRAWN, EXACT, NEAR, Answer, applies, ask, ask_matrices, changed, is_lp, same
from tests.laws.tables import without_policies

STEP = 1e-4


def policy_rows(matrices: Matrices) -> dict[int, str]:
    """The rows of policies, with the name of the policy."""
    blocks = [block for name, block in matrices.rows.items() if name.startswith("policy_")]
    return {i: str(matrices.row_name(i)[1][0]) for block in blocks for i in range(block.start, block.start + block.count)}


@given(DRAWN)
def test_a_policy_that_does_not_bind_costs_nothing(d: Draw) -> None:
    """Without the policies that leave room in a best plan of an LP: the plan is a best one still, for a better one near it would have been one
    before."""
    before, rows, matrices = _answered(d)
    assert before.x is not None
    activity, size = matrices.matrix @ before.x, 1e-6 * (1 + abs(matrices.matrix) @ abs(before.x))
    tight = (activity <= matrices.row_lower + size) | (activity >= matrices.row_upper - size)
    loose = set(rows.values()) - {policy for i, policy in rows.items() if tight[i]}
    applies(loose)
    print(f"{loose}")
    assert same(ask(d, without_policies(d.rows, lambda own: own[0]["policy"] in loose)), before)


def _answered(d: Draw) -> tuple[Answer, dict[int, str], Matrices]:
    """A best plan of a drawn LP that has policies, their rows, and the model."""
    applies(is_lp(d.rows) and d.rows.get("policies"))
    try:
        matrices = stated(changed(d, d.rows))[2]
    except InputError:
        applies(False)
    rows = policy_rows(matrices)
    applies(rows)
    answer = ask_matrices(matrices)
    applies(math.isfinite(answer.cost))
    return answer, rows, matrices


@given(DRAWN, DICE)
def test_a_price_is_what_a_unit_costs(d: Draw, dice: random.Random) -> None:
    """The two prices of a row of a policy or a balance are the slopes of the cost, on either side, when its side is moved by a little; the dual
    of the
    plan lies between them. Where the row cannot be moved, the price is infinite."""
    answer, rows, matrices = _answered(d)
    assert answer.x is not None
    balances = [i for name, block in matrices.rows.items() if "balance" in name for i in range(block.start, block.start + block.count)]
    i = dice.choice(dice.choice([list(rows), balances]))
    problem = scale(matrices)
    y = run(problem, EXACT, matrices.offset).y
    assert y is not None
    more, less = two_sided(matrices, answer.x, [i])[i]
    slack = 1e-6 * max(1.0, float(np.abs(y).max()))
    assert less - slack <= y[i] <= more + slack
    step = STEP * max(1.0, abs(_side(matrices, i)))
    up, down = (_moved(matrices, i, sign * step) for sign in (1, -1))
    print(f"{matrices.row_name(i)}: {less} {more}; {answer.cost} {up.cost} {down.cost}")
    near = 10 * NEAR * answer.size
    for found, slope, sign in ((up, more, 1), (down, less, -1)):
        if math.isinf(found.cost) or math.isinf(slope):
            assert math.isinf(slope) or found.cost >= answer.cost + sign * slope * step - near
            continue
        assert found.cost >= answer.cost + sign * slope * step - near  # convex: the slope only grows on the way
        shorter = _moved(matrices, i, sign * step / 100)
        assert shorter.cost <= answer.cost + sign * slope * step / 100 + near


def _side(matrices: Matrices, i: int) -> float:
    """The finite side of a row."""
    low, high = float(matrices.row_lower[i]), float(matrices.row_upper[i])
    return low if math.isfinite(low) else high


def _moved(matrices: Matrices, i: int, by: float) -> Answer:
    """The answer with the sides of a row moved."""
    lower, upper = matrices.row_lower.copy(), matrices.row_upper.copy()
    lower[i] += by
    upper[i] += by
    return ask_matrices(replace(matrices, row_lower=lower, row_upper=upper))
