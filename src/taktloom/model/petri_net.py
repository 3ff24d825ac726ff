# SPDX-License-Identifier: Apache-2.0
"""Place/transition nets as they are exchanged: any arc weights, any initial and final marking.

Source: ISO/IEC 15909-2:2011, Petri Net Markup Language, place/transition nets. Final markings are not in the standard;
tools write them beside it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NetPlace:
    """tokens: in the initial marking. final_tokens: in the final one; 0 everywhere where the net names none."""

    id: str
    name: str = ""
    tokens: int = 0
    final_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetTransition:
    """label None: silent."""

    id: str
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetArc:
    """From a place to a transition or back, by id; weight >= 1."""

    source: str
    target: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTransitionNet:
    """A net with unique ids over places and transitions."""

    id: str
    name: str = ""
    places: tuple[NetPlace, ...] = ()
    transitions: tuple[NetTransition, ...] = ()
    arcs: tuple[NetArc, ...] = ()
