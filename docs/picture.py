"""Draws `docs/china.png`, the picture of the README, from a saved plan of the China instance: `python docs/picture.py plans/china`."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd

from optimizer import Plan

mpl.use("Agg")
HERE = Path(__file__).parent
PERIODS = ("2025", "2040")
TITLE = (
    "Primary aluminium capacity in the plan of the China instance [Mt/yr], at the provinces' centroids\n"
    "partly from estimates and assumptions: see SOURCES.md of the instance"
)
LABELLED = 1.5
"""Mt/yr from which a province is named."""


def main(folder: str) -> None:
    plan = Plan.load(folder)
    regions = pd.read_csv(HERE.parent / "instances" / "china" / "regions.csv").set_index("region")
    capacity = plan["capacity"]
    pots = capacity[capacity["equipment"].str.startswith("pots_")].groupby(["region", "period"])["standing"].sum()
    captive = capacity[capacity["equipment"] == "pots_captive"].groupby(["region", "period"])["standing"].sum()
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), sharey=True, layout="constrained")
    for axis, period in zip(axes, PERIODS, strict=True):
        here = pots[pots.index.get_level_values("period") == period].droplevel("period")
        here = here[here > 0.05]
        share = captive.xs(period, level="period").reindex(here.index).fillna(0.0) / here
        axis.scatter(regions["longitude"], regions["latitude"], s=4, color="#bbbbbb")
        place = regions.loc[here.index]
        dots = axis.scatter(
            place["longitude"], place["latitude"], s=70 * here, c=share, cmap="copper_r", vmin=0, vmax=1, edgecolor="#444444", linewidth=0.5
        )
        for name, amount in here[here >= LABELLED].items():
            axis.annotate(
                f"{name} {amount:.1f}",
                (regions.at[name, "longitude"], regions.at[name, "latitude"]),
                fontsize=7,
                ha="center",
                va="top",
                xytext=(0, -4 - 4 * amount**0.5),
                textcoords="offset points",
            )
        axis.set_title(f"{period}: {here.sum():.1f} Mt/yr", fontsize=10)
        axis.set_xticks([])
        axis.set_yticks([])
        for side in axis.spines.values():
            side.set_visible(False)
    figure.colorbar(dots, ax=axes, shrink=0.7, label="share on captive coal power")
    figure.suptitle(
        TITLE,
        fontsize=10,
    )
    figure.savefig(HERE / "china.png", dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
