"""Seeded synthetic data: label lists and long tables, as they come from files."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Size:
    regions: int
    routes: int
    equipment: int
    commodities: int
    periods: int
    slices: int
    links_per_region: int
    carried_per_link: int


SIZES = {
    "tiny": Size(4, 10, 6, 6, 2, 3, 2, 2),
    "5k": Size(6, 24, 14, 14, 4, 6, 3, 4),
    "50k": Size(14, 60, 36, 30, 6, 8, 4, 6),
    "250k": Size(28, 90, 55, 44, 8, 12, 4, 8),
}
SOURCES = ("spot", "contract", "import")


@dataclass(frozen=True)
class Data:
    """Lists hold labels, frames hold one row per member. Every frame of numbers ends with the column `value`."""

    regions: list[str]
    periods: list[int]
    slices: list[str]
    policies: list[str]
    links: pd.DataFrame  # link, origin, destination
    placed: pd.DataFrame  # region, route
    owned: pd.DataFrame  # region, equipment
    traded: pd.DataFrame  # region, commodity
    offered: pd.DataFrame  # region, commodity, source
    carried: pd.DataFrame  # link, commodity
    members: pd.DataFrame  # policy, region
    use: pd.DataFrame  # route, equipment, value
    recipe: pd.DataFrame  # route, commodity, value
    share: pd.DataFrame  # slice, value
    availability: pd.DataFrame  # region, equipment, period, value
    initial: pd.DataFrame  # region, equipment, value
    new_limit: pd.DataFrame  # region, equipment, value
    loss: pd.DataFrame  # link, commodity, value
    link_limit: pd.DataFrame  # link, value
    demand: pd.DataFrame  # region, commodity, period, slice, value; not for every index
    emission: pd.DataFrame  # route, value
    limit: pd.DataFrame  # policy, period, value
    activity_cost: pd.DataFrame  # route, period, value
    new_cost: pd.DataFrame  # equipment, period, value
    purchase_cost: pd.DataFrame  # region, commodity, source, period, value
    flow_cost: pd.DataFrame  # link, commodity, value


def make(size: str, seed: int = 1) -> Data:
    """The data of one size, always the same for one seed."""
    shape = SIZES[size]
    draw = np.random.default_rng(seed)
    regions = [f"region{number}" for number in range(shape.regions)]
    routes = [f"route{number}" for number in range(shape.routes)]
    equipment = [f"equipment{number}" for number in range(shape.equipment)]
    commodities = [f"commodity{number}" for number in range(shape.commodities)]
    periods = [2025 + 5 * number for number in range(shape.periods)]
    slices = [f"slice{number}" for number in range(shape.slices)]
    policies = [f"policy{number}" for number in range(max(2, shape.regions // 4))]

    def some(labels: list[str], count: int) -> list[str]:
        return [labels[number] for number in sorted(draw.choice(len(labels), count, replace=False))]

    def valued(keys: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
        return keys.assign(value=draw.uniform(low, high, len(keys)).round(4))

    placed = _frame("region route", [pair for pair in product(regions, routes) if draw.random() < 0.6])
    uses = [(route, one) for route in routes for one in some(equipment, 1 + int(draw.random() < 0.4))]
    recipes = [(route, one) for route in routes for one in some(commodities, int(draw.integers(2, 6)))]
    links = _frame(
        "link origin destination",
        [
            (f"{origin}>{destination}", origin, destination)
            for origin in regions
            for destination in some([other for other in regions if other != origin], min(shape.links_per_region, shape.regions - 1))
        ],
    )
    carried = _frame("link commodity", [(link, one) for link in links["link"] for one in some(commodities, shape.carried_per_link)])
    uses_table, recipes_table = _frame("route equipment", uses), _frame("route commodity", recipes)
    owned = _in_order(placed.merge(uses_table)[["region", "equipment"]], regions, equipment)
    ends = carried.merge(links)
    touched = [
        placed.merge(recipes_table)[["region", "commodity"]],
        ends[["origin", "commodity"]].set_axis(["region", "commodity"], axis=1),
        ends[["destination", "commodity"]].set_axis(["region", "commodity"], axis=1),
    ]
    traded = _in_order(pd.concat(touched), regions, commodities)
    offered = _cross(traded, "source", SOURCES)
    offered = offered[draw.random(len(offered)) < 0.5].reset_index(drop=True)
    demanded = traded[draw.random(len(traded)) < 0.4].reset_index(drop=True)
    member_pairs = [
        (policy, region) for number, policy in enumerate(policies) for region in regions if draw.random() < 0.4 or region == regions[number]
    ]
    return Data(
        regions=regions,
        periods=periods,
        slices=slices,
        policies=policies,
        links=links,
        placed=placed,
        owned=owned,
        traded=traded,
        offered=offered,
        carried=carried,
        members=_frame("policy region", member_pairs),
        use=valued(uses_table, 0.5, 1.5),
        recipe=recipes_table.assign(value=draw.normal(0, 1, len(recipes)).round(3)),
        share=pd.DataFrame({"slice": slices, "value": 1 / shape.slices}),
        availability=valued(_cross(owned, "period", periods), 0.6, 0.95),
        initial=valued(owned, 5, 50),
        new_limit=valued(owned, 5, 20),
        loss=valued(carried, 0, 0.1),
        link_limit=valued(links[["link"]], 10, 40),
        demand=valued(_cross(_cross(demanded, "period", periods), "slice", slices), 1, 5),
        emission=valued(pd.DataFrame({"route": routes}), 0.1, 2),
        limit=valued(_cross(pd.DataFrame({"policy": policies}), "period", periods), 100, 500),
        activity_cost=valued(_cross(pd.DataFrame({"route": routes}), "period", periods), 1, 9),
        new_cost=valued(_cross(pd.DataFrame({"equipment": equipment}), "period", periods), 50, 90),
        purchase_cost=valued(_cross(offered, "period", periods), 3, 30),
        flow_cost=valued(carried, 0.1, 1),
    )


def _frame(columns: str, rows: list[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def _cross(frame: pd.DataFrame, column: str, labels: object) -> pd.DataFrame:
    """Every row of a frame with every label, the label fastest."""
    return frame.merge(pd.DataFrame({column: labels}), how="cross")


def _in_order(pairs: pd.DataFrame, first: list[str], second: list[str]) -> pd.DataFrame:
    """The distinct rows of a frame of two columns, in the order of two lists."""
    distinct = pairs.drop_duplicates()
    order = np.lexsort([pd.Index(labels).get_indexer(distinct[name]) for name, labels in zip(distinct.columns[::-1], (second, first), strict=True)])
    return distinct.iloc[order].reset_index(drop=True)
