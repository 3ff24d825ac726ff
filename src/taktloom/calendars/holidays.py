# SPDX-License-Identifier: Apache-2.0
"""Public holidays of countries and their regions, from the pinned `holidays` package; offline.

Its version is `HOLIDAYS_VERSION`: governments add and move holidays, and an update of the package may move what
is computed after it. Instants computed before are recorded facts and stay.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays
from holidays.version import __version__ as HOLIDAYS_VERSION  # noqa: N812  (a constant there too)

__all__ = ["HOLIDAYS_VERSION", "holiday_names", "regions_of", "supported_countries"]


@lru_cache(maxsize=4096)
def holiday_names(country: str, region: str | None, year: int) -> Mapping[date, str]:
    """Public holidays of a year with their names; empty where the package does not know the year. Do not change it.

    Raises NotImplementedError for a country or region that it does not know; see supported_countries.
    """
    return dict(holidays.country_holidays(country, subdiv=region, years=year, observed=True, expand=False))


@lru_cache(maxsize=1)
def supported_countries() -> Mapping[str, tuple[str, ...]]:
    """Regions by country code (ISO 3166); the codes of regions are those of ISO 3166-2 without the country."""
    return {country: tuple(regions) for country, regions in holidays.list_supported_countries().items()}


def regions_of(country: str) -> tuple[str, ...] | None:
    """The regions of a country; None for a country that the package does not know."""
    return supported_countries().get(country)
