"""Index sets in codes: positions of members and of what is no member, for listed sets of every width and for products."""

import itertools

import numpy as np
import pandas as pd
import pytest

from models.algebra import coding
from models.algebra.coding import Labels, Listed, Product, position_of


def listed(labels: Labels, members: list[tuple]) -> Listed:
    columns = [labels.encode([member[number] for member in members], "test") for number in range(len(members[0]))]
    return Listed(columns, labels, [None] * len(columns))


@pytest.mark.parametrize("table_size", [0, 1_000_000])
@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_positions(monkeypatch: pytest.MonkeyPatch, table_size: int, width: int) -> None:
    monkeypatch.setattr(coding, "TABLE_SIZE", table_size)
    every = list(itertools.product(range(4), repeat=width))
    chosen = [every[number] for number in np.random.default_rng(width).permutation(len(every))[: max(2, len(every) // 10)]]
    labels = Labels()
    members = listed(labels, chosen)
    for member in every:
        expected = chosen.index(member) if member in chosen else -1
        assert position_of(members, labels, member) == expected


def test_very_wide_sets_do_not_overflow() -> None:
    labels = Labels()
    many = [tuple(number * 1000 + column for column in range(12)) for number in range(2000)]
    members = listed(labels, many)
    columns = [members.column(number) for number in range(12)]
    assert (members.position(columns) == np.arange(2000)).all()
    columns[11] = np.roll(columns[11], 1)
    assert (members.position(columns) == -1).all()


def test_products_are_in_the_order_of_itertools() -> None:
    labels = Labels()
    pairs, singles = [("a", 1), ("b", 2), ("a", 2)], [("x",), ("y",)]
    product = Product([listed(labels, pairs), Product([]), listed(labels, singles)])
    members = list(zip(*(labels.decode(product.column(number)) for number in range(3)), strict=True))
    assert members == [(*pair, *single) for pair in pairs for single in singles]
    assert [position_of(product, labels, member) for member in members] == list(range(6))
    assert position_of(product, labels, ("b", 1, "x")) == -1 and position_of(product, labels, ("a", 1, "z")) == -1
    assert position_of(Product([]), labels, ()) == 0


def test_labels_met_later_are_no_members() -> None:
    labels = Labels()
    members = listed(labels, [("a", 1), ("b", 2)])
    assert position_of(members, labels, ("a", 1)) == 0
    labels.encode(pd.Series(["c", "d", "e"]), "test")
    assert position_of(members, labels, ("c", 1)) == -1 and position_of(members, labels, ("e", "d")) == -1
