"""Power lines between provinces: corridors of today, lines opened in 2025, lines that may be built. Mostly UHVDC means one way."""

from __future__ import annotations

from .book import Book, Figure, brief
from .electricity import HOURS
from .geography import distances
from .industry import equipment

MENDED = {  # corridor and line ends that the sources have wrong
    ("Guangdong", "Hebei"): ("Hubei", "Guangdong"),
}
NEW_2025 = ["UHVDC21", "UHVDC23", "UHVDC27", "UHVAC24", "UHVAC27", "UHVAC28", "UHVAC31", "UHVAC32"]
LINE_ENDS = {"UHVDC12": ("Xinjiang", "Anhui"), "UHVDC21": ("Xinjiang", "Sichuan"), "UHVDC06": ("Sichuan", "Zhejiang")}
DOUBLES = ["UHVDC22", "UHVDC28"]
NEW_LINES = {  # bases of the plan periods and where their power may go
    "Xinjiang": ["Chongqing", "Sichuan", "Henan", "Anhui", "Hunan"],
    "Inner Mongolia": ["Hebei", "Shandong", "Jiangsu", "Anhui"],
    "Gansu": ["Shandong", "Zhejiang", "Hunan"],
    "Qinghai": ["Henan", "Guangxi"],
    "Ningxia": ["Hunan", "Zhejiang"],
    "Shaanxi": ["Anhui", "Hubei"],
    "Tibet": ["Guangdong", "Hubei"],
}


def one_way(book: Book) -> dict[tuple[str, str], float]:
    """GW of UHVDC by direction, wrong ends and double rows mended."""
    frame = book.raw("uhv_lines")
    result: dict[tuple[str, str], float] = {}
    for row in frame[frame.Type == "UHVDC"].itertuples():
        if row.idno in DOUBLES or row.idno in NEW_2025:
            continue
        ends = LINE_ENDS.get(row.idno, (row.orig_prov, row.dest_prov))
        result[ends] = result.get(ends, 0.0) + row[8]
    return result


def add(book: Book) -> None:
    direct = one_way(book)
    km = distances(book, "great_circle")
    use = book.assume("line_use")
    costs = book.raw("transport_costs").set_index("item")
    fee = Figure(costs.value["uhv_transmission_cost_2018"] / 1000 / 1000, brief(costs.source["uhv_transmission_cost_2018"]), "sourced")
    loss = Figure(costs.value["uhv_loss"] / 1000, brief(costs.source["uhv_loss"]), "sourced")

    def link(a: str, b: str, gw: Figure | None, both: bool, mode: str = "line", period: str | None = None, note: str = "") -> None:
        length = Figure(km[a, b], "great circle between capitals", "derived")
        capacity = gw * HOURS * use if gw else None
        book.add(
            "links",
            origin=a,
            destination=b,
            mode=mode,
            period=period,
            km=length,
            capacity=capacity,
            loss=loss * length,
            equipment=None if gw else "new_line",
            both="yes" if both else None,
            note=note,
        )

    for row in book.raw("interprovincial_power_links").itertuples():
        a, b = MENDED.get((row.from_province, row.to_province), (row.from_province, row.to_province))
        gw = Figure(row.capacity_mw / 1000, "PyPSA-China-PIK, edges_current", row.confidence)
        note = "the source says Guangdong-Hebei" if (row.from_province, row.to_province) in MENDED else ""
        if direct.get((b, a), 0.0) > direct.get((a, b), 0.0):
            a, b = b, a
        mostly = direct.get((a, b), 0.0) >= gw.value / 2 or bool(note)
        link(a, b, gw, not mostly, note=note or ("mostly UHVDC: one way" if mostly else ""))
    if book.base_year:
        book.add("freight", mode="line", commodity="electricity", rate=fee)
        return
    frame = book.raw("uhv_lines").set_index("idno")
    added: dict[tuple[str, str, str], Figure] = {}
    for idno in NEW_2025:
        row = frame.loc[idno]
        a, b = LINE_ENDS.get(idno, (row.orig_prov, row.dest_prov))
        gw = Figure(row["Power rating (GW)"], "GT-China-coal (MIT), UHV overview", "sourced")
        key = (a, b, row.Type)
        added[key] = added[key] + gw if key in added else gw
    for (a, b, kind), gw in added.items():
        link(a, b, gw, kind == "UHVAC", mode="line_2025", note="in operation in 2025 according to the source")
    invest, life = book.assume("new_line_cost"), book.assume("new_line_life")
    equipment(book, "new_line", life, invest * book.assume("new_line_fixed_share"), "grid", "New UHVDC line", "新建特高压直流", unit="TWh/yr")
    book.add("availability", equipment="new_line", amount=use)
    most = book.assume("new_line_pace")
    for start, end, years in ((2030, 2035, 5), (2040, None, 10)):
        book.add(
            "builds",
            region="|".join(NEW_LINES),
            equipment="new_line",
            from_=start,
            until=end,
            max=most * years,
            invest=invest,
            usable=book.assume("usable_in_first_period"),
        )
    later = "|".join(p for p, start in book.periods.items() if start >= 2030)
    for a, ends in NEW_LINES.items():
        for b in ends:
            link(a, b, None, False, mode="new_line_mode", period=later, note="may be built; capacity shared by the lines of one base")
    book.add("freight", mode="line|line_2025", commodity="electricity", rate=fee)
    book.add("freight", mode="new_line_mode", commodity="electricity", rate=Figure(0.0, "definition", "derived"), note="paid as investment")
