# SPDX-License-Identifier: Apache-2.0
"""Working together: how many cases two resources share.

Source: van der Aalst, Reijers & Song, "Discovering social networks from event logs", CSCW 14(6), 2005 (joint cases).
"""

from dataclasses import dataclass

import numpy as np

from taktloom.mining.distinct import distinct
from taktloom.mining.statistics.arrays import NOBODY, LogArrays
from taktloom.mining.watching import tell
from taktloom.model.errors import LimitExceededError

PAIRS_KEPT = 200
MOST_RESOURCES = 2_000


class TooManyResourcesError(LimitExceededError):
    """The log has more resources than every pair of them can be looked at."""

    code = "TL-2185"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """cases: in which both work. share: of the cases of the one who works in fewer."""

    one: str
    other: str
    cases: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTogether:
    """pairs: the most frequent, at most PAIRS_KEPT; distinct_pairs: all. cases_alone: with one resource only."""

    cases: int
    cases_alone: int
    distinct_pairs: int
    pairs: tuple[Pair, ...]


def measure_working_together(log: LogArrays) -> WorkingTogether:
    """Joint cases of every pair; steps without a resource count for nobody. Raises TooManyResourcesError."""
    count = len(log.resources)
    require_few_resources(count)
    known = log.resource != NOBODY
    # One entry per case and resource, sorted by case.
    entries = distinct(log.case[known].astype(np.int64) * max(1, count) + log.resource[known])
    case, who = entries // max(1, count), entries % max(1, count)
    together = np.zeros(count * count, dtype=np.int64)
    sizes = np.unique(case, return_counts=True)[1]
    for lag in range(1, int(sizes.max(initial=0))):  # pairs within a case, by how far apart they stand
        tell("working together", lag - 1, int(sizes.max()) - 1)
        same = np.flatnonzero(case[lag:] == case[:-lag])
        together += np.bincount(who[same] * count + who[same + lag], minlength=together.size)
    cases_of = np.bincount(who, minlength=count)
    found = np.flatnonzero(together)
    ranked = found[np.lexsort((found, -together[found]))][:PAIRS_KEPT]
    return WorkingTogether(
        cases=int(sizes.size),
        cases_alone=int((sizes == 1).sum()),
        distinct_pairs=int(found.size),
        pairs=tuple(
            Pair(
                one=log.resources[code // count],
                other=log.resources[code % count],
                cases=int(together[code]),
                share=float(together[code] / min(cases_of[code // count], cases_of[code % count])),
            )
            for code in ranked.tolist()
        ),
    )


def require_few_resources(count: int) -> None:
    """Raises TooManyResourcesError above MOST_RESOURCES."""
    if count > MOST_RESOURCES:
        raise TooManyResourcesError(
            f"The log has {count} resources.",
            remedy=f"Filter it to events of at most {MOST_RESOURCES} resources: every pair of them is looked at.",
            parameters={"count": str(count), "limit": str(MOST_RESOURCES)},
        )
