"""What is wrong with an input, said in one list: where it stands, what is allowed, the nearest right name; in English and Chinese."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MESSAGES: dict[str, tuple[str, str]] = {
    # files
    "no_instance": ("there is no such folder or workbook", "没有这个文件夹或工作簿"),
    "no_toml": ("instance.toml is missing", "缺少 instance.toml"),
    "bad_toml": ("not readable as TOML: {why}", "无法按 TOML 读取：{why}"),
    "bad_workbook": ("cannot be opened as a workbook: {why}", "无法作为工作簿打开：{why}"),
    "huge_workbook": ("the workbook would unpack to {size}; the limit is {limit}", "工作簿解压后为 {size}，上限为 {limit}"),
    "bad_encoding": ("neither UTF-8 nor GB18030 text", "既不是 UTF-8 也不是 GB18030 文本"),
    "bad_separator": ("separator {found!r} found, ',' wanted", "分隔符为 {found!r}，应为 ','"),
    "bad_csv": ("{why}", "{why}"),
    "control_character": ("control or direction character {char} in a cell", "单元格中有控制字符或方向字符 {char}"),
    "two_files": ("this table is given twice: {files}", "此表出现两次：{files}"),
    "unknown_table": ("no table of this name{near}", "没有此名称的表{near}"),
    "missing_table": ("this table is required", "此表为必需"),
    "empty_table": ("this table has no rows", "此表没有数据行"),
    # headers
    "unknown_column": ("unknown column{near}; own notes begin with x_", "未知列{near}；自用备注列以 x_ 开头"),
    "missing_column": ("required column is missing", "缺少必需列"),
    "double_column": ("this column appears twice", "此列出现两次"),
    "nameless_column": ("a column with data but no name", "有数据但没有列名"),
    "field_count": ("{found} cells in this row, {want} columns in the header", "此行有 {found} 格，表头有 {want} 列"),
    # cells
    "required": ("may not be empty", "不能为空"),
    "not_a_number": ("not a number", "不是数字"),
    "not_finite": ("not a finite number", "不是有限数"),
    "ambiguous_number": ("ambiguous: write 1.5 or 1500, without a comma", "有歧义：请写 1.5 或 1500，不要用逗号"),
    "dash": ("blank means 'not given'; write 0 for zero", "空白表示未给出；零请写 0"),
    "boolean": ("TRUE or FALSE where a number is wanted", "此处应为数字，不是 TRUE/FALSE"),
    "date": ("a date: the spreadsheet changed what was typed; set the cell to Text", "是日期：表格软件改动了输入，请将单元格设为文本"),
    "formula": (
        "a formula without a stored value: open and save it in the spreadsheet, or paste values",
        "公式没有已存的数值：请在表格软件中打开并保存，或粘贴为数值",
    ),
    "long_number": ("too long for a number: set the cell to Text", "数字过长：请将单元格设为文本"),
    "error_cell": ("the cell holds an error", "单元格为错误值"),
    "range": ("must be {allowed}", "必须 {allowed}"),
    "choice": ("must be one of {allowed}{near}", "只能是 {allowed}{near}"),
    "unknown_name": ("no {what} of this name{near}", "没有这个名称（{what}）{near}"),
    "unknown_start": ("no period begins in this year; the periods begin in {allowed}", "没有从该年开始的时期；各时期起始年为 {allowed}"),
    "bad_name": ("not usable as a name: {why}", "不能作为名称：{why}"),
    "total_row": ("looks like a total; delete the row", "像是合计行，请删除"),
    "unit_unknown": ("unit is not understood: {why}", "无法识别的单位：{why}"),
    "unit_dimension": ("unit {unit} cannot be converted to {want}", "单位 {unit} 无法换算为 {want}"),
    "unit_mixed": ("the names of this cell have different units ({units}): write one row each", "此格各名称单位不同（{units}），请分行填写"),
    # tables
    "double_name": ("this name is already used by {other}", "名称已被 {other} 使用"),
    "same_key": ("rows {row} and {other} have the same key", "第 {row} 行与第 {other} 行的键相同"),
    "ambiguous_rows": (
        "rows {row} and {other} both fit {key}, and neither is inside the other",
        "第 {row} 行与第 {other} 行都适用于 {key}，且互不包含",
    ),
    "shares": ("the shares sum to {total:.9g}, they must sum to 1", "份额之和为 {total:.9g}，应为 1"),
    "overlap": ("begins in {start}, before the period before it ends ({end})", "始于 {start}，早于上一时期的结束（{end}）"),
    "rule": ("{en}", "{zh}"),
    "cannot_supply": (
        "{commodity} is wanted at {region} in {period}, and cannot get there: {why}",
        "{region} 在 {period} 需要 {commodity}，但无法供应：{why}",
    ),
}


def nearest(name: str, names: Iterable[str]) -> str:
    """The closest of `names`, or an empty string."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    if not found:
        folded = {n.casefold(): n for n in names}
        return folded.get(name.casefold(), "")
    return found[0]


def language() -> str:
    """`zh` or `en`: QIPAN_LANG, else the locale of the environment."""
    for variable in ("QIPAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: `code` is a key of MESSAGES, `said` fills its text."""

    code: str
    table: str = ""
    row: int | None = None
    column: str = ""
    value: str | None = None
    file: str = ""
    said: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str | None = None) -> str:
        """One line: file, table, row, column, value, what is allowed."""
        zh = (lang or language()) == "zh"
        said = dict(self.said)
        near = said.get("near", "")
        said["near"] = (f"；是否为 {near}？" if zh else f"; did you mean {near}?") if near else ""
        place = self.file or self.table
        if self.file and self.table and self.table not in self.file:
            place = f"{self.file}!{self.table}"
        parts = [place] if place else []
        if self.row is not None:
            parts.append(f"第 {self.row} 行" if zh else f"row {self.row}")
        if self.column:
            parts.append(f"列 {self.column}" if zh else f"column {self.column}")
        if self.value is not None:
            shown = self.value if len(self.value) <= 60 else self.value[:57] + "..."
            parts.append(f"值 “{shown}”" if zh else f"value '{shown}'")
        message = MESSAGES[self.code][zh].format(**said)
        return ", ".join(parts) + ": " + message if parts else message


def rule(en: str, zh: str, table: str = "", row: int | None = None, column: str = "", value: str | None = None, file: str = "") -> Problem:
    """A problem with a sentence of its own, for checks that only one table has."""
    return Problem("rule", table, row, column, value, file, {"en": en, "zh": zh})


class InputError(Exception):
    """Everything that is wrong with an input, raised once."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple({p.text("en"): p for p in problems}.values())
        super().__init__(self.text())

    def text(self, lang: str | None = None, most: int = 200) -> str:
        """One line per problem; after `most` lines only how many more there are."""
        lines = [p.text(lang) for p in self.problems[:most]]
        more = len(self.problems) - len(lines)
        if more:
            lines.append(f"……另有 {more} 个问题" if (lang or language()) == "zh" else f"... and {more} more problems")
        return "\n".join(lines)
