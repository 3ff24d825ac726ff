# SPDX-License-Identifier: Apache-2.0
"""The open formula of the automation potential, as data.

score = 100 · Σ weight · x over the features that the log can tell; x is 0 (speaks against) to 1 (for), and the weights
used sum to 1. There are five kinds of evidence with equal weight, one for each thing that a log records of work: how
often, in which place, how long, with which data, how often in vain (van der Aalst 2016, perspectives). Within a kind
weights are equal too: where nothing is known of what deserves more, equal weights of what points the same way foretell
best (Dawes 1979), and grouping keeps many features of one kind from outvoting the others (OECD/JRC 2008, step 6). What
the log cannot tell is named, and its weight goes to the other features of its kind; a kind without any is left out on
both sides. The resource column is used by no feature of the score, only by classes: what a system does already must be
found from the work itself.

Equal weights need equal scales (OECD/JRC 2008, step 5). x = (measured − at zero) ÷ (at one − at zero), kept within 0 …
1; of times the same with their logarithms, since a minute more matters to a minute and not to a day. The ends are
norms: the 10th and 90th percentile over the activities with 30 events or more of ten public logs, rounded to 0.05,
times to one digit (`python -m tests.programme.potential_norms` prints them). They know of no label.

| kind | feature | measured | why it speaks for automation |
|---|---|---|---|
| repetition | volume | log(1 + events per month) ÷ log(1 + 1,000) | pays, not tenfold for ten times |
| regularity | standardisation | standardisation | same neighbours in every case |
| | ordering | ordering | same place in every case, also where others are skipped |
| | no exceptions | exception share | the automation meets few unknown paths |
| | stability | period stability | the process is as it was last month |
| little time | soon done | typical time since the step before | judgement takes time, waits for people |
| | little work | typical working time | what takes no time needs no judgement |
| | steady time | time stability | the work is the same each time |
| little judgement | decision | held-out accuracy of the choice after it | it follows from data; a coin has 0.5 |
| | data | share of values that the case already held | copying is a machine's work |
| few errors | no rework | rework | what is repeated was not right the first time |
| | no failures | failure rate | scale as of rework: too few public logs record failures |

Sources: Wanner et al., "Process selection in RPA projects", ICIS 2019 (frequency, standardisation, stability, failure
rate); Leno et al., "Robotic process mining", BISE 63, 2021; Syed et al., "Robotic process automation: contemporary
themes and challenges", Computers in Industry 115, 2020; Dawes, "The robust beauty of improper linear models in decision
making", American Psychologist 34, 1979; OECD/JRC, "Handbook on constructing composite indicators", 2008; van der Aalst,
"Process mining: data science in action", 2016.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Feature(StrEnum):
    """The features of the score."""

    VOLUME = "volume"
    STANDARDISATION = "standardisation"
    ORDERING = "ordering"
    NO_EXCEPTIONS = "no_exceptions"
    STABILITY = "stability"
    SOON_DONE = "soon_done"
    LITTLE_WORK = "little_work"
    STEADY_TIME = "steady_time"
    DECISION = "decision"
    DATA = "data"
    NO_REWORK = "no_rework"
    NO_FAILURES = "no_failures"


class Kind(StrEnum):
    """The kinds of evidence."""

    REPETITION = "repetition"
    REGULARITY = "regularity"
    LITTLE_TIME = "little_time"
    LITTLE_JUDGEMENT = "little_judgement"
    FEW_ERRORS = "few_errors"


class PotentialClass(StrEnum):
    """What to do with an activity."""

    ELIMINATE = "eliminate"
    DECIDE_BY_RULE = "decide-by-rule"
    CALL_AN_API = "call-an-api"
    ASSIST = "assist"
    KEEP_HUMAN = "keep-human"
    CANNOT_TELL = "cannot-tell"


KINDS: Mapping[Kind, tuple[Feature, ...]] = {
    Kind.REPETITION: (Feature.VOLUME,),
    Kind.REGULARITY: (
        Feature.STANDARDISATION,
        Feature.ORDERING,
        Feature.NO_EXCEPTIONS,
        Feature.STABILITY,
    ),
    Kind.LITTLE_TIME: (Feature.SOON_DONE, Feature.LITTLE_WORK, Feature.STEADY_TIME),
    Kind.LITTLE_JUDGEMENT: (Feature.DECISION, Feature.DATA),
    Kind.FEW_ERRORS: (Feature.NO_REWORK, Feature.NO_FAILURES),
}
KIND_OF: Mapping[Feature, Kind] = {feature: kind for kind, features in KINDS.items() for feature in features}
NORMS: Mapping[Feature, tuple[float, float]] = {
    Feature.VOLUME: (0.0, 1.0),
    Feature.STANDARDISATION: (0.15, 1.0),
    Feature.ORDERING: (0.75, 1.0),
    Feature.NO_EXCEPTIONS: (0.3, 0.0),
    Feature.STABILITY: (0.9, 1.0),
    Feature.SOON_DONE: (500_000.0, 70.0),
    Feature.LITTLE_WORK: (40_000.0, 20.0),
    Feature.STEADY_TIME: (0.35, 0.8),
    Feature.DECISION: (0.5, 1.0),
    Feature.DATA: (0.05, 1.0),
    Feature.NO_REWORK: (0.4, 0.0),
    Feature.NO_FAILURES: (0.4, 0.0),
}
"""Measured value at which x is 0, and at which it is 1."""
BY_LOGARITHM = frozenset({Feature.SOON_DONE, Feature.LITTLE_WORK})
"""Features whose scale is that of the logarithm of what was measured, in seconds."""
KIND_WEIGHTS: Mapping[Kind, float] = {kind: 1 / len(KINDS) for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Weights of the kinds of evidence and limits of the classes; shares are 0..1, scores 0..100.

    api_events_per_month: for less often a person is cheaper than an interface.
    least_events: below it the log does not say enough, and no class is told. api_hours, rule_hours: mean
    hours of recorded work above which a step is more than a call, or more than a decision.
    """

    weights: Mapping[Kind, float] = field(default_factory=lambda: dict(KIND_WEIGHTS))
    norms: Mapping[Feature, tuple[float, float]] = field(default_factory=lambda: dict(NORMS))
    full_volume_per_month: float = 1_000.0
    least_events: int = 30
    eliminate_rubber_stamps: float = 0.75
    rule_accuracy: float = 0.8
    already_automated: float = 0.5
    api_score: float = 60.0
    api_events_per_month: float = 5.0
    api_standardisation: float = 0.5
    api_rework: float = 0.15
    api_hours: float = 1.0
    rule_hours: float = 0.5
    assist_score: float = 40.0


DEFAULT_POLICY = Policy()
