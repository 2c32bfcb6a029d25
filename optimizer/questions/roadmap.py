"""Who does what, when? The plan told as dated moves: build, refit, close, expire, each with its reason (`why`).

With `fewest`, a plan of few moves that costs little more (`optimizer/fewest.py`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, rule
from optimizer.fewest import SMALL, fewest
from optimizer.highs import Limits
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.questions.reasons import reason
from optimizer.questions.spoken import amount
from optimizer.questions.unit_costs import UnitCosts
from optimizer.questions.why import done_moves, price_note, references
from optimizer.solved import Solved
from optimizer.solving import solution
from optimizer.tables import plan_tables

VERBS = {"built": ("builds", "新建"), "refitted": ("refits", "改造"), "closed": ("closes", "关停"), "expired": ("retires", "到期退役")}


def roadmap(instance: Instance, share: float | None = None, limits: Limits | None = None) -> Answer:
    """Dated moves per region and equipment.

    Table: year (start of the period), region, equipment, product, move (built, refitted, closed, expired), amount [unit], reason. Table `totals`:
    year, equipment, move, amount, number of moves. `share`: with few moves within this share of the best cost; the reasons are then those at the
    prices of the best plan. Raises InputError for a share below 0.
    """
    if share is not None and not share >= 0:
        raise InputError([rule("must be >= 0", "必须 >= 0", file="--fewest", value=str(share))])
    limits = limits or Limits()
    first = solution(instance, limits)
    solved = first.require_solved()
    costs = UnitCosts(instance, solved)
    chosen, proved = (solved, False) if share is None else fewest(solved, share, replace(limits, progress=None))
    table = _moves(costs, first.plan, solved, chosen)
    totals = table.groupby(["year", "equipment", "move", "unit"], sort=False)["amount"].agg(["sum", "count"]).reset_index()
    totals = totals.rename(columns={"sum": "amount", "count": "moves"})
    en, zh = _sentence(table, costs)
    notes = [price_note(first.plan)]
    if share is not None:
        more = float(chosen.matrices.cost @ chosen.x) + chosen.matrices.offset - first.plan.objective
        notes.append(_note(_decided(table), _decided(_moves(costs, first.plan, solved, solved)), more, instance.settings.money, proved))
    sections = (
        Section("roadmap", table, "Moves by date", "按时间排列的变动"),
        Section("totals", totals, "Moves of all regions", "各地区合计"),
    )
    return Answer(sections, en, zh, tuple(notes), instance, {"plan": first.plan})


def _decided(table: pd.DataFrame) -> int:
    """How many moves are decisions: capacity expires of itself."""
    return int((table["move"] != "expired").sum())


def _note(count: int, before: int, more: float, money: str, proved: bool) -> tuple[str, str]:
    how = (
        ("no plan within the budget has fewer (counted, a 0-1 column per move)", "预算之内没有更少的方案（逐项以 0-1 变量计数）")
        if proved
        else ("few by an LP proxy (reweighted l1), not proved fewest", "以线性规划近似（重加权 l1）求得，未证明最少")
    )
    plural = "" if count == 1 else "s"
    return (
        f"{count} move{plural} (without expiry) instead of {before}, for {amount(more)} {money} more: {how[0]}.",
        f"{count} 项变动（不计到期，原 {before} 项），成本增加 {amount(more)} {money}：{how[1]}。",
    )


def _moves(costs: UnitCosts, plan: Plan, solved: Solved, chosen: Solved) -> pd.DataFrame:
    """The moves of a plan, the reasons at the prices of the best."""
    found, moves = costs.moves()
    capacity = plan["capacity"] if chosen is solved else plan_tables(chosen)["capacity"]
    starts = costs.instance.tables["periods"].set_index("period")["start"].astype(int)
    done = done_moves(moves).set_index(["r", "q", "t", "move"])
    long = capacity.rename(columns={"new": "built"}).melt(
        ["region", "equipment", "period", "unit"], ["built", "refitted", "closed", "expired"], var_name="move", value_name="amount"
    )
    long["share"] = long["amount"] / long.groupby("equipment")["amount"].transform("max").clip(lower=1e-9)
    long = long[long["share"] > SMALL].reset_index(drop=True)
    keys = list(zip(long["region"], long["equipment"], long["period"], long["move"], strict=True))
    at = [int(done["i"].get(key, -1)) for key in keys]
    known = np.array(sorted({i for i in at if i >= 0}), dtype=np.int64)
    splits = costs.split(found, known) if len(known) else []
    others = references(costs, found, moves, splits, plan)
    said = {int(i): (split.product, *reason(split, other, costs.spoken)) for i, split, other in zip(known, splits, others, strict=True)}
    end = ("", "reaches the end of its life", "到达寿命")
    told = [said.get(i, end if key[3] == "expired" else ("", "", "")) for i, key in zip(at, keys, strict=True)]
    products = {split.equipment: split.product for split in splits if split.product}
    table = pd.DataFrame(
        {
            "year": [str(starts[period]) for period in long["period"]],
            "region": long["region"],
            "equipment": long["equipment"],
            "product": [one[0] or products.get(q, "") for one, q in zip(told, long["equipment"], strict=True)],
            "move": long["move"],
            "amount": long["amount"],
            "unit": long["unit"],
            "reason": [one[1] for one in told],
            "reason_zh": [one[2] for one in told],
        }
    )
    ordered = table.assign(share=-long["share"]).sort_values(["year", "share"], kind="stable")
    return ordered.drop(columns="share").reset_index(drop=True)


def _sentence(table: pd.DataFrame, costs: UnitCosts) -> tuple[str, str]:
    if table.empty:
        return "The plan moves nothing.", "方案没有任何变动。"
    zh = costs.spoken.zh
    counts = table["move"].value_counts()
    en = ", ".join(f"{counts[move]} {move}" for move in VERBS if move in counts)
    said_zh = "、".join(f"{VERBS[move][1]} {counts[move]} 项" for move in VERBS if move in counts)
    first = table[table["move"] != "expired"]
    row = (first if len(first) else table).iloc[0]
    size = f"{amount(row['amount'])} {row['unit']}"
    verb, zh_verb = VERBS[row["move"]]
    en = f"{len(table)} moves: {en}. First, {row['region']} {verb} {size} of {row['equipment']} in {row['year']}: {row['reason']}."
    place, what = zh(row["region"]), zh(row["equipment"])
    return en, f"共 {len(table)} 项变动：{said_zh}。首先，{place}于 {row['year']} 年{zh_verb} {size} {what}：{row['reason_zh']}。"
