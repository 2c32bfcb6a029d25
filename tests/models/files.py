"""A small good instance as a folder of CSV files or as a workbook, to be spoiled in one place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl

TOML = 'schema = 1\ntitle = "shop"\nmoney = "CNY"\nbase_year = 2025\ndiscount_rate = 0.0\n'
GOOD = {
    "regions": "region,groups,en,zh\n北京,north,Beijing,\n河北,north,Hebei,冀\n广东,,Guangdong,粤\n",
    "periods": "period,start,years\nt1,2025,5\nt2,2030,5\n",
    "slices": "slice,season,share\nwet,,0.4\ndry,,0.6\n",
    "commodities": "commodity,unit,balance,surplus\nsteel,t,year,\npower,MWh,slice,no\nco2,t,tally,\n",
    "equipment": "equipment,unit,life,fixed_cost,min_load\nmill,t/yr,20,1,0.1\n",
    "capacity": "region,equipment,built,amount\n河北,mill,2015,9\n",
    "recipes": "route,item,amount\nmake,steel,1\nmake,mill,-1\nmake,power,-2\n",
    "sources": "region,commodity,supplier,period,price,max\n河北,power,grid,,3,\n广东,steel,port,,40,12\n",
    "markets": "region,commodity,market,period,demand\n广东,steel,yards,t1,5\n广东,steel,yards,t2,6\n",
    "links": "origin,destination,mode,km,both\n河北,广东,rail,2000,yes\n",
    "freight": "mode,commodity,rate\nrail,steel,0.01\n",
}


def folder(at: Path, toml: str | bytes = TOML, **changed: str | bytes | None) -> Path:
    """The instance as CSV files; a table given as None is left out, as bytes is written as they are."""
    at = at / "shop"
    at.mkdir()
    for name, text in (GOOD | changed).items():
        if text is not None:
            (at / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    (at / "instance.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    return at


def rows(text: str) -> list[list[object]]:
    """The cells of a CSV text; numbers as numbers, blanks as None."""

    def cell(value: str) -> object:
        try:
            return float(value) if "." in value else int(value)
        except ValueError:
            return value or None

    return [[cell(v) for v in line] for line in csv.reader(io.StringIO(text))]


def workbook(at: Path, spoil: Callable[[openpyxl.Workbook], None] | None = None, without: str = "") -> Path:
    """The instance as one workbook, changed by `spoil` before it is written."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "instance"
    for line in [["key", "value"], ["schema", 1], ["title", "shop"], ["money", "CNY"], ["base_year", 2025], ["discount_rate", 0]]:
        sheet.append(line)
    for name, text in GOOD.items():
        if name != without:
            page = book.create_sheet(name)
            for line in rows(text):
                page.append(line)
    if spoil is not None:
        spoil(book)
    path = at / "shop.xlsx"
    book.save(path)
    return path
