"""A blanket cut as changes of tables: which capacity is cut where and when, what may not answer to it, and the target that is to be met."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.formulation import build
from models.formulation.board import Board
from models.formulation.keys import lookup
from models.instance import Instance
from models.problems import InputError, Problem, nearest, rule
from optimizer.plan import Plan

EVERYTHING = "industry"
"""The tag that is cut where no scope is given."""


@dataclass(frozen=True)
class Scope:
    """What is cut: `places` (equipment, region, period, slice, amount: availability before the cut), in the `periods` of the cut."""

    cells: tuple[str, ...]
    periods: tuple[str, ...]
    places: pd.DataFrame
    board: Board

    @property
    def equipment(self) -> list[str]:
        return sorted(set(self.places["equipment"]))

    @property
    def regions(self) -> list[str]:
        return sorted(set(self.places["region"]))

    @property
    def window(self) -> dict[str, float]:
        """The cells `from` and `until` of a policy over these periods."""
        start = dict(zip(*(self.board.labelled("periods")[c] for c in ("t", "start")), strict=True))
        return {"from": start[self.periods[0]], "until": start[self.periods[-1]]}


def read_scope(instance: Instance, scope: Sequence[str], first: str, last: str, problems: list[Problem]) -> Scope:
    """The capacity that can stand in the cells `EQUIPMENT|TAG[@REGION|GROUP]`, from the period `first` to `last`. Without cells: the equipment
    tagged `industry`, or all where nothing has the tag. Raises InputError with `problems` and its own."""
    names, board = instance.names, build(instance).board
    cells = tuple(scope) or ((EVERYTHING,) if names.members(EVERYTHING, "equipment") else ("*",))
    order = list(names.kinds["period"])
    for option, given in (("--from", first), ("--until", last)):
        if given and given not in order:
            problems.append(_unknown(option, given, "period", order))
    begin, end = (order.index(p) if p in order else default for p, default in ((first, 0), (last, len(order) - 1)))
    if begin > end:
        problems.append(rule(f"ends before it begins ({order[begin]})", f"早于起始时期（{order[begin]}）", file="--until", value=last))
    standing = board.labelled("capacities").rename(columns={"r": "region", "q": "equipment", "t": "period"})
    standing = standing[standing["period"].isin(order[begin : end + 1])]
    wanted = [_in_cell(instance, cell, standing, problems) for cell in cells]
    if problems:
        raise InputError(problems)
    places = standing[np.any(wanted, axis=0)].reset_index(drop=True)
    return Scope(cells, tuple(order[begin : end + 1]), _available(board, places), board)


def _unknown(option: str, given: str, what: str, known: Iterable[str]) -> Problem:
    return Problem("unknown_name", file=option, value=given, said={"what": what, "near": nearest(given, known)})


def _in_cell(instance: Instance, cell: str, standing: pd.DataFrame, problems: list[Problem]) -> np.ndarray:
    """Which capacities a cell of the scope names."""
    equipment, _, region = cell.partition("@")
    before = len(problems)
    for text, of, what in ((equipment, "equipment", "equipment or tag"), (region, "region", "region or group")):
        known = {name for name, members in instance.names.known(of).items() if members}
        problems += [_unknown("--scope", part, what, known) for part in text.split("|") if part not in ("", "*") and part not in known]
    hit = standing["equipment"].isin(instance.names.members(equipment, "equipment")) & standing["region"].isin(
        instance.names.members(region, "region")
    )
    if not hit.any() and len(problems) == before:
        places = sorted(set(standing.loc[standing["equipment"].isin(instance.names.members(equipment, "equipment")), "region"]))
        problems.append(
            rule(
                f"no such capacity can stand there in these periods; it stands in {', '.join(places[:8]) or 'no region'}",
                f"这些时期该地没有此类产能；所在地区：{'、'.join(places[:8]) or '无'}",
                file="--scope",
                value=cell,
            )
        )
    return np.asarray(hit)


def _available(board: Board, places: pd.DataFrame) -> pd.DataFrame:
    """The availability of each place before the cut, by slice where any row of the table names slices."""
    given = board.open("availability")
    over = board.frame(q=places["equipment"], r=places["region"], t=places["period"])
    over = over.cross(board["slices"][["s"]]) if (given["slice"] != board.code("")).any() else over.put(s=board.code(""))
    at = lookup(board, "availability", over, given, q="equipment", r="region", t="period", s="slice")
    board.require()
    amount = np.where(at >= 0, given["amount"][at], 1.0) if len(given) else np.ones(len(over))
    columns = {"equipment": "q", "region": "r", "period": "t", "slice": "s"}
    return pd.DataFrame({name: over.decoded(letter) for name, letter in columns.items()}).assign(amount=amount)


def cut_instance(instance: Instance, scope: Scope, share: float, planned: Plan) -> Instance:
    """The instance in which the availability of the scope is (1 − share) of what it was, and nothing is built or stored up in answer to it."""
    places = scope.places.assign(amount=scope.places["amount"] * (1 - share))
    table = instance.tables["availability"]
    policies, values = _as_planned(instance, scope, planned, building=True)
    return instance.replace(
        {
            "availability": _added(table[~_inside(instance, table, scope.places)], places.to_dict("records")),
            "policies": _added(instance.tables["policies"], policies),
            "policy_values": _added(instance.tables["policy_values"], values),
        }
    )


def planned_instance(instance: Instance, scope: Scope, share: float, planned: Plan, target: Sequence[Mapping[str, Any]]) -> Instance:
    """The instance with the `target` (rows of policies) in place of the cut. It may use what is open to the cut as well: the scope may be run
    down to (1 − share) of its least load. Nor may it store up before the cut begins."""
    policies, values = _as_planned(instance, scope, planned, building=False)
    equipment = instance.tables["equipment"]
    least = equipment["min_load"].where(~equipment["equipment"].isin(scope.equipment), equipment["min_load"] * (1 - share))
    return instance.replace(
        {
            "equipment": equipment.assign(min_load=least),
            "policies": _added(instance.tables["policies"], [*policies, *target]),
            "policy_values": _added(instance.tables["policy_values"], values),
        }
    )


def _inside(instance: Instance, table: pd.DataFrame, places: pd.DataFrame) -> np.ndarray:
    """Rows that the scope replaces whole: everywhere they fit is cut."""
    keys = ("equipment", "region", "period", "slice")
    own = set(places[list(keys)].itertuples(index=False, name=None))
    held = [set(places[key]) for key in keys]
    out = np.zeros(len(table), bool)
    for i, row in enumerate(table[list(keys)].itertuples(index=False, name=None)):
        members = [("",) if have == {""} else instance.names.members(cell, key) for cell, key, have in zip(row, keys, held, strict=True)]
        if all(have.issuperset(some) for some, have in zip(members, held, strict=True)):
            out[i] = own.issuperset(itertools.product(*members))
    return out


def _as_planned(instance: Instance, scope: Scope, planned: Plan, building: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Policies by which, to the end of the cut, no capacity is built beyond the plan (`building`), and no stock is above the plan's when the
    cut begins; one policy per unit, as a policy has one dimension."""
    board, policies, values = scope.board, list[dict[str, Any]](), list[dict[str, Any]]()

    def at_most(metric: str, column: str, names: Iterable[str], planned: pd.DataFrame, head: Mapping[str, Any]) -> None:
        """For each region and name at most what the column `value` says, 0 where it says nothing."""
        table = instance.tables["equipment" if column == "equipment" else "commodities"]
        own = table[table[column].isin(set(names))]
        for unit, members in own.groupby("unit", sort=True)[column]:
            policy = f"as planned: {metric} [{unit}]"
            cell = {column: "|".join(members)}
            policies.append({"policy": policy, "row": 1, "metric": metric, **cell, "each": f"region|{column}", "sense": "<=", **head})
            values.append({"policy": policy, "value": 0})
            some = planned[(planned["value"] > 0) & planned[column].isin(set(members))]
            values.extend(some.assign(policy=policy)[["policy", "region", column, "period", "value"]].to_dict("records"))

    if building:
        ways = board.labelled("ways")
        for metric, column, greenfield in (("capacity_new", "new", True), ("capacity_refitted", "refitted", False)):
            names = ways.loc[ways["greenfield"] == greenfield, "q"]
            at_most(metric, "equipment", names, planned["capacity"].assign(value=planned["capacity"][column]), {"until": scope.window["until"]})
    order, stocks = list(instance.names.kinds["period"]), instance.tables["stocks"]
    begin = order.index(scope.periods[0])
    if begin:
        carried, cycling = (
            {c for cell in stocks.loc[mask, "commodity"] for c in instance.names.members(cell, "commodity")}
            for mask in (stocks["cycle"] == "horizon", stocks["cycle"] != "horizon")
        )
        start = board["periods"]["start"][begin - 1]
        levels = planned["stocks"][planned["stocks"]["period"] == order[begin - 1]].rename(columns={"level": "value"})
        levels = levels.groupby(["region", "commodity", "period"], as_index=False)["value"].sum()
        at_most("stock", "commodity", carried - cycling, levels, {"from": start, "until": start})
    return policies, values


def _added(frame: pd.DataFrame, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A table with rows added below, numbered as in a file."""
    both = pd.concat([frame.astype(object), pd.DataFrame(list(rows), dtype=object)]) if rows else frame
    return both.set_index(pd.Index(range(2, len(both) + 2)))


def reached(plan: Plan, scope: Scope, name: str) -> float:
    """What the scope's regions reach of a burden, or use of a commodity, over the periods of the cut."""
    burden = scope.board.names.members(name, "burden") and name in set(plan["burdens"]["burden"])
    frame, amount = (plan["burdens"].rename(columns={"burden": "commodity"}), "amount") if burden else (plan["balance"], "used")
    rows = frame[(frame["commodity"] == name) & frame["region"].isin(scope.regions) & frame["period"].isin(scope.periods)]
    years = dict(zip(plan.summary["periods"], plan.summary["years"], strict=True))
    return float((rows[amount] * rows["period"].map(years).astype(float)).sum())


def target_rows(plan: Plan, scope: Scope, names: Sequence[str], burdens: set[str]) -> list[dict[str, Any]]:
    """As policies: each of the burdens (or uses of a commodity) is at most what this plan reaches."""
    rows = []
    for name in names:
        amount = reached(plan, scope, name)
        metric = "burden" if name in burdens else "used"
        same = {"policy": f"target: {name}", "row": 1, "metric": metric, "commodity": name, "region": "|".join(scope.regions)}
        rows.append(same | {"sense": "<=", "value": amount + 1e-9 * abs(amount), "span": "horizon", **scope.window})
    return rows
