"""Instance: the checked, frozen bundle of an instance's tables. Every way in (folder, workbook, DataFrames) passes the same checks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import pandas as pd

from models.checking import typed
from models.doubts import check_doubts
from models.held import Held
from models.names import Names
from models.problems import InputError, Problem, language, nearest, rule
from models.reading import Raw, from_frames, read
from models.rules import check_tables
from models.schema import Table
from models.tables import TABLES

T = TypeVar("T")
MATCHINGS = ("nation-year", "region-year", "region-slice")


@dataclass(frozen=True)
class Settings:
    """What `instance.toml` says."""

    title: str = ""
    money: str = "¤"
    base_year: float = 0.0
    discount_rate: float = 0.0
    clean_commodity: str = ""
    clean_matching: str = "nation-year"
    licence: str = ""
    schema: int = 1
    projects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Instance:
    """A checked instance. `tables[name]` is a DataFrame with the columns of the schema: keys and text as str ("" = blank), numbers as
    float (NaN = not given), defaults put in, units converted; its index is the row number in the file. Do not change them: `replace`."""

    settings: Settings
    tables: Mapping[str, pd.DataFrame]
    names: Names
    warnings: tuple[Problem, ...] = ()
    held: Held = field(default_factory=dict, repr=False, compare=False)
    """What the rules that hold and the doubts have read, so that they are asked again only where that changes."""
    facts: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False, compare=False)
    """What was worked out of single tables, by table and function: it stays while they stay."""

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"tables": dict(self.tables), "facts": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state | {"tables": MappingProxyType(state["tables"])})

    @classmethod
    def load(cls, path: str | Path) -> Instance:
        """Reads a folder of CSV files or a workbook. Raises InputError with every problem found."""
        return cls._checked(read(path))

    @classmethod
    def from_frames(cls, tables: dict[str, pd.DataFrame], **settings: Any) -> Instance:
        """The same from DataFrames, with the keys of instance.toml as arguments. Raises InputError."""
        return cls._checked(from_frames(tables, settings))

    @classmethod
    def _checked(cls, raw: Raw, known: Instance | None = None) -> Instance:
        """The instance of raw tables; what they lack is that of `known`. Raises InputError with every problem found."""
        settings, problems = _settings(raw.settings)
        if not raw.tables and raw.problems:
            raise InputError(raw.problems)
        kept = {} if known is None else {name: frame for name, frame in known.tables.items() if name not in raw.tables}
        with pd.option_context("mode.string_storage", "python"):
            frames, names, found = typed(raw, settings.money, kept)
        if known is not None and names != known.names:
            whole = from_frames({name: frame for name, frame in kept.items() if len(frame)}, {}, numbered=True)
            return cls._checked(replace(raw, tables=whole.tables | raw.tables))
        found.problems.extend(problems)
        if settings.clean_commodity and settings.clean_commodity not in names.kinds["commodity"]:
            near = nearest(settings.clean_commodity, names.kinds["commodity"])
            said: dict[str, object] = {"what": "commodity", "near": near}
            found.problems.append(Problem("unknown_name", file="instance.toml", column="clean_commodity", value=settings.clean_commodity, said=said))
        files = {name: table.file for name, table in raw.tables.items()}
        for name, table in TABLES.items():
            if name not in frames:
                frames[name] = _empty(table)
        held: Held = {}
        if not found.problems:
            stays = (
                {}
                if known is None or settings != known.settings
                else {name: asked for name, asked in known.held.items() if asked.read <= kept.keys()}
            )
            held = check_tables(settings, frames, names, files, found, stays)
        if not found.problems:
            held = check_doubts(frames, names, files, found, held)
        if found.problems:
            raise InputError(found.problems)
        facts = {} if known is None else {of: fact for of, fact in known.facts.items() if of[0] in kept}
        return cls(settings, MappingProxyType(frames), names, tuple(found.warnings), held, facts)

    def _repr_html_(self) -> str:
        """As a notebook shows it: what is counted in what, the tables with their rows, and how many of these are estimates or unmarked."""
        from models.html import head, line, table

        zh, s, size = language() == "zh", self.settings, {name: len(frame) for name, frame in self.tables.items()}
        words = ("表", "内容", "行", "估计或假设", "未注明") if zh else ("table", "what it holds", "rows", "estimate or assumption", "unmarked")
        rows = [
            (name, TABLES[name].zh if zh else TABLES[name].doc.replace("`", ""), len(frame), *_guessed(frame))
            for name, frame in self.tables.items()
            if len(frame)
        ]
        said = (
            f"货币 {s.money}；基年 {s.base_year:g}；贴现率 {s.discount_rate:.3g}；地区 {size['regions']}，时期 {size['periods']}"
            if zh
            else f"Money: {s.money}; base year: {s.base_year:g}; discount rate: {s.discount_rate:.3g}; "
            f"regions: {size['regions']}; periods: {size['periods']}"
        )
        return head(s.title) + line(said) + table(pd.DataFrame(rows, columns=list(words)), len(rows))

    def replace(self, tables: Mapping[str, pd.DataFrame] | None = None, **settings: Any) -> Instance:
        """A new instance with some tables or settings replaced, checked as a whole again. The index of a table is its row numbers. Raises
        InputError."""
        own = {k: v for k, v in self.settings.__dict__.items() if v not in ("", ())} | settings
        raw = from_frames(dict(tables or {}), own, numbered=True)
        return self._checked(raw, self)

    @cached_property
    def trust(self) -> dict[str, int]:
        """How many rows of all tables are sourced, derived, estimate, assumption, or (blank) unmarked."""
        counts: Counter[str] = Counter()
        for name in self.tables:
            counts.update(self.fact(name, _trust))
        return dict((+counts).most_common())

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything in the tables and settings but the place it was read from."""
        digest = hashlib.sha256(repr(sorted(self.settings.__dict__.items())).encode())
        for name in TABLES:
            if len(self.tables[name]):
                digest.update(self.fact(name, _digest).encode())
        return digest.hexdigest()

    def fact(self, table: str, work_out: Callable[[str, pd.DataFrame], T]) -> T:
        """`work_out(name, frame)` of a table, done once for all instances that share the table."""
        of = table, work_out.__qualname__
        if of not in self.facts:
            self.facts[of] = work_out(table, self.tables[table])
        found: T = self.facts[of]
        return found


def _trust(name: str, frame: pd.DataFrame) -> Counter[str]:
    return Counter(mark or "unmarked" for mark in frame["trust"]) if "trust" in frame else Counter(unmarked=len(frame))


def _guessed(frame: pd.DataFrame) -> tuple[int, int]:
    """Rows that are estimates or assumptions, and rows that do not say."""
    trust = frame["trust"] if "trust" in frame else pd.Series("", index=frame.index)
    return int(trust.isin(("estimate", "assumption")).sum()), int((trust == "").sum())


def _digest(name: str, frame: pd.DataFrame) -> str:
    own = TABLES[name].names
    columns = [c for c in (*own, "source", "trust", "note") if c in frame and (c in own or (frame[c] != "").any())]
    return hashlib.sha256(f"{name}\n{frame[columns].to_csv(index=False, float_format='%.17g')}".encode()).hexdigest()


@cache
def _empty(table: Table) -> pd.DataFrame:
    """The table without rows."""
    columns = {c.name: pd.Series(dtype="float64" if c.numeric else "str") for c in table.columns}
    return pd.DataFrame(columns, index=pd.Index([], name="line", dtype="int64"))


def _settings(given: Mapping[str, Any]) -> tuple[Settings, list[Problem]]:
    problems: list[Problem] = []

    def bad(key: str, en: str, zh: str) -> None:
        problems.append(rule(en, zh, file="instance.toml", column=key, value=str(given[key])))

    known = {}
    for key, value in given.items():
        if key not in Settings.__dataclass_fields__:
            near = nearest(key, Settings.__dataclass_fields__)
            problems.append(Problem("unknown_column", file="instance.toml", column=key, said={"near": near}))
        else:
            known[key] = value
    for key in ("money", "base_year"):
        if key not in known and given:
            problems.append(Problem("missing_column", file="instance.toml", column=key))
    for key, least, most in (("base_year", 1500, 2500), ("discount_rate", 0.0, 0.3), ("schema", 1, 1)):
        if key in known and (isinstance(known[key], bool) or not isinstance(known[key], int | float) or not least <= known[key] <= most):
            bad(key, f"must be a number, >= {least:g} and <= {most:g}", f"必须是 {least:g} 到 {most:g} 之间的数")
            del known[key]
    if known.get("clean_matching", "nation-year") not in MATCHINGS:
        bad("clean_matching", "must be one of " + ", ".join(MATCHINGS), "只能是 " + "、".join(MATCHINGS))
    if "projects" in known:
        known["projects"] = tuple(known["projects"]) if isinstance(known["projects"], list | tuple) else (known["projects"],)
    for key, kind in (("title", str), ("money", str), ("clean_commodity", str), ("licence", str), ("base_year", float), ("discount_rate", float)):
        if key in known:
            known[key] = kind(known[key])
    return Settings(**known), problems
