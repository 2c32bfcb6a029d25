"""Balance: what is made, bought, brought and taken from stock covers what is used, sold, sent, stored and wanted."""

from __future__ import annotations

from optimizer.audit.checks import gather
from optimizer.audit.given import Given
from optimizer.audit.transport import flows

KEY = ["region", "commodity", "period", "slice"]
PLUS, MINUS = ("made", "bought", "shortage", "received"), ("used", "sold", "shipped", "stocked", "demand")


def check(given: Given) -> None:
    """Each term of each balance is summed from its own table; what is left over is at least 0, and 0 where nothing may be left over.

    The terms say what is shipped and received; of a mode that is travelled through the balance itself sees what is loaded and unloaded.
    """
    plan = given.plan
    recipes = given.goods.merge(given.activity, on=["region", "route", "period"])
    recipes = given.in_parts(recipes.assign(made=(recipes["amount"] * recipes["activity"])))
    moved = flows(given).drop(columns="received")
    moved = moved.assign(received=moved["shipped"] * (1 - moved["loss"]))
    through = moved[moved["through"]]
    terms = gather(
        KEY,
        recipes[recipes["amount"] > 0][[*KEY, "made"]],
        recipes[recipes["amount"] < 0].assign(used=lambda rows: -rows["made"])[[*KEY, "used"]],
        plan["purchases"].rename(columns={"amount": "bought"})[[*KEY, "bought"]],
        plan["markets"].rename(columns={"sale": "sold"})[[*KEY, "sold", "shortage"]],
        given.markets[[*KEY, "demand"]],
        moved.rename(columns={"destination": "region"})[[*KEY, "received"]],
        moved.rename(columns={"origin": "region"})[[*KEY, "shipped"]],
        plan["loading"][[*KEY, "loaded", "unloaded"]],
        through.assign(region=through["destination"], passed=-through["received"])[[*KEY, "passed"]],
        through.assign(region=through["origin"], passed=through["shipped"])[[*KEY, "passed"]],
        plan["balance"][[*KEY, "stocked"]],
        plan["balance"][[*KEY, *PLUS, "used", "sold", "shipped", "demand", "surplus"]].rename(columns=lambda c: c if c in KEY else f"said {c}"),
    )
    size = terms[[*PLUS, *MINUS, "loaded", "unloaded"]].abs().sum(axis=1)
    terms = terms.assign(left=terms[list(PLUS)].sum(axis=1) - terms[list(MINUS)].sum(axis=1), size=size, zero=0.0)
    terms = terms.assign(net=terms["left"] + terms["unloaded"] - terms["loaded"] + terms["passed"])
    for column in (*PLUS, "used", "sold", "shipped", "demand"):
        given.checks.equal("terms of balances", terms.assign(**{" ": column}), [*KEY, " "], column, f"said {column}")
    own = terms[terms["size"] > 0]
    surplus = given.table("commodities").set_index("commodity")["surplus"]
    exact = own["commodity"].map(surplus) == "no"
    given.checks.equal("balance", own[exact], KEY, "zero", "net", size=own.loc[exact, "size"])
    over = own[~exact]
    given.checks.at_most("balance", over.assign(less=-over["net"]), KEY, "less", "zero", size=over["size"])
    given.checks.equal("balance", own, KEY, "left", "said surplus", size=own["size"])
