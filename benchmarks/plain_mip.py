"""The same mixed-integer models written by hand for highspy, from the tables of our instances: what a specialist would have typed.

Facility location as in the OR-Library; the dynamic steel model with its cost points as increments. Options as in `optimizer.highs`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import highspy

from models import Instance
from optimizer.change import apply
from optimizer.scenario import find, load

INSTANCES = Path(__file__).parents[1] / "instances"


def instance(name: str, scenario: str = "") -> Instance:
    path = INSTANCES / name
    given = Instance.load(path)
    return apply(given, load(find(path, scenario))) if scenario else given


def solver() -> highspy.Highs:
    h = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("random_seed", 1),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 1e-9),
        ("mip_feasibility_tolerance", 1e-7),
    ):
        h.setOptionValue(option, value)
    return h


def facility_location(scenario: str) -> highspy.Highs:
    """min Σ fixed y + Σ cost x;  Σ_i x_ij >= demand_j;  Σ_j x_ij <= capacity y_i."""
    given = instance("facility-location", scenario)
    builds, markets, freight = (given.tables[t] for t in ("builds", "markets", "freight"))
    h = solver()
    opened = {b.region: h.addVariable(0, 1, b.fixed_invest, highspy.HighsVarType.kInteger) for b in builds.itertuples()}
    shipped = {(f.origin, f.destination): h.addVariable(0, highspy.kHighsInf, f.handling) for f in freight.itertuples()}
    customers = markets["region"].tolist()
    for c, demand in zip(customers, markets["demand"], strict=True):
        h.addConstr(sum(shipped[s, c] for s in opened) >= demand)
    for b in builds.itertuples():
        h.addConstr(sum(shipped[b.region, c] for c in customers) <= b.max * opened[b.region])
    return h


def steel_dynamic() -> highspy.Highs:
    """The equations of the published model: balances, units, demand, mine stocks, export bound, cost points with one binary each."""
    t = instance("mexico-steel-dynamic").tables
    periods = t["periods"]["period"].tolist()
    weight = dict(zip(periods, t["periods"]["weight"], strict=True))
    plants = t["regions"].loc[t["regions"]["groups"] == "plants", "region"].tolist()
    recipes = {(r.route, r.item): r.amount for r in t["recipes"].itertuples()}
    units, goods = t["equipment"]["equipment"].tolist(), t["commodities"]["commodity"].tolist()
    routes = list(dict.fromkeys(r for r, _ in recipes))
    standing = {(c.region, c.equipment): c.amount for c in t["capacity"].itertuples()}
    crf = 0.1 / (1 - 1.1**-20)
    h = solver()
    inf, integer = highspy.kHighsInf, highspy.HighsVarType.kInteger
    built: dict[tuple[str, str, str], list[Any]] = {}
    for b in t["builds"].itertuples():
        for n, p in enumerate(periods[1:], start=1):
            charge = crf * sum(weight[q] for q in periods[n:])
            key = (b.region, b.equipment, p)
            if b.step == 1:
                built[key] = [h.addVariable(0, 1, charge * b.fixed_invest, integer)]
            step = h.addVariable(0, inf, charge * b.invest)
            h.addConstr(step <= b.max * built[key][0])
            built[key].append(step)
    level = {(i, k, p): h.addVariable(0, inf) for i in plants for k in routes for p in periods}
    price = {(s.region, s.commodity, s.supplier, s.period): s.price for s in t["sources"].itertuples()}
    bought = {(r, c, x, p): h.addVariable(0, inf, weight[p] * cost) for (r, c, x, q), cost in price.items() for p in periods if q in ("", p)}
    sent = {
        (f.origin, f.destination, f.commodity, p): h.addVariable(0, inf, weight[p] * f.handling) for f in t["freight"].itertuples() for p in periods
    }
    sale = t["markets"][t["markets"]["price"].notna()].iloc[0]
    sold = {p: h.addVariable(0, sale["max"], -weight[p] * sale["price"]) for p in periods}
    demand = {(m.region, m.period): m.demand for m in t["markets"].itertuples() if m.demand > 0}
    arriving: dict[tuple[str, str, str], list[Any]] = {}
    leaving: dict[tuple[str, str, str], list[Any]] = {}
    supply: dict[tuple[str, str, str], list[Any]] = {}
    for (o, d, c, p), flow in sent.items():
        arriving.setdefault((d, c, p), []).append(flow)
        leaving.setdefault((o, c, p), []).append(flow)
    for (r, c, _, p), amount in bought.items():
        supply.setdefault((r, c, p), []).append(amount)
    for n, p in enumerate(periods):
        for r in t["regions"]["region"]:
            for c in goods:
                made = [recipes[k, c] * level[r, k, p] for k in routes if (k, c) in recipes] if r in plants else []
                terms = made + arriving.get((r, c, p), []) + supply.get((r, c, p), []) + [-1 * f for f in leaving.get((r, c, p), [])]
                if r == sale["region"] and c == sale["commodity"]:
                    terms.append(-1 * sold[p])
                if terms:
                    h.addConstr(sum(terms) >= (demand.get((r, p), 0.0) if c == "steel" else 0.0))
        for i in plants:
            h.addConstr(level[i, "pig-iron", p] + level[i, "sponge", p] <= 30)
            for u in units:
                used = [-recipes[k, u] * level[i, k, p] for k in routes if (k, u) in recipes]
                new = [s for q in periods[1 : n + 1] for s in built.get((i, u, q), [None])[1:]]
                h.addConstr(sum(used) - sum(new) <= standing.get((i, u), 0.0))
    stocks = t["policies"][t["policies"]["metric"] == "purchase"]
    for s in stocks.itertuples():
        h.addConstr(sum(3 * v for (_, _, x, _), v in bought.items() if x == s.party) <= s.value)
    return h


def cases() -> list[tuple[str, Callable[..., highspy.Highs], tuple[str, ...]]]:
    """Name, builder of the plain model, its arguments (also the scenario of the instance)."""
    sites = [(f"facility-location {s}", facility_location, (s,)) for s in ("cap41", "cap42", "cap43", "cap61", "cap71", "cap74")]
    return [*sites, ("mexico-steel-dynamic", steel_dynamic, ())]
