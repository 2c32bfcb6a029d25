"""Every wrong form of a rule is refused, with the family, the rule, the index, and what to do instead."""

import builtins
import itertools
import math

import pandas as pd
import pyomo.environ as pyo
import pytest

from models.algebra import AlgebraError, compile, constrain, index_set, neighbours, parameter, sum, term, variable

PLACED = pd.DataFrame({"region": ["n", "n", "s"], "route": ["a", "b", "a"]})


def model() -> pyo.ConcreteModel:
    m = pyo.ConcreteModel()
    m.R, m.K, m.T, m.S = index_set(["n", "s"]), index_set(["a", "b"]), index_set([2025, 2030]), index_set(["day", "night"])
    m.RK = index_set(PLACED)
    m.ROUTES_IN = neighbours(PLACED, "region")
    m.old_style = pyo.Set(m.K, initialize={"a": ["n"], "b": ["s"]})
    m.share = parameter(m.S, values={"day": 0.25, "night": 0.75})
    m.partial = parameter(m.RK, values={("n", "a"): 1.0, ("s", "a"): 2.0}, doc="not for every route")
    m.act = variable(m.RK, m.T, m.S)
    m.total = variable()
    m.label = pyo.Param(m.R, initialize={"n": "s", "s": "n"}, within=pyo.Any)
    m.named = pyo.Expression(expr=m.total)
    return m


OUTSIDE = model()
NUMBERS = {"day": 1.0, "night": 2.0}


def loops_by_statement(m, s):
    total = 0
    for r, k in m.RK:
        total = total + m.act[r, k, 2025, s]
    return total <= 1


def keeps_an_index(m, s):
    kept = []
    first = sum(kept.append(z) or m.share[z] for z in m.S)
    return first * m.total <= m.share[kept[0]]


def leaves_a_loop(m, s):
    return m.total <= m.share[next(iter(m.S))]


REFUSED = {
    "missing variable": ("R K", lambda m, r, k: m.act[r, k, 2025, "day"] <= 1, r"index \('s', 'b'\): variable act has no index"),
    "missing parameter": ("RK", lambda m, r, k: m.partial[r, k] * m.total <= 1, r"\('n', 'b'\): parameter partial has no value at"),
    "missing in a sum": (
        "R",
        lambda m, r: sum(m.partial[r, k] * m.total for k in m.ROUTES_IN[r]) <= 1,
        r"index \('n',\): parameter partial has no value at \('n', 'b'\)",
    ),
    "unknown label": ("RK", lambda m, r, k: m.act[r, k, 1999, "day"] <= 1, r"variable act has no index \('n', 'a', 1999, 'day'\)"),
    "number of indices": ("RK", lambda m, r, k: m.act[r, k, "day"] <= 1, r"3 indices given, 4 needed"),
    "number of neighbour indices": ("R K", lambda m, r, k: sum(m.total for _ in m.ROUTES_IN[r, k]) <= 1, "2 indices given, 1 needed"),
    "neighbours without index": ("R", lambda m, r: sum(m.total for _ in m.ROUTES_IN) <= 1, "needs its indices"),
    "index on a plain set": ("R", lambda m, r: sum(m.total for _ in m.K[r]) <= 1, "K is one set and takes no index"),
    "key outside an indexed set": (
        "R",
        lambda m, r: sum(m.total for _ in m.old_style[r]) <= 1,
        r"set old_style\[r\] has no index \('n',\)",
    ),
    "arguments of the rule": ("R K", lambda m, r: m.total <= 1, "the rule takes .* but its index sets have 2 indices"),
    "if on a parameter": ("S", lambda m, s: m.total <= 1 if m.share[s] > 0.1 else m.total >= 1, "put the result into a Param"),
    "if on a label": ("S", lambda m, s: m.total <= 1 if s == "day" else m.total >= 1, "put the rows or members it holds for into a Set"),
    "if on a value": ("S", lambda m, s: m.total <= 1 if m.share[s] else m.total >= 1, "put the rows it holds for into a Set"),
    "filter by !=": ("S", lambda m, s: sum(m.total for z in m.S if z != s) <= 1, "put the rows or members it holds for into a Set"),
    "filter by ==": ("S", lambda m, s: sum(m.total for z in m.S if z == s) <= 1, "put the rows or members it holds for into a Set"),
    "and": ("S", lambda m, s: m.total <= (m.share[s] and 1), "put the rows it holds for into a Set"),
    "dict": ("S", lambda m, s: NUMBERS[s] * m.total <= 1, "cannot key a dict"),
    "Python set": ("S", lambda m, s: m.total * (s in {"day"}) <= 1, "cannot key a dict, a Python set"),
    "list": ("S", lambda m, s: m.total * (s in ["day"]) <= 1, "cannot be decided for all rows at once"),
    "position in a list": ("T", lambda m, t: m.total * [1, 2][t] <= 1, "has no single value"),
    "built-in sum": ("RK T", lambda m, r, k, t: builtins.sum(m.act[r, k, t, s] for s in m.S) <= 1, "use sum of models.algebra"),
    "loop by statement": ("S", loops_by_statement, "not a generator inside sum"),
    "list of members": ("T", lambda m, t: sum([m.total for s in m.S]) <= 1, "not a generator inside sum"),
    "list of a set": ("T", lambda m, t: sum(m.total for s in list(m.S)) <= 1, "list of S is not known"),
    "length": ("T", lambda m, t: len(m.S) * m.total <= 1, r"write sum\(1 for"),
    "next": ("S", leaves_a_loop, "not a generator inside sum"),
    "enumerate": ("T", lambda m, t: sum(i * m.act["n", "a", t, s] for i, s in enumerate(m.S)) <= 1, "do not use enumerate"),
    "zip with a list": ("T", lambda m, t: sum(i * m.act["n", "a", t, s] for i, s in zip((1, 2), m.S, strict=True)) <= 1, "zip"),
    "zip with a short list": (
        "T",
        lambda m, t: sum(i * m.act["n", "a", t, s] for s, i in zip(m.S, (1,), strict=False)) <= 1,
        "not a generator",
    ),
    "zip of sets": ("T", lambda m, t: sum(m.act[r, "a", t, s] for r, s in zip(m.R, m.S, strict=True)) <= 1, "not a generator"),
    "islice": ("T", lambda m, t: sum(m.act["n", "a", t, s] for s in itertools.islice(m.S, 1)) <= 1, "not a generator"),
    "index kept": ("S", keeps_an_index, "is used outside the sum or rule that introduces it"),
    "max": ("S", lambda m, s: max(0, m.share[s]) * m.total <= 1, r"by <, >, max or min"),
    "min": ("S", lambda m, s: min(m.share[s], 1) * m.total <= 1, r"by <, >, max or min"),
    "abs": ("S", lambda m, s: abs(m.share[s]) * m.total <= 1, "prepare a Param for it"),
    "math": ("S", lambda m, s: math.sqrt(m.share[s]) * m.total <= 1, "prepare a Param"),
    "Pyomo value": ("S", lambda m, s: pyo.value(m.share[s]) * m.total <= 1, "family"),
    "in a set": ("RK", lambda m, r, k: m.total * ((r, k) in m.RK) <= 1, "sum over prepared neighbours"),
    "is empty": ("R", lambda m, r: m.total <= 1 if m.ROUTES_IN[r] else m.total >= 1, "whether .* is empty"),
    "product of variables": ("S", lambda m, s: m.total * m.total <= 1, "is not linear"),
    "division by a variable": ("S", lambda m, s: 1 / m.total <= 1, "is not linear"),
    "power of a variable": ("S", lambda m, s: m.total**2 <= 1, "is not linear"),
    "division by zero": ("S", lambda m, s: m.total / (m.share[s] - 0.75) <= 1, r"index \('night',\): .* divides by zero"),
    "root of a negative": ("S", lambda m, s: (m.share[s] - 0.5) ** 0.5 * m.total <= 1, r"index \('day',\): .* is not a finite number"),
    "overflow": ("S", lambda m, s: 1e200 * m.share[s] * 1e200 * m.total <= 1, "not a finite number"),
    "overflow on the side": ("S", lambda m, s: m.total <= 1e200 * m.share[s] * 1e200, "a constant is -inf"),
    "chained relations": ("S", lambda m, s: 0 <= m.total <= m.share[s], "write a chain a <= b <= c as two families"),
    "relation of relations": ("S", lambda m, s: (m.total >= 0) <= m.share[s], "a relation inside a relation"),
    "relation in a sum": ("S", lambda m, s: (m.total <= 1) + 1 <= 2, "cannot be part of a linear expression"),
    "Pyomo inequality": ("S", lambda m, s: pyo.inequality(0, m.total, 1), "family"),
    "strict": ("S", lambda m, s: m.total < 1, "cannot be decided"),
    "computed index": ("RK T", lambda m, r, k, t: m.act[r, k, t - 5, "day"] <= 1, r"prepare neighbours such as PREVIOUS\[t\]"),
    "parameter as index": ("R", lambda m, r: m.act[m.label[r], "a", 2025, "day"] <= 1, "may be a factor, not an index"),
    "slice": ("R", lambda m, r: m.act[r, :, 2025, "day"] <= 1, "an index must be a rule index, a loop variable or a label"),
    "label as number": ("R", lambda m, r: r * m.total <= 1, "index r is used as a number, but its label 'n' is none"),
    "text in arithmetic": ("R", lambda m, r: m.total + "1" <= 1, r"'1' \(str\) cannot be part"),
    "label parameter as number": ("R", lambda m, r: m.label[r] * m.total <= 1, "is not a finite number"),
    "no relation": ("S", lambda m, s: m.total, "must return one <=, >= or =="),
    "nothing": ("S", lambda m, s: None, "must return one <=, >= or ==, not NoneType"),
    "skip": ("S", lambda m, s: pyo.Constraint.Skip, "must return one <=, >= or =="),
    "range by tuple": ("S", lambda m, s: (0, m.total, 1), "must return one <=, >= or =="),
    "decided": ("S", lambda m, s: True, "must return one <=, >= or ==, not bool True"),
    "empty row": ("K", lambda m, k: sum(m.total for _ in m.ROUTES_IN[k]) >= 1, r"index \('a',\): the row has no variables and cannot hold"),
    "set method": ("T", lambda m, t: m.total <= m.T.ord(t), r"T.ord cannot be used in a rule: prepare neighbours or a Param"),
    "parameter method": ("S", lambda m, s: m.total <= m.share.get(s), "share.get cannot be used in a rule"),
    "iterating a variable": ("S", lambda m, s: sum(m.act[key] for key in m.act) <= 1, "iterate its index set"),
    "named expression": ("S", lambda m, s: m.named <= 1, "a Pyomo Expression cannot be used"),
    "a component of another model": ("S", lambda m, s: m.total <= OUTSIDE.share[s], "does not come from the rule's own model"),
    "a variable of another model": ("S", lambda m, s: m.share[s] * OUTSIDE.total <= 1, "family"),
    "neighbours of another model": (
        "R",
        lambda m, r: sum(m.total for _ in OUTSIDE.ROUTES_IN[r]) <= 1,
        "does not come from the rule's own model",
    ),
    "unknown name": ("S", lambda m, s: m.nothing <= 1, "AttributeError.*nothing"),
    "error in the rule": ("S", lambda m, s: m.total <= 1 / 0, "ZeroDivisionError"),
}


@pytest.mark.parametrize("form", REFUSED)
def test_a_wrong_form_is_refused(form: str) -> None:
    m = model()
    names, rule, message = REFUSED[form]
    constrain(m, "wrong", *[m.component(name) for name in names.split()], rule=rule)
    with pytest.raises(AlgebraError, match=message) as caught:
        compile(m)
    assert caught.value.family == "wrong" and str(caught.value).startswith("family 'wrong', rule ")


def test_tracing_is_over_after_an_error() -> None:
    m = model()
    constrain(m, "wrong", m.S, rule=loops_by_statement)
    with pytest.raises(AlgebraError):
        compile(m)
    assert sum([1, 2], 3) == 6
    good = model()
    constrain(good, "right", good.S, rule=lambda m, s: sum(m.act[r, k, 2025, s] for r, k in m.RK) <= 1)
    assert compile(good).matrix.nnz == 6


def test_a_term_must_be_linear() -> None:
    m = model()
    term(m, "wrong", m.S, rule=lambda m, s: m.total <= 1)
    with pytest.raises(AlgebraError, match="family 'wrong', rule <lambda>: the rule must return a linear expression"):
        compile(m)


def test_a_bound_must_hold_parameters_only() -> None:
    m = model()
    m.other = variable(m.S, upper=lambda m, s: m.total)
    with pytest.raises(AlgebraError, match="family 'other', rule <lambda>: the bound of a variable may hold Params only"):
        compile(m)


def test_a_constraint_that_is_not_registered() -> None:
    m = model()
    m.forgotten = pyo.Constraint(expr=m.total <= 1)
    with pytest.raises(AlgebraError, match="'forgotten' is a Pyomo Constraint on the model: register its rule"):
        compile(m)


def test_sets_that_cannot_be_expanded() -> None:
    m = model()
    m.mixed = pyo.Set(initialize=["a", ("b", "c")], dimen=None)
    for name, sets, message in (
        ("mixed", m.mixed, "mixed or unknown length"),
        ("indexed", m.old_style, "not a single index set"),
        ("reals", pyo.Reals, "not finite"),
        ("not on the model", index_set(["a"]), "is not on the model"),
        ("a list", ["a"], "not a single index set"),
    ):
        constrain(m, name, sets, rule=lambda m, *index: m.total <= 1)
        with pytest.raises(AlgebraError, match=message):
            compile(m)
        del m.algebra_registry.constraints[name]
