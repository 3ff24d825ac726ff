# SPDX-License-Identifier: Apache-2.0
"""Reader of the call activity: a process by id, or a global task of the file. Source: BPMN 2.0.2, 10.3.6."""

from lxml import etree

from taktloom.formats.bpmn.activities import activity_fields
from taktloom.formats.bpmn.camunda import camunda_call_mappings, camunda_text
from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.juel import is_juel
from taktloom.formats.bpmn.names import CAMUNDA_7, GLOBAL_TASKS, local_name
from taktloom.formats.bpmn.reading import Reading
from taktloom.formats.bpmn.tasks import TASK_READERS, read_binding
from taktloom.model.process import AnyFlowNode, CallActivity
from taktloom.model.process_data import VariableMapping

__all__ = ["read_call_activity"]


def read_call_activity(reading: Reading, element: etree._Element) -> AnyFlowNode:
    """A call activity."""
    extensions = Extensions(element)
    called = extensions.get("calledElement", "processId") or _called_element(reading, element)
    fields = activity_fields(reading, element)
    inputs, passes = camunda_call_mappings(reading, element, "in")
    outputs, returns = camunda_call_mappings(reading, element, "out")
    if not _is_camunda_7(element):
        passes = _propagates(extensions, "propagateAllParentVariables")
        returns = _propagates(extensions, "propagateAllChildVariables")
    fields["inputs"] = _without_doubles(fields["inputs"], inputs)
    fields["outputs"] = _without_doubles(fields["outputs"], outputs)
    return CallActivity(
        **fields,
        called_element=called,
        called_task=_called_task(reading, called),
        binding=read_binding(reading, element, "calledElement", "calledElement"),
        passes_all_variables=passes,
        returns_all_variables=returns,
    )


def _called_element(reading: Reading, element: etree._Element) -> str:
    text = (element.get("calledElement") or "").strip()
    if is_juel(text):
        return reading.translated(element, text)
    prefix, colon, rest = text.partition(":")
    if colon and prefix in element.nsmap:
        return rest
    return text or camunda_text(reading, element, "caseRef") or ""


def _called_task(reading: Reading, called: str) -> AnyFlowNode | None:
    root = reading.roots.get(called)
    kind = None if root is None else GLOBAL_TASKS.get(local_name(root.tag))
    return None if root is None or kind is None else TASK_READERS[kind](reading, root)


def _is_camunda_7(element: etree._Element) -> bool:
    """Camunda 7 passes only what `in` and `out` say; a file of another tool says nothing of this."""
    if any(str(name)[1:].partition("}")[0] in CAMUNDA_7 for name in element.attrib):
        return True
    return any(etree.QName(child).namespace in CAMUNDA_7 for child in element.iterdescendants("{*}in", "{*}out"))


def _propagates(extensions: Extensions, attribute: str) -> bool:
    return (extensions.get("calledElement", attribute) or "true") in {"true", "1"}


def _without_doubles(
    first: tuple[VariableMapping, ...], second: tuple[VariableMapping, ...]
) -> tuple[VariableMapping, ...]:
    return first + tuple(mapping for mapping in second if mapping not in first)
