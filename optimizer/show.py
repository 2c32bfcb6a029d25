"""A plan on the screen: what each place builds, keeps, refits and closes, what it costs, what binds and what one unit more is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.problems import language
from optimizer.describe import description
from optimizer.plan import Plan, PlanError

WORDS = {
    "capacity": ("Capacity by region and equipment: standing at the end of each period (+ new, ~ refitted, − closed, x expired)",
                 "各地区设备产能：各期末在役（+ 新建，~ 改造，− 关停，x 到期）"),
    "costs": ("Cost by term, undiscounted [{money}/yr; closing: {money} in the period]", "按项成本，未折现 [{money}/年；关停为当期 {money}]"),
    "policies": ("Policies: how many rows bind, and the largest shadow price in each period", "政策：起约束作用的行数与各期最高影子价格"),
    "clean": ("Clean share of the electricity that industry uses, by region", "各地区工业用电的清洁占比"),
    "shortages": ("Shortages: their prices are penalties, not market prices", "短缺：其价格为罚价，不是市场价格"),
}  # fmt: skip


WARNINGS = 5
"""Warnings that are shown in full."""
STATUS = {
    "optimal": ("optimal", "最优"), "feasible": ("feasible", "可行"), "infeasible": ("infeasible", "无可行方案"),
    "unbounded": ("unbounded", "无界"), "stopped": ("stopped", "中止"),
}  # fmt: skip


def _word(key: str, **put: Any) -> str:
    return WORDS[key][language() == "zh"].format(**put)


def show_table(plan: Plan, name: str) -> None:
    """One table whole. Raises PlanError for a name that the plan does not have."""
    if name not in plan.tables:
        raise PlanError(f"no table '{name}'; there are {', '.join(plan.tables)}")
    show_frame(plan[name])
    out = console()
    for column in plan[name].columns:
        out.print(f"  {column}: {description(name, column)}", style="dim", markup=False)


def show_frame(frame: pd.DataFrame) -> None:
    """A table of text and numbers."""
    grid = Table(header_style="bold", pad_edge=False)
    for column in frame.columns:
        grid.add_column(Text(str(column)), justify="right" if pd.api.types.is_numeric_dtype(frame[column]) else "left")
    for row in frame.itertuples(index=False):
        grid.add_row(*(Text(number(v) if isinstance(v, float) else str(v)) for v in row))
    console().print(grid)


def show_plan(plan: Plan, place: Path) -> None:
    """The summary and the main tables of a plan."""
    out = console()
    s = plan.summary
    if plan.tables:
        _capacity(plan)
        _costs(plan)
        _policies(plan)
        _clean(plan)
        _shortages(plan)
    zh = language() == "zh"
    money = s["money_unit"]
    out.print()
    status = f"{s['title']}: {STATUS[s['status']][zh]}"
    if s["objective"] is not None:
        status += f", {'贴现成本' if zh else 'discounted cost'} {s['objective']:,.6g} {money}"
    out.print(status, style="bold", markup=False, soft_wrap=True)
    out.print(f"{'证书' if zh else 'certificate'}: {'✓' if plan.certified else '✗'} {s['certificate_zh' if zh else 'certificate']}", markup=False)
    for row, weight in s["conflict"][:20]:
        out.print(f"  {row}  × {weight:.3g}", markup=False, soft_wrap=True)
    if s["price_kind"]:
        out.print(f"{'价格类型' if zh else 'prices are'}: {plan.price_kind[zh]}", markup=False)
    for warning in s["warnings"][:WARNINGS]:
        out.print(f"{'提示' if zh else 'warning'}: {warning}", style="yellow", markup=False, soft_wrap=True)
    if len(s["warnings"]) > WARNINGS:
        more = len(s["warnings"]) - WARNINGS
        out.print(f"另有 {more} 条提示，见 summary.json" if zh else f"{more} more warnings, in summary.json", style="yellow", markup=False)
    guessed = sum(n for mark, n in s["trust"].items() if mark in ("estimate", "assumption"))
    if guessed:
        total = sum(s["trust"].values())
        text = (
            f"{guessed:,} / {total:,} 行输入为估计或假设"
            if zh
            else f"{guessed:,} of {total:,} input rows are estimates or assumptions: so are the results"
        )
        out.print(text, style="yellow", markup=False)
    seconds = ", ".join(f"{k} {v:.2f}" for k, v in s["seconds"].items())
    out.print(
        f"{s['rows']:,} rows × {s['columns']:,} columns, {s['integers']} whole; s: {seconds}; {s['peak_memory_mb']:.0f} MB", style="dim", markup=False
    )
    if s["status"] == "stopped":
        out.print("未写任何文件" if zh else "nothing was written", markup=False)
        return
    files = f"{place}/plan.xlsx, {place}/*.csv, {place}/summary.json" if plan.tables else f"{place}/summary.json"
    out.print(f"{'文件' if zh else 'files'}: {files}", markup=False, soft_wrap=True)


def console() -> Console:
    """The terminal; a file or pipe gets lines of 180 characters."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=180)


def number(value: float) -> str:
    """Three digits, or whole thousands."""
    if value != value:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _periods(plan: Plan) -> list[str]:
    return list(plan.summary["periods"])


def grid(title: str, heads: list[str], rows: list[list[str]], left: int | list[bool] = 1) -> None:
    """A table of cells under its title; the first `left` columns are text, or `left` says so of each column."""
    text = [i < left for i in range(len(heads))] if isinstance(left, int) else left
    out = console()
    out.print()
    out.print(title, style="bold", markup=False, soft_wrap=True)
    lines = Table(header_style="bold", pad_edge=False)
    for i, head in enumerate(heads):
        widest = max([len(head), *(len(row[i]) for row in rows)])
        lines.add_column(
            Text(head), justify="left" if text[i] else "right", no_wrap=text[i] and widest <= 40, min_width=min(widest, 40) if text[i] else None
        )
    for row in rows:
        lines.add_row(*(Text(cell) for cell in row))
    out.print(lines)


def _capacity(plan: Plan) -> None:
    capacity, periods = plan["capacity"], _periods(plan)
    if capacity.empty:
        return
    rows: list[list[str]] = []
    by = capacity.set_index("period")
    for (equipment, unit), own in by.groupby(["equipment", "unit"], sort=False):
        total = own.groupby(level=0)[["standing", "new", "refitted", "closed", "expired"]].sum()
        rows.append([f"{equipment} [{unit}]", "", *(_cell(total, t) for t in periods)])
        places = own.groupby("region", sort=False)
        if len(places) > 1:
            rows += [["", str(region), *(_cell(group, t) for t in periods)] for region, group in places]
    grid(_word("capacity"), ["", "", *periods], rows, left=2)


def _cell(frame: pd.DataFrame, period: str) -> str:
    if period not in frame.index:
        return "·"
    row = frame.loc[period]
    marks = [f"{sign}{number(row[name])}" for name, sign in (("new", "+"), ("refitted", "~"), ("closed", "−"), ("expired", "x")) if row[name] > 5e-4]
    standing = row["standing"] if row["standing"] > 5e-4 else 0.0
    return " ".join([number(standing), *marks])


def _costs(plan: Plan) -> None:
    costs, periods = plan["costs"], _periods(plan)
    if costs.empty:
        return
    table = costs.groupby(["term", "period"], sort=False)["annual"].sum().unstack("period").reindex(columns=periods).fillna(0.0)
    present = costs.groupby("term", sort=False)["present_value"].sum()
    rows = [[str(term), *(number(v) for v in values), number(present[term])] for term, values in zip(table.index, table.to_numpy(), strict=True)]
    rows.append(["=", *["" for _ in periods], number(present.sum())])
    head = "现值" if language() == "zh" else "present value"
    grid(_word("costs", money=plan.summary["money_unit"]), ["", *periods, head], rows)


def _policies(plan: Plan) -> None:
    policies, periods = plan["policies"], _periods(plan)
    if policies.empty:
        return
    rows = []
    for name, group in policies[policies["sense"] != "price"].groupby("policy", sort=False):
        worth = group.groupby("period")["shadow_price"].agg(lambda v: v.loc[v.abs().idxmax()] if v.notna().any() else float("nan"))
        first = group.iloc[0]
        text = (first["zh"] if language() == "zh" else first["en"]) or str(name)
        binding = int(group["binds"].sum())
        unit = f"{plan.summary['money_unit']}/({first['unit']})" if first["unit"] else plan.summary["money_unit"]
        cells = [number(worth[t]) if t in worth and worth[t] == worth[t] and abs(worth[t]) > 1e-9 else "·" for t in periods]
        rows.append([text[:60], f"{binding}/{len(group)}", *cells, unit])
    heads = ["", "起约束" if language() == "zh" else "binds", *periods, ""]
    if rows:
        grid(_word("policies"), heads, rows, left=1)


def _clean(plan: Plan) -> None:
    clean, periods = plan["clean"], _periods(plan)
    routes = clean[clean["kind"] == "route"]
    if routes.empty:
        return
    total = routes.groupby(["region", "period"], sort=False)[["clean", "use"]].sum()
    share = (total["clean"] / total["use"]).unstack("period").reindex(columns=periods)
    rows = [[str(region), *("·" if v != v else f"{v:.0%}" for v in values)] for region, values in zip(share.index, share.to_numpy(), strict=True)]
    grid(_word("clean"), ["", *periods], rows)


def _shortages(plan: Plan) -> None:
    markets, periods = plan["markets"], _periods(plan)
    short = markets[markets["shortage"] > 1e-6]
    if short.empty:
        return
    table = short.groupby(["commodity", "unit", "region", "period"], sort=False)["shortage"].sum().unstack("period").reindex(columns=periods)
    rows = [
        [f"{c} [{u}/yr]", str(r), *("·" if v != v else number(v) for v in values)]
        for (c, u, r), values in zip(table.index, table.to_numpy(), strict=True)
    ]
    grid(_word("shortages"), ["", "", *periods], rows, left=2)
