"""Why not there: the cheapest way to make a product in a region, against the place where the plan builds or makes most of it.

Both are one unit of capacity that runs at its usable maximum on routes of that product; the difference is split by part
(`optimizer/reduced_costs.py`). Where nothing is made the plan has no price, only a range (from what the market would pay to what it would cost
there), so a small amount is forced in and the prices are those of that plan.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from models.instance import Instance
from optimizer.answering import Clock, find
from optimizer.directions import Directions
from optimizer.highs import Limits
from optimizer.live import Live
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.questions.reasons import against, called
from optimizer.questions.spoken import Spoken, amount
from optimizer.questions.unit_costs import Split, UnitCosts
from optimizer.questions.why import known, price_note
from optimizer.solved import TINY, Solved
from optimizer.solving import solution

NAMED = 4
"""Parts that the sentence names."""
STEP = 1e-4
"""What is forced in, as a share of the largest that stands of the equipment anywhere."""


def why_not(instance: Instance, region: str, product: str, limits: Limits | None = None) -> Answer:
    """What one unit of a product made in a region, by the cheapest way of building it there, costs more than where the plan builds most of it.

    Table: kind, item, here, there, difference [levelised, in `unit`], then their sum. Table `ways`: every way open there, with its reduced
    cost. Where nothing can be built: a row per route with what is missing.
    Raises InputError for an unknown region or product.
    """
    known(instance, ("region", region, "--not"), ("commodity", product, "--not"))
    limits = limits or Limits()
    with closing(Live()) as live:
        first = solution(instance, limits, live.search_large)
        costs = UnitCosts(instance, first.require_solved())
        found, moves = costs.moves(full=True, product=product)
        output = found.output(costs.solved.model.board.code(product), np.arange(len(moves)))
        moves = moves.assign(i=np.arange(len(moves)), output=output)
        moves = moves[(moves["output"] > 0) & (moves["left"] > TINY)]
        moves["each"] = moves["total"] / moves["output"]
        here = moves[(moves["r"] == region) & (moves["move"] == "built")]
        if here.empty:
            return _barred(instance, costs, first.plan, region, product)
        built = set(here.loc[here["amount"] > TINY, "q"])
        unbuilt = here[~here["q"].isin(built)]
        chosen = (unbuilt if len(unbuilt) else here).sort_values("each", kind="stable").iloc[0]
        there = _reference(moves, first.plan, chosen, product)
        notes = [price_note(first.plan)]
        if chosen["amount"] <= TINY and not costs.solved.matrices.integer.any():
            forced = _forced(costs.solved, found.matrix[:, [chosen["i"]]], str(chosen["q"]), limits, live)
            if forced is None:
                return _unlawful(instance, costs, first.plan, chosen, product)
            costs = UnitCosts(instance, forced)
            found = replace(found, costs=costs.costs)
            notes.append(("The prices are those of the plan with a little of it forced in.", "价格取自强制少量建设后的方案。"))
    pair = costs.split(found, np.array([chosen["i"]] + ([there["i"]] if there is not None else [])), product)
    one = pair[0]
    other = None if there is None else pair[1].turned() if pair[1].move == "closed" else pair[1]
    table = _table(one, other)
    ways = _ways(costs, found, here, product)
    sections = (
        Section("why_not", table, f"{product} in {region} against the plan", f"{costs.spoken.zh(region)}的{costs.spoken.zh(product)}与方案比较"),
        Section("ways", ways, "Ways of building it there", "当地可建方式"),
    )
    en, zh = _sentence(one, other, costs.spoken, float(here.loc[here["q"] == chosen["q"], "amount"].sum()))
    return Answer(sections, en, zh, tuple(notes), instance, {"plan": first.plan})


def _forced(solved: Solved, direction: sp.csc_array, equipment: str, limits: Limits, live: Live) -> Solved | None:
    """The plan with a little of a direction forced in: what it builds and runs are least amounts; None where there is none."""
    board, standing = solved.model.board, solved.values("standing", "r", "q", "e", "t")
    size = standing["value"][standing["q"] == board.code(equipment)].max(initial=0.0)
    column = direction.tocoo()
    up = np.asarray(column.data) > 0
    lower = solved.matrices.lower.copy()
    at = column.coords[0][up]
    lower[at] = np.maximum(lower[at], STEP * (size or 1.0) * column.data[up])
    found = find(replace(solved.matrices, lower=lower), limits, Clock(limits), live.search_large)
    if found.x is None or found.y is None or not found.certificate.holds:
        return None
    return replace(solved, x=found.x, y=found.y)


def _unlawful(instance: Instance, costs: UnitCosts, plan: Plan, chosen: pd.Series, product: str) -> Answer:
    """It may be built, but no plan with any of it is proved to meet all rows."""
    region, equipment, period, zh = chosen["r"], chosen["q"], chosen["t"], costs.spoken.zh
    en = f"No certified plan makes {product} in {region} with new {equipment} of {period}: some policy or limit does not let it run."
    said_zh = f"没有可证明的方案能在{zh(region)}用 {period} 年新建的{zh(equipment)}生产{zh(product)}：有政策或限制不允许其运行。"
    table = pd.DataFrame({"equipment": [equipment], "period": [period], "status": ["infeasible"]})
    section = Section("why_not", table, f"{product} in {region}", f"{zh(region)}的{zh(product)}")
    return Answer((section,), en, said_zh, (), instance, {"plan": plan})


def _reference(moves: pd.DataFrame, plan: Plan, chosen: pd.Series, product: str) -> pd.Series | None:
    """Where the plan builds most of the product elsewhere (with the same equipment, in the same period, if anywhere so); where it builds none,
    where it makes most: there built, else kept."""
    other = moves[moves["r"] != chosen["r"]]
    built = other[(other["move"] == "built") & (other["amount"] > TINY)]
    same, then = built["q"] == chosen["q"], built["t"] == chosen["t"]
    for own in (built[same & then], built[same], built[then], built):
        if len(own):
            return own.iloc[int(np.argmax(own["amount"].to_numpy()))]
    balance = plan["balance"]
    made = balance[balance["commodity"] == product].groupby("region")["made"].sum()
    size = other["r"].map(made).fillna(0.0)
    if not (size > TINY).any():
        return None
    best = other[size == size.max()]
    best = best.assign(kept=best["move"] == "closed").sort_values(["kept", "amount", "each"], ascending=[True, False, True], kind="stable")
    return best.iloc[0]


def _table(one: Split, other: Split | None) -> pd.DataFrame:
    rows = []
    for (kind, item), difference in against(one, other) if other is not None else [(key, value) for key, value in one.parts.items()]:
        key = (kind, item)
        there = float("nan") if other is None else other.parts.get(key, 0.0)
        rows.append({"kind": kind, "item": item, "here": one.parts.get(key, 0.0), "there": there, "difference": difference, "unit": one.unit})
    there = float("nan") if other is None else other.total
    more = one.total if other is None else one.total - other.total
    rows.append({"kind": "sum", "item": "", "here": one.total, "there": there, "difference": more, "unit": one.unit})
    return pd.DataFrame(rows)


def _ways(costs: UnitCosts, found: Directions, here: pd.DataFrame, product: str) -> pd.DataFrame:
    splits = costs.split(found, here["i"].to_numpy(), product)
    table = pd.DataFrame(
        {
            "equipment": [s.equipment for s in splits],
            "period": [s.period for s in splits],
            "reduced_cost": [s.total for s in splits],
            "price_unit": [s.unit for s in splits],
            "amount": here["amount"].to_numpy(),
            "unit": [costs.units[s.equipment] for s in splits],
        }
    )
    return table.sort_values("reduced_cost", kind="stable").reset_index(drop=True)


def _sentence(one: Split, other: Split | None, spoken: Spoken, built: float) -> tuple[str, str]:
    unit = one.unit.rpartition("/")[2]
    place, zh_place = f"{one.region} ({one.equipment}, {one.period})", f"{spoken.zh(one.region)}（{spoken.zh(one.equipment)}，{one.period} 年）"
    if other is None:
        en = f"1 {unit}/yr of {one.product} in {place} would cost {amount(one.total)} {one.unit} more than the plan; no other place makes it."
        return en, f"在{zh_place}每年多产 1 {unit} {spoken.zh(one.product)}比方案多花 {amount(one.total)} {one.unit}；别处不产。"
    more = one.total - other.total
    parts = [(called(key, spoken), value) for key, value in against(one, other)[:NAMED]]
    told = [(en, zh, f"{'+' if value > 0 else '−'}{amount(abs(value))}") for (en, zh), value in parts if abs(value) > 0]
    en = (
        f"1 {unit}/yr of {one.product} in {place} rather than in {other.region} ({other.equipment}, {other.period}) costs "
        f"{amount(abs(more))} {one.unit} {'more' if more >= 0 else 'less'}: {', '.join(f'{name} {value}' for name, _, value in told)}."
    )
    zh = (
        f"每年 1 {unit} {spoken.zh(one.product)}放在{zh_place}而不在{spoken.zh(other.region)}（{spoken.zh(other.equipment)}，{other.period} 年），"
        f"{'多' if more >= 0 else '少'}花 {amount(abs(more))} {one.unit}：{'，'.join(f'{name} {value}' for _, name, value in told)}。"
    )
    if built > TINY:
        en += f" The plan builds {amount(built)} there all the same."
        zh += f"方案在当地仍新建 {amount(built)}。"
    return en, zh


def _barred(instance: Instance, costs: UnitCosts, plan: Plan, region: str, product: str) -> Answer:
    """Nothing can be built there: what is missing, route by route."""
    rows = _missing(instance, costs.solved, region, product)
    table = pd.DataFrame(rows, columns=["route", "equipment", "missing", "missing_zh"])
    zh = costs.spoken.zh
    if not rows:
        en, said_zh = f"No route of the instance makes {product}.", f"没有生产{zh(product)}的路线。"
    else:
        why = list(dict.fromkeys((row[2], row[3]) for row in rows))[:3]
        en = f"{product} cannot be newly made in {region}: {'; '.join(e for e, _ in why)}."
        said_zh = f"{zh(region)}不能新增{zh(product)}：{'；'.join(z for _, z in why)}。"
    section = Section("why_not", table, f"Why nothing can be built for {product} in {region}", f"{zh(region)}为何不能新增{zh(product)}")
    return Answer((section,), en, said_zh, (), instance, {"plan": plan})


def _missing(instance: Instance, solved: Solved, region: str, product: str) -> list[tuple[str, str, str, str]]:
    board, names = solved.model.board, instance.names
    recipes = instance.tables["recipes"]
    amounts: dict[str, dict[str, float]] = {}
    for route, item, value, where in zip(recipes["route"], recipes["item"], recipes["amount"], recipes["region"], strict=True):
        if region in names.members(where, "region"):
            for k in names.members(route, "route"):
                amounts.setdefault(k, {})[item] = float(value)
    builds = instance.tables["builds"]
    fits = np.array([region in names.members(cell, "region") for cell in builds["region"]], dtype=bool)
    projects = builds.loc[fits & (builds["replaces"] == "").to_numpy() & (builds["project"] != "").to_numpy(), "equipment"]
    proposed = {q for cell in projects for q in names.members(cell, "equipment")}
    ways, had = board.labelled("ways"), _had(solved, region)
    buildable = set(ways.loc[(ways["r"] == region) & ways["greenfield"], "q"])
    rows = []
    for route, items in amounts.items():
        if items.get(product, 0.0) <= 0:
            continue
        equipment = [item for item in items if item in names.kinds["equipment"]]
        for q in [q for q in equipment if q not in buildable] or equipment[:1]:
            if q not in buildable and q in proposed:
                rows.append((route, q, f"{q} there is a project that is not chosen", f"当地的 {q} 属于未选项目"))
            elif q not in buildable:
                rows.append((route, q, f"no row of builds lets {q} be newly built there", f"builds 中没有在当地新建 {q} 的行"))
            else:
                lacking = sorted(item for item, value in items.items() if value < 0 and item in names.kinds["commodity"] and item not in had)
                what = ", ".join(lacking) or "a row of routes that fits"
                rows.append((route, q, f"route {route} cannot run there without {what}", f"路线 {route} 在当地缺少 {what}"))
    return rows


def _had(solved: Solved, region: str) -> set[str]:
    """Goods that can be had in a region: bought, brought or made; burdens need not be had."""
    board = solved.model.board
    r = board.code(region)
    sources, flows, made = board["sources"], board["flows"], board["recipes"]
    codes = [sources["c"][sources["r"] == r], flows["c"][flows["d"] == r], made["c"][(made["r"] == r) & (made["amount"] > 0)]]
    burdens = board.instance.tables["commodities"]
    tallies = set(burdens.loc[burdens["balance"] == "tally", "commodity"])
    return {str(label) for label in board.labels.decode(np.unique(np.concatenate(codes)))} | tallies
