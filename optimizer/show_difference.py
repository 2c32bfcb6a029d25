"""The difference of two plans on the screen."""

from __future__ import annotations

import pandas as pd

from models.problems import language
from optimizer.difference import Difference
from optimizer.show import console, grid, number

ROWS = 30
"""Rows of a table that are shown, those that differ most; the rest are counted."""
HEADS = {
    "costs": ("Cost by term, present value [{money}]", "按项成本，现值 [{money}]"),
    "capacity": ("Capacity standing, where it differs most", "在役产能，差别最大处"),
    "burdens": ("Burdens, all regions together", "负担，全部地区合计"),
    "policies": ("Policies that begin or cease to bind [{money} of the period per unit]", "开始或不再起约束的政策 [当期 {money}/单位]"),
}
TURNS = {"begins": "开始起约束", "ceases": "不再起约束"}
COLUMNS = {
    "term": "成本项", "before": "原", "after": "现", "change": "变化", "region": "地区", "equipment": "设备", "unit": "单位", "period": "时期",
    "burden": "负担", "policy": "政策", "member": "成员", "turn": "", "shadow_before": "原影子价格", "shadow_after": "现影子价格",
}  # fmt: skip


def show_difference(found: Difference) -> None:
    """Four short tables and the sentence."""
    zh = language() == "zh"
    for name, head in HEADS.items():
        frame: pd.DataFrame = getattr(found, name)
        if frame.empty:
            continue
        if "change" in frame:
            frame = frame.reindex(frame["change"].abs().sort_values(ascending=False).index)
        if name == "policies" and zh:
            frame = frame.assign(turn=frame["turn"].map(TURNS))
        rows = [[number(v) if isinstance(v, float) else str(v) for v in row] for row in frame.head(ROWS).itertuples(index=False)]
        text = sum(frame[c].dtype.kind not in "fb" for c in frame)
        grid(head[zh].format(money=found.money), [COLUMNS[c] if zh else c.replace("_", " ") for c in frame], rows, left=text)
        if len(frame) > ROWS:
            console().print(f"  {len(frame) - ROWS:,} {'行未显示' if zh else 'rows more'}", style="dim")
    console().print()
    for row in found.conflict[:ROWS]:
        console().print(f"  {row}", markup=False, soft_wrap=True)
    console().print(found.zh if zh else found.en, style="bold", markup=False, soft_wrap=True)
