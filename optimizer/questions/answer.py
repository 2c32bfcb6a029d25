"""The answer to a question: tables with units, and one sentence that a planner can quote, in English and in Chinese."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from models.html import head, line
from models.html import table as html_table
from models.instance import Instance
from models.problems import language
from optimizer.difference import without_nan
from optimizer.plan import Plan, PlanError, write_sheet
from optimizer.questions.spoken import zh_names
from optimizer.questions.words import NAMED, SPOKEN, heading, named, word
from optimizer.whole import workbook, written


@dataclass(frozen=True)
class Section:
    """One table of an answer, which a report can take as it is.

    Attributes:
        name: what the table is called in JSON, in a workbook and in Python.
        frame: its rows. A number's unit stands in the column's name, `cost [MCNY]`, or in a column `unit` of the row.
        en, zh: its title.
    """

    name: str
    frame: pd.DataFrame
    en: str
    zh: str


@dataclass(frozen=True)
class Answer:
    """What a question is answered with.

    Attributes:
        sections: the table of the question, then others that explain it.
        en, zh: the sentence to quote.
        notes: what must be known to read the numbers (which kind a price is, what was left out), English and Chinese.
        instance: what was asked about: how far its rows can be trusted, and its names in Chinese. None where there is none.
        plans: the plans behind it, by name.
    """

    sections: tuple[Section, ...]
    en: str
    zh: str
    notes: tuple[tuple[str, str], ...] = ()
    instance: Instance | None = None
    plans: Mapping[str, Plan] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """The table of the question."""
        return self.sections[0].frame

    def __getitem__(self, name: str) -> pd.DataFrame:
        """A table by its name. Raises KeyError."""
        return {section.name: section.frame for section in self.sections}[name]

    @property
    def trust(self) -> Mapping[str, int]:
        """How many rows of the input are sourced, derived, estimates, assumptions or unmarked."""
        return {} if self.instance is None else self.instance.trust

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Chinese names of what the instance names."""
        return {} if self.instance is None else zh_names(self.instance)

    @property
    def guessed(self) -> tuple[str, str]:
        """How much of the input is estimated or assumed, in words; empty where nothing is."""
        total, guessed = sum(self.trust.values()), sum(self.trust.get(mark, 0) for mark in ("estimate", "assumption"))
        if not guessed:
            return "", ""
        return (
            f"{guessed:,} of {total:,} input rows are estimates or assumptions: so are the results.",
            f"{total:,} 行输入中有 {guessed:,} 行为估计或假设，结果亦然。",
        )

    def shown(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A table as a person reads it: headings, words and names in the language of the environment; of a column and its twin `_zh` the one in
        it. JSON, CSV and Python keep the names of the input."""
        twins = [str(column) for column in frame.columns if str(column).endswith("_zh")]
        if language() != "zh":
            return frame.drop(columns=twins).rename(columns=lambda c: str(c).replace("_", " "))
        out = frame.drop(columns=[twin.removesuffix("_zh") for twin in twins]).rename(columns=lambda c: str(c).removesuffix("_zh"))
        for column in out.columns:
            if column in SPOKEN:
                out[column] = [word(str(v)) for v in out[column]]
            if column in NAMED:
                out[column] = [named(v, self.names) if isinstance(v, str) else v for v in out[column]]
        return out.rename(columns=lambda c: heading(c, self.names))

    def to_json(self) -> str:
        """The sentence, the notes and every table; one object."""
        said = {"en": self.en, "zh": self.zh, "notes": [{"en": en, "zh": zh} for en, zh in self.notes], "trust": dict(self.trust)}
        return json.dumps(without_nan(said | {s.name: s.frame.to_dict("records") for s in self.sections}), ensure_ascii=False, indent=1)

    def save(self, path: str | Path) -> None:
        """Writes a workbook (`.xlsx`): a sheet `answer` with the sentence and the notes, a sheet per table. Headers are in the language of the
        environment. Raises PlanError if the file exists or has another ending; WriteError."""
        path = Path(path)
        if path.exists():
            raise PlanError(f"{path} exists: choose another name / 已存在，请换一个名称")
        if path.suffix != ".xlsx":
            raise PlanError(f"{path}: the file must end in .xlsx / 文件名须以 .xlsx 结尾")
        zh = language() == "zh"
        with written(path) as fresh, workbook(fresh) as book:
            wrapped, strong = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True, "text_wrap": True})
            first = book.add_worksheet("结论" if zh else "answer")
            first.set_column(0, 0, 110)
            lines = [(self.zh if zh else self.en, strong), *((note[zh], wrapped) for note in (*self.notes, self.guessed) if note[zh])]
            for i, (text, form) in enumerate(lines):
                first.write_string(2 * i, 0, text, form)
            for section in self.sections:
                sheet = book.add_worksheet((section.zh if zh else section.name)[:31])
                write_sheet(book, sheet, self.shown(section.frame), {})

    def _repr_html_(self) -> str:
        zh = language() == "zh"
        out = [head(self.zh if zh else self.en)]
        for section in self.sections:
            out += [head(section.zh if zh else section.en, 5), html_table(self.shown(section.frame))]
        return "".join([*out, *(line(note[zh]) for note in (*self.notes, self.guessed) if note[zh])])
