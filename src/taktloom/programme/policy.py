# SPDX-License-Identifier: Apache-2.0
"""The open formula of the automation potential, as data.

score = 100 · Σ weight · x ÷ Σ weight over the features that the log can tell; x is 0 (speaks against) to 1 (for).
A feature that is not computable is left out on both sides, and named. The resource column is used by no feature of
the score, only by classes: what a system does already must be found from the work itself.

| feature | x | why this weight |
|---|---|---|
| volume | log(1 + events per month) ÷ log(1 + 1,000), at most 1 | repetition pays, but not tenfold for ten times |
| standardisation | as measured | same place in every case: no exception handling to build |
| quickness | share of events under 60 s after the step before | a step that takes no time needs no judgement |
| no rework | 1 − rework | what is repeated was not right the first time |
| no exceptions | 1 − exception share | the automation meets few unknown paths |
| decision | held-out accuracy of the choice after it | the outcome follows from data |
| data | share of recorded values that the case already held | copying is a machine's work |

Sources: Wanner et al., "Process selection in RPA projects", ICIS 2019; Leno et al., "Robotic process mining", BISE
2021; Syed et al., "Robotic process automation: contemporary themes and challenges", Computers in Industry 2020.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Feature(StrEnum):
    """The features of the score."""

    VOLUME = "volume"
    STANDARDISATION = "standardisation"
    QUICKNESS = "quickness"
    NO_REWORK = "no_rework"
    NO_EXCEPTIONS = "no_exceptions"
    DECISION = "decision"
    DATA = "data"


class PotentialClass(StrEnum):
    """What to do with an activity."""

    ELIMINATE = "eliminate"
    DECIDE_BY_RULE = "decide-by-rule"
    CALL_AN_API = "call-an-api"
    ASSIST = "assist"
    KEEP_HUMAN = "keep-human"


WEIGHTS: Mapping[Feature, float] = {
    Feature.VOLUME: 0.25,
    Feature.STANDARDISATION: 0.2,
    Feature.QUICKNESS: 0.2,
    Feature.NO_REWORK: 0.1,
    Feature.NO_EXCEPTIONS: 0.1,
    Feature.DECISION: 0.1,
    Feature.DATA: 0.05,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Weights of the score and limits of the classes; shares are 0..1, scores 0..100.

    least_events: below it the log does not say enough, and the work stays with people. api_hours, rule_hours: mean
    hours of recorded work above which a step is more than a call, or more than a decision.
    """

    weights: Mapping[Feature, float] = field(default_factory=lambda: dict(WEIGHTS))
    full_volume_per_month: float = 1_000.0
    least_events: int = 30
    eliminate_rubber_stamps: float = 0.75
    rule_accuracy: float = 0.8
    already_automated: float = 0.5
    api_score: float = 60.0
    api_standardisation: float = 0.5
    api_rework: float = 0.15
    api_hours: float = 1.0
    rule_hours: float = 0.5
    assist_score: float = 40.0


DEFAULT_POLICY = Policy()
