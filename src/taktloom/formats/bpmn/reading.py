# SPDX-License-Identifier: Apache-2.0
"""What the readers of all elements share: the file, its root-level definitions, findings, a node's common fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypedDict

from lxml import etree

from taktloom.formats.bpmn.extensions import Extensions, foreign_of
from taktloom.formats.bpmn.names import BPMN, FEEL_LANGUAGES, bpmn, local_name
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place
from taktloom.model.process import EventAttribute, Foreign
from taktloom.model.process_data import VariableMapping

__all__ = ["ActivityFields", "NodeFields", "Reading", "children", "text_of"]

_RECENT = 10
COMMON_CHILDREN = frozenset({"documentation", "extensionElements", "incoming", "outgoing"})
COMMON_ATTRIBUTES = frozenset({"id", "name"})


class NodeFields(TypedDict):
    """The fields of every FlowNode; incoming and outgoing are filled in when the flows are known."""

    id: ElementId
    name: str
    place: Place
    documentation: str
    foreign: Foreign


class ActivityFields(NodeFields):
    """The fields of every Activity."""

    default_flow: ElementId | None
    inputs: tuple[VariableMapping, ...]
    outputs: tuple[VariableMapping, ...]
    event_attributes: tuple[EventAttribute, ...]


@dataclass(slots=True, kw_only=True)
class Reading:
    """One file being read. roots: root-level elements (messages, errors, event definitions) by id."""

    source: str
    roots: dict[str, etree._Element]
    language: str
    findings: list[Finding] = field(default_factory=list)
    unnamed: int = 0

    def place(self, element: etree._Element) -> Place:
        """File, line, id."""
        return Place(source=self.source, line=_line(element), element_id=element.get("id"))

    def element_id(self, element: etree._Element) -> ElementId:
        """The id, or one by position for the elements that have none, as the standard allows."""
        given = element.get("id")
        if given:
            return ElementId(given)
        self.unnamed += 1
        return ElementId(f"_{local_name(element.tag)}_{self.unnamed}")

    def report(
        self, rule: str, element: etree._Element, message: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> None:
        """Add a finding at the element, or at the nearest element around it that has an id."""
        named: etree._Element | None = element
        while named is not None and named.get("id") is None:
            named = named.getparent()
        element_id = None if named is None else named.get("id")
        place = Place(source=self.source, line=_line(element), element_id=element_id)
        finding = Finding(
            severity=severity,
            rule=rule,
            message=message,
            place=place,
            remedy=remedy,
            parameters={"element": element_id or "", "name": element.get("name") or ""},
        )
        if finding not in self.findings[-_RECENT:]:  # an event is looked at twice, to see whether it can be read
            self.findings.append(finding)

    def root(self, element: etree._Element, attribute: str) -> etree._Element | None:
        """The root-level element that *attribute* refers to; a reference to nothing is a finding."""
        reference = element.get(attribute)
        if not reference:
            return None
        found = self.roots.get(reference.rpartition(":")[2])
        if found is None:
            self.report(
                "reference-unknown",
                element,
                f"'{attribute}' refers to '{reference}', which does not exist.",
                "Refer to an element of the file.",
            )
        return found

    def expression(self, element: etree._Element | None) -> str | None:
        """FEEL text of an expression element; None for none or an empty one, a finding for another language."""
        text = text_of(element)
        if element is None or not text:
            return None
        language = (element.get("language") or self.language).strip().lower()
        if language and language not in FEEL_LANGUAGES and not text.startswith("="):
            self.report(
                "expression-language-unknown",
                element,
                f"The expression is in the language '{language}', which is not run.",
                "Write it in FEEL and name no language.",
            )
        return text

    def node(self, element: etree._Element, attributes: frozenset[str], known: frozenset[str]) -> NodeFields:
        """The fields of every flow node. attributes, known: what else the caller reads itself."""
        self._report_executed(element)
        return NodeFields(
            id=self.element_id(element),
            name=(element.get("name") or "").strip(),
            place=self.place(element),
            documentation=text_of(element.find(bpmn("documentation"))),
            foreign=foreign_of(element, COMMON_ATTRIBUTES | attributes, COMMON_CHILDREN | known),
        )

    def activity(
        self, element: etree._Element, attributes: frozenset[str] = frozenset(), known: frozenset[str] = frozenset()
    ) -> ActivityFields:
        """The fields of every activity."""
        extensions = Extensions(element)
        default = element.get("default")
        self._report_data_flow(element)
        return ActivityFields(
            **self.node(element, attributes | {"default"}, known),
            default_flow=ElementId(default) if default else None,
            inputs=extensions.mappings("input"),
            outputs=extensions.mappings("output"),
            event_attributes=extensions.attributes("event"),
        )

    def _report_executed(self, element: etree._Element) -> None:
        for name in Extensions(element).executed_elsewhere():
            self.report(
                "extension-not-run",
                element,
                f"The extension '{name}' is not run.",
                "Remove it, and model what it does with elements that are run.",
            )

    def _report_data_flow(self, element: etree._Element) -> None:
        for name in ("dataInputAssociation", "dataOutputAssociation"):
            for association in children(element, name):
                if (
                    association.find(bpmn("assignment")) is not None
                    or association.find(bpmn("transformation")) is not None
                ):
                    self.report(
                        "data-association-not-run",
                        association,
                        "The data association's assignments are not run.",
                        "Use input and output mappings.",
                    )
        if element.find(bpmn("property")) is not None:
            self.report("property-not-run", element, "Properties are not run.", "Use variables.")


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The BPMN children of this local name."""
    return element.iterchildren(f"{{{BPMN}}}{name}")


def text_of(element: etree._Element | None) -> str:
    """All text inside, stripped; "" for None."""
    return "" if element is None else "".join(str(text) for text in element.itertext()).strip()


def _line(element: etree._Element) -> int | None:
    line: object = element.sourceline
    return line if isinstance(line, int) else None
