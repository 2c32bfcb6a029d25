"""How a model is stated: index sets, neighbours, parameters, variables, constraint families and terms of the objective.

Everything made here is an ordinary Pyomo component, or (for neighbours) behaves like one when it is looked up with real labels.
The table behind a component is kept with it, so that the expansion reads whole columns and never one member at a time.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from .errors import AlgebraError

Rule = Callable[..., Any]
Bound = float | Rule | None
Domain = Literal["continuous", "integer", "binary"]

DOMAINS = {"continuous": pyo.Reals, "integer": pyo.Integers, "binary": pyo.Binary}


def index_set(frame: pd.DataFrame | Iterable[Any], doc: str = "") -> Any:
    """A Pyomo Set whose members are the rows of a frame, or the labels of a list.

    Args:
        frame: one column per dimension, at least one, no member twice; or a plain list of labels. May be empty.
        doc: meaning, for readers.

    Returns:
        A `pyo.Set` of dimension = number of columns, which keeps the frame.

    Raises:
        AlgebraError: no column, a missing label, or a member given twice.
    """
    if not isinstance(frame, pd.DataFrame):
        labels = list(frame)
        if any(isinstance(label, tuple) for label in labels):
            raise AlgebraError(f"index set '{doc}': give a frame, with one column per dimension, instead of a list of tuples")
        frame = pd.DataFrame({None: pd.Series(labels, dtype=object if not labels else None)})
    _check_columns(frame, f"index set '{doc}'")
    members = _members(frame)
    if len(set(members)) < len(members):
        twice = members[int(frame.duplicated().to_numpy().argmax())]
        raise AlgebraError(f"index set '{doc}': the member {twice} is given twice")
    created = pyo.Set(initialize=members, dimen=frame.shape[1], doc=doc)
    created.frame = frame.copy(deep=False)  # later changes of the caller's frame do not reach it
    return created


class Neighbours:
    """Ragged lists: for each key, the members that belong to it. Made by `neighbours`.

    Looked up with real labels it gives a list, `[]` for a key without members. Inside an expanded rule it gives one symbolic member.
    """

    def __init__(self, frame: pd.DataFrame, by: tuple[str, ...]) -> None:
        self.by = by
        self.members = tuple(column for column in frame.columns if column not in by)
        self.frame = frame[[*by, *self.members]]
        self._lists: dict[tuple[Any, ...], list[Any]] | None = None

    def __repr__(self) -> str:
        return f"neighbours({', '.join(map(str, self.members))} by {', '.join(self.by)})"

    def __getitem__(self, key: Any) -> list[Any]:
        labels = key if isinstance(key, tuple) else (key,)
        if len(labels) != len(self.by):
            raise AlgebraError(f"{self} takes {len(self.by)} indices, {len(labels)} given")
        if self._lists is None:
            self._lists = self._group()
        return list(self._lists.get(labels, ()))

    def _group(self) -> dict[tuple[Any, ...], list[Any]]:
        keys = _tuples(self.frame[list(self.by)])
        members = _members(self.frame[list(self.members)])
        lists: dict[tuple[Any, ...], list[Any]] = {}
        for key, member in zip(keys, members, strict=True):
            lists.setdefault(key, []).append(member)
        for key, listed in lists.items():
            if len(set(listed)) < len(listed):
                raise AlgebraError(f"{self}: a member of {key} is given twice", index=key)
        return lists


def neighbours(frame: pd.DataFrame, *by: str) -> Neighbours:
    """Ragged lists from a table: the columns named in `by` are the key, the others (in frame order) the members.

    Assign the result to the model as a plain attribute: `m.LINKS_IN = neighbours(links, "region", "commodity")`.

    Raises:
        AlgebraError: no key column, no member column, an unknown column or a missing label; when first used, a row given twice.
    """
    if not by:
        raise AlgebraError("neighbours need at least one key column: use an index_set for a list without a key")
    unknown = [column for column in by if column not in frame.columns]
    if unknown:
        raise AlgebraError(f"neighbours: no column {unknown} in the frame, which has {list(frame.columns)}")
    if len(by) == frame.shape[1]:
        raise AlgebraError("neighbours: all columns are keys, none is left for the members")
    _check_columns(frame, f"neighbours by {', '.join(by)}")
    return Neighbours(frame, by)


class Table:
    """The values of one parameter: key columns and numbers. Single values are looked up in a dict made on first use."""

    def __init__(self, values: pd.DataFrame, default: float | None, owner: str) -> None:
        *self.keys, numbers = columns_of(values)
        try:
            self.numbers = numbers.to_numpy(dtype=float, na_value=np.nan, copy=True)
        except (TypeError, ValueError) as error:
            raise AlgebraError(f"{owner}: the last column of the table must hold numbers: {error}") from None
        self.default = default
        self._single: dict[tuple[Any, ...], float] | None = None

    def at(self, parameter: str, key: tuple[Any, ...]) -> float:
        """The value at one index."""
        if self._single is None:
            keys = zip(*(column.tolist() for column in self.keys), strict=True)
            self._single = dict(zip(keys, self.numbers.tolist(), strict=True))
        value = self._single.get(key, self.default)
        if value is None:
            raise AlgebraError(f"parameter {parameter} has no value at {key}, and no default", index=key)
        return value


def parameter(*sets: Any, values: pd.DataFrame | Mapping[Any, float] | float, default: float | None = None, doc: str = "") -> Any:
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
        if isinstance(values, (pd.DataFrame, Mapping)) or not _is_finite(values):
            raise AlgebraError(f"parameter '{doc}' without index sets needs one finite number, not {values!r}")
        return pyo.Param(initialize=float(values), within=pyo.Reals, doc=doc)
    if isinstance(values, Mapping):
        values = _frame_of(values)
    if not isinstance(values, pd.DataFrame):
        raise AlgebraError(f"parameter '{doc}' with index sets needs a table or a dict, not the number {values}")
    if values.shape[1] < 2:
        raise AlgebraError(f"parameter '{doc}': the table needs its key columns and the numbers, it has the columns {list(values.columns)}")
    table = Table(values, default, f"parameter '{doc}'")
    wrong = np.flatnonzero(~np.isfinite(table.numbers))
    if wrong.size:
        key = tuple(column.iloc[[wrong[0]]].tolist()[0] for column in table.keys)
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


def columns_of(frame: pd.DataFrame) -> list[pd.Series]:
    """The columns of a frame in order, also where a name occurs twice."""
    return [column for _, column in frame.items()]


def _members(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame: labels if it has one column, else tuples."""
    return columns_of(frame)[0].tolist() if frame.shape[1] == 1 else _tuples(frame)


def _tuples(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(zip(*(column.tolist() for column in columns_of(frame)), strict=True))


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


def _check_columns(frame: pd.DataFrame, what: str) -> None:
    if frame.shape[1] == 0:
        raise AlgebraError(f"{what}: the frame has no column")
    for column in columns_of(frame):
        missing = np.asarray(column.array.isna())
        if missing.any():
            raise AlgebraError(f"{what}: a label is missing in column '{column.name}', row {int(missing.argmax())} of the frame")
