"""Bad inputs by their number in the catalogue: refused with file, row, column and value, or mended with a warning. Never a silent guess."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from pytest import approx

from models import InputError, Instance
from models.formulation import build
from optimizer import solve
from tests.models.files import GOOD, TOML, folder, workbook

Spoil = Callable[[openpyxl.Workbook], None]


def put(sheet: str, cell: str, value: object, number_format: str = "") -> Spoil:
    """Writes one cell of a workbook."""

    def spoil(book: openpyxl.Workbook) -> None:
        book[sheet][cell] = value
        if number_format:
            book[sheet][cell].number_format = number_format

    return spoil


def read(path: Path) -> Instance:
    """Reads and states the model: what `qipan check` does."""
    instance = Instance.load(path)
    build(instance)
    return instance


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    return caught.value.text("en")


def test_the_good_instance_is_good(tmp_path: Path) -> None:
    """Steel of 河北: 2 power at 3, rail 20: 26 a unit against 40; 9 stand at 1 a year: (11 × 26 + 18) × 5 = 1520; steel costs 26 in 广东."""
    both = [Instance.load(folder(tmp_path)), Instance.load(workbook(tmp_path))]
    assert both[0].fingerprint == both[1].fingerprint
    assert not both[0].warnings and not both[1].warnings
    plan = solve(both[0])
    assert plan.objective <= 1520 + 1e-6


MARKETS = GOOD["markets"]
CSV: list[tuple[str, dict[str, str | bytes | None], list[str]]] = [
    ("B16", {"markets": "region,commodity,demand,demand\n广东,steel,5,6\n"}, ["markets.csv", "column demand", "twice"]),
    ("B17", {"markets": "region,,commodity,demand\n广东,7,steel,5\n"}, ["markets.csv", "data but no name"]),
    ("B19", {"equipment": "equipment,unit,life,min_lood\nmill,t/yr,20,0.1\n"}, ["equipment.csv", "column min_lood", "did you mean min_load"]),
    ("B20", {"commodities": "commodity,balance\nsteel,year\n"}, ["commodities.csv", "column unit", "required column is missing"]),
    ("B15", {"markets": "region,commodity,period,demand\n,,,万吨\n广东,steel,t1,5\n"}, ["row 2", "column demand", "value '万吨'", "not a number"]),
    ("B24", {"markets": 'region,commodity,demand\n广东,steel,"1,5"\n'}, ["markets.csv", "row 2", "column demand", "value '1,5'", "ambiguous"]),
    ("B25", {"equipment": "equipment,unit,life,min_load\nmill,t/yr,20,12\n"}, ["row 2", "column min_load", "value '12'", ">= 0 and <= 1"]),
    ("B26", {"slices": "slice,share\nwet,0.3\ndry,0.6\n"}, ["slices.csv", "column share", "sum to 0.9"]),
    ("B27", {"markets": "region,commodity,demand\n广东,steel,5万吨\n"}, ["row 2", "column demand", "value '5万吨'", "not a number"]),
    ("B30", {"markets": "region,commodity,demand\n广东,steel,—\n"}, ["row 2", "column demand", "value '—'", "write 0 for zero"]),
    ("B30 slash", {"markets": "region,commodity,demand\n广东,steel,/\n"}, ["row 2", "column demand", "write 0 for zero"]),
    ("B30 none", {"markets": "region,commodity,demand\n广东,steel,无\n"}, ["row 2", "column demand", "write 0 for zero"]),
    ("B31", {"sources": "region,commodity,price\n河北,power,\n广东,steel,40\n"}, ["sources.csv", "row 2", "column price", "may not be empty"]),
    ("B32 inf", {"sources": "region,commodity,price\n河北,power,inf\n"}, ["row 2", "column price", "value 'inf'", "not a finite number"]),
    ("B32 nan", {"sources": "region,commodity,price\n河北,power,NaN\n"}, ["row 2", "column price", "value 'NaN'", "not a finite number"]),
    ("B32 1e400", {"sources": "region,commodity,price\n河北,power,1e400\n"}, ["row 2", "column price", "value '1e400'", "not a finite number"]),
    ("B39", {"capacity": "region,equipment,amount\n河北,mill,TRUE\n"}, ["capacity.csv", "row 2", "column amount", "TRUE"]),
    ("B40", {"recipes": "route,item,amount\nmake,steel,2026-01-02\n"}, ["recipes.csv", "row 2", "column amount", "a date"]),
    ("B43", {"markets": "region,commodity,period,demand\n广东,steel,2027,5\n"}, ["markets.csv", "row 2", "column period", "value '2027'"]),
    ("B44", {"markets": "region,commodity,demand\n广东,steel,-5\n"}, ["markets.csv", "row 2", "column demand", "value '-5'", ">= 0"]),
    ("B44 minus", {"markets": "region,commodity,demand\n广东,steel,−5\n"}, ["row 2", "column demand", ">= 0"]),
    ("B44 bracket", {"markets": "region,commodity,demand\n广东,steel,(5)\n"}, ["row 2", "column demand", "value '(5)'", "not a number"]),
    ("B48", {"markets": "region,commodity,demand\n广东,steel,#DIV/0!\n"}, ["row 2", "column demand", "value '#DIV/0!'", "holds an error"]),
    ("B48 name", {"markets": "region,commodity,demand\n#N/A,steel,5\n"}, ["row 2", "column region", "value '#N/A'", "holds an error"]),
    ("B50", {"markets": "region,commodity,period,demand\n广东,steel,t1,5\n广东,steel,t1,6\n"}, ["markets", "rows 2 and 3", "same key"]),
    ("B51", {"sources": GOOD["sources"] + "河北,power,grid,,3,\n"}, ["sources", "rows 2 and 4", "same key"]),
    ("B52", {"markets": "region,commodity,demand\n广冬,steel,5\n"}, ["markets.csv", "row 2", "column region", "value '广冬'", "did you mean 广东"]),
    ("B55", {"markets": "region,commodity,demand\n廣东,steel,5\n"}, ["row 2", "column region", "value '廣东'", "did you mean 广东"]),
    ("B56", {"regions": "region\nА1l\n"}, ["regions.csv", "row 2", "column region", "two scripts"]),
    ("B58", {"regions": "region,en\n北京,Beijing\n,Nowhere\n"}, ["regions.csv", "row 3", "column region", "may not be empty"]),
    ("B60", {"regions": GOOD["regions"] + "合计,,,\n"}, ["regions.csv", "row 5", "column region", "value '合计'", "looks like a total"]),
    ("B60 markets", {"markets": MARKETS + "全国,steel,yards,t1,11\n"}, ["markets.csv", "row 4", "column region", "value '全国'", "total"]),
    ("B62", {"markets": "region,commodity,demand\n广东,steel,1,9\n"}, ["markets.csv", "row 2", "4 cells in this row, 3 columns"]),
    ("B63", {"markets": "region,commodity,demand\n广东\n"}, ["markets.csv", "row 2", "1 cells in this row, 3 columns"]),
    ("B64 utf-16", {"markets": MARKETS.encode("utf-16")}, ["markets.csv"]),
    ("B66", {"markets": MARKETS.replace(",", ";")}, ["markets.csv", "separator ';' found, ',' wanted"]),
    ("B66 tab", {"markets": MARKETS.replace(",", "\t")}, ["markets.csv", "separator 'TAB' found"]),
    ("B67", {"markets": 'region,commodity,demand\n"广东,steel,5\n'}, ["markets.csv", "row 2", "never closes"]),
    ("B68", {"markets": "region,commodity,demand\n广\x00东,steel,5\n"}, ["markets.csv", "row 2", "U+0000"]),
    ("B79", {"links": "origin,destination,mode,km\n河北,广东,rail,2000\n河北,广东,rail,2100\n"}, ["links", "rows 2 and 3", "same key"]),
    ("B80", {"links": "origin,destination,mode,km\n河北,河北,rail,2\n"}, ["links.csv", "row 2", "column destination", "is the origin"]),
    ("B80 negative", {"links": "origin,destination,mode,km\n河北,广东,rail,-2\n"}, ["links.csv", "row 2", "column km", "value '-2'", ">= 0"]),
    ("B82", {"equipment": "equipment,unit,life,min_load\nmill,t/yr,20,1.1\n"}, ["equipment.csv", "row 2", "column min_load", "value '1.1'"]),
    ("B86", {"equipment": "equipment,unit,life\nmill,t/yr,0\n"}, ["equipment.csv", "row 2", "column life", "value '0'", "> 0"]),
    ("B86 late", {"capacity": "region,equipment,built,amount\n河北,mill,2090,9\n"}, ["capacity.csv", "row 2", "column built", "later than"]),
    ("B98", {"regions": "region\n北\x1b]0;京\n"}, ["regions.csv", "row 2", "U+001B"]),
    ("B98 line", {"regions": 'region\n"北\n京"\n'}, ["regions.csv", "row 2", "column region", "U+000A"]),
    ("B99", {"regions": "region\n北\u202e京\n"}, ["regions.csv", "row 2", "column region", "U+202E"]),
    ("B99 long", {"regions": f"region\n{'京' * 10_000}\n"}, ["regions.csv", "row 2", "column region", "> 64 characters"]),
    ("B94 bar", {"regions": "region\n*\n"}, ["regions.csv", "row 2", "column region", "a meaning of their own"]),
    ("no table of this name", {"market": MARKETS}, ["market.csv", "did you mean markets"]),
    ("missing table", {"regions": None}, ["regions", "this table is required"]),
    ("empty table", {"regions": ""}, ["regions", "no rows"]),
    ("header alone", {"regions": "region\n"}, ["regions", "no rows"]),
]


@pytest.mark.parametrize(("changed", "said"), [case[1:] for case in CSV], ids=[case[0] for case in CSV])
def test_csv_refused(tmp_path: Path, changed: dict[str, str | bytes | None], said: list[str]) -> None:
    text = refused(folder(tmp_path, **changed))
    assert all(words in text for words in said), text


MENDED: list[tuple[str, dict[str, str | bytes | None], str, tuple[str, str, object]]] = [
    (
        "B14",
        {"markets": "2030年需求表,,,\n,,,\nregion,commodity,period,demand\n广东,steel,t1,5\n"},
        "header found in row 3",
        ("markets", "demand", [5]),
    ),
    ("B22", {"markets": "region,commodity,demand\n广东,steel,１２．５\n"}, "read as 12.5", ("markets", "demand", [12.5])),
    ("B23", {"markets": 'region,commodity,demand\n广东,steel,"1,234"\n'}, "read as 1234", ("markets", "demand", [1234])),
    ("B23 space", {"markets": "region,commodity,demand\n广东,steel,1\u00a0234\n"}, "read as 1234", ("markets", "demand", [1234])),
    ("B42", {"periods": "period,start,years\nt1,2025年,5\nt2,2030,5\n"}, "read as 2025", ("periods", "start", [2025, 2030])),
    ("B53 zh", {"markets": "region,commodity,demand\n粤,steel,5\n"}, "read as 广东", ("markets", "region", ["广东"])),
    ("B53 en", {"markets": "region,commodity,demand\nGuangdong,steel,5\n"}, "read as 广东", ("markets", "region", ["广东"])),
    ("B54 hidden", {"markets": "region,commodity,demand\n广\u200b东,steel,5\n"}, "read as 广东", ("markets", "region", ["广东"])),
    ("B54 wide", {"markets": "region,commodity,demand\n广东,ｓｔｅｅｌ,5\n"}, "read as steel", ("markets", "commodity", ["steel"])),
    ("B61", {"markets": "region,commodity,demand\n广东,steel,5\n注：数据来源,,\n"}, "footnote", ("markets", "demand", [5])),
    ("B64", {"markets": "region,commodity,demand\n广东,steel,5\n".encode("gb18030")}, "read as GB18030", ("markets", "region", ["广东"])),
]


@pytest.mark.parametrize(("changed", "warning", "found"), [case[1:] for case in MENDED], ids=[case[0] for case in MENDED])
def test_csv_mended_with_a_warning(
    tmp_path: Path, changed: dict[str, str | bytes | None], warning: str, found: tuple[str, str, list[object]]
) -> None:
    instance = read(folder(tmp_path, **changed))
    said = [w.text("en") for w in instance.warnings]
    assert any(warning in text for text in said) and all("csv" in text or "region" in text for text in said), said
    table, column, values = found
    assert instance.tables[table][column].tolist() == values


ACCEPTED: list[tuple[str, dict[str, str | bytes | None], tuple[str, str, list[object]]]] = [
    (
        "B18",
        {"markets": "region , commodity,demand\n[t],x_mine\n广东,steel,5,7\n".replace("demand\n[t]", '"demand\n[t/yr]"')},
        ("markets", "demand", [5]),
    ),
    ("B21", {"markets": "地区,commodity,需求,x_note\n广东,steel,5,hello\n"}, ("markets", "demand", [5])),
    ("B25", {"equipment": "equipment,unit,life,min_load\nmill,t/yr,20,12%\n"}, ("equipment", "min_load", [0.12])),
    ("B29", {"capacity": "region,equipment,amount,unit\n河北,mill,9,t/yr\n北京,mill,3,kt/yr\n"}, ("capacity", "amount", [9, 3000])),
    ("B45", {"markets": "region,commodity,demand\n广东,steel,-0.0\n"}, ("markets", "demand", [0])),
    ("B54", {"markets": "region,commodity,demand\n广东 \u3000,steel ,5\n"}, ("markets", "region", ["广东"])),
    (
        "B57",
        {"regions": "region\n北京\n河北\n广东\nNA\nnull\nNone\nnan\n"},
        ("regions", "region", ["北京", "河北", "广东", "NA", "null", "None", "nan"]),
    ),
    ("B59", {"regions": "region\n北京\n河北\n广东\n001\n110000\n"}, ("regions", "region", ["北京", "河北", "广东", "001", "110000"])),
    ("B65", {"markets": b"\xef\xbb\xbf" + "region,commodity,demand\n广东,steel,5\n".encode()}, ("markets", "demand", [5])),
    ("B69", {"markets": "region,commodity,demand\r广东,steel,5\r"}, ("markets", "demand", [5])),
    ("B69 crlf", {"markets": "region,commodity,demand\r\n广东,steel,5\r\n\r\n"}, ("markets", "demand", [5])),
    ("B100", {"regions": "region\n北京\n河北\n广东\na b\na_b\n"}, ("regions", "region", ["北京", "河北", "广东", "a b", "a_b"])),
]


@pytest.mark.parametrize(("changed", "found"), [case[1:] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_csv_accepted(tmp_path: Path, changed: dict[str, str | bytes | None], found: tuple[str, str, list[object]]) -> None:
    instance = read(folder(tmp_path, **changed))
    assert not instance.warnings
    table, column, values = found
    assert instance.tables[table][column].tolist() == values


def test_b45_minus_zero_is_zero(tmp_path: Path) -> None:
    instance = read(folder(tmp_path, markets="region,commodity,demand\n广东,steel,-0.0\n"))
    assert str(instance.tables["markets"]["demand"].iloc[0]) == "0.0"


def test_b13_lock_files_are_not_read(tmp_path: Path) -> None:
    path = folder(tmp_path)
    for name in ("~$markets.xlsx", "~$markets.csv", ".DS_Store", "Thumbs.db", "desktop.ini", ".hidden.csv", "x_mine.csv"):
        (path / name).write_bytes(b"\x00\x01")
    assert not read(path).warnings


def test_b70_a_table_given_twice(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "markets.xlsx").write_bytes(b"")
    assert "twice: markets.csv, markets.xlsx" in refused(path)
    (path / "markets.xlsx").unlink()
    (path / "市场.csv").write_text(GOOD["markets"])
    text = refused(path)
    assert "twice" in text and "markets.csv" in text and "市场.csv" in text


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    """One list: of four tables, a setting and a file."""
    path = folder(
        tmp_path,
        toml=TOML.replace("0.0", "8"),
        markets="region,commodity,demand\n广冬,steel,x\n",
        sources="region,commodity,price\n河北,power,\n",
        equipment="equipment,unit,life\nmill,t/yr,-1\n",
        links=None,
        demand="region\n",
    )
    text = refused(path)
    for words in ("value '广冬'", "value 'x'", "column price", "column life", "discount_rate", "demand.csv"):
        assert words in text, text


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (TOML.replace("0.0", "8"), ["instance.toml", "discount_rate", "value '8'", "<= 0.3"]),  # B85
        (TOML.replace("0.0", "-0.1"), ["discount_rate", ">= 0"]),
        (TOML + "base_year = 2030\n", ["instance.toml", "not readable as TOML"]),  # B88: a key twice
        (TOML.replace("2025", "yes"), ["instance.toml", "not readable as TOML"]),
        (TOML.replace("2025", "true"), ["base_year", "must be a number"]),
        (TOML.replace("2025", "nan"), ["base_year", "must be a number"]),
        (TOML.replace("2025", '"2025"'), ["base_year", "must be a number"]),
        (TOML + "discont_rate = 0.1\n", ["discont_rate", "did you mean discount_rate"]),  # B91
        (TOML + 'clean_commodity = "heat"\n', ["clean_commodity", "value 'heat'", "no commodity of this name"]),
        (TOML + 'clean_matching = "hourly"\n', ["clean_matching", "must be one of nation-year"]),
        ("title = 'x'\n", ["money", "base_year", "required column is missing"]),
        (b"\xff\xfe\x00", ["instance.toml", "not readable as TOML"]),
    ],
)
def test_settings_refused(tmp_path: Path, toml: str | bytes, said: list[str]) -> None:
    text = refused(folder(tmp_path, toml=toml))
    assert all(words in text for words in said), text


def test_no_instance_at_all(tmp_path: Path) -> None:
    assert "no such folder or workbook" in refused(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    assert "instance.toml is missing" in refused(tmp_path / "empty")


BOOK: list[tuple[str, Spoil, list[str]]] = [
    ("B39", put("capacity", "D2", True), ["shop.xlsx!capacity", "row 2", "column amount", "TRUE"]),
    ("B40", put("recipes", "C2", datetime.datetime(2026, 1, 2)), ["shop.xlsx!recipes", "row 2", "column amount", "a date"]),
    ("B41", put("markets", "E2", 45000, "yyyy-mm-dd"), ["shop.xlsx!markets", "row 2", "column demand", "a date"]),
    ("B40 name", put("markets", "A2", datetime.datetime(2026, 1, 2)), ["shop.xlsx!markets", "row 2", "column region", "a date"]),
    ("B46", put("regions", "A2", 9007199254740993), ["shop.xlsx!regions", "row 2", "column region", "set the cell to Text"]),
    ("B47", put("markets", "E2", "=1+2"), ["shop.xlsx!markets", "row 2", "column demand", "formula"]),
    ("B48", put("markets", "E2", "#DIV/0!"), ["shop.xlsx!markets", "row 2", "column demand", "holds an error"]),
    ("B41 header", put("markets", "E1", datetime.datetime(2026, 1, 2)), ["shop.xlsx!markets", "column 2026-01-02", "unknown column"]),
    ("B48 header", put("markets", "E1", "#REF!"), ["shop.xlsx!markets", "column #REF!", "unknown column"]),
    ("B48 setting", put("instance", "B5", "#REF!"), ["base_year", "value '#REF!'", "must be a number"]),
    ("B40 setting", put("instance", "A5", datetime.datetime(2026, 1, 2)), ["column 2026-01-02", "base_year"]),
    ("B40 title", put("instance", "B5", datetime.datetime(2026, 1, 2)), ["base_year", "must be a number"]),
    ("B48 name", put("markets", "A2", "#N/A"), ["shop.xlsx!markets", "row 2", "column region", "holds an error"]),
    ("B17", put("markets", "F2", 7), ["shop.xlsx!markets", "row 2", "no name"]),
    ("B31", put("sources", "E2", None), ["shop.xlsx!sources", "row 2", "column price", "may not be empty"]),
    ("B52", put("markets", "A3", "广冬"), ["shop.xlsx!markets", "row 3", "column region", "did you mean 广东"]),
    ("B01 typo", lambda book: setattr(book["markets"], "title", "market"), ["shop.xlsx!market", "did you mean markets"]),
]


@pytest.mark.parametrize(("spoil", "said"), [case[1:] for case in BOOK], ids=[case[0] for case in BOOK])
def test_workbook_refused(tmp_path: Path, spoil: Spoil, said: list[str]) -> None:
    text = refused(workbook(tmp_path, spoil))
    assert all(words in text for words in said), text


def test_b01_a_missing_sheet(tmp_path: Path) -> None:
    assert "regions: this table is required" in refused(workbook(tmp_path, without="regions"))


def warned(path: Path, words: str) -> Instance:
    instance = read(path)
    said = [w.text("en") for w in instance.warnings]
    assert any(words in text for text in said), said
    return instance


def test_b02_a_sheets_name_is_mended(tmp_path: Path) -> None:
    mended = warned(workbook(tmp_path, lambda book: setattr(book["markets"], "title", "Markets ")), "read as 'markets'")
    assert mended.tables["markets"]["demand"].tolist() == [5, 6]


def test_b03_hidden_rows_and_sheets_are_used_and_said(tmp_path: Path) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["markets"].row_dimensions[3].hidden = True
        book["freight"].sheet_state = "hidden"

    instance = warned(workbook(tmp_path, hide), "hidden")
    said = " / ".join(w.text("en") for w in instance.warnings)
    assert "shop.xlsx!markets, row 3" in said and "shop.xlsx!freight" in said
    assert len(instance.tables["markets"]) == 2


def test_b06_links_to_another_workbook_are_said(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    linked = warned(path, "another workbook")
    assert linked.tables["markets"]["demand"].tolist() == [5, 6], "the values that were kept are read"


def test_b10_a_stray_blank_cell_far_away(tmp_path: Path) -> None:
    instance = read(workbook(tmp_path, put("markets", "BH20000", " ")))
    assert len(instance.tables["markets"]) == 2


def test_b38_numbers_as_text_are_read_and_said(tmp_path: Path) -> None:
    instance = warned(workbook(tmp_path, put("markets", "E2", "5")), "shop.xlsx!markets, row 2, column demand, value '5': read as 5")
    assert instance.tables["markets"]["demand"].tolist() == [5, 6]


def test_b49_merged_cells_are_filled_and_said(tmp_path: Path) -> None:
    def merge(book: openpyxl.Workbook) -> None:
        book["markets"].merge_cells("A2:A3")

    instance = warned(workbook(tmp_path, merge), "A2:A3")
    assert instance.tables["markets"]["region"].tolist() == ["广东", "广东"]


def test_b49_a_blank_below_is_not_filled(tmp_path: Path) -> None:
    """Without a merge a blank is a blank (all regions), never the cell above."""
    instance = Instance.load(workbook(tmp_path, put("markets", "A3", None)))
    assert instance.tables["markets"]["region"].tolist() == ["广东", ""]


def test_b59_codes_as_numbers(tmp_path: Path) -> None:
    instance = read(workbook(tmp_path, lambda book: book["regions"].append([110000.0, None, None, None])))
    assert instance.tables["regions"]["region"].tolist()[-1] == "110000"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html><table></table></html>", "no xlsx file (HTML or CSV text?)"),  # B04
        (b"region,demand\nA,5\n", "no xlsx file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "encrypted; remove the password"),  # B05
        (b"", "no xlsx file"),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "shop.xlsx"
    path.write_bytes(data)
    assert said in refused(path)


def test_b07_half_a_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    assert "incomplete" in refused(path)


def test_b08_a_zip_bomb(tmp_path: Path) -> None:
    """A workbook that would unpack to half a gigabyte is refused from its directory, before anything is unpacked."""
    path = workbook(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book, book.open("xl/worksheets/sheet99.xml", "w") as entry:
        for _ in range(500):
            entry.write(b" " * 2**20)
    assert path.stat().st_size < 2**20
    assert "would unpack to" in refused(path)


def test_b09_a_dtd(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/evil.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert "DTD" in refused(path)


def test_an_equipment_given_twice_with_capacity_of_some_age(tmp_path: Path) -> None:
    """Found by fuzzing: what is wrong is said, and not stumbled over when doubts are looked for."""
    twice = GOOD["equipment"] + "mill,t/yr,30,1,0.1\n"
    assert "'mill' stands in row 2 already" in refused(folder(tmp_path, equipment=twice))


def test_a_workbook_in_an_encoding_that_nobody_knows(tmp_path: Path) -> None:
    """Found by fuzzing: one letter of the XML declaration changed."""
    path, spoiled = workbook(tmp_path), tmp_path / "spoiled.xlsx"
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(spoiled, "w") as other:
        for entry in book.namelist():
            data = book.read(entry)
            if entry == "xl/workbook.xml":
                data = b'<?xml version="1.0" encoding="UTF-b"?>' + data.split(b"?>", 1)[-1].lstrip()
            other.writestr(entry, data)
    assert "spoiled.xlsx" in refused(spoiled)


def test_b94_names_never_become_paths(tmp_path: Path) -> None:
    """A region called like a path is a region: what is saved stays in its folder."""
    regions = GOOD["regions"].replace("广东", "../../etc/x")
    tables = {name: GOOD[name].replace("广东", "../../etc/x") for name in ("sources", "markets", "links")}
    plan = solve(read(folder(tmp_path, regions=regions, **tables)))
    place = plan.save(tmp_path / "plans" / "one")
    assert plan["balance"]["region"].eq("../../etc/x").any()
    assert {f.parent for f in tmp_path.rglob("*.csv")} == {tmp_path / "shop", place}


def test_units_in_headers_and_in_a_column_agree(tmp_path: Path) -> None:
    """12 kt in the header, in a cell and 12000 t are one amount; another dimension is refused."""
    plain = read(folder(tmp_path, markets="region,commodity,demand\n广东,steel,12000\n"))
    (tmp_path / "2").mkdir()
    header = read(
        folder(
            tmp_path / "2",
            markets="region,commodity,demand [kt/yr]\n广东,steel,12\n",
            sources="region,commodity,price [万元/MWh]\n河北,power,0.0003\n",
        )
    )
    assert header.tables["markets"]["demand"].tolist() == plain.tables["markets"]["demand"].tolist() == [12000]
    assert header.tables["sources"]["price"].tolist() == approx([3])
    (tmp_path / "3").mkdir()
    text = refused(folder(tmp_path / "3", markets="region,commodity,demand [GWh/yr]\n广东,steel,12\n"))
    assert "markets.csv" in text and "row 2" in text and "column demand" in text and "cannot be converted" in text
    (tmp_path / "4").mkdir()
    text = refused(folder(tmp_path / "4", capacity="region,equipment,amount,unit\n河北,mill,9,MW\n"))
    assert "capacity.csv" in text and "row 2" in text and "unit MW cannot be converted" in text
