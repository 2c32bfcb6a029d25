"""Draws `docs/size.png`, seconds by stage and memory against columns, from `benchmarks/latest.json`: `python docs/size_picture.py`."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter

mpl.use("Agg")
HERE = Path(__file__).parent
STAGES = {
    "read_s": ("read and check", "#7f7f7f", "o"),
    "state_s": ("state", "#1f77b4", "s"),
    "compile_s": ("compile", "#17becf", "D"),
    "solve_s": ("solve to a vertex", "#d62728", "^"),
    "interior_s": ("interior point, with its bound", "#ff7f0e", "v"),
    "certify_s": ("certify", "#2ca02c", "P"),
    "tables_s": ("tables of the plan", "#9467bd", "X"),
}
MEMORY = {
    "memory_mb": ("read, state and compile", "#1f77b4", "s"),
    "solved_mb": ("with solve, proof and tables", "#d62728", "^"),
    "interior_mb": ("with the interior point and its bound", "#ff7f0e", "v"),
}


def main() -> None:
    sizes = list(json.loads((HERE.parent / "benchmarks" / "latest.json").read_text("utf-8"))["size"].values())
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained")
    for axis, lines, title in ((left, STAGES, "seconds by stage"), (right, MEMORY, "peak memory of the process [MB]")):
        for key, (label, colour, mark) in lines.items():
            points = [(size["columns"], size[key]) for size in sizes if size.get(key)]
            if points:
                axis.plot(*zip(*points, strict=True), color=colour, marker=mark, markersize=4.5, linewidth=1.3, label=label)
        axis.set(xscale="log", yscale="log", xlim=(800, 1.6e6), xlabel="columns of the model")
        axis.set_title(title, fontsize=10)
        axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x / 1e6:g} M" if x >= 1e6 else f"{x / 1e3:g} k"))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
        axis.grid(True, which="major", color="#dddddd", linewidth=0.6)
        axis.tick_params(which="minor", length=2)
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(fontsize=8, frameon=False, loc="upper left")
    right.set_ylim(100, 4_000)
    right.set_yticks([100, 200, 500, 1000, 2000])
    left.axhline(1800, color="#aaaaaa", linewidth=0.8, linestyle=":")
    left.annotate("30 minutes", (1.5e6, 1800), fontsize=7.5, color="#777777", ha="right", va="bottom")
    figure.savefig(HERE / "size.png", dpi=130)


if __name__ == "__main__":
    main()
