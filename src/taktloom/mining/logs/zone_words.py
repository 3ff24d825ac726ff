# SPDX-License-Identifier: Apache-2.0
"""Abbreviations of time zones behind times: those that mean one offset, and those that mean several.

`CET` is one hour ahead of UTC wherever it is written. `CST` is six behind in Chicago, eight ahead in Shanghai and five
behind in Havana: such a time is taken as one without zone, so that the caller names the zone.
Source of meanings: the abbreviations of the time zone database (tzdata, files europe, northamerica, asia, australasia,
africa) since 1970.
"""

from collections.abc import Mapping

import polars as pl

OFFSETS: Mapping[str, int] = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "SAST": 120, "EST": -300, "EDT": -240, "MDT": -360, "PDT": -420, "AKST": -540,
    "AKDT": -480, "JST": 540, "KST": 540, "HKT": 480, "AEST": 600, "AEDT": 660, "ACST": 570, "ACDT": 630, "AWST": 480,
    "NZST": 720, "NZDT": 780,
}  # fmt: skip
"""Minutes ahead of UTC."""
SEVERAL = ("CST", "CDT", "IST", "BST", "PST", "MST", "AST", "ADT", "SST")
ZONE_WORD = "|".join(sorted(OFFSETS, key=lambda word: (-len(word), word)))
_SEVERAL_END = rf"(?i)(\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s*[ap]m)?)\s*(?:{'|'.join(SEVERAL)})$"


def without_unclear_zone(texts: pl.Series) -> pl.Series:
    """*texts* without abbreviations that mean several zones."""
    return texts.str.replace(_SEVERAL_END, "${1}") if texts.str.contains(_SEVERAL_END).any() else texts
