"""Plans and their differences as a notebook shows them."""

from __future__ import annotations

import pandas as pd

from models.html import head, line, number, table
from models.problems import language
from optimizer.difference import Difference
from optimizer.plan import Plan
from optimizer.show import STATUS
from optimizer.show_difference import COLUMNS, TURNS


def plan_html(plan: Plan) -> str:
    """Status, certificate, how much is guessed; cost by term and period, capacity by equipment and period, the policies that bind."""
    s, zh = plan.summary, language() == "zh"
    money = s["money_unit"]
    cost = "" if s["objective"] is None else f", {'贴现成本' if zh else 'discounted cost'} {number(s['objective'])} {money}"
    mark = "✓" if plan.certified else "✗"
    out = [
        head(f"{s['title']}: {STATUS[plan.status][zh]}{cost}"),
        line(f"{mark} {s['certificate_zh' if zh else 'certificate']}"),
        _trust(s["trust"], zh),
        _conflict([str(row) for row, _ in s["conflict"]], zh),
    ]
    if plan.tables:
        periods = list(s["periods"])
        costs = plan["costs"].pivot_table(index="term", columns="period", values="annual", aggfunc="sum", sort=False)
        words = f"成本，未折现 [{money}/年；关停为当期 {money}]" if zh else f"Cost, undiscounted [{money}/yr; closing: {money} in the period]"
        out += [head(words, 5), _table(costs.reindex(columns=periods), zh)]
        capacity = plan["capacity"].pivot_table(index=["equipment", "unit"], columns="period", values="standing", aggfunc="sum", sort=False)
        out += [head("期末在役产能，全部地区" if zh else "Capacity at the end of the period, all regions", 5)]
        out += [_table(capacity.reindex(columns=periods), zh)]
        out += [_binding(plan, zh)]
    return "".join(out)


def difference_html(difference: Difference) -> str:
    """The sentence, and the rows that differ most."""
    zh = language() == "zh"
    heads = {
        "costs": ("Cost, present value", "成本现值"), "capacity": ("Capacity at the end of the period", "期末在役产能"),
        "burdens": ("Burdens, all regions", "负担，全部地区"), "policies": ("Policies that begin or cease to bind", "开始或不再起约束的政策"),
    }  # fmt: skip
    out = [head(difference.zh if zh else difference.en), _conflict(list(difference.conflict), zh)]
    for name, words in heads.items():
        frame = getattr(difference, name)
        if len(frame):
            if "change" in frame:
                frame = frame.reindex(frame["change"].abs().sort_values(ascending=False).index)
            if name == "policies" and zh:
                frame = frame.assign(turn=frame["turn"].map(TURNS))
            unit = f" [{difference.money}]" if name == "costs" else ""
            out += [head(words[zh] + unit, 5), _table(frame, zh, index=False)]
    return "".join(out)


def _binding(plan: Plan, zh: bool) -> str:
    """What is worth most to relax, with the kind of its price."""
    s, policies = plan.summary, plan["policies"]
    rows = policies[policies["binds"].eq(True)].sort_values("shadow_price", ascending=False, key=abs)
    if not len(policies) or not len(rows):
        return ""
    kind = f"; {'价格类型' if zh else 'prices are'}: {plan.price_kind[zh]}" if s["price_kind"] else ""
    shown = rows[["policy", "member", "period", "left", "sense", "right", "unit", "shadow_price"]]
    money = s["money_unit"]
    words = (
        f"起约束的政策，放宽一单位所省 [当期 {money}/单位]"
        if zh
        else f"Policies that bind: saved per unit of relaxation [{money} of the period per unit]"
    )
    names = {"left": "左边", "sense": "", "right": "右边", "shadow_price": "影子价格"} if zh else {"sense": "", "shadow_price": "shadow price"}
    return head(words + kind, 5) + _table(shown.rename(columns=names), zh, index=False)


def _trust(trust: dict[str, int], zh: bool) -> str:
    """How much of the input is guessed or does not say."""
    total = sum(trust.values())
    guessed = trust.get("estimate", 0) + trust.get("assumption", 0)
    unmarked = trust.get("unmarked", 0)
    parts = [f"估计或假设 {guessed:,}" if zh else f"{guessed:,} are estimates or assumptions"] if guessed else []
    parts += [f"未注明可信度 {unmarked:,}" if zh else f"{unmarked:,} do not say how far to trust them"] if unmarked else []
    if not parts:
        return ""
    return line(f"{total:,} 行输入中：{'，'.join(parts)}" if zh else f"Of {total:,} input rows {' and '.join(parts)}.")


def _conflict(rows: list[str], zh: bool, most: int = 10) -> str:
    """Rows that cannot hold together."""
    if not rows:
        return ""
    more = [f"… {len(rows) - most:,}"] if len(rows) > most else []
    return head("彼此矛盾的行" if zh else "Rows that contradict one another", 5) + "".join(map(line, rows[:most] + more))


def _table(frame: pd.DataFrame, zh: bool, index: bool = True) -> str:
    shown = frame.reset_index() if index else frame
    if "member" in shown and (shown["member"] == "").all():
        shown = shown.drop(columns="member")
    return table(shown.rename(columns=COLUMNS if zh else {c: str(c).replace("_", " ") for c in shown.columns}))
