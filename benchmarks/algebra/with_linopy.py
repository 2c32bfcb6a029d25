"""linopy on flat dimensions (one per index set), with grouped sums for the neighbours; in its default and its sparse form."""

import warnings
from typing import Any

import linopy
import numpy as np
import pandas as pd
import scipy.sparse as sp
import xarray as xr

from benchmarks.algebra.data import Data
from benchmarks.algebra.result import Result

ROW_DIMENSIONS = {
    "usable": ("owned", "period", "slice"),
    "balance": ("traded", "period", "slice"),
    "link_capacity": ("link", "period", "slice"),
    "policy": ("policy", "period"),
    "closing_limit": ("owned", "period"),
    "closing_lasts": ("owned", "period"),
}


def build(data: Data) -> Result:
    """The default form."""
    return _build(data, sparse=False)


def build_sparse(data: Data) -> Result:
    """The sparse form."""
    return _build(data, sparse=True)


class Statement:
    """A linopy model with the coordinates of its dimensions."""

    def __init__(self, data: Data, sparse: bool) -> None:
        warnings.simplefilter("ignore")
        linopy.options["semantics"] = "v1" if sparse else "legacy"
        self.sparse = sparse
        self.model = linopy.Model(sparse=True) if sparse else linopy.Model()
        sizes = {
            "placed": data.placed,
            "owned": data.owned,
            "traded": data.traded,
            "offered": data.offered,
            "carried": data.carried,
            "link": data.links,
            "policy": data.policies,
        }
        self.coordinates: dict[str, Any] = {name: pd.RangeIndex(len(members), name=name) for name, members in sizes.items()}
        self.coordinates |= {"period": pd.Index(data.periods, name="period"), "slice": pd.Index(data.slices, name="slice")}

    def array(self, values: Any, *dimensions: str) -> Any:
        known = {name: self.coordinates[name] for name in dimensions if name in self.coordinates}
        return xr.DataArray(values, dims=dimensions, coords=known)

    def column(self, frame: pd.DataFrame, *dimensions: str) -> Any:
        """The column `value` of a complete table, one dimension per index set."""
        return self.array(frame["value"].to_numpy().reshape([len(self.coordinates[name]) for name in dimensions]), *dimensions)

    def variable(self, name: str, *dimensions: str, upper: Any = np.inf) -> Any:
        return self.model.add_variables(lower=0, upper=upper, coords=[self.coordinates[one] for one in dimensions], name=name)

    def picked(self, variable: Any, dimension: str, positions: Any) -> Any:
        """The variable at the positions of pairs, over the dimension `pair`."""
        self.coordinates["pair"] = pd.RangeIndex(len(positions), name="pair")
        where = xr.DataArray(positions, dims="pair", coords={"pair": self.coordinates["pair"]})
        chosen = (1 * variable).isel({dimension: where})
        return chosen.drop_vars(dimension) if hasattr(chosen, "drop_vars") else chosen

    def grouped(self, expression: Any, dimension: str, target: str, positions: Any) -> Any:
        """The sum of an expression over one dimension, onto the given positions of another."""
        groups = pd.Series(positions, index=pd.RangeIndex(len(positions), name=dimension), name=target)
        total = (1 * expression).groupby(groups).sum()
        if len(total.indexes[target]) == len(self.coordinates[target]):
            return total
        fill = {"fill_value": 0} if self.sparse else {}
        return total.reindex({target: self.coordinates[target]}, **fill)


def _positions(frame: pd.DataFrame, columns: list[str], table: pd.DataFrame) -> Any:
    """Where the rows of a frame stand in a table of members."""
    return pd.MultiIndex.from_frame(table).get_indexer(pd.MultiIndex.from_frame(frame[columns]))


def _build(data: Data, sparse: bool) -> Result:
    state = Statement(data, sparse)
    array, column, grouped, picked = state.array, state.column, state.grouped, state.picked
    model, period_count = state.model, len(data.periods)
    pair = ["region", "commodity"]
    availability, initial = column(data.availability, "owned", "period"), column(data.initial, "owned")
    share, loss = column(data.share, "slice"), column(data.loss, "carried")
    demand = np.zeros((len(data.traded), period_count, len(data.slices)))
    where = [pd.Index(data.periods).get_indexer(data.demand["period"]), pd.Index(data.slices).get_indexer(data.demand["slice"])]
    demand[_positions(data.demand, pair, data.traded), where[0], where[1]] = data.demand["value"]
    every_period = xr.ones_like(array(np.ones(period_count), "period"))

    activity, flow = state.variable("activity", "placed", "period", "slice"), state.variable("flow", "carried", "period", "slice")
    purchase = state.variable("purchase", "offered", "period")
    new_limit = column(data.new_limit, "owned").expand_dims(period=state.coordinates["period"], axis=1)
    new, closed = state.variable("new", "owned", "period", upper=new_limit), state.variable("closed", "owned", "period")

    placed = data.placed.assign(placement=np.arange(len(data.placed)))
    use = placed.merge(data.use)
    taken = picked(activity, "placed", use["placement"].to_numpy()) * array(use["value"].to_numpy(), "pair")
    taken = grouped(taken, "pair", "owned", _positions(use, ["region", "equipment"], data.owned))
    lower_triangle = array(np.tril(np.ones((period_count, period_count))), "period", "earlier").assign_coords(earlier=data.periods)
    earlier = new.rename(period="earlier") if not sparse else 1 * new.rename(period="earlier")
    built = (earlier * lower_triangle).sum("earlier")
    factor = share * availability
    model.add_constraints(taken - factor * built + factor * closed <= factor * initial, name="usable")

    recipe = placed.merge(data.recipe)
    made = picked(activity, "placed", recipe["placement"].to_numpy()) * array(recipe["value"].to_numpy(), "pair")
    made = grouped(made, "pair", "traded", _positions(recipe, pair, data.traded))
    ends = data.carried.merge(data.links)
    arriving = grouped(flow * (1 - loss), "carried", "traded", _positions(ends, ["destination", "commodity"], data.traded))
    leaving = grouped(flow, "carried", "traded", _positions(ends, ["origin", "commodity"], data.traded))
    bought = grouped(purchase, "offered", "traded", _positions(data.offered, pair, data.traded))
    needed = array(-demand, "traded", "period", "slice")
    model.add_constraints(-made - arriving + leaving - share * bought <= needed, name="balance")

    links = pd.Index(data.links["link"])
    on_link = grouped(flow, "carried", "link", links.get_indexer(data.carried["link"]))
    model.add_constraints(on_link <= share * column(data.link_limit, "link") * every_period, name="link_capacity")

    members = data.members.merge(placed).merge(data.emission)
    emitted = (picked(activity, "placed", members["placement"].to_numpy()) * array(members["value"].to_numpy(), "pair")).sum("slice")
    emitted = grouped(emitted, "pair", "policy", pd.Index(data.policies).get_indexer(members["policy"]))
    model.add_constraints(emitted <= column(data.limit, "policy", "period"), name="policy")

    model.add_constraints(closed - built <= initial * every_period, name="closing_limit")
    steps = array(np.eye(period_count, k=-1) - np.eye(period_count), "period", "earlier").assign_coords(earlier=data.periods)
    model.add_constraints((1 * closed.rename(period="earlier") * steps).sum("earlier") <= 0, name="closing_lasts")

    by_route = data.activity_cost["value"].to_numpy().reshape(-1, period_count)
    by_equipment = data.new_cost["value"].to_numpy().reshape(-1, period_count)
    routes, equipment = pd.Index(data.emission["route"]), pd.Index(data.new_cost["equipment"].drop_duplicates())
    activity_cost = array(by_route[routes.get_indexer(data.placed["route"])], "placed", "period")
    new_cost = array(by_equipment[equipment.get_indexer(data.owned["equipment"])], "owned", "period")
    total = (activity * activity_cost).sum() + (flow * column(data.flow_cost, "carried")).sum()
    total = total + (purchase * column(data.purchase_cost, "offered", "period")).sum() + (new * new_cost).sum()
    model.add_objective(total)
    return _in_order(model)


def _in_order(model: Any) -> Result:
    """The matrices, with the rows of each family in the order of its dimensions and every row as <=."""
    found = model.matrices
    matrix, right, sense = sp.csr_array(found.A), found.b, found.sense
    wanted = [constraint.labels.transpose(*ROW_DIMENSIONS[name]).values.ravel() for name, constraint in model.constraints.items()]
    place = np.empty(found.clabels.max() + 1, dtype=int)
    place[found.clabels] = np.arange(len(found.clabels))
    order = place[np.concatenate(wanted)]
    if (sense != "<").any():
        raise AssertionError("linopy turned a <= around")
    return Result(matrix[order], np.full(len(order), -np.inf), right[order], found.c, found.lb, found.ub)
