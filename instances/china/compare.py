"""Where things were made: the base year's plan against what was observed.

    python instances/china/compare.py PLAN_FOLDER [--picture FILE.png]

PLAN_FOLDER is a saved plan of the scenario `base-year`. The share in the wrong province is half the sum of the absolute differences
over the observed total, with the plan scaled to that total.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent))

from building.book import Book
from building.industry import LATEST, observed

PRODUCTS = {  # product observed -> (name shown, routes that make it)
    "primary_aluminium": ("aluminium", ["aluminium", "aluminium_captive", "aluminium_bought"]),
    "crude_steel": ("steel", ["steel", "steel_rich", "steel_scrap", "steel_sponge"]),
    "pig_iron": ("pig iron", ["iron", "iron_old"]),
    "cement_clinker": ("clinker", ["clinker", "clinker_old"]),
    "flat_glass": ("glass", ["glass"]),
    "alumina": ("alumina", ["alumina"]),
    "ferrosilicon": ("ferrosilicon", ["ferrosilicon", "ferrosilicon_old"]),
    "polysilicon": ("polysilicon", ["polysilicon"]),
    "magnesium": ("magnesium", ["magnesium"]),
    "industrial_silicon": ("industrial silicon", ["silicon"]),
}


def provinces(plan: Path) -> dict[str, pd.DataFrame]:
    """By product: planned and observed output of each province [Mt], the plan scaled to the observed total."""
    production = pd.read_csv(plan / "production.csv")
    production = production[production.period == production.period.iloc[0]]
    book = Book(base_year=True)
    result = {}
    for product, (_, routes) in PRODUCTS.items():
        made = production[production.route.isin(routes)].groupby("region").activity.sum()
        seen = pd.Series({r: f.value for r, f in observed(book, product).items()})
        frame = pd.DataFrame({"plan": made, "observed": seen}).fillna(0.0)
        frame.attrs["planned_total"] = frame["plan"].sum()
        frame["plan"] *= frame["observed"].sum() / frame["plan"].sum()
        result[product] = frame.sort_values("observed", ascending=False)
    return result


def wrong_share(frame: pd.DataFrame) -> float:
    """The share of output in the wrong province. [%]"""
    return 50 * (frame["plan"] - frame["observed"]).abs().sum() / frame["observed"].sum()


def picture(frames: dict[str, pd.DataFrame], file: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 5, figsize=(12.5, 5.4))
    for axis, (product, frame) in zip(axes.flat, frames.items(), strict=False):
        top = frame.assign(most=frame.max(axis=1)).nlargest(8, "most")[::-1]
        axis.hlines(range(len(top)), top["observed"], top["plan"], color="0.7", lw=2)
        axis.plot(top["observed"], range(len(top)), "o", ms=5, color="#1f4e79", label="observed")
        axis.plot(top["plan"], range(len(top)), "o", ms=5, mfc="none", color="#c0392b", label="plan")
        axis.set_yticks(range(len(top)), top.index, fontsize=7)
        axis.tick_params(axis="x", labelsize=7)
        axis.set_xlim(left=0)
        axis.set_title(f"{PRODUCTS[product][0]}, {LATEST[product]}\n{wrong_share(frame):.1f} % in the wrong province", fontsize=8)
    axes.flat[0].legend(fontsize=7, frameon=False, loc="lower right")
    figure.supxlabel("Mt, plan scaled to the observed total; the eight largest provinces", fontsize=8)
    figure.tight_layout()
    figure.savefig(file, dpi=95)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--picture", type=Path)
    chosen = parser.parse_args()
    frames = provinces(chosen.plan)
    print("| product | observed | in the wrong province [%] | planned [Mt] | observed [Mt] |")
    print("|---|---|---|---|---|")
    for product, frame in frames.items():
        name, year, share = PRODUCTS[product][0], LATEST[product], wrong_share(frame)
        print(f"| {name} | {year} | {share:.1f} | {frame.attrs['planned_total']:.2f} | {frame['observed'].sum():.2f} |")
    if chosen.picture:
        picture(frames, chosen.picture)


if __name__ == "__main__":
    main()
