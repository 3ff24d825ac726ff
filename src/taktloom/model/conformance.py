# SPDX-License-Identifier: Apache-2.0
"""What a conformance check returns, whether against a Petri net (mining) or the executable kernel (replayer)."""

from dataclasses import dataclass
from enum import StrEnum


class DeviationKind(StrEnum):
    """How a case leaves an executable model.

    event_not_possible: the log has an event that the model does not allow there. activity_missing: the model wants an
    activity that the log does not have. data_say_otherwise: the case took another flow than the conditions choose with
    its data. timer_should_have_fired: a timer was due, and the case went on as if it had not fired. timer_early: the
    case went on as if a timer had fired before it was due. cannot_go_on: the model stops with an incident.
    """

    EVENT_NOT_POSSIBLE = "event_not_possible"
    ACTIVITY_MISSING = "activity_missing"
    DATA_SAY_OTHERWISE = "data_say_otherwise"
    TIMER_SHOULD_HAVE_FIRED = "timer_should_have_fired"
    TIMER_EARLY = "timer_early"
    CANNOT_GO_ON = "cannot_go_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One deviation. element_id: of the model, None for an event without a place in it. what: the activity or flow."""

    kind: DeviationKind
    what: str
    element_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationCount:
    """In how many cases a deviation occurs."""

    deviation: Deviation
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantConformance:
    """One variant replayed: its activities, how many cases have it, its fitness in 0..1, and where it deviates.

    is_exact: whether no other explanation has fewer deviations; False where the search met its limit.
    """

    activities: tuple[str, ...]
    cases: int
    fitness: float
    deviations: tuple[str, ...] = ()
    is_exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformanceReport:
    """Fitness and precision of a model against a log, both in 0..1; precision None when not computed.

    method: name and source of the measure ("token-based replay, Rozinat & van der Aalst 2008"). deviations: by cases,
    most frequent first; empty where the method does not name them.
    """

    method: str
    fitness: float
    precision: float | None
    fitting_cases: int
    cases: int
    variants: tuple[VariantConformance, ...] = ()
    deviations: tuple[DeviationCount, ...] = ()
