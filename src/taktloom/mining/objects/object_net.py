# SPDX-License-Identifier: Apache-2.0
"""Object-centric Petri nets: places have an object type, transitions of one label are one, arcs may be variable.

For each type a sound net is discovered from the lives of its objects (inductive miner) and the nets are joined at
transitions of equal label; silent transitions and places stay those of their type. An arc of a type is variable (it
moves any number of objects at once) where fewer than the threshold's share of the activity's events touch exactly one
object of the type. A type that an activity touches now and then only still constrains it where it is touched.
Source: van der Aalst & Berti, "Discovering object-centric Petri nets", Fundamenta Informaticae 175, 2020.
"""

from dataclasses import dataclass

import polars as pl

from taktloom.mining.conformance.replay import check_fitness
from taktloom.mining.discovery.inductive import DEFAULT_NOISE, discover_process_tree
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.objects.object_graph import chosen_types, object_lives
from taktloom.mining.objects.object_log import ObjectCentricLog
from taktloom.mining.petri import PetriNet
from taktloom.mining.watching import step, tell

SINGLE_SHARE = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPlace:
    """id: unique in the net."""

    id: str
    object_type: str
    is_initial: bool = False
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NetStep:
    """A transition; label None: silent, of one type."""

    id: str
    label: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedArc:
    """source, target: ids of a place and a transition. is_variable: moves any number of objects at once."""

    source: str
    target: str
    object_type: str
    is_variable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFit:
    """objects: of the type; fitness: of their lives in the type's net, by token replay."""

    object_type: str
    objects: int
    fitness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectCentricNet:
    """places, transitions and arcs; variable: (activity, type) of variable arcs; fits by type."""

    places: tuple[TypedPlace, ...]
    transitions: tuple[NetStep, ...]
    arcs: tuple[TypedArc, ...]
    variable: tuple[tuple[str, str], ...]
    fits: tuple[TypeFit, ...]


def discover_object_net(
    log: ObjectCentricLog,
    object_types: tuple[str, ...] = (),
    *,
    noise: float = DEFAULT_NOISE,
    single_share: float = SINGLE_SHARE,
) -> ObjectCentricNet:
    """The net of these types (none named: all). noise: of the inductive miner. single_share: see the module.

    Raises UnknownObjectTypeError, ThresholdOutOfRangeError.
    """
    chosen = chosen_types(log, object_types)
    tell("joining events and objects", 0)
    lives = object_lives(log, chosen)
    variable = variable_arcs(lives, single_share)
    nets, fits = {}, []
    for number, kind in enumerate(chosen):
        with step("discovering", 2 * number, 2 * len(chosen)):
            variants = _variants(lives.filter(pl.col("object_type") == kind))
            nets[kind] = petri_net_from_tree(discover_process_tree(variants, noise=noise))
        with step("discovering", 2 * number + 1, 2 * len(chosen)):
            fitness = check_fitness(nets[kind], variants).fitness
        fits.append(TypeFit(object_type=kind, objects=sum(variants.values()), fitness=fitness))
    labels = sorted({label for net in nets.values() for label in net.labels})
    steps = [NetStep(id=f"t{number}", label=label) for number, label in enumerate(labels)]
    by_label = {step.label: step.id for step in steps}
    places: list[TypedPlace] = []
    arcs: list[TypedArc] = []
    for number, (kind, net) in enumerate(nets.items()):
        places += _places(f"p{number}_", kind, net)
        silent, own = _arcs(f"{number}_", kind, net, by_label, variable)
        steps += silent
        arcs += own
    return ObjectCentricNet(
        places=tuple(places),
        transitions=tuple(steps),
        arcs=tuple(dict.fromkeys(arcs)),
        variable=tuple(sorted(variable)),
        fits=tuple(fits),
    )


def variable_arcs(lives: pl.DataFrame, single_share: float) -> frozenset[tuple[str, str]]:
    """(activity, type) where fewer than *single_share* of the events that touch the type touch exactly one object."""
    per_event = lives.group_by("activity", "object_type", "event_id").len()
    single = per_event.group_by("activity", "object_type").agg((pl.col("len") == 1).mean().alias("single"))
    return frozenset(single.filter(pl.col("single") < single_share).select("activity", "object_type").rows())


def _variants(lives: pl.DataFrame) -> dict[tuple[str, ...], int]:
    sequences = lives.group_by("object_id", maintain_order=True).agg("activity")
    counted: dict[tuple[str, ...], int] = {}
    for sequence in sequences["activity"].to_list():
        counted[tuple(sequence)] = counted.get(tuple(sequence), 0) + 1
    return counted


def _places(prefix: str, kind: str, net: PetriNet) -> list[TypedPlace]:
    return [
        TypedPlace(id=f"{prefix}{at}", object_type=kind, is_initial=at == net.initial, is_final=at == net.final)
        for at in range(len(net.places))
    ]


def _arcs(
    prefix: str, kind: str, net: PetriNet, by_label: dict[str | None, str], variable: frozenset[tuple[str, str]]
) -> tuple[list[NetStep], list[TypedArc]]:
    silent: list[NetStep] = []
    arcs: list[TypedArc] = []
    for number, transition in enumerate(net.transitions):
        if transition.label is None:
            step = f"s{prefix}{number}"
            silent.append(NetStep(id=step, label=None))
        else:
            step = by_label[transition.label]
        is_variable = (transition.label or "", kind) in variable
        ends = [(f"p{prefix}{at}", step) for at in transition.inputs]
        ends += [(step, f"p{prefix}{at}") for at in transition.outputs]
        arcs += [
            TypedArc(source=source, target=target, object_type=kind, is_variable=is_variable) for source, target in ends
        ]
    return silent, arcs
