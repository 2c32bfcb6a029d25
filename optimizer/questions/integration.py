"""Integration: what does working together save, and what is each exchanged by-product worth?

Industries are the tags of equipment. A commodity is exchanged where routes of one industry make it and routes of another use it. *Together* is
the plan of the instance as it is. *Apart*, every industry i may use of an exchanged commodity c only what it makes itself, is bought or brought:

    used_i[r,c,t] <= made_i[r,c,t] + purchase[r,c,t] + received[r,c,t]

as policy rows, so apart is a plan of the same instance, with a certificate. The worth of one exchange is the cost of forbidding it alone.
"""

from __future__ import annotations

import pandas as pd

from models.formulation import build
from models.formulation.board import Board
from models.instance import Instance
from models.problems import InputError, rule
from optimizer.change import Change, Scenario, apply
from optimizer.highs import Limits
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.solving import solve


def integration(instance: Instance, limits: Limits | None = None) -> Answer:
    """Cost, purchases and burdens of a site's or park's industries planned together against apart.

    Table: a row `together`, a row `apart`, one per exchange forbidden alone: cost [¤, present value], what it costs more than together, each
    burden and each bought commodity summed over the horizon.
    Raises InputError if no by-product of one industry (tag of equipment) is used by another.
    """
    exchanged = exchanges(instance)
    if exchanged.empty:
        en = "no commodity made by equipment of one tag is used by equipment of another"
        raise InputError([rule(en, "没有一个标签的设备生产、另一个标签的设备使用的商品", table="equipment", column="tags")])
    goods = exchanged["commodity"].drop_duplicates().tolist()
    industries = sorted({*exchanged["maker"], *exchanged["user"]})
    together = solve(instance, limits).require_plan()
    apart = solve(_apart(instance, goods, industries), limits).require_plan()
    rows = [_line("together", together), _line("apart", apart)]
    for good in goods:
        without = solve(_apart(instance, [good], industries), limits).require_plan()
        pairs = exchanged[exchanged["commodity"] == good]
        ways = ", ".join(f"{m} → {u}" for m, u in pairs[["maker", "user"]].itertuples(index=False))
        rows.append(_line(f"without {good} ({ways})", without))
    table = pd.DataFrame(rows).fillna(0.0)
    saved, money = apart.objective - together.objective, instance.settings.money
    table.insert(2, f"more [{money}]", table["cost"] - together.objective)
    table = table.rename(columns={"cost": f"cost [{money}]"})
    share = saved / abs(apart.objective) if apart.objective else 0.0
    en = f"Planned together the industries cost {saved:,.4g} {money} less than apart ({share:.1%})."
    zh = f"各行业统筹规划比各自规划节省 {saved:,.4g} {money}（{share:.1%}）。"
    section = Section("integration", table, "Together, apart, and without each exchange", "统筹、各自规划与逐项去除互供")
    return Answer((section,), en, zh, instance=instance, plans={"together": together, "apart": apart})


def exchanges(instance: Instance) -> pd.DataFrame:
    """Commodities that one industry makes and another uses at the same place: commodity, maker, user."""
    board = build(instance).board
    tags = instance.tables["equipment"][["equipment", "tags"]]
    tagged = tags.assign(industry=tags["tags"].str.split("|")).explode("industry")
    tagged = tagged[tagged["industry"] != ""].rename(columns={"equipment": "q"})[["q", "industry"]]
    routes = board.labelled("uses").merge(tagged, on="q")[["r", "k", "t", "industry"]].drop_duplicates()
    recipes = board.labelled("recipes")[board.labelled("recipes")["c"].isin(board.labelled("commodity_parts")["c"])].merge(routes, on=["r", "k", "t"])
    made = recipes[recipes["amount"] > 0][["r", "c", "t", "industry"]].rename(columns={"industry": "maker"})
    used = recipes[recipes["amount"] < 0][["r", "c", "t", "industry"]].rename(columns={"industry": "user"})
    pairs = made.merge(used, on=["r", "c", "t"])
    pairs = pairs[pairs["maker"] != pairs["user"]][["c", "maker", "user"]].drop_duplicates()
    return pairs.rename(columns={"c": "commodity"}).sort_values(["commodity", "maker", "user"]).reset_index(drop=True)


def _apart(instance: Instance, goods: list[str], industries: list[str]) -> Instance:
    """The instance with a policy per industry and exchanged commodity: use nothing of another's making."""
    board = build(instance).board
    rows: list[dict[str, object]] = []
    for good in goods:
        for industry in industries:
            name = f"apart: {industry} {good}"
            head = {"policy": name, "each": "region", "sense": "<=", "value": 1, "commodity": good}
            if not _has(board, good, industry, -1):
                continue
            rows.append(head | {"row": 1, "metric": "used", "equipment": industry})
            right = {"policy": name, "side": "right", "commodity": good}
            number = 2
            if _has(board, good, industry, +1):
                rows.append(right | {"row": number, "metric": "made", "equipment": industry})
                number += 1
            if (board["sources"]["c"] == board.code(good)).any():
                rows.append(right | {"row": number, "metric": "purchase"})
                number += 1
            if (board["flows"]["c"] == board.code(good)).any():
                rows.append(right | {"row": number, "metric": "received", "region": "*"})
                number += 1
            if number == 2:
                rows[-1] |= {"value": 0}
    return apply(instance, [Scenario("apart", tuple(Change("policies", how="insert", value=row) for row in rows))])


def _has(board: Board, good: str, industry: str, sign: int) -> bool:
    """Does any route on equipment of an industry make (+) or use (−) a good?"""
    uses, recipes = board["uses"], board["recipes"]
    routes = board.any_of(uses["k"][board.any_of(board.members(industry, "equipment"))[uses["q"]]])
    return bool(((recipes["c"] == board.code(good)) & (recipes["amount"] * sign > 0) & routes[recipes["k"]]).any())


def _line(name: str, plan: Plan) -> dict[str, object]:
    """One row: cost, and over the horizon what is bought of each commodity and each burden."""
    years = dict(zip(plan.summary["periods"], plan.summary["years"], strict=True))
    line: dict[str, object] = {"plan": name, "cost": plan.objective}
    bought, burdens = plan["purchases"], plan["burdens"]
    for (good, unit), group in bought.groupby(["commodity", "unit"], sort=True):
        line[f"{good} bought [{unit}]"] = float((group["amount"] * group["period"].map(years)).sum())
    for (burden, unit), group in burdens.groupby(["burden", "unit"], sort=True):
        line[f"{burden} [{unit}]"] = float((group["amount"] * group["period"].map(years)).sum())
    return line
