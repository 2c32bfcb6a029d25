"""Templates: an empty or filled instance as a folder or a workbook, with headers, units, notes and drop-downs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from models.problems import language
from models.reading import SETTINGS_SHEET
from models.schema import REFERENCE_KINDS, Column, Table
from models.tables import TABLES
from optimizer.whole import workbook, written

if TYPE_CHECKING:
    from models.instance import Instance

SETTINGS = (
    ("schema", "1", "version of the schema", "格式版本"),
    ("title", "", "title", "标题"),
    ("money", "CNY", "money unit of all prices and costs: CNY, 亿元, bn CNY, MUSD ...", "货币单位"),
    ("base_year", "2025", "year of prices and of discounting", "基准年"),
    ("discount_rate", "0.05", "0 .. 0.3", "折现率"),
    ("clean_commodity", "", "the commodity whose clean share is counted, e.g. electricity", "清洁商品"),
    ("clean_matching", "", "nation-year, region-year or region-slice", "清洁匹配方式"),
    ("licence", "", "licence of the figures", "许可"),
    ("projects", "", "proposals that are brought in, a|b", "纳入的项目"),
)
LISTS = "lists"
ROWS_WITH_LISTS = 2_000


def write_template(path: Path, instance: Instance | None = None) -> Path:
    """Writes a workbook (a name that ends in .xlsx) or a folder, whole or not at all; blank, or filled with an instance. Raises WriteError."""
    with written(path) as fresh:
        fill(fresh, instance)
    return path


def fill(path: Path, instance: Instance | None) -> None:
    """The same inside what is written whole."""
    (_workbook if path.suffix == ".xlsx" else _folder)(path, instance)


def _settings(instance: Instance | None) -> list[tuple[str, Any, str, str]]:
    rows = []
    for key, default, en, zh in SETTINGS:
        value: Any = default
        if instance is not None:
            value = getattr(instance.settings, key)
            value = "|".join(value) if isinstance(value, tuple) else value
        rows.append((key, value, en, zh))
    return rows


def _frame(table: Table, instance: Instance | None) -> pd.DataFrame:
    """The table's cells as a user would write them: blank instead of defaults and of what is not given."""
    if instance is None or instance.tables[table.name].empty:
        return pd.DataFrame(columns=list(table.names))
    given = instance.tables[table.name]
    extra = [c for c in ("source", "trust", "note") if c in given.columns]
    return given[[*table.names, *extra]]


def _folder(folder: Path, instance: Instance | None) -> None:
    folder.mkdir()
    lines = []
    for key, value, en, zh in _settings(instance):
        if value not in ("", None):
            text = value if isinstance(value, int | float) else '"' + str(value).replace('"', "'") + '"'
            if key in ("schema", "base_year", "discount_rate"):
                text = f"{float(value):g}"
            if key == "projects":
                text = "[" + ", ".join(f'"{p}"' for p in str(value).split("|")) + "]"
            lines.append(f"{key} = {text}  # {en} / {zh}")
    (folder / "instance.toml").write_text("\n".join(lines) + "\n", "utf-8")
    for table in TABLES.values():
        frame = _frame(table, instance)
        if instance is None or len(frame):
            frame.to_csv(folder / f"{table.name}.csv", index=False, encoding="utf-8-sig")
    (folder / "README.md").write_text(_guide(), "utf-8")


def _guide() -> str:
    """What each table and column means, as text beside the CSV files."""
    out = ["# Tables of an instance / 实例的各表", "", "`*` key, `!` required; a blank key cell means all. / `*` 键，`!` 必填；键为空表示全部。", ""]
    for table in TABLES.values():
        out += [f"## {table.name} {table.zh}", "", table.doc, "", "| column | 列 | unit | meaning |", "|---|---|---|---|"]
        out += [f"| {c.name}{_mark(c)} | {c.zh} | {c.unit} | {_meaning(c)} |" for c in table.columns] + [""]
    return "\n".join(out)


def _mark(column: Column) -> str:
    return ("*" if column.key else "") + ("!" if column.required else "")


def _meaning(column: Column) -> str:
    parts = [column.doc]
    if column.choices:
        parts.append("one of " + ", ".join(column.choices))
    if column.allowed:
        parts.append(column.allowed)
    if column.default is not None:
        parts.append(f"default {column.default:g}" if isinstance(column.default, float) else f"default {column.default}")
    return "; ".join(parts)


def _workbook(path: Path, instance: Instance | None) -> None:
    with workbook(path) as book:
        styles = {
            "required": book.add_format({"bold": True, "bg_color": "#FCE8D8", "bottom": 1}),
            "key": book.add_format({"bold": True, "bg_color": "#DCE9F5", "bottom": 1}),
            "plain": book.add_format({"bold": True, "bg_color": "#EEEEEE", "bottom": 1}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _about(book, styles)
        _settings_sheet(book, styles, instance)
        sheets = {table.name: book.add_worksheet(table.name) for table in TABLES.values()}
        lists = _lists(book, instance)
        for table in TABLES.values():
            _sheet(sheets[table.name], table, _frame(table, instance), styles, lists)


def _about(book: Any, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("about")
    sheet.set_column(0, 1, 26)
    sheet.set_column(2, 2, 10)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_column(3, 3, 90, styles["wrap"])
    for j, head in enumerate(("table 表", "column 列", "unit 单位", "meaning 说明")):
        sheet.write_string(0, j, head, styles["plain"])
    sheet.freeze_panes(1, 0)
    i = 1
    for table in TABLES.values():
        sheet.write_string(i, 0, f"{table.name} {table.zh}", styles["key"])
        sheet.write_string(i, 3, table.doc)
        i += 1
        for c in table.columns:
            for j, text in enumerate(("", f"{c.name}{_mark(c)} {c.zh}", c.unit, _meaning(c))):
                sheet.write_string(i, j, text)
            i += 1


def _settings_sheet(book: Any, styles: dict[str, Any], instance: Instance | None) -> None:
    sheet = book.add_worksheet(SETTINGS_SHEET)
    sheet.set_column(0, 1, 24)
    sheet.set_column(2, 2, 70)
    for j, head in enumerate(("key", "value", "note")):
        sheet.write_string(0, j, head, styles["plain"])
    for i, (key, value, en, zh) in enumerate(_settings(instance), start=1):
        sheet.write_string(i, 0, key, styles["key"])
        if key in ("schema", "base_year", "discount_rate") and value != "":
            sheet.write_number(i, 1, float(value))
        else:
            sheet.write_string(i, 1, str(value))
        sheet.write_string(i, 2, zh if language() == "zh" else en)
        if key == "clean_matching":
            sheet.data_validation(i, 1, i, 1, {"validate": "list", "source": ["nation-year", "region-year", "region-slice"]})


def _lists(book: Any, instance: Instance | None) -> dict[str, str]:
    """The sheet of names for drop-downs; for each kind of reference the range of its names."""
    sheet = book.add_worksheet(LISTS)
    sheet.hide()
    ranges = {}
    for j, of in enumerate(REFERENCE_KINDS):
        names = sorted(instance.names.known(of)) if instance is not None else []
        sheet.write_string(0, j, of)
        for i, name in enumerate(names, start=1):
            sheet.write_string(i, j, name)
        if names:
            column = chr(ord("A") + j)
            ranges[of] = f"={LISTS}!${column}$2:${column}${len(names) + 1}"
    return ranges


def _sheet(sheet: Any, table: Table, frame: pd.DataFrame, styles: dict[str, Any], lists: dict[str, str]) -> None:
    sheet.freeze_panes(1, 0)
    for j, name in enumerate(frame.columns):
        column = next((c for c in table.columns if c.name == name), None)
        if column is None:
            sheet.write_string(0, j, name, styles["plain"])
            sheet.set_column(j, j, 24)
        else:
            style = "required" if column.required else "key" if column.key else "plain"
            sheet.write_string(0, j, name, styles[style])
            unit = f" [{column.unit}]" if column.unit else ""
            sheet.write_comment(0, j, f"{column.zh}{unit}\n{_meaning(column)}", {"x_scale": 1.8, "y_scale": 1.4})
            sheet.set_column(j, j, max(10, len(name) + 3))
            source: Any = list(column.choices) if column.choices and len(column.choices) <= 12 else lists.get(column.of)
            if source:
                rule = {"validate": "list", "source": source, "error_type": "information" if column.of else "stop"}
                rule["error_message"] = (
                    "Several names may be written as a|b. / 可写作 a|b。" if column.of else "Choose from the list. / 请从列表中选择。"
                )
                sheet.data_validation(1, j, max(len(frame), ROWS_WITH_LISTS), j, rule)
        for i, value in enumerate(frame[name].tolist() if len(frame) else [], start=1):
            if isinstance(value, str):
                if value:
                    sheet.write_string(i, j, value)
            elif value == value:
                sheet.write_number(i, j, value)
