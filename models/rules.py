"""What rows of checked tables must hold together: shares, periods, steps, limits. Cells alone are checked in `checking.py`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from models import units
from models.checking import Findings
from models.held import Asked, Held, Reading
from models.names import Names
from models.problems import nearest, rule

Frames = Mapping[str, pd.DataFrame]


def check_tables(settings: Any, tables: Frames, names: Names, files: Mapping[str, str], found: Findings, held: Held) -> Held:
    """Appends to `found` everything that single tables get wrong as a whole, but for the rules that `held` before on the same tables,
    settings and names. Returns what each rule has read."""

    def say(table: str, row: object, column: str, en: str, zh: str) -> None:
        found.problems.append(rule(en, zh, file=files.get(table, ""), table=table, row=None if row is None else int(str(row)), column=column))

    for check in (
        _periods,
        _slices,
        _commodities,
        _equipment,
        _capacity,
        _builds,
        _recipes,
        _sources,
        _markets,
        _links,
        _freight,
        _stocks,
        _swaps,
        _levels,
        _ledger,
    ):
        if check.__name__ not in held:
            reading = Reading(tables)
            check(settings, reading, names, say)
            held = held | {check.__name__: Asked(frozenset(reading.read))}
    return held


Say = Callable[[str, object, str, str, str], None]


def _double(frame: pd.DataFrame, column: str, table: str, say: Say) -> None:
    for row in frame.index[frame[column].duplicated()]:
        other = frame.index[frame[column] == frame.at[row, column]][0]
        say(table, row, column, f"'{frame.at[row, column]}' stands in row {other} already", f"“{frame.at[row, column]}” 已见于第 {other} 行")


def _periods(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["periods"]
    _double(frame, "period", "periods", say)
    start, years = frame["start"].to_numpy(), frame["years"].to_numpy()
    for i in range(1, len(frame)):
        if start[i] < start[i - 1] + years[i - 1] - 1e-9:
            end = f"{start[i - 1] + years[i - 1]:g}"
            say("periods", frame.index[i], "start", f"begins before the period before it ends ({end})", f"早于上一时期的结束（{end}）")
    for j in np.flatnonzero((years % 1 != 0) & frame["weight"].isna().to_numpy()):
        say("periods", frame.index[j], "years", "must be whole, unless weight is given", "须为整数，除非给出 weight")


def _slices(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["slices"]
    if len(frame):
        _double(frame, "slice", "slices", say)
        total = frame["share"].sum()
        if abs(total - 1) > 1e-6:
            say("slices", None, "share", f"the shares sum to {total:.9g}, they must sum to 1", f"份额之和为 {total:.9g}，应为 1")


def _commodities(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["commodities"]
    _double(frame, "commodity", "commodities", say)
    if settings.clean_commodity:
        row = frame[frame["commodity"] == settings.clean_commodity]
        if len(row) and row["surplus"].iloc[0] != "no":
            say("commodities", row.index[0], "surplus", "the clean commodity must have surplus = no", "清洁商品的 surplus 必须为 no")
        if len(row) and row["balance"].iloc[0] == "tally":
            say("commodities", row.index[0], "balance", "the clean commodity cannot be a burden", "清洁商品不能是 tally")
    made = _items(tables["recipes"][tables["recipes"]["amount"] > 0], names)
    counted = {m for c in tables["factors"].loc[tables["factors"]["on"] == "use", "item"] for m in names.members(c, "factor_item")}
    for i in frame.index[(frame["surplus"] == "yes") & (frame["balance"] != "tally")]:
        if frame.at[i, "commodity"] in counted & made:
            say(
                "commodities", i, "surplus",
                "a commodity that is made and has a `use` factor must have surplus = no, else what is thrown away earns a credit",
                "有 use 系数且由路线生产的商品须 surplus = no，否则丢弃也会得到抵减",
            )  # fmt: skip


def _items(recipes: pd.DataFrame, names: Names) -> set[str]:
    return {m for cell in recipes["item"].unique() for m in names.members(cell, "item")}


def _equipment(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["equipment"]
    _double(frame, "equipment", "equipment", say)
    _double(tables["regions"], "region", "regions", say)
    buildable = {m for c in tables["builds"]["equipment"].unique() for m in names.members(c, "equipment")}
    for i in frame.index[frame["life"].isna() & frame["annuity_life"].isna()]:
        if frame.at[i, "equipment"] in buildable:
            say("equipment", i, "annuity_life", "must be given for equipment that can be built and has no life", "无寿命而可新建的设备须给出")


def _capacity(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["capacity"]
    if frame.empty or tables["periods"].empty:
        return
    first, last = tables["periods"]["start"].min(), tables["periods"]["start"].max()
    life = dict(zip(tables["equipment"]["equipment"], tables["equipment"]["life"], strict=True))
    for i, cell, built in zip(frame.index, frame["equipment"], frame["built"], strict=True):
        if np.isnan(built):
            continue
        if built > last:
            say("capacity", i, "built", f"later than the last period's start ({last:g})", f"晚于最后时期的起始年（{last:g}）")
        for q in names.members(cell, "equipment"):
            if np.isfinite(life.get(q, np.nan)) and built + life[q] <= first:
                end = f"{built + life[q]:g}"
                say("capacity", i, "built", f"{q} expired in {end}, before the plan begins", f"{q} 在 {end} 年已到期，早于规划期")


def _builds(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["builds"]
    if frame.empty:
        return
    charged = (frame["fixed_invest"] > 0) | (frame["fixed_cost"] > 0) | (frame["min"] > 0) | frame["size"].notna()
    for i in frame.index[charged & frame["max"].isna()]:
        say("builds", i, "max", "required where fixed_invest, fixed_cost, min or size is given", "给出固定费用、下限或规模时必填")
    for i in frame.index[(frame["min"] > frame["max"]) | (frame["size"] > frame["max"])]:
        say("builds", i, "max", "must be at least min and size", "不得小于 min 与 size")
    for i in frame.index[(frame["from"] > frame["until"])]:
        say("builds", i, "until", "is before `from`", "早于 from")
    same = ["region", "equipment", "replaces", "project", "from", "until"]
    steps = frame.sort_values("step", kind="stable")
    later = steps.duplicated(same) & ((steps["fixed_invest"] > 0) | (steps["fixed_cost"] > 0))
    for i in steps.index[later]:
        say("builds", i, "fixed_invest", "only the first step carries fixed_invest and fixed_cost", "固定费用只填在第一台阶")
    plain = steps[steps["size"].isna()]
    for i in plain.index[plain["invest"] < plain.groupby(same, dropna=False, sort=False)["invest"].shift()]:
        say("builds", i, "invest", "must not fall from step to step", "投资不得随台阶下降")


def _recipes(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["recipes"]
    own = set(names.kinds["equipment"])
    for i, cell, amount in zip(frame.index, frame["item"], frame["amount"], strict=True):
        if amount > 0 and own & set(names.members(cell, "item")):
            say("recipes", i, "amount", "equipment is occupied: write a negative amount", "设备为占用量，应为负数")
    for i in frame.index[frame["item"] == ""]:
        say("recipes", i, "item", "may not be empty", "不能为空")


def _sources(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["sources"]
    for i in frame.index[frame["min"] > frame["max"]]:
        say("sources", i, "min", "is above max", "大于 max")
    _no_slice_for_year(frame, "sources", tables, names, say)
    _no_burden(frame, "sources", tables, names, say)


def _markets(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["markets"]
    for i in frame.index[(frame["max"] > 0) & frame["price"].isna()]:
        say("markets", i, "price", "required where max is given", "给出 max 时必填")
    _no_slice_for_year(frame, "markets", tables, names, say)
    _no_burden(frame, "markets", tables, names, say)


def _balances(tables: Frames) -> dict[str, str]:
    frame = tables["commodities"]
    return dict(zip(frame["commodity"], frame["balance"], strict=True))


def _of_balance(frame: pd.DataFrame, balance: str, tables: Frames, names: Names) -> list[tuple[object, str]]:
    """The rows whose cell has a commodity that is balanced so, with the first of them."""
    kinds = _balances(tables)
    first = {cell: next((c for c in names.members(cell, "commodity") if kinds[c] == balance), "") for cell in frame["commodity"].unique()}
    return [(i, first[cell]) for i, cell in frame["commodity"].items() if first[cell]] if any(first.values()) else []


def _no_slice_for_year(frame: pd.DataFrame, table: str, tables: Frames, names: Names, say: Say) -> None:
    for i, c in _of_balance(frame[frame["slice"] != ""], "year", tables, names):
        say(table, i, "slice", f"{c} is balanced over the year and has no slices", f"{c} 按年平衡，没有时段")


def _no_burden(frame: pd.DataFrame, table: str, tables: Frames, names: Names, say: Say) -> None:
    for i, c in _of_balance(frame[frame["commodity"] != ""], "tally", tables, names):
        en = f"{c} is a burden (tally): it cannot be bought, sold, shipped or stored"
        say(table, i, "commodity", en, f"{c} 为 tally，不能买卖、运输或储存")


def _links(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["links"]
    for i, origin, destination, mode in zip(frame.index, frame["origin"], frame["destination"], frame["mode"], strict=True):
        origins = names.members(origin, "region")
        if len(origins) == 1 and origins[0] in names.members(destination, "region"):
            say("links", i, "destination", "is the origin", "与起点相同")
        if not mode:
            say("links", i, "mode", "may not be empty", "不能为空")

    carried: dict[str, set[str]] = {}
    for modes, goods in zip(tables["freight"]["mode"], tables["freight"]["commodity"], strict=True):
        for m in names.members(modes, "mode"):
            carried.setdefault(m, set()).update(names.members(goods, "commodity"))
    bound = frame[frame["equipment"] != ""].drop_duplicates(["equipment", "mode"])
    for i, q, mode in zip(bound.index, bound["equipment"], bound["mode"], strict=True):
        _one_unit(tables, "links", i, q, carried.get(mode, set()), "/yr", say)


def _one_unit(tables: Frames, table: str, row: object, q: str, goods: Collection[str], per: str, say: Say) -> None:
    """Capacity that limits a flow or a level counts in the unit of the commodity: another unit of the same dimension would be read as it."""
    for c in sorted(goods):
        own = tables["equipment"].set_index("equipment").at[q, "unit"]
        want = tables["commodities"].set_index("commodity").at[c, "unit"] + per
        try:
            ratio = units.factor(own, want.replace("/yr", "/year"))
        except units.UnitError:
            continue
        if not np.isclose(ratio, 1.0):
            en = f"{q} is in {own}, but limits {c} in {want} (1 {own} = {ratio:.6g} {want}): give it the unit {want}"
            say(table, row, "equipment", en, f"{q} 的单位是 {own}，而 {c} 以 {want} 计（1 {own} = {ratio:.6g} {want}）：请改用 {want}")


def _freight(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["freight"]
    for i in frame.index[(frame["through"] == "yes") & (frame["destination"] != "")]:
        say("freight", i, "destination", "must be blank where through = yes", "through = yes 时须为空")
    _no_burden(frame, "freight", tables, names, say)
    through: dict[tuple[str, str], tuple[str, object]] = {}
    for i, mode, commodity, value in zip(frame.index, frame["mode"], frame["commodity"], frame["through"], strict=True):
        if mode == "" and not names.kinds["mode"]:
            continue
        for m in names.members(mode, "mode"):
            for c in names.members(commodity, "commodity"):
                before = through.setdefault((m, c), (value, i))
                if before[0] != value and frame.at[before[1], "mode"] == mode and frame.at[before[1], "commodity"] == commodity:
                    say("freight", i, "through", f"differs from row {before[1]} for {m}, {c}", f"与第 {before[1]} 行不同（{m}，{c}）")


def _stocks(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["stocks"]
    balance = _balances(tables)
    _no_burden(frame, "stocks", tables, names, say)
    for i in frame.index:
        year = [c for c in names.members(frame.at[i, "commodity"], "commodity") if balance[c] == "year"]
        if frame.at[i, "cycle"] != "horizon" and year:
            say("stocks", i, "cycle", f"{year[0]} is balanced over the year: only a horizon stock fits", f"{year[0]} 按年平衡，只能用 horizon")
        if frame.at[i, "cycle"] == "horizon" and np.isnan(frame.at[i, "first"]):
            say("stocks", i, "first", "required for a horizon stock", "horizon 库存必填")
        if frame.at[i, "reserve"] > frame.at[i, "max"]:
            say("stocks", i, "reserve", "is above max", "大于 max")
        if frame.at[i, "equipment"]:
            _one_unit(tables, "stocks", i, frame.at[i, "equipment"], names.members(frame.at[i, "commodity"], "commodity"), "", say)


def _swaps(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    _double(tables["swaps"], "rule", "swaps", say)


def _levels(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    frame = tables["levels"]
    for row in frame.index[frame["baseline"] < frame["benchmark"]]:
        say("levels", row, "baseline", "below the benchmark, which is the better level", "低于标杆水平；标杆应更优")


def _ledger(settings: Any, tables: Frames, names: Names, say: Say) -> None:
    rules, unit = set(tables["swaps"]["rule"]), tables["equipment"].set_index("equipment")["unit"].to_dict()
    for row, cells in tables["ledger"].iterrows():
        if cells["rule"] and cells["rule"] not in rules:
            near = nearest(cells["rule"], rules)
            say("ledger", row, "rule", f"no rule '{cells['rule']}'; did you mean {near}?", f"没有规则“{cells['rule']}”；是否为 {near}？")
        if unit[cells["new_equipment"]] != unit[cells["old_equipment"]]:
            say("ledger", row, "old_equipment", "has another unit than the new", "与新设备单位不同")
