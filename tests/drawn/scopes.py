"""What policies of a drawn instance may sum: for each metric its kind, its usual size, and scopes that match something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.drawn.draw import Draw

Scope = dict[str, str]


@dataclass(frozen=True)
class Summed:
    """A metric as policies of the drawn instance may use it.

    Attributes:
        kind: rate, state, event or data.
        size: what its sum over everything usually is.
        scopes: cells of scope columns; each of them matches something in the model, with a window only if `steady`.
        each: columns by which it may be written.
        unit: for scopes with one unit: that of the amount (the year is added for rates), or "".
    """

    kind: str
    size: float
    scopes: Callable[[Draw], list[Scope]]
    each: tuple[str, ...] = ("region",)
    unit: str = ""


def _at_mill(d: Draw, **cells: str) -> list[Scope]:
    return [cells, cells | {"region": d.homes["mill"][0]}]


def _made(d: Draw) -> list[Scope]:
    return [*_at_mill(d, commodity="metal"), {"commodity": "metal", "route": "smelt"}, {"commodity": "metal", "equipment": "mills"}]


def _used(d: Draw) -> list[Scope]:
    power: list[Scope] = [{"commodity": "power"}, {"commodity": "power", "equipment": "mill"}, *_in_slices(d, commodity="power")]
    return _at_mill(d, commodity="ore") + (power if d.has("power") else []) + ([{"commodity": "fuel"}] if d.has("coal") else [])


def _claimed(d: Draw) -> list[Scope]:
    return [{}, {"equipment": "mill"}, {"route": "smelt"}, *_in_slices(d)] + ([{"party": "rest"}] if d.has("rest") else [])


def _bought(d: Draw) -> list[Scope]:
    return [{"commodity": "ore"}, {"commodity": "ore", "party": "near"}] + ([{"commodity": "power", "party": "grid"}] if d.has("power") else [])


def _shipped(d: Draw) -> list[Scope]:
    metal = {"commodity": "metal"}
    return [metal, metal | {"party": "|".join(d.modes)}, metal | {"destination": d.homes["reached"][0]}]


def _costs(d: Draw) -> list[Scope]:
    return [{}, {"party": "operation|freight"}, {"party": "annuities|fixed|operation|purchases"}]


def _new(d: Draw) -> list[Scope]:
    return [{"equipment": "plant"}] + ([{"equipment": "plant", "party": "annex"}] if d.has("annex") else [])


def _burdens(d: Draw) -> list[Scope]:
    route = [{"commodity": "co2", "route": "smelt"}, {"commodity": "co2", "equipment": "mills"}]
    power = [{"commodity": "energy"}] if d.has("power") or d.has("coal") else []
    jobs = [{"commodity": "jobs"}, {"commodity": "jobs", "equipment": "mill"}] if d.has("jobs") else []
    party = [{"commodity": "energy", "party": "grid"}] if d.has("power") else []
    return [{"commodity": "co2"}, {"commodity": "co2", "region": d.homes["mill"][0]}, *route, *power, *jobs, *party]


def _stocks(d: Draw) -> list[Scope]:
    return [{"commodity": good} for good in ("ore", "metal") if d.has(f"{good} yard")] + ([{"commodity": "power"}] if d.has("lake") else [])


def _in_slices(d: Draw, **cells: str) -> list[Scope]:
    return [cells | {"slice": d.part()}] if d.slices else []


SUMMED: dict[str, Summed] = {
    "activity": Summed("rate", 8, lambda d: [*_at_mill(d, route="smelt"), {}], ("region", "route")),
    "made": Summed("rate", 8, _made, ("region", "route"), "t"),
    "used": Summed("rate", 12, _used, ("region", "equipment")),
    "clean_used": Summed("rate", 3, _claimed),
    "purchase": Summed("rate", 8, _bought, ("region", "party")),
    "sale": Summed("rate", 2, lambda d: [{"commodity": "metal"}, {"commodity": "metal", "party": "town"}], ("region", "party"), "t"),
    "shortage": Summed("rate", 3, lambda d: [{"commodity": "metal"}], ("region", "party"), "t"),
    "demand": Summed("data", 8, lambda d: [{"commodity": "metal"}, {"commodity": "metal", "party": "town"}], ("region",), "t"),
    "shipped": Summed("rate", 4, _shipped, ("region", "destination", "party"), "t"),
    "received": Summed("rate", 4, _shipped, ("region", "destination", "party"), "t"),
    "burden": Summed("rate", 12, _burdens, ("region", "equipment", "route")),
    "cost": Summed("rate", 60, _costs, ("region", "party"), "CNY"),
    "capacity": Summed("state", 10, lambda d: _at_mill(d, equipment="mill"), ("region", "equipment"), "t/yr"),
    "stock": Summed("state", 1, _stocks),
    "capacity_new": Summed("event", 4, _new, ("region", "equipment"), "t/yr"),
    "capacity_refitted": Summed("event", 3, lambda d: [{"equipment": "plant"}], ("region",), "t/yr"),
    "capacity_closed": Summed("event", 3, lambda d: _at_mill(d, equipment="mill"), ("region", "equipment"), "t/yr"),
    "capacity_expired": Summed("event", 2, lambda d: [{"equipment": "mill"}], ("region",), "t/yr"),
    "moves": Summed("event", 5, lambda d: [{"equipment": "mills"}, {"equipment": "mill"}], ("region", "equipment"), "t/yr"),
    "starts": Summed("event", 2, lambda d: [{}], ("region", "equipment", "party")),
    "investment": Summed("event", 30, lambda d: [{}, {"equipment": "plant"}], ("region", "equipment"), "CNY"),
    "rated_new": Summed("event", 2, lambda d: [{"commodity": "co2"}], ("region",)),
    "rated_closed": Summed("event", 2, lambda d: [{"commodity": "co2"}], ("region", "equipment")),
}
"""All metrics but `constant`."""


def possible(d: Draw) -> list[str]:
    """The metrics that match something in the model."""
    rated = {row["equipment"] for row in d.rows["equipment"] if row.get("rated_route")}
    expiring = [row for row in d.rows["capacity"] if row["equipment"] == "mill" and row.get("built")]
    life = next(row["life"] for row in d.rows["equipment"] if row["equipment"] == "mill")
    expired = isinstance(life, float) and any(
        isinstance(b := row["built"], float) and b + life <= d.starts[-1] and b <= d.starts[0] for row in expiring
    )
    needs = {
        "clean_used": d.has("clean"), "sale": d.has("sales"), "shortage": d.has("shortage"),
        "shipped": d.has("shipped"), "received": d.has("shipped"),
        "burden": d.has("burdens"), "stock": d.has("yard") or d.has("lake"), "capacity_new": d.has("new plant"),
        "capacity_refitted": d.has("refit"), "capacity_expired": expired, "starts": d.has("starts"), "investment": d.has("new plant"),
        "rated_new": "plant" in rated and d.has("new plant"), "rated_closed": "mill" in rated,
    }  # fmt: skip
    return [metric for metric in SUMMED if needs.get(metric, True)]
