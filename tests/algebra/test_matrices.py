"""Names of rows and columns, and the model as plain Pyomo: attached, as LP file, compared."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest

from models.algebra import (
    AlgebraError,
    attach,
    compare,
    compile,
    constrain,
    index_set,
    neighbours,
    parameter,
    sum,
    term,
    variable,
    write_lp,
)


def model() -> pyo.ConcreteModel:
    placed = pd.DataFrame({"region": ["n", "n", "s"], "route": ["a", "b", "a"]})
    m = pyo.ConcreteModel()
    m.R, m.T, m.RK = index_set(["n", "s"]), index_set([2025, 2030]), index_set(placed)
    m.ROUTES_IN = neighbours(placed, "region")
    m.limit = parameter(m.R, values={"n": 3, "s": 4})
    m.act = variable(m.RK, m.T, domain="integer")
    m.total = variable(upper=7)
    constrain(m, "limit", m.R, m.T, rule=lambda m, r, t: sum(m.act[r, k, t] for k in m.ROUTES_IN[r]) <= m.limit[r])
    constrain(m, "floor", rule=lambda m: m.total >= 2)
    constrain(m, "trivial", m.R, rule=lambda m, r: sum(m.total for _ in m.ROUTES_IN["nowhere"]) <= 1)
    term(m, "cost", m.RK, m.T, rule=lambda m, r, k, t: 2 * m.act[r, k, t] + 1)
    return m


def test_names_of_rows_and_columns() -> None:
    x = compile(model())
    assert list(x.rows) == ["limit", "floor", "trivial"] and list(x.columns) == ["act", "total"]
    assert x.row_name(2) == ("limit", ("s", 2025)) and x.row_name(4) == ("floor", ()) and x.row_name(6) == ("trivial", ("s",))
    assert x.row("limit", "s", 2025) == 2 and x.row("floor") == 4 and x.column("total") == 6
    for number in range(7):
        name, labels = x.column_name(number)
        assert x.column(name, *labels) == number
    block = x.rows["limit"]
    assert (block.start, block.count, block.slice) == (0, 4, slice(0, 4)) and block.position("s", 2030) == 3
    assert block.index.to_numpy().tolist() == [["n", 2025], ["n", 2030], ["s", 2025], ["s", 2030]]
    assert block.index is block.index
    assert list(x.columns["act"].index.columns) == ["region", "route", "i2"]
    assert x.columns["total"].index.shape == (1, 0)


def test_names_that_do_not_exist() -> None:
    x = compile(model())
    with pytest.raises(AlgebraError, match=r"'limit' has no index \('x', 2025\)"):
        x.row("limit", "x", 2025)
    with pytest.raises(AlgebraError, match=r"'limit' has no index \('n',\)"):
        x.row("limit", "n")
    with pytest.raises(AlgebraError, match="there is no 'cap' among act, total"):
        x.column("cap")
    with pytest.raises(AlgebraError, match="there is no row or column number 7"):
        x.row_name(7)


def test_attach_makes_plain_constraints() -> None:
    m = model()
    attach(m)
    attach(m)
    assert str(m.limit_row["n", 2025].expr) == "act[n,a,2025] + act[n,b,2025]  <=  3.0"
    assert len(m.trivial) == 0 and str(m.floor.expr) == "2  <=  total"
    assert compare(m) == 7
    with pytest.raises(AlgebraError, match="the model is already attached"):
        constrain(m, "late", rule=lambda m: m.total <= 1)
    m.late = pyo.Constraint(expr=m.total <= 1)
    with pytest.raises(AlgebraError, match="'late' is a Pyomo Constraint on the model"):
        compile(m)


def test_attach_refuses_a_row_that_cannot_hold() -> None:
    m = model()
    constrain(m, "impossible", m.R, rule=lambda m, r: sum(m.total for _ in m.ROUTES_IN["nowhere"]) >= 1)
    with pytest.raises(AlgebraError, match=r"family 'impossible'.*cannot hold"):
        attach(m)


def test_lp_file(tmp_path: Path) -> None:
    path = tmp_path / "model.lp"
    write_lp(model(), path)
    text = path.read_text()
    assert "act(n_a_2025)" in text and "limit_row(n_2025)" in text and "<= total <= 7" in text and "general" in text


def test_lp_file_without_an_objective(tmp_path: Path) -> None:
    m = pyo.ConcreteModel()
    m.x = variable()
    constrain(m, "limit", rule=lambda m: m.x <= 1)
    write_lp(m, tmp_path / "model.lp")
    assert "limit" in (tmp_path / "model.lp").read_text()


def test_compare_samples_rows() -> None:
    assert compare(model(), per_family=1) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("coefficient", r"family 'limit', rule <lambda>, index \('n', 2025\): the compiled row"),
        ("side", r"family 'limit', rule <lambda>, index \('s', 2030\): the compiled row"),
        ("cost", "the compiled cost is not the sum of the terms"),
        ("offset", "the compiled cost is not the sum of the terms"),
        ("term", r"family 'cost', rule <lambda>, index \('n', 'a', 2025\): the compiled term"),
        ("bound", r"index \(\): the compiled bounds or domain of variable total differ"),
        ("domain", r"index \('n', 'a', 2025\): the compiled bounds or domain of variable act"),
    ],
)
def test_compare_finds_a_difference(change: str, message: str) -> None:
    m = model()
    x = compile(m)
    if change == "coefficient":
        x.matrix.data[0] = 1.5
    elif change == "side":
        x.row_upper[3] = 5
    elif change == "cost":
        x.cost[0] = 3
    elif change == "offset":
        x = replace(x, offset=x.offset + 1)
    elif change == "term":
        x.terms["cost"].matrix.data[0] = 9
    elif change == "bound":
        x.upper[6] = 8
    else:
        x.integer[0] = False
    with pytest.raises(AlgebraError, match=message):
        compare(m, x)


def test_values_at_a_point() -> None:
    x = compile(model())
    assert x.terms["cost"].at(np.arange(7)).tolist() == [1, 3, 5, 7, 9, 11]
