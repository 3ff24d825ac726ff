# SPDX-License-Identifier: Apache-2.0
"""The indicators of an activity, each with its formula in words, its source and what it needs.

Sources in full:
Dumas, La Rosa, Mendling & Reijers, "Fundamentals of Business Process Management", 2nd ed., 2018.
Endres & Schindelin, "A new metric for probability distributions", IEEE Trans. Information Theory 49, 2003.
Heitjan & Rubin, "Ignorability and coarse data", Annals of Statistics 19, 1991.
Hill, "Diversity and evenness", Ecology 54, 1973.
Lashkevich, Milani, Chapela-Campa, Suvorau & Dumas, "Why am I waiting? Data-driven analysis of waiting times in business
processes", CAiSE 2023.
Leno, Polyvyanyy, Dumas, La Rosa & Maggi, "Robotic process mining", BISE 63, 2021.
Limpert, Stahel & Abbt, "Log-normal distributions across the sciences", BioScience 51, 2001.
Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Information Theory 37, 1991.
Mardia & Jupp, "Directional Statistics", 2000.
Martin, Swennen, Depaire, Jans, Caris & Vanhoof, "Retrieving batch organisation of work insights from event logs",
Decision Support Systems 100, 2017.
Rozinat & van der Aalst, "Decision mining in ProM", BPM 2006.
Simpson, "Measurement of diversity", Nature 163, 1949.
Syed et al., "Robotic process automation: contemporary themes and challenges", Computers in Industry 115, 2020.
van der Aalst, Reijers & Song, "Discovering social networks from event logs", CSCW 14, 2005.
Wanner, Hofmann, Fischer, Imgrund, Janiesch & Geyer-Klingeberg, "Process selection in RPA projects", ICIS 2019.
Weidlich, Mendling & Weske, "Efficient consistency measurement based on behavioral profiles", IEEE Trans. Software
Engineering 37, 2011.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class IndicatorName(StrEnum):
    """Keys of the indicators; texts for people come from the catalogues."""

    EVENTS_PER_MONTH = "events_per_month"
    CASE_FREQUENCY = "case_frequency"
    STANDARDISATION = "standardisation"
    ORDERING = "ordering"
    PERIOD_STABILITY = "period_stability"
    TIME_STABILITY = "time_stability"
    VARIANT_CONCENTRATION = "variant_concentration"
    REWORK = "rework"
    FAILURE_RATE = "failure_rate"
    EXCEPTION_SHARE = "exception_share"
    QUICK_SHARE = "quick_share"
    TYPICAL_TIME_S = "typical_time_s"
    TYPICAL_WORK_S = "typical_work_s"
    RUBBER_STAMP_SHARE = "rubber_stamp_share"
    HAND_OFF_SHARE = "hand_off_share"
    PING_PONG_SHARE = "ping_pong_share"
    RESOURCE_SPREAD = "resource_spread"
    ROLE_SPREAD = "role_spread"
    SYSTEM_SWITCH_SHARE = "system_switch_share"
    AUTOMATION_RATE = "automation_rate"
    WAITING_HOURS = "waiting_hours"
    PROCESSING_HOURS = "processing_hours"
    MANUAL_HOURS = "manual_hours"
    BATCH_SHARE = "batch_share"
    TIMER_REGULARITY = "timer_regularity"
    DECISION_DETERMINISM = "decision_determinism"
    DATA_DETERMINISM = "data_determinism"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """formula: in words. needs: a stable name of what the log must have. source: who defined it, as in the module."""

    formula: str
    source: str
    needs: str = ""


EXPLANATIONS: Mapping[IndicatorName, Explanation] = {
    IndicatorName.EVENTS_PER_MONTH: Explanation(
        formula="events ÷ months covered (30.4375 days each)", source="Wanner et al. 2019 (execution frequency)"
    ),
    IndicatorName.CASE_FREQUENCY: Explanation(
        formula="cases with the activity ÷ all cases", source="Wanner et al. 2019 (execution frequency)"
    ),
    IndicatorName.STANDARDISATION: Explanation(
        formula="1 − mean of the normalised entropies of what comes before and what comes after",
        source="Wanner et al. 2019 (standardisation); Shannon 1948 (entropy)",
    ),
    IndicatorName.ORDERING: Explanation(
        formula="over the activities it shares cases with: |cases it comes first in − cases it comes later in| ÷ "
        "cases shared, by first occurrences",
        needs="other-activities",
        source="Weidlich, Mendling & Weske 2011 (strict order of behavioural profiles)",
    ),
    IndicatorName.PERIOD_STABILITY: Explanation(
        formula="1 − mean Jensen–Shannon distance between what stands around it in one month and in the next",
        needs="two-months",
        source="Lin 1991 (divergence); Endres & Schindelin 2003 (distance); Syed et al. 2020 (maturity)",
    ),
    IndicatorName.TIME_STABILITY: Explanation(
        formula="1 ÷ (1 + coefficient of variation of the working time from start to completion)",
        needs="start-times",
        source="Wanner et al. 2019 (stability)",
    ),
    IndicatorName.VARIANT_CONCENTRATION: Explanation(
        formula="chance that two of its cases take the same variant",
        needs="two-cases",
        source="Simpson 1949 (measurement of diversity)",
    ),
    IndicatorName.REWORK: Explanation(
        formula="(events − cases with the activity) ÷ events",
        source="Dumas et al. 2018, chapter 7 (rework probability)",
    ),
    IndicatorName.FAILURE_RATE: Explanation(
        formula="cases in which it is aborted or fails, or right after it the case ends as failed ÷ cases with it",
        needs="failures",
        source="Wanner et al. 2019 (failure rate); IEEE 1849-2016 (lifecycle)",
    ),
    IndicatorName.EXCEPTION_SHARE: Explanation(
        formula="share of its events whose neighbours occur around it in none of the commonest variants that cover "
        "80 % of all cases",
        source="Syed et al. 2020 (few exceptions)",
    ),
    IndicatorName.QUICK_SHARE: Explanation(
        formula="share of events under 60 s after their predecessor, by anyone",
        source="Leno et al. 2021 (routines run through without pause)",
    ),
    IndicatorName.TYPICAL_TIME_S: Explanation(
        formula="geometric mean of the seconds from the step before to its completion, without waiting for a batch; "
        "times that the log's clock does not show lie between a second and one tick",
        source="Wanner et al. 2019 (execution time); Lashkevich et al. 2023 (waiting for a batch); Limpert, Stahel & "
        "Abbt 2001 (times are log-normal); Heitjan & Rubin 1991 (coarse data)",
    ),
    IndicatorName.TYPICAL_WORK_S: Explanation(
        formula="geometric mean of the seconds of work from start to completion, in working hours; times that the "
        "log's clock does not show lie between a second and one tick",
        needs="start-times",
        source="Wanner et al. 2019 (execution time); Limpert, Stahel & Abbt 2001 (times are log-normal); Heitjan & "
        "Rubin 1991 (coarse data)",
    ),
    IndicatorName.RUBBER_STAMP_SHARE: Explanation(
        formula="share of events under 60 s after their predecessor by the same resource",
        needs="resource",
        source="Dumas et al. 2018, chapter 8 (elimination of steps that add nothing)",
    ),
    IndicatorName.HAND_OFF_SHARE: Explanation(
        formula="share of transitions into it where the resource changes",
        needs="resource",
        source="van der Aalst, Reijers & Song 2005 (handover of work)",
    ),
    IndicatorName.PING_PONG_SHARE: Explanation(
        formula="share of events that come back to the resource of the step before last by way of another",
        needs="resource",
        source="BPI Challenge 2013 (ping-pong behaviour)",
    ),
    IndicatorName.RESOURCE_SPREAD: Explanation(
        formula="effective number of resources, exp of the entropy of who does it",
        needs="resource",
        source="Hill 1973 (effective number)",
    ),
    IndicatorName.ROLE_SPREAD: Explanation(
        formula="effective number of roles, exp of the entropy of the roles that do it",
        needs="role",
        source="Hill 1973 (effective number)",
    ),
    IndicatorName.SYSTEM_SWITCH_SHARE: Explanation(
        formula="share of transitions into it where the recorded system changes",
        needs="system",
        source="Syed et al. 2020 (work across several systems)",
    ),
    IndicatorName.AUTOMATION_RATE: Explanation(
        formula="events by system resources ÷ events by resources that could be told",
        needs="told-resource",
        source="Wanner et al. 2019 (automation rate)",
    ),
    IndicatorName.WAITING_HOURS: Explanation(
        formula="mean time from the predecessor's completion to the start (to the completion where no start is known)",
        source="Dumas et al. 2018, chapter 7 (waiting time)",
    ),
    IndicatorName.PROCESSING_HOURS: Explanation(
        formula="mean time from start to completion, in working hours",
        needs="start-times",
        source="Wanner et al. 2019 (execution time)",
    ),
    IndicatorName.MANUAL_HOURS: Explanation(
        formula="events per month · mean working time from start to completion · share not done by a system",
        needs="start-times",
        source="Wanner et al. 2019 (manual effort)",
    ),
    IndicatorName.BATCH_SHARE: Explanation(
        formula="share of events in runs of three or more cases, at most 60 s apart, by the same resource where known",
        needs="distinct-runs",
        source="Martin et al. 2017 (batch processing)",
    ),
    IndicatorName.TIMER_REGULARITY: Explanation(
        formula="how closely events keep to one minute of the hour: resultant length on the circle, corrected for n",
        needs="minutes",
        source="Mardia & Jupp 2000, chapter 2 (resultant length)",
    ),
    IndicatorName.DECISION_DETERMINISM: Explanation(
        formula="held-out accuracy of the rules for the choice right after it",
        needs="choice-and-attributes",
        source="Rozinat & van der Aalst 2006 (decision mining)",
    ),
    IndicatorName.DATA_DETERMINISM: Explanation(
        formula="share of attribute values that the case already held, of those with an earlier one in the case",
        needs="event-attributes",
        source="Leno et al. 2021 (data that one step copies from another)",
    ),
}
