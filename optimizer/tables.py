"""Column values and duals -> the tables of a plan. Amounts come from the variables and from the model's own rules, nothing is rebuilt."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from models.algebra import Frame, stack
from models.formulation import METRICS, policies
from models.formulation.board import Board
from models.formulation.policy_rows import KEY
from models.formulation.quantities import usable
from optimizer.describe import DESCRIPTIONS
from optimizer.plan import Tables
from optimizer.solved import TINY, Solved

PLACE = ["r", "q", "t"]
TRADE = ["r", "c", "x", "t", "p"]


def plan_tables(solved: Solved) -> Tables:
    """All tables of a plan, columns as `describe.DESCRIPTIONS` lists them; made when asked for."""
    made = {
        "capacity": _capacity, "cohorts": _cohorts, "builds": _builds, "production": _production, "balance": _balance, "flows": _flows,
        "loading": _loading, "purchases": _purchases, "markets": _markets, "stocks": _stocks, "clean": _clean, "claims": _claims,
        "clean_flows": _clean_flows, "burdens": _burdens, "costs": _costs, "policies": _policies, "swaps": _swaps,
    }  # fmt: skip

    def table(name: str) -> pd.DataFrame:
        return made[name](solved)[list(DESCRIPTIONS[name])].to_pandas()

    return Tables({name: partial(table, name) for name in made})


def _with_units(board: Board, frame: Frame, column: str) -> Frame:
    """With the unit of the commodity or equipment of each row."""
    names, units = [board.code("")], [board.code("")]
    for table, of in (("commodities", "commodity"), ("equipment", "equipment")):
        names += board.codes(board.table(table)[of]).tolist()
        units += board.codes(board.table(table)["unit"]).tolist()
    return frame.put(unit=board.by_code(np.array(names), np.array(units), board.code(""))[frame[column]])


def _with(rows: Frame, name: str, frame: Frame, key: list[str], value: str = "value", default: float = 0.0) -> Frame:
    """With a column `name`: the total of another frame at the key of each row."""
    return rows.put(**{name: rows.look_up(frame.total(key, value), *key, value=value, default=default)})


def _capacity(solved: Solved) -> Frame:
    board = solved.model.board
    standing = solved.values("standing", "r", "q", "e", "t")
    new = solved.values("new", "r", "w", "t").join(board["ways"][["r", "w", "t", "q", "o", "ratio", "greenfield"]], "r", "w", "t")
    refits = new[~new["greenfield"]]
    consumed = refits.put(value=refits["value"] / refits["ratio"], q=refits["o"])
    expiring = board["expiring"].join(standing.rename(t="u", e="t"), "r", "q", "t", "u")
    rows = stack([board["capacities"], expiring], PLACE).unique()
    amounts = {
        "standing": standing, "new": new[new["greenfield"]], "refitted": refits, "consumed": consumed,
        "closed": solved.values("closed", "r", "q", "e", "t"), "expired": expiring,
    }  # fmt: skip
    for name, frame in amounts.items():
        rows = _with(rows, name, frame, PLACE)
    before = rows["standing"] - rows["new"] - rows["refitted"] + rows["consumed"] + rows["closed"] + rows["expired"]
    rows = rows.put(before=before, used=rows.look_up(_utilisation(solved), *PLACE, value="used"))
    busy = np.max([rows[name] for name in amounts], axis=0) > 0
    return _sorted(board, _with_units(board, rows[busy], "q"), "r", "q").rename(r="region", q="equipment", t="period")


def _cohorts(solved: Solved) -> Frame:
    board, key = solved.model.board, ["r", "q", "e", "t"]
    rows = solved.values("standing", *key).rename(value="standing")
    refitted = solved.values("refitted", "r", "w", "e", "t").join(board["ways"][["r", "w", "t", "o", "ratio"]], "r", "w", "t")
    rows = _with(rows, "consumed", refitted.put(value=refitted["value"] / refitted["ratio"]).rename(o="q"), key)
    rows = _with(rows, "closed", solved.values("closed", *key), key)
    busy = np.max([rows["standing"], rows["consumed"], rows["closed"]], axis=0) > 0 if len(rows) else np.zeros(0, bool)
    return _sorted(board, _with_units(board, rows[busy], "q"), "r", "q", "e").rename(r="region", q="equipment", e="expires", t="period")


def _sorted(board: Board, frame: Frame, *by: str) -> Frame:
    """In the alphabetical order of labels, then in that of periods."""
    ranks = [np.unique(np.array(frame.decoded(name), dtype=str), return_inverse=True)[1] for name in by]
    return frame[np.lexsort((frame.find(board["periods"], "t"), *reversed(ranks)))]


def _utilisation(solved: Solved) -> Frame:
    """Share of the usable time of what stands that routes occupy."""
    board = solved.model.board
    taken = solved.values("activity", "r", "k", "t", "p").total(["r", "k", "t"]).join(board["uses"], "r", "k", "t")
    taken = taken.put(value=taken["value"] * taken["use"]).total(PLACE)
    rows = board["uses"][PLACE].unique().join(board["run_parts"], "q")
    rows = rows.put(room=solved.expression(rows[[*PLACE, "p"]], lambda m, r, q, t, p: m.available[r, q, t, p] * usable(m, r, q, t)))
    both = rows.total(PLACE, "room")
    run = both.look_up(taken, *PLACE, value="value", default=0.0)
    return both.put(used=np.divide(run, both["room"], out=np.full(len(both), np.nan), where=both["room"] > 0))


def _builds(solved: Solved) -> Frame:
    board = solved.model.board
    rows = solved.values("new", "r", "w", "t").join(board["ways"], "r", "w", "t")
    rows = rows.put(units=rows.look_up(solved.values("units", "r", "w", "t"), "r", "w", "t", value="value"))
    start = rows.look_up(solved.values("start", "r", "g", "t"), "r", "g", "t", value="value", default=0.0)
    rows = rows.put(start=start, investment=rows["value"] * rows["invest"] + rows["fixed_invest"] * start)
    rows = rows[(rows["value"] > 0) | (start > 0) | (rows["units"] > 0)]
    return _with_units(board, rows, "q").rename(r="region", q="equipment", o="replaces", x="project", t="period", value="new")


def _production(solved: Solved) -> Frame:
    rows = solved.values("activity", "r", "k", "t", "p")
    running: Frame = rows[rows["value"] != 0]
    return running.rename(r="region", k="route", t="period", p="slice", value="activity")


def _balance(solved: Solved) -> Frame:
    board, key = solved.model.board, ["r", "c", "t", "p"]
    rows = _with(board["balanced"], "demand", board["demand"], key, "demand")
    made = board["made"].join(solved.values("activity", "r", "k", "t", "p").rename(p="a"), "r", "k", "t", "a")
    made = made.join(board["portion"].rename(p="a", p2="p", value="portion"), "a", "p")
    made = made.put(value=made["value"] * made["amount"] * made["portion"])
    used = made.put(value=-made["value"])[made["amount"] < 0]
    flow = solved.values("flow", "l", "c", "t", "p").join(board["links"][["l", "r", "d", "t", "loss"]], "l", "t")
    arriving = flow.put(value=flow["value"] * (1 - flow["loss"]), r=flow["d"])
    for name, frame in (
        ("made", made[made["amount"] > 0]), ("used", used), ("bought", solved.values("purchase", *TRADE)), ("sold", solved.values("sale", *TRADE)),
        ("shortage", solved.values("shortage", *TRADE)), ("received", arriving), ("shipped", flow), ("stocked", solved.values("stocked", *TRADE)),
    ):  # fmt: skip
        rows = _with(rows, name, frame, key)
    left = rows["made"] - rows["used"] + rows["bought"] - rows["sold"] + rows["shortage"] + rows["received"] - rows["shipped"] - rows["stocked"]
    gross = rows["made"] + rows["used"] + rows["bought"] + rows["sold"] + rows["shortage"] + rows["received"] + rows["shipped"] + rows["demand"]
    surplus = np.where(np.abs(left - rows["demand"]) <= 1e-7 * gross, 0.0, left - rows["demand"])
    duals = stack([solved.duals("balance", *key), solved.duals("exact_balance", *key)])
    at, weight = rows.find(duals, *key), rows.look_up(board["periods"], "t", value="weight")
    price = np.where(np.isnan(duals["more"]), duals["dual"], duals["more"])[at] / weight
    worst = rows.look_up(board["shortages"].least(key, "shortage_price"), *key, value="shortage_price")
    penalty = (rows["shortage"] > 0) & (price >= worst * (1 - 1e-6))
    rows = rows.put(surplus=surplus, price=price, price_less=duals["less"][at] / weight, penalty=penalty)
    return _with_units(board, rows, "c").rename(r="region", c="commodity", t="period", p="slice")


def _flows(solved: Solved) -> Frame:
    board = solved.model.board
    rows = solved.values("flow", "l", "c", "t", "p")
    rows = rows[rows["value"] != 0].join(board["links"][["l", "r", "d", "n", "t", "loss"]], "l", "t")
    cost = rows.look_up(board["carried"], "l", "c", "t", value="cost")
    rows = _with_units(board, rows.put(received=rows["value"] * (1 - rows["loss"]), freight=rows["value"] * cost), "c")
    return rows.rename(r="origin", d="destination", n="mode", c="commodity", t="period", p="slice", value="shipped")


def _loading(solved: Solved) -> Frame:
    key = ["r", "n", "c", "t", "p"]
    rows = _with(solved.values("loaded", *key).rename(value="loaded"), "unloaded", solved.values("unloaded", *key), key)
    rows = _with_units(solved.model.board, rows[(rows["loaded"] != 0) | (rows["unloaded"] != 0)], "c")
    return rows.rename(r="region", n="mode", c="commodity", t="period", p="slice")


def _purchases(solved: Solved) -> Frame:
    rows = solved.values("purchase", *TRADE)
    rows = rows[rows["value"] != 0]
    rows = rows.put(price=rows.look_up(solved.model.board["sources"], *TRADE, value="price"))
    rows = _with_units(solved.model.board, rows.put(cost=rows["value"] * rows["price"]), "c")
    return rows.rename(r="region", c="commodity", x="supplier", t="period", p="slice", value="amount")


def _markets(solved: Solved) -> Frame:
    rows = solved.model.board["markets"][[*TRADE, "demand"]]
    for name in ("sale", "shortage"):
        rows = _with(rows, name, solved.values(name, *TRADE), TRADE)
    return _with_units(solved.model.board, rows, "c").rename(r="region", c="commodity", x="market", t="period", p="slice")


def _stocks(solved: Solved) -> Frame:
    rows = solved.values("level", *TRADE)
    rows = rows.put(value=rows["value"] / rows.look_up(solved.model.board["levels"], *TRADE, value="days"))
    put_in = solved.model.board["stocked_in"].join(solved.values("stocked", *TRADE).rename(p="a"), "r", "c", "x", "t", "a")
    rows = _with(rows, "stocked", put_in, TRADE)
    return _with_units(solved.model.board, rows, "c").rename(r="region", c="commodity", x="stock", t="period", p="slice", value="level")


def _clean(solved: Solved) -> Frame:
    board, key = solved.model.board, ["r", "user", "t"]
    activity = solved.values("activity", "r", "k", "t", "p").total(["r", "k", "t"])
    routes = board["clean_users"][["r", "k", "c", "t"]].unique().join(board["recipes"], "r", "k", "c", "t").join(activity, "r", "k", "t")
    routes = routes.put(use=-routes["amount"] * routes["value"], kind=board.code("route")).rename(k="user")
    markets = _markets(solved).rename(region="r", market="user", period="t")
    markets = markets[markets["commodity"] == board.code(board.instance.settings.clean_commodity)]
    use = markets["demand"] - markets["shortage"] + markets["sale"]
    markets = markets.put(use=np.where(np.abs(use) > TINY * markets["demand"], use, 0.0)).total(key, "use").put(kind=board.code("market"))
    claimed = solved.values("clean_use", "r", "k", "t", "p").rename(k="user")
    delivered = solved.values("clean_delivered", "r", "x", "t", "p").rename(x="user")
    rows = stack([_with(routes, "clean", claimed, key), _with(markets, "clean", delivered, key)], [*key, "kind", "use", "clean"])
    rows = rows[rows["use"] > 0]
    rows = rows.put(share=rows["clean"] / rows["use"], c=board.code(board.instance.settings.clean_commodity))
    return _with_units(board, rows, "c").rename(r="region", t="period")


def _claims(solved: Solved) -> Frame:
    board = solved.model.board
    routes = solved.values("clean_use", "r", "k", "t", "p").rename(k="user").put(kind=board.code("route"))
    markets = solved.values("clean_delivered", "r", "x", "t", "p").rename(x="user").put(kind=board.code("market"))
    rows = stack([routes, markets])
    rows = _with_units(board, rows[rows["value"] != 0].put(c=board.code(board.instance.settings.clean_commodity)), "c")
    return rows.rename(r="region", t="period", p="slice", value="clean")


def _clean_flows(solved: Solved) -> Frame:
    board = solved.model.board
    none = board.frame(l=[], t=[], p=[], value=np.zeros(0))
    sent = solved.values("clean_flow", "l", "t", "p") if "clean_flow" in solved.matrices.columns else none
    rows = sent[sent["value"] != 0].join(board["links"][["l", "r", "d", "n", "t"]], "l", "t")
    rows = _with_units(board, rows.put(c=board.code(board.instance.settings.clean_commodity)), "c")
    return rows.rename(r="origin", d="destination", n="mode", t="period", p="slice", value="clean")


def _burdens(solved: Solved) -> Frame:
    board = solved.model.board
    parts = [board.frame(r=[], b=[], t=[], value=np.zeros(0))]
    for part in METRICS["burden"].parts:
        rows = part.frame(board)[list(part.own)].unique()
        parts.append(rows.put(value=solved.expression(rows, part.rule)))
    rows = stack(parts)
    key = ["r", "b", "t"]
    gross, rows = rows.put(value=np.abs(rows["value"])).total(key)["value"], rows.total(key)
    rows = _with_units(board, rows[np.abs(rows["value"]) > TINY * gross], "b")
    return rows.rename(r="region", b="burden", t="period", value="amount")


def _costs(solved: Solved) -> Frame:
    board = solved.model.board
    frames = [board.frame(term=[], region=[], period=[], annual=np.zeros(0), present_value=np.zeros(0))]
    for name, linear in solved.matrices.terms.items():
        index, value = [linear.index_set.column(i) for i in range(linear.index_set.dimension)], linear.at(solved.amounts)
        if name in ("breaches", "priced"):
            rows = Frame(board.labels, dict(zip(KEY, index, strict=True)))
            worth = rows.look_up(board["policy_rows"], *KEY, value="worth")
            rows = rows.put(term=rows.label(lambda policy, name=name: f"{name}: {policy}", "policy"), region=board.code(""))
        else:
            rows = board.frame(region=index[0], period=index[1]).put(term=board.code(name))
            weight, years = (rows.rename(period="t").look_up(board["periods"], "t", value=column) for column in ("weight", "years"))
            worth = weight / years if name == "closing" else weight
        frames.append(rows.put(annual=value / worth, present_value=value))
    every = stack(frames)
    some: Frame = every[every["present_value"] != 0]
    return some


def _policies(solved: Solved) -> Frame:
    board = solved.model.board
    rows = board["policy_rows"]
    left = solved.expression(rows[KEY], policies.left) + rows["left_number"]
    right = solved.expression(rows[KEY], policies.right) + rows["right_number"]
    duals = stack([solved.duals(f"policy_{sense}", *KEY) for sense in ("at_most", "at_least", "equal")])
    dual, more, less = (rows.look_up(duals, *KEY, value=column) for column in ("dual", "more", "less"))
    at_most, at_least, equal, price = (rows["sense"] == board.code(sense) for sense in ("<=", ">=", "=", "price"))
    looser, tighter = np.where(at_least, less, more), np.where(at_least, more, less)
    shadow = np.where(np.isnan(looser), dual, looser) / rows["worth"]
    shadow, tighter = (np.where(equal, value, np.abs(value)) for value in (shadow, tighter / rows["worth"]))
    room = np.where(at_most, right - left, np.where(equal, 0.0, left - right))
    small = 1e-7 * (np.abs(left) + np.abs(right))
    breached = np.where(equal, np.abs(left - right), np.maximum(-room, 0.0))
    total = np.divide(right, rows["value"], out=np.full(len(rows), np.nan), where=rows["value"] != 0)
    rows = rows.put(
        left=left,
        right=right,
        shadow_price=shadow,
        shadow_price_tighter=tighter,
        breach=np.where(price | ~rows["soft"], 0.0, breached),
        room=np.where(price, np.nan, np.where(np.abs(room) < small, 0.0, room)),
        binds=~price & (np.abs(room) <= 10 * small),
        per_point=np.where(rows["fraction"] & ~price, shadow * total / 100, np.nan),
    )
    heads = board.table("policies").sort_values("row", kind="stable").drop_duplicates("policy")
    described = {column: board.codes(heads[column]) for column in ("policy", "authority", "en", "zh")}
    units = {(name, s): board.code(left_unit(board, head, s)) for name, head in _by_policy(heads) for s in ("period", "")}
    spans = [(name, span if span == "period" else "") for name, span in rows.rows("policy", "span")]
    return rows.put(unit=np.array([units[key] for key in spans], dtype=np.int64)).join(board.frame(**described), "policy")


def _by_policy(heads: pd.DataFrame) -> list[tuple[str, dict[str, str]]]:
    return [(head["policy"], head) for head in heads[["policy", "metric", "commodity", "equipment"]].to_dict("records")]


def left_unit(board: Board, head: dict[str, str], span: str) -> str:
    """The unit of a policy's left side; blank where its scope has several."""
    settings, metric = board.instance.settings, METRICS[head["metric"]]
    if metric.unit in ("u", "b"):
        table, cell, of = board.table("commodities"), settings.clean_commodity if metric.name == "clean_used" else head["commodity"], "commodity"
    else:
        table, cell, of = board.table("equipment"), head["equipment"], "equipment"
    own = dict(zip(table[of], table["unit"], strict=True))
    units = {own[n] for n in board.names.members(cell, of) if n in own}
    found = {"¤": settings.money, "1": "", "activity": "activity"}.get(metric.unit, next(iter(units)) if len(units) == 1 else "")
    return f"{found}/yr" if found and metric.kind == "rate" and span == "period" else found


def _swaps(solved: Solved) -> Frame:
    board, key = solved.model.board, ["v", "r", "q", "t"]
    rows = stack([solved.values("taken", *key).put(side=board.code("new")), solved.values("given", *key).put(side=board.code("old"))])
    rows = _with_units(board, rows[rows["value"] != 0], "q")
    return rows.rename(v="rule", r="region", q="equipment", t="period", value="amount")
