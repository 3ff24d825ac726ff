# SPDX-License-Identifier: Apache-2.0
"""What is usual: the norms of the potential's features. `python -m tests.programme.potential_norms LOG...`

For each feature the 10th and the 90th percentile of its indicator over the activities with 30 events or more of the
given logs, which name no potential and know of no label. Decisions are not measured here.
"""

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from taktloom.mining.indicators import load_indicator_source, measure_indicators
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.programme.policy import BY_LOGARITHM, DEFAULT_POLICY, NORMS, Feature
from taktloom.programme.scoring import MEASURED_BY

OWN_SCALE = (Feature.VOLUME, Feature.DECISION, Feature.NO_FAILURES)


def measured_values(paths: Sequence[Path]) -> dict[Feature, list[float]]:
    """Per feature the values of all frequent activities."""
    found: dict[Feature, list[float]] = {feature: [] for feature in Feature if feature not in OWN_SCALE}
    for path in paths:
        with tempfile.TemporaryDirectory(prefix="taktloom-norms-") as folder:
            request = ImportRequest(path=path, name=path.name, imported_at=datetime(2026, 1, 1, tzinfo=UTC))
            rows = measure_indicators(load_indicator_source(import_log(request, Path(folder)), ()))
        for feature, values in found.items():
            frequent = [
                row.indicators[MEASURED_BY[feature]] for row in rows if row.events >= DEFAULT_POLICY.least_events
            ]
            values += [each.value for each in frequent if each.value is not None]
    return found


def norms_of(values: Sequence[float], *, falls: bool, is_time: bool = False) -> tuple[float, float]:
    """The 10th and 90th percentile, rounded to 0.05 (times to one digit), turned where a smaller value is better."""
    ends = [float(each) for each in np.quantile(values, (0.1, 0.9))]
    low, high = (float(f"{each:.1g}") if is_time else round(each * 20) / 20 for each in ends)
    return (high, low) if falls else (low, high)


if __name__ == "__main__":
    for feature, values in measured_values([Path(each) for each in sys.argv[1:]]).items():
        at_zero, at_one = NORMS[feature]
        found = norms_of(values, falls=at_zero > at_one, is_time=feature in BY_LOGARITHM)
        sys.stdout.write(f"{feature.value}: {found} of {len(values)} activities; in use {NORMS[feature]}\n")
