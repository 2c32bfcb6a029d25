"""The model: one file per family of constraints, in the order of the paper.

`build(instance)` states them all. To add a family, write its file and put its name into FAMILIES; tables, costs, balance terms and metrics
follow from what the file declares.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pyomo.environ as pyo

from models.algebra import use_labels
from models.formulation import (
    balance,
    burdens,
    capacity,
    clean_power,
    cohorts,
    objective,
    policies,
    production,
    sets,
    stock,
    swaps,
    trade,
    transport,
    useful,
)
from models.formulation.board import Board, Metric
from models.instance import Instance
from models.network import prune

FAMILIES: tuple[ModuleType, ...] = (
    sets, capacity, production, transport, trade, stock, balance, clean_power, burdens, swaps, policies, objective,
)  # fmt: skip
"""All families, in the order in which they are stated."""
COSTS = tuple(cost for family in FAMILIES for cost in family.COSTS)
METRICS: dict[str, Metric] = {m.name: m for family in FAMILIES for m in family.METRICS} | {"cost": policies.cost_metric(COSTS)}


@dataclass(frozen=True)
class Model:
    """A stated model: the Pyomo components with their registered rules, and the frames they were made from."""

    pyomo: Any
    board: Board


def build(instance: Instance) -> Model:
    """States the model of an instance.

    Raises InputError for what only the whole can show: rows that fit the same key, a commodity that cannot be supplied, a policy whose
    scope matches nothing.
    """
    board = Board(instance)
    sets.prepare(board)
    cohorts.prepare(board)
    for family in (production, transport, trade, stock):
        family.prepare(board)
    board.require()
    prune(board)
    transport.prepare_lines(board)
    useful.prepare(board)
    for family in (balance, clean_power, burdens, swaps):
        family.prepare(board)
    board.require()
    m = pyo.ConcreteModel(name=board.instance.settings.title)
    use_labels(m, board.labels)
    sets.add(m, board)
    balance.declare(m, board)
    for family in (capacity, production, transport, trade, stock):
        family.add(m, board)
    balance.add(m, board, [term for family in FAMILIES for term in family.BALANCE])
    clean_power.add(m, board)
    burdens.add(m, board)
    capacity.add_investment(m, board)
    swaps.add(m, board)
    written = policies.prepare(board, METRICS)
    board.require()
    policies.add(m, board, METRICS, written)
    objective.add(m, board, COSTS)
    return Model(m, board)
