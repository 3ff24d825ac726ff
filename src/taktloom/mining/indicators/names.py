# SPDX-License-Identifier: Apache-2.0
"""The indicators of an activity, each with its formula in words and what it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class IndicatorName(StrEnum):
    """Keys of the indicators; texts for people come from the catalogues."""

    EVENTS_PER_MONTH = "events_per_month"
    CASE_FREQUENCY = "case_frequency"
    STANDARDISATION = "standardisation"
    REWORK = "rework"
    EXCEPTION_SHARE = "exception_share"
    QUICK_SHARE = "quick_share"
    RUBBER_STAMP_SHARE = "rubber_stamp_share"
    HAND_OFF_SHARE = "hand_off_share"
    RESOURCE_SPREAD = "resource_spread"
    AUTOMATION_RATE = "automation_rate"
    WAITING_HOURS = "waiting_hours"
    PROCESSING_HOURS = "processing_hours"
    DECISION_DETERMINISM = "decision_determinism"
    DATA_DETERMINISM = "data_determinism"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """formula: in words. needs: a stable name of what the log must have."""

    formula: str
    needs: str = ""


EXPLANATIONS: Mapping[IndicatorName, Explanation] = {
    IndicatorName.EVENTS_PER_MONTH: Explanation(formula="events ÷ months covered (30.4375 days each)"),
    IndicatorName.CASE_FREQUENCY: Explanation(formula="cases with the activity ÷ all cases"),
    IndicatorName.STANDARDISATION: Explanation(
        formula="1 − mean of the normalised entropies of what comes before and what comes after"
    ),
    IndicatorName.REWORK: Explanation(formula="(events − cases with the activity) ÷ events"),
    IndicatorName.EXCEPTION_SHARE: Explanation(
        formula="share of its cases whose variant is outside the commonest variants that cover 80 % of all cases"
    ),
    IndicatorName.QUICK_SHARE: Explanation(formula="share of events under 60 s after their predecessor, by anyone"),
    IndicatorName.RUBBER_STAMP_SHARE: Explanation(
        formula="share of events under 60 s after their predecessor by the same resource", needs="resource"
    ),
    IndicatorName.HAND_OFF_SHARE: Explanation(
        formula="share of transitions into it where the resource changes", needs="resource"
    ),
    IndicatorName.RESOURCE_SPREAD: Explanation(
        formula="effective number of resources, exp of the entropy of who does it", needs="resource"
    ),
    IndicatorName.AUTOMATION_RATE: Explanation(
        formula="events by system resources ÷ events by resources that could be told",
        needs="told-resource",
    ),
    IndicatorName.WAITING_HOURS: Explanation(
        formula="mean time from the predecessor's completion to the start (to the completion where no start is known)"
    ),
    IndicatorName.PROCESSING_HOURS: Explanation(
        formula="mean time from start to completion, around the clock", needs="start-times"
    ),
    IndicatorName.DECISION_DETERMINISM: Explanation(
        formula="held-out accuracy of the rules for the choice right after it", needs="choice-and-attributes"
    ),
    IndicatorName.DATA_DETERMINISM: Explanation(
        formula="share of recorded attribute values that the case already held", needs="event-attributes"
    ),
}
