"""Odd but allowed forms of a rule: each is compared with plain Pyomo, row by row."""

import functools

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest

from models.algebra import AlgebraError, Expander, compare, compile, constrain, index_set, neighbours, parameter, sum, variable

PERIODS = [2025, 2030, 2035]


def model() -> pyo.ConcreteModel:
    placed = pd.DataFrame({"region": ["n", "n", "s", "w"], "route": ["a", "b", "a", "c"]})
    pairs = pd.DataFrame([(t, u) for t in PERIODS for u in PERIODS if u <= t], columns=["t", "u"])
    m = pyo.ConcreteModel()
    m.R, m.K, m.T, m.S = index_set(["n", "s", "w"]), index_set(["a", "b", "c"]), index_set(PERIODS), index_set(["day", "night"])
    m.RK = index_set(placed)
    m.ROUTES_IN = neighbours(placed, "region")
    m.GROUPS = neighbours(pd.DataFrame({"g": ["x", "x", "y"], "region": ["n", "s", "n"]}), "g")
    m.MEMBERS = neighbours(pd.DataFrame({"g": ["x", "y", "y"], "region": ["n", "n", "s"], "route": ["b", "a", "a"]}), "g")
    m.G = index_set(["x", "y", "z"])
    m.UP_TO = neighbours(pairs, "t")
    m.old_style = pyo.Set(m.R, initialize={"n": ["a", "b"], "s": ["a"], "w": []})
    m.step = pyo.RangeSet(1, 3)
    m.share = parameter(m.S, values={"day": 0.25, "night": 0.75})
    m.weight = parameter(m.K, values={"a": 2.0, "b": -1.5, "c": 4.0})
    m.initial = parameter(m.RK, values=placed.assign(value=[1.0, 2.0, 3.0, 0.0]))
    m.two = parameter(values=2)
    m.ordinary = pyo.Param(m.R, m.T, initialize=lambda m, r, t: t - 2000, mutable=True)
    m.sparse = pyo.Param(m.R, initialize={"n": 5}, default=-1)
    m.act, m.built = variable(m.RK, m.T, m.S), variable(m.RK, m.T)
    m.total = variable(lower=None)
    m.plain = pyo.Var(m.R, m.step, bounds=(0, 4))
    return m


def standing(m, r, k, t):
    return m.initial[r, k] + sum(m.built[r, k, u] for u in m.UP_TO[t])


def with_power(m, r, t, power):
    return (t - 2020) ** power * sum(m.built[r, k, t] for k in m.ROUTES_IN[r]) <= 1


FORMS = {
    "chained": ("G T", lambda m, g, t: sum(m.weight[k] * m.act[r, k, t, s] for r in m.GROUPS[g] for k in m.ROUTES_IN[r] for s in m.S) <= 9),
    "members in pairs": ("G T", lambda m, g, t: sum(m.weight[k] * m.built[r, k, t] for r, k in m.MEMBERS[g]) <= 9),
    "a helper": ("RK T", lambda m, r, k, t: m.weight[k] * standing(m, r, k, t) / m.two == 3 - m.total),
    "nested": (
        "R T",
        lambda m, r, t: (
            sum(m.weight[k] * sum(m.act[r, k, t, s] / m.share[s] for s in m.S) for k in m.ROUTES_IN[r]) - m.two * m.total
            >= sum(m.share[s] for s in m.S) ** 2
        ),
    ),
    "nested with constants": (
        "R",
        lambda m, r: m.total >= sum(m.weight[k] * (1 + sum(m.share[s] * m.built[r, k, t] for s in m.S for t in m.T)) for k in m.ROUTES_IN[r]),
    ),
    "labels as numbers": ("RK T", lambda m, r, k, t: (t - 2020) ** 0.5 * m.built[r, k, t] <= np.float64(2) * t),
    "counted": ("R", lambda m, r: sum(m.total for k in m.ROUTES_IN[r]) <= sum(1 for k in m.ROUTES_IN[r]) + m.sparse[r]),
    "a label given": ("RK", lambda m, r, k: m.act[r, k, 2025, "day"] - m.act[r, k, 2035, "day"] <= 0),
    "constants in a loop": (
        "RK",
        lambda m, r, k: (
            sum(i * m.act[r, k, t, "day"] for t in m.T for i in (1, 2, 3)) + sum(m.act[r, k, t, "night"] for i in (1, 2) for t in m.T) <= 0
        ),
    ),
    "labels in a loop": ("RK T", lambda m, r, k, t: sum(m.act[r, k, t, s] for s in ("day", "night")) <= m.built[r, k, t]),
    "a list of parts": ("RK T", lambda m, r, k, t: sum([m.built[r, k, t], 3, m.total, standing(m, r, k, t)]) <= 5),
    "a start": ("R T", lambda m, r, t: sum((m.built[r, k, t] for k in m.ROUTES_IN[r]), m.total) <= 5),
    "a sum of numbers": ("R", lambda m, r: m.total + sum([1, 2, 3]) >= sum(x for x in (1.5, 2)) * m.plain[r, 1]),
    "an indexed Pyomo set": ("R T", lambda m, r, t: sum(m.built[r, k, t] for k in m.old_style[r]) + m.total <= m.ordinary[r, t]),
    "a range set": ("R step", lambda m, r, i: i * m.plain[r, i] + sum(m.plain[r, j] for j in m.step) <= m.sparse[r]),
    "variables on both sides": ("RK T", lambda m, r, k, t: m.built[r, k, t] - 1 <= m.total - m.built[r, k, t]),
    "signs": ("R T", lambda m, r, t: -(+m.plain[r, 1] - 2) * 3 - -m.total <= -m.ordinary[r, t]),
    "power of a constant": ("S", lambda m, s: 2 ** m.share[s] * m.total <= m.two**-1),
    "a partial rule": ("R T", functools.partial(with_power, power=2)),
    "a star": ("RK T", lambda m, *index: m.built[index] <= 1),
    "an index twice": ("R", lambda m, r: m.plain[r, 1] + sum(m.plain[q, 2] * m.sparse[r] for q in m.R) <= 0),
    "a whole set of pairs": ("T", lambda m, t: sum(m.initial[r, k] * m.built[r, k, t] for r, k in m.RK) == m.total),
    "one pair as index": ("T", lambda m, t: sum(m.initial[rk] * m.built[rk, t] for rk in m.RK) == m.total),
    "one row": ("", lambda m: m.total + sum(m.built[r, k, t] for r, k in m.RK for t in m.T) <= 8),
}


def product_of(m: pyo.ConcreteModel, names: str) -> list:
    return [m.component(name) for name in names.split()]


@pytest.mark.parametrize("form", FORMS)
def test_an_odd_form_gives_the_rows_of_pyomo(form: str) -> None:
    m = model()
    names, rule = FORMS[form]
    constrain(m, "family", *product_of(m, names), rule=rule)
    x = compile(m)
    assert compare(m, x) == x.rows["family"].count > 0
    assert x.matrix.nnz > 0


def test_a_product_set_as_one_argument() -> None:
    m = model()
    m.RKT = m.RK * m.T
    m.both = variable(m.RKT, m.S)
    constrain(m, "family", m.RKT, rule=lambda m, r, k, t: sum(m.both[r, k, t, s] for s in m.S) <= m.built[r, k, t])
    assert compare(m) == 12


def test_a_union_of_sets() -> None:
    m = model()
    m.some = m.K | pyo.Set(initialize=["d"])
    m.x = variable(m.some)
    constrain(m, "family", m.some, rule=lambda m, k: m.x[k] <= 1)
    x = compile(m)
    assert [x.row_name(number)[1] for number in range(4)] == [("a",), ("b",), ("c",), ("d",)]


def test_names_computed_while_the_rule_runs() -> None:
    m = model()
    functions = [lambda m, r, t: m.plain[r, 1], lambda m, r, t: t * m.total, lambda m, r, t: 5]

    def gathered(m, r, t):
        result = 0
        for part in functions:
            result = result + part(m, r, t)
        return result + sum(getattr(m, name)[r, 2] for name in ("plain",)) <= 0

    constrain(m, "family", m.R, m.T, rule=gathered)
    assert compare(m) == 9


def test_a_sum_of_very_many_parts() -> None:
    m = model()
    constrain(m, "family", rule=lambda m: sum(number * m.total for number in range(5000)) <= 1)
    assert compile(m).matrix.toarray()[0, -10] == 5000 * 4999 / 2


def test_expression_has_the_coding_of_the_matrices() -> None:
    m = model()
    expander = Expander(m)
    x = expander.matrices()
    made = expander.expression(lambda m, r, t: sum(m.act[r, k, t, s] for k in m.ROUTES_IN[r] for s in m.S) + t, m.R, m.T)
    point = np.random.default_rng(1).random(len(x.cost))
    by_labels = pd.Series(point[x.columns["act"].slice], index=pd.MultiIndex.from_frame(x.columns["act"].index))
    expected = [sum(value for (r, _, t, _), value in by_labels.items() if (r, t) == (i, j)) + j for i in ("n", "s", "w") for j in PERIODS]
    assert np.allclose(made.at(point), expected)
    assert made.index.to_numpy().tolist()[:2] == [["n", 2025], ["n", 2030]]
    with pytest.raises(AlgebraError, match="must return a linear expression, not the relation"):
        expander.expression(lambda m, r: m.plain[r, 1] <= 2, m.R)
