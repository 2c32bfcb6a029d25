"""Every row of small models, coefficient by coefficient."""

import operator

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest

from models.algebra import AlgebraError, Matrices, compare, compile, constrain, index_set, neighbours, parameter, sum, term, variable

INFINITY = float("inf")


def row_of(matrices: Matrices, number: int) -> dict:
    """One row as {(variable, labels): coefficient}."""
    entries = slice(matrices.matrix.indptr[number], matrices.matrix.indptr[number + 1])
    columns, values = matrices.matrix.indices[entries].tolist(), matrices.matrix.data[entries].tolist()
    return {matrices.column_name(column): value for column, value in zip(columns, values, strict=True)}


def stock_model() -> pyo.ConcreteModel:
    """Two regions, three periods, two routes in the north and one in the south."""
    placed = pd.DataFrame({"region": ["north", "north", "south"], "route": ["old", "new", "new"]})
    periods = [2025, 2030, 2035]
    before = pd.DataFrame({"t": periods[1:], "u": periods[:-1]})
    m = pyo.ConcreteModel()
    m.R, m.T, m.RK = index_set(["north", "south"]), index_set(periods), index_set(placed)
    m.ROUTES_IN = neighbours(placed, "region")
    m.PREVIOUS = neighbours(before, "t")
    m.demand = parameter(m.R, m.T, values={("north", 2025): 10, ("south", 2030): 4.5}, default=1)
    m.price = parameter(m.RK, values=placed.assign(value=[3.0, 2.0, 2.5]))
    m.growth = parameter(values=0.25)
    m.made = variable(m.RK, m.T, upper=lambda m, r, k, t: 2 * m.price[r, k])
    m.stock = variable(m.R, m.T, lower=None)
    return m


def test_rows_have_the_coefficients_of_the_equation() -> None:
    m = stock_model()

    def balance(m, r, t):
        made = sum(m.made[r, k, t] for k in m.ROUTES_IN[r])
        kept = sum(m.stock[r, u] for u in m.PREVIOUS[t])
        return made + (1 - m.growth) * kept - m.stock[r, t] >= m.demand[r, t]

    constrain(m, "balance", m.R, m.T, rule=balance)
    x = compile(m)
    assert x.matrix.shape == (6, 15)
    assert row_of(x, x.row("balance", "north", 2025)) == {
        ("made", ("north", "old", 2025)): 1.0,
        ("made", ("north", "new", 2025)): 1.0,
        ("stock", ("north", 2025)): -1.0,
    }
    assert row_of(x, x.row("balance", "north", 2030)) == {
        ("made", ("north", "old", 2030)): 1.0,
        ("made", ("north", "new", 2030)): 1.0,
        ("stock", ("north", 2025)): 0.75,
        ("stock", ("north", 2030)): -1.0,
    }
    assert row_of(x, x.row("balance", "south", 2035)) == {
        ("made", ("south", "new", 2035)): 1.0,
        ("stock", ("south", 2030)): 0.75,
        ("stock", ("south", 2035)): -1.0,
    }
    assert x.row_lower.tolist() == [10, 1, 1, 1, 4.5, 1]
    assert x.row_upper.tolist() == [INFINITY] * 6
    assert x.upper[x.columns["made"].slice].tolist() == [6, 6, 6, 4, 4, 4, 5, 5, 5]
    assert x.lower.tolist() == [0] * 9 + [-INFINITY] * 6
    assert compare(m) == 6


def test_a_fraction_beside_a_whole_number_default_is_kept() -> None:
    m = stock_model()
    constrain(m, "floor", m.R, m.T, rule=lambda m, r, t: m.stock[r, t] >= m.demand[r, t])
    assert compile(m).row_lower[4] == 4.5


@pytest.mark.parametrize(
    ("relation", "lower", "upper"),
    [
        (lambda m: 2 * m.x <= 6 + m.y, -INFINITY, 6),
        (lambda m: 2 * m.x - m.y >= 6, 6, INFINITY),
        (lambda m: 2 * m.x - m.y == 6, 6, 6),
        (lambda m: operator.le(6, 2 * m.x - m.y), 6, INFINITY),
        (lambda m: operator.ge(6, 2 * m.x - m.y), -INFINITY, 6),
        (lambda m: np.float64(6) == 2 * m.x - m.y, 6, 6),
    ],
)
def test_a_relation_keeps_its_sense(relation, lower: float, upper: float) -> None:
    m = pyo.ConcreteModel()
    m.x, m.y = variable(), variable()
    constrain(m, "only", rule=relation)
    x = compile(m)
    assert row_of(x, 0) == {("x", ()): 2.0, ("y", ()): -1.0}
    assert (x.row_lower[0], x.row_upper[0]) == (lower, upper)
    assert compare(m) == 1


def test_duplicates_are_added_and_zeros_are_dropped() -> None:
    m = pyo.ConcreteModel()
    m.S = index_set(["a", "b"])
    m.weight = parameter(m.S, values={"a": 0, "b": 2})
    m.x, m.y = variable(m.S), variable()
    constrain(m, "twice", m.S, rule=lambda m, s: m.x[s] + m.y + 2 * m.x[s] - m.y + m.weight[s] * m.y <= 1)
    x = compile(m)
    assert row_of(x, 0) == {("x", ("a",)): 3.0}
    assert row_of(x, 1) == {("x", ("b",)): 3.0, ("y", ()): 2.0}
    assert x.matrix.has_sorted_indices and x.matrix.nnz == 3
    assert compare(m) == 2


def test_terms_add_up_to_the_objective() -> None:
    m = stock_model()
    term(m, "making", m.RK, m.T, rule=lambda m, r, k, t: m.price[r, k] * m.made[r, k, t] + 1)
    term(m, "keeping", rule=lambda m: sum(0.5 * m.stock[r, t] for r in m.R for t in m.T) + 100)
    term(m, "fee", m.R, rule=lambda m, r: 7)
    x = compile(m)
    assert x.cost.tolist() == [3.0] * 3 + [2.0] * 3 + [2.5] * 3 + [0.5] * 6
    assert x.offset == 9 + 100 + 14
    assert x.terms["making"].matrix.shape == (9, 15)
    assert list(x.terms["making"].index.columns) == ["region", "route", "i2"]
    point = np.arange(15.0)
    assert builtin_total(x, point) == x.cost @ point + x.offset
    assert x.terms["keeping"].at(point).tolist() == [0.5 * point[9:].sum() + 100]
    compare(m)


def builtin_total(x: Matrices, point: np.ndarray) -> float:
    return float(np.sum([one.at(point).sum() for one in x.terms.values()]))


def test_domains() -> None:
    m = pyo.ConcreteModel()
    m.S = index_set([1, 2])
    m.plain, m.whole, m.switch = variable(m.S), variable(m.S, lower=-2, upper=7.5, domain="integer"), variable(m.S, domain="binary")
    m.ordinary = pyo.Var(m.S, within=pyo.NonNegativeIntegers, bounds=(None, 9))
    m.free = pyo.Var()
    x = compile(m)
    assert x.integer.tolist() == [False] * 2 + [True] * 6 + [False]
    assert x.lower.tolist() == [0, 0, -2, -2, 0, 0, 0, 0, -INFINITY]
    assert x.upper.tolist() == [INFINITY] * 2 + [7.5] * 2 + [1, 1, 9, 9, INFINITY]
    assert compare(m) == 0


def test_a_single_variable_with_a_rule_as_bound() -> None:
    m = pyo.ConcreteModel()
    m.most = parameter(values=3)
    m.x = variable(upper=lambda m: 2 * m.most)
    assert compile(m).upper.tolist() == [6] and m.x.ub == 6


def test_bounds_set_by_hand_on_a_single_variable_count() -> None:
    m = pyo.ConcreteModel()
    m.S = index_set(["a", "b", "c"])
    m.x = variable(m.S, upper=5)
    m.x["b"].setub(3)
    assert compile(m).upper.tolist() == [5, 3, 5]
    m.x["c"].fix(1)
    with pytest.raises(AlgebraError, match=r"variable x\[c\] is fixed"):
        compile(m)


def test_empty_sets_give_no_rows_and_empty_sums() -> None:
    m = pyo.ConcreteModel()
    m.R, m.NONE = index_set(["r"]), index_set(pd.DataFrame({"region": [], "route": []}))
    m.NEAR = neighbours(pd.DataFrame({"region": [], "link": []}), "region")
    m.weight = parameter(m.NONE, values=pd.DataFrame({"region": [], "route": [], "value": []}))
    m.x, m.y = variable(m.NONE), variable(m.R)
    constrain(m, "none", m.NONE, rule=lambda m, r, k: m.x[r, k] <= m.weight[r, k])
    constrain(m, "some", m.R, rule=lambda m, r: m.y[r] + sum(m.x[r, k] for r, k in m.NONE) + sum(m.y[a] for a in m.NEAR[r]) <= 1)
    x = compile(m)
    assert m.NONE.dimen == 2 and m.NEAR["r"] == []
    assert x.rows["none"].count == 0 and x.rows["none"].index.shape == (0, 2)
    assert row_of(x, 0) == {("y", ("r",)): 1.0}
    assert compare(m) == 1


def test_what_is_never_looked_up_is_not_missed() -> None:
    m = pyo.ConcreteModel()
    m.R = index_set(["r"])
    m.NEAR = neighbours(pd.DataFrame({"r": ["other"], "q": ["r"]}), "r")
    m.weight, m.zero = parameter(m.R, values={}), parameter(values=0)
    m.x = variable(m.R)
    constrain(m, "some", m.R, rule=lambda m, r: m.x[r] + sum(m.weight["r"] / m.zero * m.x["none"] for _ in m.NEAR[r]) <= 1)
    assert row_of(compile(m), 0) == {("x", ("r",)): 1.0}
    assert compare(m) == 1


def test_a_clone_of_a_model_compiles_the_same() -> None:
    m = stock_model()
    constrain(m, "floor", m.R, m.T, rule=lambda m, r, t: m.stock[r, t] >= m.demand[r, t])
    copy = m.clone()
    copy.stock["north", 2025].setub(7)
    assert compile(copy).row_lower.tolist() == compile(m).row_lower.tolist()
    assert compile(copy).upper[9] == 7 and compile(m).upper[9] == INFINITY


def test_a_model_without_anything() -> None:
    x = compile(pyo.ConcreteModel())
    assert x.matrix.shape == (0, 0) and x.cost.shape == (0,) and x.offset == 0


def test_a_row_without_variables_that_holds_is_kept_empty() -> None:
    m = pyo.ConcreteModel()
    m.S = index_set(["a", "b"])
    m.NEAR = neighbours(pd.DataFrame({"s": ["b"], "z": ["a"]}), "s")
    m.x = variable(m.S)
    constrain(m, "at_most", m.S, rule=lambda m, s: sum(m.x[z] for z in m.NEAR[s]) <= 2)
    constrain(m, "zero", m.S, rule=lambda m, s: 0 * m.x[s] == 0)
    x = compile(m)
    assert np.diff(x.matrix.indptr).tolist() == [0, 1, 0, 0]
    assert x.row_upper.tolist() == [2, 2, 0, 0]
    assert compare(m) == 4


def test_a_row_without_variables_that_cannot_hold_is_refused() -> None:
    m = pyo.ConcreteModel()
    m.S = index_set(["a", "b", "c"])
    m.NEAR = neighbours(pd.DataFrame({"s": ["a"], "z": ["b"]}), "s")
    m.x = variable(m.S)

    def covered(m, s):
        return sum(m.x[z] for z in m.NEAR[s]) >= 2

    constrain(m, "cover", m.S, rule=covered)
    with pytest.raises(AlgebraError, match="has no variables and cannot hold: it says 0 >= 2") as caught:
        compile(m)
    assert (caught.value.family, caught.value.rule, caught.value.index) == ("cover", "covered", ("b",))
    assert str(caught.value).startswith("family 'cover', rule covered, index ('b',): the row")


def test_a_difference_by_rounding_holds() -> None:
    m = pyo.ConcreteModel()
    m.x = variable()
    m.S = index_set([1, 2, 3])
    m.share = parameter(m.S, values={1: 0.1, 2: 0.2, 3: 0.7})
    constrain(m, "shares", rule=lambda m: 0 * m.x + sum(m.share[s] for s in m.S) == 1)
    assert abs(compile(m).row_upper[0]) < 1e-9


def test_several_names_share_a_rule() -> None:
    m = pyo.ConcreteModel()
    m.A, m.B = index_set(["a"]), index_set(["b", "c"])
    m.x = variable(pyo.Set(initialize=["a", "b", "c"]))

    def limit(m, s):
        return m.x[s] <= 1

    constrain(m, "first", m.A, rule=limit)
    constrain(m, "second", m.B, rule=limit)
    x = compile(m)
    assert [x.row_name(number) for number in range(3)] == [("first", ("a",)), ("second", ("b",)), ("second", ("c",))]
    with pytest.raises(AlgebraError, match="family 'first', rule limit: this name is already registered"):
        constrain(m, "first", m.B, rule=limit)
