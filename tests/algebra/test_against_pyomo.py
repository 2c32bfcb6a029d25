"""Random small models: the expanded matrices equal those of Pyomo's own standard-form compiler on the attached model."""

import numpy as np
import pandas as pd
import pyomo.environ as pyo
from hypothesis import given, settings
from hypothesis import strategies as st
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from models.algebra import Matrices, attach, compare, compile, constrain, index_set, neighbours, parameter, sum, term, variable

REGIONS, ROUTES, PERIODS = ["n", "s", "w"], ["a", "b", "c"], [2025, 2030, 2035]
numbers = st.one_of(st.integers(-3, 3).map(float), st.floats(-100, 100, allow_nan=False).map(lambda value: round(value, 3)))


@st.composite
def tables(draw) -> dict:
    """Placed routes, links, and values for some indices."""
    placed = draw(st.lists(st.tuples(st.sampled_from(REGIONS), st.sampled_from(ROUTES)), unique=True, max_size=9))
    links = draw(st.lists(st.tuples(st.sampled_from(REGIONS), st.sampled_from(REGIONS)), unique=True, max_size=6))
    periods = draw(st.lists(st.sampled_from(PERIODS), unique=True, min_size=1, max_size=3))
    return {
        "placed": pd.DataFrame(placed, columns=["region", "route"]),
        "links": pd.DataFrame([(f"{one}>{other}", one, other) for one, other in links], columns=["link", "origin", "end"]),
        "periods": sorted(periods),
        "weight": {route: draw(numbers) for route in ROUTES},
        "loss": [draw(st.floats(0, 0.5).map(lambda value: round(value, 2))) for _ in links],
        "demand": {(region, draw(st.sampled_from(periods))): draw(numbers) for region in REGIONS[:2]},
        "cap": draw(st.integers(1, 9)),
    }


def state(data: dict) -> pyo.ConcreteModel:
    m = pyo.ConcreteModel()
    earlier = pd.DataFrame([(t, u) for t in data["periods"] for u in data["periods"] if u <= t], columns=["t", "u"])
    m.R, m.K, m.T, m.RK = index_set(REGIONS), index_set(ROUTES), index_set(data["periods"]), index_set(data["placed"])
    m.L = index_set(data["links"][["link"]])
    m.ROUTES_IN = neighbours(data["placed"], "region")
    m.LINKS_IN, m.LINKS_OUT = neighbours(data["links"][["end", "link"]], "end"), neighbours(data["links"][["link", "origin"]], "origin")
    m.ENDS = neighbours(data["links"], "link")
    m.UP_TO = neighbours(earlier, "t")
    m.weight = parameter(m.K, values=data["weight"])
    m.loss = parameter(m.L, values=data["links"][["link"]].assign(value=data["loss"]))
    m.demand = parameter(m.R, m.T, values=data["demand"], default=0)
    m.act, m.flow = variable(m.RK, m.T), variable(m.L, m.T, lower=None, upper=lambda m, a, t: 10 - m.loss[a])
    m.built = variable(m.RK, m.T, upper=data["cap"], domain="integer")
    m.open, m.slack = variable(m.R, domain="binary"), variable()
    constrain(m, "balance", m.R, m.T, rule=balance)
    constrain(m, "fits", m.RK, m.T, rule=lambda m, r, k, t: m.act[r, k, t] <= sum(m.weight[k] * m.built[r, k, u] for u in m.UP_TO[t]))
    constrain(m, "along", m.L, rule=lambda m, a: sum(m.flow[a, t] * (t - 2020) for t in m.T) == sum(m.open[e] for _, e in m.ENDS[a]))
    constrain(m, "all", rule=lambda m: sum(m.act[r, k, t] for r in m.R for k in m.ROUTES_IN[r] for t in m.T) - m.slack <= 5)
    term(m, "acting", m.RK, m.T, rule=lambda m, r, k, t: m.weight[k] * m.act[r, k, t] + 1)
    term(m, "opening", rule=lambda m: sum(3 * m.open[r] for r in m.R) + 100 * m.slack)
    return m


def balance(m, r, t):
    made = sum(m.weight[k] * m.act[r, k, t] for k in m.ROUTES_IN[r])
    arriving = sum((1 - m.loss[a]) * m.flow[a, t] for a in m.LINKS_IN[r])
    return made + arriving - sum(m.flow[a, t] for a in m.LINKS_OUT[r]) + m.slack >= m.demand[r, t]


def require_standard_form(m: pyo.ConcreteModel, x: Matrices) -> None:
    """Every row and side, the cost and the offset, against Pyomo's own compiler."""
    form = LinearStandardFormCompiler().write(m, mixed_form=True, set_sense=pyo.minimize)
    columns = [x.column(single.parent_component().name, *labels_of(single)) for single in form.columns]
    theirs = form.A.toarray()
    rows = set()
    for number, (entry, side) in enumerate(zip(form.rows, form.rhs, strict=True)):
        row = x.row(entry.constraint.parent_component().name, *labels_of(entry.constraint))
        ours = x.matrix[[row]].toarray()[0]
        assert np.allclose(ours[columns], theirs[number]) and np.count_nonzero(ours) == np.count_nonzero(theirs[number])
        expected = {1: (-np.inf, side), -1: (side, np.inf), 0: (side, side)}[entry.bound_type]
        assert np.allclose((x.row_lower[row], x.row_upper[row]), expected)
        rows.add(row)
    for row in set(range(len(x.row_lower))) - rows:
        assert x.matrix.indptr[row] == x.matrix.indptr[row + 1]
    cost = np.zeros(len(x.cost))
    cost[columns] = form.c.toarray()[0]
    assert np.allclose(cost, x.cost) and np.isclose(form.c_offset[0], x.offset)


def labels_of(single) -> tuple:
    index = single.index()
    return index if isinstance(index, tuple) else () if index is None else (index,)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_random_models(data: dict) -> None:
    m = state(data)
    x = compile(m)
    assert compare(m, x) == len(x.row_lower)
    assert x.matrix.has_canonical_format and (x.matrix.data != 0).all()
    attach(m)
    require_standard_form(m, x)


@settings(max_examples=20, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_tables_does_not_matter(data: dict, random) -> None:
    shuffled = dict(data)
    order = list(range(len(data["placed"])))
    random.shuffle(order)
    shuffled["placed"] = data["placed"].iloc[order]
    one, other = compile(state(data)), compile(state(shuffled))
    column_order = [other.column(*flat(one.column_name(number))) for number in range(len(one.cost))]
    row_order = [other.row(*flat(one.row_name(number))) for number in range(len(one.row_lower))]
    assert np.allclose(one.matrix.toarray(), other.matrix.toarray()[np.ix_(row_order, column_order)])
    assert np.allclose(one.row_lower, other.row_lower[row_order]) and np.allclose(one.cost, other.cost[column_order])


def flat(name: tuple) -> tuple:
    return (name[0], *name[1])


def test_a_second_compilation_is_the_same() -> None:
    data = {
        "placed": pd.DataFrame({"region": ["n", "s"], "route": ["a", "b"]}),
        "links": pd.DataFrame({"link": ["n>s"], "origin": ["n"], "end": ["s"]}),
        "periods": PERIODS,
        "weight": {"a": 1.0, "b": 2.0, "c": 0.0},
        "loss": [0.1],
        "demand": {("n", 2025): 4.0},
        "cap": 3,
    }
    m = state(data)
    one, other = compile(m), compile(m)
    assert (one.matrix != other.matrix).nnz == 0 and (one.cost == other.cost).all()
