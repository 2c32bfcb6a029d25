"""What a policy costs and who pays it: its shadow price, its rent, and the rent split over what stands in its rows.

Row i of a policy with the dual y_i charges column j with −y_i A_ij x_j: what uses a cap pays, what counts on the other side of a share is paid.
The charges of a row add up to −y_i × its side. A tax (`price`) charges value × coefficient × amount. For a small model with whole numbers the
true problem is solved again with the side of a row moved by a small step, and the two finite differences stand beside the LP price.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from models.algebra import Block, Linear, Matrices
from models.instance import Instance
from optimizer.answering import Clock, cold, find
from optimizer.highs import Limits
from optimizer.prices import SMALL
from optimizer.questions.answer import Answer, Section
from optimizer.questions.spoken import Spoken, amount
from optimizer.questions.why import known, price_note
from optimizer.solved import TINY, Solved
from optimizer.solving import solution

SENSES = {"policy_at_most": 1.0, "policy_at_least": -1.0, "policy_equal": 1.0}
ITEMS = {"loaded": 2, "unloaded": 2}
"""Variables whose item is not their second label."""
STEP = 0.01
"""Step of a finite difference, as a share of the row's side (of 1 where the side is 0)."""
ROWS = 6
"""Rows of a policy whose finite differences are computed: those that bind."""


def why_policy(instance: Instance, name: str, limits: Limits | None = None) -> Answer:
    """The rent of a policy and who pays it.

    Table: a row per member and period: left and right side, does it bind, shadow price [¤ of the period per unit of the left side], what is paid
    under it a year (or in the period, for events) [¤]; for a MIP up to 5,000 columns also `looser` and `tighter`: what one unit of loosening
    saves and of tightening costs, by a finite difference of the true problem with the step beside it. Table `payers`: region, item, paid
    [¤, present value], below 0 for what is paid. Raises InputError for an unknown policy.
    """
    known(instance, ("policy", name, "--policy"))
    limits = limits or Limits()
    answer = solution(instance, limits)
    solved, plan, money = answer.require_solved(), answer.plan, instance.settings.money
    policies = plan["policies"]
    own = policies[policies["policy"] == name].reset_index(drop=True)
    spoken = Spoken(instance)
    charges = _charges(solved, name)
    table = own[["member", "period", "sense", "left", "right", "unit", "binds", "shadow_price", "shadow_price_tighter"]].copy()
    rows = charges[charges["paid"] > 0].groupby(["member", "period"])["annual"].sum()
    table[f"paid [{money}]"] = [float(rows.get(key, 0.0)) for key in zip(table["member"], table["period"], strict=True)]
    notes = [price_note(plan)]
    if solved.matrices.integer.any() and len(own):
        if solved.matrices.matrix.shape[1] <= SMALL:
            table = table.join(_differences(solved, name, table, limits))
            notes.append(("looser, tighter: finite differences of the problem with whole numbers.", "放宽、收紧：整数问题的有限差分。"))
        else:
            notes.append(("Too large for finite differences with whole numbers.", "规模过大，未做整数问题的有限差分。"))
    payers = charges.groupby(["region", "item"], sort=False)["paid"].sum().reset_index()
    payers = payers[payers["paid"].abs() > TINY].sort_values("paid", key=lambda v: -v.abs(), kind="stable").reset_index(drop=True)
    paid = float(payers.loc[payers["paid"] > 0, "paid"].sum())
    payers["share"] = payers["paid"] / paid if paid else 0.0
    en, zh = _sentence(name, own, payers, paid, money, spoken)
    sections = (
        Section("policy", table, f"Policy {name}: price and what is paid under it", f"政策“{spoken.zh(name)}”：价格与支付"),
        Section(
            "payers", payers.rename(columns={"paid": f"paid [{money}]"}), "Who pays (present value; below 0: is paid)", "由谁承担（现值；负数为获益）"
        ),
    )
    return Answer(sections, en, zh, tuple(notes), instance, {"plan": plan})


def _charges(solved: Solved, name: str) -> pd.DataFrame:
    """What each column pays under each row of a policy: member, period, region, item, paid [¤, present value], annual [¤ of the period]."""
    matrices = solved.matrices
    code = solved.model.board.labels.code(name)
    blocks: list[tuple[Block | Linear, Any, np.ndarray]] = []
    for family in SENSES:
        block = matrices.rows[family]
        if block.count:
            blocks.append((block, sp.csr_array(matrices.matrix[block.slice]), -np.nan_to_num(solved.y[block.slice])))
    priced = matrices.terms["priced"]
    if priced.matrix.shape[0]:
        blocks.append((priced, priced.matrix, np.ones(priced.matrix.shape[0])))
    rows = []
    policy_rows = solved.model.board["policy_rows"].to_pandas()
    worth = {(r["policy"], r["member"], r["period"]): r["worth"] for r in policy_rows.to_dict("records")}
    for members, matrix, price in blocks:
        for i in np.flatnonzero(members.index_set.column(0) == code) if matrix.shape[0] else []:
            _, member, period = members.member(int(i))
            start, end = matrix.indptr[i], matrix.indptr[i + 1]
            for j, value in zip(matrix.indices[start:end].tolist(), (matrix.data[start:end] * price[i]).tolist(), strict=True):
                paid = value * solved.x[j]
                if abs(paid) > 1e-15:
                    region, item = _of_column(solved, j)
                    rows.append((member, period, region, item, paid, paid / worth[name, member, period]))
    return pd.DataFrame(rows, columns=["member", "period", "region", "item", "paid", "annual"])


def _of_column(solved: Solved, j: int) -> tuple[str, str]:
    """The region and the item of a column: its equipment, route or commodity. A link is of its origin; a breach has no region."""
    variable, labels = solved.matrices.column_name(j)
    if variable in ("over", "under"):
        return "", "breach"
    place = str(labels[0])
    if variable in ("flow", "clean_flow"):
        return place.partition(">")[0], str(labels[1]) if variable == "flow" else place
    return place, str(labels[ITEMS.get(variable, 1)])


def _differences(solved: Solved, name: str, table: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """Finite differences of the rows that bind: `step` [unit of the left side], `looser`, `tighter` [¤ of the period per unit]."""
    matrices = solved.matrices
    out = pd.DataFrame({column: np.full(len(table), np.nan) for column in ("step", "looser", "tighter")})
    worths = {(r["policy"], r["member"], r["period"]): r["worth"] for r in solved.model.board["policy_rows"].to_pandas().to_dict("records")}
    exact = replace(limits, gap=0.0)
    for n in table.index[table["binds"]][:ROWS]:
        row = table.loc[n]
        family = {"<=": "policy_at_most", ">=": "policy_at_least", "=": "policy_equal"}[row["sense"]]
        i = matrices.row(family, name, row["member"], row["period"])
        step = STEP * (abs(row["right"]) or 1.0)
        worth = worths[name, row["member"], row["period"]]
        costs = []
        for move in (step, 0.0, -step):
            found = find(_moved(matrices, i, SENSES[family] * move), exact, Clock(exact), cold)
            costs.append(found.certificate.objective if found.x is not None and found.certificate.holds else np.inf)
        out.loc[n] = [step, (costs[1] - costs[0]) / step / worth, (costs[2] - costs[1]) / step / worth]
    return out


def _moved(matrices: Matrices, i: int, by: float) -> Matrices:
    lower, upper = matrices.row_lower.copy(), matrices.row_upper.copy()
    lower[i] += by
    upper[i] += by
    return replace(matrices, row_lower=lower, row_upper=upper)


def _sentence(name: str, own: pd.DataFrame, payers: pd.DataFrame, paid: float, money: str, spoken: Spoken) -> tuple[str, str]:
    zh_name = spoken.zh(name)
    if own.empty:
        return f"Policy {name} writes no row in this instance.", f"政策“{zh_name}”在此实例中没有行。"
    tax = bool((own["sense"] == "price").any())
    if not paid:
        return f"Policy {name} costs nothing: it does not bind.", f"政策“{zh_name}”没有成本：不起约束作用。"
    first = payers[payers["paid"] > 0].iloc[0]
    binds = "" if tax else f" binds in {int(own['binds'].sum())} of {len(own)} rows;"
    zh_binds = "" if tax else f"在 {len(own)} 行中有 {int(own['binds'].sum())} 行起约束；"
    who, zh_who = f"{first['region']} ({first['item']})", f"{spoken.zh(first['region'])}（{spoken.zh(first['item'])}）"
    en = f"Policy {name}{binds} {amount(paid)} {money} (present value) is paid under it, most by {who}: {first['share']:.0%}."
    zh = f"政策“{zh_name}”{zh_binds}共支付 {amount(paid)} {money}（现值），最多的是{zh_who}：{first['share']:.0%}。"
    return en, zh
