"""What a policy row would have to be, in the planner's own number, and the changes of the tables that make it so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.instance import Instance
from optimizer.change import Change

COLUMNS = ["region", "destination", "commodity", "equipment", "route", "party", "slice", "period"]
HAIR = 1e-6
"""Share by which a number is loosened beyond what is needed, so that rounding does not undo it."""


def new_values(instance: Instance, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows (policy, member, period, sense, value, fraction, left, right, given: by how much it gives way, in the unit of the left side) with
    `new_value` (the number that it would have to be: Σ left / Σ right for a fraction) and `plainly` (can that number be written into
    the tables? not growth factors per year and values with a unit of their own)."""
    heads = instance.tables["policies"].sort_values("row", kind="stable").drop_duplicates("policy").set_index("policy")
    per_year = rows["policy"].map(heads["per_year"]).eq("yes").to_numpy()
    units = rows["policy"].map(heads["unit"]).ne("").to_numpy()
    looser = np.where(rows["sense"] == ">=", -1.0, np.where(rows["sense"] == "<=", 1.0, np.sign(rows["given"])))
    base = rows["right"] / rows["value"].where(rows["value"] != 0)
    wanted = rows["right"] + rows["given"]
    value = np.where(rows["fraction"], wanted / base, rows["value"] + rows["given"])
    value = value + looser * HAIR * np.maximum(np.abs(value), HAIR)
    return rows.assign(new_value=value, plainly=np.isfinite(value) & ~per_year & ~units)


def changes(instance: Instance, rows: pd.DataFrame) -> list[Change]:
    """The changes that loosen the rows of `new_values`."""
    policies = instance.tables["policies"].sort_values("row", kind="stable")
    out: list[Change] = []
    for policy, own in rows.groupby("policy", sort=False):
        lines = policies[policies["policy"] == policy]
        head = lines.iloc[0]
        each = [c for c in head["each"].split("|") if c]
        keys = [_key(each, member, period) for member, period in zip(own["member"], own["period"], strict=True)]
        if own["plainly"].all():
            out += _values(instance, str(policy), head, keys, own["new_value"].tolist())
        else:
            out += _constants(str(policy), int(lines["row"].max()) + 1, own, keys)
    return out


def _key(each: list[str], member: str, period: str) -> dict[str, str]:
    """The key cells of `policy_values` for one written row."""
    return (dict(zip(each, member.split("|"), strict=True)) if each else {}) | ({"period": period} if period else {})


def _values(instance: Instance, policy: str, head: pd.Series, keys: list[dict[str, str]], values: list[float]) -> list[Change]:
    """New numbers: in the head where it has one row for all, else in `policy_values`."""
    written, only = np.isfinite(head["value"]), not head["each"] and len(instance.tables["periods"]) == 1
    if written and only:
        return [Change("policies", {"policy": policy, "row": "1"}, "value", "set", values[0])]
    out = []
    if written:
        out.append(Change("policies", {"policy": policy, "row": "1"}, "value", "set", ""))
        out.append(Change("policy_values", how="insert", value={"policy": policy, "value": float(head["value"])}))
    table = instance.tables["policy_values"]
    own = table[(table["policy"] == policy) & table["row"].isna() & table["value"].notna()]
    for key, value in zip(keys, values, strict=True):
        same = [line for line in own[COLUMNS].to_dict("records") if all(_means(instance, c, line[c], key.get(c, "")) for c in COLUMNS)]
        if same:
            out.append(Change("policy_values", {"policy": policy, "row": ""} | same[0], "value", "set", value))
        else:
            out.append(Change("policy_values", how="insert", value={"policy": policy, "value": value} | key))
    return out


def _means(instance: Instance, column: str, cell: str, wanted: str) -> bool:
    """Does a cell stand for just this one name? Blank does where there is no other."""
    if cell == wanted or column == "party" or not wanted:
        return cell == wanted
    return set(instance.names.members(cell, column)) == {wanted}


def _constants(policy: str, number: int, rows: pd.DataFrame, keys: list[dict[str, str]]) -> list[Change]:
    """What is given, taken off the left side as a row of its own."""
    row: dict[str, Any] = {"policy": policy, "row": number, "side": "left", "metric": "constant"}
    out = [Change("policies", how="insert", value=row), Change("policy_values", how="insert", value={"policy": policy, "row": number, "value": 0})]
    for key, given in zip(keys, rows["given"], strict=True):
        out.append(Change("policy_values", how="insert", value={"policy": policy, "row": number, "value": -given * (1 + HAIR)} | key))
    return out
