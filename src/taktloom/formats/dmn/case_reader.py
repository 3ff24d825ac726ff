# SPDX-License-Identifier: Apache-2.0
"""Test cases inside a DMN file: an extension element of the decision, so that they travel with the model.

    <extensionElements>
      <taktloom:testCases xmlns:taktloom="urn:taktloom:dmn:1">
        <taktloom:testCase id="case_1" name="over the limit">
          <taktloom:input name="cost">80000</taktloom:input>
          <taktloom:expected>"high"</taktloom:expected>
        </taktloom:testCase>
      </taktloom:testCases>
    </extensionElements>

The reader keeps extension elements as XML and the writer gives them back, so both directions need no more than this.
"""

from lxml import etree

from taktloom.formats.dmn.elements import children
from taktloom.formats.xml_reader import DEFAULT_LIMITS, local_name, read_xml
from taktloom.model.decision import DecisionDefinition, DecisionTestCase
from taktloom.model.errors import LimitExceededError
from taktloom.model.places import Place

__all__ = ["MAX_TEST_CASES", "NAMESPACE", "read_test_cases"]

NAMESPACE = "urn:taktloom:dmn:1"
MAX_TEST_CASES = 10_000


def read_test_cases(decision: DecisionDefinition) -> tuple[DecisionTestCase, ...]:
    """The test cases kept with *decision*, in order. Raises LimitExceededError above 10,000."""
    found: list[DecisionTestCase] = []
    for kept in decision.kept:
        root = read_xml(kept, source=decision.place.source, limits=DEFAULT_LIMITS)
        if local_name(root) == "extensionElements":
            for group in root.iter(f"{{{NAMESPACE}}}testCases"):
                found.extend(_case(element, number) for number, element in enumerate(children(group, "testCase"), 1))
    if len(found) > MAX_TEST_CASES:
        raise LimitExceededError(
            f"The decision {decision.name!r} has {len(found)} test cases.",
            Place(source=decision.place.source, line=decision.place.line, element_id=decision.id),
            f"Keep at most {MAX_TEST_CASES}.",
            {"name": decision.name, "count": str(len(found)), "limit": str(MAX_TEST_CASES)},
        )
    return tuple(found)


def _case(element: etree._Element, number: int) -> DecisionTestCase:
    return DecisionTestCase(
        id=element.get("id") or f"case_{number}",
        name=element.get("name", ""),
        inputs=_texts(element, "input"),
        expected=_texts(element, "expected"),
    )


def _texts(element: etree._Element, name: str) -> dict[str, str]:
    return {child.get("name", ""): text for child in children(element, name) if (text := (child.text or "").strip())}
