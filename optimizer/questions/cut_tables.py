"""The tables of a blanket cut: side by side, by region, the cascade along the recipes, period by period.

Three columns stand everywhere: as planned, under the blanket cut, by plan. Amounts are sums over the periods of the cut, years × yearly rate.
The price of a commodity is the mean of its shadow prices, weighted by what is used, wanted and sold as planned. The value added of a route is
what it makes less what it uses, at the prices as planned: wages, other operating costs and rents are in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np
import pandas as pd

from optimizer.plan import Plan
from optimizer.questions.cut_scope import Scope, reached

NAMES = ("as_planned", "blanket_cut", "by_plan")
SMALL = 1e-6
"""Changes below this share are none."""
NOTHING = 1e-9
"""The weight of a price where nothing is used: where nothing is used anywhere the mean is a plain one."""


@dataclass(frozen=True)
class Columns:
    """The three plans; None where there is none."""

    as_planned: Plan
    blanket_cut: Plan | None
    by_plan: Plan | None

    def each(self) -> list[tuple[str, Plan | None]]:
        """The plans by the name of their column."""
        return [(name, getattr(self, name)) for name in NAMES]

    @property
    def money(self) -> str:
        return str(self.as_planned.summary["money_unit"])


@dataclass(frozen=True)
class View:
    """One plan seen over the periods of the cut."""

    plan: Plan
    scope: Scope

    def rows(self, table: str) -> pd.DataFrame:
        """A table's rows of the cut's periods, with the `years` of each."""
        years = dict(zip(self.plan.summary["periods"], self.plan.summary["years"], strict=True))
        frame = self.plan[table]
        frame = frame[frame["period"].isin(self.scope.periods)]
        return frame.assign(years=frame["period"].map(years).astype(float))

    @cached_property
    def balance(self) -> pd.DataFrame:
        return self.rows("balance")

    def total(self, table: str, by: str, amount: str) -> pd.Series:
        """Sums over the cut."""
        rows = self.rows(table)
        return (rows[amount] * rows["years"]).groupby(rows[by]).sum()

    @cached_property
    def made(self) -> pd.Series:
        """Output by commodity."""
        return (self.balance["made"] * self.balance["years"]).groupby(self.balance["commodity"]).sum()


def side_by_side(scope: Scope, plans: Columns, share: float | None, targets: Sequence[str]) -> pd.DataFrame:
    """Percent off, cost and its terms, targets and burdens, shortages, output lost, use of the scope's capacity."""
    rows: list[dict[str, object]] = []
    units = _units(scope)
    views = {name: View(plan, scope) for name, plan in plans.each() if plan is not None}

    def add(part: str, item: str, unit: str, of: dict[str, float]) -> None:
        if any(abs(v) > 1e-9 for v in of.values()) or part == "total cost":
            rows.append({"part": part, "item": item, "unit": unit, **{name: of.get(name, np.nan) for name in NAMES}})

    def series(part: str, unit: str | None, of: dict[str, pd.Series]) -> None:
        for item in dict.fromkeys(i for s in of.values() for i in s.index):
            add(part, item, unit or units.get(item, ""), {name: float(s.get(item, 0.0)) for name, s in of.items()})

    if share is not None:
        add("cut", "", "%", {name: 100 * share * (name == "blanket_cut") for name in views})
    add("total cost", "", plans.money, {name: v.plan.objective for name, v in views.items()})
    series("cost", plans.money, {name: v.plan["costs"].groupby("term", sort=False)["present_value"].sum() for name, v in views.items()})
    for target in targets:
        add("target", target, units[target], {name: reached(v.plan, scope, target) for name, v in views.items()})
    series("burden", None, {name: v.total("burdens", "burden", "amount") for name, v in views.items()})
    series("shortage", None, {name: v.total("markets", "commodity", "shortage") for name, v in views.items()})
    if "blanket_cut" in views:
        before, prices = views["as_planned"], mean_prices(views["as_planned"], views["as_planned"])
        worth = prices["price"].reindex(before.made.index).fillna(0.0)
        lost = {n: float(((before.made - v.made.reindex(before.made.index).fillna(0.0)).clip(lower=0) * worth).sum()) for n, v in views.items()}
        add("output lost", "", plans.money, lost)
        made = {n: float(value_added(v.plan, scope, prices).sum()) for n, v in views.items()}
        add("value added lost", "", plans.money, {n: made["as_planned"] - m for n, m in made.items()})
    series("use of capacity", "%", {name: _use(v) for name, v in views.items()})
    return pd.DataFrame(rows, columns=["part", "item", "unit", *NAMES])


def _use(view: View) -> pd.Series:
    """How much of the scope's usable capacity before the cut is run, by equipment. [%]"""
    keys = ["equipment", "region", "period"]
    uses = view.scope.board.labelled("uses").rename(columns={"q": "equipment", "r": "region", "t": "period", "k": "route"})
    run = view.rows("production").merge(uses, on=["region", "route", "period"])
    run = run.assign(run=run["activity"] * run["use"] * run["years"]).groupby(keys)["run"].sum()
    slices = dict(view.scope.board.labelled("slices")[["s", "share"]].itertuples(index=False, name=None)) | {"": 1.0}
    places = view.scope.places
    usable = (places["amount"] * places["slice"].map(slices)).groupby([places[k] for k in keys]).sum()
    stands = view.rows("capacity").set_index(keys)
    room = (stands["standing"] * stands["years"] * usable.reindex(stands.index)).dropna()
    totals = pd.DataFrame({"run": run.reindex(room.index).fillna(0.0), "room": room}).groupby(level="equipment").sum()
    return 100 * totals["run"] / totals["room"].where(totals["room"] > 0)


def products(scope: Scope) -> list[str]:
    """What routes on the cut equipment make."""
    uses = scope.board.labelled("uses").rename(columns={"q": "equipment", "r": "region", "t": "period"})
    own = uses.merge(scope.places[["equipment", "region", "period"]].drop_duplicates())[["region", "k", "period"]].drop_duplicates()
    made = _recipes(scope).merge(own, left_on=["r", "k", "t"], right_on=["region", "k", "period"])
    return sorted(set(made.loc[made["amount"] > 0, "c"]))


def _recipes(scope: Scope) -> pd.DataFrame:
    """What routes make and use of balanced commodities."""
    recipes = scope.board.labelled("recipes")
    return recipes[recipes["c"].isin(set(scope.board.labelled("commodity_parts")["c"]))]


def _units(scope: Scope) -> dict[str, str]:
    commodities = scope.board.table("commodities")
    return dict(zip(commodities["commodity"], commodities["unit"], strict=True))


def _activity(plan: Plan | None, scope: Scope) -> pd.DataFrame:
    """Activity over each period: r, k, t, activity (× years)."""
    if plan is None:
        return pd.DataFrame({"r": [], "k": [], "t": [], "activity": []})
    rows = View(plan, scope).rows("production").rename(columns={"region": "r", "route": "k", "period": "t"})
    return rows.assign(activity=rows["activity"] * rows["years"]).groupby(["r", "k", "t"], as_index=False)["activity"].sum()


def regions(scope: Scope, plans: Columns) -> pd.DataFrame:
    """Output of the cut products by region and route, all routes that make them; share of what was planned that is lost under the cut."""
    recipes = _recipes(scope)
    recipes = recipes[recipes["c"].isin(products(scope)) & (recipes["amount"] > 0)]
    columns = {}
    for name, plan in plans.each():
        made = _activity(plan, scope).merge(recipes, on=["r", "k", "t"])
        columns[name] = (made["activity"] * made["amount"]).groupby([made["c"], made["r"], made["k"]]).sum()
    table = pd.DataFrame(columns).fillna(0.0)
    table = table[table.max(axis=1) > 1e-9].rename_axis(["commodity", "region", "route"]).reset_index()
    table = table.sort_values(["commodity", "as_planned"], ascending=[True, False], kind="stable")
    table.insert(3, "unit", table["commodity"].map(_units(scope)))
    if plans.by_plan is None:
        table["by_plan"] = np.nan
    return table.reset_index(drop=True)


def mean_prices(view: View, weighed: View) -> pd.DataFrame:
    """By commodity: `price`, and `penalty`, the share of what was planned to be used that pays the price of a shortage."""
    key = ["region", "commodity", "period", "slice"]
    weights = weighed.balance.set_index(key)
    amounts = (weights["used"] + weights["demand"] + weights["sold"]) * weights["years"]
    rows = view.balance.set_index(key)
    rows = rows.assign(w=amounts.reindex(rows.index).fillna(0.0).clip(lower=0.0) + NOTHING)[lambda f: f["price"].notna()]
    by = rows.groupby(level="commodity")
    total = by["w"].sum()
    sums = rows.assign(price=rows["price"] * rows["w"], penalty=rows["penalty"] * rows["w"]).groupby(level="commodity")[["price", "penalty"]].sum()
    return sums.div(total, axis=0)


def graph(scope: Scope) -> nx.DiGraph:
    """The recipe graph: from each commodity to those that any route makes of it."""
    recipes = _recipes(scope)[["k", "c", "amount"]]
    used, made = recipes[recipes["amount"] < 0][["k", "c"]], recipes[recipes["amount"] > 0][["k", "c"]]
    pairs = used.merge(made, on="k", suffixes=("_used", "_made"))[["c_used", "c_made"]].drop_duplicates()
    chain = nx.DiGraph()
    chain.add_edges_from(pairs.itertuples(index=False, name=None))
    return chain


def cascade(scope: Scope, plans: Columns) -> pd.DataFrame:
    """From the cut products (stage 0) downstream: output, value added lost, the input that ran short, price before and after and its kind."""
    assert plans.blanket_cut is not None
    before, after = View(plans.as_planned, scope), View(plans.blanket_cut, scope)
    chain, start, units = graph(scope), products(scope), _units(scope)
    chain.add_nodes_from(start)
    stages = nx.multi_source_dijkstra_path_length(chain, set(start), weight=None) if start else {}
    price = mean_prices(before, before)
    dearer = mean_prices(after, before)
    lost = value_added(plans.as_planned, scope, price).sub(value_added(plans.blanket_cut, scope, price), fill_value=0.0)
    there = None if plans.by_plan is None else View(plans.by_plan, scope).made
    money, rows = plans.money, list[dict[str, object]]()
    for good, stage in sorted(stages.items(), key=lambda item: item[1]):
        planned, cut = (float(v.made.get(good, 0.0)) for v in (before, after))
        if max(planned, cut) <= 1e-9:
            continue
        fell = cut < planned * (1 - SMALL)
        short = "" if not fell else "(cut)" if stage == 0 else _short_input(scope, good, price["price"], dearer["price"])
        rows.append(
            {
                "stage": stage, "commodity": good, "unit": units[good], "as_planned": planned, "blanket_cut": cut,
                "by_plan": np.nan if there is None else float(there.get(good, 0.0)), "change [%]": 100 * (cut / planned - 1) if planned else np.nan,
                f"value_added_lost [{money}]": float(lost.get(good, 0.0)), "short_of": short,
                f"price_before [{money}/unit]": _at(price, good), f"price_after [{money}/unit]": _at(dearer, good),
                "kind": _kind(good, chain, dearer, price, str(plans.blanket_cut.summary["price_kind"])),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    return table if table.empty else table.sort_values(["stage", f"value_added_lost [{money}]"], ascending=[True, False], ignore_index=True)


def _at(prices: pd.DataFrame, good: str, column: str = "price") -> float:
    return float(prices[column].get(good, np.nan))


def _kind(good: str, chain: nx.DiGraph, after: pd.DataFrame, before: pd.DataFrame, otherwise: str) -> str:
    """Is the price after the cut that of a shortage, does it carry one from up or down the chain, or is it a dual like any other?"""
    share = _at(after, good, "penalty")
    if share > SMALL:
        return "penalty" if share >= 0.5 else "penalty in part"
    rose = _at(after, good) > _at(before, good) * (1 + SMALL)
    kin = nx.descendants(chain, good) | nx.ancestors(chain, good)
    return "carries a penalty" if rose and any(_at(after, c, "penalty") > SMALL for c in kin) else otherwise


def _short_input(scope: Scope, good: str, before: pd.Series, after: pd.Series) -> str:
    """The input whose dearness costs most per unit of output: (price after − before) × use, mean over the routes that make the good."""
    recipes = _recipes(scope)
    making = recipes[(recipes["c"] == good) & (recipes["amount"] > 0)][["r", "k", "t", "amount"]]
    used = recipes[recipes["amount"] < 0].merge(making, on=["r", "k", "t"], suffixes=("", "_made"))
    need = (-used["amount"] / used["amount_made"]).groupby(used["c"]).mean()
    rise = (need * (after - before).reindex(need.index)).dropna()
    return str(rise.idxmax()) if len(rise) and rise.max() > SMALL * abs(float(before.get(good, 1.0))) else ""


def value_added(plan: Plan, scope: Scope, prices: pd.DataFrame) -> pd.Series:
    """By commodity: what its routes make less what they use, at these prices; a route counts with the product of most value. [¤ over the cut]"""
    recipes = _recipes(scope)
    worth = recipes.assign(value=recipes["amount"] * recipes["c"].map(prices["price"]).fillna(0.0))
    main = worth[worth["amount"] > 0].sort_values("value", kind="stable").drop_duplicates(["r", "k", "t"], keep="last")[["r", "k", "t", "c"]]
    margin = worth.groupby(["r", "k", "t"], as_index=False)["value"].sum().merge(main, on=["r", "k", "t"])
    rows = _activity(plan, scope).merge(margin, on=["r", "k", "t"])
    return (rows["activity"] * rows["value"]).groupby(rows["c"]).sum()


def main_product(chain: pd.DataFrame, money: str) -> int:
    """The row of the cut product that loses most output at prices as planned."""
    start = chain[chain["stage"] == 0]
    return int(((start["as_planned"] - start["blanket_cut"]) * start[f"price_before [{money}/unit]"].fillna(0.0)).idxmax())


def periods(scope: Scope, plans: Columns, chain: pd.DataFrame) -> pd.DataFrame:
    """The cut product of most lost value through all periods: output in the period, stock at its end, price."""
    if chain.empty:
        return pd.DataFrame({"part": []})
    good = str(chain.loc[main_product(chain, plans.money), "commodity"])
    unit = _units(scope)[good]
    order = plans.as_planned.summary["periods"]
    years = pd.Series(plans.as_planned.summary["years"], order)
    weights = plans.as_planned["balance"].set_index(["region", "commodity", "period", "slice"])
    weights = (weights["used"] + weights["demand"] + weights["sold"]).clip(lower=0.0)
    columns: dict[str, dict[str, pd.Series]] = {"output": {}, "stock": {}, "price": {}}
    for name, plan in plans.each():
        if plan is None:
            continue
        rows = plan["balance"][plan["balance"]["commodity"] == good]
        columns["output"][name] = rows.groupby("period")["made"].sum().reindex(order) * years
        if (plan["stocks"]["commodity"] == good).any():
            columns["stock"][name] = plan["stocks"][plan["stocks"]["commodity"] == good].groupby("period")["level"].sum().reindex(order)
        w = weights.reindex(pd.MultiIndex.from_frame(rows[["region", "commodity", "period", "slice"]])).to_numpy()
        w = np.where(rows["price"].notna(), w, 0.0)
        total = pd.Series(w, rows.index).groupby(rows["period"]).sum()
        columns["price"][name] = (rows["price"].fillna(0.0) * w).groupby(rows["period"]).sum().div(total.where(total > 0)).reindex(order)
    units = {"output": unit, "stock": unit, "price": f"{plans.money}/{unit}"}
    frames = [
        pd.DataFrame({"commodity": good, "part": what, "period": order, "unit": units[what], **{n: of[n].to_numpy() for n in of}})
        for what, of in columns.items()
        if of
    ]
    return pd.concat(frames, ignore_index=True)
