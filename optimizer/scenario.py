"""A scenario is data: a list of changes to an instance's tables, in a TOML file or on a sheet; the same thing travels everywhere."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.problems import InputError, Problem, nearest, rule
from optimizer.change import Change, Scenario
from optimizer.whole import written

FILES = (".toml", ".xlsx")


def find(instance_path: Path, name: str) -> Path:
    """The file of a scenario: a path, or a name in the instance's `scenarios` folder. Raises InputError."""
    given = Path(name)
    if given.suffix in FILES:
        if given.is_file():
            return given
        raise InputError([rule("there is no such scenario file", "没有这个情景文件", file=name)])
    folder = instance_path / "scenarios"
    files = {p.stem: p for p in sorted(folder.iterdir()) if p.suffix in FILES} if folder.is_dir() else {}
    known = list(files)
    if name not in known:
        near = nearest(name, known)
        raise InputError([Problem("unknown_name", file=str(folder), value=name, said={"what": "scenario", "near": near})])
    return files[name]


def load(path: Path) -> list[Scenario]:
    """The scenario of a TOML file, after those that it extends; or that of a workbook. Raises InputError."""
    if path.suffix == ".xlsx":
        return [_from_sheet(path)]
    try:
        given = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError([Problem("bad_toml", file=path.name, said={"why": error})]) from None
    problems = [
        Problem("unknown_column", file=path.name, column=key, said={"near": nearest(key, ("title", "extends", "change", "replace", "rows"))})
        for key in given
        if key not in ("title", "extends", "change", "replace", "rows", "note")
    ]
    changes = []
    for entry in given.get("change", []):
        known = {"table", "where", "column", "how", "value"}
        problems += [Problem("unknown_column", file=path.name, column=k, said={"near": nearest(k, known)}) for k in entry if k not in known]
        changes.append(Change(**{k: v for k, v in entry.items() if k in known} | {"table": entry.get("table", "")}))
    replaced = {}
    for entry in given.get("replace", []):
        file = (path.parent / str(entry.get("file", ""))).resolve()
        if not file.is_file() or not file.is_relative_to(path.parent.resolve()):
            problems.append(rule("there is no such file beside the scenario", "情景旁没有这个文件", file=path.name, value=str(entry.get("file"))))
        replaced[str(entry.get("table", ""))] = file
    for row in given.get("rows", []):
        changes.append(Change(str(row.get("table", "")), how="insert", value={k: v for k, v in row.items() if k != "table"}))
    if problems:
        raise InputError(problems)
    own = Scenario(given.get("title", path.stem), tuple(changes), replaced)
    if "extends" in given:
        return [*load(path.parent / f"{given['extends']}.toml"), own]
    return [own]


def write(scenario: Scenario, path: Path) -> None:
    """Writes a scenario without replaced tables as TOML, which `load` reads back. Raises WriteError, also if the file exists."""
    lines = [f"title = {_toml(scenario.title)}"]
    for change in scenario.changes:
        cells = {"table": change.table, "where": dict(change.where), "column": change.column, "how": change.how, "value": change.value}
        lines += ["", "[[change]]", *(f"{key} = {_toml(value)}" for key, value in cells.items() if value not in ("", {}) or key == "value")]
    with written(path) as fresh:
        fresh.write_text("\n".join(lines) + "\n", "utf-8")


def _toml(value: Any) -> str:
    """A value of a change. A JSON text is a TOML text."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    return repr(float(value)) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _from_sheet(path: Path) -> Scenario:
    """The changes on the sheet `changes`: columns table, where, column, how, value; cells of a row as `region=A; commodity=x`."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_name("changes").to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise InputError([rule(f"no workbook with a sheet 'changes': {error}", "不是含 changes 工作表的工作簿", file=path.name)]) from None
    header = [str(cell).strip() for cell in rows[0]] if rows else []
    columns = ("table", "where", "column", "how", "value")
    problems = [Problem("missing_column", file=path.name, table="changes", column=name) for name in columns if name not in header]
    if problems:
        raise InputError(problems)
    changes = []
    for number, row in enumerate(rows[1:], 2):
        cells = {name: row[header.index(name)] for name in columns}
        if not any(str(cell).strip() for cell in cells.values()):
            continue
        how = str(cells["how"]).strip() or "set"
        try:
            where = _pairs(str(cells["where"]))
            value: Any = _pairs(str(cells["value"])) if how == "insert" else cells["value"]
        except ValueError:
            en = "write cells as column=cell; column=cell"
            problems.append(rule(en, "请写作 列=值; 列=值", table="changes", row=number, file=path.name))
            continue
        changes.append(Change(str(cells["table"]).strip(), where, str(cells["column"]).strip(), how, value))
    if problems:
        raise InputError(problems)
    return Scenario(path.stem, tuple(changes))


def _pairs(text: str) -> dict[str, str]:
    """`a=b; c=d` as a dict. Raises ValueError."""
    pairs = [part.partition("=") for part in text.replace("；", ";").split(";") if part.strip()]
    if any(not equals for _, equals, _ in pairs):
        raise ValueError(text)
    return {name.strip(): cell.strip() for name, _, cell in pairs}
