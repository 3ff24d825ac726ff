# SPDX-License-Identifier: Apache-2.0
"""Flows, times, variants, durations, rework and hand-overs of a table on an SQL engine: counted there, the few numbers
that come of it fetched. The results are of the types, and have the numbers, of the local analyses.

Fetched are one row per flow, activity, pair of resources or variant; of durations, eight bytes a case.
"""

from typing import Any

import numpy as np

from taktloom.mining.logs.variants import Variant, variant_id
from taktloom.mining.sql.event_table import EventTable, columns_of, counted_as, fetched
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND
from taktloom.mining.statistics.durations import CaseDurations, describe_durations
from taktloom.mining.statistics.handovers import PAIRS_KEPT, HandOver, HandOvers
from taktloom.mining.statistics.in_parts import CountedFlow, CountedFlows, TimedFlow
from taktloom.mining.statistics.rework import ActivityRework

STEP_DIGITS = 9
MOST_CASES = 50_000_000
"""of which the durations, eight bytes each, are fetched"""


def count_flows(table: EventTable) -> CountedFlows:
    """The directly-follows graph by frequency, most frequent first (ties by label)."""
    rows = table.rows
    flows = rows.filter(rows.previous.notnull())
    counted = fetched(flows.group_by("previous", "activity").aggregate(number=flows.count()), most=table.most_rows)
    longest = rows.group_by("case").aggregate(last=rows.step.max())
    ends = rows.join(longest, "case").filter(lambda each: each.step == each.last)
    first = rows.filter(rows.step == 0)
    return CountedFlows(
        events=table.facts.rows,
        flows=tuple(
            sorted(
                (
                    CountedFlow(source=each["previous"], target=each["activity"], frequency=int(each["number"]))
                    for each in counted
                ),
                key=lambda flow: (-flow.frequency, flow.source, flow.target),
            )
        ),
        first_in=_by_activity(table, first),
        last_in=_by_activity(table, ends),
    )


def _by_activity(table: EventTable, rows: Any) -> dict[str, int]:
    found = fetched(rows.group_by("activity").aggregate(number=rows.count()), most=table.most_rows)
    return {each["activity"]: int(each["number"]) for each in sorted(found, key=lambda each: str(each["activity"]))}


def time_flows(table: EventTable) -> tuple[TimedFlow, ...]:
    """Flows with the mean, shortest and longest time, most frequent first (ties by label)."""
    flows = table.rows.filter(table.rows.previous.notnull())
    flows = flows.mutate(gap=flows["at"] - flows.previous_at)
    counted = flows.group_by("previous", "activity").aggregate(
        number=flows.count(),
        seconds=(flows.gap // MICROSECONDS_PER_SECOND).cast("int64").sum(),
        rest=(flows.gap % MICROSECONDS_PER_SECOND).cast("int64").sum(),
        least=flows.gap.min(),
        most=flows.gap.max(),
    )
    found = [
        TimedFlow(
            source=each["previous"],
            target=each["activity"],
            frequency=int(each["number"]),
            mean_s=(int(each["seconds"]) * MICROSECONDS_PER_SECOND + int(each["rest"]))
            / int(each["number"])
            / MICROSECONDS_PER_SECOND,
            shortest_s=int(each["least"]) / MICROSECONDS_PER_SECOND,
            longest_s=int(each["most"]) / MICROSECONDS_PER_SECOND,
        )
        for each in fetched(counted, most=table.most_rows)
    ]
    return tuple(sorted(found, key=lambda flow: (-flow.frequency, flow.source, flow.target)))


def list_variants(table: EventTable) -> tuple[Variant, ...]:
    """Variants, most frequent first (ties: earliest first case, by its first row).

    A case's sequence is put together from texts of its place and its activity's number, sorted: engines that cannot
    aggregate in an order can sort an array.
    """
    import ibis

    rows = table.rows
    labels = sorted(each["activity"] for each in fetched(rows.select("activity").distinct(), most=table.most_rows))
    code = rows.activity.cases(*((label, ibis.literal(str(number))) for number, label in enumerate(labels)))
    key = rows.step.cast("string").lpad(STEP_DIGITS, "0") + ibis.literal(":") + code
    keyed = rows.mutate(key=key)
    cases = keyed.group_by("case").aggregate(
        keys=keyed.key.collect(), begun=(keyed.begun if "begun" in keyed.columns else keyed.position).min()
    )
    cases = cases.mutate(sequence=cases["keys"].sort().join(","))
    found = fetched(
        cases.group_by("sequence").aggregate(number=cases.count(), begun=cases.begun.min()), most=table.most_rows
    )
    found.sort(key=lambda each: (-int(each["number"]), each["begun"], each["sequence"]))
    sequences = [tuple(labels[int(key.partition(":")[2])] for key in each["sequence"].split(",")) for each in found]
    return tuple(
        Variant(id=variant_id(sequence), activities=sequence, cases=int(each["number"]))
        for sequence, each in zip(sequences, found, strict=True)
    )


def measure_durations(table: EventTable) -> CaseDurations:
    """Durations of the cases: from the first start (or completion) to the last completion."""
    rows = table.rows
    cases = rows.group_by("case").aggregate(duration=rows["at"].max() - rows.started.min())
    durations = columns_of(cases.select("duration"), most=MOST_CASES).column("duration").to_numpy()
    return describe_durations(durations.astype(np.int64))


def measure_rework(table: EventTable) -> tuple[ActivityRework, ...]:
    """Rework per activity, most repeats first (ties by label)."""
    rows = table.rows
    marked = rows.mutate(loop=counted_as((rows.previous == rows.activity).fill_null(False)))
    held = marked.group_by("case", "activity").aggregate(number=marked.count(), loops=marked.loop.sum())
    counted = held.group_by("activity").aggregate(
        events=held.number.sum(),
        cases=held.count(),
        repeated=counted_as(held.number > 1).sum(),
        loops=held.loops.sum(),
    )
    found = []
    for each in fetched(counted, most=table.most_rows):
        events, cases = int(each["events"]), int(each["cases"])
        found.append(
            ActivityRework(
                activity=each["activity"],
                events=events,
                repeats=events - cases,
                self_loops=int(each["loops"]),
                cases_with_repeats=int(each["repeated"]),
                share=(events - cases) / events,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.repeats, each.activity)))


def measure_hand_overs(table: EventTable) -> HandOvers:
    """Hand-overs between resources; transitions with an unknown one do not count."""
    rows = table.rows
    known = rows.filter(rows.previous_resource.notnull() & rows.resource.notnull() & rows.previous.notnull())
    counted = known.group_by("previous_resource", "resource").aggregate(number=known.count())
    found = [
        (each["previous_resource"], each["resource"], int(each["number"]))
        for each in fetched(counted, most=table.most_rows)
    ]
    handed = sorted((each for each in found if each[0] != each[1]), key=lambda each: (-each[2], each[0], each[1]))
    transitions, handed_over = sum(each[2] for each in found), sum(each[2] for each in handed)
    return HandOvers(
        transitions=transitions,
        handed_over=handed_over,
        share=handed_over / transitions if transitions else 0.0,
        distinct_pairs=len(handed),
        pairs=tuple(HandOver(giver=giver, taker=taker, count=count) for giver, taker, count in handed[:PAIRS_KEPT]),
    )
