"""The same rules as plain Pyomo: attached to the model for reading, and compared with the expanded matrices row by row."""

import builtins
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr.relational_expr import EqualityExpression
from pyomo.repn import generate_standard_repn
from pyomo.repn.plugins.lp_writer import LPWriter

from .declare import Family, registry
from .errors import AlgebraError
from .expand import compile
from .matrices import Block, Matrices

TOLERANCE = 1e-9  # relative difference allowed between a coefficient here and in Pyomo


def attach(m: Any) -> None:
    """Add the registered families to the model as plain `pyo.Constraint`s, and the sum of the terms as its `pyo.Objective`.

    For reading (`m.balance.pprint()`) and LP files. A row without variables that holds is skipped. Attaching again changes nothing.

    Raises:
        AlgebraError: as `compile`, which is called first.
    """
    registered = registry(m)
    if registered.attached is not None:
        return
    compile(m)
    added = set()
    for family in registered.constraints.values():
        added.add(_add(m, family.name, pyo.Constraint(*family.sets, rule=_pyomo_rule(family))))
    total = builtins.sum(family.rule(m, *index) for family in registered.terms.values() for index in _members(family.sets))
    added.add(_add(m, "objective", pyo.Objective(expr=total)))
    registered.attached = added


def write_lp(m: Any, path: str | Path) -> None:
    """Attach the model and write it as an LP file with readable names."""
    attach(m)
    with open(path, "w", encoding="utf-8") as stream:
        LPWriter().write(m, stream, symbolic_solver_labels=True)


def compare(m: Any, matrices: Matrices | None = None, per_family: int | None = None, seed: int = 0) -> int:
    """Call the same rules on real Pyomo objects and compare every coefficient, side, cost, bound and domain.

    Args:
        matrices: what to compare with; compiled if None.
        per_family: how many rows of each family and term, and columns of each variable, to draw; all if None.
        seed: of the draw.

    Returns:
        The number of rows of constraint families compared.

    Raises:
        AlgebraError: naming the family and index of the first difference.
    """
    matrices = matrices or compile(m)
    draw = np.random.default_rng(seed)
    compared = 0
    for family in registry(m).constraints.values():
        block = matrices.rows[family.name]
        for position in _drawn(draw, block.count, per_family):
            _compare_row(m, matrices, family, block, position)
            compared += 1
    for family in registry(m).terms.values():
        for position in _drawn(draw, len(matrices.terms[family.name].constant), per_family):
            _compare_term(m, matrices, family, position)
    _compare_cost(matrices)
    for block in matrices.columns.values():
        for position in _drawn(draw, block.count, per_family):
            _compare_column(m, matrices, block, position)
    return compared


def _pyomo_rule(family: Family) -> Any:
    """The rule of a family; where it gives True or False, the row has no variables and was found to hold when compiled."""

    def rule(m: Any, *index: Any) -> Any:
        relation = family.rule(m, *index) if family.sets else family.rule(m)
        return pyo.Constraint.Skip if isinstance(relation, (bool, np.bool_)) else relation

    return rule


def _add(m: Any, name: str, component: Any) -> str:
    """Add a component to the model under its name, or name_row if that is taken; returns the name used."""
    free = f"{name}_row" if hasattr(m, name) else name
    m.add_component(free, component)
    return free


def _members(sets: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The indices of a product of sets, each one flat tuple."""
    for parts in itertools.product(*sets):
        yield _flat(parts)


def _flat(key: Any) -> tuple[Any, ...]:
    parts = key if isinstance(key, tuple) else (key,)
    return tuple(label for part in parts for label in (part if isinstance(part, tuple) else (part,)))


def _drawn(draw: np.random.Generator, count: int, wanted: int | None) -> Iterable[int]:
    if wanted is None or wanted >= count:
        return range(count)
    return [int(position) for position in draw.choice(count, wanted, replace=False)]


def _coefficients(matrices: Matrices, expression: Any) -> tuple[dict[int, float], float]:
    """A Pyomo expression as coefficients by column, and its constant."""
    linear = generate_standard_repn(expression)
    if not linear.is_linear():
        raise AlgebraError(f"not linear in Pyomo: {expression}")
    found: dict[int, float] = {}
    for single, coefficient in zip(linear.linear_vars, linear.linear_coefs, strict=True):
        component = single.parent_component()
        labels = _flat(single.index()) if component.is_indexed() else ()
        column = matrices.column(component.name, *labels)
        found[column] = found.get(column, 0.0) + float(pyo.value(coefficient))
    return {column: value for column, value in found.items() if value != 0}, float(pyo.value(linear.constant))


def _entries(matrix: Any, row: int) -> dict[int, float]:
    """One row of a csr matrix as coefficients by column."""
    here = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return dict(zip(matrix.indices[here].tolist(), matrix.data[here].tolist(), strict=True))


def _compare_row(m: Any, matrices: Matrices, family: Family, block: Block, position: int) -> None:
    row = block.start + position
    ours = _entries(matrices.matrix, row)
    lower, upper = float(matrices.row_lower[row]), float(matrices.row_upper[row])
    index = block.member(position)
    relation = family.rule(m, *index)
    if isinstance(relation, (bool, np.bool_)):
        same = not ours  # compiled without variables, and found to hold
    else:
        theirs, constant = _coefficients(matrices, relation.args[0] - relation.args[1])
        sides = (-constant, -constant) if isinstance(relation, EqualityExpression) else (-np.inf, -constant)
        if np.isinf(upper):  # compiled as a - b >= 0, where Pyomo says b - a <= 0
            ours = {column: -value for column, value in ours.items()}
            lower, upper = -upper, -lower
        same = _same(ours, theirs) and _near(lower, sides[0]) and _near(upper, sides[1])
    if not same:
        problem = f"the compiled row {ours}, from {lower} to {upper}, differs from Pyomo's: {relation}"
        raise AlgebraError(problem, index=index).within(family.name, family.rule)


def _compare_term(m: Any, matrices: Matrices, family: Family, position: int) -> None:
    linear = matrices.terms[family.name]
    ours, constant = _entries(linear.matrix, position), float(linear.constant[position])
    index = linear.member(position)
    expression = family.rule(m, *index)
    theirs, their_constant = _coefficients(matrices, expression)
    if not (_same(ours, theirs) and _near(constant, their_constant)):
        problem = f"the compiled term {ours} with constant {constant} differs from Pyomo's: {expression}"
        raise AlgebraError(problem, index=index).within(family.name, family.rule)


def _compare_cost(matrices: Matrices) -> None:
    """The objective is the sum of the terms."""
    cost = np.zeros(len(matrices.cost))
    offset = 0.0
    for linear in matrices.terms.values():
        cost += np.asarray(linear.matrix.sum(axis=0)).ravel()
        offset += float(linear.constant.sum())
    if not (np.allclose(cost, matrices.cost, rtol=TOLERANCE, atol=TOLERANCE) and _near(offset, matrices.offset)):
        raise AlgebraError("the compiled cost is not the sum of the terms")


def _compare_column(m: Any, matrices: Matrices, block: Block, position: int) -> None:
    labels = block.member(position)
    variable = m.component(block.name)
    single = variable[labels] if labels else variable
    lower = -np.inf if single.lb is None else single.lb
    upper = np.inf if single.ub is None else single.ub
    column = block.start + position
    same = _near(float(matrices.lower[column]), lower) and _near(float(matrices.upper[column]), upper)
    if not same or bool(matrices.integer[column]) == single.is_continuous():
        raise AlgebraError(f"the compiled bounds or domain of variable {single.name} differ from Pyomo's", index=labels)


def _same(ours: dict[int, float], theirs: dict[int, float]) -> bool:
    return all(_near(ours.get(column, 0.0), theirs.get(column, 0.0)) for column in ours.keys() | theirs.keys())


def _near(one: float, other: float) -> bool:
    return one == other or abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))
