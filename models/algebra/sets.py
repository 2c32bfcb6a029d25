"""Index sets and neighbours: what rules run over. The table behind each is kept with it, so that the expansion reads whole columns."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
from pyomo.core.base.set import OrderedSetOf

from .errors import AlgebraError
from .frame import Frame


def index_set(frame: pd.DataFrame | Frame | Iterable[Any], doc: str = "") -> Any:
    """A Pyomo Set whose members are the rows of a frame, or the labels of a list; they are listed only when Pyomo asks for them.

    Args:
        frame: one column per dimension, at least one, no member twice; or a plain list of labels. May be empty.
        doc: meaning, for readers.

    Returns:
        A Pyomo Set of dimension = number of columns, which keeps the frame.

    Raises:
        AlgebraError: no column, a missing label, or a member given twice (of a Frame of codes: when compiled).
    """
    if not isinstance(frame, (pd.DataFrame, Frame)):
        labels = list(frame)
        if any(isinstance(label, tuple) for label in labels):
            raise AlgebraError(f"index set '{doc}': give a frame, with one column per dimension, instead of a list of tuples")
        frame = pd.DataFrame({None: pd.Series(labels, dtype=object if not labels else None)})
    if isinstance(frame, pd.DataFrame):
        _check_columns(frame, f"index set '{doc}'")
        frame = frame.copy(deep=False)  # later changes of the caller's frame do not reach it
        twice = frame.duplicated().to_numpy()
        if twice.any():
            raise AlgebraError(f"index set '{doc}': the member {_members(frame)[int(twice.argmax())]} is given twice")
    return FrameSet(frame, doc)


class Members(Sequence[Any]):
    """The rows of a frame as Pyomo lists members: labels if it has one column, else tuples. Listed when first asked for."""

    def __init__(self, frame: pd.DataFrame | Frame) -> None:
        self.frame = frame
        self._places: dict[Any, int] | None = None

    def _listed(self) -> dict[Any, int]:
        if self._places is None:
            self._places = {member: place for place, member in enumerate(_members(self.frame))}
        return self._places

    def __len__(self) -> int:
        return len(self.frame)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._listed())

    def __contains__(self, member: object) -> bool:
        return member in self._listed()

    def __getitem__(self, place: Any) -> Any:
        return list(self._listed())[place]

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Where a member stands. Raises ValueError if it is none."""
        if value not in self._listed():
            raise ValueError(f"{value} is not a member")
        return self._listed()[value]


class FrameSet(OrderedSetOf):  # type: ignore[misc]  # Pyomo is not typed
    """A Pyomo Set over the rows of a frame. Made by `index_set`."""

    def __init__(self, frame: pd.DataFrame | Frame, doc: str) -> None:
        self.frame = frame
        super().__init__(Members(frame), ctype=pyo.Set, doc=doc)

    @property
    def dimen(self) -> int:
        """Number of columns."""
        return len(self.frame.columns)


class Neighbours:
    """Ragged lists: for each key, the members that belong to it. Made by `neighbours`.

    Looked up with real labels it gives a list, `[]` for a key without members. Inside an expanded rule it gives one symbolic member.
    """

    def __init__(self, frame: pd.DataFrame | Frame, by: tuple[str, ...]) -> None:
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
        keys = tuples_of(self.frame[list(self.by)])
        members = _members(self.frame[list(self.members)])
        lists: dict[tuple[Any, ...], list[Any]] = {}
        for key, member in zip(keys, members, strict=True):
            lists.setdefault(key, []).append(member)
        for key, listed in lists.items():
            if len(set(listed)) < len(listed):
                raise AlgebraError(f"{self}: a member of {key} is given twice", index=key)
        return lists


def neighbours(frame: pd.DataFrame | Frame, *by: str) -> Neighbours:
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
    if len(by) == len(frame.columns):
        raise AlgebraError("neighbours: all columns are keys, none is left for the members")
    if isinstance(frame, pd.DataFrame):
        _check_columns(frame, f"neighbours by {', '.join(by)}")
    return Neighbours(frame, by)


def columns_of(frame: pd.DataFrame) -> list[pd.Series]:
    """The columns of a frame in order, also where a name occurs twice."""
    return [column for _, column in frame.items()]


def tuples_of(frame: pd.DataFrame | Frame) -> list[tuple[Any, ...]]:
    """The rows of a frame as tuples of labels."""
    columns = [frame.decoded(name) for name in frame.columns] if isinstance(frame, Frame) else [column.tolist() for column in columns_of(frame)]
    return list(zip(*columns, strict=True))


def _members(frame: pd.DataFrame | Frame) -> list[Any]:
    """The rows of a frame: labels if it has one column, else tuples."""
    rows = tuples_of(frame)
    return [row[0] for row in rows] if len(frame.columns) == 1 else rows


def _check_columns(frame: pd.DataFrame, what: str) -> None:
    if frame.shape[1] == 0:
        raise AlgebraError(f"{what}: the frame has no column")
    for column in columns_of(frame):
        missing = np.asarray(column.array.isna())
        if missing.any():
            raise AlgebraError(f"{what}: a label is missing in column '{column.name}', row {int(missing.argmax())} of the frame")
