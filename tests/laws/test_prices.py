"""Laws of prices: what does not bind costs nothing, and a price is what one unit more or less costs."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
from hypothesis import assume, given, note
from hypothesis import strategies as st

from models import InputError
from models.algebra import Matrices
from optimizer.highs import run
from optimizer.prices import two_sided
from optimizer.scaling import scale
from optimizer.solving import stated
from tests.drawn import made, sketch
from tests.laws.ask import EXACT, NEAR, SEEDS, Answer, ask, ask_matrices, is_lp, same
from tests.laws.tables import without_policies

CHOICE = st.randoms(use_true_random=False)
STEP = 1e-4


def policy_rows(matrices: Matrices) -> dict[int, str]:
    """The rows of policies, with the name of the policy."""
    blocks = [block for name, block in matrices.rows.items() if name.startswith("policy_")]
    return {i: str(matrices.row_name(i)[1][0]) for block in blocks for i in range(block.start, block.start + block.count)}


@given(SEEDS)
def test_a_policy_that_does_not_bind_costs_nothing(seed: int) -> None:
    """Without the policies that leave room in a best plan of an LP: the plan is a best one still, for a better one near it would have been one
    before."""
    d = sketch(seed)
    before, rows, matrices = _answered(seed)
    assert before.x is not None
    activity, size = matrices.matrix @ before.x, 1e-6 * (1 + abs(matrices.matrix) @ abs(before.x))
    tight = (activity <= matrices.row_lower + size) | (activity >= matrices.row_upper - size)
    loose = set(rows.values()) - {policy for i, policy in rows.items() if tight[i]}
    assume(loose)
    note(f"{loose}")
    assert same(ask(made(d.settings, without_policies(d.rows, lambda own: own[0]["policy"] in loose))), before)


def _answered(seed: int) -> tuple[Answer, dict[int, str], Matrices]:
    """A best plan of a drawn LP that has policies, their rows, and the model."""
    d = sketch(seed)
    assume(is_lp(d.rows) and d.rows.get("policies"))
    try:
        matrices = stated(made(d.settings, d.rows))[2]
    except InputError:
        assume(False)
    rows = policy_rows(matrices)
    assume(rows)
    answer = ask_matrices(matrices)
    assume(math.isfinite(answer.cost))
    return answer, rows, matrices


@given(SEEDS, CHOICE)
def test_a_price_is_what_a_unit_costs(seed: int, choice: random.Random) -> None:
    """The two prices of a row of a policy or a balance are the slopes of the cost, on either side, when its side is moved by a little; the dual
    of the
    plan lies between them. Where the row cannot be moved, the price is infinite."""
    answer, rows, matrices = _answered(seed)
    assert answer.x is not None
    balances = [i for name, block in matrices.rows.items() if "balance" in name for i in range(block.start, block.start + block.count)]
    i = choice.choice(choice.choice([list(rows), balances]))
    problem = scale(matrices)
    y = run(problem, EXACT, matrices.offset).y
    assert y is not None
    more, less = two_sided(matrices, answer.x, [i])[i]
    slack = 1e-6 * max(1.0, float(np.abs(y).max()))
    assert less - slack <= y[i] <= more + slack
    step = STEP * max(1.0, abs(_side(matrices, i)))
    up, down = (_moved(matrices, i, sign * step) for sign in (1, -1))
    note(f"{matrices.row_name(i)}: {less} {more}; {answer.cost} {up.cost} {down.cost}")
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
