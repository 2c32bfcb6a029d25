"""The policies of a drawn instance: caps, floors, taxes, shares, paces, soft and hard, over every metric and span."""

from __future__ import annotations

from tests.drawn.draw import Cell, Draw
from tests.drawn.scopes import SUMMED, Scope, possible

NO_LEFT = ("demand",)
WITH_PARTY = (
    "clean_used", "purchase", "sale", "shortage", "demand", "shipped", "received", "burden", "cost", "capacity_new", "capacity_refitted", "starts",
    "investment",
)  # fmt: skip
BUILT = ("capacity_refitted", "capacity_new", "rated_new", "starts", "investment")
"""Metrics that are there only where and when something can be built."""


def rules(d: Draw) -> None:
    """Tables policies and policy_values."""
    metrics = possible(d)
    lefts = [m for m in metrics if m not in NO_LEFT]
    rare = [m for m in lefts if m not in ("activity", "made", "used", "purchase", "cost", "capacity", "moves", "capacity_closed")]
    for number in range(d.pick([0, 1, 1, 2, 2, 3, 4])):
        _Rule(d, f"p{number + 1}", d.pick(rare) if rare and d.maybe(0.6) else d.pick(lefts), metrics).write()


class _Rule:
    """One policy."""

    def __init__(self, d: Draw, name: str, metric: str, metrics: list[str]) -> None:
        self.d, self.name, self.metric, self.metrics, self.summed = d, name, metric, metrics, SUMMED[metric]
        self.scope = d.pick(self.summed.scopes(d))
        self.each = self._each()
        self.sense = ">=" if metric == "stock" else d.pick(["<=", "<=", "<=", "<=", ">=", ">=", "=", "price"])
        if metric == "cost" and "party" in self.each and self.sense in (">=", "="):
            self.sense = "<="  # a term that nothing costs is no row
        free = self.sense != "price" and self.summed.kind != "state"
        self.span = d.pick(["period", "period", "to_date", "horizon"]) if free else d.pick(["period", ""])
        chance = {"<=": 0.25, ">=": 0.75, "=": 0.9}.get(self.sense, 0)
        self.price = d.n(0.5, 30) if self.span != "to_date" and d.maybe(chance) else None
        self.number = 1

    def write(self) -> None:
        d = self.d
        head = d.row("policies", **self._head())
        right = self.sense != "price" and d.maybe(0.35) and self.metric not in ("starts", "stock")
        if right:
            self._rights()
        elif self.sense != "price" and d.maybe(0.1):
            self._constant("left", d.n(-0.3, 0.3))
        value = self._value(right)
        if head["active"] == "no":
            head["value"] = value
        elif self.sense != "price" and d.maybe(0.45):
            self._values(value)
        else:
            head["value"] = value
            self._unit(head, right)

    def _each(self) -> list[str]:
        d = self.d
        able = [c for c in self.summed.each if c not in self.scope]
        if self.metric == "burden" and (self.scope["commodity"] == "jobs" or "party" in self.scope or not d.has("coal")):
            able = [c for c in able if c == "region"]
        power = self.metric == "clean_used" or (self.metric in ("used", "purchase") and self.scope.get("commodity") == "power")
        if power and d.slices and "slice" not in self.scope:
            able.append("slice")
        if self.scope.get("commodity") == "fuel":
            able.append("commodity")
        return sorted(d.some(able), key=lambda c: c != "region")[-2:] if able and d.maybe(0.5) else []

    def _head(self) -> dict[str, Cell]:
        d = self.d
        window = d.steady and len(d.starts) > 1 and d.maybe(0.3) and self.metric not in BUILT
        side = "from" if d.maybe(0.5) else "until"
        year = float(d.starts[-1] if side == "from" else d.starts[0]) if window else None
        return {
            "policy": self.name, "row": d.pick([None, 1.0]), "metric": self.metric, "sense": self.sense, "each": "|".join(self.each),
            "span": self.span, "price": self.price, "relax": d.sometimes(0.1, 1, 9), "active": "no" if d.maybe(0.03) else d.pick(["", "yes"]),
            "coefficient": d.sometimes(0.15, 0.5, 2), side: year,
        } | dict(self.scope)  # fmt: skip

    def _size(self) -> float:
        """What the left side usually is."""
        d = self.d
        parts = (len(d.regions) if "region" in self.each else 1) * (2 if set(self.each) - {"region"} else 1)
        years = 3.0 * len(d.periods) if self.span in ("to_date", "horizon") and self.summed.kind == "rate" else 1.0
        return self.summed.size * years / parts

    def _value(self, right: bool) -> float:
        """The limit, the factor of the right side, or the price of a unit."""
        d = self.d
        if self.sense == "price":
            return d.n(-0.2, 2) if self.metric not in ("cost", "investment") else d.n(0.01, 0.1)
        if right:
            return d.n(0.3, 1.5)
        if self.metric == "stock" and self.scope["commodity"] == "power":
            return d.n(0.001, 0.01, 4)
        low, high = {"<=": (0.2, 1.6), ">=": (0.02, 0.5)}.get(self.sense, (0.1, 0.8))
        return d.n(low * self._size(), high * self._size())

    def _rights(self) -> None:
        """Right rows: the same in all regions, the same one period before, demand, a constant, another metric of the kind."""
        d, kind = self.d, self.summed.kind
        state = kind == "state"
        options = ["constant", "lag"] + (["all"] if "region" in self.each else []) + (["demand", "other"] if not state else [])
        chosen = d.pick(options)
        head = d.rows["policies"][-1]
        still = self.metric not in (*BUILT, "capacity_expired") and not (self.span == "to_date" and (head.get("from") or head.get("until")))
        if chosen == "lag" and len(d.periods) > 1 and self.span != "horizon" and still:
            self._row("right", self.metric, dict(self.scope), lag=1.0)
            if not state and self.span != "to_date":
                d.row("policy_values", policy=self.name, base=d.n(0.5 * self._size(), 1.5 * self._size()))
        elif chosen == "all":
            self._row("right", self.metric, dict(self.scope) | {"region": "*"})
        elif chosen == "demand" and self.span != "to_date":
            self._row("right", "demand", {"commodity": "metal"} | ({"party": "*"} if "party" in self.each else {}), coefficient=d.n(0.2, 1))
        elif chosen == "other":
            others = [
                m
                for m in self.metrics
                if SUMMED[m].kind == kind and m != self.metric and not (m in ("burden", "clean_used") and "party" in self.each)
            ]
            if others:
                other = d.pick(others)
                self._row("right", other, self._matching(other), coefficient=d.sometimes(0.5, 0.3, 1.2))
        self._constant("right", d.n(0.3, 1.2))

    def _matching(self, other: str) -> Scope:
        """A scope of another metric whose cells of `each` columns are written, so that it matches for every member."""
        scope = dict(self.d.pick(SUMMED[other].scopes(self.d)))
        if "region" in self.each:
            scope.setdefault("region", "*")
        if "party" in self.each and other in WITH_PARTY:
            scope.setdefault("party", "*")
        letters = {"destination": ("shipped", "received"), "route": ("activity", "made", "used", "burden", "clean_used")}
        for column in self.each:
            if column in scope or column in ("region", "party") or (column in letters and other not in letters[column]):
                continue
            if column in SUMMED[other].each:
                scope[column] = "*"
        return scope

    def _row(self, side: str, metric: str, scope: Scope, **cells: Cell) -> None:
        self.number += 1
        self.d.row("policies", policy=self.name, row=float(self.number), side=side, metric=metric, **cells, **scope)

    def _constant(self, side: str, share: float) -> None:
        """An amount from outside; sometimes by period in policy_values."""
        amount = round(share * (self._size() / (3.0 * len(self.d.periods) if self.span in ("to_date", "horizon") else 1.0)), 3)
        if self.d.maybe(0.7):
            self._row(side, "constant", {}, coefficient=amount)
            return
        self._row(side, "constant", {})
        self.d.row("policy_values", policy=self.name, row=float(self.number), value=amount)
        if self.d.later():
            self.d.row("policy_values", policy=self.name, row=float(self.number), period=self.d.later(), value=round(amount * 1.1, 3))

    def _values(self, value: float) -> None:
        d = self.d
        d.row("policy_values", policy=self.name, value=value)
        keys: list[dict[str, Cell]] = [{"period": d.later()}] if d.later() and self.sense != "price" else []
        head = d.rows["policies"][-self.number]
        if head.get("from") or head.get("until") or self.span == "horizon":
            keys = []
        if "region" in self.each and "region" not in self.scope:
            keys.append({"region": d.homes["mill"][0]})
        if "slice" in self.each:
            keys.append({"slice": d.part()})
        if "equipment" in self.each and len(d.rows["equipment"]) > 1:
            keys.append({"equipment": "mill"})
        if "route" in self.each and d.has("plant"):
            keys.append({"route": "smelt"})
        if "commodity" in self.each and d.has("gas"):
            keys.append({"commodity": "coal"})
        if "destination" in self.each and "destination" not in self.scope:
            keys.append({"destination": d.pick(d.regions)})
        party = {"purchase": "near", "sale": "town", "shortage": "town", "shipped": "rail", "received": "rail"}.get(self.metric)
        if "party" in self.each and party and self.scope["commodity"] != "power":
            keys.append({"party": party})
        if keys and d.maybe(0.7):
            d.row("policy_values", policy=self.name, **d.pick(keys), value=round(value * d.n(0.8, 1.3, 2), 3))

    def _unit(self, head: dict[str, Cell], right: bool) -> None:
        """Sometimes the unit of the value is written, the own one or a thousandth of it."""
        d, unit = self.d, self.summed.unit
        if right or not unit or self.sense == "price" or not d.maybe(0.4):
            if right and any(row.get("lag") for row in d.rows["policies"] if row["policy"] == self.name) and d.maybe(0.4):
                head["per_year"] = "yes"
            return
        if unit == "t/yr":
            head["unit"] = unit
        else:
            head["unit"] = f"{unit}/yr" if self.span in ("period", "") and self.summed.kind == "rate" else unit
        if unit == "t" and d.maybe(0.5) and isinstance(value := head["value"], float):
            head["unit"], head["value"] = "k" + str(head["unit"]), round(value / 1000, 9)
