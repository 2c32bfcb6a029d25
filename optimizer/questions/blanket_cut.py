"""Blanket cut: what would "one size fits all" have cost, against the plan that meets the same target?

The cut takes the share α off every plant of a scope alike and at once:

    availability[r,q,t,s] × (1 − α)                       for every capacity (r, q) of the scope in every period t of the cut
    capacity built and refitted <= as planned             everywhere, to the end of the cut: nobody builds overnight
    stocks when the cut begins <= as planned              nobody has stored up for it

All else (which plant runs, trade, stocks, who goes short) is planned again at least cost under all policies. Three plans stand side by side:

    given α    as planned: the instance             cut: α off                            plan: burdens of the scope's regions <= those of the cut
    found α    as planned: without some policies    cut: the least α at which they hold   plan: with them

The plan may do all that the cut may (the scope's least load is scaled by 1 − α, as it is in the cut), so it never costs more.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import Problem, nearest, rule
from optimizer.highs import Limits
from optimizer.live import Live
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.questions.cut_scope import Scope, cut_instance, planned_instance, read_scope, target_rows
from optimizer.questions.cut_tables import Columns, cascade, periods, regions, side_by_side
from optimizer.questions.cut_words import notes, said
from optimizer.solving import solve

DEFAULT = 10.0
"""Percent off where neither a cut nor a policy to be met is given."""
LADDER = (0, 50, 100, 200, 400, 600, 800, 1000)
"""Tenths of a percent that are tried, one after the other, until the policies hold."""


def blanket_cut(
    instance: Instance,
    scope: Sequence[str] = (),
    cut: float | None = None,
    meet: Sequence[str] = (),
    first: str = "",
    last: str = "",
    limits: Limits | None = None,
) -> Answer:
    """A blanket cut beside the plan that meets the same target, and the cascade that follows from the cut.

    `scope`: cells `EQUIPMENT|TAG[@REGION|GROUP]`; none = all equipment tagged `industry` (all, where nothing is). `cut`: percent; then `meet`
    names burdens (or commodities: their use) that the plan holds to what the cut reaches in the scope's regions; none = all burdens. Without
    `cut`, `meet` names policies, and the least percentage is sought that meets them (to 0.1). `first`, `last`: periods of the cut.

    Tables: `side_by_side` (cost [¤, present value], burdens, shortages, use of capacity), `regions` (output by region and route), `cascade` (by
    stage downstream: output, value added lost, the input that ran short, price), `periods` and `prices` (the cut product that loses most, in
    each period). Amounts are sums over the periods of the cut. Raises InputError with everything that is wrong with the question, PlanError if
    there is no plan as it is.
    """
    problems: list[Problem] = []
    if cut is not None and not 0 <= cut <= 100:
        problems.append(rule("must be a percentage, 0 to 100", "须为 0 到 100 的百分数", file="--cut", value=f"{cut:g}"))
    if cut is None and not meet:
        cut = DEFAULT
    _check_meet(instance, cut, meet, problems)
    cells = read_scope(instance, scope, first, last, problems)
    with closing(Live()) as live:
        return _answer(instance, cells, cut, tuple(meet), lambda given: solve(given, limits, live.search))


def _burdens(instance: Instance) -> list[str]:
    commodities = instance.tables["commodities"]
    return [str(name) for name in commodities.loc[commodities["balance"] == "tally", "commodity"]]


def _check_meet(instance: Instance, cut: float | None, meet: Sequence[str], problems: list[Problem]) -> None:
    """Are they burdens or used commodities (a cut is given), or policies that can be held to (a cut is sought)?"""
    policies = instance.tables["policies"]
    if cut is None:
        heads = policies.sort_values("row").drop_duplicates("policy").set_index("policy")
        for name in meet:
            if name not in heads.index:
                what = "policy" + (" (a burden is met with --cut)" if name in _burdens(instance) else "")
                problems.append(Problem("unknown_name", file="--meet", value=name, said={"what": what, "near": nearest(name, heads.index)}))
            elif heads["active"][name] != "yes" or heads["sense"][name] == "price" or heads["price"][name] >= 0 or heads["span"][name] == "to_date":
                en = "only a policy in force that may not be breached, and that does not sum to date, can be met by a cut"
                problems.append(rule(en, "须为生效且不可违约的政策，且不为逐期累计", file="--meet", value=name))
        return
    used = {m for cell in instance.tables["recipes"].query("amount < 0")["item"] for m in instance.names.members(cell, "commodity")}
    known = used | set(_burdens(instance))
    for name in meet:
        if name not in known:
            near = nearest(name, known)
            what = "burden or used commodity" + (" (a policy is met without --cut)" if name in set(policies["policy"]) else "")
            problems.append(Problem("unknown_name", file="--meet", value=name, said={"what": what, "near": near}))


def _answer(instance: Instance, scope: Scope, cut: float | None, meet: tuple[str, ...], run: Callable[[Instance], Plan]) -> Answer:
    base = instance if cut is not None else _without(instance, meet)
    planned = run(base).require_plan()
    if cut is not None:
        share: float | None = cut / 100
        under_cut = _certified(run(cut_instance(base, scope, cut / 100, planned)))
        counted = set(planned["burdens"]["burden"]) | (set() if under_cut is None else set(under_cut["burdens"]["burden"]))
        meet = meet or tuple(b for b in _burdens(instance) if b in counted)
        target = [] if under_cut is None else target_rows(under_cut, scope, meet, set(_burdens(instance)))
    else:
        share, under_cut = _least(lambda tried: _certified(run(cut_instance(base, scope, tried, planned))), planned, meet)
        target = []
    met = None
    if cut is None or (under_cut is not None and (target or _burdens(instance))):
        met = _certified(run(planned_instance(instance, scope, (share or 0.0) if under_cut is not None else 0.0, planned, target)))
    plans = Columns(planned, under_cut, met)
    names = meet if cut is not None else ()
    sections = [
        Section(
            "side_by_side",
            side_by_side(scope, plans, None if under_cut is None else share, names),
            "As planned, blanket cut, and by plan",
            "原方案、一刀切与按计划",
        )
    ]
    if under_cut is not None:
        chain = cascade(scope, plans)
        series = periods(scope, plans, chain)
        sections += [
            Section("regions", regions(scope, plans), "Output by region and route, sum over the cut", "各地区各路线产量（削减期合计）"),
            Section("cascade", chain, "Cascade: what stops downstream, stage by stage", "连锁反应：下游逐级停产"),
            Section("periods", series[series["part"] != "price"], "The cut product, period by period", "被削减产品逐期情况"),
            Section("prices", series[series["part"] == "price"], "Its price, period by period", "被削减产品逐期价格"),
        ]
    else:
        chain = pd.DataFrame()
    en, zh = said(instance, scope, plans, share, cut is None, meet, chain)
    shown = {"as_planned": planned, "blanket_cut": under_cut, "by_plan": met}
    return Answer(
        tuple(sections),
        en,
        zh,
        notes(scope, planned),
        instance,
        {name: p for name, p in shown.items() if p is not None},
    )


def _certified(plan: Plan) -> Plan | None:
    """The plan; None where it is proved or claimed that there is none. Raises PlanError for anything else."""
    return None if plan.status == "infeasible" else plan.require_plan()


def _without(instance: Instance, meet: tuple[str, ...]) -> Instance:
    """The instance in which a breach of these policies costs nothing: they bind nobody, and each plan still says whether they hold."""
    policies = instance.tables["policies"]
    return instance.replace({"policies": policies.assign(price=policies["price"].mask(policies["policy"].isin(meet), 0.0))})


def _least(attempt: Callable[[float], Plan | None], planned: Plan, meet: tuple[str, ...]) -> tuple[float | None, Plan | None]:
    """The least share, to 0.1 %, at which the policies hold, and its plan; or the share from which there is no plan at all, and None; or None
    twice. The share is raised until one or the other is so, then the step is narrowed, by turns where a straight line through its ends meets
    the target and in its middle."""
    plans: dict[int, Plan | None] = {0: planned}

    def excess(tenths: int) -> float:
        """By how much the worst row is missed, as a share; NaN where there is no plan at all."""
        if tenths not in plans:
            plans[tenths] = attempt(tenths / 1000)
        plan = plans[tenths]
        if plan is None:
            return math.nan
        rows = plan["policies"][plan["policies"]["policy"].isin(meet)]
        missed = np.where(rows["breach"] > 0, rows["breach"], -rows["room"]) / (1 + rows["right"].abs())
        return float(np.max(missed)) - 1e-6

    high = next((tenths for tenths in LADDER if not excess(tenths) > 0), None)
    if high is None:
        return None, None
    low = max((tenths for tenths in plans if tenths < high), default=high)
    for turn in itertools.count():
        if high - low <= 1:
            break
        line = excess(low) / (excess(low) - excess(high)) if turn % 2 == 0 else 0.5
        middle = min(max(low + math.ceil((high - low) * (line if line == line else 0.5)), low + 1), high - 1)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high / 1000, plans[high]
