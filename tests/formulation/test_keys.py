"""Blank = all; the most specific row wins as a whole row; rows that fit a key and are not nested are an error naming both."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import InputError
from models.algebra import Frame
from models.formulation import build, sets
from models.formulation.board import Board
from models.formulation.keys import explicit, lookup, windowed
from models.problems import Problem
from tests.build import instance

KEYS = {"r": "region", "q": "equipment", "t": "period"}
TABLES = {
    "regions": "region,groups\nA,north|all\nB,north|all\nC,all",
    "equipment": "equipment,unit,tags,life\nq1,t/yr,mills,9\nq2,t/yr,mills,9\nq3,t/yr,,9",
    "commodities": "commodity,unit,balance\nx,t,year",
    "periods": "period,start,years\nt1,2025,5\nt2,2030,5",
}


def opened_board(**tables: str) -> Board:
    return Board(instance(**(TABLES | tables)))


def rows_of(board: Board, rows: list[tuple[str, ...]], labels: list[str]) -> Frame:
    """Rows of key cells, labels, and an amount that is the number of the row; row numbers begin at 2."""
    columns = {name: board.codes(row[i] for row in rows) for i, name in enumerate([*KEYS.values(), *labels])}
    return board.frame(**columns, amount=np.arange(len(rows), dtype=float), _row=np.arange(len(rows)) + 2.0)


def opened(rows: list[tuple[str, ...]], labels: list[str]) -> tuple[pd.DataFrame, list[Problem]]:
    board = opened_board()
    found = explicit(board, "availability", rows_of(board, rows, labels), labels, **KEYS)
    return found.to_pandas().rename(columns=KEYS), board.problems


def by_hand(rows: list[tuple[str, ...]]) -> tuple[dict[tuple[str, ...], float], set[frozenset[int]]]:
    """What the words of the schema say, one key at a time: the winner of each key, and the pairs of rows that are not nested."""
    members = {
        "region": {"A": "A", "B": "B", "C": "C", "north": "AB", "all": "ABC", "": "ABC"},
        "equipment": {"q1": ["q1"], "q2": ["q2"], "q3": ["q3"], "mills": ["q1", "q2"], "": ["q1", "q2", "q3"]},
        "period": {"t1": ["t1"], "t2": ["t2"], "": ["t1", "t2"]},
    }
    sets = [
        [{m for part in (cell.split("|") if cell else [""]) for m in members[key][part]} for key, cell in zip(KEYS.values(), row[:3], strict=True)]
        for row in rows
    ]
    winners, pairs = {}, set()
    for key in itertools.product("ABC", ("q1", "q2", "q3"), ("t1", "t2")):
        for label in {row[3:] for row in rows}:
            fits = [i for i, row in enumerate(rows) if row[3:] == label and all(k in s for k, s in zip(key, sets[i], strict=True))]
            for i, j in itertools.combinations(fits, 2):
                inside = all(a <= b for a, b in zip(sets[i], sets[j], strict=True))
                around = all(b <= a for a, b in zip(sets[i], sets[j], strict=True))
                if inside == around:  # neither, or the same key
                    pairs.add(frozenset((i, j)))
            best = [i for i in fits if all(all(a <= b for a, b in zip(sets[i], sets[j], strict=True)) for j in fits)]
            if len(best) == 1:
                winners[*key, *label] = float(best[0])
    return winners, pairs


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "A", "B", "C", "north", "all", "A|C"]),
        st.sampled_from(["", "q1", "q3", "mills", "q1|q3"]),
        st.sampled_from(["", "t1", "t2", "t1|t2"]),
        st.sampled_from(["", "near"]),
    ),
    min_size=1,
    max_size=5,
)


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_the_same_as_one_key_at_a_time(rows: list[tuple[str, ...]]) -> None:
    """Without a problem every key has the winner found by hand; with pairs that are not nested there is a problem, and each names such a pair."""
    found, problems = opened(rows, ["supplier"])
    winners, pairs = by_hand(rows)
    if not pairs:
        assert not problems
        got = {(*key, label): amount for *key, label, amount in found[[*KEYS.values(), "supplier", "amount"]].itertuples(index=False)}
        assert {tuple(k): v for k, v in got.items()} == winners
    else:
        named = {frozenset((int(p.said["row"]) - 2, int(p.said["other"]) - 2)) for p in problems}
        assert named and named <= pairs


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_asking_is_the_same_as_opening(rows: list[tuple[str, ...]]) -> None:
    """`lookup` of all keys finds the rows that `explicit` lists."""
    plain = [row[:3] for row in rows]
    winners, pairs = by_hand(plain)
    board = opened_board()
    keys = list(itertools.product("ABC", ("q1", "q2", "q3"), ("t1", "t2")))
    over = board.frame(**{letter: [key[i] for key in keys] for i, letter in enumerate(KEYS)})
    found = lookup(board, "availability", over, rows_of(board, plain, []), **KEYS)
    assert bool(board.problems) == bool(pairs)
    if not pairs:
        assert {key: float(row) for key, row in zip(keys, found.tolist(), strict=True) if row >= 0} == winners


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [("", "", "", ""), ("north", "", "", ""), ("A", "mills", "", ""), ("A", "q1", "t2", "")]
    expected = opened(rows, ["supplier"])[0]
    for order in itertools.permutations(range(4)):
        found, problems = opened([rows[i] for i in order], ["supplier"])
        assert not problems
        winner = dict(
            zip(
                zip(found["region"], found["equipment"], found["period"], strict=True), found["amount"].map(lambda a, o=order: o[int(a)]), strict=True
            )
        )
        own = zip(expected["region"], expected["equipment"], expected["period"], expected["amount"], strict=True)
        assert all(winner[r, q, t] == amount for r, q, t, amount in own)


def test_a_third_row_does_not_settle_a_quarrel() -> None:
    """(A, any) and (any, q1) both fit (A, q1); a row for (A, q1) itself decides nothing."""
    rows = [("A", "", "", ""), ("", "q1", "", ""), ("A", "q1", "", "")]
    _, problems = opened(rows, ["supplier"])
    assert problems[0].code == "ambiguous_rows"
    assert {problems[0].said["row"], problems[0].said["other"]} == {2, 3}
    assert "region=A, equipment=q1" in problems[0].text("en")


def test_the_winner_wins_as_a_whole_row() -> None:
    """A blank cell of the winning row is its default, not the other row's cell: freight 1 with 0.5 per km for all, from A handling 3 alone."""
    board = build(
        instance(
            regions="region\nA\nB\nC",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\nx,t,year",
            sources="commodity,price\nx,1",
            markets="commodity,demand\nx,1",
            links="origin,destination,mode,km\nA|B,C,rail,10",
            freight="mode,commodity,origin,handling,rate\nrail,x,,1,0.5\nrail,x,A,3,",
        )
    ).board
    assert board.labelled("carried").set_index("r")["cost"].to_dict() == {"A": 3.0, "B": 6.0}


def test_labels_are_never_all() -> None:
    """Suppliers: a blank one is a supplier of its own beside the named ones."""
    found, problems = opened([("A", "", "", ""), ("A", "", "", "near")], ["supplier"])
    assert not problems and len(found) == 2 * 6


@pytest.mark.parametrize(
    ("first", "last", "periods"),
    [
        (None, None, "t1|t2|t3"),
        (2025, 2025, "t1"),
        (2026, None, "t2|t3"),
        (None, 2034, "t1|t2"),
        (2030, 2035, "t2|t3"),
        (2031, 2034, None),
        (2040, None, None),
    ],
)
def test_windows_are_inclusive(first: float | None, last: float | None, periods: str | None) -> None:
    """A window holds the periods whose start it contains; a row without any is left out."""
    window = f"{'' if first is None else first},{'' if last is None else last}"
    board = opened_board(periods="period,start,years\nt1,2025,5\nt2,2030,5\nt3,2035,5", builds=f"equipment,invest,from,until\nq1,1,{window}\n")
    sets.prepare(board)
    found = windowed(board, board.open("builds"))
    assert found.decoded("period") == ([] if periods is None else [periods])


def test_a_window_is_part_of_the_fit() -> None:
    """Built at 10, from 2030 at 8, in A until 2025 at 5: windows nest or not like other keys."""
    tables = {
        "regions": "region\nA\nB",
        "periods": "period,start,years\nt1,2025,5\nt2,2030,5",
        "commodities": "commodity,unit,balance\nx,t,year",
        "equipment": "equipment,unit,life\nq,t/yr,10",
    }
    ways = build(instance(builds="region,equipment,from,until,invest\n,q,,,10\n,q,2030,,8\nA,q,,2025,5", **tables)).board.labelled("ways")
    assert ways.set_index(["r", "t"])["invest"].to_dict() == {("A", "t1"): 5, ("A", "t2"): 8, ("B", "t1"): 10, ("B", "t2"): 8}
    with pytest.raises(InputError, match="rows 1 and 2"):
        build(instance(builds="region,equipment,from,until,invest\n,q,2030,,8\nA,q,,,5", **tables))
