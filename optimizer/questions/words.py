"""Headings and words of the tables of answers, in Chinese."""

from __future__ import annotations

HEADINGS = {
    "plan": "方案", "cost": "成本", "more": "增加", "region": "地区", "equipment": "设备", "commodity": "商品", "period": "时期", "unit": "单位",
    "policy": "政策", "member": "成员", "term": "成本项", "before": "原", "after": "现", "change": "变化", "burden": "负担",
    "as_planned": "原方案", "blanket_cut": "一刀切", "by_plan": "按计划", "part": "类别", "item": "项目", "route": "路线", "stage": "级",
    "value_added_lost": "增加值损失", "short_of": "短缺投入", "price_before": "原价格", "price_after": "现价格", "kind": "价格类别",
}  # fmt: skip
"""Names of columns, without their unit."""
SPOKEN = ("kind", "verdict", "grade", "reason", "part", "status", "item", "short_of")
"""Columns whose cells are words of ours."""
WORDS = {
    "optimal": "最优", "feasible": "可行", "infeasible": "无可行方案", "unbounded": "无界", "stopped": "中止",
    "cost": "成本", "total cost": "总成本", "annuities": "资本费", "fixed": "固定成本", "operation": "运行成本", "purchases": "采购",
    "sales": "销售收入", "freight": "运费", "closing": "关停", "shortages": "短缺罚金", "burden": "负担", "target": "目标", "shortage": "短缺",
    "cut": "削减幅度", "output lost": "产出损失", "value added lost": "增加值损失", "use of capacity": "产能利用率", "output": "产量",
    "stock": "库存", "price": "价格", "(cut)": "（被削减）", "LP dual": "LP 对偶价", "LP dual with the whole numbers fixed": "整数固定后的 LP 对偶价",
    "penalty": "短缺罚价", "penalty in part": "部分为短缺罚价", "carries a penalty": "含短缺罚价",
}  # fmt: skip
"""Those words."""


def heading(column: str) -> str:
    """A column's name in Chinese; a unit in brackets stays."""
    name, bracket, unit = str(column).partition(" [")
    return HEADINGS.get(name, name.replace("_", " ")) + bracket + unit


def word(cell: str) -> str:
    """A cell's word in Chinese."""
    return WORDS.get(cell, cell)
