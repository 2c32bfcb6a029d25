"""Diagnose: why is there no plan, and what would have to give way?

In this order: the data (whatever is wrong with the tables, and what cannot be supplied because a way is missing, is one list before
anything is solved); a proof that no plan exists (Farkas, verified); the conflict: the policy rows that contradict one another, irreducibly; two or
three sets of relaxations, small ones, in the planner's own numbers, each confirmed by a solve. Only policies give way: those with `relax`, at that
cost per 100 % of max(|right|, |left|); where no policy has a `relax` all may, at the same cost, and the answer says so. Physics and accounting
never do: if they alone have no plan, the demand that cannot be met is named.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.algebra import Expander, Matrices
from models.formulation import Model, policies
from models.formulation.policy_rows import KEY
from models.instance import Instance
from optimizer.change import Scenario, apply
from optimizer.elastic import Elastic, Given
from optimizer.highs import Limits
from optimizer.plan import Plan, PlanError
from optimizer.questions.answer import Answer, Section
from optimizer.questions.relaxation import changes, new_values
from optimizer.solving import solve, stated
from optimizer.tables import left_unit

FAMILIES = ("policy_at_most", "policy_at_least", "policy_equal")
SETS, CONFLICTS = 3, 5
SMALL = 1e-7


def diagnose(instance: Instance, limits: Limits | None = None) -> tuple[Answer, list[Scenario]]:
    """Why there is no plan, and a scenario per set of relaxations.

    Tables: `conflict` (conflict, policy, member, period, sense, value, unit, authority); `relaxations` (set, policy, member, period, value,
    new_value: of a fraction the fraction, gives_way: by how much, in the row's unit); `sets` (set, rows, cost: share given × `relax`,
    status: of the solve with it); `short` (demand that physics alone cannot meet); `status` where there is a plan. Raises InputError for what is
    wrong with the data, PlanError for a search that was stopped.
    """
    limits = limits or Limits()
    plan = solve(instance, limits)
    if plan.status == "stopped":
        raise PlanError(f"whether there is a plan is not known: {plan.summary['certificate']} / 是否存在方案未知：{plan.summary['certificate_zh']}")
    if plan.status != "infeasible":
        en = {"unbounded": "costs fall without limit: a price is missing"}.get(plan.status, "there is a plan")
        zh = {"unbounded": "成本可无限下降：缺少价格"}.get(plan.status, "存在可行方案")
        table = pd.DataFrame([{"status": plan.status, "certified": plan.certified}])
        return Answer(
            (Section("status", table, "Nothing to diagnose", "无需诊断"),),
            f"{en[0].upper()}{en[1:]}.",
            f"{zh}。",
            instance=instance,
        ), []
    model, expander, matrices = stated(instance)
    rows = _rows(model, matrices)
    elastic = Elastic(matrices, rows["row"].to_numpy(int), limits)
    found = _conflicts(elastic, rows) if len(rows) else None
    if found is None:
        return _physics(instance, plan, matrices, limits), []
    conflict = rows.iloc[np.concatenate(found)].assign(conflict=np.repeat(np.arange(1, len(found) + 1), [len(f) for f in found]))
    sets, free = _sets(instance, model, expander, elastic, rows)
    scenarios, heads, lines = [], [], []
    for number, own in enumerate(sets, 1):
        scenario = Scenario(f"relaxation {number}", tuple(changes(instance, own)))
        after = solve(apply(instance, [scenario]), limits)
        told = after.status if after.status in ("optimal", "feasible") and after.certified else f"{after.status}, not confirmed"
        heads.append({"set": number, "rows": len(own), "cost": float(own["cost"].sum()), "status": told})
        lines.append(own.assign(set=number))
        scenarios.append(scenario)
    told = _told(instance, conflict)[["conflict", "policy", "member", "period", "sense", "value", "unit", "authority", "text", "text_zh"]]
    sections = [Section("conflict", told, "Policies that contradict one another", "相互矛盾的政策")]
    if lines:
        columns = ["set", "policy", "member", "period", "sense", "value", "new_value", "gives_way", "unit"]
        table = _told(instance, pd.concat(lines, ignore_index=True))[columns]
        sections.append(Section("relaxations", table, "Sets of policies that could give way", "可让步的政策组合"))
        sections.append(
            Section("sets", pd.DataFrame(heads), "The sets: share given × relax, and the solve that confirms it", "各组合：让步成本与求解确认")
        )
    notes = [(plan.summary["certificate"], plan.summary["certificate_zh"])]
    if free:
        notes.append(("No policy has a `relax`: all are taken to give way at the same cost.", "没有政策填写 relax：假定各政策让步成本相同。"))
    elif not sets:
        notes.append(("The policies that may give way (`relax`) are not enough.", "允许让步（relax）的政策不足以消除矛盾。"))
    return Answer(tuple(sections), *_sentence(conflict, lines, heads), tuple(notes), instance, {"plan": plan}), scenarios


def named(instance: Instance, limits: Limits) -> tuple[str, str]:
    """In one sentence, which policies contradict one another, of an instance without a plan; empty where none do."""
    model, _, matrices = stated(instance)
    rows = _rows(model, matrices)
    found = Elastic(matrices, rows["row"].to_numpy(int), limits).conflict(rows["policy"].tolist(), np.ones(len(rows), bool)) if len(rows) else None
    if found is None or not len(found):
        return "", ""
    return _sentence(rows.iloc[found].assign(conflict=1), [], [])


def _conflicts(elastic: Elastic, rows: pd.DataFrame) -> list[np.ndarray] | None:
    """Conflicts that share no row, one after the other. None if there is no plan without any policy."""
    among, found = np.ones(len(rows), bool), list[np.ndarray]()
    while len(found) < CONFLICTS:
        rows_in = elastic.conflict(rows["policy"].tolist(), among)
        if rows_in is None:
            return None
        if not len(rows_in):
            break
        found.append(rows_in)
        among[rows_in] = False
    return found or None


def _rows(model: Model, matrices: Matrices) -> pd.DataFrame:
    """Every hard policy row: its key, number, what the board knows of it."""
    board = model.board.labelled("policy_rows")
    parts = []
    for family in FAMILIES:
        block = matrices.rows.get(family)
        if block is not None and block.count:
            labels = pd.DataFrame([block.member(i) for i in range(block.count)], columns=KEY)
            parts.append(labels.assign(row=np.arange(block.start, block.start + block.count)))
    if not parts:
        return board.iloc[:0].assign(row=0)
    rows = pd.concat(parts).merge(board, on=KEY)
    rows = rows[~rows["soft"]].reset_index(drop=True)
    table = model.board.table("policies").sort_values("row", kind="stable").drop_duplicates("policy")
    heads = {head["policy"]: head for head in table[["policy", "metric", "commodity", "equipment"]].to_dict("records")}
    units = [
        left_unit(model.board, heads[name], "period" if span == "period" else "") for name, span in zip(rows["policy"], rows["span"], strict=True)
    ]
    return rows.assign(unit=units)


def _sets(instance: Instance, model: Model, expander: Expander, elastic: Elastic, rows: pd.DataFrame) -> tuple[list[pd.DataFrame], bool]:
    """Up to three small sets of rows that give way, and whether all may as none has a `relax`."""
    relax = rows["relax"].to_numpy(float)
    free = bool(np.isnan(relax).all())
    relax = np.ones(len(rows)) if free else relax
    may = relax > 0
    keys = rows[KEY]
    at = model.board.frame(**{column: keys[column].tolist() for column in KEY})
    sides = {side: expander.expression(rule, at) for side, rule in (("left", policies.left), ("right", policies.right))}
    size = np.abs(rows["right_number"].to_numpy())
    found: list[pd.DataFrame] = []
    barred: set[str] = set()
    for _ in range(2 * SETS):
        given = _sparse(elastic, np.where(may, relax, 0.0), size, may & ~rows["policy"].isin(barred).to_numpy())
        if given is None or len(found) == SETS:
            break
        left = sides["left"].at(given.x) + rows["left_number"].to_numpy()
        right = sides["right"].at(given.x) + rows["right_number"].to_numpy()
        gives = np.abs(given.amounts) > SMALL * (1 + np.maximum(np.abs(left), np.abs(right)))
        scale = np.maximum(np.abs(left), np.abs(right)).clip(min=SMALL)
        own = rows.assign(left=left, right=right, given=given.amounts, cost=relax * np.abs(given.amounts) / scale)[gives]
        if own.empty:
            break
        if not any(set(own.index) == set(other.index) for other in found):
            found.append(new_values(instance, own))
        barred.add(str(own.groupby("policy")["cost"].sum().idxmax()))
    found.sort(key=lambda own: (len(own), own["cost"].sum()))
    return [own.reset_index(drop=True) for own in found], free


def _sparse(elastic: Elastic, relax: np.ndarray, size: np.ndarray, may: np.ndarray) -> Given | None:
    """Little given in few rows: the least sum, then again with what gave little made dear (reweighted l1: Candès, Wakin, Boyd 2008)."""
    factor = elastic.factor
    scale = np.where(size > SMALL, size, 1.0)
    prices = relax / scale / factor
    given = elastic.least(prices, may)
    for _ in range(2):
        if given is None:
            return None
        share = np.abs(given.amounts) / scale
        given = elastic.least(prices / (share / max(share.max(), SMALL) + 1e-2), may)
    return given


def _physics(instance: Instance, plan: Plan, matrices: Matrices, limits: Limits) -> Answer:
    """Demand that cannot be met even without any policy."""
    blocks = [matrices.rows[name] for name in ("balance", "exact_balance") if name in matrices.rows]
    held = _without_policies(matrices)
    rows = np.concatenate([np.arange(block.start, block.start + block.count) for block in blocks])
    given = Elastic(held, rows, limits).least(np.ones(len(rows)))
    labels = [block.member(i) for block in blocks for i in range(block.count)]
    units = instance.tables["commodities"].set_index("commodity")["unit"]
    lines = []
    if given is not None:
        for at in np.flatnonzero(np.abs(given.amounts) > SMALL):
            region, commodity, period, part = labels[at]
            lines.append(
                {
                    "region": region,
                    "commodity": commodity,
                    "period": period,
                    "slice": part,
                    "missing": abs(given.amounts[at]),
                    "unit": f"{units[commodity]}/yr",
                }
            )
    table = pd.DataFrame(lines, columns=["region", "commodity", "period", "slice", "missing", "unit"])
    table = table.sort_values("missing", ascending=False, ignore_index=True)
    first = table.iloc[0] if len(table) else None
    en = "No plan exists even without any policy"
    zh = "即使没有任何政策也不存在可行方案"
    if first is not None:
        en += f": {first['missing']:.3g} {first['unit']} of {first['commodity']} are missing at {first['region']} in {first['period']}"
        zh += f"：{first['period']}{first['region']}缺少 {first['commodity']} {first['missing']:.3g} {first['unit']}"
    notes = ((plan.summary["certificate"], plan.summary["certificate_zh"]),)
    section = Section("short", table, "What cannot be supplied, whatever the policies", "无论政策如何都无法供应的需求")
    return Answer((section,), en + ".", zh + "。", notes, instance, {"plan": plan})


def _without_policies(matrices: Matrices) -> Matrices:
    lower, upper = matrices.row_lower.copy(), matrices.row_upper.copy()
    for family in FAMILIES:
        if family in matrices.rows:
            lower[matrices.rows[family].slice], upper[matrices.rows[family].slice] = -np.inf, np.inf
    return replace(matrices, row_lower=lower, row_upper=upper)


def _told(instance: Instance, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of policies as a planner reads them."""
    heads = instance.tables["policies"].sort_values("row", kind="stable").drop_duplicates("policy")
    heads = heads.rename(columns={"en": "text", "zh": "text_zh"})
    return rows.rename(columns={"given": "gives_way"}).merge(heads[["policy", "authority", "text", "text_zh"]], on="policy", how="left")


def _sentence(conflict: pd.DataFrame, sets: list[pd.DataFrame], heads: list[dict[str, object]]) -> tuple[str, str]:
    conflict = conflict[conflict["conflict"] == 1]
    names = list(dict.fromkeys(conflict["policy"]))
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    en = f"{shown} contradict{'s what can be made' if len(names) == 1 else ' one another'}"
    zh = f"政策{'、'.join(names[:4])}{'等' if len(names) > 4 else ''}{'与生产能力矛盾' if len(names) == 1 else '相互矛盾'}"
    confirmed = [number for number, head in enumerate(heads) if "not confirmed" not in str(head["status"])]
    if confirmed:
        own = sets[confirmed[0]]
        told = [(r.policy, r.member, r.period, f"{r.value:.4g} → {r.new_value:.4g}") for r in own.head(3).itertuples()]
        parts = [f"{name}{f' ({member})' if member else ''}{f' in {period}' if period else ''} {change}" for name, member, period, change in told]
        places = ["，".join(v for v in (member, period) if v) for _, member, period, _ in told]
        parts_zh = [f"{name}{f'（{place}）' if place else ''} {change}" for (name, _, _, change), place in zip(told, places, strict=True)]
        more = f" and {len(own) - 3} rows more" if len(own) > 3 else ""
        en += "; it would be enough to relax " + ", ".join(parts) + more
        zh += "；放宽 " + "、".join(parts_zh) + (f" 等 {len(own)} 行" if len(own) > 3 else "") + " 即可"
    return en + ".", zh + "。"
