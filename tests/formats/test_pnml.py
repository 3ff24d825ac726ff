# SPDX-License-Identifier: Apache-2.0
"""PNML: writing and reading back, what other tools write, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.formats.pnml import read_pnml, write_pnml
from taktloom.formats.xml_reader import XmlError
from taktloom.mining.net_exchange import NotAWorkflowNetError, from_exchange, to_exchange
from taktloom.mining.petri import PetriNet, Transition
from taktloom.model.petri_net import NetArc, NetPlace, NetTransition, PlaceTransitionNet

LABELS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1)


@st.composite
def nets(draw: st.DrawFn) -> PlaceTransitionNet:
    places = tuple(
        NetPlace(id=f"p{at}", name=draw(LABELS), tokens=draw(st.integers(0, 9)), final_tokens=draw(st.integers(0, 3)))
        for at in range(draw(st.integers(1, 4)))
    )
    transitions = tuple(
        NetTransition(id=f"t{at}", label=draw(st.none() | LABELS)) for at in range(draw(st.integers(1, 4)))
    )
    pairs = st.tuples(st.sampled_from(places), st.sampled_from(transitions), st.booleans(), st.integers(1, 5))
    arcs = tuple(
        NetArc(source=place.id if into else step.id, target=step.id if into else place.id, weight=weight)
        for place, step, into, weight in draw(st.lists(pairs, max_size=8))
    )
    return PlaceTransitionNet(id="n", name="a net", places=places, transitions=transitions, arcs=arcs)


@given(nets())
def test_what_is_written_is_read_back(net: PlaceTransitionNet) -> None:
    assert read_pnml(write_pnml(net)) == net


def test_pages_references_and_silent_transitions_of_other_tools_are_understood() -> None:
    net = read_pnml(
        """<pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml"><net id="n" type="ptnet">
        <page id="a"><place id="p"><initialMarking><text> 1 </text></initialMarking></place>
          <transition id="t"><toolspecific tool="ProM" version="6.4" activity="$invisible$"/>
            <name><text>tau</text></name></transition>
          <arc id="x" source="p" target="t"/></page>
        <page id="b"><referencePlace id="q" ref="p"/><transition id="u"/>
          <arc id="y" source="u" target="q"><inscription><text>2</text></inscription></arc></page>
        </net></pnml>"""
    )

    assert net.places == (NetPlace(id="p", tokens=1),)
    assert net.transitions == (NetTransition(id="t"), NetTransition(id="u"))
    assert net.arcs == (NetArc(source="p", target="t"), NetArc(source="u", target="p", weight=2))


@pytest.mark.parametrize(
    ("inside", "cause"),
    [
        ('<place id="p"/><place id="p"/>', "used twice"),
        ('<place id="p"/><arc id="a" source="p" target="x"/>', "no node 'x'"),
        ('<place id="p"/><place id="q"/><arc id="a" source="p" target="q"/>', "does not join"),
        ("<place/>", "no id"),
        ('<place id="p"><initialMarking><text>many</text></initialMarking></place>', "no number of tokens"),
        ('<place id="p"><initialMarking><text>99999999999</text></initialMarking></place>', "no number of tokens"),
    ],
)
def test_what_makes_no_net_is_refused_with_its_line(inside: str, cause: str) -> None:
    with pytest.raises(XmlError, match=cause) as caught:
        read_pnml(f'<pnml><net id="n" type="ptnet">\n{inside}</net></pnml>', source="x.pnml")

    assert (caught.value.place.source, caught.value.place.line) == ("x.pnml", 2)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("<pnml/>", "holds no net"),
        ("<bpmn/>", "no PNML"),
        ('<pnml><net id="n" type="http://www.pnml.org/version-2009/grammar/highlevelnet"/></pnml>', "High-level"),
        ('<!DOCTYPE pnml><pnml><net id="n"/></pnml>', "DOCTYPE"),
    ],
)
def test_other_files_are_refused(text: str, cause: str) -> None:
    with pytest.raises(XmlError, match=cause):
        read_pnml(text)


def test_a_workflow_net_goes_out_and_comes_back() -> None:
    net = PetriNet(
        places=("i", "o", "p"),
        transitions=(
            Transition(id="t0", label="a", inputs=(0,), outputs=(2,)),
            Transition(id="t1", label=None, inputs=(2,), outputs=(1,)),
        ),
        initial=0,
        final=1,
    )

    assert from_exchange(read_pnml(write_pnml(to_exchange(net)))) == net


def test_a_net_without_marking_begins_in_the_only_place_without_a_way_in() -> None:
    arcs = (("p", "t"), ("t", "q"))
    net = PlaceTransitionNet(
        id="n",
        places=(NetPlace(id="q"), NetPlace(id="p")),
        transitions=(NetTransition(id="t"),),
        arcs=tuple(NetArc(source=source, target=target) for source, target in arcs),
    )

    read = from_exchange(net)

    assert (read.places[read.initial], read.places[read.final]) == ("p", "q")


def test_values_of_tools_older_than_the_standard_are_read() -> None:
    net = read_pnml(
        """<pnml><net id="n" type="P/T net">
        <place id="p"><initialMarking><value>Default,1</value></initialMarking></place>
        <transition id="t"><name><value>pay</value></name></transition>
        <arc id="a" source="p" target="t"><inscription><value>Default,1</value></inscription></arc></net></pnml>"""
    )

    assert (net.places[0].tokens, net.transitions[0].label, net.arcs[0].weight) == (1, "pay", 1)


def test_a_net_without_one_start_and_one_end_is_no_workflow_net() -> None:
    two = PlaceTransitionNet(id="n", places=(NetPlace(id="p", tokens=1), NetPlace(id="q", tokens=1)))
    heavy = PlaceTransitionNet(
        id="n",
        places=(NetPlace(id="p", tokens=1),),
        transitions=(NetTransition(id="t"),),
        arcs=(NetArc(source="p", target="t", weight=2),),
    )

    for net, cause in ((two, "initial marking"), (heavy, "several tokens")):
        with pytest.raises(NotAWorkflowNetError, match=cause):
            from_exchange(net)
