"""Column values and duals -> the tables of a plan. Amounts come from the variables and from the model's own rules, nothing is rebuilt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.formulation import METRICS, policies
from models.formulation.policy_rows import ROW
from models.formulation.quantities import usable
from optimizer.describe import DESCRIPTIONS
from optimizer.solved import TINY, Solved


def plan_tables(solved: Solved) -> dict[str, pd.DataFrame]:
    """All tables of a plan, columns as `describe.DESCRIPTIONS` lists them."""
    made = {
        "capacity": _capacity, "builds": _builds, "production": _production, "balance": _balance, "flows": _flows, "purchases": _purchases,
        "markets": _markets, "stocks": _stocks, "clean": _clean, "burdens": _burdens, "costs": _costs, "policies": _policies, "swaps": _swaps,
    }  # fmt: skip
    out = {}
    for name, make in made.items():
        frame = make(solved)
        columns = {}
        for column, about in DESCRIPTIONS[name].items():
            kind = {"text": "str", "number": "float64", "flag": "bool"}[about.kind]
            columns[column] = frame[column].reset_index(drop=True).astype(kind) if column in frame else pd.Series(dtype=kind)
        out[name] = pd.DataFrame(columns)
    return out


def _units(solved: Solved) -> dict[str, str]:
    board = solved.model.board
    own = dict(zip(board.table("commodities")["commodity"], board.table("commodities")["unit"], strict=True))
    return own | dict(zip(board.table("equipment")["equipment"], board.table("equipment")["unit"], strict=True))


def _sum(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return frame.groupby(by, as_index=False, sort=False)["value"].sum()


def _capacity(solved: Solved) -> pd.DataFrame:
    board, key = solved.model.board, ["r", "q", "t"]
    standing = solved.values("standing", "r", "q", "e", "t")
    places = pd.concat([board["capacities"][key], board["expiring"][key]]).drop_duplicates()
    ways = board["ways"][["r", "w", "t", "q", "o", "ratio"]]
    new = solved.values("new", "r", "w", "t").merge(ways, on=["r", "w", "t"])
    refits = new[new["o"] != ""]
    consumed = refits.assign(value=refits["value"] / refits["ratio"], q=refits["o"])
    expiring = board["expiring"].merge(standing.rename(columns={"t": "u", "e": "t"}), on=["r", "q", "t", "u"])
    previous = dict(zip(board["periods"]["t"].iloc[1:], board["periods"]["t"], strict=False))
    rows = places
    for name, frame in (
        ("standing", standing), ("new", new[new["o"] == ""]), ("refitted", refits), ("consumed", consumed),
        ("closed", solved.values("closed", "r", "q", "e", "t")), ("expired", expiring),
    ):  # fmt: skip
        rows = rows.merge(_sum(frame, key).rename(columns={"value": name}), on=key, how="left")
    rows = rows.fillna(dict.fromkeys(("standing", "new", "refitted", "consumed", "closed", "expired"), 0.0))
    rows["before"] = rows["standing"] - rows["new"] - rows["refitted"] + rows["consumed"] + rows["closed"] + rows["expired"]
    rows = rows.merge(_utilisation(solved), on=key, how="left")
    order = {t: i for i, t in enumerate(previous.values())} | {t: i for i, t in enumerate(board["periods"]["t"])}
    rows = rows.assign(order=rows["t"].map(order), unit=rows["q"].map(_units(solved))).sort_values(["r", "q", "order"], kind="stable")
    busy = rows[["standing", "new", "refitted", "consumed", "closed", "expired", "before"]].abs().max(axis=1) > TINY
    return rows[busy].rename(columns={"r": "region", "q": "equipment", "t": "period"})


def _utilisation(solved: Solved) -> pd.DataFrame:
    """Share of the usable time of what stands that routes occupy."""
    board = solved.model.board
    key = ["r", "q", "t"]
    activity = _sum(solved.values("activity", "r", "k", "t", "p"), ["r", "k", "t"])
    taken = activity.merge(board["uses"], on=["r", "k", "t"])
    taken = _sum(taken.assign(value=taken["value"] * taken["use"]), key)
    rows = board["uses"][key].drop_duplicates().merge(board["run_parts"], on="q")
    room = solved.expression("usable", rows, lambda m, r, q, t, p: m.available[r, q, t, p] * usable(m, r, q, t))
    room_by = _sum(rows.assign(value=room), key).rename(columns={"value": "room"})
    both = room_by.merge(taken, on=key, how="left").fillna({"value": 0.0})
    return both.assign(used=np.where(both["room"] > TINY, both["value"] / both["room"].clip(lower=TINY), np.nan))[[*key, "used"]]


def _builds(solved: Solved) -> pd.DataFrame:
    ways = solved.model.board["ways"]
    rows = solved.values("new", "r", "w", "t").merge(ways, on=["r", "w", "t"])
    units = solved.values("units", "r", "w", "t").rename(columns={"value": "units"})
    starts = solved.values("start", "r", "g", "t").rename(columns={"value": "start"})
    rows = rows.merge(units, on=["r", "w", "t"], how="left").merge(starts, on=["r", "g", "t"], how="left")
    first = rows["fixed_invest"] > 0
    rows["investment"] = rows["value"] * rows["invest"] + np.where(first, rows["fixed_invest"] * rows["start"].fillna(0.0), 0.0)
    rows = rows[(rows["value"].abs() > TINY) | (rows["investment"].abs() > TINY)]
    rows["unit"] = rows["q"].map(_units(solved))
    return rows.rename(columns={"r": "region", "q": "equipment", "o": "replaces", "x": "project", "t": "period", "value": "new"})


def _production(solved: Solved) -> pd.DataFrame:
    rows = solved.values("activity", "r", "k", "t", "p")
    return rows[rows["value"] != 0].rename(columns={"r": "region", "k": "route", "t": "period", "p": "slice", "value": "activity"})


def _balance(solved: Solved) -> pd.DataFrame:
    board, key = solved.model.board, ["r", "c", "t", "p"]
    rows = board["balanced"].merge(board["demand"], on=key, how="left")
    activity = solved.values("activity", "r", "k", "t", "p").rename(columns={"p": "a"})
    made = (
        board["made"]
        .merge(activity, on=["r", "k", "t", "a"])
        .merge(board["portion"].rename(columns={"p": "a", "p2": "p", "value": "portion"}), on=["a", "p"])
    )
    made["value"] = made["value"] * made["amount"] * made["portion"]
    flow = solved.values("flow", "l", "c", "t", "p").merge(board["links"][["l", "r", "d", "t", "loss"]], on=["l", "t"])
    arriving = flow.assign(value=flow["value"] * (1 - flow["loss"]), r=flow["d"])
    trade = ["r", "c", "x", "t", "p"]
    for name, frame in (
        ("made", made[made["amount"] > 0]), ("used", made[made["amount"] < 0].assign(value=lambda f: -f["value"])),
        ("bought", solved.values("purchase", *trade)), ("sold", solved.values("sale", *trade)), ("shortage", solved.values("shortage", *trade)),
        ("received", arriving), ("shipped", flow), ("stocked", solved.values("stocked", *trade)),
    ):  # fmt: skip
        rows = rows.merge(_sum(frame, key).rename(columns={"value": name}), on=key, how="left")
    amounts = ["made", "used", "bought", "sold", "shortage", "received", "shipped", "stocked", "demand"]
    rows = rows.fillna(dict.fromkeys(amounts, 0.0))
    left = rows["made"] - rows["used"] + rows["bought"] - rows["sold"] + rows["shortage"] + rows["received"] - rows["shipped"] - rows["stocked"]
    rows["surplus"] = np.where((left - rows["demand"]).abs() < 1e-7, 0.0, left - rows["demand"])
    weight = board["periods"].set_index("t")["weight"]
    duals = pd.concat([solved.duals("balance", *key), solved.duals("exact_balance", *key)])
    rows = rows.merge(duals, on=key, how="left")
    rows["price"] = rows["more"].fillna(rows["dual"]) / rows["t"].map(weight)
    rows["price_less"] = rows["less"] / rows["t"].map(weight)
    rows["unit"] = rows["c"].map(_units(solved))
    worst = board["shortages"].groupby(key, as_index=False)["shortage_price"].min() if len(board["shortages"]) else None
    rows["penalty"] = False
    if worst is not None:
        rows = rows.merge(worst, on=key, how="left")
        rows["penalty"] = (rows["shortage"] > TINY) & (rows["price"] >= rows["shortage_price"] * (1 - 1e-6))
    return rows.rename(columns={"r": "region", "c": "commodity", "t": "period", "p": "slice"})


def _flows(solved: Solved) -> pd.DataFrame:
    board = solved.model.board
    rows = solved.values("flow", "l", "c", "t", "p")
    rows = rows[rows["value"] != 0].merge(board["links"][["l", "r", "d", "n", "t", "loss"]], on=["l", "t"])
    rows = rows.merge(board["carried"][["l", "c", "t", "cost"]], on=["l", "c", "t"])
    rows = rows.assign(received=rows["value"] * (1 - rows["loss"]), freight=rows["value"] * rows["cost"], unit=rows["c"].map(_units(solved)))
    names = {"r": "origin", "d": "destination", "n": "mode", "c": "commodity", "t": "period", "p": "slice", "value": "shipped"}
    return rows.rename(columns=names)


def _purchases(solved: Solved) -> pd.DataFrame:
    key = ["r", "c", "x", "t", "p"]
    rows = solved.values("purchase", *key)
    rows = rows[rows["value"] != 0].merge(solved.model.board["sources"][[*key, "price"]], on=key)
    rows = rows.assign(cost=rows["value"] * rows["price"], unit=rows["c"].map(_units(solved)))
    return rows.rename(columns={"r": "region", "c": "commodity", "x": "supplier", "t": "period", "p": "slice", "value": "amount"})


def _markets(solved: Solved) -> pd.DataFrame:
    key = ["r", "c", "x", "t", "p"]
    rows = solved.model.board["markets"][[*key, "demand"]]
    for name in ("sale", "shortage"):
        rows = rows.merge(solved.values(name, *key).rename(columns={"value": name}), on=key, how="left").fillna({name: 0.0})
    rows = rows.assign(unit=rows["c"].map(_units(solved)))
    return rows.rename(columns={"r": "region", "c": "commodity", "x": "market", "t": "period", "p": "slice"})


def _stocks(solved: Solved) -> pd.DataFrame:
    key = ["r", "c", "x", "t", "p"]
    rows = solved.values("level", *key).merge(solved.model.board["levels"][[*key, "days"]], on=key, how="left")
    rows = rows.assign(value=rows["value"] / rows["days"], unit=rows["c"].map(_units(solved)))
    return rows.rename(columns={"r": "region", "c": "commodity", "x": "stock", "t": "period", "p": "slice", "value": "level"})


def _clean(solved: Solved) -> pd.DataFrame:
    board = solved.model.board
    clean = board.instance.settings.clean_commodity
    activity = _sum(solved.values("activity", "r", "k", "t", "p"), ["r", "k", "t"])
    use = (
        board["clean_users"][["r", "k", "c", "t"]]
        .drop_duplicates()
        .merge(board["recipes"], on=["r", "k", "c", "t"])
        .merge(activity, on=["r", "k", "t"])
    )
    routes = use.assign(use=-use["amount"] * use["value"], kind="route").rename(columns={"k": "user"})[["r", "user", "kind", "t", "use"]]
    claimed = _sum(solved.values("clean_use", "r", "k", "t", "p"), ["r", "k", "t"]).rename(columns={"k": "user", "value": "clean"})
    markets = _markets(solved)
    markets = markets[markets["commodity"] == clean]
    got = markets.assign(use=markets["demand"] - markets["shortage"] + markets["sale"], kind="market")
    got = (
        got.rename(columns={"region": "r", "market": "user", "period": "t"})
        .groupby(["r", "user", "kind", "t"], as_index=False, sort=False)["use"]
        .sum()
    )
    delivered = _sum(solved.values("clean_delivered", "r", "x", "t", "p"), ["r", "x", "t"]).rename(columns={"x": "user", "value": "clean"})
    rows = pd.concat([routes.merge(claimed, on=["r", "user", "t"], how="left"), got.merge(delivered, on=["r", "user", "t"], how="left")])
    rows = rows.fillna({"clean": 0.0})
    rows = rows[rows["use"] > TINY]
    rows = rows.assign(share=rows["clean"] / rows["use"], unit=_units(solved).get(clean, ""))
    return rows.rename(columns={"r": "region", "t": "period"})


def _burdens(solved: Solved) -> pd.DataFrame:
    board = solved.model.board
    parts = []
    for n, part in enumerate(METRICS["burden"].parts):
        frame = part.frame(board)
        if len(frame):
            rows = frame[list(part.own)].drop_duplicates()
            parts.append(rows[["r", "b", "t"]].assign(value=solved.expression(f"burden_{n}", rows, part.rule)))
    rows = _sum(pd.concat(parts), ["r", "b", "t"]) if parts else pd.DataFrame(columns=["r", "b", "t", "value"])
    rows = rows[rows["value"].abs() > TINY] if len(rows) else rows
    rows = rows.assign(unit=rows["b"].map(_units(solved)))
    return rows.rename(columns={"r": "region", "b": "burden", "t": "period", "value": "amount"})


def _costs(solved: Solved) -> pd.DataFrame:
    board = solved.model.board
    periods = board["periods"].set_index("t")
    frames = []
    for name, linear in solved.matrices.terms.items():
        if not len(linear.constant):
            continue
        index = linear.index
        by_policy = name in ("breaches", "priced")
        period = index.iloc[:, 2 if by_policy else 1].astype("str")
        value = linear.at(solved.x)
        worth = period.map(periods["weight"]).to_numpy(float)
        if name == "closing":
            worth = worth / period.map(periods["years"]).to_numpy(float)
        if by_policy:
            rows = board["policy_rows"].set_index(ROW)["worth"]
            worth = rows.reindex(pd.MultiIndex.from_frame(index.astype("str"))).to_numpy(float)
        region = "" if by_policy else index.iloc[:, 0].astype("str").to_numpy()
        term = index.iloc[:, 0].map(lambda policy, name=name: f"{name}: {policy}").to_numpy() if by_policy else name
        frames.append(pd.DataFrame({"term": term, "region": region, "period": period.to_numpy(), "annual": value / worth, "present_value": value}))
    rows = pd.concat(frames, ignore_index=True)
    return rows[rows["present_value"].abs() > TINY]


def _policies(solved: Solved) -> pd.DataFrame:
    board = solved.model.board
    rows = board["policy_rows"]
    if rows.empty:
        return rows
    left = solved.expression("left", rows[ROW], policies.left) + rows["left_number"].to_numpy()
    right = solved.expression("right", rows[ROW], policies.right) + rows["right_number"].to_numpy()
    rows = rows.assign(left=left, right=right)
    duals = pd.concat([solved.duals(f"policy_{s}", *ROW) for s in ("at_most", "at_least", "equal")])
    rows = rows.merge(duals, on=ROW, how="left")
    equal, price = rows["sense"] == "=", rows["sense"] == "price"
    at_least = rows["sense"] == ">="
    looser = np.where(at_least, rows["less"], rows["more"])
    tighter = np.where(at_least, rows["more"], rows["less"])
    rows["shadow_price"] = _signed(pd.Series(looser).fillna(rows["dual"]) / rows["worth"], equal)
    rows["shadow_price_tighter"] = _signed(pd.Series(tighter) / rows["worth"], equal)
    size = 1 + rows["left"].abs() + rows["right"].abs()
    room = np.where(rows["sense"] == "<=", rows["right"] - rows["left"], np.where(equal, 0.0, rows["left"] - rows["right"]))
    rows["breach"] = np.where(price | ~rows["soft"], 0.0, np.where(equal, (rows["left"] - rows["right"]).abs(), np.maximum(-room, 0.0)))
    rows["room"] = np.where(price, np.nan, np.where(np.abs(room) < 1e-7 * size, 0.0, room))
    rows["binds"] = ~price & (np.abs(room) <= 1e-6 * size)
    total = rows["right"] / rows["value"].where(rows["value"] != 0)
    rows["per_point"] = np.where(rows["fraction"] & ~price, rows["shadow_price"] * total / 100, np.nan)
    heads = (
        board.table("policies")
        .sort_values("row", kind="stable")
        .drop_duplicates("policy")[["policy", "authority", "en", "zh", "metric", "commodity", "equipment"]]
    )
    rows = rows.merge(heads, on="policy", how="left")
    rows["unit"] = [_left_unit(board, *row) for row in rows[["metric", "kind", "span", "commodity", "equipment"]].itertuples(index=False)]
    return rows


def _signed(price: pd.Series, equal: pd.Series) -> np.ndarray:
    """Prices of inequalities as amounts; those of equalities keep their sign."""
    return np.asarray(np.where(equal, price, price.abs()))


def _left_unit(board: Any, metric: str, kind: str, span: str, commodity: str, equipment: str) -> str:
    """The unit of a policy's left side; blank where its scope has several."""
    settings = board.instance.settings
    asked = METRICS[metric].unit
    if asked in ("u", "b"):
        table, cell, of = board.table("commodities"), settings.clean_commodity if metric == "clean_used" else commodity, "commodity"
    else:
        table, cell, of = board.table("equipment"), equipment, "equipment"
    own = dict(zip(table[of], table["unit"], strict=True))
    units = {own[n] for n in board.names.members(cell, of) if n in own}
    found = {"¤": settings.money, "1": "", "activity": "activity"}.get(asked, next(iter(units)) if len(units) == 1 else "")
    return f"{found}/yr" if found and kind == "rate" and span == "period" else found


def _swaps(solved: Solved) -> pd.DataFrame:
    key = ["v", "r", "q", "t"]
    rows = pd.concat([solved.values("taken", *key).assign(side="new"), solved.values("given", *key).assign(side="old")])
    rows = rows[rows["value"] != 0]
    rows = rows.assign(unit=rows["q"].map(_units(solved)))
    return rows.rename(columns={"v": "rule", "r": "region", "q": "equipment", "t": "period", "value": "amount"})
