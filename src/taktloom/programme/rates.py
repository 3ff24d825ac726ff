# SPDX-License-Identifier: Apache-2.0
"""Hours from recorded start times, money from given rates: never from anything else.

A rates file is JSON or TOML with `currency` (three letters) and `hourly`: role or activity -> amount per hour, and
optionally `default`. What comes from it is marked *given*.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from taktloom.mining.indicators import ActivityIndicators, IndicatorName
from taktloom.model.errors import InputRefusedError
from taktloom.model.places import Place

MAX_FILE_BYTES = 1_000_000


class RatesFileError(InputRefusedError):
    """The rates file cannot be used."""

    code = "TL-2701"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Amounts per hour by activity; *default* for all others, None for no amount."""

    currency: str
    hourly: Mapping[str, float] = field(default_factory=dict)
    default: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """hours_per_month None: not computable, *reason* says why. amount_per_month: hours · given rate, None without one.

    An upper bound: all of today's hours of the activity, not what an automation would leave.
    """

    hours_per_month: float | None
    n: int
    reason: str = ""
    amount_per_month: float | None = None
    currency: str | None = None
    is_given_rate: bool = False

    def to_json(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "hours_per_month": self.hours_per_month,
            "n": self.n,
            "reason": self.reason,
            "amount_per_month": self.amount_per_month,
            "currency": self.currency,
            "rate": "given" if self.is_given_rate else None,
        }


def estimate_saving(row: ActivityIndicators, rates: Rates | None) -> Saving:
    """Hours of people's work per month: events per month · mean processing hours · share not done by a system."""
    hours = row.indicators[IndicatorName.PROCESSING_HOURS]
    per_month = row.indicators[IndicatorName.EVENTS_PER_MONTH].value
    if hours.value is None or per_month is None:
        return Saving(hours_per_month=None, n=hours.n, reason="needs-start-times")
    automated = row.indicators[IndicatorName.AUTOMATION_RATE].value or 0.0
    total = per_month * hours.value * (1 - automated)
    rate = None if rates is None else rates.hourly.get(row.activity, rates.default)
    if rates is None or rate is None:
        return Saving(hours_per_month=total, n=hours.n)
    return Saving(
        hours_per_month=total,
        n=hours.n,
        amount_per_month=total * rate,
        currency=rates.currency,
        is_given_rate=True,
    )


def parse_rates(content: bytes, *, source: str) -> Rates:
    """Read a rates file (TOML when *source* ends in `.toml`, else JSON). Raises RatesFileError with the place."""
    if len(content) > MAX_FILE_BYTES:
        raise RatesFileError(
            f"The rates file is larger than {MAX_FILE_BYTES} bytes.",
            Place(source=source),
            "Give a file with one rate per role or activity.",
            {"limit": str(MAX_FILE_BYTES)},
        )
    try:
        text = content.decode("utf-8-sig")
        record = tomllib.loads(text) if source.endswith(".toml") else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RatesFileError(
            "The rates file is neither JSON nor TOML in UTF-8.", Place(source=source), "Correct the file."
        ) from error
    return _rates_of(record, source)


def _rates_of(record: object, source: str) -> Rates:
    if not isinstance(record, dict) or not isinstance(record.get("hourly", {}), dict):
        raise _refused("hourly", source)
    currency, default = record.get("currency"), record.get("default")
    if not isinstance(currency, str) or len(currency) != 3:
        raise _refused("currency", source)
    hourly = {str(name): _amount(value, f"hourly.{name}", source) for name, value in record.get("hourly", {}).items()}
    return Rates(
        currency=currency, hourly=hourly, default=None if default is None else _amount(default, "default", source)
    )


def _amount(value: object, field_name: str, source: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise _refused(field_name, source)
    return float(value)


def _refused(field_name: str, source: str) -> RatesFileError:
    return RatesFileError(
        f"The rates file has no usable '{field_name}'.",
        Place(source=source, element_id=field_name),
        "Give currency (three letters) and hourly amounts >= 0.",
        {"field": field_name},
    )
