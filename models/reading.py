"""A folder of CSV files or one workbook -> raw tables: header, cells, row numbers. All problems are gathered, none is raised here."""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.cells import Cell, CellError, blank, text
from models.problems import Problem, nearest, rule
from models.tables import TABLES
from models.workbook import DAMAGED, Marks, inspect, reference, refused

IGNORED_FILES = re.compile(r"(~\$.*|\..*|thumbs\.db|desktop\.ini)", re.IGNORECASE)
IGNORED_SHEETS = ("about", "说明", "lists")
SETTINGS_SHEET = "instance"


@dataclass
class RawTable:
    """One table as it stands in a file: `columns[j][i]` is the cell of column j in the row with number `rows[i]`."""

    name: str
    file: str
    header: list[str]
    columns: list[list[Cell]]
    rows: list[int]


@dataclass
class Raw:
    """Everything read from one place, not yet checked."""

    tables: dict[str, RawTable] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read(path: str | Path) -> Raw:
    """The raw tables of a folder of CSV files with `instance.toml`, or of one workbook with a sheet `instance`."""
    path = Path(path)
    if path.is_dir():
        return _folder(path)
    if path.is_file():
        return _workbook(path)
    return Raw(problems=[Problem("no_instance", file=str(path))])


def from_frames(tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any], numbered: bool = False) -> Raw:
    """The raw tables of DataFrames (a notebook): the same checks as for files follow. `numbered`: their index is the row number."""
    raw = Raw(settings=dict(settings))
    for given, frame in tables.items():
        if given not in TABLES:
            raw.problems.append(Problem("unknown_table", table=given, said={"near": nearest(given, TABLES)}))
            continue
        cells: Any = np.where(frame.isna().to_numpy(), None, frame.to_numpy(object))  # None where nothing stands
        rows = [int(i) for i in frame.index] if numbered else list(range(1, len(frame) + 1))
        raw.tables[given] = RawTable(given, "", [str(c) for c in frame.columns], cells.T.tolist(), rows)
    return raw


def _folder(folder: Path) -> Raw:
    raw = Raw()
    toml = folder / "instance.toml"
    if not toml.is_file():
        raw.problems.append(Problem("no_toml", file=str(folder)))
    else:
        try:
            raw.settings = tomllib.loads(toml.read_text("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raw.problems.append(Problem("bad_toml", file="instance.toml", said={"why": error}))
    for file in sorted(folder.glob("*.csv")):
        if IGNORED_FILES.fullmatch(file.name) or file.stem.startswith("x_"):
            continue
        name = _table_name(file.stem)
        if name is None:
            raw.problems.append(Problem("unknown_table", file=file.name, said={"near": nearest(file.stem, TABLES)}))
        elif name in raw.tables:
            raw.problems.append(Problem("two_files", table=name, said={"files": f"{raw.tables[name].file}, {file.name}"}))
        else:
            _csv(raw, file, name)
    for file in sorted(folder.glob("*.xls*")):
        name = _table_name(file.stem)
        if name in raw.tables and not IGNORED_FILES.fullmatch(file.name):
            raw.problems.append(Problem("two_files", table=name, said={"files": f"{raw.tables[name].file}, {file.name}"}))
    return raw


def _table_name(given: str) -> str | None:
    plain = unicodedata.normalize("NFKC", given).strip().casefold()
    return next((t.name for t in TABLES.values() if plain in (t.name, t.zh)), None)


def _csv(raw: Raw, file: Path, name: str) -> None:
    data = file.read_bytes()
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            content = data.decode("gb18030")
            raw.warnings.append(Problem("rule", file=file.name, said={"en": "read as GB18030", "zh": "按 GB18030 编码读取"}))
        except UnicodeDecodeError:
            raw.problems.append(Problem("bad_encoding", file=file.name))
            return
    bad = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", content)
    if bad:
        line = content.count("\n", 0, bad.start()) + 1
        raw.problems.append(Problem("control_character", file=file.name, row=line, said={"char": f"U+{ord(bad.group()):04X}"}))
        return
    lines: list[list[Cell]] = []
    numbers: list[int] = []
    reader = csv.reader(content.splitlines(keepends=True), strict=True)
    start = 1
    try:
        for cells in reader:
            lines.append([*cells])
            numbers.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raw.problems.append(Problem("bad_csv", file=file.name, row=start, said={"why": f"{error}: a quote opened here never closes / 引号未闭合"}))
        return
    first = next((str(line[0]) for line in lines if line), "")
    if lines and len(lines[0]) == 1 and (";" in first or "\t" in first):
        raw.problems.append(Problem("bad_separator", file=file.name, said={"found": ";" if ";" in first else "TAB"}))
        return
    _add(raw, name, file.name, lines, numbers, strict=True)


def _workbook(file: Path) -> Raw:
    """The sheets of a workbook. A file that is damaged inside is one problem."""
    from python_calamine import CalamineError, CalamineWorkbook

    raw = Raw()
    problem = refused(file)
    if problem is not None:
        raw.problems.append(problem)
        return raw
    try:
        book = CalamineWorkbook.from_path(str(file))
        marks, links = inspect(file)
        if links:
            en = "it links to another workbook; the values stored here are used"
            raw.warnings.append(rule(en, "引用了其他工作簿，采用此处存储的数值", file=file.name))
        for sheet in book.sheet_names:
            _read_sheet(raw, book, sheet, file.name, marks.get(sheet, Marks()))
    except (CalamineError, *DAMAGED) as error:
        return Raw(problems=[Problem("bad_workbook", file=file.name, said={"why": error})])
    return raw


def _read_sheet(raw: Raw, book: Any, sheet: str, file: str, marks: Marks) -> None:
    """One sheet: a table, the settings, or none of ours."""
    plain = unicodedata.normalize("NFKC", sheet).strip()
    name = _table_name(plain)
    if plain.casefold() in IGNORED_SHEETS or plain.startswith("x_"):
        return
    cells = _cells(raw, book.get_sheet_by_name(sheet), f"{file}!{sheet}", marks)
    if plain.casefold() == SETTINGS_SHEET:
        raw.settings = _settings(cells)
    elif name is None:
        raw.problems.append(Problem("unknown_table", file=f"{file}!{sheet}", said={"near": nearest(plain, TABLES)}))
    elif name in raw.tables:
        raw.problems.append(Problem("two_files", table=name, said={"files": f"{raw.tables[name].file}, {sheet}"}))
    else:
        if plain != name:
            raw.warnings.append(Problem("rule", file=f"{file}!{sheet}", said={"en": f"read as '{name}'", "zh": f"按“{name}”读取"}))
        _add(raw, name, f"{file}!{sheet}", cells, list(range(1, len(cells) + 1)), strict=False)


def _cells(raw: Raw, page: Any, file: str, marks: Marks) -> list[list[Cell]]:
    """The cells of a sheet: merged ones filled from the first, errors and formulas without a value put back; all of it said."""
    cells: list[list[Cell]] = [list(row) for row in page.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in getattr(page, "merged_cell_ranges", None) or ():
        if top < len(cells) and not blank(cells[top][left]):
            en, zh = f"merged cells {reference(top, left)}:{reference(bottom, right)}: the value is used for all", "合并单元格，各格均取该值"
            raw.warnings.append(rule(en, zh, file=file))
        for i in range(top, min(bottom + 1, len(cells))):
            for j in range(left, right + 1):
                cells[i][j] = cells[top][left]
    for (i, j), mark in marks.cells.items():
        if 0 <= i < len(cells) and j < len(cells[i]):
            cells[i][j] = mark
    if marks.hidden:
        raw.warnings.append(rule("the sheet is hidden, but is used", "工作表被隐藏，但仍被使用", file=file))
    for row in marks.hidden_rows:
        if row <= len(cells) and any(not blank(c) for c in cells[row - 1]):
            raw.warnings.append(rule("the row is hidden, but is used", "该行被隐藏，但仍被使用", file=file, row=row))
    return cells


def _settings(cells: list[list[Cell]]) -> dict[str, Any]:
    """Rows `key, value` of the sheet `instance`; `a|b` in `projects` is a list."""
    out: dict[str, Any] = {}
    for row in cells:
        if len(row) >= 2 and not blank(row[0]) and not blank(row[1]) and _shown(row[0]) != "key":
            value = row[1]
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            out[_shown(row[0])] = str(value).split("|") if _shown(row[0]) == "projects" else value
    return out


def _add(raw: Raw, name: str, file: str, lines: list[list[Cell]], numbers: list[int], strict: bool) -> None:
    """Finds the header, drops blank rows and footnotes, and turns rows into columns."""
    table = TABLES[name]
    known = {c.name for c in table.columns} | {c.zh for c in table.columns}
    at = next((i for i, line in enumerate(lines[:10]) if sum(_bare(c) in known for c in line) >= min(2, len(table.columns))), None)
    if at is None:
        at = next((i for i, line in enumerate(lines) if not all(blank(c) for c in line)), None)
    if at is None:
        if table.required:
            raw.problems.append(Problem("empty_table", file=file, table=name))
        return
    skipped = [n for n, line in zip(numbers[:at], lines[:at], strict=True) if not all(blank(c) for c in line)]
    if skipped:
        note = Problem(
            "rule",
            file=file,
            said={"en": f"header found in row {numbers[at]}; rows above it skipped", "zh": f"表头在第 {numbers[at]} 行，其上各行已略过"},
        )
        raw.warnings.append(note)
    header = [_shown(c) for c in lines[at]]
    width = len(header) if strict else max((j + 1 for j, c in enumerate(header) if c), default=0)
    body: list[list[Cell]] = []
    rows: list[int] = []
    for n, line in zip(numbers[at + 1 :], lines[at + 1 :], strict=True):
        if not any(line) or all(blank(c) for c in line):
            continue
        if strict and len(line) != width:
            raw.problems.append(Problem("field_count", file=file, row=n, said={"found": len(line), "want": width}))
            continue
        filled = [c for c in line if not blank(c)]
        if len(filled) == 1 and str(filled[0]).strip().casefold().startswith(("注", "note:", "资料来源", "数据来源")):
            raw.warnings.append(Problem("rule", file=file, row=n, said={"en": "read as a footnote, skipped", "zh": "按脚注略过"}))
            continue
        if not strict and any(not blank(c) for c in line[width:]):
            raw.problems.append(Problem("nameless_column", file=file, row=n))
        body.append(line[:width] + [None] * (width - len(line)))
        rows.append(n)
    columns = [list(c) for c in zip(*body, strict=True)] if body else [[] for _ in range(width)]
    raw.tables[name] = RawTable(name, file, header[:width], columns, rows)


def _shown(cell: Cell) -> str:
    """A header cell as text; what is none (a date, an error) as it looks, so that it is refused by its name."""
    try:
        return text(cell)
    except CellError:
        return str(cell)


def _bare(cell: Cell) -> str:
    """A header cell without its unit: `price [CNY/t]` -> `price`."""
    return split_header(str(cell) if isinstance(cell, str) else "")[0]


def split_header(header: str) -> tuple[str, str]:
    """`price [CNY/t]` -> (`price`, `CNY/t`); round brackets and full-width ones do as well."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", header)).strip().lstrip("\ufeff")
    match = re.fullmatch(r"(.*?)\s*[\[(](.*)[\])]", plain)
    return (match.group(1).strip(), match.group(2).strip()) if match else (plain, "")


def parts(cell: str) -> Iterable[str]:
    """The names in a cell `a|b|c`."""
    return [p.strip() for p in cell.split("|") if p.strip()]
