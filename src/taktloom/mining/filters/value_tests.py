# SPDX-License-Identifier: Apache-2.0
"""Values held against a test, whole columns at once."""

import numpy as np
import polars as pl

from taktloom.mining.filters.rows import Mask
from taktloom.mining.filters.values import ContainsText, InstantRange, Missing, NumberRange, OneOf, ValueTest


def meets(values: pl.Series, test: ValueTest) -> Mask:
    """By value whether it meets *test*; a missing value meets `Missing` only."""
    if isinstance(test, Missing):
        return values.is_null().to_numpy()
    if isinstance(test, OneOf):
        found = _one_of(values, test)
    elif isinstance(test, NumberRange):
        found = _in_range(values, test)
    elif isinstance(test, InstantRange):
        found = _in_period(values, test)
    else:
        found = _contains(values, test)
    return _none(values) if found is None else found.fill_null(value=False).to_numpy()


def _none(values: pl.Series) -> Mask:
    return np.zeros(values.len(), dtype=np.bool_)


def _one_of(values: pl.Series, test: OneOf) -> pl.Series | None:
    if values.dtype == pl.String:
        return values.is_in([each for each in test.values if isinstance(each, str)])
    if values.dtype == pl.Boolean:
        return values.is_in([each for each in test.values if isinstance(each, bool)])
    if values.dtype.is_numeric():
        numbers = [each for each in test.values if isinstance(each, (int, float)) and not isinstance(each, bool)]
        if values.dtype.is_integer():
            whole = [int(each) for each in numbers if each == int(each)]
            return values.is_in(pl.Series(whole, dtype=values.dtype, strict=False))
        return values.is_in(pl.Series([float(each) for each in numbers], dtype=pl.Float64))
    return None


def _in_range(values: pl.Series, test: NumberRange) -> pl.Series | None:
    if not values.dtype.is_numeric():
        return None
    found = values.is_not_null() & ~values.cast(pl.Float64).is_nan()
    if test.at_least is not None:
        found &= values >= test.at_least
    if test.at_most is not None:
        found &= values <= test.at_most
    return found


def _in_period(values: pl.Series, test: InstantRange) -> pl.Series | None:
    if not isinstance(values.dtype, pl.Datetime):
        return None
    found = values.is_not_null()
    if test.since is not None:
        found &= values >= test.since
    if test.until is not None:
        found &= values < test.until
    return found


def _contains(values: pl.Series, test: ContainsText) -> pl.Series | None:
    return values.str.contains(test.text, literal=True) if values.dtype == pl.String else None
