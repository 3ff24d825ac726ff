# SPDX-License-Identifier: Apache-2.0
"""One pass over a file that notes what its elements refer to by id from anywhere."""

from collections import Counter

from lxml import etree

from taktloom.formats.bpmn.names import BPMN, bpmn, local_name, reference
from taktloom.formats.bpmn.reading import Reading, children
from taktloom.model.identifiers import ElementId

__all__ = ["index_file"]

_DATA = frozenset({"dataInput", "dataOutput", "dataObject", "dataStore", "inputDataItem", "outputDataItem", "property"})
_REFERENCES = {"dataObjectReference": "dataObjectRef", "dataStoreReference": "dataStoreRef"}


def index_file(reading: Reading, root: etree._Element) -> None:
    """Fill operations, retrieval expressions by message, variables by data element, and names of links."""
    pointers: dict[str, str] = {}
    for element in root.iter(f"{{{BPMN}}}*"):
        kind, element_id = local_name(element.tag), element.get("id")
        if kind in _WHOLE:
            _WHOLE[kind](reading, element)
        elif element_id is None:
            continue
        elif kind == "operation":
            reading.operations[element_id] = element
        elif kind in _DATA:
            reading.variables[element_id] = _name(element) or reading.labels.get(ElementId(element_id)) or element_id
        elif kind in _REFERENCES:
            pointers[element_id] = reference(element.get(_REFERENCES[kind]))
        elif kind == "linkEventDefinition":
            reading.links[element_id] = _name(element)
    for pointer, target in pointers.items():
        if target in reading.variables:
            reading.variables[pointer] = reading.variables[target]


def _label_data_objects(reading: Reading, process: etree._Element) -> None:
    """Modelers name the references to a data object and not the object: their one name is its name.

    Not where they have several, or where something else in the process has it: it would be two variables in one.
    """
    named: dict[str, set[str]] = {}
    for element in process.iter(bpmn("dataObjectReference")):
        named.setdefault(reference(element.get("dataObjectRef")), set()).add(_name(element))
    elements = [element for kind in _DATA for element in process.iter(bpmn(kind))]
    taken = Counter(_name(element) for element in elements)
    labels: dict[str, str] = {}
    for element in elements:
        names = named.get(element.get("id") or "", set()) - {""}
        if local_name(element.tag) == "dataObject" and not _name(element) and len(names) == 1:
            labels[element.get("id") or ""] = names.pop()
    taken.update(labels.values())
    reading.labels.update({ElementId(key): label for key, label in labels.items() if taken[label] == 1})


def _name(element: etree._Element) -> str:
    return (element.get("name") or "").strip()


def _index_retrievals(reading: Reading, element: etree._Element) -> None:
    for retrieval in children(element, "correlationPropertyRetrievalExpression"):
        path = retrieval.find(bpmn("messagePath"))
        if path is not None and element.get("id"):
            message = reference(retrieval.get("messageRef"))
            reading.retrievals.setdefault(message, []).append((ElementId(element.get("id") or ""), path))


_WHOLE = {"correlationProperty": _index_retrievals, "process": _label_data_objects}
