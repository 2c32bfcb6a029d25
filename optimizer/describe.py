"""What the columns of a plan's tables mean, with units, in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from models.problems import language


@dataclass(frozen=True)
class Described:
    """One column of a plan table: `text`, `number` or `flag`; unit in words of the instance (u, Q, ¤)."""

    kind: str
    en: str
    zh: str


def _text(en: str, zh: str) -> Described:
    return Described("text", en, zh)


def _number(en: str, zh: str) -> Described:
    return Described("number", en, zh)


REGION, PERIOD, UNIT = _text("region", "地区"), _text("period", "时期"), _text("unit of the amounts", "数量单位")
EQUIPMENT, ROUTE, COMMODITY = _text("equipment", "设备"), _text("route", "路线"), _text("commodity", "商品")
SLICE = _text("part of the year: a slice, a season, or (year)", "年内时段，(year) 为全年")

DESCRIPTIONS: dict[str, dict[str, Described]] = {
    "capacity": {
        "region": REGION,
        "equipment": EQUIPMENT,
        "period": PERIOD,
        "unit": UNIT,
        "before": _number("standing before the period [Q]", "期初在役 [Q]"),
        "new": _number("greenfield, in the period [Q]", "本期新建 [Q]"),
        "refitted": _number("gained by refit, in the period [Q]", "本期改造得到 [Q]"),
        "consumed": _number("used up by refits, in the period [Q]", "本期被改造消耗 [Q]"),
        "closed": _number("closed before its end, in the period [Q]", "本期提前关停 [Q]"),
        "expired": _number("reached the end of its life [Q]", "到期退役 [Q]"),
        "standing": _number("standing [Q]", "在役产能 [Q]"),
        "used": _number("share of its usable time that is run [1]", "利用率 [1]"),
    },
    "cohorts": {
        "region": REGION,
        "equipment": EQUIPMENT,
        "expires": _text("first period in which it no longer stands; (never) if it stands to the end", "到期时期，(never) 为不到期"),
        "period": PERIOD,
        "unit": UNIT,
        "closed": _number("closed before its end, in the period [Q]", "本期提前关停 [Q]"),
        "consumed": _number("used up by refits, in the period [Q]", "本期被改造消耗 [Q]"),
        "standing": _number("standing [Q]", "在役产能 [Q]"),
    },
    "builds": {
        "region": REGION,
        "equipment": EQUIPMENT,
        "replaces": _text("equipment consumed by the refit", "被改造设备"),
        "step": _number("cost step", "台阶"),
        "project": _text("proposal", "项目"),
        "period": PERIOD,
        "unit": UNIT,
        "new": _number("capacity gained [Q]", "新增产能 [Q]"),
        "units": _number("whole units, where sized [1]", "台数 [1]"),
        "start": _number("1 if the fixed charge of its way is paid in the period; one charge for all steps [1]", "本期是否启动，各台阶共用 [1]"),
        "investment": _number("overnight cost of the capacity [¤]", "投资 [¤]"),
    },
    "production": {
        "region": REGION,
        "route": ROUTE,
        "period": PERIOD,
        "slice": SLICE,
        "activity": _number("activity [activity/yr in the part]", "活动量 [每年，按时段]"),
    },
    "balance": {
        "region": REGION,
        "commodity": COMMODITY,
        "period": PERIOD,
        "slice": SLICE,
        "unit": UNIT,
        "made": _number("made by routes [u/yr in the part]", "生产 [u/年]"),
        "used": _number("used by routes [u/yr in the part]", "消耗 [u/年]"),
        "bought": _number("bought [u/yr in the part]", "采购 [u/年]"),
        "sold": _number("optional sales [u/yr in the part]", "可选销售 [u/年]"),
        "received": _number("arriving after loss [u/yr in the part]", "到达（扣损）[u/年]"),
        "shipped": _number("leaving [u/yr in the part]", "发出 [u/年]"),
        "stocked": _number("put into stock [u/yr in the part]", "入库 [u/年]"),
        "demand": _number("firm demand [u/yr in the part]", "刚性需求 [u/年]"),
        "shortage": _number("firm demand not met [u/yr in the part]", "短缺 [u/年]"),
        "surplus": _number("left over [u/yr in the part]", "过剩 [u/年]"),
        "price": _number("shadow price: cost of one unit more [¤/u]; see price_kind of the summary", "影子价格 [¤/u]"),
        "price_less": _number("what one unit less would save, where computed [¤/u]", "减少一单位可节省 [¤/u]"),
        "penalty": Described("flag", "is the price that of a shortage (a penalty, not a market price)?", "价格是否为短缺罚价"),
    },
    "flows": {
        "origin": _text("from", "起点"),
        "destination": _text("to", "终点"),
        "mode": _text("mode", "方式"),
        "commodity": COMMODITY,
        "period": PERIOD,
        "slice": SLICE,
        "unit": UNIT,
        "shipped": _number("at the origin [u/yr in the part]", "发出 [u/年]"),
        "received": _number("at the destination [u/yr in the part]", "到达 [u/年]"),
        "freight": _number("freight without loading [¤/yr]", "运费（不含装车）[¤/年]"),
    },
    "loading": {
        "region": REGION,
        "mode": _text("mode that is travelled through", "贯通方式"),
        "commodity": COMMODITY,
        "period": PERIOD,
        "slice": SLICE,
        "unit": UNIT,
        "loaded": _number("loaded onto the mode [u/yr in the part]", "装车 [u/年]"),
        "unloaded": _number("unloaded from the mode [u/yr in the part]", "卸车 [u/年]"),
    },
    "purchases": {
        "region": REGION,
        "commodity": COMMODITY,
        "supplier": _text("supplier", "供应方"),
        "period": PERIOD,
        "slice": SLICE,
        "unit": UNIT,
        "amount": _number("bought [u/yr in the part]", "采购 [u/年]"),
        "price": _number("price paid [¤/u]", "价格 [¤/u]"),
        "cost": _number("paid [¤/yr]", "支付 [¤/年]"),
    },
    "markets": {
        "region": REGION,
        "commodity": COMMODITY,
        "market": _text("market", "市场"),
        "period": PERIOD,
        "slice": SLICE,
        "unit": UNIT,
        "demand": _number("firm demand [u/yr in the part]", "刚性需求 [u/年]"),
        "shortage": _number("not met [u/yr in the part]", "短缺 [u/年]"),
        "sale": _number("optional sale [u/yr in the part]", "可选销售 [u/年]"),
    },
    "stocks": {
        "region": REGION,
        "commodity": COMMODITY,
        "stock": _text("stock", "库存"),
        "period": PERIOD,
        "slice": SLICE,
        "unit": UNIT,
        "level": _number("level at the end of the part [u]", "期末库存 [u]"),
        "stocked": _number("put in, less what is taken out, in the part [u/yr]", "净入库 [u/年]"),
    },
    "clean": {
        "region": REGION,
        "user": _text("route or market", "用户：路线或市场"),
        "kind": _text("route or market", "类别"),
        "period": PERIOD,
        "unit": UNIT,
        "use": _number("clean commodity used, clean or not [u/yr]", "用量 [u/年]"),
        "clean": _number("of it called clean [u/yr]", "其中清洁 [u/年]"),
        "share": _number("clean share [1]", "清洁占比 [1]"),
    },
    "claims": {
        "region": REGION,
        "user": _text("route or market", "用户：路线或市场"),
        "kind": _text("route or market", "类别"),
        "period": PERIOD,
        "slice": SLICE,
        "unit": UNIT,
        "clean": _number("use called clean [u/yr in the part]", "称为清洁的用量 [u/年]"),
    },
    "clean_flows": {
        "origin": _text("from", "起点"),
        "destination": _text("to", "终点"),
        "mode": _text("mode", "方式"),
        "period": PERIOD,
        "slice": SLICE,
        "unit": UNIT,
        "clean": _number("sent as clean, at the origin [u/yr in the part]", "作为清洁送出 [u/年]"),
    },
    "burdens": {
        "region": REGION,
        "burden": _text("burden", "负担"),
        "period": PERIOD,
        "unit": UNIT,
        "amount": _number("total [b/yr]", "总量 [b/年]"),
    },
    "costs": {
        "term": _text("term of the objective", "成本项"),
        "region": _text("region; blank for terms of policies", "地区"),
        "period": PERIOD,
        "annual": _number("undiscounted [¤/yr; closing: ¤ in the period]", "未折现 [¤/年；关停为当期 ¤]"),
        "present_value": _number("in the objective [¤]", "现值 [¤]"),
    },
    "policies": {
        "policy": _text("policy", "政策"),
        "member": _text("member of `each`", "成员"),
        "period": PERIOD,
        "sense": _text("sense", "方向"),
        "left": _number("left side in the plan", "左侧"),
        "right": _number("right side in the plan", "右侧"),
        "unit": UNIT,
        "room": _number("how far from binding, in the unit of the left side", "余量"),
        "binds": Described("flag", "does it bind?", "是否起约束作用"),
        "breach": _number("breach of a soft policy, in the unit of the left side", "违约量"),
        "shadow_price": _number("cost saved per unit of loosening [¤ of the period per unit of the left side]; = rows keep a sign", "影子价格"),
        "shadow_price_tighter": _number("cost of tightening by one unit, where computed", "收紧一单位的成本"),
        "per_point": _number("a fraction: worth of one percentage point [¤/yr]", "每个百分点的价值 [¤/年]"),
        "authority": _text("authority", "机关"),
        "en": _text("in English", "英文"),
        "zh": _text("in Chinese", "中文"),
    },
    "swaps": {
        "rule": _text("rule", "规则"),
        "side": _text("new (taken) or old (given)", "新或旧"),
        "region": REGION,
        "equipment": EQUIPMENT,
        "period": PERIOD,
        "unit": UNIT,
        "amount": _number("amount [Q]", "数量 [Q]"),
    },
}
"""Tables of a plan, their columns in order."""


def description(table: str, column: str) -> str:
    """The meaning of a column in the language of the environment; an empty string if there is none."""
    found = DESCRIPTIONS.get(table, {}).get(column)
    return "" if found is None else (found.zh if language() == "zh" else found.en)
