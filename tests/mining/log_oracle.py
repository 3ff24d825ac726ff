# SPDX-License-Identifier: Apache-2.0
"""An independent reading of event logs: csv and xml.etree, dictionaries and loops. It shares nothing with the product.

It knows the given logs' column names and that their times carry offsets. Starts are paired with completions first in
first out per (case, activity, instance); rows are ordered by (completion, place in the source).
"""

import csv
import gzip
import io
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BETWEEN = {"schedule", "assign", "reassign", "suspend", "resume"}


@dataclass(frozen=True)
class Step:
    """One activity instance; times in whole microseconds UTC."""

    activity: str
    resource: str | None
    started_at: int | None
    occurred_at: int
    position: int


@dataclass
class PlainLog:
    """Cases in the order of their first row, each with its steps in order; source rows counted."""

    cases: dict[str, list[Step]] = field(default_factory=dict)
    rows: int = 0


Record = Mapping[str, str]


def microseconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


@cache
def read_plain_log(path: Path) -> PlainLog:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    is_csv = path.name.removesuffix(".gz").endswith(".csv")
    return build_plain_log(_csv_records(data) if is_csv else _xes_records(data))


def _csv_records(data: bytes) -> Iterable[tuple[str, Record]]:
    for row in csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")):
        yield row["case:concept:name"], {key: value for key, value in row.items() if value}


def _xes_records(data: bytes) -> Iterable[tuple[str, Record]]:
    seen: Counter[str] = Counter()
    for trace in ElementTree.fromstring(data):
        if trace.tag.rpartition("}")[2] != "trace":
            continue
        name = next(child.get("value", "") for child in trace if child.get("key") == "concept:name")
        seen[name] += 1
        case = name if seen[name] == 1 else f"{name} #{seen[name]}"
        for event in trace:
            if event.tag.rpartition("}")[2] == "event":
                yield case, {child.get("key", ""): child.get("value", "") for child in event if child.get("value")}


def build_plain_log(records: Iterable[tuple[str, Record]]) -> PlainLog:
    rows = [(case, record, number) for number, (case, record) in enumerate(records)]
    transitions = {record.get("lifecycle:transition", "").lower() for _, record, _ in rows}
    is_paired = {"start", "complete"} <= transitions
    log = PlainLog(rows=len(rows))
    by_case: dict[str, list[tuple[int, Record, int]]] = defaultdict(list)
    for case, record, number in rows:
        by_case[case].append((microseconds(record["time:timestamp"]), record, number))
    for case, events in by_case.items():
        steps = _pair(sorted(events, key=lambda each: (each[0], each[2]))) if is_paired else _single(events)
        if steps:
            log.cases[case] = sorted(steps, key=lambda step: (step.occurred_at, step.position))
    return log


def _single(events: list[tuple[int, Record, int]]) -> list[Step]:
    return [
        Step(
            record["concept:name"],
            record.get("org:resource"),
            microseconds(record["start_timestamp"]) if "start_timestamp" in record else None,
            at,
            number,
        )
        for at, record, number in events
    ]


def _pair(events: list[tuple[int, Record, int]]) -> list[Step]:
    open_starts: dict[tuple[str, str], list[int]] = defaultdict(list)
    steps = []
    for at, record, number in events:
        key = (record["concept:name"], record.get("concept:instance", ""))
        transition = record.get("lifecycle:transition", "complete").lower()
        if transition == "start":
            open_starts[key].append(at)
        elif transition in {"complete", "ate_abort", "pi_abort"}:
            begun = open_starts[key].pop(0) if open_starts[key] else None
            steps.append(Step(key[0], record.get("org:resource"), begun, at, number))
        elif transition not in BETWEEN:
            steps.append(Step(key[0], record.get("org:resource"), None, at, number))
    return steps


def variants(log: PlainLog) -> Counter[tuple[str, ...]]:
    return Counter(tuple(step.activity for step in steps) for steps in log.cases.values())


def transitions(log: PlainLog) -> list[tuple[str, Step, Step]]:
    return [
        (case, steps[index], steps[index + 1]) for case, steps in log.cases.items() for index in range(len(steps) - 1)
    ]


def flow_gaps(log: PlainLog) -> dict[tuple[str, str], list[int]]:
    gaps: dict[tuple[str, str], list[int]] = defaultdict(list)
    for _, before, after in transitions(log):
        gaps[before.activity, after.activity].append(after.occurred_at - before.occurred_at)
    return gaps


def flow_cases(log: PlainLog) -> dict[tuple[str, str], int]:
    cases: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case, before, after in transitions(log):
        cases[before.activity, after.activity].add(case)
    return {flow: len(each) for flow, each in cases.items()}


def gaps_before(log: PlainLog) -> dict[str, list[int]]:
    gaps: dict[str, list[int]] = defaultdict(list)
    for _, before, after in transitions(log):
        gaps[after.activity].append(after.occurred_at - before.occurred_at)
    return gaps


def working_times(log: PlainLog) -> dict[str, list[int]]:
    times: dict[str, list[int]] = defaultdict(list)
    for steps in log.cases.values():
        for step in steps:
            if step.started_at is not None:
                times[step.activity].append(step.occurred_at - step.started_at)
    return times


def durations(log: PlainLog) -> list[int]:
    return [
        steps[-1].occurred_at - min(step.occurred_at if step.started_at is None else step.started_at for step in steps)
        for steps in log.cases.values()
    ]


def rubber_stamps(log: PlainLog) -> Counter[str]:
    return Counter(
        after.activity
        for _, before, after in transitions(log)
        if after.resource is not None
        and after.resource == before.resource
        and after.occurred_at - before.occurred_at < 60_000_000
    )


def hand_overs(log: PlainLog) -> Counter[tuple[str, str]]:
    return Counter(
        (before.resource, after.resource)
        for _, before, after in transitions(log)
        if before.resource is not None and after.resource is not None and before.resource != after.resource
    )


def repeats(log: PlainLog) -> Counter[str]:
    counted: Counter[str] = Counter()
    for steps in log.cases.values():
        for activity, count in Counter(step.activity for step in steps).items():
            counted[activity] += count - 1
    return counted


def quantile(values: list[int], share: float) -> float:
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def mean(values: list[int]) -> float:
    return statistics.fmean(values)
