"""Proposals: the projects of `builds`, each of which can be forced in or left out by one number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.formulation.board import Board
from models.instance import Instance
from models.problems import InputError, Problem, rule
from optimizer.change import Change, Scenario, apply

LIMITS = {"most": "<=", "least": ">="}
METRICS = {True: "capacity_new", False: "capacity_refitted"}


@dataclass(frozen=True)
class Proposal:
    """A project: what it builds where, how much, and from when it may.

    Attributes:
        name: the project. region: its place.
        sizes: equipment -> capacity, of greenfield ways and of refits. [Q]
        greenfield: is it built on a new site? products: what its equipment can make there. opens: the first period in which it may be built.
    """

    name: str
    region: str
    sizes: dict[str, float]
    greenfield: bool
    products: tuple[str, ...]
    opens: str


def proposals(instance: Instance, board: Board) -> list[Proposal]:
    """The projects of `builds`, with what the model says of them; `board` is that of an instance in which all are brought in.

    Raises InputError, with all problems, if there are none, if one has no size, no open period, or several places.
    """
    builds, names = instance.tables["builds"], instance.names
    given = builds[builds["project"] != ""]
    if given.empty:
        en = "no proposal: rows of `builds` with a `project`, region, equipment and max"
        raise InputError([rule(en, "没有拟建项目：请在 builds 中填写 project、地区、设备与 max", table="builds", column="project")])
    ways = board["ways"].to_pandas()
    made = board.labelled("uses").merge(board.labelled("recipes"), on=["r", "k", "t"])
    made = made[(made["amount"] > 0) & made["c"].isin(board.labelled("commodity_parts")["c"])]
    found, problems = [], list[Problem]()
    for name, rows in given.groupby("project", sort=False):
        line = int(rows.index[0])
        places = {r for cell in rows["region"] for r in names.members(cell, "region")}
        own = ways[ways["x"] == name]
        if len(places) != 1:
            problems.append(rule("a proposal has one region", "一个项目只能有一个地区", table="builds", row=line, column="region"))
        elif not (rows["max"] > 0).all():
            problems.append(rule("the size of the proposal: above 0", "请填写项目规模，须大于 0", table="builds", row=line, column="max"))
        elif own.empty:
            problems.append(rule("no period lies in its window", "没有时期落在其年份范围内", table="builds", row=line, column="from"))
        else:
            first = own.drop_duplicates(["q", "step"])
            sizes = {str(q): float(size) for q, size in first.groupby("q", sort=False)["max"].sum().items()}
            region = next(iter(places))
            products = made.loc[made["q"].isin(sizes) & (made["r"] == region), "c"].unique()
            found.append(Proposal(str(name), region, sizes, bool(own["greenfield"].all()), tuple(products), str(own["t"].iloc[0])))
    if problems:
        raise InputError(problems)
    return found


def all_in_reach(instance: Instance) -> Instance:
    """The instance with every proposal brought in: a way to build like any other."""
    builds = instance.tables["builds"]
    names = builds.loc[builds["project"] != "", "project"].unique().tolist()
    return instance.replace(None, projects=tuple(names))


def switched(instance: Instance, found: list[Proposal], adopted: tuple[str, ...]) -> Instance:
    """The instance with two policies per kind of equipment: how much of each proposal is built at most and at least. None, but for the adopted."""
    rows: list[Change] = []
    for greenfield, metric in METRICS.items():
        own = [p for p in found if p.greenfield == greenfield]
        for q in dict.fromkeys(q for p in own for q in p.sizes):
            builders = [p for p in own if q in p.sizes]
            for side, sense in LIMITS.items():
                policy = _policy(side, q, greenfield)
                head = {"policy": policy, "metric": metric, "equipment": q, "party": "|".join(p.name for p in builders), "each": "party"}
                rows.append(Change("policies", how="insert", value=head | {"sense": sense, "span": "horizon"}))
                for p in builders:
                    number = p.sizes[q] if p.name in adopted and side == "most" else 0.0
                    rows.append(Change("policy_values", how="insert", value={"policy": policy, "party": p.name, "value": number}))
    return apply(instance, [Scenario(changes=tuple(rows))])


def forced(proposal: Proposal, share: float) -> tuple[Change, ...]:
    """Changes of a switched instance: so much of the proposal is built, no more and no less."""
    return tuple(
        Change("policy_values", {"policy": _policy(side, q, proposal.greenfield), "party": proposal.name}, "value", "set", share * size)
        for q, size in proposal.sizes.items()
        for side in LIMITS
    )


def _policy(side: str, equipment: str, greenfield: bool) -> str:
    return f"proposals of {equipment}{'' if greenfield else ', refits'}: at {side}"


def intensities(instance: Instance, board: Board, proposal: Proposal) -> list[tuple[str, str, float, float, float, str]]:
    """(product, item, intensity of its best route, benchmark, baseline, unit) for the rows of `levels` that fit. [i/u]"""
    names, units = instance.names, instance.tables["commodities"].set_index("commodity")["unit"]
    uses, recipes, burdens = (board.labelled(name) for name in ("uses", "recipes", "burden_activity"))
    here = (uses["r"] == proposal.region) & (uses["t"] == proposal.opens) & uses["q"].isin(proposal.sizes)
    routes = uses.loc[here, ["k", "q"]]
    recipes = recipes[(recipes["r"] == proposal.region) & (recipes["t"] == proposal.opens)]
    burdens = burdens[(burdens["r"] == proposal.region) & (burdens["t"] == proposal.opens)]
    out = []
    for level in instance.tables["levels"].to_dict("records"):
        fitting = set(names.members(level["equipment"], "equipment"))
        for product in names.members(level["commodity"], "commodity"):
            if product not in proposal.products:
                continue
            for item in names.members(level["item"], "item"):
                best = np.inf
                for k in routes.loc[routes["q"].isin(fitting), "k"]:
                    own = recipes[recipes["k"] == k]
                    made = float(own.loc[own["c"] == product, "amount"].sum())
                    caused = burdens.loc[(burdens["k"] == k) & (burdens["b"] == item), "value"].sum()
                    caused = caused if item in set(burdens["b"]) else -float(own.loc[own["c"] == item, "amount"].sum())
                    best = min(best, float(caused) / made) if made > 0 else best
                if np.isfinite(best):
                    out.append((product, item, best, level["benchmark"], level["baseline"], f"{units[item]}/{units[product]}"))
    return out
