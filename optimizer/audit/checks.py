"""What was checked: rows of a rule, each with what the tables say and what the plan says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

TOLERANCE = 1e-6
"""Two numbers agree if they differ by at most this, times the size of the terms they are made of and the floor of their kind of rule."""
COLUMNS = ["rule", "where", "recomputed", "reported", "difference", "unit", "size"]


def gather(on: Sequence[str], *frames: pd.DataFrame) -> pd.DataFrame:
    """One row per key: every number column of the frames, summed; 0 where a frame has no such key."""
    parts = [frame[[*on, *(c for c in frame.columns if c not in on and pd.api.types.is_numeric_dtype(frame[c]))]] for frame in frames]
    names = list(dict.fromkeys(c for part in parts for c in part.columns if c not in on))
    full = [part.reindex(columns=[*on, *names]) for part in parts if len(part)]
    if not full:
        return pd.DataFrame({c: pd.Series(dtype="float64" if c in names else "str") for c in [*on, *names]})
    both = pd.concat(full, ignore_index=True)
    both[names] = both[names].astype("float64").fillna(0.0)
    return both.groupby(list(on), as_index=False, sort=False)[names].sum()


def number(labels: pd.Series, of: Any) -> pd.Series:
    """The number of each label (a Series by label, or a dict); NaN where there is none."""
    return labels.map(of).astype("float64") if len(labels) else pd.Series(index=labels.index, dtype="float64")


Rule: TypeAlias = str | pd.Series


@dataclass
class Checks:
    """Everything that was checked, rule by rule."""

    frames: list[pd.DataFrame] = field(default_factory=list)

    def equal(self, rule: Rule, rows: pd.DataFrame, on: Sequence[str], recomputed: str, reported: str, size: Any = None, unit: str = "") -> None:
        """Two columns of `rows` must be the same. `size`: of the terms they are made of; `on`: the labels that say where;
        `rule`: one name, or one per row."""
        self._add(rule, rows, on, rows[recomputed], rows[reported], rows[reported] - rows[recomputed], size, unit)

    def at_most(self, rule: Rule, rows: pd.DataFrame, on: Sequence[str], amount: str, limit: str, size: Any = None, unit: str = "") -> None:
        """One column of `rows` may not exceed another (a limit that is not given does not bind)."""
        over = (rows[amount] - rows[limit]).fillna(0.0).clip(lower=0.0)
        self._add(rule, rows, on, rows[limit], rows[amount], over, size, unit)

    def _add(
        self,
        rule: str,
        rows: pd.DataFrame,
        on: Sequence[str],
        recomputed: pd.Series,
        reported: pd.Series,
        difference: pd.Series,
        size: Any,
        unit: str,
    ) -> None:
        if not len(rows):
            return
        labels = [", ".join(str(v) for v in key if str(v)) for key in rows[list(on)].itertuples(index=False, name=None)]
        if size is None:
            size = np.maximum(recomputed.abs().replace(np.inf, 0.0).fillna(0.0), reported.abs().fillna(0.0))
        columns = {
            "rule": rule if isinstance(rule, str) else rule.loc[rows.index].to_numpy(), "where": labels,
            "recomputed": recomputed.to_numpy(float), "reported": reported.to_numpy(float),
            "difference": difference.to_numpy(float), "unit": unit, "size": np.broadcast_to(np.asarray(size, float), len(rows)),
        }  # fmt: skip
        self.frames.append(pd.DataFrame(columns))

    def rows(self) -> pd.DataFrame:
        """Every row checked, with `relative` (its deviation by the size of its terms and the floor of its kind of rule: the largest size in it, at
        most 1, so that no unit is too large for a mistake to be seen) and `agrees`."""
        every = pd.concat([f for f in self.frames if len(f)], ignore_index=True) if self.frames else pd.DataFrame(columns=COLUMNS)
        size, off = every["size"].astype(float), every["difference"].astype(float).abs()
        kind = every["rule"].str.partition(":")[0] if len(every) else every["rule"]
        whole = size + size.groupby(kind, sort=False).transform("max").clip(upper=1.0)
        return every.assign(relative=np.where(off == 0, 0.0, (off / whole).fillna(np.inf)), agrees=off <= TOLERANCE * whole)
