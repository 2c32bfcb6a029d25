"""Headings and words of the tables of answers, in Chinese."""

from __future__ import annotations

HEADINGS = {
    "plan": "方案", "cost": "成本", "more": "增加", "region": "地区", "equipment": "设备", "commodity": "商品", "period": "时期", "unit": "单位",
    "policy": "政策", "member": "成员", "term": "成本项", "before": "原", "after": "现", "change": "变化", "burden": "负担",
    "move": "变动", "amount": "数量", "reduced_cost": "检验数", "price_unit": "价格单位", "reason": "原因", "item": "项目",
    "year": "年份", "product": "产品", "moves": "项数", "shortage": "短缺罚款", "point": "方案点", "abated": "减排量", "price": "价格",
    "mean of the step": "本步均价", "activity": "活动量变化", "plan_0": "最优方案",
    "scenario": "情景", "today": "现有留存", "least": "最低", "most": "最高", "verdict": "结论", "best": "最优成本", "least_reached": "最低（达到）",
    "most_reached": "最高（达到）", "here": "此地", "there": "彼地",
    "difference": "差额", "route": "路线", "missing": "缺少", "left": "左侧", "right": "右侧", "shadow_price": "影子价格", "paid": "支付",
    "share": "占比", "looser": "放宽", "tighter": "收紧", "step": "步长", "binds": "起约束", "kind": "类别", "replaces": "替代",
}  # fmt: skip
"""Names of columns, without their unit."""
SPOKEN = ("kind", "verdict", "grade", "reason", "part", "status", "move")
"""Columns whose cells are words of ours."""
WORDS = {
    "optimal": "最优", "feasible": "可行", "infeasible": "无可行方案", "unbounded": "无界", "stopped": "中止",
    "must build": "必须新建", "must close": "必须关停", "keep": "保留", "never build": "不新建", "depends": "可选",
    "built": "新建", "refitted": "改造", "closed": "关停", "kept": "保留", "expired": "到期退役", "capital": "资本成本",
    "fixed cost": "固定成本", "closing": "关停成本",
    "operation": "运行成本", "freight": "运费", "purchases": "采购", "sales": "销售", "policy": "政策", "capacity": "原有产能",
    "minimum load": "最低负荷", "build limit": "建设上限", "transport": "运输通道", "swaps": "产能置换", "clean power": "绿电", "storage": "库存",
    "supply limit": "供应上限", "sales limit": "销售上限", "shortage penalty": "短缺罚价", "product": "产品", "input": "投入", "sum": "合计",
    "product at a shortage penalty": "产品（短缺罚价）", "input at a shortage penalty": "投入（短缺罚价）",
}  # fmt: skip
"""Those words."""


def heading(column: str) -> str:
    """A column's name in Chinese; a unit in brackets stays."""
    name, bracket, unit = str(column).partition(" [")
    return HEADINGS.get(name, name.replace("_", " ")) + bracket + unit


def word(cell: str) -> str:
    """A cell's word in Chinese."""
    return WORDS.get(cell, cell)
