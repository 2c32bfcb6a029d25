"""Screening: should this project be built?

Every project is forced in, alone and at full size, into the plan without any proposal; an adopted one is also forced out. What is told of it is
the difference of two certified plans: the system's cost, whose output it displaces, what closes for it, how much room policies have left.

verdict: `impossible` (no plan has it; why), `supports` (the system costs less with it), `neutral` (it costs more, by up to 1 % of its own
investment), `displaces` (it costs more: the same could be had elsewhere for less).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from models.formulation import build
from models.formulation.board import Board
from models.instance import Instance
from models.problems import InputError, language
from optimizer.change import Change
from optimizer.highs import Limits
from optimizer.many import Case, Desk, Desks, Row
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.questions.proposals import Proposal, all_in_reach, forced, intensities, proposals, switched
from optimizer.questions.swap_ledger import pairs
from optimizer.study import Study

FULL = 0.75
"""Utilisation of a product in reach below which more capacity duplicates what stands."""
NEUTRAL = 0.01
"""Share of the project's own investment up to which a higher cost is called neutral."""
IDLE = 0.01
"""Share of its size below which what is made more at its place is nothing."""
SMALL = 1e-6
TIGHTEST = 5
"""Policy rows told per project: those that lose the largest share of their room."""


def screening(instance: Instance, limits: Limits | None = None, kept: Path | None = None) -> Answer:
    """A row per project of `builds`: cost with it against without [¤, present value], what it displaces, verdict and why.

    Tables: `screening`; `displaced` (project, product, region, period, change [u/yr]); `headroom` (project, policy, member, period, room before
    and after); `replacement` (project, what closes for it); `levels` (project, product, item, intensity against benchmark and baseline).
    `kept` is the file of finished rows (see `Desks`). Raises InputError for proposals that say too little; PlanError if there is no plan at all.
    """
    limits = limits or Limits()
    reach = all_in_reach(instance)
    board = build(reach).board
    found = proposals(instance, board)
    adopted = instance.settings.projects
    ready = switched(reach, found, adopted)
    cases = [Case("")]
    for p in found:
        cases.append(Case(f"in: {p.name}", _Forced(p.name, p.region, tuple(p.sizes), forced(p, 1.0))))
        if p.name in adopted:
            cases.append(Case(f"out: {p.name}", _Forced(p.name, p.region, tuple(p.sizes), forced(p, 0.0))))
    with Desks(desk, ready, limits, kept=kept) as desks:
        rows = {row["case"]: row for row in desks.rows(cases)}
    base = rows[""]
    out = [_told(instance, board, p, rows[f"in: {p.name}"], rows.get(f"out: {p.name}", base), base) for p in found]
    money = instance.settings.money
    table = pd.DataFrame([row for row, _ in out]).rename(columns={"cost": f"cost_more [{money}]", "investment": f"investment [{money}]"})
    details = {name: pd.DataFrame([line for _, lines in out for line in lines[name]], columns=columns) for name, columns in DETAILS.items()}
    sections = [Section("screening", table, "Projects, each alone against the plan without it", "逐个项目：与不建该项目的方案相比")]
    sections += [Section(name, details[name], *TITLES[name]) for name in DETAILS if len(details[name])]
    counts = table["verdict"].value_counts()
    told = [(verdict, int(counts.get(verdict, 0))) for verdict in ("supports", "neutral", "displaces", "impossible")]
    en = f"Of {len(table)} projects " + ", ".join(f"{n} {WORDS[v][0]}" for v, n in told if n) + "."
    zh = f"{len(table)} 个项目中，" + "，".join(f"{n} 个{WORDS[v][1]}" for v, n in told if n) + "。"
    notes = (
        (
            f"Each project is judged alone, at full size, against certified plans; cost is present value in {money}. "
            "Where output is displaced the difference is that of two best plans, of which there may be several.",
            f"各项目按全规模单独评估，均为经验证的方案；成本为现值，{money}。被替代产量为两个最优方案之差，最优方案可能不唯一。",
        ),
    )
    return Answer(tuple(sections), en, zh, notes, instance)


DETAILS = {
    "displaced": ["project", "product", "region", "period", "change", "unit"],
    "headroom": ["project", "policy", "member", "period", "room_before", "room_after", "unit"],
    "replacement": ["project", "period", "old_region", "old_equipment", "old", "unit", "rule"],
    "levels": ["project", "product", "item", "intensity", "benchmark", "baseline", "unit", "grade"],
}
TITLES = {
    "displaced": ("Whose output changes, largest first", "各地产量变化，由大到小"),
    "headroom": ("Policies that lose most of their room", "余量减少最多的政策"),
    "replacement": ("What closes for it: by the swap rule, else beyond the plan without it", "对应退出产能：按置换规则，否则为较无项目方案多退出的"),
    "levels": ("Intensity against benchmark and baseline", "能效与标杆、基准水平对比"),
}
WORDS = {
    "supports": ("would lower the system's cost", "降低系统成本"), "neutral": ("would be neutral", "影响中性"),
    "displaces": ("would displace cheaper capacity", "挤占更经济的产能"), "impossible": ("would be impossible", "不可行"),
}  # fmt: skip


@dataclass(frozen=True)
class _Forced:
    """A project, and the changes that force it in or out."""

    project: str
    region: str
    equipment: tuple[str, ...]
    changes: tuple[Change, ...]


def desk(instance: Instance, about: None, limits: Limits) -> Desk:
    """Answers cases of projects from one live solver. Raises PlanError if the instance itself has no certified plan."""
    study = Study(instance)
    base = study.solve(limits=limits).require_plan()

    def row(case: Case) -> Row:
        try:
            plan = base if case.asked is None else study.solve(case.asked.changes, limits)
        except InputError as error:
            return {"status": "refused", "why": error.text()}
        if plan.status in ("optimal", "feasible") and plan.certified:
            return {"status": plan.status} | _measured(instance, base, plan, case.asked)
        why = "; ".join(str(name) for name, _ in plan.summary["conflict"][:5]) or str(plan.summary["certificate"])
        return {"status": plan.status, "why": why}

    return row


def _measured(instance: Instance, base: Plan, plan: Plan, asked: _Forced | None) -> Row:
    """What of a plan with a project is told: numbers that JSON can hold."""
    made = plan["balance"].groupby(["commodity", "region", "period"])["made"].sum()
    row: Row = {"cost": plan.objective, "made": [[*key, value] for key, value in made[made > SMALL].items()]}
    capacity = plan["capacity"]
    row["closed"] = capacity.loc[capacity["closed"] > SMALL, ["region", "equipment", "period", "closed", "unit"]].to_numpy(object).tolist()
    if asked is None:
        row["used"] = capacity.loc[capacity["used"].notna(), ["region", "equipment", "period", "standing", "used"]].to_numpy(object).tolist()
        return row
    built = plan["builds"][(plan["builds"]["project"] == asked.project) & (plan["builds"]["new"] > SMALL)]
    row |= {"investment": float(built["investment"].sum()), "periods": built["period"].tolist(), "headroom": _headroom(base, plan), "pairs": []}
    if len(instance.tables["swaps"]):
        ledger = pairs(instance, plan)[0]
        own = (ledger["new_region"] == asked.region) & ledger["new_equipment"].isin(asked.equipment) & ledger["period"].isin(row["periods"])
        row["pairs"] = ledger.loc[own, ["period", "old_region", "old_equipment", "old", "unit", "rule"]].to_numpy(object).tolist()
    return row


def _headroom(base: Plan, plan: Plan) -> Any:
    """Rows of policies that lose room, those first that lose the largest share of what they had."""
    key = ["policy", "member", "period"]
    rows = [p["policies"].loc[p["policies"]["sense"].isin(["<=", ">="]), [*key, "room", "unit"]] for p in (base, plan)]
    both = rows[0].merge(rows[1][[*key, "room"]], on=key, suffixes=("_before", "_after"))
    both = both[~both["policy"].str.startswith("proposals of ")]
    lost = both["room_before"] - both["room_after"]
    share = (lost / both["room_before"].abs().clip(lower=SMALL)).where(lost > SMALL * (1 + both["room_before"].abs()))
    order = share.dropna().sort_values(ascending=False).index[:TIGHTEST]
    return both.loc[order, [*key, "room_before", "room_after", "unit"]].to_numpy(object).tolist()


def _told(instance: Instance, board: Board, p: Proposal, row: Row, out: Row, base: Row) -> tuple[Row, dict[str, list[Row]]]:
    """The row of a project, and its lines of the other tables."""
    units = instance.tables["equipment"].set_index("equipment")["unit"]
    size = "; ".join(f"{amount:g} {units[q]} {q}" for q, amount in p.sizes.items())
    used = _utilisation(board, p, base)
    shown: Row = {"project": p.name, "region": p.region, "size": size, "verdict": "impossible", "cost": float("nan"), "investment": float("nan")}
    levels: list[Row] = []
    for product, item, value, benchmark, baseline, unit in intensities(instance, board, p):
        grade = "benchmark" if value <= benchmark else "below the baseline" if value > baseline else "baseline"
        levels.append({"project": p.name, "product": product, "item": item, "intensity": value, "benchmark": benchmark, "baseline": baseline,
                       "unit": unit, "grade": grade})  # fmt: skip
    lines: dict[str, list[Row]] = {"displaced": [], "headroom": [], "replacement": [], "levels": levels}
    said = []
    if "cost" in row and "cost" in out:
        shown["cost"], shown["investment"] = row["cost"] - out["cost"], row["investment"]
        supports, neutral = shown["cost"] <= SMALL * shown["investment"], shown["cost"] <= NEUTRAL * shown["investment"]
        shown["verdict"] = "supports" if supports else "neutral" if neutral else "displaces"
        lines["displaced"] = _displaced(instance, p, row, out)
        lines["headroom"] = [dict(zip(DETAILS["headroom"], [p.name, *line], strict=True)) for line in row["headroom"]]
        lines["replacement"] = _replacement(p, row, out)
        here = sum(line["change"] for line in lines["displaced"] if line["region"] == p.region)
        if here < IDLE * sum(p.sizes.values()) and abs(shown["cost"]) <= SMALL * shown["investment"]:
            said.append(("the plan builds as much there without it", "即使没有该项目，方案也在此新建同等产能"))
        elif here < IDLE * sum(p.sizes.values()):
            said.append(("no more is made there with it", "该地产量并未因此增加"))
        elif lines["displaced"][0]["change"] < 0:
            most = lines["displaced"][0]
            said.append((f"takes {-most['change']:.3g} {most['unit']} of {most['product']} from {most['region']} ({most['period']})",
                         f"替代{most['region']} {most['product']} {-most['change']:.3g} {most['unit']}（{most['period']}）"))  # fmt: skip
    else:
        why = _conflict(str((row if "cost" not in row else out).get("why", "")))
        said.append((f"no plan has it: {why}", f"没有包含它的方案：{why}"))
    if used == used and used < FULL:
        said.append((f"duplicates: {used:.0%} of what stands in reach is used", f"重复建设：可达范围内产能利用率 {used:.0%}"))
    if any(level["grade"] == "below the baseline" for level in levels):
        said.append(("below the efficiency baseline", "低于能效基准水平"))
    shown |= {"utilisation_in_reach": used, "why": "; ".join(text[language() == "zh"] for text in said)}
    return shown, lines


def _conflict(why: str) -> str:
    """Of rows that contradict one another the policies, without those that force the project."""
    rows = [match.groups() for match in re.finditer(r"policy_\w+\[([^,\]]*), ?([^\]]*)\]", why)]
    told = dict.fromkeys(f"{name} ({', '.join(m for m in member.split(', ') if m)})" for name, member in rows if not name.startswith("proposals of "))
    return "; ".join(told) or why


def _displaced(instance: Instance, p: Proposal, row: Row, out: Row) -> list[Row]:
    """Output of its products by place, with it less without it, in the first period in which it stands; largest falls first."""
    units = instance.tables["commodities"].set_index("commodity")["unit"]
    before, after = ({tuple(line[:3]): line[3] for line in side["made"] if line[0] in p.products} for side in (out, row))
    period = row["periods"][0] if row["periods"] else p.opens
    found = []
    for key in sorted(before.keys() | after.keys()):
        change = after.get(key, 0.0) - before.get(key, 0.0)
        if key[2] == period and abs(change) > 1e-4:
            found.append({"project": p.name, "product": key[0], "region": key[1], "period": key[2], "change": change, "unit": f"{units[key[0]]}/yr"})
    return sorted(found, key=lambda line: line["change"])


def _replacement(p: Proposal, row: Row, out: Row) -> list[Row]:
    """What stands behind it by the swap rules; where no rule asks, what closes more with it than without."""
    if row["pairs"]:
        return [dict(zip(DETAILS["replacement"], [p.name, *line], strict=True)) for line in row["pairs"]]
    before = {tuple(line[:3]): line[3] for line in out["closed"]}
    found = []
    for region, equipment, period, closed, unit in row["closed"]:
        more = closed - before.get((region, equipment, period), 0.0)
        if equipment in p.sizes and more > 1e-4:
            found.append(
                {"project": p.name, "period": period, "old_region": region, "old_equipment": equipment, "old": more, "unit": unit, "rule": ""}
            )
    return sorted(found, key=lambda line: -line["old"])[:5]


def _utilisation(board: Board, p: Proposal, base: Row) -> float:
    """Share of the usable time that the capacity for its products runs, in the plan without it, where goods can get to or from its place."""
    uses = board.labelled("uses").merge(board.labelled("recipes"), on=["r", "k", "t"])
    makers = set(uses.loc[(uses["amount"] > 0) & uses["c"].isin(p.products), "q"])
    ways = nx.Graph(board["flows"][np.isin(board["flows"]["c"], board.codes(p.products))].unique("r", "d").rows("r", "d"))
    reach = nx.node_connected_component(ways, p.region) if p.region in ways else {p.region}
    stands = [line for line in base["used"] if line[0] in reach and line[1] in makers and line[2] == p.opens]
    total = sum(line[3] for line in stands)
    return sum(line[3] * line[4] for line in stands) / total if total > SMALL else float("nan")
