"""A change is data: in a table, in the rows whose cells are so, a column is set, added to, multiplied; rows are removed, a row is inserted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, Problem, nearest, rule
from models.tables import TABLES

HOW = ("set", "add", "multiply", "remove", "insert")


@dataclass(frozen=True)
class Change:
    """One change: in `table`, in the rows whose cells equal `where` (nothing = all rows), `column` is set, added to or multiplied by `value`;
    or the rows are removed; or the row `value` (cells by column) is inserted. Table `instance` means the keys of instance.toml."""

    table: str
    where: Mapping[str, str] = field(default_factory=dict)
    column: str = ""
    how: str = "set"
    value: Any = None


@dataclass(frozen=True)
class Scenario:
    """Whole tables replaced by CSV files, then changes in order."""

    title: str = ""
    changes: tuple[Change, ...] = ()
    replaced: Mapping[str, Path] = field(default_factory=dict)


SETTING = re.compile(r"(?P<table>\w+)\.(?P<column>\w+)(\[(?P<key>[^\]]*)\])?\s*(?P<how>[*+]?)=\s*(?P<value>.*)")


def parse_set(text: str) -> Change:
    """`table.column[key]=value`, `*=` multiplies, `+=` adds. The key is the row's key cells in order, `a,b`, or `column:cell` pairs; a blank
    key means all rows. Raises InputError."""
    match = SETTING.fullmatch(text.strip())
    if match is None:
        raise InputError([rule("write table.column[key]=value", "请写作 表.列[键]=值", file="--set", value=text)])
    table, column, key = match["table"], match["column"], match["key"] or ""
    where: dict[str, str] = {}
    if table != "instance" and key:
        if table not in TABLES:
            raise InputError([Problem("unknown_table", table=table, said={"near": nearest(table, TABLES)})])
        keys = [c.name for c in TABLES[table].keys]
        for i, part in enumerate(key.split(",")):
            name, _, cell = part.rpartition(":")
            if not name and i >= len(keys):
                raise InputError(
                    [rule(f"{table} has only the keys {', '.join(keys)}", f"{table} 只有键 {'、'.join(keys)}", file="--set", value=text)]
                )
            where[name.strip() or keys[i]] = cell.strip()
    how = {"*": "multiply", "+": "add", "": "set"}[match["how"]]
    return Change(table, where, column, how, match["value"].strip())


def apply(instance: Instance, scenarios: Sequence[Scenario]) -> Instance:
    """The changed instance, checked as a whole again. Raises InputError with every change that fits nothing."""
    tables = dict(instance.tables)
    settings: dict[str, Any] = {}
    problems: list[Problem] = []
    for scenario in scenarios:
        for table, file in scenario.replaced.items():
            _replace(tables, table, file, problems)
        for change in scenario.changes:
            if change.table == "instance":
                settings[change.column] = _setting(change)
            else:
                _change(tables, change, problems)
    titles = [scenario.title for scenario in scenarios if scenario.title]
    if titles and "title" not in settings:
        settings["title"] = ": ".join([instance.settings.title, titles[-1]])
    if problems:
        raise InputError(problems)
    changed = {name: frame for name, frame in tables.items() if frame is not instance.tables[name]}
    return instance.replace(changed, **settings)


def _setting(change: Change) -> Any:
    number = {"base_year", "discount_rate", "schema"}
    if change.column in number:
        try:
            return float(change.value)
        except ValueError:
            return change.value
    return str(change.value).split("|") if change.column == "projects" and isinstance(change.value, str) else change.value


def _replace(tables: dict[str, pd.DataFrame], table: str, file: Path, problems: list[Problem]) -> None:
    if table not in TABLES:
        problems.append(Problem("unknown_table", table=table, said={"near": nearest(table, TABLES)}))
        return
    try:
        if file.suffix == ".xlsx":
            frame = pd.read_excel(file, dtype=str, keep_default_na=False, engine="calamine")
        else:
            frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        problems.append(rule(f"cannot be read as a table: {error}", f"无法读作表格：{error}", file=file.name))
        return
    tables[table] = frame.set_index(pd.Index(range(2, len(frame) + 2)))


def _change(tables: dict[str, pd.DataFrame], change: Change, problems: list[Problem]) -> None:
    def bad(en: str, zh: str) -> None:
        problems.append(
            rule(en, zh, file="scenario", table=change.table, column=change.column, value=None if change.value is None else str(change.value))
        )

    if change.table not in TABLES:
        problems.append(Problem("unknown_table", file="scenario", table=change.table, said={"near": nearest(change.table, TABLES)}))
        return
    frame = tables[change.table]
    known = TABLES[change.table].names
    if change.how not in HOW:
        problems.append(
            Problem("choice", file="scenario", column="how", value=change.how, said={"allowed": ", ".join(HOW), "near": nearest(change.how, HOW)})
        )
        return
    if change.how == "insert":
        _insert(tables, change, problems)
        return
    for column in (*change.where, *([change.column] if change.how != "remove" else [])):
        if column not in known:
            near = nearest(column, known)
            problems.append(Problem("unknown_column", file="scenario", table=change.table, column=column, said={"near": near}))
            return
    if change.how != "remove" and TABLES[change.table][change.column].key:
        bad("is a key, which names the row: remove the row and insert another", "是键列（行的名称）：请删除该行并插入新行")
        return
    hit = pd.Series(True, index=frame.index)
    for column, cell in change.where.items():
        hit &= _equal(frame[column], str(cell))
    if not hit.any():
        shown = ", ".join(f"{k} = {v}" for k, v in change.where.items())
        bad(f"no row has {shown}", f"没有符合 {shown} 的行")
        return
    if change.how == "remove":
        tables[change.table] = frame[~hit]
        return
    column = frame[change.column].astype(object)
    if change.how == "set":
        column[hit] = change.value if change.value != "" else None
    else:
        try:
            amount = float(change.value)
            old = pd.to_numeric(column[hit]).astype(float)
        except (TypeError, ValueError):
            bad("not a number", "不是数字")
            return
        column[hit] = old * amount if change.how == "multiply" else old + amount
    tables[change.table] = frame.assign(**{change.column: column})


def _equal(column: pd.Series, cell: str) -> pd.Series:
    if column.dtype.kind == "f":
        if cell == "":
            return column.isna()
        return pd.Series(np.isclose(column, float(cell)) if _is_number(cell) else False, index=column.index)
    same = column.fillna("").astype(str) == cell
    return same | (pd.to_numeric(column, errors="coerce") == float(cell)) if _is_number(cell) else same  # numbers beside an inserted row


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _insert(tables: dict[str, pd.DataFrame], change: Change, problems: list[Problem]) -> None:
    if not isinstance(change.value, Mapping) or not change.value:
        problems.append(rule("a row to insert needs its cells by column", "插入的行须按列给出单元格", file="scenario", table=change.table))
        return
    frame = tables[change.table]
    number = max([1, *frame.index.tolist()]) + 1
    added = pd.DataFrame([dict(change.value)], index=[number], dtype=object)
    tables[change.table] = pd.concat([frame.astype(object), added]) if len(frame) else added
