# SPDX-License-Identifier: Apache-2.0
"""Which way each case took at each exclusive split, from replaying the log on the process.

A choice is seen when its transition is fired for an event that fits. Choices of deviating events
are not counted. The moment of a choice is the event that it leads to: what was known before that event was known then.
Source: Rozinat & van der Aalst, "Decision mining in ProM", BPM 2006 (decision points and their instances).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from taktloom.mining.conformance.process_net import Choice, ProcessNet
from taktloom.mining.conformance.replay import Replayer
from taktloom.mining.decisions.cart import Codes
from taktloom.mining.decisions.known_values import case_bounds
from taktloom.mining.watching import telling
from taktloom.model.identifiers import ElementId


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GatewayChoices:
    """All choices at one gateway, in the order of cases. cases: 0-based in the log; positions: of the event that
    followed, 0-based in the case (its length at the end of the case); taken: index into *flows*."""

    gateway: ElementId
    flows: tuple[ElementId, ...]
    cases: Codes
    positions: Codes
    taken: Codes


def find_choices(events: pl.DataFrame, process: ProcessNet) -> Mapping[ElementId, GatewayChoices]:
    """Every exclusive split that some case passed, in the order of the process.

    events: columns `case_id`, `activity`; rows of a case together, in order of time.
    """
    replayer = Replayer(process.net)
    seen: dict[tuple[str, ...], tuple[tuple[int, Choice], ...]] = {}
    rows: list[tuple[int, int, Choice]] = []
    starts, lengths = case_bounds(events)
    activities = events["activity"].to_list()
    cases = list(zip(starts.tolist(), lengths.tolist(), strict=True))
    for case, (start, length) in enumerate(telling(cases, "replaying")):
        variant = tuple(activities[start : start + length])
        if variant not in seen:
            seen[variant] = _choices_of(replayer, variant, process)
        rows.extend((case, position, choice) for position, choice in seen[variant])
    return _by_gateway(rows, process)


def _choices_of(replayer: Replayer, variant: tuple[str, ...], process: ProcessNet) -> tuple[tuple[int, Choice], ...]:
    replay = replayer.replay(variant)
    found = [
        (position, choice)
        for position, event in enumerate(replay.events)
        if not event.missing and event.transition is not None
        for transition in (*event.silent, event.transition)
        for choice in process.choices[transition]
    ]
    ended = [] if replay.missing or replay.remaining else replay.ending
    return (*found, *((len(variant), choice) for transition in ended for choice in process.choices[transition]))


def _by_gateway(rows: list[tuple[int, int, Choice]], process: ProcessNet) -> Mapping[ElementId, GatewayChoices]:
    flows: dict[ElementId, list[ElementId]] = {}
    for gateway, flow in process.splits:
        flows.setdefault(gateway, []).append(flow)
    grouped: dict[ElementId, list[tuple[int, int, int]]] = {gateway: [] for gateway in flows}
    for case, position, (gateway, flow) in rows:
        grouped[gateway].append((case, position, flows[gateway].index(flow)))
    found = {}
    for gateway, taken in grouped.items():
        table = np.array(taken, dtype=np.int64).reshape(-1, 3)
        found[gateway] = GatewayChoices(
            gateway=gateway,
            flows=tuple(flows[gateway]),
            cases=table[:, 0],
            positions=table[:, 1],
            taken=table[:, 2],
        )
    return found
