"""Tables of the README and `park.png` from saved plans: `python report.py FOLDER`, with FOLDER/<scenario>/ as `qipan solve --out` left them."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd

HERE = Path(__file__).resolve().parent
USERS = ["serve_works", "pumping", "smelting", "electrolysis", "ammonia_synthesis", "reroll_gas", "reroll_electric", "heat_pump", "electric_boiler"]
BUILT = {"roof_pv": ("MW", 1), "field_pv": ("MW", 1), "wind_farm": ("MW", 1), "battery_green": ("MWh", 1000), "inverter_green": ("MW", 1)}
BUILT |= {"battery_grid": ("MWh", 1000), "electrolyser": ("MW", 1), "hydrogen_tank": ("t", 1000), "synthesis": ("kt/yr", 1)}
BUILT |= {"heat_pump": ("MW", 1), "electric_boiler": ("MW", 1), "heat_tank": ("MWh", 1000), "connection": ("MW", 1)}


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv")


def power(folder: Path) -> pd.DataFrame:
    """Electricity by slice [GWh]: what each route makes (+) or uses (−), what is bought and sold."""
    recipes = pd.read_csv(HERE / "recipes.csv")
    rate = recipes[recipes.item == "electricity"].set_index("route").amount
    made = table(folder, "production").pivot_table(index="slice", columns="route", values="activity", aggfunc="sum")
    frame = made.mul(rate.reindex(made.columns)).dropna(axis=1, how="all")
    frame["curtail"] = made.get("curtail", 0.0)
    bought = table(folder, "purchases").query("supplier == 'direct line'").set_index("slice").amount
    sold = table(folder, "markets").query("market == 'export'").set_index("slice").sale
    order = pd.read_csv(HERE / "slices.csv").slice
    everything = [*rate.index, "curtail"]
    return frame.assign(direct_line=bought, export=-sold).reindex(order).reindex(columns=[*everything, "direct_line", "export"]).fillna(0.0)


def figures(folder: Path) -> dict[str, float]:
    """The column of one plan."""
    flow, made = power(folder), table(folder, "production").groupby("route").activity.sum()
    use = -flow[USERS].sum(axis=1)
    clean = flow[["roof_pv", "deliver", "direct_line", "discharge_green", "charge_green"]].sum(axis=1)
    own = made.get("field_pv", 0.0) + made.get("wind_farm", 0.0) + made.get("roof_pv", 0.0)
    policy = table(folder, "policies").query("policy == 'clean_share'")
    burden, costs = table(folder, "burdens").set_index("burden").amount, table(folder, "costs")
    stands = table(folder, "capacity").set_index("equipment").standing
    rows = {f"{name.replace('_', ' ')} [{unit}]": stands.get(name, 0.0) * scale for name, (unit, scale) in BUILT.items()}
    rows["use of electricity [GWh/yr]"] = use.sum()
    rows["own generation [GWh/yr]"] = own
    rows["by the direct line [GWh/yr]"] = flow.direct_line.sum()
    rows["from the grid [GWh/yr]"] = flow["import"].sum()
    rows["sold [GWh/yr]"] = -flow.export.sum()
    rows["curtailed [% of own]"] = 100 * flow.curtail.sum() / own if own else 0.0
    rows["clean, hour by hour [%]"] = 100 * pd.concat([use, clean], axis=1).min(axis=1).sum() / use.sum()
    rows["CO2 of gas and silicon [kt/yr]"] = burden["co2_direct"]
    rows["CO2 with the grid [kt/yr]"] = burden["co2"]
    rows["cost [M CNY/yr]"] = costs["cost"].sum() if "cost" in costs else costs.iloc[:, -1].sum()
    rows["worth of a clean kWh at the margin [CNY]"] = policy.shadow_price.sum()
    rows["... of one percentage point [M CNY/yr]"] = policy.per_point.sum()
    return rows


SUPPLY = {"deliver": ("own wind and sun", "#4c9f70"), "roof_pv": ("roofs", "#f2c14e"), "direct_line": ("direct line", "#8fc1a9")}
SUPPLY |= {"discharge_green": ("battery", "#7b6fb0"), "import": ("grid", "#9a9a9a")}
LOADS = {"works": (["serve_works", "pumping"], "#b9c6d3"), "silicon": (["smelting"], "#6b7f94")}
LOADS |= {"steel": (["reroll_gas", "reroll_electric"], "#a5745a"), "hydrogen, ammonia": (["electrolysis", "ammonia_synthesis"], "#3f8fc0")}
LOADS |= {
    "heat": (["heat_pump", "electric_boiler"], "#d1603d"),
    "charging": (["charge_green", "charge_grid"], "#b8afd8"),
    "sale": (["export"], "#e3e3e3"),
}


def picture(plans: dict[str, Path], days: list[str]) -> None:
    share = pd.read_csv(HERE / "slices.csv").set_index("slice").share
    fig, axes = plt.subplots(len(plans), len(days), figsize=(10, 6.2), sharex=True, sharey=True, squeeze=False)
    for row, (title, folder) in zip(axes, plans.items(), strict=True):
        flow = power(folder)
        mw = flow.div(share * 8.76, axis=0)
        for ax, day in zip(row, days, strict=True):
            part = mw[mw.index.str.rsplit("-", n=1).str[0] == day]
            part = pd.concat([part, part.tail(1)], ignore_index=True)  # so that the last hour has its width
            hours = part.index
            ax.stackplot(
                hours, *[part[k] for k in SUPPLY], colors=[c for _, c in SUPPLY.values()], labels=[n for n, _ in SUPPLY.values()], step="post"
            )
            loads = [-part[k].abs().sum(axis=1) for k, _ in LOADS.values()]
            ax.stackplot(hours, *loads, colors=[c for _, c in LOADS.values()], labels=list(LOADS), step="post")
            ax.axhline(0, color="black", lw=0.8)
            ax.set_title(f"{title}: {day.replace('-', ', ')} day", fontsize=10)
            ax.set_xlim(0, 24)
            ax.set_xticks(range(0, 25, 6))
            ax.spines[["top", "right"]].set_visible(False)
        row[0].set_ylabel("supply (+), use (−) [MW]")
    for ax in axes[-1]:
        ax.set_xlabel("hour")
    handles, labels = axes[0][0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="lower center", ncol=6, frameon=False, fontsize=9)
    fig.tight_layout(rect=(0, 0.09, 1, 1))
    fig.savefig(HERE / "park.png", dpi=100)


def main() -> None:
    folder = Path(sys.argv[1])
    plans = {path.name: path for path in sorted(folder.iterdir()) if (path / "production.csv").exists()}
    order = ["grid-only", "base", *sorted((p for p in plans if p.startswith("clean")), key=len), *sorted(p for p in plans if p.startswith("yearly"))]
    columns = {name: figures(plans[name]) for name in order if name in plans}
    frame = pd.DataFrame(columns)
    print("| | " + " | ".join(frame.columns) + " |\n|---|" + "---|" * len(frame.columns))
    for name, values in frame.iterrows():
        print(f"| {name} | " + " | ".join(f"{x:.3g}" if abs(x) < 10 else f"{x:.0f}" for x in values) + " |")
    if {"base", "clean-100"} <= set(plans):
        picture({"least cost": plans["base"], "100 % clean": plans["clean-100"]}, ["winter-fair", "winter-dull"])


if __name__ == "__main__":
    main()
