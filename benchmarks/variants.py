"""Larger relatives of a shipped instance, made from its own tables: what the solver is measured on beside the instance itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from models import InputError, Instance
from models.formulation import build
from models.tables import TABLES

DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
SEASONS = {"spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11), "winter": (12, 1, 2)}
FACTORS = Path(__file__).parents[1] / "instances" / "china" / "raw" / "capacity_factor_monthly.csv"


def monthly(china: Instance) -> Instance:
    """The China instance with twelve months in place of four seasons.

    An amount of a season [unit/yr in the season] is shared out by the days of its months, for hydro, wind and sunshine by the days times the
    monthly mean capacity factor of the province [1]; the availability of wind and PV [1] is that factor. The year keeps its sums.
    Raises InputError if the tables do not fit together.
    """
    months = pd.DataFrame(
        [(season, f"m{month:02}", month, DAYS[month - 1]) for season, members in SEASONS.items() for month in members],
        columns=["slice", "name", "month", "days"],
    ).sort_values("month")
    factor = pd.read_csv(FACTORS).pivot(index=["province", "month"], columns="technology", values="cf_mean")
    factor = factor.fillna(factor.groupby("month").mean())  # a province without a series takes the mean of all
    kinds = {"hydro": factor["hydro"], "wind and PV of today": factor["wind"] + factor["solar"], "wind": factor["wind"], "solar": factor["solar"]}

    def split(table: str, by: str | None, amounts: tuple[str, ...], mean: bool = False) -> pd.DataFrame:
        """The rows of a table by month: `amounts` follow days × the factor of what `by` names, or are a mean over the days of the season."""
        frame = china.tables[table]
        whole, rows = frame[frame["slice"] == ""], frame[frame["slice"] != ""]
        rows = rows.reset_index(names="line").merge(months, on="slice", how="left").sort_values(["line", "month"])
        weight = rows["days"].to_numpy(float, copy=True)
        for name, values in kinds.items() if by else ():
            at = (rows[by] == name).to_numpy()
            where = pd.MultiIndex.from_frame(rows.loc[at, ["region", "month"]])
            weight[at] *= values.reindex(where).to_numpy(float)
        rows["weight"] = weight
        total = rows.groupby("line")[["weight", "days"]].transform("sum")
        share = rows["weight"] / total["weight"] * ((total["days"] / rows["days"]) if mean else 1.0)
        for amount in amounts:
            rows[amount] = rows[amount] * share
        split_rows = rows.assign(slice=rows["name"])[list(frame.columns)]
        return pd.concat([whole, split_rows], ignore_index=True)

    slices = months.assign(slice=months["name"], season="", share=months["days"] / DAYS.sum())[["slice", "season", "share"]]
    return china.replace(
        {
            "slices": slices.reset_index(drop=True),
            "availability": split("availability", "equipment", ("amount",), mean=True),
            "sources": split("sources", "supplier", ("min", "max")),
            "markets": split("markets", None, ("demand", "max")),
            "policy_values": split("policy_values", None, ("value",)),
        }
    )


def province(china: Instance, name: str, prices: pd.Series) -> Instance:
    """One province of the China instance, with the rest of the country as a supplier of every commodity at `prices` (by commodity and period).

    Rows of other places go, groups become the province; of policies those stay that hold province by province and count something here. Raises
    InputError if what is left is no instance.
    """
    names, tables = china.names, {}
    for table, frame in china.tables.items():
        own, size = frame.copy(), pd.Series(0, index=frame.index)
        for column in ("region", "origin", "destination", "new_region", "old_region"):
            if column in own:
                members = [(name,) if cell in ("", "*") else names.members(cell, "region") for cell in own[column]]
                size = size[own.index] + [len(m) for m in members]
                own = own[np.array([name in m for m in members], dtype=bool)]
                own[column] = own[column].where(own[column].isin(["", "*"]), name)
        keys = [column.name for column in TABLES[table].keys]
        windows = [c for c in ("from", "until") if c in own]
        most_specific = size[own.index].sort_values(kind="stable").index
        tables[table] = own.loc[most_specific].drop_duplicates([*keys, *windows]).sort_index() if keys and table != "policies" else own
    tables["regions"] = tables["regions"].assign(groups="")
    tables["links"] = tables["links"].iloc[:0]
    tables["freight"] = tables["freight"].iloc[:0]
    heads = china.tables["policies"].drop_duplicates("policy")
    kept = set(heads.loc[heads["each"].str.contains("region"), "policy"]) & set(tables["policies"]["policy"])
    supplied = [
        {"region": name, "commodity": commodity, "supplier": "the country", "period": period, "price": float(max(price, 1e-3))}
        for (commodity, period), price in prices.items()
        if np.isfinite(price)
    ]
    tables["sources"] = pd.concat([tables["sources"], pd.DataFrame(supplied)], ignore_index=True)
    while True:
        for table in ("policies", "policy_values"):
            tables[table] = tables[table][tables[table]["policy"].isin(kept)]
        try:
            given = {table: frame.drop(columns="_row", errors="ignore") for table, frame in tables.items() if len(frame)}
            settings = {key: value for key, value in china.settings.__dict__.items() if value not in ("", ())}
            instance = Instance.from_frames(given, **settings)
            build(instance)
            return instance
        except InputError as error:
            idle = {policy for policy in kept if any(f"policy {policy}:" in p.text("en") or f"of {policy}" in p.text("en") for p in error.problems)}
            if not idle:
                raise
            kept -= idle
