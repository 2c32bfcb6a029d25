"""Hand-written numpy: every family is index arithmetic."""

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from benchmarks.algebra.data import Data
from benchmarks.algebra.result import Result


class Triples:
    """Rows, columns and coefficients of one matrix, gathered family by family."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.columns: list[Any] = []
        self.coefficients: list[Any] = []
        self.sides: list[Any] = []
        self.start = 0

    def add(self, rows: Any, columns: Any, coefficients: Any) -> None:
        """Entries of the family at hand; the arrays broadcast to a common shape."""
        rows, columns, coefficients = np.broadcast_arrays(rows, columns, coefficients)
        self.rows.append(rows.ravel() + self.start)
        self.columns.append(columns.ravel())
        self.coefficients.append(coefficients.ravel())

    def close(self, upper: Any) -> None:
        """End of a family, with the upper sides of its rows."""
        self.sides.append(upper.ravel())
        self.start += upper.size


def build(data: Data) -> Result:
    """Positions of labels, entries of each family, one sparse matrix. All rows are written as <=."""
    period_count, slice_count = len(data.periods), len(data.slices)
    hours = period_count * slice_count
    period, hour = np.arange(period_count), np.arange(hours)
    regions, routes = pd.Index(data.regions), pd.Index(data.emission["route"])
    equipment = pd.Index(data.new_cost["equipment"].drop_duplicates())
    commodities = pd.Index(pd.concat([data.recipe["commodity"], data.carried["commodity"]]).drop_duplicates())
    links, policies = pd.Index(data.links["link"]), pd.Index(data.policies)

    def pairs(frame: pd.DataFrame, first: str, one: pd.Index, second: str, other: pd.Index) -> tuple[Any, Any, Any]:
        """Codes of two columns, and the table from two codes to the row."""
        left, right = one.get_indexer(frame[first]), other.get_indexer(frame[second])
        table = np.full((len(one), len(other)), -1)
        table[left, right] = np.arange(len(frame))
        return left, right, table

    placed_region, placed_route, _ = pairs(data.placed, "region", regions, "route", routes)
    _, owned_equipment, owned_at = pairs(data.owned, "region", regions, "equipment", equipment)
    _, _, traded_at = pairs(data.traded, "region", regions, "commodity", commodities)
    use_route, use_equipment, _ = pairs(data.use, "route", routes, "equipment", equipment)
    recipe_route, recipe_commodity, _ = pairs(data.recipe, "route", routes, "commodity", commodities)
    carried_link, carried_commodity, _ = pairs(data.carried, "link", links, "commodity", commodities)
    offered_at = traded_at[regions.get_indexer(data.offered["region"]), commodities.get_indexer(data.offered["commodity"])]
    origin = regions.get_indexer(data.links["origin"])[carried_link]
    destination = regions.get_indexer(data.links["destination"])[carried_link]

    share = data.share["value"].to_numpy()
    availability = data.availability["value"].to_numpy().reshape(-1, period_count)
    initial, new_limit = data.initial["value"].to_numpy(), data.new_limit["value"].to_numpy()
    demand = np.zeros((len(data.traded), period_count, slice_count))
    demanded_at = traded_at[regions.get_indexer(data.demand["region"]), commodities.get_indexer(data.demand["commodity"])]
    demanded_period = pd.Index(data.periods).get_indexer(data.demand["period"])
    demand[demanded_at, demanded_period, pd.Index(data.slices).get_indexer(data.demand["slice"])] = data.demand["value"]

    sizes = [len(data.placed) * hours, len(data.carried) * hours, len(data.offered) * period_count, *[len(data.owned) * period_count] * 2]
    activity, flow, purchase, new, closed = np.cumsum([0, *sizes[:-1]])
    entries = Triples()

    # usable
    placement, use = _matches(placed_route, use_route, len(routes))
    owner = owned_at[placed_region[placement], use_equipment[use]]
    used = data.use["value"].to_numpy()[use]
    entries.add(owner[:, None] * hours + hour, activity + placement[:, None] * hours + hour, used[:, None])
    factor = share * availability[:, :, None]
    own = np.arange(len(data.owned))
    row = (own[:, None, None] * period_count + period[:, None]) * slice_count + np.arange(slice_count)
    later, earlier = np.tril_indices(period_count)
    entries.add(row[:, later], new + (own[:, None] * period_count + earlier)[:, :, None], -factor[:, later])
    entries.add(row, closed + (own[:, None] * period_count + period)[:, :, None], factor)
    entries.close(factor * initial[:, None, None])

    # balance
    placement, recipe = _matches(placed_route, recipe_route, len(routes))
    traded = traded_at[placed_region[placement], recipe_commodity[recipe]]
    made = data.recipe["value"].to_numpy()[recipe]
    entries.add(traded[:, None] * hours + hour, activity + placement[:, None] * hours + hour, -made[:, None])
    flows = flow + np.arange(len(data.carried))[:, None] * hours + hour
    loss = data.loss["value"].to_numpy()
    entries.add(traded_at[destination, carried_commodity][:, None] * hours + hour, flows, (loss - 1)[:, None])
    entries.add(traded_at[origin, carried_commodity][:, None] * hours + hour, flows, 1.0)
    row = (offered_at[:, None] * period_count + period)[:, :, None] * slice_count + np.arange(slice_count)
    bought = purchase + np.arange(len(data.offered))[:, None] * period_count + period
    entries.add(row, bought[:, :, None], -share)
    entries.close(-demand)

    # link_capacity
    entries.add(carried_link[:, None] * hours + hour, flows, 1.0)
    link_limit = data.link_limit["value"].to_numpy()
    entries.close(np.broadcast_to(share * link_limit[:, None, None], (len(links), period_count, slice_count)))

    # policy
    member_policy, member_region = policies.get_indexer(data.members["policy"]), regions.get_indexer(data.members["region"])
    member, placement = _matches(member_region, placed_region, len(regions))
    row = member_policy[member][:, None] * period_count + period
    emission = data.emission["value"].to_numpy()[placed_route[placement]]
    acting = activity + (placement[:, None, None] * period_count + period[:, None]) * slice_count + np.arange(slice_count)
    entries.add(row[:, :, None], acting, emission[:, None, None])
    entries.close(data.limit["value"].to_numpy())

    # closing_limit and closing_lasts
    row = own[:, None] * period_count + period
    entries.add(row, closed + row, 1.0)
    entries.add(row[:, later], new + row[:, earlier], -1.0)
    entries.close(np.repeat(initial, period_count))
    entries.add(row, closed + row, -1.0)
    entries.add(row[:, 1:], closed + row[:, :-1], 1.0)
    entries.close(np.zeros(row.shape))

    columns = sum(sizes)
    activity_cost = data.activity_cost["value"].to_numpy().reshape(-1, period_count)[placed_route]
    new_cost = data.new_cost["value"].to_numpy().reshape(-1, period_count)[owned_equipment]
    cost = [np.repeat(activity_cost.ravel(), slice_count), np.repeat(data.flow_cost["value"].to_numpy(), hours)]
    cost += [data.purchase_cost["value"].to_numpy(), new_cost.ravel(), np.zeros(sizes[-1])]
    upper = np.full(columns, np.inf)
    upper[new:closed] = np.repeat(new_limit, period_count)
    triples = (np.concatenate(entries.coefficients), (np.concatenate(entries.rows), np.concatenate(entries.columns)))
    matrix = sp.csr_array(triples, shape=(entries.start, columns))
    matrix.eliminate_zeros()
    sides = np.concatenate(entries.sides)
    return Result(matrix, np.full(len(sides), -np.inf), sides, np.concatenate(cost), np.zeros(columns), upper)


def _matches(left: Any, right: Any, labels: int) -> tuple[Any, Any]:
    """All pairs (position in left, position in right) with equal codes."""
    order = np.argsort(right, kind="stable")
    count = np.bincount(right, minlength=labels)
    start = np.cumsum(count) - count
    each = count[left]
    which = np.repeat(np.arange(len(left)), each)
    step = np.arange(len(which)) - np.repeat(np.cumsum(each) - each, each)
    return which, order[start[left][which] + step]
