"""The tables of an instance. Headers, names and meaning are the public format (`docs/schema.md`)."""

from __future__ import annotations

from models.columns import (
    COMMODITY,
    EN,
    EQUIPMENT,
    FROM,
    PERIOD,
    REGION,
    SLICE,
    UNTIL,
    ZH,
    choice,
    flag,
    key,
    label,
    new_name,
    number,
    year,
)
from models.policy_tables import policies, policy_values
from models.review_tables import ledger, levels
from models.schema import Column, Table

regions = Table(
    "regions",
    (
        new_name("region", "a place that can hold equipment, use and ship commodities", "地区"),
        Column("groups", "names", "groups the region is in, `a|b`", "分组"),
        EN,
        ZH,
        number("latitude", "°", "for the map", "纬度", least=-90, most=90),
        number("longitude", "°", "for the map", "经度", least=-180, most=180),
    ),
    "The places.",
    "地区",
    required=True,
)
periods = Table(
    "periods",
    (
        new_name("period", "a stretch of years that is planned as one", "时期"),
        year("start", "first year", "起始年", required=True),
        number("years", "yr", "length", "年数", required=True, above=0),
        number("weight", "1", "present value of 1 ¤/yr over the period; blank = from the discount rate", "权重", above=0),
    ),
    "The stages of the plan, in order, without overlap.",
    "时期",
    required=True,
)
slices = Table(
    "slices",
    (
        new_name("slice", "a share of the year", "时段"),
        label("season", "the season it belongs to; blank = a season of its own", "季节", "text"),
        number("share", "1", "share of the year; all sum to 1", "份额", required=True, above=0, most=1),
    ),
    "Shares of a year; no table = one slice.",
    "时段",
)
commodities = Table(
    "commodities",
    (
        new_name("commodity", "a material, fuel, product, permit; with `tally` a burden", "商品"),
        Column("unit", "text", "its unit", "单位", required=True),
        choice("balance", "slice year tally", "balanced in each slice, over the year, or only counted", "平衡", required=True),
        flag("surplus", "yes", "may more be made than used?", "可过剩"),
        Column("tags", "names", "tags, `a|b`", "标签"),
        EN,
        ZH,
    ),
    "What is balanced (`slice`, `year`) and what is tallied (`tally`: a burden).",
    "商品",
    required=True,
)
equipment = Table(
    "equipment",
    (
        new_name("equipment", "a kind of capacity", "设备"),
        Column("unit", "text", "unit of its capacity", "单位", required=True),
        number("life", "yr", "years until it expires; blank = to the end of the horizon", "寿命", above=0),
        number("annuity_life", "yr", "years over which capital is charged; blank = life", "折旧年限", above=0),
        number("rate", "1", "interest rate of the annuity; blank = discount_rate", "利率", least=0, most=1),
        number("fixed_cost", "¤/Q/yr", "each year, per unit standing", "固定成本", default=0.0, least=0),
        number("closing_cost", "¤/Q", "once, per unit closed before its end", "关停成本", default=0.0, least=0),
        number("min_load", "1", "least use, as a share of what can be used in a year", "最低负荷", default=0.0, least=0, most=1),
        choice("run", "year season slice", "how its use is tied in time", "运行方式", default="year"),
        Column("rated_route", "name", "the route that rates its burdens for replacement rules", "额定路线", of="route"),
        Column("tags", "names", "tags, `a|b`", "标签"),
        EN,
        ZH,
    ),
    "Kinds of capacity (productive units).",
    "设备",
)
capacity = Table(
    "capacity",
    (
        REGION,
        key("equipment", "equipment, tag, or blank for all", "设备"),
        label("built", "year built; blank = stands until it is closed", "建成年", "year", unit="yr"),
        number("amount", "Q", "what stands", "数量", required=True, least=0),
    ),
    "Capacity that stands today or is committed.",
    "现有产能",
    amount="amount",
)
builds = Table(
    "builds",
    (
        REGION,
        EQUIPMENT,
        label("replaces", "equipment that a refit consumes; blank = greenfield", "替代", of="equipment"),
        label("step", "cost step", "台阶", "number", default=1.0),
        label("project", "a proposal, left out unless named in instance.toml `projects`", "项目"),
        FROM,
        UNTIL,
        number("min", "Q", "least amount in a period, if anything is built", "下限", default=0.0, least=0),
        number("max", "Q", "largest amount in a period", "上限", least=0),
        number("size", "Q", "size of a whole unit", "规模", above=0),
        number("invest", "¤/Q", "overnight cost per unit of capacity", "投资", required=True, least=0),
        number("fixed_invest", "¤", "paid once if anything is built in the period", "固定投资", default=0.0, least=0),
        number("fixed_cost", "¤/yr", "each year of its life, if anything was built", "固定成本", default=0.0, least=0),
        number("ratio", "1", "capacity gained per unit of the replaced", "改造比", default=1.0, above=0),
        number("usable", "1", "share that can be run in the period of building", "当期可用", default=1.0, least=0, most=1),
    ),
    "Ways to get new capacity: greenfield, refit, steps, whole units.",
    "新建方式",
    windowed=True,
)
routes = Table(
    "routes",
    (
        key("route", "route, or blank for all", "路线"),
        REGION,
        PERIOD,
        number("cost", "¤", "operating cost per unit of activity", "成本", default=0.0),
        number("clean", "1", "share of the clean commodity it makes that counts as clean", "清洁份额", default=0.0, least=0, most=1),
        EN,
        ZH,
    ),
    "What running a route costs; a route with rows here runs only where and when one fits.",
    "路线",
)
recipes = Table(
    "recipes",
    (
        key("route", "route", "路线", required=True),
        key("item", "commodity, burden or equipment", "项目", of="item", required=True),
        REGION,
        PERIOD,
        number("amount", "i", "per unit of activity: + made, − used or occupied", "数量", required=True),
    ),
    "What a route uses (−), makes (+) and occupies (− equipment).",
    "配方",
    amount="amount",
)
factors = Table(
    "factors",
    (
        key("item", "commodity, mode, or burden", "项目", of="factor_item"),
        choice("on", "use purchase sale clean_use capacity freight burden rated", "what the burden is counted on", "对象", key=True, required=True),
        key("burden", "the burden", "负担", of="burden", required=True),
        REGION,
        PERIOD,
        number("amount", "b/i", "burden per unit of item", "数量", required=True),
    ),
    "Burden per unit used, bought, sold, claimed clean, standing, shipped, or of another burden.",
    "系数",
    amount="amount",
)
availability = Table(
    "availability",
    (EQUIPMENT, REGION, PERIOD, SLICE, number("amount", "1", "share of capacity that can be used", "可用率", default=1.0, least=0, most=1.5)),
    "How much of an equipment can be used, when and where.",
    "可用率",
    amount="amount",
)
sources = Table(
    "sources",
    (
        REGION,
        COMMODITY,
        label("supplier", "name of the tier or supplier", "供应方"),
        PERIOD,
        SLICE,
        number("price", "¤/u", "price", "价格", required=True),
        number("min", "u/yr", "least purchase", "下限", default=0.0, least=0),
        number("max", "u/yr", "largest purchase; blank = no limit", "上限", least=0),
        number("clean", "1", "share that counts as clean", "清洁份额", default=0.0, least=0, most=1),
    ),
    "Where a commodity enters the system.",
    "供应",
)
markets = Table(
    "markets",
    (
        REGION,
        COMMODITY,
        label("market", "name of the market", "市场"),
        PERIOD,
        SLICE,
        number("demand", "u/yr", "firm demand", "需求", default=0.0, least=0),
        number("shortage_price", "¤/u", "penalty per unit not delivered; blank = none allowed", "短缺价", least=0),
        number("price", "¤/u", "price of optional sales", "价格"),
        number("max", "u/yr", "largest optional sale", "上限", default=0.0, least=0),
    ),
    "Where a commodity leaves the system: firm demand and optional sale.",
    "市场",
)
links = Table(
    "links",
    (
        key("origin", "from", "起点", of="region", required=True),
        key("destination", "to", "终点", of="region", required=True),
        Column("mode", "name", "rail, sea, line ...", "方式", of="mode", key=True, required=True),
        PERIOD,
        number("km", "km", "length; blank = 0", "公里", least=0),
        number("capacity", "u/yr", "shared by what uses the link; blank = no limit", "运力", least=0),
        number("loss", "1", "share lost on the way", "损耗", default=0.0, least=0, below=1),
        Column("equipment", "name", "equipment at the origin whose capacity the link shares", "设备", of="equipment"),
        flag("both", "no", "does the row mean both directions?", "双向"),
    ),
    "Directed ways from one place to another.",
    "线路",
)
freight = Table(
    "freight",
    (
        key("mode", "mode, or blank for all", "方式"),
        COMMODITY,
        key("origin", "from, or blank for all", "起点", of="region"),
        key("destination", "to, or blank for all", "终点", of="region"),
        number("handling", "¤/u", "per unit shipped (through: per unit loaded)", "装卸费", default=0.0),
        number("rate", "¤/u/km", "per unit and km", "运价", default=0.0),
        flag("through", "no", "is the mode travelled through several places?", "贯通"),
    ),
    "Which commodity uses which mode, at what cost.",
    "运费",
)
stocks = Table(
    "stocks",
    (
        REGION,
        COMMODITY,
        label("stock", "name of the stock", "库存"),
        PERIOD,
        choice("cycle", "day season horizon", "over what the level returns or is carried", "周期", required=True),
        number("first", "u", "level before the first period (horizon)", "期初", least=0),
        number("end", "u", "least level after the last period; blank = first", "期末", least=0),
        number("max", "u", "largest level", "上限", least=0),
        Column("equipment", "name", "equipment whose capacity is the largest level", "设备", of="equipment"),
        number("reserve", "u", "least level", "储备", default=0.0, least=0),
        number("loss", "1/yr", "share lost a year", "损耗", default=0.0, least=0),
        number("cost", "¤/u/yr", "holding cost", "持有成本", default=0.0, least=0),
    ),
    "Stocks over the day, the seasons or the horizon.",
    "库存",
)
swaps = Table(
    "swaps",
    (
        Column("rule", "text", "name of the rule", "规则", key=True, required=True),
        Column("new_region", "name", "where the new stands; blank = anywhere", "新地区", of="region"),
        Column("new_equipment", "name", "what is built; blank = anything", "新设备", of="equipment"),
        Column("old_region", "name", "where the old stood; blank = anywhere", "旧地区", of="region"),
        Column("old_equipment", "name", "what is closed; blank = anything", "旧设备", of="equipment"),
        flag("same_region", "no", "must old and new be in the same region?", "同地区"),
        number("ratio", "1", "old closed per new built", "置换比", required=True, above=0),
        flag("expired", "no", "does capacity that expires count as closed?", "含到期"),
        FROM,
        UNTIL,
    ),
    "Who may replace whom, at what ratio.",
    "产能置换",
)
TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        regions, periods, slices, commodities, equipment, capacity, builds, routes, recipes, factors, availability,
        sources, markets, links, freight, stocks, swaps, policies, policy_values,
        levels, ledger,
    )
}  # fmt: skip
"""All tables by name, in the order in which they are read."""
