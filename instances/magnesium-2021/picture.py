"""Draws `autumn.png`, the picture of the README: `python picture.py`. What was seen stands in the README with its sources."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from models import Instance
from optimizer.questions.blanket_cut import blanket_cut

mpl.use("Agg")
HERE = Path(__file__).parent
OUTPUT_SEEN = {"06": 54.3, "08": 37.1, "09": 34.9, "10": 25.6}
"""Yulin, kt a month: S&P Global after the National Bureau of Statistics."""
PRICE_SEEN = {"07": 23.5, "09": 65, "10": 43, "11": 34, "12": 40}
"""1,000 CNY/t: CNIA and CM Group (July, November), Caixin (22 September, 28 October), S&P Global (7 December)."""
LOOKS = {"as_planned": ("as planned", "#888888", ":"), "by_plan": ("by plan, same energy", "#2a7f3f", "-")}


def main() -> None:
    instance = Instance.load(HERE)
    answers = {cut: blanket_cut(instance, ["magnesium_works@yulin"], cut, ["energy"], first="2021-09") for cut in (36, 50)}
    plans = {LOOKS[name][0]: (answers[50].plans[name], *LOOKS[name][1:]) for name in LOOKS}
    plans |= {f"works cut by {cut} %": (answers[cut].plans["blanket_cut"], colour, "-") for cut, colour in ((36, "#d98c5f"), (50, "#b03a2e"))}
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    for name, (plan, colour, line) in plans.items():
        balance = plan["balance"][plan["balance"]["commodity"] == "magnesium"]
        made = balance[balance["region"].isin(["fugu", "shenmu"])].groupby("period")["made"].sum() / 12
        price = balance[balance["region"] == "fugu"].set_index("period")["price"]
        for axis, values in ((left, made), (right, price)):
            axis.plot([month[-2:] for month in values.index], values.to_numpy(), line, color=colour, label=name)
    left.plot(list(OUTPUT_SEEN), list(OUTPUT_SEEN.values()), "ko", label="seen")
    right.plot(list(PRICE_SEEN), list(PRICE_SEEN.values()), "ko", label="seen")
    left.set_title("Magnesium made in Yulin [kt a month]", fontsize=10)
    right.set_title("Price in Fugu [1,000 CNY/t]; cuts: shortage penalty", fontsize=10)
    left.set_ylim(0)
    right.set_ylim(0)
    left.legend(fontsize=8)
    figure.suptitle("Months of 2021; a stylised case: most figures are estimates or assumptions", fontsize=9)
    figure.savefig(HERE / "autumn.png", dpi=100)


if __name__ == "__main__":
    main()
