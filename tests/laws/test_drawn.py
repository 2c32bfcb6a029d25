"""The random instances of the laws: over a few hundred seeds they use every table, column and word of the schema, and most of them can be met."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

from models.algebra import compile
from models.algebra.declare import registry
from models.formulation import COSTS, METRICS, build
from models.instance import MATCHINGS
from models.tables import TABLES
from optimizer.highs import Limits, run
from optimizer.scaling import scale
from tests.drawn import FREE, drawn, sketch
from tests.drawn.draw import Draw

SEEDS = range(500)
SOLVED = (*range(25), 48, 73, 75)
"""The last ones: two without a plan, one with a policy on the least level of a season."""


@cache
def sketches() -> list[Draw]:
    return [sketch(seed) for seed in SEEDS]


@cache
def cells() -> dict[tuple[str, str], Counter[object]]:
    """What stands in each column over all seeds, and how often."""
    seen: dict[tuple[str, str], Counter[object]] = defaultdict(Counter)
    for d in sketches():
        for name, rows in d.rows.items():
            for row in rows:
                for column, cell in row.items():
                    if cell not in (None, ""):
                        seen[name, column][cell] += 1
    return seen


def test_every_table_and_column_is_filled() -> None:
    missing = {(name, column) for name, table in TABLES.items() for column in table.names if not cells()[name, column]}
    assert missing == {(name, column) for name, table in TABLES.items() for column in table.names if column in FREE}


def test_every_word_is_used() -> None:
    """Every choice and both words of every flag (the default also by a blank), every metric as left side, every way of matching."""
    for name, table in TABLES.items():
        for column in table.columns:
            said = set(cells()[name, column.name])
            assert set(column.choices) - {column.default} <= said, (name, column.name)
    heads = {row["metric"] for d in sketches() for row in d.rows.get("policies", ()) if row.get("sense")}
    assert heads == set(METRICS) - {"constant", "demand"}
    assert {d.settings.get("clean_matching") for d in sketches()} == {None, *MATCHINGS}
    assert {len(d.periods) for d in sketches()} == {1, 2, 3}


def test_cells_are_written_in_every_way() -> None:
    """Names, groups, tags, seasons, `a|b`, `*`, and numbers by policy_values for each key."""
    regions = set(cells()["sources", "region"])
    assert {"A", "north", "A|B"} <= regions
    assert "fuel" in cells()["factors", "item"] and "mills" in cells()["policies", "equipment"]
    assert "*" in cells()["policies", "region"] and {"wet", "s1"} <= set(cells()["sources", "slice"])
    each = {column for cell in cells()["policies", "each"] for column in str(cell).split("|")}
    assert each == {"region", "commodity", "destination", "equipment", "route", "party", "slice"}


def test_the_same_seed_is_the_same_instance() -> None:
    assert drawn(7).fingerprint == drawn(7).fingerprint != drawn(8).fingerprint


def test_most_can_be_met_and_every_family_has_rows() -> None:
    """Solved: LPs and MIPs, most feasible, some not; every constraint family, variable and cost term is there in some of them."""
    ended: Counter[tuple[str, bool]] = Counter()
    rows, columns, terms, registered = set(), set(), set(), set()
    for seed in SOLVED:
        model = build(drawn(seed))
        matrices = compile(model.pyomo)
        registered |= set(registry(model.pyomo).constraints)
        rows |= {name for name, block in matrices.rows.items() if block.count}
        columns |= {name for name, block in matrices.columns.items() if block.count}
        terms |= {name for name, t in matrices.terms.items() if t.matrix.nnz}
        answer = run(scale(matrices), Limits(), matrices.offset)
        ended[answer.status, bool(matrices.integer.any())] += 1
    assert registered - rows == set()
    assert terms >= {cost.name for cost in COSTS} | {"breaches", "priced"}
    assert len(columns) >= 22
    optimal = ended["optimal", True] + ended["optimal", False]
    assert optimal >= 0.8 * len(SOLVED) and len(SOLVED) - optimal >= 2
    assert min(sum(n for (_, whole), n in ended.items() if whole is kind) for kind in (True, False)) >= 0.2 * len(SOLVED)
