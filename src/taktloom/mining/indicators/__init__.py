# SPDX-License-Identifier: Apache-2.0
"""What an event log says about each activity: volume, standardisation, rework, hand-offs, and what it cannot say."""

from taktloom.mining.indicators.activities import (
    ActivityIndicators,
    Indicator,
    decisions_after,
    judged_alternatives,
    measure_indicators,
)
from taktloom.mining.indicators.names import EXPLANATIONS, IndicatorName
from taktloom.mining.indicators.source import IndicatorSource, load_indicator_source
from taktloom.mining.indicators.weighted import WeightedIndicators, measure_weighted
from taktloom.mining.indicators.working_time import HoursBasis, NamedCalendar, WorkingHours

__all__ = [
    "EXPLANATIONS",
    "ActivityIndicators",
    "HoursBasis",
    "Indicator",
    "IndicatorName",
    "IndicatorSource",
    "NamedCalendar",
    "WeightedIndicators",
    "WorkingHours",
    "decisions_after",
    "judged_alternatives",
    "load_indicator_source",
    "measure_indicators",
    "measure_weighted",
]
