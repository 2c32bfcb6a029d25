"""The supply chain of a plan as a network of places and goods, through which burdens flow to whoever uses the goods in the end.

    out[i] × e[i] = direct[i] + Σ_j amount[j→i] × e[j]           i, j: a commodity in a region, or on a mode that passes through it

`e` is what a unit carries. A route passes the burden of what it uses, and its own, to what it makes (several products: by value at the plan's
prices, by amount where there are none); shipments pass it to where they go. What leaves: markets, stocks, routes that make nothing. What is left over
carries nothing: its burden stays with the useful rest. So what leaves adds up to the plan's total. (Leontief's quantity model in physical units:
Miller and Blair, Input-Output Analysis, chapter 2; economic allocation: ISO 14044, 4.3.4.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from models.formulation import build
from models.instance import Instance
from optimizer.plan import Plan

TINY = 1e-9
HERE = ""
"""The mode of what is in a region and not on its way."""
FACTORS = ("activity", "purchase", "sale", "clean", "capacity", "freight")
ROUTE = ["region", "route"]
PLACE = ["region", "commodity"]
NODE = ["region", "mode", "commodity"]


@dataclass(frozen=True)
class Chain:
    """One period of a plan.

    Attributes:
        nodes: region, mode (`HERE`, or that of a layer that is travelled through), commodity; in the order of the rows of `carried`.
        carried: a column per stage: what a unit of the node carries of the burden that arose in that stage. [b/u]
        electricity: of the clean commodity used along its chain, all and of it clean. [u/u]
        made: region, commodity, made [u/yr], own [b/yr], electric [b/yr]: the burden of its routes themselves, and of the clean commodity they use.
        making: for each row of `made` what making it carries, by stage, and the electricity of its chain, all and clean. [b/yr, u/yr]
        leaving: burden by what becomes of it: delivered, stored, disposed of, not in goods. [b/yr]
    """

    nodes: pd.DataFrame
    carried: pd.DataFrame
    electricity: np.ndarray
    made: pd.DataFrame
    making: np.ndarray
    leaving: dict[str, float]


class Chains:
    """The chains of a plan, period by period, for one burden."""

    def __init__(self, instance: Instance, plan: Plan, burden: str) -> None:
        self.instance, self.plan, self.burden = instance, plan, burden
        board = build(instance).board
        self.clean = instance.settings.clean_commodity
        parts = set(board.labelled("commodity_parts")["c"])
        recipes = board.labelled("recipes")
        self._recipes = recipes[recipes["c"].isin(parts)].rename(columns={"r": "region", "k": "route", "c": "commodity", "t": "period"})
        self._factors = {
            name: self._factor(board.labelled(f"burden_{name}")) for name in ("activity", "purchase", "sale", "clean", "capacity", "freight")
        }
        carried = board.labelled("carried")
        self._through = set(carried.loc[carried["through"], ["n", "c"]].itertuples(index=False, name=None))
        names = dict(zip(board.labelled("links")["l"], zip(*(board.labelled("links")[c] for c in "rdn"), strict=True), strict=True))
        freight = self._factors["freight"]
        freight[["origin", "destination", "mode"]] = [names[l] for l in freight["l"]] if len(freight) else pd.DataFrame(columns=["o", "d", "m"])

    def _factor(self, frame: pd.DataFrame) -> pd.DataFrame:
        own = frame[frame["b"] == self.burden].drop(columns="b")
        return own.rename(columns={"r": "region", "k": "route", "c": "commodity", "q": "equipment", "t": "period", "value": "factor"})

    def _at(self, table: str, period: str) -> pd.DataFrame:
        frame = self.plan[table]
        return frame[frame["period"] == period]

    def period(self, period: str) -> Chain:
        """The chain of one period."""
        routes, own, idle = self._routes(period)
        edges, direct, sinks = self._edges(period, routes, own)
        nodes = pd.concat([edges[[f"from_{c}" for c in NODE]].set_axis(NODE, axis=1), edges[[f"to_{c}" for c in NODE]].set_axis(NODE, axis=1),
                           sinks[NODE], direct[NODE]]).drop_duplicates(ignore_index=True)  # fmt: skip
        number = pd.Series(np.arange(len(nodes)), index=pd.MultiIndex.from_frame(nodes))
        of, to = (number.reindex(pd.MultiIndex.from_frame(edges[[f"{end}_{c}" for c in NODE]])).to_numpy() for end in ("from", "to"))
        flow = sp.csr_array((edges["amount"].to_numpy(), (to, of)), shape=(len(nodes), len(nodes)))
        at = number.reindex(pd.MultiIndex.from_frame(sinks[NODE])).to_numpy()
        out = np.asarray(flow.sum(axis=0)).ravel() + np.bincount(at, sinks["amount"], minlength=len(nodes))
        stages = sorted(direct.loc[direct["kind"] == "burden", "stage"].unique())
        sources = np.zeros((len(nodes), len(stages) + 2))
        place = number.reindex(pd.MultiIndex.from_frame(direct[NODE])).to_numpy()
        column = np.where(direct["kind"] == "burden", direct["stage"].map({s: i for i, s in enumerate(stages)}).fillna(0), len(stages))
        column = column + (direct["kind"] == "clean").to_numpy()
        np.add.at(sources, (place, column.astype(int)), direct["value"].to_numpy())
        live = out > TINY
        system = sp.diags_array(np.where(live, out, 1.0)) - sp.diags_array(live.astype(float)) @ flow
        carried = splu(sp.csc_array(system)).solve(np.where(live[:, None], sources, 0.0)) if len(nodes) else sources
        lost = float((sources[~live, : len(stages)]).sum() + (flow[~live] @ carried[:, : len(stages)]).sum())
        leaving: dict[str, float] = {"left over": lost, "not in goods": idle}
        for fate, group in sinks.assign(burden=carried[at, : len(stages)].sum(axis=1) * sinks["amount"].to_numpy()).groupby("fate"):
            leaving[str(fate)] = float(group["burden"].sum())
        made, making = self._made(routes, own, number, carried, stages)
        frame = pd.DataFrame(carried[:, : len(stages)], columns=stages)
        return Chain(nodes, frame, carried[:, len(stages) :], made, making, leaving)

    def _routes(self, period: str) -> tuple[pd.DataFrame, pd.DataFrame, float]:
        """What each route uses and makes (amount < 0, > 0), with the share of its burden that each product takes; each route's own burden, its
        clean commodity; and the burden that no good carries."""
        activity = self._at("production", period).groupby(ROUTE, sort=False)["activity"].sum().reset_index()
        recipes = self._recipes[self._recipes["period"] == period]
        routes = activity.merge(recipes, on=ROUTE)
        routes["amount"] = routes["amount"] * routes["activity"]
        balance = self._at("balance", period)
        weight = balance.assign(moved=(balance["made"] + balance["bought"] + balance["received"]).clip(lower=TINY))
        weight["price"] = weight["price"].where(np.isfinite(weight["price"]), weight["price_less"])  # where nothing more can be had
        weight = weight[np.isfinite(weight["price"])]
        value = weight.assign(value=weight["price"] * weight["moved"]).groupby(["region", "commodity"])[["value", "moved"]].sum()
        price = (value["value"] / value["moved"]).rename("price").reset_index()
        routes = routes.merge(price, on=["region", "commodity"], how="left")
        worth = np.where(routes["amount"] > 0, routes["amount"] * routes["price"].fillna(0.0).clip(lower=0.0), 0.0)
        routes["share"] = worth
        total = routes.groupby(ROUTE)["share"].transform("sum")
        amounts = routes["amount"].clip(lower=0.0)
        even = amounts / routes.assign(a=amounts).groupby(ROUTE)["a"].transform("sum").clip(lower=TINY)
        routes["share"] = np.where(total > TINY, worth / total.clip(lower=TINY), even)

        direct = activity.merge(self._now("activity", period), on=ROUTE, how="left").fillna({"factor": 0.0})
        claims = self._at("clean", period)
        claims = claims.merge(self._now("clean", period)[["region", "factor"]], on="region", how="left").fillna({"factor": 0.0})
        claims["claimed"] = claims["clean"] * claims["factor"]
        claimed = claims[claims["kind"] == "route"].rename(columns={"user": "route"})[[*ROUTE, "use", "clean", "claimed"]]
        direct = direct.merge(claimed, on=ROUTE, how="left").fillna({"use": 0.0, "clean": 0.0, "claimed": 0.0})
        direct["burden"] = direct["activity"] * direct["factor"] + direct["claimed"]
        standing = self._at("capacity", period).merge(self._now("capacity", period), on=["region", "equipment"])
        sold = self._at("balance", period).merge(self._now("sale", period), on=PLACE)
        idle = claims.loc[claims["kind"] == "market", "claimed"].sum() + (standing["standing"] * standing["factor"]).sum()
        return routes, direct[[*ROUTE, "burden", "use", "clean"]], float(idle + (sold["sold"] * sold["factor"]).sum())

    def _edges(self, period: str, routes: pd.DataFrame, own: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Edges (from, to, amount out of the first), direct burdens of nodes (stage, kind, value), and sinks (fate, amount)."""
        columns = [f"{end}_{c}" for end in ("from", "to") for c in NODE]
        used, made = routes[routes["amount"] < 0], routes[routes["amount"] > 0]
        inside = used.merge(made, on=ROUTE, suffixes=("", "_to")).assign(mode=HERE)
        inside["passed"] = -inside["amount"] * inside["share_to"]
        flows = self._at("flows", period).groupby(["origin", "destination", "mode", "commodity"], sort=False)[["shipped", "received"]].sum()
        flows = flows.reset_index()
        layered = np.array([pair in self._through for pair in zip(flows["mode"], flows["commodity"], strict=True)], dtype=bool)
        flows["layer"] = np.where(layered, flows["mode"], HERE)
        within = inside[["region", "mode", "commodity", "region", "mode", "commodity_to", "passed"]]
        between = flows[["origin", "layer", "commodity", "destination", "layer", "commodity", "shipped"]]
        every = pd.concat([frame.set_axis([*columns, "amount"], axis=1) for frame in (within, between, *self._loading(flows[layered]))])

        amounts = ["demand", "shortage", "sold", "stocked", "bought"]
        balance = self._at("balance", period).groupby(PLACE, sort=False)[amounts].sum().reset_index().assign(mode=HERE)
        makers = set(zip(made["region"], made["route"], strict=True))
        idle = np.array([pair not in makers for pair in zip(used["region"], used["route"], strict=True)], dtype=bool)
        spent = used[idle].assign(mode=HERE)
        delivered = balance.assign(fate="delivered", amount=balance["demand"] - balance["shortage"] + balance["sold"])
        sinks = [delivered, balance.assign(fate="stored", amount=balance["stocked"]), spent.assign(fate="disposed of", amount=-spent["amount"])]
        gone = pd.concat([sink[[*NODE, "fate", "amount"]] for sink in sinks])

        shared = made.merge(own, on=ROUTE).assign(mode=HERE, stage=lambda f: f["commodity"])
        direct = [shared.assign(kind=kind, value=shared["share"] * shared[kind]) for kind in ("burden", "use", "clean")]
        bought = balance.merge(self._now("purchase", period), on=PLACE)
        direct.append(bought.assign(stage=bought["commodity"], kind="burden", value=bought["bought"] * bought["factor"]))
        moved = flows.merge(self._now("freight", period).drop(columns="region"), on=["origin", "destination", "mode", "commodity"])
        moved = moved.assign(value=moved["shipped"] * moved["factor"], stage="freight", kind="burden")
        direct.append(moved.drop(columns="mode").rename(columns={"destination": "region", "layer": "mode"}))
        told = pd.concat([frame[[*NODE, "stage", "kind", "value"]] for frame in direct])
        return every[every["amount"] > TINY], told[told["value"].abs() > TINY], gone[gone["amount"] > TINY]

    def _now(self, name: str, period: str) -> pd.DataFrame:
        frame = self._factors[name]
        return frame[frame["period"] == period].drop(columns="period")

    @staticmethod
    def _loading(flows: pd.DataFrame) -> list[pd.DataFrame]:
        """On a mode that is travelled through, what leaves a region beyond what arrived is loaded there, and the other way round unloaded."""
        key = ["region", "mode", "commodity"]
        leaving = flows.rename(columns={"origin": "region"}).groupby(key)["shipped"].sum()
        arriving = flows.rename(columns={"destination": "region"}).groupby(key)["received"].sum()
        net = leaving.sub(arriving, fill_value=0.0).rename("net").reset_index().assign(here=HERE)
        loaded = net.assign(amount=net["net"])[["region", "here", "commodity", "region", "mode", "commodity", "amount"]]
        unloaded = net.assign(amount=-net["net"])[["region", "mode", "commodity", "region", "here", "commodity", "amount"]]
        return [loaded, unloaded]

    def _made(
        self, routes: pd.DataFrame, own: pd.DataFrame, number: pd.Series, carried: np.ndarray, stages: list[str]
    ) -> tuple[pd.DataFrame, np.ndarray]:
        """What is made where, and what making it carries."""
        made = routes[routes["amount"] > 0].merge(own, on=ROUTE)
        used = routes[routes["amount"] < 0]
        at = number.reindex(pd.MultiIndex.from_frame(used.assign(mode=HERE)[NODE])).to_numpy()
        brought = -used["amount"].to_numpy()[:, None] * carried[at.astype(int)]
        electric = np.where(used["commodity"] == self.clean, brought[:, : len(stages)].sum(axis=1), 0.0)
        group = pd.MultiIndex.from_frame(used[ROUTE])
        taken = pd.DataFrame(np.column_stack([brought, electric])).groupby([group.get_level_values(0), group.get_level_values(1)]).sum()
        taken = taken.reindex(pd.MultiIndex.from_frame(made[ROUTE])).fillna(0.0).to_numpy() * made["share"].to_numpy()[:, None]
        making = taken[:, :-1].copy()
        column = made["commodity"].map({s: i for i, s in enumerate(stages)})
        has = column.notna().to_numpy()
        making[np.flatnonzero(has), column[has].astype(int)] += (made["share"] * made["burden"]).to_numpy()[has]
        making[:, len(stages)] += (made["share"] * made["use"]).to_numpy()
        making[:, len(stages) + 1] += (made["share"] * made["clean"]).to_numpy()
        table = made.assign(own=made["share"] * made["burden"], electric=taken[:, -1], made=made["amount"])
        key = ["region", "commodity"]
        sums = table.groupby(key, sort=False)[["made", "own", "electric"]].sum().reset_index()
        rows = pd.MultiIndex.from_frame(table[key])
        codes = pd.MultiIndex.from_frame(sums[key]).get_indexer(rows)
        whole = np.zeros((len(sums), making.shape[1]))
        np.add.at(whole, codes, making)
        return sums, whole
