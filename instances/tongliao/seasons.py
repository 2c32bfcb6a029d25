"""The year of the instance: four seasons, three kinds of day, four blocks of six hours; what wind, sun, loads and outside prices do in them."""

from __future__ import annotations

from facts import ASSUMED, USED, Fact, a, add, rows_of
from places import PLACES

SEASONS = {"spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11), "winter": (12, 1, 2)}
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
KINDS = ("windy", "fair", "calm")
BLOCKS = ("night", "morning", "noon", "evening")
YEAR = 8.76  # TWh a year per GW
LENGTH = {season: sum(DAYS[m - 1] for m in months) / 365 for season, months in SEASONS.items()}
SOURCE = "capacity_factor_monthly.csv (NBS, NEA); assumption: weather, wind_blocks, sun_blocks"


def several(name: str) -> list[float]:
    """The numbers of an assumption that is a list."""
    USED.add(name)
    return [float(x) for x in ASSUMED[name].split(";")]


def mean_of_season(technology: str) -> dict[str, float]:
    """Capacity factor of each season; December of the sun is the mean of its neighbours, as two years alone reported it."""
    rows = [r for r in rows_of("capacity_factor_monthly") if r["technology"] == technology]
    month = {int(r["month"]): float(r["cf_mean"]) for r in rows}
    if min(int(r["n_years"]) for r in rows) < 3:
        month[12] = (month[11] + month[1]) / 2
    return {s: sum(month[m] * DAYS[m - 1] for m in ms) / sum(DAYS[m - 1] for m in ms) for s, ms in SEASONS.items()}


def scaled(numbers: list[float], weights: list[float]) -> list[float]:
    """The numbers with mean 1 under the weights."""
    mean = sum(n * w for n, w in zip(numbers, weights, strict=True)) / sum(weights)
    return [n / mean for n in numbers]


KIND = {kind: several(f"weather_{kind}") for kind in KINDS}
SHARE = [KIND[kind][0] for kind in KINDS]
GUST = dict(zip(KINDS, scaled([KIND[k][1] for k in KINDS], SHARE), strict=True))
LIGHT = dict(zip(KINDS, scaled([KIND[k][2] for k in KINDS], SHARE), strict=True))
NORTH, SOUTH = ("|".join(row["region"] for row in PLACES if row["north"] == north) for north in "10")
QUARTERS = [1.0] * 4
WIND, SUN = (dict(zip(BLOCKS, scaled(several(name), QUARTERS), strict=True)) for name in ("wind_blocks", "sun_blocks"))
LOAD, PRICE = (dict(zip(BLOCKS, scaled(several(name), QUARTERS), strict=True)) for name in ("load_blocks", "price_blocks"))
HEAT = dict(zip(SEASONS, scaled(several("heat_seasons"), list(LENGTH.values())), strict=True))


def slices() -> list[tuple[str, str, str, str, float]]:
    """Name, season, kind of day, block and share of each slice."""
    return [(f"{s}-{k}-{b}", s, k, b, LENGTH[s] * KIND[k][0] / 4) for s in SEASONS for k in KINDS for b in BLOCKS]


def weather(mild: bool = False) -> list[dict[str, object]]:
    """Rows of `availability` of wind and PV; `mild` makes all days of a season alike."""
    wind, sun, rows = mean_of_season("wind"), mean_of_season("solar"), []
    late = a("half_year").value
    for name, season, kind, block, _ in slices():
        gust, light = (1.0, 1.0) if mild else (GUST[kind], LIGHT[kind])
        blow, shine = wind[season] * gust * WIND[block], sun[season] * light * SUN[block]
        for region, place in ((SOUTH, 1.0), (NORTH, a("wind_north").value)):
            for equipment, factor in (("wind", a("wind_old").value), ("wind_new", a("wind_uplift").value)):
                amount = min(1.0, blow * place * factor)
                rows.append({"equipment": equipment, "region": region, "slice": name, "amount": f"{amount:.5g}"})
                if equipment == "wind":
                    rows.append({"equipment": equipment, "region": region, "period": "2022", "slice": name, "amount": f"{amount * late:.5g}"})
        rows.append({"equipment": "pv|pv_new", "slice": name, "amount": f"{min(1.0, shine):.5g}"})
        rows.append({"equipment": "pv", "period": "2022", "slice": name, "amount": f"{min(1.0, shine) * late:.5g}"})
    return [row | {"source": SOURCE, "trust": "assumption"} for row in rows]


def calendar() -> None:
    for name, season, kind, _, share in slices():
        add("slices", slice=name, season=f"{season}-{kind}", share=f"{share:.12g}", source="calendar; assumption: weather")


def by_block(price: Fact) -> list[tuple[str, Fact]]:
    """The outside price in each slice."""
    return [(name, price * PRICE[block]) for name, _, _, block, _ in slices()]


def by_heat(demand: Fact) -> list[tuple[str, Fact]]:
    """A yearly demand of heat, spread by season and block."""
    return [(name, demand * (share * HEAT[season] * LOAD[block])) for name, season, _, block, share in slices()]
