"""Headings and words of the tables of answers, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.plan import PRICE_KINDS

HEADINGS = {
    "plan": "方案", "cost": "成本", "more": "增加", "region": "地区", "equipment": "设备", "commodity": "商品", "period": "时期", "unit": "单位",
    "policy": "政策", "member": "成员", "term": "成本项", "before": "原", "after": "现", "change": "变化", "burden": "负担", "rule": "规则",
    "new_region": "新地区", "new_equipment": "新设备", "new": "新增", "old_region": "旧地区", "old_equipment": "旧设备", "old": "退出",
    "closed_in": "退出时期", "ratio": "置换比", "required": "要求", "closed": "退出", "given": "已用", "remaining": "结余", "left": "左侧",
    "line": "行", "verdict": "结论", "project": "项目", "size": "规模", "cost_more": "成本增加", "investment": "投资",
    "utilisation_in_reach": "可达范围利用率", "why": "理由", "product": "产品", "room_before": "原余量", "room_after": "现余量", "item": "指标",
    "intensity": "强度", "benchmark": "标杆水平", "baseline": "基准水平", "grade": "等级", "title": "标题", "status": "状态", "certified": "已验证",
    "table": "表", "row": "行", "column": "列", "kind": "类别", "made": "产量", "footprint": "足迹", "scope_1": "范围一", "scope_2": "范围二",
    "scope_3": "范围三", "electricity": "链上用电", "clean_share": "清洁占比", "stage": "环节", "left over": "剩余", "not in goods": "不随商品",
    "delivered": "交付", "stored": "入库", "disposed of": "处置", "sum": "合计", "of_the_plan": "方案总量", "indicator": "指标", "target": "目标",
    "margin": "余量率", "locked_in": "锁定量", "after_the_horizon": "规划期后", "burden_unit": "负担单位", "hhi": "集中度HHI", "reserve": "储备",
    "reserve_days": "储备天数", "worst_stop": "最大单点", "share_lost": "损失占比", "days_covered": "可支撑天数", "sense": "方向", "right": "右侧",
    "authority": "机关", "en": "英文", "zh": "中文", "set": "组合", "conflict": "矛盾", "gives_way": "让步量", "text": "说明", "value": "数值",
    "new_value": "新数值", "slice": "时段", "missing": "缺口", "rows": "行数", "sold": "销售", "cost_per_unit": "单位成本", "routes": "路线",
    "rest": "其余", "as_planned": "原方案", "blanket_cut": "一刀切", "by_plan": "按计划", "part": "类别", "route": "路线",
    "value_added_lost": "增加值损失", "short_of": "短缺投入", "price_before": "原价格", "price_after": "现价格", "move": "变动", "amount": "数量",
    "reduced_cost": "检验数", "price_unit": "价格单位", "reason": "原因", "year": "年份", "moves": "项数", "shortage": "短缺罚款",
    "point": "方案点", "abated": "减排量", "price": "价格", "mean of the step": "本步均价", "activity": "活动量变化", "plan_0": "最优方案",
    "scenario": "情景", "today": "现有留存", "least": "最低", "most": "最高", "best": "最优成本", "least_reached": "最低（达到）",
    "most_reached": "最高（达到）", "here": "此地", "there": "彼地", "difference": "差额", "shadow_price": "影子价格",
    "shadow_price_tighter": "收紧影子价格", "paid": "支付", "share": "占比", "looser": "放宽", "tighter": "收紧", "step": "步长", "binds": "起约束",
    "replaces": "替代", "worst": "最大偏差", "relative": "相对偏差", "where": "位置", "agrees": "一致", "recomputed": "复核值",
    "reported": "方案值",
}  # fmt: skip
"""Names of columns, without their unit."""
SPOKEN = ("kind", "verdict", "grade", "reason", "part", "status", "item", "short_of", "move", "rule", "agrees")
"""Columns whose cells are words of ours."""
NAMED = (
    "region", "old_region", "new_region", "origin", "destination", "equipment", "old_equipment", "new_equipment", "replaces", "commodity", "product",
    "burden", "policy", "member", "route", "item",
)  # fmt: skip
"""Columns whose cells are names of the instance, some with several."""
WORDS = {
    "optimal": "最优", "feasible": "可行", "infeasible": "无可行方案", "unbounded": "无界", "stopped": "中止", "lawful": "合规",
    "no rule allows the pair": "无规则允许", "ratio missed": "置换比不足", "used twice": "重复使用", "new": "新建", "refitted": "改造",
    "expired": "到期", "supports": "支持", "neutral": "中性", "displaces": "挤占", "impossible": "不可行", "below the baseline": "低于基准",
    "breached": "未达标", "tight": "临界", "met": "达标", "ample": "宽裕", "cost": "成本", "total cost": "总成本", "annuities": "资本费",
    "fixed": "固定成本", "operation": "运行成本", "purchases": "采购", "sales": "销售收入", "freight": "运费", "closing": "关停",
    "shortages": "短缺罚金", "burden": "负担", "target": "目标", "shortage": "短缺", "cut": "削减幅度", "output lost": "产出损失",
    "value added lost": "增加值损失", "use of capacity": "产能利用率", "output": "产量", "stock": "库存", "price": "价格", "(cut)": "（被削减）",
    "penalty": "短缺罚价",
    "penalty in part": "部分为短缺罚价", "carries a penalty": "含短缺罚价", "must build": "必须新建", "must close": "必须关停", "keep": "保留",
    "never build": "不新建", "depends": "可选", "built": "新建", "closed": "关停", "kept": "保留", "capital": "资本成本", "fixed cost": "固定成本",
    "policy": "政策", "capacity": "原有产能", "minimum load": "最低负荷", "build limit": "建设上限", "transport": "运输通道", "swaps": "产能置换",
    "clean power": "绿电", "storage": "库存", "supply limit": "供应上限", "sales limit": "销售上限", "shortage penalty": "短缺罚价",
    "product": "产品", "input": "投入", "sum": "合计", "product at a shortage penalty": "产品（短缺罚价）",
    "input at a shortage penalty": "投入（短缺罚价）", "yes": "是", "no": "否", "build limits": "新建上下限", "whole units": "整台数",
    "starts": "启动", "cohorts": "存量批次", "refit": "改造", "routes": "路线", "where they run": "运行位置", "usable capacity": "可用产能",
    "sources": "供应", "prices of purchases": "采购价格", "markets": "市场", "links": "线路", "link capacity": "线路运力",
    "line capacity": "自建线路容量", "layers": "贯通运输", "terms of balances": "平衡各项", "balance": "平衡", "clean use": "清洁用量",
    "clean flows": "清洁输送", "clean supply": "清洁供给", "burdens": "负担", "places": "位置", "ratio": "置换比", "bank": "结余", "names": "名称",
    "rows": "行", "each once": "不重复", "objective": "目标值", "breaches": "违约", "priced": "计价", "investment": "投资",
} | PRICE_KINDS  # fmt: skip
"""Those words."""


def heading(column: str, names: Mapping[str, str]) -> str:
    """A column's name in Chinese, of ours or of the instance; a unit in brackets stays."""
    name, bracket, unit = str(column).partition(" [")
    if name.startswith("price of "):
        name = f"{named(name.removeprefix('price of '), names)}的价格"
    return HEADINGS.get(name, named(name, names).replace("_", " ")) + bracket + unit


def word(cell: str) -> str:
    """A cell's word in Chinese; of `word: name` the word."""
    first, colon, rest = cell.partition(": ")
    if cell in WORDS or not colon:
        return WORDS.get(cell, cell)
    return WORDS.get(first, first) + "：" + word(rest)


def named(cell: str, names: Mapping[str, str]) -> str:
    """A cell's names in Chinese."""
    return names.get(cell) or ", ".join(names.get(part, part) for part in cell.split(", "))
