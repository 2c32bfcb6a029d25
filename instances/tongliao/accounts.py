"""What a saved plan says of power, energy and value added, by period: the accounts behind the tables of the README."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
GREEN_VALUE, EXPORT_RATE = 0.3, 0.315  # tce/MWh, as in raw/
THERMAL = ["captive_flat", "captive_swing", "grid_flat", "grid_swing", "chp"]
INDUSTRY = ["mine", "smelt", "roll", "nickel", "stainless", "finish", "ferment", "cement", "ammonia", "industry"]
FUELS = ["coal_energy", "oil_energy", "gas_energy"]


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv")


class Accounts:
    """Activity of each route [unit/yr] by period, and what follows from the recipes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        recipes = pd.read_csv(HERE / "recipes.csv")
        self.rate = recipes.pivot_table(index="route", columns="item", values="amount").fillna(0.0)
        made = table(folder, "production").groupby(["route", "period"]).activity.sum().unstack("period").fillna(0.0)
        self.activity = made.reindex(self.rate.index).fillna(0.0)
        self.periods = list(self.activity.columns)
        burdens = table(folder, "burdens").groupby(["burden", "period"]).amount.sum().unstack("period")
        self.burden = burdens.fillna(0.0)

    def item(self, item: str, routes: list[str] | None = None) -> pd.Series:
        """What routes make (+) or use (−) of an item in each period; a name stands for its new twin too."""
        rate = self.rate[item] if item in self.rate else 0.0 * self.activity.iloc[:, 0]
        amounts = self.activity.mul(rate, axis=0)
        if routes is None:
            return amounts.sum()
        return amounts[[name.removesuffix("_new") in routes for name in amounts.index]].sum()

    def capacity(self, *names: str) -> pd.Series:
        stands = table(self.folder, "capacity").groupby(["equipment", "period"]).standing.sum().unstack("period").fillna(0.0)
        return stands.reindex(names).fillna(0.0).sum().reindex(self.periods)

    def thermal(self) -> pd.Series:
        return self.item("electricity", THERMAL)

    def renewable(self) -> pd.Series:
        return self.item("green", ["wind", "pv"])

    def possible(self) -> pd.Series:
        """What wind and PV could have made."""
        weather, share = pd.read_csv(HERE / "availability.csv", dtype=str), pd.read_csv(HERE / "slices.csv").set_index("slice").share
        rows = weather.dropna(subset="slice")
        total = pd.Series(0.0, index=self.periods)
        stands = table(self.folder, "capacity").query("equipment in ['wind', 'wind_new', 'pv', 'pv_new']")
        for row in stands.itertuples():
            fits = rows[rows.equipment.str.split("|").map(lambda names, q=row.equipment: q in names)]
            fits = fits[fits.region.isna() | fits.region.fillna("").str.split("|").map(lambda names, r=row.region: r in names)]
            own = fits[fits.period == str(row.period)]
            fits = own if len(own) else fits[fits.period.isna()]
            total[row.period] += row.standing * 8.76 * (fits.amount.astype(float).to_numpy() * share.reindex(fits.slice).to_numpy()).sum()
        return total

    def thrown(self) -> pd.Series:
        """What wind and PV made and nobody took."""
        return table(self.folder, "balance").query("commodity == 'green'").groupby("period").surplus.sum()

    def local(self) -> pd.Series:
        """Wind and PV used in the city."""
        return self.burden.loc["green_energy"]

    def energy(self) -> pd.Series:
        """Primary energy, wind and PV used in the city at the coal that the same power would take."""
        return self.burden.loc[FUELS].sum() + GREEN_VALUE * self.local()

    def energy_by_use(self) -> pd.DataFrame:
        """Primary energy of industry and of the rest: fuels burnt on site, and power and heat at what they took to make."""
        direct = {"industry": sum(self.item(fuel, INDUSTRY) for fuel in FUELS), "rest": sum(self.item(fuel, ["city"]) for fuel in FUELS)}
        total = self.energy()
        made = total - direct["industry"] - direct["rest"]  # what power and heat took, exports taken off
        power = {"industry": -self.item("electricity", INDUSTRY) - self.item("green", ["ammonia"]), "rest": -self.item("electricity", ["city"])}
        heat = {"industry": -self.item("heat", INDUSTRY), "rest": self.item("heat") + 0.0}
        weight = {k: 0.3 * power[k] + 0.16 * heat[k] for k in power}
        both = weight["industry"] + weight["rest"]
        return pd.DataFrame({k: direct[k] + made * weight[k] / both for k in power})

    def office(self) -> dict[str, pd.Series]:
        """The statements of the planning office, in each period."""
        thermal = self.capacity("captive_flat", "captive_swing", "coal_grid_flat", "coal_grid_swing")
        wind, sun = self.capacity("wind", "wind_new"), self.capacity("pv", "pv_new")
        energy, gdp = self.energy(), self.burden.loc["gdp"]
        industry = self.item("gdp", [*INDUSTRY, *THERMAL, "boiler", "wind", "pv"])
        use = self.energy_by_use()
        return {
            "fossil in primary energy [%]": 100 * self.burden.loc[FUELS].sum() / energy,
            "thermal in capacity [%]": 100 * thermal / (thermal + wind + sun),
            "thermal in generation [%]": 100 * self.thermal() / (self.thermal() + self.renewable()),
            "wind and PV [GW]": wind + sun,
            "of it used in the city [%]": 100 * self.local() / self.renewable(),
            "industry in energy use [%]": 100 * use.industry / energy,
            "industry in GDP [%]": 100 * industry / gdp,
            "generation [TWh]": self.thermal() + self.renewable(),
            "curtailed [%]": 100 * (1 - (self.renewable() - self.thrown()) / self.possible()),
            "primary energy [Mtce]": energy,
            "CO2 of what is used, less sinks [Mt]": self.burden.loc["co2"],
            "CO2 of what is burnt, less sinks [Mt]": self.burden.loc["co2_stack"],
            "GDP [bn CNY]": gdp,
            "energy per GDP [tce/10,000 CNY]": 10 * energy / gdp,
            "waste [Mt]": self.burden.loc["waste"],
            "water [Mm3]": self.burden.loc["water"],
            "coal power sent out [TWh]": -self.item("electricity", ["export_coal"]),
            "wind and PV sent out [TWh]": -self.item("green", ["export_green"]),
        }
