"""Constraint families as ordinary Pyomo rules, expanded to sparse matrices for all rows at once.

A complete example:

    import pandas as pd
    import pyomo.environ as pyo
    from models.algebra import compile, constrain, index_set, neighbours, parameter, sum, term, variable

    routes = pd.DataFrame({"region": ["north", "north", "south"], "route": ["old", "new", "new"]})
    m = pyo.ConcreteModel()
    m.R, m.RK = index_set(["north", "south"]), index_set(routes)
    m.ROUTES_IN = neighbours(routes, "region")
    m.price = parameter(m.RK, values=routes.assign(value=[3.0, 2.0, 2.5]), doc="price of a route [yuan/t]")
    m.demand = parameter(m.R, values={"north": 10.0, "south": 4.0}, doc="demand [t]")
    m.activity = variable(m.RK, upper=8, doc="activity of a route [t]")
    constrain(m, "balance", m.R, rule=lambda m, r: sum(m.activity[r, k] for k in m.ROUTES_IN[r]) >= m.demand[r])
    term(m, "cost", m.RK, rule=lambda m, r, k: m.price[r, k] * m.activity[r, k])
    matrices = compile(m)

A rule is called once, with symbolic indices; `compare` calls it on real Pyomo objects, row by row, and `attach` adds it as Pyomo Constraints.
What a rule may hold: Sets, neighbours, Params and Vars of the model it is given, numbers, + - * / ** (linear in the variables), `sum` with
one or several `for`, and Python functions of (m, ...). What would need the value of one row is refused, with a word on what to do instead.
"""

from .declare import constrain, parameter, term, use_labels, variable
from .errors import AlgebraError
from .expand import Expander, compile
from .frame import Frame, stack
from .labels import Labels
from .matrices import Block, Linear, Matrices
from .oracle import attach, compare, write_lp
from .sets import Neighbours, index_set, neighbours
from .tracing import sum

__all__ = [
    "AlgebraError",
    "Block",
    "Expander",
    "Frame",
    "Labels",
    "Linear",
    "Matrices",
    "Neighbours",
    "attach",
    "compare",
    "compile",
    "constrain",
    "index_set",
    "neighbours",
    "parameter",
    "stack",
    "sum",
    "term",
    "use_labels",
    "variable",
    "write_lp",
]
