"""The model with the algebra: sets, neighbours, parameters and variables from the tables, rules expanded all rows at once."""

from typing import Any

import pyomo.environ as pyo

from benchmarks.algebra import rules
from benchmarks.algebra.data import Data
from benchmarks.algebra.result import Result
from models.algebra import compile, constrain, index_set, neighbours, parameter, term, variable


def build(data: Data) -> Result:
    """Declare, register and compile."""
    matrices = compile(state(data))
    return Result(matrices.matrix, matrices.row_lower, matrices.row_upper, matrices.cost, matrices.lower, matrices.upper)


def state(data: Data) -> Any:
    """The model with its registered families and terms."""
    m = pyo.ConcreteModel()
    m.T, m.S, m.G, m.L = index_set(data.periods), index_set(data.slices), index_set(data.policies), index_set(data.links[["link"]])
    m.RK, m.RQ, m.RC = index_set(data.placed), index_set(data.owned), index_set(data.traded)
    m.RCX, m.LC = index_set(data.offered), index_set(data.carried)
    m.KQ, m.KC = index_set(data.use[["route", "equipment"]]), index_set(data.recipe[["route", "commodity"]])
    m.K, m.Q = index_set(data.emission[["route"]]), index_set(data.new_cost[["equipment"]].drop_duplicates())
    for name, (table, by) in rules.neighbour_tables(data).items():
        setattr(m, name, neighbours(table, *by))
    m.use = parameter(m.KQ, values=data.use)
    m.recipe = parameter(m.KC, values=data.recipe)
    m.share = parameter(m.S, values=data.share)
    m.availability = parameter(m.RQ, m.T, values=data.availability)
    m.initial = parameter(m.RQ, values=data.initial)
    m.new_limit = parameter(m.RQ, values=data.new_limit)
    m.loss = parameter(m.LC, values=data.loss)
    m.link_limit = parameter(m.L, values=data.link_limit)
    m.demand = parameter(m.RC, m.T, m.S, values=data.demand, default=0)
    m.emission = parameter(m.K, values=data.emission)
    m.limit = parameter(m.G, m.T, values=data.limit)
    m.activity_cost = parameter(m.K, m.T, values=data.activity_cost)
    m.new_cost = parameter(m.Q, m.T, values=data.new_cost)
    m.purchase_cost = parameter(m.RCX, m.T, values=data.purchase_cost)
    m.flow_cost = parameter(m.LC, values=data.flow_cost)
    m.activity = variable(m.RK, m.T, m.S)
    m.flow = variable(m.LC, m.T, m.S)
    m.purchase = variable(m.RCX, m.T)
    m.capacity_new = variable(m.RQ, m.T, upper=lambda m, r, q, t: m.new_limit[r, q])
    m.closed = variable(m.RQ, m.T)
    for name, (sets, rule) in rules.families(m).items():
        constrain(m, name, *sets, rule=rule)
    for name, (sets, rule) in rules.terms(m).items():
        term(m, name, *sets, rule=rule)
    return m
