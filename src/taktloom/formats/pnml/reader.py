# SPDX-License-Identifier: Apache-2.0
"""PNML to the model: the first net of the file, with the places, transitions and arcs of all its pages.

Reference places and transitions stand for what they refer to. A transition is silent when its tool data say so
(`activity="$invisible$"`, as ProM writes) or when it has no name. High-level nets are
refused: their tokens have values.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from taktloom.formats.xml_reader import DEFAULT_LIMITS, XmlError, XmlLimits, line_of, local_name, read_xml
from taktloom.model.petri_net import NetArc, NetPlace, NetTransition, PlaceTransitionNet
from taktloom.model.places import Place

_HIGH_LEVEL = ("highlevelnet", "pt-hlpng", "symmetricnet")
_TEXTS = frozenset({"text", "value"})  # the latter before the standard, as PIPE still writes
_INVISIBLE = "$invisible$"
_MAX_NUMBER = 1_000_000


def read_pnml(data: bytes | str, *, source: str = "", limits: XmlLimits = DEFAULT_LIMITS) -> PlaceTransitionNet:
    """Read the first net. Raises XmlError with file and line: no PNML, no net, doubled ids, arcs that lead nowhere."""
    root = read_xml(data, source=source, limits=limits)
    if local_name(root) != "pnml":
        raise _error(root, source, "This is no PNML file.", "Give a file whose root element is pnml.")
    net = next((child for child in _elements(root) if local_name(child) == "net"), None)
    if net is None:
        raise _error(root, source, "The file holds no net.", "Add a net element.")
    if any(name in (net.get("type") or "").lower() for name in _HIGH_LEVEL):
        raise _error(net, source, "High-level nets are not read.", "Export a place/transition net.")
    return _Reading(net, source).net()


@dataclass(slots=True)
class _Reading:
    root: etree._Element
    source: str
    places: dict[str, NetPlace] = field(default_factory=dict)
    transitions: dict[str, NetTransition] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    arcs: list[etree._Element] = field(default_factory=list)

    def net(self) -> PlaceTransitionNet:
        finals = self._final_marking()
        self._collect(self.root, finals)
        arcs = tuple(self._arc(element) for element in self.arcs)
        return PlaceTransitionNet(
            id=self.root.get("id") or "net",
            name=_label(self.root, "name") or "",
            places=tuple(self.places.values()),
            transitions=tuple(self.transitions.values()),
            arcs=arcs,
        )

    def _collect(self, parent: etree._Element, finals: dict[str, int]) -> None:
        for element in _elements(parent):
            kind, own_id = local_name(element), element.get("id") or ""
            if kind == "page":
                self._collect(element, finals)
            elif kind == "arc":
                self.arcs.append(element)
            elif kind in {"referencePlace", "referenceTransition"}:
                self._require_new(element, own_id)
                self.references[own_id] = element.get("ref") or ""
            elif kind == "place":
                self._require_new(element, own_id)
                tokens = self._number(element, "initialMarking", 0)
                name = _label(element, "name") or ""
                self.places[own_id] = NetPlace(id=own_id, name=name, tokens=tokens, final_tokens=finals.get(own_id, 0))
            elif kind == "transition":
                self._require_new(element, own_id)
                label = None if _is_invisible(element) else _label(element, "name") or None
                self.transitions[own_id] = NetTransition(id=own_id, label=label)

    def _arc(self, element: etree._Element) -> NetArc:
        source = self._resolved(element, element.get("source") or "")
        target = self._resolved(element, element.get("target") or "")
        if (source in self.places) == (target in self.places):
            raise _error(
                element,
                self.source,
                f"The arc from '{source}' to '{target}' does not join a place and a transition.",
                "Let it lead from a place to a transition or back.",
            )
        weight = self._number(element, "inscription", 1)
        if weight < 1:
            raise _error(element, self.source, "An arc has the weight 0.", "Give a weight of at least 1.")
        return NetArc(source=source, target=target, weight=weight)

    def _resolved(self, element: etree._Element, node: str) -> str:
        seen = set[str]()
        while node in self.references and node not in seen:
            seen.add(node)
            node = self.references[node]
        if node in self.places or node in self.transitions:
            return node
        raise _error(element, self.source, f"There is no node '{node}'.", "Correct the reference.")

    def _require_new(self, element: etree._Element, own_id: str) -> None:
        if not own_id:
            raise _error(element, self.source, f"A {local_name(element)} has no id.", "Give it one.")
        if own_id in self.places or own_id in self.transitions or own_id in self.references:
            raise _error(element, self.source, f"The id '{own_id}' is used twice.", "Give each node its own.")

    def _number(self, element: etree._Element, label: str, absent: int) -> int:
        text = _label(element, label)
        if text is None or not text.strip():
            return absent
        digits = text.strip().removeprefix("Default,")  # as older tools write
        if not digits.isascii() or not digits.isdigit() or int(digits[:8]) > _MAX_NUMBER or len(digits) > 8:
            raise _error(element, self.source, f"'{text[:40]}' is no number of tokens.", "Give a whole number.")
        return int(digits)

    def _final_marking(self) -> dict[str, int]:
        """The first final marking that is named; tools put it inside or beside the net."""
        for parent in (self.root, *self.root.iterancestors()):
            for element in _elements(parent):
                if local_name(element) == "finalmarkings":
                    marking = next(iter(_elements(element)), None)
                    places = [] if marking is None else list(_elements(marking))
                    found = {place.get("idref") or "": self._final_tokens(place) for place in places}
                    return {place: tokens for place, tokens in found.items() if tokens}
        return {}

    def _final_tokens(self, element: etree._Element) -> int:
        text = next((child.text or "" for child in _elements(element) if local_name(child) == "text"), "")
        return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 7 else 0


def _elements(parent: etree._Element) -> Iterator[etree._Element]:
    return parent.iterchildren("*")


def _label(element: etree._Element, name: str) -> str | None:
    for child in _elements(element):
        if local_name(child) == name:
            texts = [each.text or "" for each in _elements(child) if local_name(each) in _TEXTS]
            return texts[0].strip() if texts else (child.text or "").strip()
    return None


def _is_invisible(element: etree._Element) -> bool:
    return any(
        local_name(child) == "toolspecific" and child.get("activity") == _INVISIBLE for child in _elements(element)
    )


def _error(element: etree._Element, source: str, cause: str, remedy: str) -> XmlError:
    return XmlError(cause, Place(source=source, line=line_of(element), element_id=element.get("id") or ""), remedy)
