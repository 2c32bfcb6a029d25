"""At random points, which keep hardly any rule, the audit finds what the matrix finds: each row violated by the same amount, and no other."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models import Instance
from models.problems import InputError
from optimizer import solve
from optimizer.audit import audit
from optimizer.solved import Solved
from optimizer.solving import solution
from tests.audit.cover import SEEDS
from tests.audit.odd import odd
from tests.audit.points import NO_RULE, RULES, beside, disagreements, model_of, plan_of, point, rows_of
from tests.audit.test_audit import case
from tests.build import instance
from tests.drawn import drawn

RICH = ("region-slice", "nation-year", "region-year", "steel")


@cache
def model(name: str) -> tuple[Instance, Solved]:
    """An instance and its model; a number is the seed of a drawn one."""
    given = drawn(int(name)) if name.isdigit() else odd() if name == "odd" else case(name)[0]
    return given, model_of(given)


def test_every_family_of_rows_has_a_rule() -> None:
    """A new family of rows needs a rule of the audit, or a reason why it needs none."""
    families = {name for case in RICH for name in model(case)[1].matrices.rows}
    assert families == {*RULES, *NO_RULE} and not RULES.keys() & NO_RULE.keys()


def test_every_family_is_violated_somewhere() -> None:
    """The points say something: each family has violated rows in one of them."""
    found = set()
    for name in RICH:
        for seed in range(3):
            rows = rows_of(point(model(name)[1], np.random.default_rng(seed), seed == 0))
            found |= set(rows.loc[rows["violation"] > 1e-3, "family"])
    assert found >= RULES.keys() - {"policy_equal"}  # those of `rich` are soft: their breach takes it up


@pytest.mark.parametrize("name", [*RICH, "tiny", "odd", *map(str, (*SEEDS, *range(12)))])
def test_audit_and_matrix_agree(name: str) -> None:
    """At a point where nothing holds, or where cohorts and refits add up."""
    try:
        given, stated = model(name)
    except InputError:
        pytest.skip("refused: nothing to compare")
    adds_up = len(name) % 2 == 0
    differ = disagreements(point(stated, np.random.default_rng(7), adds_up), given)
    assert differ.empty, differ.to_string()


@pytest.mark.parametrize("name", ["tiny", "11"])
def test_beside_a_plan_they_agree(name: str) -> None:
    """The plan with noise on one column in ten: few rows are violated, and those are found."""
    given = drawn(int(name)) if name.isdigit() else case(name)[0]
    near = beside(solution(given).require_solved(), np.random.default_rng(3))
    rows = rows_of(near)
    assert 0 < (rows["violation"] > 1e-6).sum() < len(rows) / 2
    differ = disagreements(near, given)
    assert differ.empty, differ.to_string()


def test_a_row_that_says_something_else_is_seen() -> None:
    """The use of capacity doubled in the matrix: the audit no longer says the same of that rule, and still of all others."""
    given, stated = model("tiny")
    at = point(stated, np.random.default_rng(0), False)
    block, matrix = at.matrices.rows["usable_capacity"], at.matrices.matrix.copy()
    matrix.data[matrix.indptr[block.start] : matrix.indptr[block.start + block.count]] *= 2
    assert set(disagreements(replace(at, matrices=replace(at.matrices, matrix=matrix)), given)["rule"]) == {"usable capacity"}


ONE = {
    "regions": "region\nA\nB",
    "periods": "period,start,years\nt1,2025,1",
    "commodities": "commodity,unit,balance\nx,t,year",
    "sources": "region,commodity,supplier,price\nA,x,near,2",
    "markets": "region,commodity,demand\nA,x,3",
}


def test_a_policy_of_which_only_numbers_are_left_writes_no_row() -> None:
    """3 are bought in A: 3 − 1 <= 5 holds. In B nothing can be bought, so there is no row `0 − 1 <= 5`, and none is missed."""
    policies = "policy,row,metric,coefficient,commodity,party,sense,value,each\np,1,purchase,,x,near,<=,5,region\np,2,constant,-1,,,,,"
    given = instance(**ONE, policies=policies)
    plan = solve(given).require_plan()
    assert plan["policies"]["member"].tolist() == ["A"] and plan["policies"]["left"].tolist() == [2.0]
    assert audit(plan, given)["differences"].empty


def test_units_without_capacity_are_shown() -> None:
    """One unit of size 2 and nothing new: 2 are missing. A plan that leaves the unit out would hide that a policy counts it."""
    builds = "region,equipment,invest,max,size\nA,mill,1,4,2"
    given = instance(**ONE, equipment="equipment,unit,annuity_life\nmill,t/yr,10", builds=builds)
    stated = model_of(given)
    stated.x[stated.matrices.columns["units"].start] = 1.0
    plan = plan_of(stated)
    assert plan["builds"][["new", "units"]].to_numpy().tolist() == [[0.0, 1.0]]
    wrong = audit(plan, given)["differences"].set_index("rule")
    assert wrong.loc["whole units", "difference"] == -2.0
    rows = rows_of(stated).set_index("family")
    assert rows.loc["whole_units", "violation"] == 2.0
