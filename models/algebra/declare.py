"""How a model is stated over its index sets: parameters, variables, constraint families and terms of the objective.

Everything made here is an ordinary Pyomo component. The table behind a parameter is kept with it, so that the expansion reads whole columns
and never one member at a time.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from .errors import AlgebraError
from .frame import Frame
from .labels import Labels
from .sets import tuples_of

Rule = Callable[..., Any]
Bound = float | Rule | None
Domain = Literal["continuous", "integer", "binary"]

DOMAINS = {"continuous": pyo.Reals, "integer": pyo.Integers, "binary": pyo.Binary}


class Table:
    """The values of one parameter: a frame of keys, and numbers. Single values are looked up in a dict made on first use."""

    def __init__(self, values: pd.DataFrame | Frame, default: float | None, owner: str) -> None:
        if isinstance(values, Frame):
            *names, last = values.columns
            self.keys: pd.DataFrame | Frame = values[names]
            self.numbers = values[last]
        else:
            self.keys = values.iloc[:, :-1]
            try:
                self.numbers = values.iloc[:, -1].to_numpy(dtype=float, na_value=np.nan, copy=True)
            except (TypeError, ValueError) as error:
                raise AlgebraError(f"{owner}: the last column of the table must hold numbers: {error}") from None
        self.default = default
        self._single: dict[tuple[Any, ...], float] | None = None

    def at(self, parameter: str, key: tuple[Any, ...]) -> float:
        """The value at one index."""
        if self._single is None:
            self._single = dict(zip(tuples_of(self.keys), self.numbers.tolist(), strict=True))
        value = self._single.get(key, self.default)
        if value is None:
            raise AlgebraError(f"parameter {parameter} has no value at {key}, and no default", index=key)
        return value


def parameter(*sets: Any, values: pd.DataFrame | Frame | Mapping[Any, float] | float, default: float | None = None, doc: str = "") -> Any:
    """A Pyomo Param with a table behind it; a single value is looked up only when asked for.

    Args:
        sets: index sets; none for a single number.
        values: a frame (key columns in the order of the sets, the number last), a dict from index to number, or a number.
        default: value at every index the table does not hold; None makes such an index an error.
        doc: meaning and unit.

    Raises:
        AlgebraError: here, for a table that does not fit the number of indices or a number that is not finite;
            when the model is compiled, for an index outside the sets or given twice; when used, for a missing value.
    """
    if default is not None and not _is_finite(default):
        raise AlgebraError(f"parameter '{doc}': the default {default} is not a finite number")
    if not sets:
        if isinstance(values, (pd.DataFrame, Frame, Mapping)) or not _is_finite(values):
            raise AlgebraError(f"parameter '{doc}' without index sets needs one finite number, not {values!r}")
        return pyo.Param(initialize=float(values), within=pyo.Reals, doc=doc)
    if isinstance(values, Mapping):
        values = _frame_of(values)
    if not isinstance(values, (pd.DataFrame, Frame)):
        raise AlgebraError(f"parameter '{doc}' with index sets needs a table or a dict, not the number {values}")
    if len(values.columns) < 2:
        raise AlgebraError(f"parameter '{doc}': the table needs its key columns and the numbers, it has the columns {list(values.columns)}")
    table = Table(values, default, f"parameter '{doc}'")
    wrong = np.flatnonzero(~np.isfinite(table.numbers))
    if wrong.size:
        key = tuples_of(table.keys)[wrong[0]]
        raise AlgebraError(f"parameter '{doc}': the value {table.numbers[wrong[0]]} at {key} is not a finite number", index=key)

    def look_up(model: Any, *key: Any) -> float:
        return table.at(created.name, key)

    created = pyo.Param(*sets, default=look_up, within=pyo.Reals, doc=doc)
    created.table = table
    return created


def variable(*sets: Any, lower: Bound = 0, upper: Bound = None, domain: Domain = "continuous", doc: str = "") -> Any:
    """A Pyomo Var whose single variables are made only when touched.

    Args:
        sets: index sets; none for a single variable.
        lower, upper: a number, None (no bound), or a rule `rule(m, *index)` made of parameters.
        domain: "continuous", "integer" or "binary" (which also bounds by 0 and 1).
        doc: meaning and unit.
    """
    if domain not in DOMAINS:
        raise AlgebraError(f"variable '{doc}': the domain must be one of {', '.join(DOMAINS)}, not {domain!r}")
    for bound in (lower, upper):
        if not (bound is None or callable(bound) or _is_finite(bound)):
            raise AlgebraError(f"variable '{doc}': a bound must be a finite number, a rule, or None for no bound, not {bound!r}")

    def bounds(model: Any, *index: Any) -> tuple[Any, Any]:
        arguments = index if sets else ()  # Pyomo gives the index None to a single variable
        return (
            lower(model, *arguments) if callable(lower) else lower,
            upper(model, *arguments) if callable(upper) else upper,
        )

    created = pyo.Var(*sets, bounds=bounds, within=DOMAINS[domain], dense=not sets, doc=doc)
    created.declared = DeclaredBounds(lower, upper, domain)
    return created


@dataclass(frozen=True)
class DeclaredBounds:
    """What `variable` was told, for all indices at once."""

    lower: Bound
    upper: Bound
    domain: Domain


@dataclass(frozen=True)
class Family:
    """One registered rule: a constraint family, or a term of the objective."""

    name: str
    sets: tuple[Any, ...]
    rule: Rule


@dataclass
class Registry:
    """The constraint families and objective terms of one model, in the order in which they were registered."""

    constraints: dict[str, Family] = field(default_factory=dict)
    terms: dict[str, Family] = field(default_factory=dict)
    labels: Labels = field(default_factory=Labels)
    attached: set[str] | None = None  # names of the Pyomo components that attach made

    def add(self, kind: dict[str, Family], family: Family) -> None:
        """Register a family among the constraints or among the terms."""
        if self.attached is not None:
            raise AlgebraError("the model is already attached: register every family before").within(family.name, family.rule)
        if family.name in kind:
            raise AlgebraError("this name is already registered: names are unique").within(family.name, family.rule)
        kind[family.name] = family


def registry(m: Any) -> Registry:
    """The registry of a model, which is made on first use."""
    if not hasattr(m, "algebra_registry"):
        m.algebra_registry = Registry()
    found: Registry = m.algebra_registry
    return found


def use_labels(m: Any, labels: Labels) -> None:
    """Frames with these labels are then read as they are. Call it before the model is compiled."""
    registry(m).labels = labels


def constrain(m: Any, name: str, *sets: Any, rule: Rule) -> None:
    """Register a constraint family on a `pyo.ConcreteModel`.

    Args:
        name: unique among the families of the model.
        sets: index sets; none for a single row.
        rule: `rule(m, *index)`, returning one `<=`, `>=` or `==`. Several names may share a rule.
    """
    families = registry(m)
    families.add(families.constraints, Family(name, sets, rule))


def term(m: Any, name: str, *sets: Any, rule: Rule) -> None:
    """Register a term of the objective, which is minimised: the sum of `rule(m, *index)` over all indices.

    Args:
        name: unique among the terms of the model.
        sets: index sets; none for a single expression.
        rule: `rule(m, *index)`, returning a linear expression or a number.
    """
    families = registry(m)
    families.add(families.terms, Family(name, sets, rule))


def _frame_of(values: Mapping[Any, float]) -> pd.DataFrame:
    """A dict from index to number as a table, its key columns first."""
    keys = [key if isinstance(key, tuple) else (key,) for key in values]
    width = len(keys[0]) if keys else 1
    uneven = next((key for key in keys if len(key) != width), None)
    if uneven is not None:
        raise AlgebraError(f"parameter: the index {uneven} does not have {width} labels as the first one", index=uneven)
    columns: dict[Any, Any] = {position: pd.Series([key[position] for key in keys], dtype=object) for position in range(width)}
    return pd.DataFrame({**columns, "value": list(values.values())})


def _is_finite(number: Any) -> bool:
    return isinstance(number, (int, float, np.number)) and math.isfinite(number)
