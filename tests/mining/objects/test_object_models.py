# SPDX-License-Identifier: Apache-2.0
"""Object-centric graph and net: every count equals plain loops over the file's relations."""

from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from statistics import median

import pytest

from taktloom.mining.conformance.replay import check_fitness
from taktloom.mining.drawing.objects_svg import object_graph_svg, object_net_svg
from taktloom.mining.objects import ObjectCentricLog, read_object_log
from taktloom.mining.objects.flattening import UnknownObjectTypeError
from taktloom.mining.objects.object_graph import discover_object_graph
from taktloom.mining.objects.object_net import ObjectCentricNet, discover_object_net
from taktloom.mining.petri import PetriNet, Transition
from tests.mining.given_logs import given_path

LOGS = ("example_log.jsonocel", "ocel20_example.jsonocel", "pallet-logistics-v0.9.sqlite", "recruiting-red.jsonocel")
pytestmark = pytest.mark.data

Lives = dict[str, tuple[str, list[tuple[str, str, float]]]]


@cache
def object_log(name: str) -> ObjectCentricLog:
    return read_object_log(given_path(name), timezone="Europe/Berlin").log


@cache
def plain_lives(name: str) -> Lives:
    """Object -> its type and its events (id, activity, seconds), in order."""
    log = object_log(name)
    kinds = dict(log.objects.rows())
    touched: dict[str, list[str]] = defaultdict(list)
    for event, thing, _ in log.event_objects.rows():
        if thing not in touched[event]:
            touched[event].append(thing)
    lives: Lives = {thing: (kind, []) for thing, kind in kinds.items()}
    for event, activity, at in log.events.rows():
        for thing in touched[event]:
            lives[thing][1].append((event, activity, at.timestamp()))
    return lives


@pytest.mark.parametrize("name", LOGS)
def test_flows_and_gates_are_those_of_plain_loops(name: str) -> None:
    flows, gates = defaultdict(list), Counter[tuple[str, str, str]]()
    for thing, (kind, events) in plain_lives(name).items():
        for (_, source, begin), (_, target, end) in pairwise(events):
            flows[kind, source, target].append((thing, end - begin))
        if events:
            gates[kind, events[0][1], "first"] += 1
            gates[kind, events[-1][1], "last"] += 1

    graph = discover_object_graph(object_log(name))

    assert {
        (flow.object_type, flow.source, flow.target): (flow.frequency, flow.objects, pytest.approx(flow.median_s))
        for flow in graph.flows
    } == {
        key: (len(seen), len({thing for thing, _ in seen}), pytest.approx(median(gap for _, gap in seen), abs=1e-5))
        for key, seen in flows.items()
    }
    assert {(gate.object_type, gate.activity): (gate.first, gate.last) for gate in graph.gates} == {
        (kind, activity): (gates[kind, activity, "first"], gates[kind, activity, "last"]) for kind, activity, _ in gates
    }


@pytest.mark.parametrize("name", LOGS)
def test_an_activity_counts_its_events_once_however_many_objects_they_touch(name: str) -> None:
    events = defaultdict(set)
    for _, lived in plain_lives(name).values():
        for event, activity, _ in lived:
            events[activity].add(event)

    graph = discover_object_graph(object_log(name))

    assert {each.activity: each.events for each in graph.activities} == {
        activity: len(each) for activity, each in events.items()
    }


@pytest.mark.parametrize("name", LOGS)
def test_arcs_are_variable_where_events_touch_several_objects_of_a_type(name: str) -> None:
    sizes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for _, (kind, lived) in plain_lives(name).items():
        for event, activity, _ in lived:
            sizes[activity, kind][event] += 1
    expected = {
        key for key, events in sizes.items() if sum(count == 1 for count in events.values()) < 0.98 * len(events)
    }

    net = discover_object_net(object_log(name))

    assert set(net.variable) == expected
    assert {(arc.object_type, arc.is_variable) for arc in net.arcs if arc.is_variable} == {
        (kind, True) for _, kind in expected
    }


@pytest.mark.parametrize("name", LOGS)
def test_the_part_of_each_type_is_a_workflow_net_that_its_objects_replay_as_told(name: str) -> None:
    net = discover_object_net(object_log(name), noise=0)

    for fit in net.fits:
        lived = [events for kind, events in plain_lives(name).values() if kind == fit.object_type and events]
        variants = Counter(tuple(activity for _, activity, _ in events) for events in lived)
        assert fit.objects == len(lived)
        assert check_fitness(part_of(net, fit.object_type), variants).fitness == pytest.approx(fit.fitness)
        assert fit.fitness == pytest.approx(1)


def part_of(net: ObjectCentricNet, kind: str) -> PetriNet:
    places = [place for place in net.places if place.object_type == kind]
    index = {place.id: number for number, place in enumerate(places)}
    arcs = [arc for arc in net.arcs if arc.object_type == kind]
    steps = [step for step in net.transitions if any(step.id in (arc.source, arc.target) for arc in arcs)]
    return PetriNet(
        places=tuple(place.id for place in places),
        transitions=tuple(
            Transition(
                id=step.id,
                label=step.label,
                inputs=tuple(sorted(index[arc.source] for arc in arcs if arc.target == step.id)),
                outputs=tuple(sorted(index[arc.target] for arc in arcs if arc.source == step.id)),
            )
            for step in steps
        ),
        initial=next(index[place.id] for place in places if place.is_initial),
        final=next(index[place.id] for place in places if place.is_final),
    )


def test_types_can_be_chosen_and_an_unknown_one_is_refused() -> None:
    log = object_log("ocel20_example.jsonocel")
    kinds = log.objects["object_type"].unique().sort().to_list()

    assert discover_object_graph(log, (kinds[0],)).object_types == (kinds[0],)
    assert {place.object_type for place in discover_object_net(log, (kinds[0],)).places} == {kinds[0]}
    with pytest.raises(UnknownObjectTypeError):
        discover_object_graph(log, ("none such",))


def test_pictures_have_a_colour_and_a_legend_per_type() -> None:
    log = object_log("example_log.jsonocel")
    graph, net = discover_object_graph(log), discover_object_net(log)

    for picture in (object_graph_svg(graph), object_net_svg(net)):
        assert picture.startswith("<svg")
        assert all(f">{kind}</text>" in picture for kind in graph.object_types)
    assert object_net_svg(net).count(">*</text>") > 0
