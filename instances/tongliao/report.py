"""Tables of the README and `rules.png` from saved plans: `python report.py FOLDER`, with FOLDER/<scenario>/ as `qipan solve --out` left them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
from accounts import HERE, Accounts, table

RULES = {
    "base": "no dual control",
    "energy-dual-control": "energy",
    "dual-control-green-out": "energy, green left out",
    "carbon-dual-control": "carbon of use",
    "carbon-at-the-stack": "carbon at the stack",
}
SAID = {
    "fossil in primary energy [%]": "96",
    "thermal in capacity [%]": "under half",
    "thermal in generation [%]": "nearly 80",
    "of it used in the city [%]": "under 20",
    "industry in energy use [%]": "78",
    "industry in GDP [%]": "25",
}
STACK = "carbon-at-the-stack"


def worth(folder: Path) -> float:
    """Sales less all costs, present value [bn CNY]."""
    return -json.loads((folder / "summary.json").read_text("utf-8"))["objective"]


def price(folder: Path, *policies: str) -> pd.Series:
    """The largest shadow price of the policies in each period."""
    rows = table(folder, "policies").query("policy in @policies")
    rows = rows.assign(period=rows.period.astype(str))
    return rows.groupby("period").shadow_price.max()


def weights() -> pd.Series:
    rows = pd.read_csv(HERE / "periods.csv")
    value = [sum(1.08 ** (2022 - year) for year in range(r.start, r.start + r.years)) for r in rows.itertuples()]
    return pd.Series(value, index=rows.period)


def column(folder: Path, period: int) -> dict[str, float]:
    """What a plan does in one period."""
    plan, at = Accounts(folder), str(period)
    said = {name: values[period] for name, values in plan.office().items()}
    rows = {
        name: said[name] for name in ("wind and PV [GW]", "thermal in generation [%]", "fossil in primary energy [%]", "of it used in the city [%]")
    }
    rows["coal power made [TWh]"] = plan.thermal()[period]
    rows["... of it sent out [TWh]"] = said["coal power sent out [TWh]"]
    rows["wind and PV used in the city [TWh]"] = plan.local()[period]
    rows["... sent out [TWh]"] = said["wind and PV sent out [TWh]"]
    for good, name in (("aluminium", "smelt"), ("aluminium products", "roll"), ("nickel iron", "nickel"), ("stainless products", "finish")):
        item = {"smelt": "aluminium", "roll": "products", "nickel": "nickel_iron", "finish": "steel_products"}[name]
        rows[f"{good} [Mt]"] = plan.item(item, [name])[period]
    rows["green ammonia [Mt]"] = plan.item("ammonia", ["ammonia"])[period]
    claims = table(folder, "clean").query("period == @period")
    smelting = claims[claims.user.str.startswith("smelt")]
    rows["clean power in smelting [%]"] = 100 * smelting.clean.sum() / smelting.use.sum()
    names = (
        "primary energy [Mtce]",
        "energy per GDP [tce/10,000 CNY]",
        "CO2 of what is used, less sinks [Mt]",
        "CO2 of what is burnt, less sinks [Mt]",
    )
    rows |= {name: said[name] for name in (*names, "GDP [bn CNY]")}
    rows["CO2 taken by new forest and grassland [Mt]"] = -plan.item("co2", ["forest", "grass"])[period]
    rows["price of energy [CNY/tce]"] = 1000 * price(folder, "energy_total", "energy_intensity").get(at, 0.0)
    co2 = ("co2_total", "co2_intensity", "co2_stack_total", "co2_stack_intensity")
    rows["price of CO2 [CNY/t]"] = 1000 * price(folder, *co2).get(at, 0.0)
    rows["a clean MWh more for smelting [CNY]"] = 1000 * price(folder, "green_aluminium").get(at, 0.0)
    rows["water [CNY/m3]"] = 1000 * price(folder, "water").get(at, 0.0)
    rows["ground [1,000 CNY/ha a year]"] = 10_000 * price(folder, "land").get(at, 0.0)
    rows["room for new projects [CNY/tce]"] = 1000 * price(folder, "new_projects").get(at, 0.0)
    return rows


def show(frame: pd.DataFrame) -> None:
    print("| | " + " | ".join(map(str, frame.columns)) + " |\n|---|" + "---|" * len(frame.columns))
    for name, values in frame.iterrows():
        print(f"| {name} | " + " | ".join(f"{x:.2f}" if abs(x) < 10 else f"{x:.1f}" if abs(x) < 100 else f"{x:.0f}" for x in values) + " |")
    print()


def assumptions(plans: dict[str, Path]) -> None:
    """Worth of the plan under each scenario, without dual control and with carbon at the stack."""
    none, stack = worth(plans["base"]), worth(plans[STACK]) if STACK in plans else float("nan")
    print(f"worth {none:.1f}, carbon at the stack {stack:.1f}\n")
    rows = []
    for name, folder in plans.items():
        if name in RULES or "+" in name:
            continue
        plan, both = Accounts(folder), plans.get(f"{STACK}+{name}")
        office = plan.office()
        local, last = office["of it used in the city [%]"], plan.periods[-1]
        rows.append((name, worth(folder) - none, worth(both) - stack if both else float("nan"), plan.capacity("wind_new")[last], local[last]))
    for name, alone, under, wind, local in sorted(rows, key=lambda r: r[1]):
        print(f"| `{name}` | {alone:+.1f} | {under:+.1f} | {wind:.1f} | {local:.0f} |")
    print()


def green_aluminium(plans: dict[str, Path]) -> None:
    """What the rule on clean power costs for each tonne of aluminium, and the power it moves."""
    made = Accounts(plans["base"]).item("aluminium", ["smelt"])
    later = weights().drop(2022)
    tonnes = (made.drop(2022) * later).sum()
    cost = worth(plans["no-green-aluminium"]) - worth(plans["base"])
    print(f"rule on green aluminium: {cost:.2f} bn CNY, {1000 * cost / tonnes:.0f} CNY per tonne made after 2024")
    print("local use without it:", Accounts(plans["no-green-aluminium"]).local().round(1).to_dict(), "\n")


PARTS = {"coal power used in the city": "#6f6f6f", "coal power sent out": "#b9b9b9"}
PARTS |= {"wind and PV used in the city": "#2f7d4f", "wind and PV sent out": "#9fcdb0"}
GOODS = {
    "aluminium": "#3f6f9f",
    "aluminium products": "#8fb3d3",
    "nickel iron": "#a5745a",
    "stainless products": "#d6b09c",
    "green ammonia": "#4c9f70",
}


def two_lines(name: str) -> str:
    """The name of a rule, broken for the picture."""
    words = RULES[name].split()
    return "\n".join((" ".join(words[:1] if words[0] == "carbon" else words[:2]), " ".join(words[1:] if words[0] == "carbon" else words[2:])))


def picture(plans: dict[str, Path]) -> None:
    names = [name for name in RULES if name != "dual-control-green-out"]
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), width_ratios=[1.45, 1])
    for group, name in enumerate(names):
        plan = Accounts(plans[name])
        office = plan.office()
        out, green_out = office["coal power sent out [TWh]"], office["wind and PV sent out [TWh]"]
        for i, period in enumerate(plan.periods):
            heights = [plan.thermal()[period] - out[period], out[period], plan.renewable()[period] - green_out[period], green_out[period]]
            base = 0.0
            for (label, color), height in zip(PARTS.items(), heights, strict=True):
                left.bar(group * 5 + i, height, bottom=base, color=color, width=0.85, label=label if group == i == 0 else None)
                base += height
    left.set_xticks([g * 5 + i for g in range(len(names)) for i in range(4)], ["’22", "’25", "’30", "’35"] * len(names), fontsize=8)
    for group, name in enumerate(names):
        left.text(group * 5 + 1.5, -0.08, two_lines(name), ha="center", va="top", fontsize=9, transform=left.get_xaxis_transform())
    left.set_ylabel("generation [TWh/yr]")
    left.set_title("Where the power goes", fontsize=10)
    columns = {name: column(plans[name], 2035) for name in names}
    for i, (good, color) in enumerate(GOODS.items()):
        values = [columns[name][f"{good} [Mt]"] for name in names]
        right.bar([g + 0.16 * (i - 2) for g in range(len(names))], values, width=0.15, color=color, label=good)
    right.set_xticks(range(len(names)), [two_lines(name) for name in names], fontsize=9)
    right.set_ylabel("output in 2035 [Mt/yr]")
    right.set_title("What is made", fontsize=10)
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncol=2, frameon=False, fontsize=9)
    right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncol=3, frameon=False, fontsize=9)
    fig.tight_layout()
    fig.savefig(HERE / "rules.png", dpi=100)


def main() -> None:
    folder = Path(sys.argv[1])
    plans = {path.name: path for path in sorted(folder.iterdir()) if (path / "production.csv").exists()}
    office = Accounts(plans["base"]).office()
    for name, said in SAID.items():
        print(f"| {name} | {said} | {office[name][2022]:.1f} |")
    print()
    show(pd.DataFrame(office).T)
    for period in (2025, 2035):
        print(period)
        frame = pd.DataFrame({RULES[name]: column(plans[name], period) for name in RULES})
        frame.loc["worth of the plan, present value [bn CNY]"] = [worth(plans[name]) for name in RULES]
        show(frame)
    green_aluminium(plans)
    picture(plans)
    assumptions(plans)


if __name__ == "__main__":
    main()
