"""Writes the pages that say what the code declares: one per family (equation, symbols, rows, tables) and one for all tables.

Run by `make docs`; the pages go to `docs/families/` and are not committed.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from types import FunctionType, ModuleType

from models.formulation import COSTS, FAMILIES, METRICS
from models.schema import Column, Table
from models.tables import TABLES

HERE = Path(__file__).parent
OUT = HERE / "families"


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.md"):
        old.unlink()
    names = [family.__name__.rsplit(".", 1)[-1] for family in FAMILIES]
    for family, name in zip(FAMILIES, names, strict=True):
        (OUT / f"{name}.md").write_text(page(family, name), "utf-8")
    (OUT / "tables.md").write_text(tables_page(), "utf-8")
    (OUT / "metrics.md").write_text(metrics_page(), "utf-8")
    index = ["# The model, family by family", "", "Each page is made from the file that states the family.", "", "```{toctree}", ":maxdepth: 1", ""]
    (OUT / "index.md").write_text("\n".join([*index, *names, "metrics", "tables", "```", ""]), "utf-8")


def page(family: ModuleType, name: str) -> str:
    """Docstring (words, equations, symbols), rows with their units, metrics, costs, input tables."""
    head, _, rest = inspect.cleandoc(family.__doc__ or "").partition("\n")
    out = [
        f"# {name}",
        "",
        head,
        "",
        rest.strip("\n"),
        "",
        f"Stated in `models/formulation/{name}.py`; after {', '.join(family.NEEDS) or 'nothing'}.",
        "",
    ]
    rules = [f for f in vars(family).values() if inspect.isfunction(f) and f.__module__ == family.__name__ and _is_rule(f)]
    if rules:
        out += ["## Rows and terms", "", "| code | says |", "|---|---|"]
        out += [f"| `{f.__name__}` | {inspect.cleandoc(f.__doc__ or '').splitlines()[0]} |" for f in rules] + [""]
    if family.METRICS:
        out += ["## Metrics it offers to policies", "", ", ".join(f"`{m.name}`" for m in family.METRICS), ""]
    if family.COSTS:
        out += ["## Terms of the objective", "", ", ".join(f"`{c.name}`" for c in family.COSTS), ""]
    if family.TABLES:
        out += ["## Tables", ""]
        for table in family.TABLES:
            out += _table(TABLES[table])
    return "\n".join(out) + "\n"


def _is_rule(function: FunctionType) -> bool:
    parameters = list(inspect.signature(function).parameters)
    return parameters[:1] == ["m"] and "board" not in parameters and not function.__name__.startswith("_")


def _table(table: Table, level: str = "###") -> list[str]:
    out = [f"{level} {table.name} {table.zh}", "", table.doc, "", "| column | 列 | unit | default | meaning |", "|---|---|---|---|---|"]
    out += [f"| {_name(c)} | {c.zh} | {c.unit} | {_default(c)} | {_meaning(c)} |" for c in table.columns]
    return [*out, ""]


def _name(column: Column) -> str:
    return f"`{column.name}`" + (" \\*" if column.key else "") + (" !" if column.required else "")


def _default(column: Column) -> str:
    return "" if column.default is None else f"{column.default:g}" if isinstance(column.default, float) else column.default


def _meaning(column: Column) -> str:
    said = [column.doc.replace("|", "\\|")]
    if column.choices:
        said.append(", ".join(f"`{c}`" for c in column.choices))
    if column.allowed:
        said.append(column.allowed.replace("<", "&lt;"))
    return "; ".join(said)


def tables_page() -> str:
    out = [
        "# All tables",
        "",
        "\\* key column, ! required. Units: `u` of the row's commodity, `Q` of its equipment, `i` of its item,",
        "`b` of its burden, `¤` money.",
        "",
    ]
    for table in TABLES.values():
        out += _table(table, "##")
    return "\n".join(out) + "\n"


def metrics_page() -> str:
    """What policies may sum, and the terms that the objective consists of."""
    letters = {
        "r": "region",
        "d": "destination",
        "c": "commodity",
        "b": "commodity (= burden)",
        "q": "equipment",
        "k": "route",
        "x": "party",
        "s": "slice",
    }
    out = ["# Metrics", "", "| metric | kind | unit | scope columns |", "|---|---|---|---|"]
    out += [f"| `{m.name}` | {m.kind} | {m.unit} | {', '.join(letters[x] for x in m.scope)} |" for m in METRICS.values()]
    out += ["", "Terms of the objective: " + ", ".join(f"`{c.name}`" for c in COSTS) + ", `breaches`, `priced`."]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    main()
