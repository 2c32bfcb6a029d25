"""The two tables in which policies are written: sums of metrics against a value or another sum."""

from __future__ import annotations

from models.columns import COMMODITY, EN, EQUIPMENT, FROM, PERIOD, REGION, SLICE, UNTIL, ZH, choice, flag, key, label, number, text
from models.schema import Column, Table

METRICS = (
    "constant activity made used clean_used purchase sale shortage demand shipped received burden cost capacity stock capacity_new "
    "capacity_refitted capacity_closed capacity_expired moves starts investment rated_new rated_closed"
)


def scope(name: str, zh: str, of: str = "") -> Column:
    return Column(name, "name" if of else "text", "scope: names, groups, tags, `a|b`, `*` or blank", zh, of=of)


policies = Table(
    "policies",
    (
        Column("policy", "text", "name of the policy", "政策", key=True, required=True),
        label("row", "number of the row; the first is the head", "行", "number", default=1.0),
        choice("side", "left right", "side of the row", "侧", default="left"),
        choice("metric", METRICS, "what is summed", "指标", required=True),
        number("coefficient", "1", "multiplies the metric; blank = 1, or the policy_values of this row", "系数"),
        number("lag", "1", "periods back", "滞后", default=0.0, least=0),
        scope("region", "地区", "region"),
        scope("destination", "目的地", "region"),
        scope("commodity", "商品", "commodity"),
        scope("equipment", "设备", "equipment"),
        scope("route", "路线", "route"),
        scope("party", "对方"),
        scope("slice", "时段", "slice"),
        choice("sense", "<= >= = price", "at most, at least, equal, or a price on the left side", "方向"),
        number("value", "1", "the limit, or the factor of the right side", "数值"),
        text("unit", "unit of the value", "单位"),
        flag("per_year", "no", "is the value a growth factor per year?", "按年"),
        text("each", "one row for each `region|equipment|...`", "逐一"),
        choice("span", "period to_date horizon", "over which periods a row sums", "跨度", default="period"),
        FROM,
        UNTIL,
        number("price", "¤", "price of a breach: makes the policy soft", "违约价", least=0),
        number("relax", "1", "cost of giving way by 100 % in diagnosis; blank = never", "可让步", above=0),
        flag("active", "yes", "is the policy in force?", "生效"),
        text("authority", "who made the rule", "机关"),
        EN,
        ZH,
    ),
    "Caps, shares, quotas, pace, peaks, taxes: sums of metrics against a value or another sum.",
    "政策",
)
policy_values = Table(
    "policy_values",
    (
        Column("policy", "text", "the policy", "政策", key=True, required=True),
        label("row", "blank = the value; n = the coefficient of row n", "行", "number"),
        REGION,
        key("destination", "destination, or blank", "目的地", of="region"),
        COMMODITY,
        EQUIPMENT,
        key("route", "route, or blank", "路线"),
        Column("party", "text", "party, or blank", "对方", key=True),
        SLICE,
        PERIOD,
        number("value", "1", "the number", "数值"),
        number("base", "1", "observed amount before the first period, for lags", "基期值"),
    ),
    "Numbers of policies by member and period.",
    "政策数值",
    amount="value",
)
