"""Two tables that state no constraint: what a project and a ledger of swaps are judged by."""

from __future__ import annotations

from models.columns import key, label, number
from models.schema import Column, Table

levels = Table(
    "levels",
    (
        key("commodity", "the product", "商品", required=True),
        key("item", "what is used or caused per unit of it: a commodity or a burden", "项目", of="item", required=True),
        key("equipment", "equipment, tag, or blank for all", "设备"),
        number("benchmark", "i/u", "the benchmark level: what a new plant should reach", "标杆水平"),
        number("baseline", "i/u", "the baseline level: what no plant may exceed", "基准水平"),
    ),
    "Energy efficiency levels by product, for the screening of projects.",
    "能效水平",
)
ledger = Table(
    "ledger",
    (
        Column("period", "name", "period of the new capacity", "时期", of="period", required=True),
        label("rule", "rule of `swaps`; blank = any that allows the pair", "规则"),
        Column("new_region", "name", "where the new stands", "新地区", of="region", required=True),
        Column("new_equipment", "name", "what is built", "新设备", of="equipment", required=True),
        number("new_amount", "Q", "new capacity that this closure stands behind", "新产能", required=True, least=0),
        Column("old_region", "name", "where the old stood", "旧地区", of="region", required=True),
        Column("old_equipment", "name", "what is closed", "旧设备", of="equipment", required=True),
        number("old_amount", "Q", "capacity closed for it", "旧产能", required=True, least=0),
    ),
    "Swaps that were announced, one line per pair of new and old, to be checked.",
    "置换台账",
)
