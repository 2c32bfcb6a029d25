"""Sets, neighbours, parameters and variables: what they accept, and that they answer single look-ups as Pyomo does."""

import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest

from models.algebra import AlgebraError, Neighbours, compile, constrain, index_set, neighbours, parameter, sum, variable

PAIRS = pd.DataFrame({"region": ["n", "n", "s"], "period": [2025, 2030, 2025]})


def test_importing_models_does_not_import_pyomo() -> None:
    code = "import sys, models; sys.exit('pyomo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_index_set_is_a_pyomo_set() -> None:
    m = pyo.ConcreteModel()
    m.P, m.L, m.one = index_set(PAIRS, doc="pairs"), index_set([3, 1, 2]), index_set(PAIRS[["period"]].drop_duplicates())
    assert list(m.P) == [("n", 2025), ("n", 2030), ("s", 2025)] and m.P.dimen == 2 and m.P.doc == "pairs"
    assert list(m.L) == [3, 1, 2] and list(m.one) == [2025, 2030]
    assert all(type(period) is int for _, period in m.P)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame(index=[1, 2]), "the frame has no column"),
        (pd.concat([PAIRS, PAIRS.iloc[[1]]]), r"the member \('n', 2030\) is given twice"),
        (["a", "b", "a"], "the member a is given twice"),
        (PAIRS.assign(region=["n", None, "s"]), "a label is missing in column 'region', row 1"),
        (["a", None], "a label is missing"),
        ([("a", 1), ("b", 2)], "give a frame, with one column per dimension"),
    ],
)
def test_index_set_refuses(frame, message: str) -> None:
    with pytest.raises(AlgebraError, match=message):
        index_set(frame)


def test_an_index_set_cannot_be_changed() -> None:
    m = pyo.ConcreteModel()
    m.S = index_set(["a"])
    with pytest.raises(AttributeError):
        m.S.add("b")
    with pytest.raises(AttributeError):
        m.S.remove("a")


def test_later_changes_of_the_frame_do_not_matter() -> None:
    pairs, values = PAIRS.copy(), PAIRS.assign(value=[1.0, 2.0, 3.0])
    m = pyo.ConcreteModel()
    m.P, m.N = index_set(pairs), neighbours(pairs, "region")
    m.p = parameter(m.P, values=values)
    m.x = variable(m.P)
    pairs["other"] = 1
    pairs.loc[0, "region"] = "changed"
    values.loc[0, "value"] = 99.0
    constrain(m, "limit", m.P, rule=lambda m, r, t: sum(m.x[r, u] for u in m.N[r]) <= m.p[r, t])
    assert compile(m).row_upper.tolist() == [1, 2, 3]


def test_neighbours_answer_single_look_ups() -> None:
    links = pd.DataFrame({"link": ["a", "b", "c"], "end": ["n", "s", "n"], "period": [1, 2, 2]})
    near = neighbours(links, "end")
    assert isinstance(near, Neighbours) and near["n"] == [("a", 1), ("c", 2)] and near["nowhere"] == []
    assert neighbours(links, "end", "period")["n", 2] == ["c"]
    m = pyo.ConcreteModel()
    m.NEAR = near
    assert m.NEAR is near
    with pytest.raises(AlgebraError, match="takes 1 indices, 2 given"):
        near["n", 2]


def test_neighbours_refuse() -> None:
    with pytest.raises(AlgebraError, match="use an index_set"):
        neighbours(PAIRS)
    with pytest.raises(AlgebraError, match="no column"):
        neighbours(PAIRS, "place")
    with pytest.raises(AlgebraError, match="none is left for the members"):
        neighbours(PAIRS, "region", "period")
    with pytest.raises(AlgebraError, match="a label is missing in column 'region', row 2"):
        neighbours(PAIRS.assign(region=["n", "n", None]), "region")


def test_neighbours_refuse_a_row_given_twice() -> None:
    m = pyo.ConcreteModel()
    m.R = index_set(["n", "s"])
    m.NEAR = neighbours(pd.DataFrame({"r": ["n", "n"], "q": ["s", "s"]}), "r")
    m.x = variable(m.R)
    with pytest.raises(AlgebraError, match=r"a member of \('n',\) is given twice"):
        m.NEAR["n"]
    constrain(m, "limit", m.R, rule=lambda m, r: sum(m.x[q] for q in m.NEAR[r]) <= 1)
    with pytest.raises(AlgebraError, match=r"family 'limit', rule <lambda>.*the row \('n', 's'\) is given twice"):
        compile(m)


def test_parameter_answers_single_look_ups() -> None:
    m = pyo.ConcreteModel()
    m.P, m.T = index_set(PAIRS), index_set([1, 2])
    m.whole = parameter(m.P, values=PAIRS.assign(number=[1, 2, 3]), doc="whole numbers")
    m.some = parameter(m.P, m.T, values={("n", 2025, 1): 4.5}, default=-1)
    m.strict = parameter(m.T, values={1: 2.0})
    m.alone = parameter(values=3)
    assert m.whole["n", 2030] == 2.0 and m.some["n", 2025, 1] == 4.5 and m.some["s", 2025, 2] == -1 and m.alone.value == 3
    with pytest.raises(AlgebraError, match=r"parameter strict has no value at \(2,\), and no default"):
        m.strict[2]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (PAIRS.assign(value=[1.0, math.nan, 2.0]), r"the value nan at \('n', 2030\) is not a finite number"),
        (PAIRS.assign(value=[1.0, 2.0, math.inf]), r"the value inf at \('s', 2025\)"),
        (PAIRS.assign(value=["1", "2", "x"]), "must hold numbers"),
        ({("n", 2025): None}, "not a finite number|must hold numbers"),
        ({("n", 2025): 1, "s": 2}, "does not have 2 labels"),
        (PAIRS[["region"]], "needs its key columns and the numbers"),
        (4.0, "needs a table or a dict"),
    ],
)
def test_parameter_refuses(values, message: str) -> None:
    m = pyo.ConcreteModel()
    m.P = index_set(PAIRS)
    with pytest.raises(AlgebraError, match=message):
        parameter(m.P, values=values, doc="a quantity")


@pytest.mark.parametrize("values", [math.nan, "1", {1: 2.0}, PAIRS])
def test_a_scalar_parameter_needs_one_number(values) -> None:
    with pytest.raises(AlgebraError, match="needs one finite number"):
        parameter(values=values)


def test_the_default_must_be_finite() -> None:
    m = pyo.ConcreteModel()
    m.P = index_set(PAIRS)
    with pytest.raises(AlgebraError, match="the default nan is not a finite number"):
        parameter(m.P, values={}, default=math.nan)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (PAIRS.assign(region=["n", "n", "x"], value=1.0), r"a value is given at \('x', 2025\), which is not in its index set"),
        (PAIRS.assign(region=["n", "n", "n"], value=1.0), r"the value at \('n', 2025\) is given 2 times"),
        (PAIRS.assign(region=["n", "n", None], value=1.0), "parameter price: an index has a missing label"),
        (PAIRS.assign(more=1, value=1.0), "its table has 3 key columns, its sets have 2 indices"),
    ],
)
def test_a_table_that_does_not_fit_is_found_even_if_unused(values: pd.DataFrame, message: str) -> None:
    m = pyo.ConcreteModel()
    m.P = index_set(PAIRS)
    m.price = parameter(m.P, values=values, default=0)
    with pytest.raises(AlgebraError, match=message):
        compile(m)


def test_labels_of_every_column_type() -> None:
    columns = {
        "str": pd.Series(["b", "a"]),
        "object": pd.Series(["b", "a"], dtype=object),
        "categorical": pd.Series(["b", "a"], dtype="category"),
        "python strings": pd.Series(["b", "a"], dtype="string"),
    }
    for column in columns.values():
        m = pyo.ConcreteModel()
        m.S, m.T = index_set(pd.DataFrame({"s": column})), index_set(pd.DataFrame({"t": np.array([2, 1], dtype=np.int32)}))
        m.p = parameter(m.S, m.T, values={("a", 1): 1.5, ("b", 2): 2.5}, default=0)
        m.x = variable(m.S, m.T)
        constrain(m, "limit", m.S, m.T, rule=lambda m, s, t: m.x[s, t] * t <= m.p[s, t])
        x = compile(m)
        assert x.row_upper.tolist() == [2.5, 0, 0, 1.5]
        assert x.row_name(0) == ("limit", ("b", 2)) and x.matrix.data.tolist() == [2, 1, 2, 1]
        assert [type(label) for label in x.row_name(0)[1]] == [str, int]


def test_variable_refuses_an_unknown_domain() -> None:
    with pytest.raises(AlgebraError, match="must be one of continuous, integer, binary"):
        variable(domain="whole")


@pytest.mark.parametrize("bound", [math.nan, math.inf, "1"])
def test_variable_refuses_a_bound_that_is_no_number(bound) -> None:
    with pytest.raises(AlgebraError, match="a bound must be a finite number, a rule, or None"):
        variable(upper=bound)


def test_single_variables_are_made_when_touched() -> None:
    m = pyo.ConcreteModel()
    m.P = index_set(PAIRS)
    m.cap = parameter(m.P, values={("s", 2025): 9}, default=4)
    m.x = variable(m.P, upper=lambda m, r, t: m.cap[r, t], domain="integer")
    assert len(m.x) == 0
    assert (m.x["s", 2025].lb, m.x["s", 2025].ub, m.x["s", 2025].is_integer()) == (0, 9, True)
