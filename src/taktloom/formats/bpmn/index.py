# SPDX-License-Identifier: Apache-2.0
"""One pass over a file that notes what its elements refer to by id from anywhere."""

from lxml import etree

from taktloom.formats.bpmn.names import BPMN, bpmn, local_name, reference
from taktloom.formats.bpmn.reading import Reading, children
from taktloom.model.identifiers import ElementId

__all__ = ["index_file"]

_DATA = frozenset({"dataInput", "dataOutput", "dataObject", "dataStore", "property"})
_REFERENCES = {"dataObjectReference": "dataObjectRef", "dataStoreReference": "dataStoreRef"}


def index_file(reading: Reading, root: etree._Element) -> None:
    """Fill operations, retrieval expressions by message, variables by data element, and names of links."""
    pointers: dict[str, str] = {}
    for element in root.iter(f"{{{BPMN}}}*"):
        kind, element_id = local_name(element.tag), element.get("id")
        if kind == "correlationProperty":
            _index_retrievals(reading, element)
        elif element_id is None:
            continue
        elif kind == "operation":
            reading.operations[element_id] = element
        elif kind in _DATA:
            reading.variables[element_id] = (element.get("name") or "").strip() or element_id
        elif kind in _REFERENCES:
            pointers[element_id] = reference(element.get(_REFERENCES[kind]))
        elif kind == "linkEventDefinition":
            reading.links[element_id] = (element.get("name") or "").strip()
    for pointer, target in pointers.items():
        if target in reading.variables:
            reading.variables[pointer] = reading.variables[target]


def _index_retrievals(reading: Reading, element: etree._Element) -> None:
    for retrieval in children(element, "correlationPropertyRetrievalExpression"):
        path = retrieval.find(bpmn("messagePath"))
        if path is not None and element.get("id"):
            message = reference(retrieval.get("messageRef"))
            reading.retrievals.setdefault(message, []).append((ElementId(element.get("id") or ""), path))
