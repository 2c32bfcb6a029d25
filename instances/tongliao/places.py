"""The tables of `raw/` that name the works, goods and places of the city."""

from __future__ import annotations

from facts import rows_of

ROUTES, STANDING, RECIPES = rows_of("routes"), rows_of("standing"), rows_of("recipes")
PLANTS, TRADE, GOODS, PLACES = rows_of("equipment"), rows_of("trade"), rows_of("commodities"), rows_of("regions")
REGIONS = [row["region"] for row in PLACES]
