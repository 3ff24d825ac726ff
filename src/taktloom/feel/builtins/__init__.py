# SPDX-License-Identifier: Apache-2.0
"""The built-in functions of DMN 1.5 (10.3.4), one file per family; `BUILT_INS` has them by name."""

from taktloom.feel.builtins import contexts, conversion, lists, numbers, patterns, range_text, ranges, strings, temporal
from taktloom.feel.builtins.declare import combine

__all__ = ["BUILT_INS"]

BUILT_INS = combine(
    (
        conversion.FUNCTIONS,
        contexts.FUNCTIONS,
        lists.FUNCTIONS,
        numbers.FUNCTIONS,
        patterns.FUNCTIONS,
        range_text.FUNCTIONS,
        ranges.FUNCTIONS,
        strings.FUNCTIONS,
        temporal.FUNCTIONS,
    )
)
