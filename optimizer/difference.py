"""The difference of two plans: what each place builds and closes more or less, what it costs, what it emits, which policies begin to bind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optimizer.plan import Plan

AMOUNTS = {
    "costs": (["term"], "present_value"),
    "capacity": (["region", "equipment", "unit", "period"], "standing"),
    "burdens": (["burden", "unit", "period"], "amount"),
}
"""Tables of a plan whose sums are compared: key and amount."""
SMALL = 1e-6
"""Differences below this share of the larger amount are left out."""


@dataclass(frozen=True)
class Difference:
    """Two plans side by side, rows only where they differ.

    Attributes:
        costs: term, before, after, change: present value. [¤]
        capacity: region, equipment, unit, period, before, after, change: standing at the end of the period. [Q]
        burdens: burden, unit, period, before, after, change: of all regions. [b/yr]
        policies: policy, member, period, turn (`begins` or `ceases` to bind), shadow_before, shadow_after. [¤ per unit of the left side]
        money: unit of ¤. statuses, objectives: of the two plans (NaN without a plan).
        conflict: where there is no plan any more, the rows that contradict one another.

    The tables are empty unless there are two plans.
    """

    costs: pd.DataFrame
    capacity: pd.DataFrame
    burdens: pd.DataFrame
    policies: pd.DataFrame
    money: str
    statuses: tuple[str, str]
    objectives: tuple[float, float]
    conflict: tuple[str, ...] = ()

    @property
    def change(self) -> float:
        """Discounted cost after less before. [¤]"""
        return self.objectives[1] - self.objectives[0]

    @property
    def en(self) -> str:
        """One sentence that can be quoted."""
        if np.isnan(self.change):
            return f"The plan was {self.statuses[0]} and is {self.statuses[1]}."
        more = "more" if self.change >= 0 else "less"
        begin, cease = (len(self._turned(how)) for how in ("begins", "ceases"))
        turned = f"{begin} policy {'row begins' if begin == 1 else 'rows begin'} and {cease} {'ceases' if cease == 1 else 'cease'} to bind"
        return f"It costs {self._moved} {more} ({self._share:+.2%}); {turned}."

    @property
    def zh(self) -> str:
        """The same in Chinese."""
        if np.isnan(self.change):
            return f"原方案：{self.statuses[0]}；现方案：{self.statuses[1]}。"
        begin, cease = (len(self._turned(how)) for how in ("begins", "ceases"))
        more = "增加" if self.change >= 0 else "减少"
        return f"成本{more} {self._moved}（{self._share:+.2%}）；{begin} 条政策行开始起约束，{cease} 条不再起约束。"

    @property
    def _moved(self) -> str:
        amount = abs(self.change)
        return f"{amount:,.0f} {self.money}" if amount >= 1000 else f"{amount:.4g} {self.money}"

    @property
    def _share(self) -> float:
        return self.change / abs(self.objectives[0]) if self.objectives[0] else 0.0

    def to_json(self) -> str:
        """The sentence, the cost and the tables; one object."""
        tables = {name: getattr(self, name).to_dict("records") for name in ("costs", "capacity", "burdens", "policies")}
        cost = {"before": self.objectives[0], "after": self.objectives[1], "change": self.change, "unit": self.money}
        said = {"en": self.en, "zh": self.zh, "statuses": list(self.statuses)}
        return json.dumps(without_nan({**said, "cost": cost, **tables}), ensure_ascii=False, indent=1)

    def _turned(self, how: str) -> pd.DataFrame:
        return self.policies[self.policies["turn"] == how]

    def _repr_html_(self) -> str:
        from optimizer.html import difference_html

        return difference_html(self)


def without_nan(value: Any) -> Any:
    """The same with None for what is not a number, which JSON does not know."""
    if isinstance(value, dict):
        return {key: without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def difference(before: Plan, after: Plan) -> Difference:
    """What changes from one plan to another, of the same or of different instances."""
    if not (before.tables and after.tables):
        before, after = Plan(before.summary), Plan(after.summary)
    return Difference(
        _amounts(before, after, "costs"),
        _amounts(before, after, "capacity"),
        _amounts(before, after, "burdens"),
        _turns(before, after),
        str(after.summary["money_unit"]),
        (before.status, after.status),
        (_objective(before), _objective(after)),
        tuple(str(row) for row, _ in after.summary["conflict"]),
    )


def _objective(plan: Plan) -> float:
    value = plan.summary["objective"]
    return float("nan") if value is None else float(value)


def _amounts(before: Plan, after: Plan, table: str) -> pd.DataFrame:
    both = side_by_side({"before": summed(before, table), "after": summed(after, table)})
    return both.assign(change=both["after"] - both["before"])


def summed(plan: Plan, table: str) -> pd.Series:
    """The sums of a table of AMOUNTS by its key; nothing of a plan without tables."""
    key, value = AMOUNTS[table]
    if table not in plan.tables:
        return pd.Series(dtype="float64", index=pd.MultiIndex.from_tuples([], names=key) if len(key) > 1 else pd.Index([], name=key[0], dtype="str"))
    return plan[table].groupby(key, sort=False)[value].sum()


def side_by_side(sums: Mapping[str, pd.Series]) -> pd.DataFrame:
    """A column for each of the sums, 0 where one lacks a key; only rows that differ."""
    both = pd.concat(dict(sums), axis=1).fillna(0.0)
    spread, size = both.max(axis=1) - both.min(axis=1), both.abs().max(axis=1)
    return both[spread > SMALL * size.clip(lower=SMALL)].reset_index()


def _turns(before: Plan, after: Plan) -> pd.DataFrame:
    key = ["policy", "member", "period"]
    columns = [*key, "turn", "shadow_before", "shadow_after"]
    if "policies" not in before.tables or "policies" not in after.tables:
        return pd.DataFrame(columns=columns)
    rows = [plan["policies"][[*key, "binds", "shadow_price"]].set_index(key) for plan in (before, after)]
    both = rows[0].join(rows[1], how="outer", suffixes=("_before", "_after")).reset_index()
    bound, binds = (both[f"binds_{when}"].eq(True) for when in ("before", "after"))
    both["turn"] = np.where(binds & ~bound, "begins", np.where(bound & ~binds, "ceases", ""))
    both = both.rename(columns={"shadow_price_before": "shadow_before", "shadow_price_after": "shadow_after"})
    return both.loc[both["turn"] != "", columns].reset_index(drop=True)
