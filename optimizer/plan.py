"""Plan: the answer as plain frozen tables, with its certificate. Saved as a folder or a workbook, and loaded back equal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np
import pandas as pd

from optimizer.describe import DESCRIPTIONS, description
from optimizer.template import fill
from optimizer.whole import recover, workbook, written

if TYPE_CHECKING:
    from models.instance import Instance

HEADER = {"bold": True, "bottom": 1, "bg_color": "#E8EEF4"}
INPUTS = "inputs"
"""Folder of the instance that a plan answers, inside that of the plan."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
PRICE_KINDS = {"LP dual": "线性规划对偶价", "LP dual with the whole numbers fixed": "整数取定后的线性规划对偶价"}
"""What the prices of a plan may be, in Chinese."""


class PlanError(ValueError):
    """A folder or workbook that is no plan, or one that may not be overwritten."""


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name, each made when it is first asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        self._makers = makers
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass(frozen=True)
class Plan:
    """The answer to one solve.

    Attributes:
        summary: status, objective [¤], bound, gap, certified, sizes, seconds by stage, versions ... (what `summary.json` holds).
        tables: DataFrames by name; `optimizer.describe` says what each column means and its unit.
    """

    summary: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "summary", MappingProxyType(dict(self.summary)))
        if not isinstance(self.tables, Tables):
            object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    @property
    def price_kind(self) -> tuple[str, str]:
        """What its prices are, in English and Chinese; empty without prices."""
        kind = str(self.summary["price_kind"])
        return kind, PRICE_KINDS.get(kind, kind)

    @property
    def status(self) -> str:
        """`optimal`, `feasible`, `infeasible`, `unbounded` or `stopped`."""
        return str(self.summary["status"])

    @property
    def objective(self) -> float:
        """Discounted cost. [¤]"""
        return float(self.summary["objective"])

    @property
    def certified(self) -> bool:
        """Does our own proof agree with the status?"""
        return bool(self.summary["certified"])

    def _repr_html_(self) -> str:
        from optimizer.html import plan_html

        return plan_html(self)

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def require_plan(self) -> Plan:
        """The plan itself. Raises PlanError unless there is a certified one."""
        if self.status not in ("optimal", "feasible") or not self.certified:
            raise PlanError(f"no certified plan: {self.status}; {self.summary.get('certificate', '')}")
        return self

    def save(self, folder: str | Path, force: bool = False, instance: Instance | None = None) -> Path:
        """Writes the plan as a folder: `summary.json`, a CSV and a Parquet file per table, `plan.xlsx`; in `inputs/` the instance it answers.

        The folder is whole or absent, and one that is replaced stays until then. Raises PlanError if it exists and not `force`, or is no plan;
        WriteError.
        """
        folder = Path(folder)
        free(folder, force)
        with written(folder, force) as fresh:
            self.write(fresh, instance)
            self.write_summary(fresh)
        return folder

    def write(self, folder: Path, instance: Instance | None) -> None:
        """Makes the folder and all in it but `summary.json`."""
        (folder / "tables").mkdir(parents=True)
        for name, frame in self.tables.items():
            frame.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
            _safe(frame).to_csv(folder / f"{name}.csv", index=False)
        self._workbook(folder / "plan.xlsx")
        if instance is not None:
            fill(folder / INPUTS, instance)

    def write_summary(self, folder: Path) -> None:
        """Writes `summary.json`."""
        (folder / "summary.json").write_text(self.to_json() + "\n", "utf-8")

    def to_json(self) -> str:
        """The summary."""
        return json.dumps(dict(self.summary), ensure_ascii=False, indent=1)

    def write_workbook(self, path: str | Path) -> None:
        """Writes the plan as one workbook: a sheet `summary`, a sheet per table with frozen headers, filters and notes. Raises WriteError."""
        with written(Path(path), force=True) as fresh:
            self._workbook(fresh)

    def _workbook(self, path: Path) -> None:
        with workbook(path) as book:
            bold = book.add_format(HEADER)
            sheet = book.add_worksheet("summary")
            sheet.set_column(0, 0, 24)
            sheet.set_column(1, 1, 100)
            sheet.set_column(2, 2, None, None, {"hidden": True})
            for i, (key, value) in enumerate(self.summary.items()):
                sheet.write_string(i, 0, key, bold)
                sheet.write_string(i, 1, _readable(value))
                sheet.write_string(i, 2, json.dumps(value, ensure_ascii=False))
            for name, frame in self.tables.items():
                write_sheet(book, book.add_worksheet(name), frame, {column: description(name, column) for column in frame.columns})

    @classmethod
    def load(cls, path: str | Path) -> Plan:
        """Reads a plan folder or workbook. Raises PlanError if it is none."""
        path = Path(path)
        recover(path)
        if path.is_dir():
            if not is_plan(path):
                raise PlanError(f"{path} is no plan: summary.json is missing")
            summary = json.loads((path / "summary.json").read_text("utf-8"))
            tables = {n: pd.read_parquet(path / "tables" / f"{n}.parquet") for n in summary.get("tables", [])}
            return cls(summary, tables)
        if not path.is_file():
            raise PlanError(f"there is no plan at {path}")
        return cls(*_from_workbook(path))


def write_sheet(book: Any, sheet: Any, frame: pd.DataFrame, notes: Mapping[str, str]) -> None:
    """One table on one sheet: frozen header with filters and notes, numbers as numbers, text never as a formula."""
    bold, number = book.add_format(HEADER), book.add_format({"num_format": "#,##0.###"})
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for j, column in enumerate(frame.columns):
        sheet.write_string(0, j, column, bold)
        if notes.get(column):
            sheet.write_comment(0, j, notes[column], {"x_scale": 2})
        values = frame[column]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            sheet.set_column(j, j, max(12, _width(column) + 4), number)
            for i, value in enumerate(values.tolist()):
                if np.isinf(value):
                    sheet.write_string(i + 1, j, str(value))
                elif value == value:
                    sheet.write_number(i + 1, j, value)
        else:
            width = min(40, max([_width(column) + 2, *(_width(str(v)) for v in values.head(200))]) + 2)
            sheet.set_column(j, j, width)
            for i, value in enumerate(values.tolist()):
                if isinstance(value, bool):
                    sheet.write_boolean(i + 1, j, value)
                elif value != "":
                    sheet.write_string(i + 1, j, str(value))
    sheet.autofilter(0, 0, max(1, len(frame)), max(0, len(frame.columns) - 1))


def _width(text: str) -> int:
    """Columns that a text takes on a sheet: two for a Chinese letter."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _readable(value: Any) -> str:
    """A value of the summary as a person would write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_readable(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_readable(v) for v in value)
    return f"{value:,.10g}" if isinstance(value, float) else "" if value is None else str(value)


def is_plan(folder: Path) -> bool:
    return (folder / "summary.json").is_file()


def free(folder: Path, force: bool) -> None:
    """Raises PlanError if a plan may not be saved there: it exists and not `force`, or is no plan."""
    recover(folder)
    if folder.exists() and not force:
        raise PlanError(f"{folder} exists; use --force to replace it / 已存在，如需覆盖请用 --force")
    if folder.exists() and not is_plan(folder):
        raise PlanError(f"{folder} exists and is no plan: it is not replaced / 不是方案文件夹，不覆盖")


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c]) and not pd.api.types.is_bool_dtype(frame[c])]
    out = frame.copy()
    for column in text:
        values = out[column].astype("str")
        risky = values.str.startswith(FORMULA) & ~values.isin(["=", "-", "+"])
        if risky.any():
            out[column] = values.where(~risky, "'" + values)
    return out


def _from_workbook(path: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise PlanError(f"{path} is no plan: {error}") from None
    if "summary" not in book.sheet_names:
        raise PlanError(f"{path} is no plan: the sheet summary is missing")
    summary = {str(k): json.loads(str(v)) for k, _, v, *_ in book.get_sheet_by_name("summary").to_python()}
    tables = {}
    for name in summary.get("tables", []):
        header, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        columns = {}
        for j, column in enumerate(str(c) for c in header):
            cells = [row[j] for row in rows]
            if DESCRIPTIONS[name][column].kind == "number":
                columns[column] = pd.Series([float(str(c)) if c != "" else float("nan") for c in cells], dtype="float64")
            elif DESCRIPTIONS[name][column].kind == "flag":
                columns[column] = pd.Series([bool(c) for c in cells], dtype="bool")
            else:
                columns[column] = pd.Series([str(c) for c in cells], dtype="str")
        tables[name] = pd.DataFrame(columns)
    return summary, tables
