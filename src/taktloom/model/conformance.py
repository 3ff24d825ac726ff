# SPDX-License-Identifier: Apache-2.0
"""What a conformance check returns, whether against a Petri net (mining) or the executable kernel (replayer)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantConformance:
    """One variant replayed: its activities, how many cases have it, its fitness in 0..1, and where it deviates."""

    activities: tuple[str, ...]
    cases: int
    fitness: float
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformanceReport:
    """Fitness and precision of a model against a log, both in 0..1; precision None when not computed.

    method: name and source of the measure ("token-based replay, Rozinat & van der Aalst 2008").
    """

    method: str
    fitness: float
    precision: float | None
    fitting_cases: int
    cases: int
    variants: tuple[VariantConformance, ...] = ()
