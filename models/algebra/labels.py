"""Labels as small integers: every label of a model gets one code."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import AlgebraError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Labels:
    """Numbers the labels of one model: 0, 1, 2, ... in the order in which they are met."""

    def __init__(self) -> None:
        self._codes: dict[Any, int] = {}
        self._labels: list[Any] = []
        self._as_numbers = np.empty(0)

    def __len__(self) -> int:
        return len(self._labels)

    def code(self, label: Any) -> int:
        """The code of a label, -1 for one that was never met."""
        return self._codes.get(label, -1)

    def label(self, code: int) -> Any:
        return self._labels[code]

    def decode(self, codes: Integers) -> list[Any]:
        return [self._labels[code] for code in codes.tolist()]

    def encode(self, values: pd.Series | Sequence[Any], owner: str) -> Integers:
        """The codes of a column of labels; new labels are numbered. `owner` names the component in the error for a missing label."""
        column = values.array if isinstance(values, pd.Series) else pd.array(values, dtype=object)
        local, distinct = column.factorize()
        if local.size and local.min() < 0:
            raise AlgebraError(f"{owner}: an index has a missing label")
        codes: Integers = np.array([self.number(label) for label in distinct.tolist()], dtype=np.int64)
        column_codes: Integers = codes[local]
        return column_codes

    def number(self, label: Any) -> int:
        """The code of a label, a new one if it was never met."""
        label = label.item() if isinstance(label, np.generic) else label
        code = self._codes.setdefault(label, len(self._labels))
        if code == len(self._labels):
            self._labels.append(label)
        return code

    def as_numbers(self) -> Floats:
        """The labels as numbers where they are numbers, else NaN; by code."""
        added = self._labels[len(self._as_numbers) :]
        if added:
            numbers = [label if isinstance(label, (int, float)) else np.nan for label in added]
            self._as_numbers = np.concatenate([self._as_numbers, numbers])
        return self._as_numbers
