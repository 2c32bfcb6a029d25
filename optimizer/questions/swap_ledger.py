"""Swap ledger: who replaces whom, at what ratio, what is banked; and is a ledger that was announced lawful?

The plan says how much new capacity each rule lets in (`taken`) and how much closed capacity it uses up (`given`). Within a rule, zone and period
any pairing of the two is lawful; this one pairs them in order, places with themselves first. Closures are used up oldest first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, rule
from optimizer.highs import Limits
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.solving import solve

SMALL = 1e-7
PAIR = ["period", "rule", "new_region", "new_equipment", "new", "old_region", "old_equipment", "old", "closed_in", "ratio", "unit"]
BANK = ["region", "equipment", "unit", "closed", "given", "remaining"]
CHECK = ["line", "period", "new_region", "new_equipment", "new", "old_region", "old_equipment", "old", "unit", "rule", "ratio", "required", "verdict"]


def swap_ledger(instance: Instance, limits: Limits | None = None) -> Answer:
    """The ledger of the plan's capacity swaps, and the check of the table `ledger` where it has rows.

    Tables: `ledger`, a row per new capacity, closure behind it and period in which that was closed (amounts [Q], ratio old/new); `bank`, what is
    closed, given for new capacity and left at the end of each place that a rule names as old; `check`, a row per line of the table `ledger`.
    Raises InputError if the instance has no swap rules; PlanError without a certified plan.
    """
    rules = instance.tables["swaps"]
    if rules.empty:
        raise InputError([rule("no rule: capacity need not be replaced here", "没有规则：此处无产能置换要求", table="swaps")])
    plan = solve(instance, limits).require_plan()
    ledger, bank = pairs(instance, plan)
    sections = [
        Section("ledger", ledger, "New capacity and the closures behind it", "新增产能与对应退出产能"),
        Section("bank", bank, "Closures that may stand behind new capacity: given, and left at the end", "可置换产能：已用与期末结余"),
    ]
    en, zh = _sentence(ledger, bank)
    if len(instance.tables["ledger"]):
        checked = check_ledger(instance)
        sections.append(Section("check", checked, "The ledger brought, line by line", "所提交台账逐行核查"))
        wrong = int((checked["verdict"] != "lawful").sum())
        en += f" Of {len(checked)} lines brought, {wrong} {'is' if wrong == 1 else 'are'} not lawful."
        zh += f"所提交的 {len(checked)} 行中有 {wrong} 行不合规。"
    return Answer(tuple(sections), en, zh, instance=instance, plans={"plan": plan})


def pairs(instance: Instance, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables `ledger` and `bank` of a plan of the instance."""
    rules = instance.tables["swaps"]
    used, closures = _used(plan, set(rules.loc[rules["same_region"] == "yes", "rule"])), _closures(instance, plan)
    return _ledger(used, rules.set_index("rule")["ratio"].to_dict(), closures), _bank(used, closures)


def check_ledger(instance: Instance) -> pd.DataFrame:
    """Each line of the table `ledger` with the rule that allows it, its ratio, and a verdict: `lawful`, `no rule allows the pair`, `ratio missed`
    or `used twice` (the lines up to it close more than stands today)."""
    names, lines = instance.names, instance.tables["ledger"]
    starts = instance.tables["periods"].set_index("period")["start"]
    units = instance.tables["equipment"].set_index("equipment")["unit"]
    stands: dict[tuple[str, str], float] = {}
    for place in instance.tables["capacity"].to_dict("records"):
        for r in names.members(place["region"], "region"):
            for q in names.members(place["equipment"], "equipment"):
                stands[r, q] = stands.get((r, q), 0.0) + place["amount"]
    out, closed = [], dict.fromkeys(stands, 0.0)
    for number, line in zip(lines.index, lines.to_dict("records"), strict=True):
        allowed = [
            given
            for given in instance.tables["swaps"].to_dict("records")
            if line["rule"] in ("", given["rule"]) and _fits(names, given, line) and not starts[line["period"]] < given["from"]
            and not starts[line["period"]] > given["until"]
        ]  # fmt: skip
        best: dict[str, Any] = min(allowed, key=lambda given: given["ratio"], default={"rule": line["rule"], "ratio": np.nan})
        old = (line["old_region"], line["old_equipment"])
        closed[old] = closed.get(old, 0.0) + line["old_amount"]
        ratio = line["old_amount"] / line["new_amount"] if line["new_amount"] else np.inf
        if not allowed:
            verdict = "no rule allows the pair"
        elif ratio < best["ratio"] * (1 - SMALL):
            verdict = "ratio missed"
        elif closed[old] > stands.get(old, 0.0) * (1 + SMALL):
            verdict = "used twice"
        else:
            verdict = "lawful"
        shared = {column: line[column] for column in ("period", "new_region", "new_equipment", "old_region", "old_equipment")}
        amounts = {"new": line["new_amount"], "old": line["old_amount"], "unit": units[line["new_equipment"]]}
        out.append(shared | amounts | {"line": number, "rule": best["rule"], "ratio": ratio, "required": best["ratio"], "verdict": verdict})
    return pd.DataFrame(out, columns=CHECK)


def _fits(names: Any, given: dict[str, Any], line: dict[str, Any]) -> bool:
    """Does a rule name both places of a line?"""
    places = all(
        line[f"{side}_{what}"] in names.members(given[f"{side}_{what}"], what) for side in ("new", "old") for what in ("region", "equipment")
    )
    return places and (given["same_region"] != "yes" or line["new_region"] == line["old_region"])


def _used(plan: Plan, same_region: set[str]) -> pd.DataFrame:
    """What rules let in and use up, with its zone, cut down to what is built: a plan may let in more than that, at no cost."""
    order = list(plan.summary["periods"])
    swaps = plan["swaps"].assign(zone=np.where(plan["swaps"]["rule"].isin(same_region), plan["swaps"]["region"], ""))
    swaps["at"] = swaps["period"].map(order.index)
    place, zone = ["region", "equipment", "period"], ["rule", "zone", "period"]
    built = swaps.merge(plan["capacity"][[*place, "new"]], on=place, how="left")["new"].fillna(0.0).to_numpy()
    new = swaps["side"] == "new"
    let_in = swaps["amount"].where(new).groupby([swaps[c] for c in place]).transform("sum").to_numpy()
    kept = swaps["amount"] * np.where(new & (let_in > built), built / np.where(let_in > 0, let_in, 1.0), 1.0)
    keys = [swaps[c] for c in zone]
    share = kept.where(new).groupby(keys).transform("sum") / swaps["amount"].where(new).groupby(keys).transform("sum")
    swaps["amount"] = kept.where(new, kept * share.fillna(0.0))
    return swaps[swaps["amount"] > SMALL]


def _closures(instance: Instance, plan: Plan) -> pd.DataFrame:
    """What is closed (or expires, where that counts) in each period at each place that a rule names as old: region, equipment, period, unit, out."""
    names, counts = instance.names, dict[tuple[str, str], bool]()
    for given in instance.tables["swaps"].to_dict("records"):
        for r in names.members(given["old_region"], "region"):
            for q in names.members(given["old_equipment"], "equipment"):
                counts[r, q] = counts.get((r, q), True) and given["expired"] == "yes"
    capacity = plan["capacity"]
    places = list(zip(capacity["region"], capacity["equipment"], strict=True))
    expired = np.where([counts.get(place, False) for place in places], capacity["expired"], 0.0)
    capacity = capacity.assign(out=np.where([place in counts for place in places], capacity["closed"] + expired, 0.0))
    return capacity.loc[capacity["out"] > SMALL, ["region", "equipment", "period", "unit", "out"]]


def _bank(used: pd.DataFrame, closures: pd.DataFrame) -> pd.DataFrame:
    """Closed, given and left over the horizon, the most left first."""
    place = ["region", "equipment"]
    bank = closures.groupby([*place, "unit"], sort=False)["out"].sum().rename("closed").reset_index()
    given = used[used["side"] == "old"].groupby(place)["amount"].sum().rename("given").reset_index()
    bank = bank.merge(given, on=place, how="left").fillna({"given": 0.0})
    return bank.assign(remaining=bank["closed"] - bank["given"])[BANK].sort_values("remaining", ascending=False, ignore_index=True)


def _ledger(used: pd.DataFrame, ratios: dict[str, float], closures: pd.DataFrame) -> pd.DataFrame:
    """Within a rule, zone and period each new place draws on old ones: itself first, then in order."""
    vaults = _vaults(closures)
    rows: list[dict[str, Any]] = []
    for (_, period, name, _), group in used.groupby(["at", "period", "rule", "zone"], sort=True):
        new, old = (group[group["side"] == side].to_dict("records") for side in ("new", "old"))
        for taken in new:
            needed = taken["amount"] * ratios[name]
            for given in sorted(old, key=lambda o: o["region"] != taken["region"]):
                part = min(needed, given["amount"])
                given["amount"] -= part
                needed -= part
                shared = {"period": period, "rule": name, "new_region": taken["region"], "new_equipment": taken["equipment"]}
                shared |= {"old_region": given["region"], "old_equipment": given["equipment"], "ratio": ratios[name], "unit": taken["unit"]}
                for closed_in, drawn in _drawn(vaults, (given["region"], given["equipment"]), part):
                    rows.append(shared | {"new": drawn / ratios[name], "old": drawn, "closed_in": closed_in})
    return pd.DataFrame(rows, columns=PAIR)


def _vaults(closures: pd.DataFrame) -> dict[tuple[str, str], list[list[Any]]]:
    """For each old place its closures in order: [period, amount]."""
    vaults: dict[tuple[str, str], list[list[Any]]] = {}
    for region, equipment, period, amount in closures[["region", "equipment", "period", "out"]].itertuples(index=False):
        vaults.setdefault((region, equipment), []).append([period, amount])
    return vaults


def _drawn(vaults: dict[tuple[str, str], list[list[Any]]], place: tuple[str, str], amount: float) -> list[tuple[str, float]]:
    """Takes an amount out of the closures of a place, oldest first: (period closed, part)."""
    out = []
    for entry in vaults.get(place, []):
        part = min(entry[1], amount)
        if part > SMALL:
            out.append((entry[0], part))
            entry[1] -= part
            amount -= part
    return out


def _sentence(ledger: pd.DataFrame, bank: pd.DataFrame) -> tuple[str, str]:
    if ledger.empty:
        return "The plan swaps no capacity.", "方案未发生产能置换。"
    left = bank.groupby("unit")["remaining"].sum()
    en, zh = [], []
    for unit, rows in ledger.groupby("unit", sort=False):
        new, old = rows["new"].sum(), rows["old"].sum()
        en.append(f"{new:,.4g} {unit} new stand on {old:,.4g} {unit} closed ({old / new:.2f} : 1), {left.get(unit, 0.0):,.4g} {unit} are left over")
        zh.append(f"新增 {new:,.4g} {unit}，对应退出 {old:,.4g} {unit}（{old / new:.2f} : 1），结余 {left.get(unit, 0.0):,.4g} {unit}")
    return "; ".join(en) + ".", "；".join(zh) + "。"
