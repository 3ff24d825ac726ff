# SPDX-License-Identifier: Apache-2.0
"""The directly-follows graph as CSV."""

from taktloom.mining.logs.export import write_csv
from taktloom.mining.statistics.directly_follows import DirectlyFollowsGraph


def map_csv(graph: DirectlyFollowsGraph) -> str:
    """One line per flow: source, target, frequency, cases, mean, median and 95th percentile in seconds."""
    return write_csv(
        ("source", "target", "frequency", "cases", "mean_s", "median_s", "p95_s"),
        (
            (
                flow.source,
                flow.target,
                flow.frequency,
                flow.cases,
                flow.elapsed.mean_s,
                flow.elapsed.median_s,
                flow.elapsed.p95_s,
            )
            for flow in graph.flows
        ),
    )
