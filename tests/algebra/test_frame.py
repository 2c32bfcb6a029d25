"""Frames of label codes: joins, groups and look-ups are what pandas makes of the same tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.algebra import Frame, Labels, stack

LETTERS = st.sampled_from("abcd")
ROWS = st.lists(st.tuples(LETTERS, LETTERS, st.integers(-3, 3)), max_size=12)


def both(labels: Labels, rows: list[tuple[str, str, int]], value: str) -> tuple[Frame, pd.DataFrame]:
    table = pd.DataFrame({"r": [r for r, _, _ in rows], "c": [c for _, c, _ in rows], value: [float(v) for *_, v in rows]})
    codes = {name: labels.encode([row[i] for row in rows], "test") for i, name in enumerate("rc")}
    return Frame(labels, codes | {value: np.array([v for *_, v in rows], float)}), table


def told(frame: Frame) -> list[tuple[object, ...]]:
    return list(frame.rows(*frame.columns))


def listed(table: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(table.itertuples(index=False, name=None))


@given(ROWS, ROWS)
@settings(max_examples=150, deadline=None)
def test_join_keeps_the_order_of_the_left(left: list[tuple[str, str, int]], right: list[tuple[str, str, int]]) -> None:
    labels = Labels()
    (mine, one), (theirs, other) = both(labels, left, "v"), both(labels, right, "w")
    assert told(mine.join(theirs, "r", "c")[["r", "c", "v", "w"]]) == listed(one.merge(other, on=["r", "c"]))
    assert told(mine.join(theirs[["r", "w"]], "r")[["r", "c", "v", "w"]]) == listed(one.merge(other[["r", "w"]], on="r"))
    assert told(mine.cross(theirs.rename(r="s", c="d"))) == listed(one.merge(other.rename(columns={"r": "s", "c": "d"}), how="cross"))


@given(ROWS, ROWS)
@settings(max_examples=150, deadline=None)
def test_find_takes_the_first(left: list[tuple[str, str, int]], right: list[tuple[str, str, int]]) -> None:
    labels = Labels()
    mine, theirs = both(labels, left, "v")[0], both(labels, right, "w")[0]
    first = {(r, c): i for i, (r, c, _) in reversed(list(enumerate(right)))}
    assert mine.find(theirs, "r", "c").tolist() == [first.get((r, c), -1) for r, c, _ in left]
    assert mine.within(theirs, "r", "c").tolist() == [(r, c) in first for r, c, _ in left]
    wanted = [float(right[first[r, c]][2]) if (r, c) in first else 7.0 for r, c, _ in left]
    assert mine.look_up(theirs, "r", "c", value="w", default=7.0).tolist() == wanted


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_groups_stand_in_the_order_of_occurrence(rows: list[tuple[str, str, int]]) -> None:
    frame, table = both(Labels(), rows, "v")
    grouped = table.groupby(["r", "c"], as_index=False, sort=False)["v"]
    assert told(frame.total(["r", "c"], "v")) == listed(grouped.sum())
    assert told(frame.least(["r", "c"], "v")) == listed(grouped.min())
    assert frame.groups("r", "c").tolist() == table.groupby(["r", "c"], sort=False).ngroup().tolist()
    assert told(frame.unique("r")) == listed(table.drop_duplicates("r"))
    assert told(frame.unique()) == listed(table.drop_duplicates())


def test_keys_too_wide_for_a_full_array() -> None:
    """Four columns of 100,000 labels each: the joint key is hashed, and means the same."""
    labels, count = Labels(), 100_000
    codes = labels.encode([f"n{i}" for i in range(count)], "test")
    frame = Frame(labels, {"a": codes, "b": codes[::-1].copy(), "c": codes, "d": np.roll(codes, 7), "v": np.arange(count, dtype=float)})
    assert frame.find(frame, "a", "b", "c", "d").tolist() == list(range(count))
    assert len(stack([frame, frame]).unique("a", "b", "c", "d")) == count


def test_new_labels_are_made_once_for_each_key() -> None:
    labels, made = Labels(), []
    frame = Frame(labels, {"r": labels.encode(["a", "b", "a"], "test"), "c": labels.encode(["x", "x", "x"], "test")})

    def name(r: str, c: str) -> str:
        made.append((r, c))
        return f"{r}>{c}"

    assert labels.decode(frame.label(name, "r", "c")) == ["a>x", "b>x", "a>x"] and made == [("a", "x"), ("b", "x")]


def test_what_a_frame_says_of_itself() -> None:
    labels = Labels()
    frame = Frame(labels, {"r": labels.encode(["a", "b"], "test"), "v": np.array([1.0, np.nan]), "f": np.array([True, False])})
    pd.testing.assert_frame_equal(frame.to_pandas(), pd.DataFrame({"r": ["a", "b"], "v": [1.0, np.nan], "f": [True, False]}))
    assert repr(frame) == "Frame(r, v, f: 2 rows)" and "v" in frame and "w" not in frame
    assert told(frame.rename(r="v")) == [("a", True), ("b", False)], "a column of that name gives way"
    with pytest.raises(KeyError):
        frame["w"]
