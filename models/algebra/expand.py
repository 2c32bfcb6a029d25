"""From the registered rules of a model to its matrices."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp

from .coding import IndexSet
from .data import ModelData
from .declare import Family, registry
from .errors import AlgebraError, rule_name
from .evaluate import Batch, Evaluator, spread
from .labels import Floats
from .matrices import Block, Linear, Matrices
from .symbols import Relation
from .tracing import trace

TOLERANCE = 1e-9  # by how much a row without variables may be violated, for rounding


def compile(m: Any) -> Matrices:
    """Expand every registered family and term of a model.

    Raises:
        AlgebraError: a rule that cannot be expanded, a missing value, or a row without variables that cannot hold.
    """
    return Expander(m).matrices()


class Expander:
    """Expands rules over the sets of one model. Labels, tables and sets are read once and serve every rule.

    The model must not change between the making of the expander and its last use.
    """

    def __init__(self, m: Any) -> None:
        self.model = m
        self.data = ModelData(m)

    def matrices(self) -> Matrices:
        """The matrices of all registered families and terms."""
        registered = registry(self.model)
        self._refuse_unregistered()
        self.data.check_tables()
        lower, upper, integer = self.data.bounds(self._bound)
        rows, parts, row_lower, row_upper = {}, [], [], []
        start = 0
        for family in registered.constraints.values():
            index_set, part, below, above = self._constraint(family)
            rows[family.name] = Block(family.name, start, index_set.count, index_set, self.data.labels)
            start += index_set.count
            parts.append(part)
            row_lower.append(below)
            row_upper.append(above)
        terms = {family.name: self._linear(family) for family in registered.terms.values()}
        cost = np.zeros(self.data.column_count)
        for one in terms.values():
            cost += np.bincount(one.matrix.indices, weights=one.matrix.data, minlength=len(cost))
        return Matrices(
            matrix=_stack(parts, self.data.column_count),
            row_lower=np.concatenate([*row_lower, np.empty(0)]),
            row_upper=np.concatenate([*row_upper, np.empty(0)]),
            cost=cost,
            offset=float(sum(one.constant.sum() for one in terms.values())),
            lower=lower,
            upper=upper,
            integer=integer,
            rows=rows,
            columns=self._columns(),
            terms=terms,
        )

    def expression(self, rule: Callable[..., Any], *sets: Any) -> Linear:
        """Linear expressions `rule(m, *index)` for all indices of the sets, or all rows of a Frame, over the columns of the model.

        Raises:
            AlgebraError: the rule does not return a linear expression or a number.
        """
        return self._linear(Family(rule_name(rule), sets, rule))

    def _refuse_unregistered(self) -> None:
        attached = registry(self.model).attached or set()
        for kind in (pyo.Constraint, pyo.Objective):
            for component in self.model.component_objects(kind, active=True, descend_into=False):
                if component.name not in attached:
                    raise AlgebraError(f"'{component.name}' is a Pyomo {kind.__name__} on the model: register its rule with constrain or term")

    def _columns(self) -> dict[str, Block]:
        blocks = {}
        for name, variable in self.data.variables.items():
            index_set = self.data.index_of(variable)
            blocks[name] = Block(name, self.data.first_column[name], index_set.count, index_set, self.data.labels)
        return blocks

    def _index_set(self, family: Family) -> IndexSet:
        try:
            return self.data.product(family.sets)
        except AlgebraError as error:
            raise error.within(family.name, family.rule) from None

    def _traced(self, family: Family, index_set: IndexSet) -> tuple[Evaluator, Any]:
        """The evaluator for the index set of a family, and what its rule returned."""
        try:
            traced = trace(self.model, family.rule, index_set.dimension)
        except AlgebraError as error:
            raise error.within(family.name, family.rule) from None
        except Exception as error:
            raise AlgebraError(f"{type(error).__name__}: {error}").within(family.name, family.rule) from error
        return Evaluator(self.data, index_set, traced), traced.result

    def _constraint(self, family: Family) -> tuple[IndexSet, Any, Floats, Floats]:
        """Index set, matrix and sides of the rows of a family. The rule of a family without rows is not called."""
        index_set = self._index_set(family)
        if not index_set.count:
            return index_set, sp.csr_array((0, self.data.column_count)), np.empty(0), np.empty(0)
        evaluator, relation = self._traced(family, index_set)
        try:
            if not isinstance(relation, Relation):
                raise AlgebraError(f"the rule must return one <=, >= or ==, not {type(relation).__name__} {relation}")
            batch = evaluator.batch(relation.left).plus(evaluator.batch(relation.right).times(-1.0))
            matrix, constant = self._sparse(evaluator, batch)
            lower = np.full(len(constant), -np.inf) if relation.sign == "<=" else 0.0 - constant
            upper = np.full(len(constant), np.inf) if relation.sign == ">=" else 0.0 - constant
            impossible = (np.diff(matrix.indptr) == 0) & ((lower > TOLERANCE) | (upper < -TOLERANCE))
            if impossible.any():
                row = int(impossible.argmax())
                says = f"it says 0 {relation.sign} {-constant[row]:g} ({int(impossible.sum())} such rows)"
                raise AlgebraError(f"the row has no variables and cannot hold: {says}", index=evaluator.labels(row))
        except AlgebraError as error:
            raise error.within(family.name, family.rule) from None
        return evaluator.index_set, matrix, lower, upper

    def _linear(self, family: Family) -> Linear:
        index_set = self._index_set(family)
        if not index_set.count:
            return Linear(sp.csr_array((0, self.data.column_count)), np.empty(0), index_set, self.data.labels)
        evaluator, expression = self._traced(family, index_set)
        try:
            if isinstance(expression, Relation):
                raise AlgebraError(f"the rule must return a linear expression, not the relation {expression}")
            matrix, constant = self._sparse(evaluator, evaluator.batch(expression))
        except AlgebraError as error:
            raise error.within(family.name, family.rule) from None
        return Linear(matrix, constant, evaluator.index_set, self.data.labels)

    def _bound(self, variable: Any, bound: Any) -> Any:
        """The values of a bound, a number or a rule, for all indices of a variable."""
        if not callable(bound):
            return float(bound)
        family = Family(variable.name, (variable.index_set(),) if variable.is_indexed() else (), bound)
        evaluator, expression = self._traced(family, self._index_set(family))
        try:
            batch = evaluator.batch(expression)
            if batch.pieces:
                raise AlgebraError("the bound of a variable may hold Params only: make a constraint of it")
            return self._sparse(evaluator, batch)[1]
        except AlgebraError as error:
            raise error.within(variable.name, bound) from None

    def _sparse(self, evaluator: Evaluator, batch: Batch) -> tuple[Any, Floats]:
        """Matrix (csr, sorted, no duplicates, no zeros) and constants of a batch."""
        count = evaluator.rows.count
        constant = np.array(np.broadcast_to(np.asarray(batch.constant, dtype=float), count))
        _require_finite(evaluator, constant, np.arange(count), "constant")
        rows, columns, coefficients = [], [], []
        for piece in batch.pieces:
            entries = count if piece.rows is None else len(piece.rows)
            rows.append(np.arange(count) if piece.rows is None else piece.rows)
            columns.append(spread(piece.columns, entries))
            coefficients.append(spread(np.asarray(piece.coefficients, dtype=float), entries))
        shape = (count, self.data.column_count)
        if not rows:
            return sp.csr_array(shape), constant
        all_rows, all_coefficients = np.concatenate(rows), np.concatenate(coefficients)
        _require_finite(evaluator, all_coefficients, all_rows, "coefficient")
        places = np.int32 if max(len(all_rows), *shape) < 2**31 else np.int64
        coordinates = (all_rows.astype(places), np.concatenate(columns).astype(places))
        matrix = sp.csr_array((all_coefficients, coordinates), shape=shape)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix, constant


def _require_finite(evaluator: Evaluator, numbers: Floats, rows: Any, what: str) -> None:
    if not np.isfinite(numbers).all():
        entry = int((~np.isfinite(numbers)).argmax())
        raise AlgebraError(f"a {what} is {numbers[entry]}, not a finite number", index=evaluator.labels(int(rows[entry])))


def _stack(parts: list[Any], column_count: int) -> Any:
    """The matrices of the families, one below the other."""
    return sp.csr_array(sp.vstack(parts, format="csr")) if parts else sp.csr_array((0, column_count))
