"""Plans and their differences as a notebook shows them."""

from __future__ import annotations

from html import escape

import pandas as pd

from models.problems import language
from optimizer.difference import Difference
from optimizer.plan import Plan

ROWS = 15
"""Rows of a table that are shown; the rest are counted."""


def plan_html(plan: Plan) -> str:
    """Status, certificate, cost by term and period, capacity by equipment and period."""
    s, zh = plan.summary, language() == "zh"
    cost = "" if s["objective"] is None else f", {s['objective']:,.6g} {s['money_unit']}"
    mark = "✓" if plan.certified else "✗"
    out = [_head(f"{s['title']}: {plan.status}{cost}"), f"<div>{mark} {escape(str(s['certificate_zh' if zh else 'certificate']))}</div>"]
    guessed = sum(n for mark, n in s["trust"].items() if mark in ("estimate", "assumption"))
    if guessed:
        total = sum(s["trust"].values())
        out.append(
            f"<div>{guessed:,} / {total:,} 行输入为估计或假设</div>" if zh else f"<div>{guessed:,} of {total:,} input rows are estimates</div>"
        )
    if plan.tables:
        periods = list(s["periods"])
        costs = plan["costs"].pivot_table(index="term", columns="period", values="annual", aggfunc="sum", sort=False)
        out += [_head(f"{'成本' if zh else 'cost'} [{s['money_unit']}/{'年' if zh else 'yr'}]", 5), _table(costs.reindex(columns=periods))]
        capacity = plan["capacity"].pivot_table(index=["equipment", "unit"], columns="period", values="standing", aggfunc="sum", sort=False)
        out += [_head("在役产能" if zh else "capacity standing", 5), _table(capacity.reindex(columns=periods))]
    return "".join(out)


def difference_html(difference: Difference) -> str:
    """The sentence, and the rows that differ most."""
    zh = language() == "zh"
    heads = {
        "costs": ("cost, present value", "成本现值"), "capacity": ("capacity standing", "在役产能"),
        "burdens": ("burdens", "负担"), "policies": ("policies that begin or cease to bind", "开始或不再起约束的政策"),
    }  # fmt: skip
    out = [f"<p><b>{escape(difference.zh if zh else difference.en)}</b></p>"]
    for name, words in heads.items():
        frame = getattr(difference, name)
        if len(frame):
            if "change" in frame:
                frame = frame.reindex(frame["change"].abs().sort_values(ascending=False).index)
            unit = f" [{difference.money}]" if name == "costs" else ""
            out += [_head(words[zh] + unit, 5), _table(frame, index=False)]
    return "".join(out)


def _head(text: str, level: int = 4) -> str:
    return f"<h{level} style='margin:0.6em 0 0.2em'>{escape(text)}</h{level}>"


def _table(frame: pd.DataFrame, index: bool = True) -> str:
    shown: str = frame.head(ROWS).to_html(index=index, border=0, na_rep="", float_format=lambda v: f"{v:,.4g}")
    more = len(frame) - ROWS
    rest = "" if more <= 0 else f"<div>{'另有' if language() == 'zh' else 'and'} {more:,} {'行' if language() == 'zh' else 'rows more'}</div>"
    return shown + rest
