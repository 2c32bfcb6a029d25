"""The audit: a saved plan against the input tables alone, by a second implementation that shares nothing with what states the model."""

from __future__ import annotations

import pandas as pd

from models.instance import Instance
from models.names import YEAR
from optimizer.audit import balance, burdens, capacity, clean_power, costs, policies, production, stock, swaps, trade, transport
from optimizer.audit.given import Given
from optimizer.describe import DESCRIPTIONS
from optimizer.plan import Plan, PlanError
from optimizer.questions.answer import Answer, Section

SHOWN = 1e-9
"""Relative deviations up to this are rounding: where the largest stands says nothing."""
TEXT = ("unit", "sense", "authority", "en", "zh")
"""Text that says nothing about where a row belongs."""
LATE = ("objective", "cost: ", "policy: ")


def audit(plan: Plan, instance: Instance) -> Answer:
    """Recomputes every rule of the tables from the plan's amounts.

    Tables: `rules` (rule, rows checked, worst deviation, absolute and relative to the size of its terms, where, agrees: yes or no), `differences`
    (every row beyond the tolerance: recomputed, reported, difference, unit). Raises PlanError if the plan has no tables, or not all.
    """
    rows = checked(plan, instance)
    differ = rows[~rows["agrees"]].sort_values("relative", ascending=False, kind="stable")
    differences = differ[["rule", "where", "recomputed", "reported", "difference", "unit"]].reset_index(drop=True)
    sections = (
        Section("rules", _rules(rows), "Rules checked", "已核对的规则"),
        Section("differences", differences, "Rows that differ", "不一致的行"),
    )
    return Answer(sections, *_said(rows, differ), instance=instance, plans={"plan": plan})


def checked(plan: Plan, instance: Instance) -> pd.DataFrame:
    """Every row checked: rule, where, recomputed, reported, difference (of a limit: by how much it is exceeded), unit, size, relative, agrees.

    Raises PlanError if the plan has no tables, or not all.
    """
    lacking = sorted(set(DESCRIPTIONS) - set(plan.tables))
    if lacking:
        raise PlanError(
            f"nothing to check: the plan has no {', '.join(lacking)}; solve it again / 方案缺少 {'、'.join(lacking)}，无法复核，请重新求解"
        )
    given = Given(instance, plan)
    if _known(given):
        _once(given)
        for subject in (capacity, production, trade, transport, stock, balance, clean_power, burdens, swaps):
            subject.check(given)
        costs.check(given, policies.check(given))
    return given.checks.rows()


def _known(given: Given) -> bool:
    """Are all names of the plan those of the tables? If not, that is the answer, and nothing else is checked."""
    kinds, found = given.instance.names.kinds, []
    parts = (*kinds["slice"], *kinds["season"], YEAR)
    of = dict.fromkeys(("region", "origin", "destination"), kinds["region"]) | dict.fromkeys(("commodity", "burden"), kinds["commodity"])
    of |= {column: kinds[column] for column in ("equipment", "route", "period", "mode")} | {"slice": parts}
    for table, frame in given.plan.tables.items():
        for column in of.keys() & set(frame.columns):
            found += [(table, column, name, 0.0, float(name not in (*of[column], ""))) for name in frame[column].unique()]
    rows = pd.DataFrame(found, columns=["table", "column", "name", "zero", "strange"])
    given.checks.equal("names", rows, ["table", "column", "name"], "zero", "strange", size=0.0)
    return not rows["strange"].any()


def _once(given: Given) -> None:
    """No table says the same thing twice (but for costs, where every written row of a policy has its own)."""
    for name, frame in given.plan.tables.items():
        keys = [c for c, about in DESCRIPTIONS[name].items() if (about.kind == "text" and c not in TEXT) or c == "step"]
        if name != "costs":
            rows = frame.assign(table=name, twice=frame.duplicated(keys).astype(float), zero=0.0)
            given.checks.equal("rows: each once", rows, ["table", *keys], "zero", "twice", size=0.0)


def _rules(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per rule: those that differ first, costs and policies last."""
    found = []
    for rule, own in rows.groupby("rule", sort=False):
        worst = own.loc[own["relative"].idxmax()]
        where = worst["where"] if worst["relative"] > SHOWN else ""
        found.append((rule, len(own), abs(worst["difference"]), worst["relative"], where, "yes" if own["agrees"].all() else "no"))
    table = pd.DataFrame(found, columns=["rule", "rows", "worst", "relative", "where", "agrees"])
    late = [next((i for i, kind in enumerate(LATE, 1) if rule.startswith(kind)), 0) for rule in table["rule"]]
    return table.assign(late=late).sort_values(["agrees", "late"], kind="stable").drop(columns="late").reset_index(drop=True)


def _said(rows: pd.DataFrame, differ: pd.DataFrame) -> tuple[str, str]:
    n = len(rows)
    if not len(differ):
        worst = rows["relative"].max() if n else 0.0
        return (
            f"The plan agrees with the tables: {n:,} rows checked, largest relative deviation {worst:.1e}.",
            f"方案与输入表一致：核对 {n:,} 行，最大相对偏差 {worst:.1e}。",
        )
    rules = ", ".join(list(dict.fromkeys(differ["rule"]))[:6])
    few = f"{len(differ):,} of {n:,} rows differ"
    return f"The plan does not agree with the tables: {few} ({rules}).", f"方案与输入表不一致：{n:,} 行中有 {len(differ):,} 行不符（{rules}）。"
