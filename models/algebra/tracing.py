"""Call a rule once with symbolic indices.

While a rule is traced it gets a `ModelView` in place of the model: a set in it yields one symbolic index, a parameter or variable gives a
`Lookup`, and `sum` collects what it adds up together with the loops that are open.
"""

import builtins
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, NoReturn

import numpy as np
import pyomo.environ as pyo

from .errors import AlgebraError
from .sets import Neighbours
from .symbols import Index, Lookup, Loop, Node, Sum, show, show_item

LABELS = (str, int, float, np.generic)


@dataclass
class Tracing:
    """The loops that are open at this moment of tracing a rule."""

    loops: list[Loop] = field(default_factory=list)


CURRENT: ContextVar[Tracing | None] = ContextVar("tracing", default=None)


def sum(items: Iterable[Any], start: Any = 0) -> Any:
    """The built-in sum; inside a rule that is being expanded it also adds up over symbolic indices."""
    tracing = CURRENT.get()
    if tracing is None:
        return builtins.sum(items, start)
    collected = Collected()
    depth = len(tracing.loops)
    for item in items:
        collected.add(item, tuple(tracing.loops[depth:]))
    collected.require_same_passes()
    if not any(loops or isinstance(item, Node) for item, loops in collected.parts):
        return builtins.sum((item for item, _ in collected.parts), start)
    if isinstance(start, Node) or start != 0:
        collected.parts.insert(0, (start, ()))
    return Sum(collected.parts)


class Collected:
    """The items of one sum, each with the loops it stands in.

    A symbolic loop makes two passes, which must give the same items: that finds what goes from member to member differently, such as
    enumerate, or zip with a list. Only the items of the first pass are summed.
    """

    def __init__(self) -> None:
        self.parts: list[tuple[Any, tuple[Loop, ...]]] = []
        self._seen: dict[str, dict[tuple[bool, ...], list[str]]] = {}

    def add(self, item: Any, loops: tuple[Loop, ...]) -> None:
        passes = tuple(loop.second_pass for loop in loops)
        if not any(passes):
            self.parts.append((item, loops))
        for loop in loops:
            loop.summed = True
        self._seen.setdefault(repr(loops), {}).setdefault(passes, []).append(show(item))

    def require_same_passes(self) -> None:
        for loops, passes in self._seen.items():
            first, *others = passes.values()
            if any(other != first for other in others):
                raise AlgebraError(
                    f"the items of a sum differ from member to member in {loops}: do not use enumerate, zip or a counter, prepare a Param"
                )


def argument_list(key: Any, what: str) -> tuple[Any, ...]:
    """The indices in `what[key]`, each a symbolic index or a label."""
    flat: list[Any] = []
    for argument in key if isinstance(key, tuple) else (key,):
        flat.extend(argument if isinstance(argument, tuple) else (argument,))
    for argument in flat:
        if isinstance(argument, (Index, *LABELS)):
            continue
        if isinstance(argument, Lookup):
            raise AlgebraError(f"{what}[{show(argument)}]: a Param or Var may be a factor, not an index: prepare neighbours and sum over them")
        if isinstance(argument, Node):
            raise AlgebraError(f"{what}[{show(argument)}]: an index cannot be computed: prepare neighbours such as PREVIOUS[t] and sum over them")
        raise AlgebraError(f"{what}[{argument!r}]: an index must be a rule index, a loop variable or a label")
    return tuple(flat)


class SetView:
    """A Set or Neighbours inside a traced rule: iterating it yields its symbolic index, in two equal passes."""

    def __init__(self, name: str, source: Any, arguments: tuple[Any, ...] | None = None) -> None:
        self._name = name
        self.source = source
        self.arguments = arguments

    def __repr__(self) -> str:
        return self._name if self.arguments is None else show_item(self._name, self.arguments)

    @property
    def ragged(self) -> bool:
        return isinstance(self.source, Neighbours) or bool(self.source.is_indexed())

    def __getitem__(self, key: Any) -> "SetView":
        if self.arguments is not None or not self.ragged:
            raise AlgebraError(f"{self} is one set and takes no index")
        return SetView(self._name, self.source, argument_list(key, self._name))

    def __getattr__(self, name: str) -> NoReturn:
        raise AlgebraError(f"{self}.{name} cannot be used in a rule: prepare neighbours or a Param for it (PREVIOUS[t], UP_TO[t], ...)")

    def __contains__(self, member: Any) -> NoReturn:
        raise AlgebraError(f"'in {self}' cannot be decided for all rows at once: sum over prepared neighbours, or use a smaller index set")

    def __len__(self) -> NoReturn:
        raise AlgebraError(f"the length or a list of {self} is not known while a rule is expanded: write sum(1 for ... in {self})")

    def __bool__(self) -> bool:
        raise AlgebraError(f"whether {self} is empty cannot be decided for all rows at once: put the rows it holds for into a Set")

    def __iter__(self) -> Iterator[Any]:
        tracing = CURRENT.get()
        if tracing is None:
            raise AlgebraError(f"{self} was kept from a rule and used outside of it")
        if self.arguments is None and self.ragged:
            raise AlgebraError(f"{self} holds one list per key and needs its indices: {self}[...]")
        depth = len(tracing.loops)
        indices = tuple(Index(name if depth == 0 else f"{name}{depth}") for name in self._member_names())
        loop = Loop(self, indices)
        for second_pass in (False, True):
            loop.second_pass = second_pass
            tracing.loops.append(loop)
            yield indices if len(indices) > 1 else indices[0]
            innermost = tracing.loops.pop() if tracing.loops else None
            if innermost is not loop or not loop.summed:
                raise AlgebraError(
                    f"the loop {loop} is not a generator inside sum(...): use sum of models.algebra, without zip, list or a for statement"
                )

    def _member_names(self) -> list[str]:
        if isinstance(self.source, Neighbours):
            return [str(member) for member in self.source.members]
        dimension = member_dimension(self.source)
        stem = self._name.lower()
        return [stem] if dimension == 1 else [f"{stem}_{position}" for position in range(dimension)]


def member_dimension(source: Any) -> int:
    """Number of labels of a member of a Set, or of the member sets of an indexed Set."""
    candidates = [source] if not source.is_indexed() else [one for one in source.values() if len(one)] or list(source.values())
    dimension = candidates[0].dimen if candidates else 1
    if not isinstance(dimension, int):
        raise AlgebraError(f"set {source.name} has members of mixed or unknown length: declare it with dimen=")
    return dimension


class ComponentView:
    """An indexed Param or Var inside a traced rule."""

    def __init__(self, name: str, component: Any) -> None:
        self._name = name
        self._component = component

    def __repr__(self) -> str:
        return self._name

    def __getitem__(self, key: Any) -> Lookup:
        return Lookup(self._name, self._component, argument_list(key, self._name))

    def __getattr__(self, name: str) -> NoReturn:
        raise AlgebraError(f"{self}.{name} cannot be used in a rule: only {self}[...] can")

    def __iter__(self) -> NoReturn:
        raise AlgebraError(f"{self} cannot be iterated in a rule: iterate its index set")


class ModelView:
    """The model inside a traced rule."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._model, name)
        if isinstance(found, Neighbours):
            return SetView(name, found)
        kind = getattr(found, "ctype", None)
        if kind is None:
            return found
        if kind in (pyo.Set, pyo.RangeSet):
            return SetView(name, found)
        if kind in (pyo.Var, pyo.Param):
            return ComponentView(name, found) if found.is_indexed() else Lookup(name, found, ())
        raise AlgebraError(f"{name}: a Pyomo {kind.__name__} cannot be used in a rule: use Sets, neighbours, Params, Vars and Python functions")

    def component(self, name: str) -> Any:
        return getattr(self, name)


@dataclass(frozen=True)
class Traced:
    """What a rule returned for its symbolic indices."""

    result: Any
    indices: tuple[Index, ...]


def trace(model: Any, rule: Callable[..., Any], dimension: int) -> Traced:
    """Call `rule(model, *indices)` once with symbolic indices."""
    indices = _rule_indices(rule, dimension)
    tracing = Tracing()
    token = CURRENT.set(tracing)
    try:
        result = rule(ModelView(model), *indices)
    finally:
        CURRENT.reset(token)
    if tracing.loops:
        raise AlgebraError(f"the loop {tracing.loops[-1]} is not a generator inside sum(...)")
    return Traced(result, indices)


def _rule_indices(rule: Callable[..., Any], dimension: int) -> tuple[Index, ...]:
    """The symbolic indices under the names that the rule gives them."""
    if isinstance(rule, FunctionType) and rule.__code__.co_argcount == dimension + 1 and not rule.__code__.co_kwonlyargcount:
        names: Sequence[str] = rule.__code__.co_varnames[1 : dimension + 1]
    else:
        names = _signed(rule, dimension)
    return tuple(Index(names[position] if position < len(names) else f"i{position}") for position in range(dimension))


def _signed(rule: Callable[..., Any], dimension: int) -> list[str]:
    """The names of the arguments of any callable, the model's left out."""
    signature = inspect.signature(rule)
    try:
        bound = signature.bind(None, *range(dimension))
    except TypeError:
        raise AlgebraError(f"the rule takes {signature} but its index sets have {dimension} indices together") from None
    return [name for name in list(bound.arguments)[1:] if signature.parameters[name].kind is not inspect.Parameter.VAR_POSITIONAL]
