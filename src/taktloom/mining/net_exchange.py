# SPDX-License-Identifier: Apache-2.0
"""Workflow nets to and from the exchange model of Petri nets."""

from collections import Counter

from taktloom.mining.petri import PetriNet, Transition, require_small
from taktloom.model.errors import DefinitionError
from taktloom.model.petri_net import NetArc, NetPlace, NetTransition, PlaceTransitionNet
from taktloom.model.places import Place


class NotAWorkflowNetError(DefinitionError):
    """The net has no single start and end, or arcs that move several tokens."""

    code = "TL-1113"


def to_exchange(net: PetriNet, *, net_id: str = "net", name: str = "") -> PlaceTransitionNet:
    """The net with its initial and final marking; ids of places and transitions are its own."""
    places = tuple(
        NetPlace(id=f"p{at}", name=place, tokens=int(at == net.initial), final_tokens=int(at == net.final))
        for at, place in enumerate(net.places)
    )
    transitions = tuple(NetTransition(id=f"t{at}", label=each.label) for at, each in enumerate(net.transitions))
    arcs = tuple(
        arc
        for at, each in enumerate(net.transitions)
        for arc in (
            *(NetArc(source=f"p{place}", target=f"t{at}") for place in each.inputs),
            *(NetArc(source=f"t{at}", target=f"p{place}") for place in each.outputs),
        )
    )
    return PlaceTransitionNet(id=net_id, name=name, places=places, transitions=transitions, arcs=arcs)


def from_exchange(net: PlaceTransitionNet) -> PetriNet:
    """The workflow net of *net*: one place marked at first (else the only one without a way in), and one at last (else
    the only one without a way out).

    Raises NotAWorkflowNetError, with the place or arc that is in the way, and NetTooLargeError.
    """
    require_small(len(net.places) + len(net.transitions))
    index = {place.id: at for at, place in enumerate(net.places)}
    inputs: dict[str, list[int]] = {transition.id: [] for transition in net.transitions}
    outputs: dict[str, list[int]] = {transition.id: [] for transition in net.transitions}
    weights = Counter[tuple[str, str]]()
    for arc in net.arcs:
        weights[arc.source, arc.target] += arc.weight
    for (source, target), weight in weights.items():
        if weight > 1:
            raise _refusal(f"The arc from '{source}' to '{target}' moves several tokens.", source)
        if source in index:
            inputs[target].append(index[source])
        else:
            outputs[source].append(index[target])
    initial, final = _ends(net)
    return PetriNet(
        places=tuple(place.name or place.id for place in net.places),
        transitions=tuple(
            Transition(
                id=each.id,
                label=each.label,
                inputs=tuple(sorted(inputs[each.id])),
                outputs=tuple(sorted(outputs[each.id])),
            )
            for each in net.transitions
        ),
        initial=index[initial.id],
        final=index[final.id],
    )


def _ends(net: PlaceTransitionNet) -> tuple[NetPlace, NetPlace]:
    marked = [place for place in net.places if place.tokens]
    if not marked:
        targets = {arc.target for arc in net.arcs}
        marked = [place for place in net.places if place.id not in targets]
    if len(marked) != 1 or marked[0].tokens > 1:
        raise _refusal("The initial marking is not one token in one place.", net.id)
    final = [place for place in net.places if place.final_tokens]
    if not final:
        sources = {arc.source for arc in net.arcs}
        final = [place for place in net.places if place.id not in sources]
    if len(final) != 1 or final[0].final_tokens > 1:
        raise _refusal("The net does not end with one token in one place.", net.id)
    return marked[0], final[0]


def _refusal(cause: str, element: str) -> NotAWorkflowNetError:
    return NotAWorkflowNetError(
        cause, Place(element_id=element), "Give a workflow net: one source, one sink, arcs of weight one.", {}
    )
