"""What the cells of a workbook do not show: files that are none, errors, formulas never computed, hidden rows, links to other workbooks."""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from models.cells import Formula
from models.problems import Problem

LARGEST_WORKBOOK = 400 * 2**20
DAMAGED = (zipfile.BadZipFile, ET.ParseError, zlib.error, OSError, ValueError, LookupError, NotImplementedError)
"""What reading a damaged xlsx file raises; the last two are an encoding and a packing that nobody knows."""
ENCRYPTED = b"\xd0\xcf\x11\xe0"
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
LETTERS = re.compile(r"([A-Z]+)(\d+)")


@dataclass
class Marks:
    """Of one sheet: what stands in a cell (row, column from 0) in place of a value, and the numbers of hidden rows."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden: bool = False


def refused(file: Path) -> Problem | None:
    """Why a file is not opened as a workbook at all; None if it may be."""
    if file.suffix.lower() not in WORKBOOKS:
        why = "read are a folder of CSV files with instance.toml, or an .xlsx workbook / 可读取含 instance.toml 的 CSV 文件夹，或 .xlsx 工作簿"
        return Problem("bad_workbook", file=file.name, said={"why": why})
    if file.read_bytes()[:8].startswith(ENCRYPTED) and file.suffix.lower() != ".xls":
        return Problem("bad_workbook", file=file.name, said={"why": "it is encrypted; remove the password / 已加密，请去除密码"})
    if file.suffix.lower() not in (".xlsx", ".xlsm"):
        return None
    try:
        with zipfile.ZipFile(file) as zipped:
            size = sum(entry.file_size for entry in zipped.infolist())
            dtd = any(b"<!DOCTYPE" in zipped.open(e).read(4096) for e in zipped.infolist() if e.filename.endswith(".xml"))
    except DAMAGED:
        why = "it is no xlsx file (HTML or CSV text?), or incomplete; save it as .xlsx / 不是 xlsx 文件或文件不完整，请另存为 .xlsx"
        return Problem("bad_workbook", file=file.name, said={"why": why})
    if size > LARGEST_WORKBOOK:
        said = {"size": f"{size / 2**20:.0f} MB", "limit": f"{LARGEST_WORKBOOK / 2**20:.0f} MB"}
        return Problem("huge_workbook", file=file.name, said=said)
    if dtd:
        return Problem("bad_workbook", file=file.name, said={"why": "a file in it has a DTD; refused / 含有 DTD，拒绝读取"})
    return None


def inspect(file: Path) -> tuple[dict[str, Marks], bool]:
    """Marks by sheet, and whether the workbook links to others. Nothing for formats other than xlsx and xlsm."""
    if file.suffix.lower() not in (".xlsx", ".xlsm"):
        return {}, False
    with zipfile.ZipFile(file) as zipped:
        names = set(zipped.namelist())
        links = any(n.startswith("xl/externalLinks/") for n in names)
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}, links
        targets = {r.get("Id"): r.get("Target", "") for r in ET.fromstring(zipped.read("xl/_rels/workbook.xml.rels"))}
        found = {}
        for sheet in ET.fromstring(zipped.read("xl/workbook.xml")).iter():
            if _tag(sheet) != "sheet":
                continue
            target = targets.get(next((v for k, v in sheet.items() if k.endswith("}id")), ""), "")
            path = posixpath.normpath(posixpath.join("xl", target)) if not target.startswith("/") else target[1:]
            marks = _sheet(zipped.read(path)) if path in names else Marks()
            marks.hidden = sheet.get("state", "visible") != "visible"
            found[sheet.get("name", "")] = marks
    return found, links


def _sheet(data: bytes) -> Marks:
    marks = Marks()
    if not (b"hidden=" in data or b"<f" in data or b't="e"' in data):
        return marks
    for row in ET.fromstring(data).iter():
        if _tag(row) == "row" and row.get("hidden") in ("1", "true"):
            marks.hidden_rows.append(int(row.get("r", "0")))
        elif _tag(row) == "c":
            own = {_tag(child): child.text or "" for child in row}
            if row.get("t") == "e":
                marks.cells[_place(row.get("r", ""))] = own.get("v") or "#VALUE!"
            elif "f" in own and not own.get("v"):
                marks.cells[_place(row.get("r", ""))] = Formula("=" + own["f"])
    return marks


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _place(reference: str) -> tuple[int, int]:
    """`B3` -> (2, 1)."""
    match = LETTERS.fullmatch(reference)
    if match is None:
        return (-1, -1)
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match.group(2)) - 1, column - 1


def reference(row: int, column: int) -> str:
    """(2, 1) -> `B3`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"
