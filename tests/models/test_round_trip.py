"""Folder, workbook and DataFrames are one instance: the same checks, the same fingerprint, in English and Chinese."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pytest import approx

from models import InputError, Instance
from models.tables import TABLES
from optimizer import solve
from optimizer.template import write_template
from tests.build import frame, instance
from tests.formulation import rich as text
from tests.formulation.rich import rich
from tests.models.files import GOOD, folder, workbook


def test_a_folder_and_a_workbook_give_the_instance_back(tmp_path: Path) -> None:
    given = rich()
    write_template(tmp_path / "folder", given)
    write_template(tmp_path / "book.xlsx", given)
    for place in ("folder", "book.xlsx"):
        again = Instance.load(tmp_path / place)
        assert again.settings == given.settings
        assert again.fingerprint == given.fingerprint
        for name in TABLES:
            own = [c for c in TABLES[name].names if c in again.tables[name]]
            pd.testing.assert_frame_equal(again.tables[name][own].reset_index(drop=True), given.tables[name][own].reset_index(drop=True))


def test_data_frames_are_the_same(tmp_path: Path) -> None:
    """As text, or as numbers with NaN: the folder's fingerprint."""
    loaded = Instance.load(folder(tmp_path))
    settings = {"schema": 1, "title": "shop", "money": "CNY", "base_year": 2025, "discount_rate": 0.0}
    as_text = {name: frame(cells) for name, cells in GOOD.items()}
    as_numbers = {name: loaded.tables[name] for name in GOOD}
    for frames in (as_text, as_numbers):
        assert Instance.from_frames(frames, **settings).fingerprint == loaded.fingerprint
    assert Instance.load(workbook(tmp_path)).fingerprint == loaded.fingerprint


def test_replace_is_checked_as_a_whole(tmp_path: Path) -> None:
    loaded = Instance.load(folder(tmp_path))
    assert loaded.replace().fingerprint == loaded.fingerprint
    assert loaded.replace(discount_rate=0.1).fingerprint != loaded.fingerprint
    with pytest.raises(InputError, match="discount_rate"):
        loaded.replace(discount_rate=8)
    broken = loaded.tables["markets"].assign(demand=-1.0)
    with pytest.raises(InputError, match="must be >= 0"):
        loaded.replace({"markets": broken})
    assert (loaded.tables["markets"]["demand"] > 0).all()


def test_a_number_is_converted_once(tmp_path: Path) -> None:
    """3 Mt are 3,000 kt; the table as checked says so, and may be put in again, alone or read anew with all others (a name is added): 3,000 kt."""
    given = instance(
        regions="region\nA", periods="period,start,years\nt1,2025,1", commodities="commodity,unit,balance\niron,kt,year",
        recipes="route,item,amount\nsmelt,iron,1\nsmelt,oven,-1", equipment="equipment,unit\noven,kt/yr",
        capacity="region,equipment,amount,unit\nA,oven,3,Mt/yr", markets="region,commodity,demand\nA,iron,2",
    )  # fmt: skip
    own = given.tables["capacity"]
    assert (own["amount"].item(), own["unit"].item()) == (approx(3000), "kt/yr")
    again = given.replace({"capacity": own})
    more = pd.concat([given.tables["regions"], pd.DataFrame({"region": ["B"], "groups": [""]}, index=[3])])
    for other in (again, again.replace({"regions": more})):
        assert other.tables["capacity"]["amount"].item() == approx(3000)
    write_template(tmp_path / "folder", given)
    assert Instance.load(tmp_path / "folder").tables["capacity"]["amount"].item() == approx(3000)


def test_rows_keep_their_numbers_in_the_file(tmp_path: Path) -> None:
    """A problem found after a scenario still names the row of the file."""
    loaded = Instance.load(folder(tmp_path, markets="region,commodity,period,demand\n\n广东,steel,t1,5\n\n广东,steel,t2,6\n"))
    assert loaded.tables["markets"].index.tolist() == [3, 5]
    broken = loaded.tables["markets"].assign(demand=[5.0, -1.0])
    with pytest.raises(InputError, match="markets, row 5, column demand"):
        loaded.replace({"markets": broken})


def test_chinese_headers_tables_and_names(tmp_path: Path) -> None:
    """Every table and column by its Chinese name, regions by theirs: the same plan."""
    zh = tmp_path / "zh"
    zh.mkdir()
    (zh / "instance.toml").write_text('schema = 1\ntitle = "shop"\nmoney = "CNY"\nbase_year = 2025\ndiscount_rate = 0.0\n')
    for name, cells in GOOD.items():
        table = TABLES[name]
        header, *rest = cells.splitlines()
        chinese = ",".join(table[c].zh for c in header.split(","))
        (zh / f"{table.zh}.csv").write_text("\n".join([chinese, *rest]) + "\n", "utf-8")
    (tmp_path / "en").mkdir()
    assert Instance.load(zh).fingerprint == Instance.load(folder(tmp_path / "en")).fingerprint


def test_chinese_names_of_tables_and_columns_are_distinct() -> None:
    assert len({t.zh for t in TABLES.values()}) == len(TABLES)
    for table in TABLES.values():
        names = [c.zh for c in table.columns]
        assert len(set(names)) == len(names) and all(names), table.name


def test_units_of_headers_and_rows() -> None:
    """Prices in 万元 per kt, demand in 万吨 a year, freight per km; a column `unit`, row by row: x at 2 CNY/t, 30,000 t: 60,000 + 3,000 freight for
    100 km at 0.001; a unit costs 2.1 there."""
    plan = solve(
        instance(
            regions="region\nA\nB",
            periods="period,start,years [年]\nt1,2025,1",
            commodities="commodity,unit,balance\nx,t,year",
            sources="region,commodity,price [万元/kt]\nA,x,0.2",
            markets="region,commodity,需求 [万吨/yr]\nB,x,3",
            links="origin,destination,mode,km [公里]\nA,B,rail,100",
            freight="mode,commodity,rate [CNY/t/km]\nrail,x,0.001",
        )
    )
    assert plan.objective == approx(63_000)
    assert plan["balance"].set_index("region")["price"].to_dict() == approx({"A": 2, "B": 2.1})


def test_a_unit_column_row_by_row() -> None:
    """Recipes in their items' own units; factors per unit: 0.5 t, 500 kg and 0.0005 kt of coal are one; 2 tce per t is 58.6152 GJ per t."""
    tables = {
        "regions": "region\nA",
        "periods": "period,start,years\nt1,2025,1",
        "commodities": "commodity,unit,balance\nx,t,year\ncoal,t,year\nenergy,GJ,tally",
        "routes": "route,region\nr1|r2|r3,A",
        "recipes": """route,item,amount,unit
            r1|r2|r3,x,1,
            r1,coal,-0.5,
            r2,coal,-500,kg
            r3,coal,-0.0005,kt""",
        "factors": "item,on,burden,amount,unit\ncoal,use,energy,2,tce/t",
    }
    given = instance(**tables)
    amounts = given.tables["recipes"]
    assert amounts.loc[amounts["item"] == "coal", "amount"].tolist() == approx([-0.5, -0.5, -0.5])
    assert given.tables["factors"]["amount"].tolist() == approx([58.6152])
    with pytest.raises(InputError, match=r"recipes, row 2, column amount: unit MWh cannot be converted"):
        instance(**(tables | {"recipes": "route,item,amount,unit\nr1|r2|r3,x,1,\nr1,coal,-0.5,MWh"}))
    with pytest.raises(InputError, match=r"unit is not understood"):
        instance(**(tables | {"recipes": "route,item,amount,unit\nr1|r2|r3,x,1,\nr1,coal,-0.5,t//"}))


def test_a_cell_of_several_units_is_refused() -> None:
    """One header unit for names with different units of their own: write one row each."""
    with pytest.raises(InputError, match="have different units"):
        instance(
            regions="region\nA",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\nx,t,year\ny,GJ,year",
            sources="region,commodity,price [CNY/t]\nA,x|y,0.2",
        )


def test_names_must_not_clash() -> None:
    """What may meet in one cell is one namespace; a route may be called like its product."""
    tables = {"regions": "region\nA", "periods": "period,start,years\nt1,2025,1"}
    for more in (
        {"commodities": "commodity,unit,balance\nx,t,year", "equipment": "equipment,unit\nx,t/yr"},
        {"commodities": "commodity,unit,balance,tags\nx,t,year,y\ny,t,year,"},
        {"commodities": "commodity,unit,balance\nx,t,year", "links": "origin,destination,mode\nA,A,x"},
        {"commodities": "commodity,unit,balance\nx,t,year", "regions": "region,groups\nA,B\nB,"},
        {"commodities": "commodity,unit,balance\nx,t,year", "slices": "slice,season,share\na,b,0.5\nb,,0.5"},
    ):
        with pytest.raises(InputError, match="already used by"):
            instance(**(tables | more))
    instance(
        commodities="commodity,unit,balance\nx,t,year\nore,t,year", routes="route,region\nx,A", recipes="route,item,amount\nx,x,1\nx,ore,-1", **tables
    )


def test_the_template_of_nothing_has_every_table_and_column(tmp_path: Path) -> None:
    write_template(tmp_path / "empty.xlsx", None)
    write_template(tmp_path / "empty", None)
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    for name, table in TABLES.items():
        header = [str(c.value).split(" [")[0] for c in book[name][1]]
        assert set(table.names) <= set(header), name
        assert set(table.names) <= {h.split(" [")[0] for h in (tmp_path / "empty" / f"{name}.csv").read_text("utf-8-sig").splitlines()[0].split(",")}


def test_sources_and_notes_are_kept() -> None:
    given = instance(
        regions="region,source,note,x_mine\nA,yearbook,a remark,1",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
    )
    assert given.tables["regions"]["source"].tolist() == ["yearbook"] and given.tables["regions"]["note"].tolist() == ["a remark"]
    assert "x_mine" not in given.tables["regions"]
    assert text.TABLES.keys() == TABLES.keys()
