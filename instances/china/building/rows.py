"""How policy rows are written, for all modules that write some."""

from __future__ import annotations

from .book import Book, Figure, brief


def policy(book: Book, name: str, rows: list[dict], en: str, zh: str, authority: str, source: str, note: str = "", **head) -> None:
    """The rows of one policy; `head` goes on the first. A metric's scope stays as written."""
    for number, row in enumerate(rows, 1):
        cells = dict(policy=name, row=number, **row)
        if number == 1:
            cells |= dict(en=en, zh=zh, authority=authority, **head)
        book.add("policies", source, note if number == 1 else "", **cells)
        book.rows["policies"][-1]["trust"] = "assumption" if source.startswith("assumption") else "sourced"


def value(book: Book, name: str, amount, note: str = "", **key) -> None:
    book.add("policy_values", policy=name, value=amount, note=note, **key)


def raw_target(book: Book, subject: str, item: str) -> Figure:
    frame = book.raw("policy_caps_targets")
    row = frame[(frame.subject == subject) & (frame["item"] == item)].iloc[0]
    return Figure(float(row.value), brief(row.source), row.confidence)
