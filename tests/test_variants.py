"""China by months: the year keeps what the seasons add up to, and months of a season differ."""

from pathlib import Path

import pytest
from pytest import approx

from benchmarks.variants import SEASONS, monthly
from models import Instance


def test_the_months_of_a_season_add_up_to_it() -> None:
    seasons = Instance.load(Path(__file__).parents[1] / "instances" / "china")
    months = monthly(seasons)
    assert months.tables["slices"]["slice"].tolist() == [f"m{month:02}" for month in range(1, 13)]
    assert months.tables["slices"]["share"].sum() == approx(1)
    season_of = {f"m{month:02}": season for season, members in SEASONS.items() for month in members}
    for table, keys, amount in (
        ("sources", ["region", "supplier", "period"], "max"),
        ("markets", ["region", "market", "period"], "demand"),
        ("policy_values", ["policy", "row", "region", "period"], "value"),
    ):
        before, after = seasons.tables[table], months.tables[table]
        assert len(after[after["slice"] == ""]) == len(before[before["slice"] == ""])
        sliced = after[after["slice"] != ""]
        added = sliced.assign(slice=sliced["slice"].map(season_of)).groupby([*keys, "slice"])[amount].sum()
        given = before[before["slice"] != ""].groupby([*keys, "slice"])[amount].sum()
        assert len(sliced) == 3 * len(before[before["slice"] != ""])
        assert added.to_dict() == approx(given.to_dict(), rel=1e-9)


@pytest.mark.parametrize(
    ("technology", "printed"),
    [
        ("wind", [0.3135, 0.3135, 0.2384, 0.2292, 0.2034, 0.1384, 0.1006, 0.088, 0.1081, 0.17, 0.2956, 0.3715]),
        ("solar", [0.1284, 0.1284, 0.1463, 0.1507, 0.1723, 0.1864, 0.1528, 0.1485, 0.1454, 0.1326, 0.1049, 0.1256]),
    ],
)
def test_the_availability_of_a_month_is_its_capacity_factor(technology: str, printed: list[float]) -> None:
    """Beijing, as in raw/capacity_factor_monthly.csv: the seasons of the instance are the means of these."""
    months = monthly(Instance.load(Path(__file__).parents[1] / "instances" / "china")).tables["availability"]
    rows = months[(months["equipment"] == technology) & (months["region"] == "Beijing")].set_index("slice")["amount"]
    assert [rows[f"m{month:02}"] for month in range(1, 13)] == approx(printed, rel=1e-4)
