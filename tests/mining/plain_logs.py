# SPDX-License-Identifier: Apache-2.0
"""Variants and rows of the given XES logs, read by a plain loop that shares nothing with the product's readers."""

import gzip
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lxml import etree

DRAFT_LOGS = {
    "receipt": "08_receipt.xes.gz",
    "SEPSIS": "SEPSIS.xes.gz",
    "helpdesk": "helpdesk.xes.gz",
    "BPIC13_cp": "BPIC13_cp.xes.gz",
    "Procure-to-Pay": "Procure-to-Pay.xes.gz",
}


class PlainCase(NamedTuple):
    """One trace: its attributes, and its complete events (attributes as text by XES key) by time, then file order."""

    attributes: dict[str, str]
    events: list[dict[str, str]]


@cache
def read_cases(path: Path) -> tuple[PlainCase, ...]:
    """Read every trace; where the log has both start and complete events, keep the complete ones."""
    cases = []
    with gzip.open(path) as stream:
        for _, trace in etree.iterparse(stream, tag="{*}trace", no_network=True, resolve_entities=False):
            attributes, events = {}, []
            for child in trace:
                if etree.QName(child).localname == "event":
                    events.append({a.get("key", ""): a.get("value", "") for a in child})
                else:
                    attributes[child.get("key", "")] = child.get("value", "")
            cases.append(PlainCase(attributes, sorted(_complete(events), key=_moment)))
            trace.clear()
    return tuple(cases)


def read_variants(path: Path) -> dict[tuple[str, ...], int]:
    """Activities -> number of cases."""
    return dict(Counter(tuple(event["concept:name"] for event in case.events) for case in read_cases(path)))


def _complete(events: list[dict[str, str]]) -> list[dict[str, str]]:
    lifecycles = {event.get("lifecycle:transition", "complete").lower() for event in events}
    if not {"start", "complete"} <= lifecycles:
        return events
    return [event for event in events if event["lifecycle:transition"].lower() == "complete"]


def _moment(event: dict[str, str]) -> datetime:
    return datetime.fromisoformat(event["time:timestamp"])
