"""Why here, why not there, why closed? The cost of one unit of capacity, split by what it pays for at the prices of the plan.

For one unit built, refitted or closed, standing to the end of its life and running its best route (`optimizer/directions.py`), the reduced
cost c·v − yᵀA v splits exactly into annuity, fixed cost, inputs and product at local prices, each policy by name, limits. It is 0 for what the
plan does of its own accord, above 0 for what would cost more (at least so much: the cost of the best plan is convex), below 0 where more of it
would pay and nothing is left to do it with.
Per unit of product: present value ÷ discounted output.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, Problem, nearest
from optimizer.directions import Directions
from optimizer.highs import Limits
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.questions.reasons import reason
from optimizer.questions.spoken import amount
from optimizer.questions.unit_costs import Split, UnitCosts, parts_table
from optimizer.solved import TINY
from optimizer.solving import solution

MOST = 10
MOVED = {"built": "新建", "refitted": "改造", "closed": "关停"}
ONE_LIFE = (
    "Each unit is taken to stand to the end of its life; where the plan retires it sooner, the sum is not 0.",
    "每单位产能按运行至寿命结束计；方案若提前退役，合计不为零。",
)


def why(instance: Instance, at: tuple[str, str] | None = None, limits: Limits | None = None) -> Answer:
    """The ten largest moves of the plan, or all that is done and could be done `at` a (region, equipment), each with its reason.

    Table: region, equipment, period, move, amount [unit of capacity], `reduced_cost` of one unit more in `price_unit` (per unit of product,
    levelised; without output per unit of capacity and year), the reason. Table `parts`: the parts that add up to each reduced cost. Largest:
    by what a year's output is worth, at least what a year of the capital and of keeping it costs.
    Raises InputError for an unknown region or equipment.
    """
    if at is not None:
        known(instance, ("region", at[0], "--at"), ("equipment", at[1], "--at"))
    solved = solution(instance, limits)
    costs = UnitCosts(instance, solved.require_solved())
    found, moves = costs.moves()
    done = done_moves(moves)
    chosen = _largest(costs, found, done) if at is None else _open_at(moves, done, at)
    splits = costs.split(found, chosen["i"].to_numpy())
    others = references(costs, found, moves, splits, solved.plan)
    reasons = [
        reason(s, o, costs.spoken) if a > TINY else _not_done(s.move, s.total, s.unit)
        for s, o, a in zip(splits, others, chosen["amount"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "region": [s.region for s in splits],
            "equipment": [s.equipment for s in splits],
            "period": [s.period for s in splits],
            "move": [s.move for s in splits],
            "amount": chosen["amount"].to_numpy(),
            "unit": [costs.units[s.equipment] for s in splits],
            "reduced_cost": [s.total for s in splits],
            "price_unit": [s.unit for s in splits],
            "reason": [en for en, _ in reasons],
            "reason_zh": [zh for _, zh in reasons],
        }
    )
    sections = (
        Section("why", table, "Moves and their reasons (reduced cost of one unit more)", "变动及其原因（再多一单位的检验数）"),
        Section("parts", parts_table(splits), "What each unit pays for", "每单位的成本构成"),
    )
    en, zh = _sentence(instance, costs, table, at)
    return Answer(sections, en, zh, (price_note(solved.plan), ONE_LIFE), instance, {"plan": solved.plan})


def known(instance: Instance, *asked: tuple[str, str, str]) -> None:
    """Raises InputError for every (kind, name, option) that the instance does not know, with the nearest name."""
    problems = []
    for kind, name, option in asked:
        names = list(dict.fromkeys(instance.tables["policies"]["policy"])) if kind == "policy" else list(instance.names.kinds[kind])
        if name not in names:
            problems.append(Problem("unknown_name", file=option, value=name, said={"what": kind, "near": nearest(name, names)}))
    if problems:
        raise InputError(problems)


def price_note(plan: Plan) -> tuple[str, str]:
    """Which prices the parts are taken at."""
    kind = str(plan.summary["price_kind"])
    if kind == "LP dual":
        return "Prices are LP duals of the plan: they hold for small changes.", "价格为方案的线性规划对偶价格，适用于小幅变化。"
    return (
        "Prices are LP duals with the whole numbers fixed: they do not see that a plant comes or goes as a whole.",
        "价格为固定整数后的线性规划对偶价格：不反映整座工厂的增减。",
    )


def done_moves(moves: pd.DataFrame) -> pd.DataFrame:
    """One row per place, period and move: `i`, the direction that carries most of it, and the amount of all."""
    numbered = moves.assign(i=np.arange(len(moves))).sort_values(["amount", "total"], ascending=[False, True], kind="stable")
    numbered = numbered[(numbered["amount"] > TINY) | (numbered["left"] > TINY)]
    grouped = numbered.groupby(["r", "q", "t", "move"], sort=False)
    return grouped.agg(i=("i", "first"), amount=("amount", "sum"), total=("total", "first")).reset_index()


def _largest(costs: UnitCosts, found: Directions, done: pd.DataFrame) -> pd.DataFrame:
    done = done[done["amount"] > TINY].reset_index(drop=True)
    parts = found.parts(done["i"].to_numpy())
    kinds = np.array([part.kind for part in costs.costs.parts])
    goods = np.where(parts < 0, -parts, 0.0)[kinds == "goods"].max(axis=0, initial=0.0)
    keeping = np.abs(parts[(kinds == "capital") | (kinds == "fixed cost")]).sum(axis=0)
    value = np.maximum(goods, keeping) / found.stands[done["i"].to_numpy()] * done["amount"].to_numpy()
    return done.iloc[np.argsort(-value, kind="stable")[:MOST]]


def _open_at(moves: pd.DataFrame, done: pd.DataFrame, at: tuple[str, str]) -> pd.DataFrame:
    own = done[(done["r"] == at[0]) & (done["q"] == at[1])]
    if own.empty:
        en, zh = f"no {at[1]} stands, is built or closed in {at[0]}", f"{at[0]} 没有可建、可改或可关停的 {at[1]}"
        raise InputError([Problem("rule", file="--at", said={"en": en, "zh": zh})])
    return own.sort_values("t", kind="stable")


def references(costs: UnitCosts, found: Directions, moves: pd.DataFrame, splits: list[Split], plan: Plan) -> list[Split | None]:
    """What each move is compared with: a refit to something else with what it replaces, kept; any other with the same in the region that makes
    most of the product, built or, where nothing can be built, kept."""
    made = plan["balance"].groupby(["period", "commodity", "region"])["made"].sum()
    region, equipment, period, move, old = (moves[name].to_numpy() for name in ("r", "q", "t", "move", "o"))
    total, left = moves["total"].to_numpy(), (moves["left"] > TINY).to_numpy()
    chosen: list[int] = []
    for split in splits:
        if split.move == "refitted" and split.replaces != split.equipment:
            wanted = [(region == split.region) & (equipment == split.replaces) & (move == "closed")]
        else:
            elsewhere = left & (region != split.region) & (equipment == split.equipment)
            wanted = [elsewhere & (move == split.move) & (old == split.replaces), elsewhere & (move == "closed")]
        at = next((at for own in wanted if len(at := np.flatnonzero(own & (period == split.period)))), np.zeros(0, dtype=np.int64))
        key = (split.period, split.product)
        sizes = made[key] if split.product and key in made.index else pd.Series(dtype=float)
        size = pd.Series(region[at]).map(sizes).fillna(0.0).to_numpy()
        chosen.append(int(at[np.lexsort((total[at], -size))[0]]) if len(at) else -1)
    at = np.array([i for i in chosen if i >= 0], dtype=np.int64)
    compared = dict(zip(at.tolist(), costs.split(found, at) if len(at) else [], strict=True))
    return [None if i < 0 else compared[i].turned() if compared[i].move == "closed" else compared[i] for i in chosen]


def _not_done(move: str, total: float, unit: str) -> tuple[str, str]:
    if total <= 0:
        return "not done; at the plan's prices it would cost no more", "未做；按方案价格不增加成本"
    verb = {"built": ("building", "新建"), "refitted": ("refitting", "改造"), "closed": ("closing", "关停")}[move]
    return f"{verb[0]} would cost at least {amount(total)} {unit} more", f"{verb[1]}至少多花 {amount(total)} {unit}"


def _sentence(instance: Instance, costs: UnitCosts, table: pd.DataFrame, at: tuple[str, str] | None) -> tuple[str, str]:
    done = table[table["amount"] > TINY]
    zh = costs.spoken.zh
    if done.empty:
        if at is None:
            return "The plan builds, refits and closes nothing.", "方案没有新建、改造或关停。"
        row = table.sort_values("reduced_cost").iloc[0]
        said = _not_done(row["move"], float(row["reduced_cost"]), row["price_unit"])
        return (
            f"The plan changes nothing at {at[1]} in {at[0]}: in {row['period']}, {said[0]}.",
            f"方案对{zh(at[0])}的{zh(at[1])}不作变动：{row['period']} 年，{said[1]}。",
        )
    row = done.iloc[0]
    size = f"{amount(row['amount'])} {row['unit']}"
    verb = {"built": "builds", "refitted": "refits", "closed": "closes"}[row["move"]]
    en = f"{row['region']} {verb} {size} of {row['equipment']} in {row['period']}: {row['reason']}."
    said_zh = f"{zh(row['region'])}于 {row['period']} 年{MOVED[row['move']]} {size} {zh(row['equipment'])}：{row['reason_zh']}。"
    return en, said_zh
