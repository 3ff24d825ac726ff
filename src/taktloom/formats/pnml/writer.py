# SPDX-License-Identifier: Apache-2.0
"""The model to PNML: one net on one page, silent transitions and the final marking as ProM marks them."""

from lxml import etree

from taktloom.model.petri_net import NetPlace, NetTransition, PlaceTransitionNet

_NAMESPACE = "http://www.pnml.org/version-2009/grammar/pnml"
_NET_TYPE = "http://www.pnml.org/version-2009/grammar/ptnet"


def write_pnml(net: PlaceTransitionNet) -> bytes:
    """UTF-8 XML; the same net always gives the same bytes."""
    root = etree.Element(_name("pnml"), nsmap={None: _NAMESPACE})  # type: ignore[dict-item]  # the stubs know no default namespace
    element = etree.SubElement(root, _name("net"), id=net.id, type=_NET_TYPE)
    if net.name:
        _label(element, "name", net.name)
    page = etree.SubElement(element, _name("page"), id=_unused("page", net))
    for place in net.places:
        _place(page, place)
    for transition in net.transitions:
        _transition(page, transition)
    for number, arc in enumerate(net.arcs, start=1):
        arc_id = _unused(f"arc{number}", net)
        each = etree.SubElement(page, _name("arc"), id=arc_id, source=arc.source, target=arc.target)
        if arc.weight != 1:
            _label(each, "inscription", str(arc.weight))
    _final_marking(element, net)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _place(page: etree._Element, place: NetPlace) -> None:
    element = etree.SubElement(page, _name("place"), id=place.id)
    if place.name:
        _label(element, "name", place.name)
    if place.tokens:
        _label(element, "initialMarking", str(place.tokens))


def _transition(page: etree._Element, transition: NetTransition) -> None:
    element = etree.SubElement(page, _name("transition"), id=transition.id)
    if transition.label is None:
        etree.SubElement(element, _name("toolspecific"), tool="ProM", version="6.4", activity="$invisible$")
    else:
        _label(element, "name", transition.label)


def _final_marking(net_element: etree._Element, net: PlaceTransitionNet) -> None:
    places = [place for place in net.places if place.final_tokens]
    if not places:
        return
    marking = etree.SubElement(etree.SubElement(net_element, _name("finalmarkings")), _name("marking"))
    for place in places:
        element = etree.SubElement(marking, _name("place"), idref=place.id)
        etree.SubElement(element, _name("text")).text = str(place.final_tokens)


def _label(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(etree.SubElement(parent, _name(name)), _name("text")).text = text


def _unused(wanted: str, net: PlaceTransitionNet) -> str:
    used = {net.id, *(place.id for place in net.places), *(transition.id for transition in net.transitions)}
    while wanted in used:
        wanted += "_"
    return wanted


def _name(local: str) -> str:
    return f"{{{_NAMESPACE}}}{local}"
