"""One cell: from what stands in a file to a clean text or a number, or a problem that says what is wrong with it."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from dataclasses import dataclass, field

Cell = object
"""A raw cell: text from CSV; text, number, truth value, date or None from a workbook or a DataFrame."""

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}([, \u00a0]\d{3})+(\.\d+)?")
DASHES = {"-", "—", "——", "–", "/", "无", "n/a", "none", "null"}
TOTALS = {"合计", "总计", "小计", "全国", "其中", "其中:", "其中：", "total", "sum", "subtotal"}
ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
LONGEST_NAME = 64


class Formula(str):
    """A cell that holds a formula whose value was never computed."""


@dataclass
class CellError(Exception):
    """What is wrong with a cell, by a code of `problems.MESSAGES`."""

    code: str
    said: dict[str, object] = field(default_factory=dict)


def blank(cell: Cell) -> bool:
    if isinstance(cell, str):
        return not cell or not cell.strip("\ufeff \t\r\n\u3000\u200b")
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def text(cell: Cell) -> str:
    """The cell as text; numbers as people write them (2030, not 2030.0)."""
    if blank(cell):
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime.datetime | datetime.date):
        raise CellError("date")
    if isinstance(cell, int | float):
        if abs(cell) >= 2**53:
            raise CellError("long_number")
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    if isinstance(cell, Formula):
        raise CellError("formula")
    if str(cell).strip().upper() in ERRORS:
        raise CellError("error_cell")
    return str(cell).strip()


def name(cell: Cell) -> str:
    """A name in one normal form: full-width letters and odd spaces made plain, invisible characters dropped.

    Raises CellError for control and direction characters, `*` inside a name, or more than 64 characters.
    """
    raw = text(cell)
    if raw.isascii() and raw.isprintable() and "  " not in raw and len(raw) <= LONGEST_NAME:
        return raw
    for char in raw:
        kind = unicodedata.category(char)
        if kind == "Cc" or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            raise CellError("control_character", {"char": f"U+{ord(char):04X}"})
    plain = unicodedata.normalize("NFKC", raw)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return re.sub(r"\s+", " ", plain).strip()


def check_new_name(value: str) -> None:
    """Raises CellError if `value` cannot be a name."""
    if len(value) > LONGEST_NAME:
        raise CellError("bad_name", {"why": f"> {LONGEST_NAME} characters / 字符"})
    if "|" in value or value in ("*", ""):
        raise CellError("bad_name", {"why": "'|' and '*' have a meaning of their own / '|' 与 '*' 有特殊含义"})
    if value.casefold() in TOTALS:
        raise CellError("total_row")
    scripts = {s for c in value if c.isalpha() for s in ("LATIN", "CYRILLIC", "GREEK") if unicodedata.name(c, "").startswith(s)}
    if len(scripts) > 1:
        raise CellError("bad_name", {"why": "letters of two scripts that look alike / 混用了形近的不同字母"})


def number(cell: Cell, percent: bool = False) -> tuple[float, bool]:
    """The number, and whether its writing had to be mended (full-width digits, 1,234, 2030年, 12 %).

    `percent`: may `12%` stand for 0.12? Raises CellError.
    """
    if isinstance(cell, bool):
        raise CellError("boolean")
    if isinstance(cell, int | float):
        if not math.isfinite(cell):
            raise CellError("not_finite")
        return float(cell) + 0.0, False
    if isinstance(cell, datetime.datetime | datetime.date):
        raise CellError("date")
    if isinstance(cell, Formula):
        raise CellError("formula")
    raw = str(cell).strip()
    if NUMBER.fullmatch(raw) and raw.isascii():
        return _finite(raw), False
    plain = unicodedata.normalize("NFKC", raw).strip().replace("\u2212", "-").lstrip("'")
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    if NUMBER.fullmatch(plain):
        return _finite(plain), True
    if THOUSANDS.fullmatch(plain):
        return _finite(re.sub("[, \u00a0]", "", plain)), True
    if percent and plain.endswith("%") and NUMBER.fullmatch(plain[:-1].strip()):
        return _finite(plain[:-1].strip()) / 100, False
    if re.fullmatch(r"\d{4}年?", plain):
        return float(plain[:4]), True
    if plain.lower() in DASHES or not plain.strip("-—–_"):
        raise CellError("dash")
    if plain.upper() in ("TRUE", "FALSE"):
        raise CellError("boolean")
    if plain.lower().lstrip("+-") in ("inf", "infinity", "nan"):
        raise CellError("not_finite")
    if plain.startswith("#"):
        raise CellError("error_cell")
    if re.fullmatch(r"[+-]?\d+,\d+", plain):
        raise CellError("ambiguous_number")
    if re.fullmatch(r"\d{4}-\d\d?-\d\d?( .*)?", plain):
        raise CellError("date")
    raise CellError("not_a_number")


def _finite(plain: str) -> float:
    value = float(plain)
    if not math.isfinite(value):
        raise CellError("not_finite")
    return value + 0.0
