"""Numbers of one policy by member and period: the most specific row of `policy_values` that fits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.audit.given import Given

OF = {"region": "region", "destination": "region", "commodity": "commodity", "equipment": "equipment", "route": "route", "slice": "slice"}


class Values:
    """The rows of `policy_values` of one policy, looked up by its `each` columns and the period."""

    def __init__(self, given: Given, policy: str, each: list[str]):
        table = given.table("policy_values")
        self.given, self.each, self.table = given, each, table[table["policy"] == policy]

    def has(self, row: float) -> bool:
        """Does any row give the coefficient of line `row` of the policy?"""
        return bool((self.table["row"] == row).any())

    def of(self, rows: pd.DataFrame, number: float | None, column: str) -> np.ndarray:
        """`column` for each row (its `each` columns and `period`). `number`: the line it belongs to; NaN: the value; None: any line."""
        table = self.table[self.table[column].notna()]
        if number is not None:
            table = table[table["row"].isna() if np.isnan(number) else table["row"] == number]
        out = np.full(len(rows), np.nan)
        keys = {c: OF[c] for c in self.each if c != "party"} | {"period": "period"}
        for party in ["", *sorted(set(table["party"]) - {""})] if "party" in self.each else [""]:
            fitting = self.given.fit(table[table["party"] == party], keys)[[*keys, column]]
            found = rows[[*keys]].merge(fitting, on=list(keys), how="left")[column].to_numpy(float)
            mine = ~np.isnan(found) & ((rows["party"] == party).to_numpy() if party else True)
            out[mine] = found[mine]
        return out
