"""What the components of a model are as arrays: index sets, parameter values, neighbour lists, columns and their bounds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from .coding import IndexSet, Listed, Product, labels_at
from .declare import Table, registry
from .errors import AlgebraError
from .frame import Frame
from .labels import Floats, Integers
from .sets import FrameSet, Neighbours, columns_of
from .tracing import member_dimension


@dataclass(frozen=True)
class Lists:
    """Ragged lists: the members of key number i are those from start[i], count[i] of them. The last key (-1) is empty."""

    keys: IndexSet
    strict: bool
    start: Integers
    count: Integers
    members: list[Integers]


class ModelData:
    """The arrays of one model, each made once, when first needed."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.labels = registry(model).labels
        self._sets: dict[int, IndexSet] = {}
        self._values: dict[int, Floats] = {}
        self._lists: dict[int, Lists] = {}
        self._kept: list[Any] = []  # keeps alive what the dicts above know by its id
        self.variables: dict[str, Any] = {}
        self.first_column: dict[str, int] = {}
        self.column_count = 0
        for variable in model.component_objects(pyo.Var, descend_into=False):
            self.variables[variable.name] = variable
            self.first_column[variable.name] = self.column_count
            self.column_count += self.index_of(variable).count

    # index sets

    def index_of(self, component: Any) -> IndexSet:
        """The index set of a Param or Var."""
        return self.index_set(component.index_set()) if component.is_indexed() else Product([])

    def product(self, sets: tuple[Any, ...]) -> IndexSet:
        """The index set of a rule that runs over several sets, or over the rows of a Frame."""
        if len(sets) == 1 and isinstance(sets[0], Frame):
            return Listed(self._encode_frame(sets[0], "rows"), self.labels, tuple(sets[0].columns))
        return self.index_set(sets[0]) if len(sets) == 1 else Product([self.index_set(one) for one in sets])

    def index_set(self, source: Any) -> IndexSet:
        """A Pyomo Set, or product of Sets, in codes."""
        known = self._sets.get(id(source))
        if known is None:
            if getattr(source, "ctype", None) not in (pyo.Set, pyo.RangeSet) or source.is_indexed():
                raise AlgebraError(f"{source} is not a single index set: use index_set(...), a Pyomo Set or a product of them")
            if not source.is_constructed() or (isinstance(source, FrameSet) and source.parent_block() is None):
                raise AlgebraError("an index set is not on the model: assign it first, as in m.R = index_set(...)")
            parts = list(source.subsets(expand_all_set_operators=False))
            known = Product([self.index_set(part) for part in parts]) if len(parts) > 1 else self._listed(source)
            self._sets[id(source)] = known
            self._kept.append(source)
        return known

    def _listed(self, source: Any) -> Listed:
        if not source.isfinite():
            raise AlgebraError(f"set {source.name} is not finite")
        frame = getattr(source, "frame", None)
        if frame is None:
            members = list(source)
            dimension = member_dimension(source) if members else _dimension_or(source, 1)
            columns = self._encode_members(members, dimension, source.name)
            return Listed(columns, self.labels, [None] * len(columns))
        listed = Listed(self._encode_frame(frame, source.name), self.labels, [name if isinstance(name, str) else None for name in frame.columns])
        if isinstance(frame, Frame):
            twice = listed.repeated()
            if twice.size:
                raise AlgebraError(f"index set {source.name}: the member {labels_at(listed, self.labels, int(twice[0]))} is given twice")
        return listed

    def _encode_members(self, members: list[Any], dimension: int, owner: str) -> list[Integers]:
        if dimension == 1:
            return [self.labels.encode(members, owner)]
        return [self.labels.encode([member[number] for member in members], owner) for number in range(dimension)]

    def _encode_frame(self, frame: pd.DataFrame | Frame, owner: str) -> list[Integers]:
        if not isinstance(frame, Frame):
            return [self.labels.encode(column, owner) for column in columns_of(frame)]
        if frame.labels is self.labels:
            return list(frame.columns.values())
        return [self.labels.encode(frame.decoded(name), owner) for name in frame.columns]

    # parameters

    def values(self, parameter: Any) -> Floats:
        """The values of a Param in the order of its index set; NaN where it has none."""
        known = self._values.get(id(parameter))
        if known is None:
            table = getattr(parameter, "table", None)
            known = self._ordinary_values(parameter) if table is None else self._table_values(parameter, table)
            self._values[id(parameter)] = known
        return known

    def _table_values(self, parameter: Any, table: Table) -> Floats:
        columns = self._encode_frame(table.keys, f"parameter {parameter.name}")
        return self._placed(parameter, columns, table.numbers, np.nan if table.default is None else table.default)

    def _ordinary_values(self, parameter: Any) -> Floats:
        if not parameter.is_indexed():
            return np.array([_number(parameter, (), parameter)])
        index = self.index_of(parameter)
        entries = parameter.extract_values()
        columns = self._encode_members(list(entries), index.dimension, parameter.name)
        numbers = np.array([_number(parameter, key, value) for key, value in entries.items()], dtype=float)
        return self._placed(parameter, columns, numbers, np.nan)

    def _placed(self, parameter: Any, columns: list[Integers], numbers: Floats, default: float) -> Floats:
        index = self.index_of(parameter)
        if len(columns) != index.dimension:
            raise AlgebraError(f"parameter {parameter.name}: its table has {len(columns)} key columns, its sets have {index.dimension} indices")
        if isinstance(index, Listed) and index.same(columns):
            return numbers
        places = index.position(columns)
        outside = places < 0
        if outside.any():
            key = self.decode_row(columns, int(outside.argmax()))
            raise AlgebraError(f"parameter {parameter.name}: a value is given at {key}, which is not in its index set", index=key)
        times = np.bincount(places, minlength=index.count)
        if times.size and times.max() > 1:
            key = labels_at(index, self.labels, int(times.argmax()))
            raise AlgebraError(f"parameter {parameter.name}: the value at {key} is given {times.max()} times", index=key)
        values = np.full(index.count, default, dtype=float)
        values[places] = numbers
        return values

    def decode_row(self, columns: list[Integers], row: int) -> tuple[Any, ...]:
        return tuple(self.labels.label(int(column[row])) for column in columns)

    def check_tables(self) -> None:
        """Place every table-backed parameter, so that a wrong index is found even where no rule uses it."""
        for parameter in self.model.component_objects(pyo.Param, descend_into=False):
            if hasattr(parameter, "table"):
                self.values(parameter)

    # neighbours

    def lists(self, source: Any) -> Lists:
        """Neighbours, or an indexed Pyomo Set, as ragged arrays."""
        known = self._lists.get(id(source))
        if known is None:
            known = self._neighbour_lists(source) if isinstance(source, Neighbours) else self._indexed_set_lists(source)
            self._lists[id(source)] = known
            self._kept.append(source)
        return known

    def _neighbour_lists(self, source: Neighbours) -> Lists:
        columns = self._encode_frame(source.frame, repr(source))
        keys, members = columns[: len(source.by)], columns[len(source.by) :]
        if not isinstance(source.frame, Frame):  # those of a Frame are compared with Pyomo's by `compare`
            twice = Listed(columns, self.labels, (*source.by, *source.members)).repeated()
            if twice.size:
                row = self.decode_row(columns, int(twice[0]))
                raise AlgebraError(f"{source}: the row {row} is given twice", index=row)
        index = Listed(keys, self.labels, source.by)  # equal keys share one position
        places = index.position(keys)
        order = np.argsort(places, kind="stable")
        count = np.bincount(places, minlength=index.count)
        return Lists(index, False, *_starts(count), [column[order] for column in members])

    def _indexed_set_lists(self, source: Any) -> Lists:
        index = self.index_set(source.index_set())
        keys = list(source.keys())
        lists = [list(source[key]) for key in keys]
        places = index.position(self._encode_members(keys, index.dimension, source.name))
        count = np.zeros(index.count, dtype=np.int64)
        count[places] = [len(members) for members in lists]
        order = np.argsort(places)
        members = [member for place in order for member in lists[place]]
        return Lists(index, True, *_starts(count), self._encode_members(members, member_dimension(source), source.name))

    # columns

    def bounds(self, evaluate_bound: Callable[[Any, Any], Floats]) -> tuple[Floats, Floats, Any]:
        """Lower and upper bound of every column, and whether it is integer."""
        lower = np.full(self.column_count, -np.inf)
        upper = np.full(self.column_count, np.inf)
        integer = np.zeros(self.column_count, dtype=bool)
        for name, variable in self.variables.items():
            index = self.index_of(variable)
            here = slice(self.first_column[name], self.first_column[name] + index.count)
            declared = getattr(variable, "declared", None)
            if declared is not None:
                integer[here] = declared.domain != "continuous"
                lower[here] = -np.inf if declared.lower is None else evaluate_bound(variable, declared.lower)
                upper[here] = np.inf if declared.upper is None else evaluate_bound(variable, declared.upper)
                if declared.domain == "binary":
                    lower[here] = np.maximum(lower[here], 0)
                    upper[here] = np.minimum(upper[here], 1)
            self._read_single_variables(variable, index, here.start, (lower, upper, integer))
        return lower, upper, integer

    def _read_single_variables(self, variable: Any, index: IndexSet, start: int, sides: tuple[Floats, Floats, Any]) -> None:
        """Bounds and domains of the single variables that exist: all of an ordinary Var, the touched ones of a `variable`."""
        lower, upper, integer = sides
        if not hasattr(variable, "declared"):
            for member in variable.index_set():
                variable[member]  # makes it, if the Var is sparse
        if not len(variable):
            return
        entries = dict(variable.items())
        columns = self._encode_members(list(entries), index.dimension, variable.name) if index.dimension else []
        places = start + np.broadcast_to(index.position(columns), len(entries))
        for place, single in zip(places.tolist(), entries.values(), strict=True):
            if single.fixed:
                raise AlgebraError(f"variable {single.name} is fixed: set its bounds instead")
            if not (single.is_continuous() or single.is_integer() or single.is_binary()):
                raise AlgebraError(f"variable {single.name}: its domain {single.domain} is neither continuous, integer nor binary")
            lower[place] = -np.inf if single.lb is None else single.lb
            upper[place] = np.inf if single.ub is None else single.ub
            integer[place] = not single.is_continuous()


def _starts(count: Integers) -> tuple[Integers, Integers]:
    """Start and count of each list, with one empty list added at the end."""
    end = np.cumsum(count)
    return np.append(end - count, 0), np.append(count, 0)


def _dimension_or(source: Any, otherwise: int) -> int:
    return source.dimen if isinstance(source.dimen, int) else otherwise


def _number(parameter: Any, key: Any, value: Any) -> float:
    number = pyo.value(value, exception=False)
    if not isinstance(number, (int, float, np.number)) or not np.isfinite(number):
        raise AlgebraError(f"parameter {parameter.name}: the value {number!r} at {key} is not a finite number")
    return float(number)
