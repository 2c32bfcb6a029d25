"""What projects are screened by: efficiency levels, and proposals. The proposals are invented, to show the question; nobody has applied for them."""

from __future__ import annotations

from .book import Book, Figure

LEVELS = (
    ("pig_iron", "energy", "blast_furnace|blast_furnace_old", "NDRC", "pig_iron_bf", "blast furnace process"),
    ("ferrosilicon", "energy", "", "NDRC", "ferrosilicon", "comprehensive"),
    ("aluminium", "electricity", "pots", "GB 21346", "primary_aluminium", "ingot comprehensive AC"),
    ("clinker", "energy", "", "NDRC", "cement_clinker", "comprehensive"),
)
"""Product, item and equipment here; standard, product and indicator there. Aluminium: the recipe has auxiliaries and casting, as this level does.
kgce/t and kWh/t are 1/1000 of Mtce/Mt and TWh/Mt."""
COLUMNS = {"benchmark": "level1_benchmark", "baseline": "level3_baseline"}
PERIOD = (2030, 2034)
"""Years in which a proposal may be built."""


def add(book: Book) -> None:
    _levels(book)
    if not book.base_year:
        _proposals(book)


def _levels(book: Book) -> None:
    frame = book.raw("efficiency_levels")
    for commodity, item, equipment, standard, product, indicator in LEVELS:
        row = frame[frame.standard.str.startswith(standard) & (frame["product"] == product) & (frame.indicator == indicator)].iloc[0]
        levels = {c: Figure(row[n] / 1000, f"{row.standard}, {row.source}", row.confidence) for c, n in COLUMNS.items()}
        book.add("levels", commodity=commodity, item=item, equipment=equipment, **levels)


def _proposals(book: Book) -> None:
    """At the cost of any new plant of that kind."""
    for row in book.raw("proposals").fillna("").itertuples():
        like = next(r for r in book.rows["builds"] if r["equipment"] == row.equipment and r.get("replaces", "") == row.replaces)
        cells = {c: like.get(c, "") for c in ("invest", "usable")}
        first, last = PERIOD
        place = {"region": row.region, "equipment": row.equipment, "replaces": row.replaces, "project": row.project}
        said = f"assumption: an invented proposal ({row.zh}) at the cost of any such plant"
        book.add("builds", said, row.en, **place, from_=first, until=last, max=float(row.max), **cells)
