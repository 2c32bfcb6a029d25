"""What is said of a blanket cut: the sentence to quote and the notes, in English and Chinese."""

from __future__ import annotations

import pandas as pd

from models.html import number
from models.instance import Instance
from optimizer.plan import Plan
from optimizer.questions.cut_scope import Scope
from optimizer.questions.cut_tables import Columns, main_product
from optimizer.questions.words import word


def called(instance: Instance, name: str, language: str) -> str:
    """The name of a commodity, equipment, region or policy as it is shown; the name itself where none is given."""
    for table, column in (("commodities", "commodity"), ("equipment", "equipment"), ("regions", "region"), ("policies", "policy")):
        frame = instance.tables[table]
        row = frame[frame[column] == name]
        if len(row):
            return str(row[language].iloc[0]) or name
    return name.replace("_", " ")


def _cells(instance: Instance, cells: tuple[str, ...], language: str) -> str:
    """The scope in words."""
    out = []
    for cell in cells:
        what, place = ([called(instance, part, language) for part in side.split("|") if part] for side in cell.partition("@")[::2])
        things = ("all equipment" if language == "en" else "全部设备") if what == ["*"] else " + ".join(what)
        where = " + ".join(place)
        out.append((f"{things} in {where}" if language == "en" else f"{where}的{things}") if where else things)
    return (", " if language == "en" else "、").join(out)


def said(
    instance: Instance, scope: Scope, plans: Columns, share: float | None, sought: bool, meet: tuple[str, ...], chain: pd.DataFrame
) -> tuple[str, str]:
    """The sentence: what the cut costs beside the plan, what falls most downstream, whose price rises most."""
    en_scope, zh_scope = (_cells(instance, scope.cells, language) for language in ("en", "zh"))
    en_meet, zh_meet = (" and ".join(called(instance, m, "en") for m in meet), "、".join(called(instance, m, "zh") for m in meet))
    begin, end = scope.periods[0], scope.periods[-1]
    en_when = begin if begin == end else f"{begin} to {end}"
    zh_when = begin if begin == end else f"{begin} 至 {end}"
    money, base = plans.money, plans.as_planned.objective
    by_plan = None if plans.by_plan is None else _seen(plans.by_plan.objective - base, base)
    percent = "" if share is None else f"{100 * share:.4g} %"
    if plans.blanket_cut is None and not sought:
        en = f"Under a blanket cut of {percent} of {en_scope} ({en_when}) there is no plan at all: what may not go short cannot be met."
        return en, f"对{zh_scope}（{zh_when}）一刀切削减 {percent} 时不存在任何方案：不允许短缺的需求或政策无法满足。"
    if plans.blanket_cut is None or share is None:
        en, zh = f"No blanket cut of {en_scope} ({en_when}) meets {en_meet}", f"对{zh_scope}（{zh_when}）一刀切无法达到“{zh_meet}”"
        if percent:
            en += f": from {percent} on there is no plan at all, as what may not go short cannot be met"
            zh += f"：削减 {percent} 起不存在任何方案，不允许短缺的需求或政策无法满足"
        if by_plan is None:
            return f"{en}; neither does any plan.", f"{zh}；也没有方案能够达到。"
        return f"{en}; the plan does, for {number(by_plan, 4)} {money} more.", f"{zh}；按计划可以达到，多花 {number(by_plan, 4)} {money}。"
    under = _seen(plans.blanket_cut.objective - base, base)
    if sought and share == 0:
        return (f"{en_meet} holds as it is: no cut is needed.", f"“{zh_meet}”本已满足，无需削减。")
    if sought:
        en = f"To meet {en_meet} by a blanket cut, {percent} of {en_scope} must go ({en_when}): "
        zh = f"若以一刀切达到“{zh_meet}”，须削减{zh_scope} {percent}（{zh_when}）："
        same_en, same_zh = "meeting it by plan", "按计划达到"
    else:
        en = f"A blanket cut of {percent} of {en_scope} ({en_when}): "
        zh = f"对{zh_scope}（{zh_when}）一刀切削减 {percent}："
        same_en, same_zh = (f"meeting the same {en_meet} by plan", f"按计划达到同样的{zh_meet}") if len(meet) == 1 else _same()
    if by_plan is None:
        en, zh = f"{en}it costs {number(under, 4)} {money} more than as planned", f"{zh}比原方案多花 {number(under, 4)} {money}"
    else:
        more, both = number(under - by_plan, 4), (number(under, 4), number(by_plan, 4))
        en += f"it costs {more} {money} more than {same_en} ({both[0]} and {both[1]} {money} more than as planned)"
        zh += f"比{same_zh}多花 {more} {money}（分别比原方案多 {both[0]} 与 {both[1]} {money}）"
    tail_en, tail_zh = _tail(instance, chain, money)
    return f"{en}{tail_en}.", f"{zh}{tail_zh}。"


def _seen(more: float, base: float) -> float:
    """A difference of costs; none where it is below what a solve can tell."""
    return more if abs(more) > 1e-7 * abs(base) else 0.0


def _same() -> tuple[str, str]:
    return "meeting the same burdens by plan", "按计划达到同样的各项负担"


def _tail(instance: Instance, chain: pd.DataFrame, money: str) -> tuple[str, str]:
    """The cut product that loses most, its price, and what falls most downstream."""
    if chain.empty:
        return "", ""
    row = chain.loc[main_product(chain, money)]
    if row["change [%]"] > -0.005:
        return "", ""
    before, after = (row[f"price_{when} [{money}/unit]"] for when in ("before", "after"))
    en, zh = f"; {called(instance, row['commodity'], 'en')}", f"；{called(instance, row['commodity'], 'zh')}"
    en, zh = f"{en} {_change(row)}", f"{zh}产量 {_change(row)}"
    if after > before * 1.0005 > 0:
        price = f"{before:.3g} → {after:.3g} {money}/{row['unit']}"
        kind = {"penalty": "a shortage penalty", "penalty in part": "in part a shortage penalty"}.get(row["kind"], row["kind"])
        en, zh = f"{en}, price {price} ({kind})", f"{zh}，价格 {price}（{word(row['kind'])}）"
    down = chain[(chain["stage"] > 0) & (chain["change [%]"] < -0.05)]
    if len(down):
        worst = down.loc[down["change [%]"].idxmin()]
        en += f"; downstream {called(instance, worst['commodity'], 'en')} {_change(worst)}"
        zh += f"；下游{called(instance, worst['commodity'], 'zh')} {_change(worst)}"
    return en, zh


def _change(row: pd.Series) -> str:
    return f"{row['change [%]']:+.3g} %".replace("-", "−")


def notes(scope: Scope, planned: Plan) -> tuple[tuple[str, str], ...]:
    """What must be known to read the tables."""
    years = dict(zip(planned.summary["periods"], planned.summary["years"], strict=True))
    span = f"{sum(years[p] for p in scope.periods):.3g}"
    out = [
        (
            f"Amounts are sums over the periods of the cut ({span} years); costs are present values over the horizon.",
            f"数量为削减期（{span} 年）合计；成本为规划期现值。",
        ),
        (
            f"Prices are shadow prices ({planned.summary['price_kind']}), weighted by planned use; `penalty`: that of a shortage, "
            "`carries a penalty`: raised by a shortage up or down the chain. Neither is a market price.",
            "价格为按计划用量加权的影子价格；“短缺罚价”与“含短缺罚价”均非市场价格。",
        ),
    ]
    equipment = scope.board.table("equipment")
    if (equipment.loc[equipment["equipment"].isin(scope.equipment), "min_load"] > 0).any():
        out.append(
            (
                "The plan may run what is cut down to the least load that the cut leaves, in all periods; that alone can save a little.",
                "按计划的方案可将削减对象降至一刀切下的最低负荷（各时期均如此），仅此一项也可略省成本。",
            )
        )
    return tuple(out)
