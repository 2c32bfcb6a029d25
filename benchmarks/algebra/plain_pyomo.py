"""Plain Pyomo: the same rules as Constraints, one call per row, and Pyomo's own compiler to matrices."""

from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import scipy.sparse as sp
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from benchmarks.algebra import rules
from benchmarks.algebra.data import Data
from benchmarks.algebra.result import Result


def build(data: Data) -> Result:
    """Declare, construct every row, compile, and put rows and columns into the order of the index sets."""
    m = state(data)
    for name, (sets, rule) in rules.families(m).items():
        m.add_component(f"{name}_row", pyo.Constraint(*sets, rule=rule))
    m.total = pyo.Objective(expr=sum(rule(m, *_flat(index)) for sets, rule in rules.terms(m).values() for index in _product(sets)))
    return _in_order(m, LinearStandardFormCompiler().write(m, mixed_form=True))


def state(data: Data) -> Any:
    """Sets, Params and Vars in Pyomo's usual dense form."""
    m = pyo.ConcreteModel()
    m.T, m.S, m.G = pyo.Set(initialize=data.periods), pyo.Set(initialize=data.slices), pyo.Set(initialize=data.policies)
    m.L, m.K = pyo.Set(initialize=_keys(data.links[["link"]])), pyo.Set(initialize=_keys(data.emission[["route"]]))
    m.Q = pyo.Set(initialize=_keys(data.new_cost[["equipment"]].drop_duplicates()))
    m.RK, m.RQ, m.RC = (pyo.Set(dimen=2, initialize=_keys(frame)) for frame in (data.placed, data.owned, data.traded))
    m.RCX, m.LC = pyo.Set(dimen=3, initialize=_keys(data.offered)), pyo.Set(dimen=2, initialize=_keys(data.carried))
    m.KQ = pyo.Set(dimen=2, initialize=_keys(data.use[["route", "equipment"]]))
    m.KC = pyo.Set(dimen=2, initialize=_keys(data.recipe[["route", "commodity"]]))
    over = {"RQ": ["ROUTES_USING"], "RC": ["ROUTES_WITH", "LINKS_IN", "LINKS_OUT", "OFFERS"], "L": ["CARRIED"], "G": ["REGIONS_UNDER"]}
    m.R = pyo.Set(initialize=data.regions)
    over |= {"R": ["ROUTES_IN"], "T": ["UP_TO", "PREVIOUS"]}
    tables = rules.neighbour_tables(data)
    for index_name, names in over.items():
        index = m.component(index_name)
        for name in names:
            m.add_component(name, pyo.Set(index, initialize=_lists(index, *tables[name])))
    parameters = {
        "use": (m.KQ,),
        "recipe": (m.KC,),
        "share": (m.S,),
        "availability": (m.RQ, m.T),
        "initial": (m.RQ,),
        "new_limit": (m.RQ,),
        "loss": (m.LC,),
        "link_limit": (m.L,),
        "emission": (m.K,),
        "limit": (m.G, m.T),
        "activity_cost": (m.K, m.T),
        "new_cost": (m.Q, m.T),
        "purchase_cost": (m.RCX, m.T),
        "flow_cost": (m.LC,),
    }
    for name, sets in parameters.items():
        m.add_component(name, pyo.Param(*sets, initialize=_values(getattr(data, name))))
    m.demand = pyo.Param(m.RC, m.T, m.S, initialize=_values(data.demand), default=0)
    positive = pyo.NonNegativeReals
    m.activity, m.flow = pyo.Var(m.RK, m.T, m.S, within=positive), pyo.Var(m.LC, m.T, m.S, within=positive)
    m.purchase = pyo.Var(m.RCX, m.T, within=positive)
    m.capacity_new = pyo.Var(m.RQ, m.T, bounds=lambda m, r, q, t: (0, m.new_limit[r, q]))
    m.closed = pyo.Var(m.RQ, m.T, within=positive)
    return m


def _keys(frame: pd.DataFrame) -> list[Any]:
    columns = [frame[name].tolist() for name in frame.columns]
    return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))


def _values(frame: pd.DataFrame) -> dict[Any, float]:
    return dict(zip(_keys(frame.drop(columns="value")), frame["value"].tolist(), strict=True))


def _lists(index: Any, table: pd.DataFrame, by: tuple[str, ...]) -> dict[Any, list[Any]]:
    lists: dict[Any, list[Any]] = {key: [] for key in index}
    members = table.drop(columns=list(by)).iloc[:, 0].tolist()
    for key, member in zip(_keys(table[list(by)]), members, strict=True):
        lists[key].append(member)
    return lists


def _product(sets: tuple[Any, ...]) -> Any:
    joined = sets[0]
    for one in sets[1:]:
        joined = joined * one
    return joined


def _flat(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)


def _in_order(m: Any, form: Any) -> Result:
    """Pyomo leaves out unused variables and orders by use; here every variable and row stands where its index set puts it."""
    column_of = {id(single): number for number, single in enumerate(s for v in m.component_objects(pyo.Var) for s in v.values())}
    row_of = {id(single): number for number, single in enumerate(s for c in m.component_objects(pyo.Constraint) for s in c.values())}
    columns = np.array([column_of[id(single)] for single in form.columns])
    rows = np.array([row_of[id(row.constraint)] for row in form.rows])
    kinds = np.array([row.bound_type for row in form.rows])
    sides = np.array(form.rhs)
    matrix = sp.coo_array(form.A)
    shape = (len(row_of), len(column_of))
    lower, upper = np.full(shape[0], -np.inf), np.full(shape[0], np.inf)
    lower[rows[kinds <= 0]] = sides[kinds <= 0]
    upper[rows[kinds >= 0]] = sides[kinds >= 0]
    cost, column_lower, column_upper = np.zeros(shape[1]), np.zeros(shape[1]), np.full(shape[1], np.inf)
    cost[columns] = form.c.toarray()[0]
    column_lower[columns] = [single.lb for single in form.columns]
    column_upper[columns] = [np.inf if single.ub is None else single.ub for single in form.columns]
    placed = sp.csr_array((matrix.data, (rows[matrix.coords[0]], columns[matrix.coords[1]])), shape=shape)
    return Result(placed, lower, upper, cost, column_lower, column_upper)
