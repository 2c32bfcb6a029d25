"""Raw tables -> typed tables: cells parsed, units converted, names resolved. Every problem is gathered with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from models import cells, units
from models.names import Names, collect
from models.problems import Problem, nearest
from models.reading import Raw, RawTable, parts, split_header
from models.schema import COMMON, REFERENCE_KINDS, Column, Table
from models.tables import TABLES

TEXT = pd.StringDtype("python", na_value=np.nan)


@dataclass
class Findings:
    """Problems and warnings gathered on the way."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def typed(raw: Raw, money: str, kept: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], Names, Findings]:
    """Typed tables: index = row number in the file; text "" and numbers NaN where blank; defaults put in.

    `money` is the unit that ¤ stands for. `kept` are tables typed before, which are right as long as the names are the same.
    """
    found = Findings(list(raw.problems), list(raw.warnings))
    frames: dict[str, pd.DataFrame] = {}
    headers: dict[str, dict[str, str]] = {}
    for name, table in TABLES.items():
        if name in raw.tables:
            frames[name], headers[name] = _parse(raw.tables[name], table, found)
            if table.required and frames[name].empty:
                found.problems.append(Problem("empty_table", file=raw.tables[name].file, table=name))
        elif name in kept:
            frames[name] = kept[name]
        elif table.required:
            found.problems.append(Problem("missing_table", table=name))
    for name, column in (("regions", "groups"), ("commodities", "tags"), ("equipment", "tags"), ("slices", "season")):
        if name in frames and column not in frames[name]:
            frames[name][column] = ""
    names, clashes = collect(frames)
    for clash, kind, other in clashes:
        found.problems.append(Problem("double_name", table=kind, value=clash, said={"other": other}))
    own = {name: frame for name, frame in frames.items() if name in raw.tables}
    for name, frame in own.items():
        _resolve_names(frame, TABLES[name], raw.tables[name].file, names, found)
    for name, frame in own.items():
        _convert(frame, TABLES[name], headers[name], raw.tables[name].file, frames, money, names, found)
        for c in TABLES[name].columns:
            _bounds(frame, c, name, raw.tables[name].file, found)
    return frames, names, found


def _parse(raw: RawTable, table: Table, found: Findings) -> tuple[pd.DataFrame, dict[str, str]]:
    """One table's cells by kind, and the unit that each header carries."""
    wanted: dict[str, Column] = {c.name: c for c in table.columns}
    spelled = {c.zh: c.name for c in table.columns} | {c: c for c in wanted}
    spelled |= {c.name: c.name for c in COMMON} | {c.zh: c.name for c in COMMON if c.zh not in spelled}
    if table.amount:
        spelled |= {"unit": "unit"} | ({"单位": "unit"} if "单位" not in spelled else {})
    data: dict[str, list[cells.Cell]] = {}
    header_units: dict[str, str] = {}
    for given, column in zip(raw.header, raw.columns, strict=True):
        bare, unit = split_header(given)
        if not bare:
            if any(not cells.blank(c) for c in column):
                found.problems.append(Problem("nameless_column", file=raw.file, table=raw.name))
            continue
        if bare.startswith("x_"):
            continue
        name = spelled.get(bare)
        if name is None:
            near = nearest(bare, [c for c in spelled if c not in data])
            found.problems.append(Problem("unknown_column", file=raw.file, table=raw.name, column=bare, said={"near": near}))
        elif name in data:
            found.problems.append(Problem("double_column", file=raw.file, table=raw.name, column=name))
        else:
            data[name] = column
            if unit:
                header_units[name] = unit
    out: dict[str, object] = {}
    for c in table.columns:
        if c.name not in data and c.required:
            found.problems.append(Problem("missing_column", file=raw.file, table=raw.name, column=c.name))
        column = data.get(c.name) or [None] * len(raw.rows)
        out[c.name] = _numbers(column, c, raw, found) if c.numeric else _texts(column, c, raw, found)
    for c in (*COMMON, Column("unit", "text", "", "")):
        if c.name in data and c.name not in out:
            out[c.name] = _texts(data[c.name], c, raw, found)
    return pd.DataFrame(out, index=pd.Index(raw.rows, name="line", dtype="int64")), header_units


def _mended(raw: RawTable, column: str, row: int, cell: cells.Cell, read: object, found: Findings) -> None:
    said = {"en": f"read as {read}", "zh": f"读作 {read}"}
    found.warnings.append(Problem("rule", file=raw.file, table=raw.name, row=row, column=column, value=str(cell), said=said))


def _numbers(column: list[cells.Cell], c: Column, raw: RawTable, found: Findings) -> np.ndarray:
    sheet = "!" in raw.file  # on a sheet a number is no text; in a CSV file every cell is
    out = _plain_numbers(column, sheet)
    percent = c.unit == "1" and c.most is not None
    for i in np.flatnonzero(~np.isfinite(out)).tolist():
        cell, out[i] = column[i], np.nan
        if cells.blank(cell):
            if c.required:
                found.problems.append(Problem("required", file=raw.file, table=raw.name, row=raw.rows[i], column=c.name))
            continue
        try:
            out[i], mended = cells.number(cell, percent)
        except cells.CellError as problem:
            found.problems.append(
                Problem(problem.code, file=raw.file, table=raw.name, row=raw.rows[i], column=c.name, value=str(cell), said=problem.said)
            )
            continue
        if mended or (sheet and isinstance(cell, str)):
            _mended(raw, c.name, raw.rows[i], cell, f"{out[i]:g}", found)
    if c.default is not None:
        out[np.isnan(out)] = float(c.default)
    return out


def _plain_numbers(column: list[cells.Cell], sheet: bool) -> np.ndarray:
    """Numbers written plainly, all at once; NaN for every cell that has to be looked at."""
    if not sheet and all(type(cell) is str for cell in column):
        return np.asarray(pd.to_numeric(pd.Series(column, dtype=object), errors="coerce"), float) + 0.0
    return np.array([cell + 0.0 if isinstance(cell, int | float) and not isinstance(cell, bool) else np.nan for cell in column], float)


def _texts(column: list[cells.Cell], c: Column, raw: RawTable, found: Findings) -> Any:
    """Text cells, as an array of pandas; each different cell is looked at once."""
    plain_text = c.kind == "text" and not c.key
    seen: dict[str, str] = {}
    out: list[str] = []
    for i, cell in enumerate(column):
        raw_key = cell if isinstance(cell, str) else None
        if raw_key is not None and raw_key in seen:
            value = seen[raw_key]
        else:
            try:
                value = cells.text(cell) if plain_text else cells.name(cell)
                if c.kind == "new_name" and value:
                    cells.check_new_name(value)
                if not plain_text and isinstance(cell, str) and value != cell.strip():
                    _mended(raw, c.name, raw.rows[i], cell, value, found)
            except cells.CellError as problem:
                found.problems.append(
                    Problem(problem.code, file=raw.file, table=raw.name, row=raw.rows[i], column=c.name, value=str(cell), said=problem.said)
                )
                value = ""
            if raw_key is not None:
                seen[raw_key] = value
        if not value and c.required and (raw_key is None or not raw_key.strip()):
            found.problems.append(Problem("required", file=raw.file, table=raw.name, row=raw.rows[i], column=c.name))
        if c.choices and value and value not in c.choices:
            near = nearest(value, c.choices)
            said: dict[str, object] = {"allowed": ", ".join(c.choices), "near": near}
            found.problems.append(Problem("choice", file=raw.file, table=raw.name, row=raw.rows[i], column=c.name, value=value, said=said))
        out.append(value or (str(c.default) if c.default is not None else ""))
    return pd.array(out, dtype=TEXT)


def _resolve_names(frame: pd.DataFrame, table: Table, file: str, names: Names, found: Findings) -> None:
    """Cells that refer to names: unknown ones are problems, names in the other language become the name itself."""
    for c in table.columns:
        if not c.of or c.name not in frame or (table.name, c.name) in (("links", "mode"), ("recipes", "route")):
            continue
        known = names.known(c.of)
        aliases: dict[str, str] = {}
        for kind in REFERENCE_KINDS[c.of]:
            aliases |= names.aliases.get(kind, {})
        star = table.name == "policies"
        single = c.kind == "label" or (c.kind == "name" and not c.key and table.name in ("equipment", "links", "stocks", "ledger"))
        unique = frame[c.name].unique().tolist()
        changed: dict[str, str] = {}
        for cell in unique:
            fixed = []
            for part in parts(cell):
                if part in known or (star and part == "*"):
                    fixed.append(part)
                elif part in aliases:
                    fixed.append(aliases[part])
                    said = {"en": f"read as {aliases[part]}", "zh": f"读作 {aliases[part]}"}
                    found.warnings.append(Problem("rule", file=file, table=table.name, column=c.name, value=part, said=said))
                else:
                    rows = frame.index[frame[c.name] == cell]
                    what = {"item": "commodity or equipment", "factor_item": "commodity, equipment or mode"}.get(c.of, c.of)
                    near = nearest(part, [*known, *aliases])
                    code = "total_row" if part.casefold() in cells.TOTALS else "unknown_name"
                    for row in rows[:20]:
                        said2: dict[str, object] = {"what": what, "near": near}
                        found.problems.append(Problem(code, file=file, table=table.name, row=int(row), column=c.name, value=part, said=said2))
            if single and (len(fixed) > 1 or (fixed and names.members(fixed[0], c.of) != (fixed[0],))):
                row = int(frame.index[frame[c.name] == cell][0])
                why = {"why": "one name is wanted here / 此处只能填一个名称"}
                found.problems.append(Problem("bad_name", file=file, table=table.name, row=row, column=c.name, value=cell, said=why))
            joined = "|".join(dict.fromkeys(fixed))
            if joined != cell:
                changed[cell] = joined
        if changed:
            frame[c.name] = frame[c.name].replace(changed)


def _convert(
    frame: pd.DataFrame,
    table: Table,
    header_units: dict[str, str],
    file: str,
    frames: dict[str, pd.DataFrame],
    money: str,
    names: Names,
    found: Findings,
) -> None:
    """Numbers under a header with a unit, or beside a `unit` cell, become numbers in the unit of the schema."""
    for column, unit in header_units.items():
        if table[column].numeric and column in table.names:
            _convert_rows(frame, table, column, pd.Series(unit, index=frame.index), file, unit_of(frame, table, column, frames, money, names), found)
    if table.amount and "unit" in frame.columns and table.name not in ("policy_values",):
        want = unit_of(frame, table, table.amount, frames, money, names)
        frame["unit"] = _convert_rows(frame, table, table.amount, frame["unit"].where(frame["unit"] != "", None), file, want, found)


def _convert_rows(
    frame: pd.DataFrame, table: Table, column: str, given: pd.Series, file: str, want: Callable[[int], str], found: Findings
) -> pd.Series:
    """Converts the numbers of a column that have a unit; gives the unit that each of these is in now, "" for the others."""
    values, now = frame[column].to_numpy(copy=True), [""] * len(frame)
    for i, (row, unit) in enumerate(given.items()):
        if unit is None or not isinstance(unit, str) or np.isnan(values[i]):
            continue
        target = now[i] = want(i)
        if target.startswith("!"):
            found.problems.append(Problem("unit_mixed", file=file, table=table.name, row=int(str(row)), column=column, said={"units": target[1:]}))
            continue
        try:
            values[i] *= units.factor(unit, target)
        except units.UnitError as error:
            code = "unit_dimension" if "->" in str(error) else "unit_unknown"
            said: dict[str, object] = {"unit": unit, "want": target, "why": error}
            found.problems.append(Problem(code, file=file, table=table.name, row=int(str(row)), column=column, said=said))
    frame[column] = values
    return pd.Series(now, index=frame.index, dtype=TEXT)


def unit_of(frame: pd.DataFrame, table: Table, column: str, frames: dict[str, pd.DataFrame], money: str, names: Names) -> Callable[[int], str]:
    """For each row (by position) the unit of the schema in plain words; `!a, b` where the row's names have several units."""
    commodity_units = dict(zip(frames["commodities"]["commodity"], frames["commodities"]["unit"], strict=True)) if "commodities" in frames else {}
    own_units = dict(zip(frames["equipment"]["equipment"], frames["equipment"]["unit"], strict=True)) if "equipment" in frames else {}
    template = table[column].unit

    def unit(cell: str, of: str) -> str:
        members = names.members(cell, of)
        both = commodity_units | own_units
        found = dict.fromkeys(both.get(m, "1") for m in members)
        return next(iter(found), "1") if len(found) <= 1 else "!" + ", ".join(found)

    def want(i: int) -> str:
        row = frame.iloc[i]
        put = {"¤": money}
        if "u" in template:
            put["u"] = unit(row.get("commodity", ""), "commodity")
        if "Q" in template:
            put["Q"] = unit(row.get("equipment", row.get("new_equipment", "")), "equipment")
        if "i" in template:
            put["i"] = unit(row["item"], "item") if row.get("on", "use") not in ("capacity", "freight") else ""
        if "b" in template:
            put["b"] = unit(row["burden"], "burden")
        mixed = next((v for v in put.values() if v.startswith("!")), "")
        return mixed or units.expression(template, **put)

    return want


def _bounds(frame: pd.DataFrame, c: Column, table: str, file: str, found: Findings) -> None:
    if not c.numeric or c.name not in frame or not c.allowed:
        return
    v = frame[c.name].to_numpy(float)
    bad = np.zeros(len(v), bool)
    for end, wrong in ((c.above, np.less_equal), (c.least, np.less), (c.most, np.greater), (c.below, np.greater_equal)):
        if end is not None:
            bad |= wrong(v, end) & ~np.isnan(v)
    for i in np.flatnonzero(bad)[:50]:
        row = int(frame.index[i])
        found.problems.append(Problem("range", file=file, table=table, column=c.name, row=row, value=f"{v[i]:g}", said={"allowed": c.allowed}))
