"""A move of the plan in a few words: cheaper than where, forced by what, or nothing to sell. Words only; the numbers are those of `Split`."""

from __future__ import annotations

from optimizer.questions.spoken import Spoken, amount
from optimizer.questions.unit_costs import Split
from optimizer.questions.words import word

Said = tuple[str, str]
FORCED = 0.01
"""Share of the largest part from which a policy is said to force a move."""


def called(part: tuple[str, str], spoken: Spoken) -> Said:
    """A part in words: its item, and its kind where that is not plain."""
    kind, item = part
    if not item:
        return kind, word(kind)
    zh = spoken.zh(item)
    if kind == "capacity":
        return f"old {item} given up", f"放弃的原有{zh}"
    if kind.startswith("product"):
        return f"local price of {item}" + kind.removeprefix("product"), f"当地{zh}价格" + ("（短缺罚价）" if "penalty" in kind else "")
    if kind.startswith("input"):
        return item + kind.removeprefix("input"), zh + ("（短缺罚价）" if "penalty" in kind else "")
    return item, zh


def against(split: Split, other: Split) -> list[tuple[tuple[str, str], float]]:
    """What the one costs more (+) or less (−) than the other, by part, from the largest difference on."""
    keys = dict.fromkeys([*split.parts, *other.parts])
    return sorted(((key, split.parts.get(key, 0.0) - other.parts.get(key, 0.0)) for key in keys), key=lambda pair: -abs(pair[1]))


def forcing(split: Split) -> tuple[str, float] | None:
    """The policy that pays most for a move, if without it the move would not be worth its cost; and what it pays. Of a closure only what
    policies ask of the capacity itself: what they charge for running is in the price of the product as well."""
    paid = split.held if split.move == "closed" else {item: value for (kind, item), value in split.parts.items() if kind == "policy"}
    if not paid or min(paid.values()) >= 0:
        return None
    policy = min(paid, key=lambda name: paid[name])
    scale = max(map(abs, split.parts.values()))
    return (policy, -paid[policy]) if min(-paid[policy], split.total - paid[policy]) > FORCED * scale else None


def reason(split: Split, other: Split | None, spoken: Spoken) -> Said:
    """Why the plan does this. `other`: the same elsewhere, or what stood there before; None if there is no such."""
    said = []
    forced = forcing(split)
    if forced is not None:
        policy, value = forced
        said.append((f"forced by policy {policy} ({amount(value)} {split.unit})", f"由政策“{spoken.zh(policy)}”促成（{amount(value)} {split.unit}）"))
    if split.move == "closed" and not split.product:
        saved = amount(-split.kind("fixed cost", "closing"))
        said.append((f"running does not pay, closing saves fixed cost of {saved} {split.unit}", f"运行不划算，关停节省固定成本 {saved} {split.unit}"))
    elif other is not None and other.unit == split.unit and other.product == split.product:
        said += _compared(split, other, spoken)
    if not said and split.move == "closed":
        keeping = -split.kind("fixed cost", "closing")
        earned, kept = f"{amount(split.total + keeping)} {split.unit}", amount(keeping)
        said.append((f"running earns {earned}, keeping costs {kept}", f"运行收益 {earned}，维持成本 {kept}"))
    if not said:
        said = [("pays at the plan's prices", "按方案价格有利")]
    return "; ".join(en for en, _ in said), "；".join(zh for _, zh in said)


RENTS = ("build limit", "capacity", "swaps", "supply limit", "sales limit", "minimum load")
"""Kinds that are worth of what is scarce there, not a cost: they follow from an advantage and are none."""


def _compared(split: Split, other: Split, spoken: Spoken) -> list[Said]:
    """The kind of part with the largest advantage over the other (of a closure: the largest drawback of keeping what is closed), and in it the
    item that makes most of it, or the two largest where they offset one another."""
    closed = split.move == "closed"
    differences = against(split.turned() if closed else split, other)
    kinds: dict[str, float] = {}
    for (kind, _), value in differences:
        if kind in RENTS:
            continue
        kinds[kind] = kinds.get(kind, 0.0) + (value if closed else -value)
    kind = max(kinds, key=lambda name: kinds[name], default="")
    if not kind or kinds[kind] <= 0:
        return []
    own = [(part, value) for part, value in differences if part[0] == kind]
    beside = other.region == split.region
    where = f"than with {other.equipment}" if beside else f"than in {other.region}"
    zh_where = f"比{spoken.zh(other.equipment if beside else other.region)}"
    if len(own) == 1 or abs(abs(own[0][1]) - kinds[kind]) < 0.2 * kinds[kind]:
        (en, zh), value, rest = called(own[0][0], spoken), abs(own[0][1]), ("", "")
        en = f"policy {en} costs" if kind == "policy" else en
    else:
        en, zh = {"input": ("inputs", "投入"), "policy": ("policies cost", "各项政策成本")}.get(kind, (kind, word(kind)))
        value = kinds[kind]
        told = [(called(part, spoken), f"{'+' if v > 0 else '−'}{amount(abs(v))}") for part, v in own[:2]]
        rest = f" ({', '.join(f'{n[0]} {v}' for n, v in told)})", f"（{'，'.join(f'{n[1]} {v}' for n, v in told)}）"
    more = ("lower", "higher") if kind.startswith("product") else ("more", "less") if kind == "policy" else ("dearer", "cheaper")
    zh_more = ("低", "高") if kind.startswith("product") else ("高", "低")
    worth, which = f"{amount(value)} {split.unit}", 0 if closed else 1
    return [(f"{en} {worth} {more[which]} {where}{rest[0]}", f"{zh}{zh_where}{zh_more[which]} {worth}{rest[1]}")]
