# SPDX-License-Identifier: Apache-2.0
"""What the readers of all elements share: the file, its root-level definitions, findings, a node's common fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypedDict

from lxml import etree

from taktloom.formats.bpmn.juel import is_juel, translate_juel
from taktloom.formats.bpmn.names import BPMN, bpmn, is_feel, local_name, reference
from taktloom.formats.xml_reader import XmlError, read_xml
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place
from taktloom.model.process import Form

__all__ = [
    "MAX_FINDINGS",
    "MAX_MESSAGE",
    "NodeFields",
    "Reading",
    "children",
    "default_flow",
    "is_true",
    "left_out",
    "shortened",
    "text_of",
]

_RECENT = 10
MAX_FINDINGS = 1_000
MAX_MESSAGE = 500


class NodeFields(TypedDict):
    """The fields of every FlowNode; flows and what is kept are filled in when the container has been read."""

    id: ElementId
    name: str
    place: Place
    documentation: str


@dataclass(slots=True, kw_only=True)
class Reading:
    """One file being read. roots: root-level elements (messages, errors, event definitions) by id.

    operations, retrievals, variables, labels, links: see `taktloom.formats.bpmn.index`. forms: made from vendors' form
    fields. is_shallow: contents of containers are left out. is_xpath: the file says that its expressions are XPath,
    which most tools write unasked, as it is the schema's default.
    """

    source: str
    roots: dict[str, etree._Element]
    language: str
    findings: list[Finding] = field(default_factory=list)
    unnamed: int = 0
    operations: dict[str, etree._Element] = field(default_factory=dict)
    retrievals: dict[str, list[tuple[ElementId, etree._Element]]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    labels: dict[ElementId, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    is_shallow: bool = False
    is_xpath: bool = False

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
        finding = shortened(finding)
        if finding not in self.findings[-_RECENT:]:  # a shared definition is read once for each event that names it
            self.keep(finding)

    def keep(self, finding: Finding) -> None:
        """Add a finding, up to the limit, which is said once."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)
        elif len(self.findings) == MAX_FINDINGS:
            self.findings.append(left_out(finding.place))

    def not_run(self, element: etree._Element, name: str, remedy: str, severity: Severity = Severity.WARNING) -> None:
        """A vendor's extension that does something elsewhere and nothing here."""
        self.report("extension-not-run", element, f"The extension '{name}' is not run.", remedy, severity)

    def root(self, element: etree._Element, attribute: str) -> etree._Element | None:
        """The root-level element that *attribute* refers to; what is unknown is named by the rules of the file."""
        given = element.get(attribute)
        return self.roots.get(reference(given)) if given else None

    def operation_message(self, element: etree._Element) -> etree._Element | None:
        """The message that the element's operation takes in."""
        given = element.get("operationRef") or text_of(element.find(bpmn("operationRef")))
        if not given:
            return None
        operation = self.operations.get(reference(given))
        message = None if operation is None else operation.find(bpmn("inMessageRef"))
        return None if message is None else self.roots.get(reference(text_of(message)))

    def variable_of(self, element_id: str) -> str:
        """The variable that holds the data element of this id, through references to it."""
        return self.variables.get(element_id, element_id)

    def link_name(self, text: str) -> str:
        """The name of the link event definition of this id."""
        return self.links.get(reference(text), "")

    def expression(self, element: etree._Element | None) -> str | None:
        """FEEL text of an expression element; None for none or an empty one, a finding for another language."""
        text = text_of(element)
        if element is None or not text:
            return None
        if text.startswith("<"):
            return self._boxed(element, text)
        if is_juel(text) and not text.startswith("="):
            return self.translated(element, text)
        language = (element.get("language") or self.language).strip().lower()
        if text.startswith("="):
            return text
        if language and not is_feel(language):
            self._report_language(element, f"The expression is in the language '{language}', which is not run.")
        elif self.is_xpath and not language:
            self._report_language(element, "The file says XPath; the expression is taken as FEEL.", Severity.WARNING)
        return text

    def _boxed(self, element: etree._Element, text: str) -> str:
        """A DMN literal expression as XML text, which some tools put where a FEEL text belongs."""
        try:
            boxed = read_xml(text)
        except XmlError:
            return text
        is_literal = local_name(boxed.tag) == "literalExpression"
        if is_literal and is_feel(boxed.get("expressionLanguage") or "feel"):
            return text_of(boxed.find("{*}text"))
        self._report_language(element, "The expression is XML, which is not run.")
        return text

    def _report_language(self, element: etree._Element, message: str, severity: Severity = Severity.ERROR) -> None:
        remedy = "Write it in FEEL and name no language."
        self.report("expression-language-unsupported", element, message, remedy, severity)

    def translated(self, element: etree._Element, text: str) -> str:
        """FEEL for a JUEL text, with a leading `=`; the text itself and a finding where there is no equivalent."""
        found = translate_juel(text)
        if found.feel is not None:
            return f"={found.feel}"
        self.report(
            "juel-not-translated",
            element,
            f"The expression '{text}' has no FEEL equivalent: {found.problem}.",
            "Write the expression in FEEL.",
        )
        return text

    def whole_number(self, element: etree._Element, attribute: str, missing: int | None) -> int | None:
        """A whole number in an attribute; a finding for what is none."""
        text = (element.get(attribute) or "").strip()
        if not text:
            return missing
        if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 10:
            return int(text)
        self.report(
            "number-invalid",
            element,
            f"The value '{text[:40]}' of '{attribute}' is no whole number.",
            "Write a number such as 3.",
        )
        return missing

    def node(self, element: etree._Element) -> NodeFields:
        """The fields of every flow node."""
        return NodeFields(
            id=self.element_id(element),
            name=(element.get("name") or "").strip(),
            place=self.place(element),
            documentation=text_of(element.find(bpmn("documentation"))),
        )


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The BPMN children of this local name."""
    return element.iterchildren(f"{{{BPMN}}}{name}")


def text_of(element: etree._Element | None) -> str:
    """All text inside, stripped; "" for None."""
    return "" if element is None else "".join(str(text) for text in element.itertext()).strip()


def is_true(element: etree._Element, attribute: str, *, missing: bool = False) -> bool:
    """An xsd:boolean attribute."""
    text = (element.get(attribute) or "").strip()
    return text in {"true", "1"} if text else missing


def default_flow(element: etree._Element) -> ElementId | None:
    """The default flow of an activity or gateway."""
    given = element.get("default")
    return ElementId(given) if given else None


def shortened(finding: Finding) -> Finding:
    """A finding never repeats a huge text of the file."""
    values = finding.parameters.values()
    if len(finding.message) <= MAX_MESSAGE and all(len(value) <= MAX_MESSAGE for value in values):
        return finding
    return replace(
        finding,
        message=_short(finding.message),
        parameters={name: _short(value) for name, value in finding.parameters.items()},
    )


def _short(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"


def left_out(place: Place) -> Finding:
    """The finding in place of those over the limit."""
    return Finding(
        severity=Severity.ERROR,
        rule="findings-left-out",
        message=f"There are more than {MAX_FINDINGS} findings; the others are left out.",
        place=place,
        remedy="Mend these first.",
        parameters={"limit": str(MAX_FINDINGS)},
    )


def _line(element: etree._Element) -> int | None:
    line: object = element.sourceline
    return line if isinstance(line, int) else None
