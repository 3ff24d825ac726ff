# SPDX-License-Identifier: Apache-2.0
"""References between the elements of a file: who refers to what kind of element. One rule for each kind."""

from dataclasses import dataclass

from taktloom.model.findings import Severity
from taktloom.model.rules import Rule

__all__ = ["REFERENCE_RULES", "Reference"]

_EVENT_DEFINITIONS = frozenset(
    f"{kind}EventDefinition"
    for kind in (
        "cancel",
        "compensate",
        "conditional",
        "error",
        "escalation",
        "link",
        "message",
        "signal",
        "terminate",
        "timer",
    )
)
_ITEM_AWARE = frozenset(
    {"dataInput", "dataObject", "dataObjectReference", "dataOutput", "dataStore", "dataStoreReference", "property"}
)
ATTRIBUTE = "'{attribute}' refers to '{reference}', which is no such element of the file."
REFER = "Refer to an element of the file that is of this kind."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A reference by attribute or child *name* of the *holders* (any if none) to one of *kinds* (any if none)."""

    rule: Rule
    name: str
    holders: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()


REFERENCE_RULES: tuple[Reference, ...] = (
    Reference(
        rule=Rule(
            name="message-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.5.5 and 10.3.3: messageRef refers to a message.",
        ),
        name="messageRef",
        holders=("messageEventDefinition", "receiveTask", "sendTask", "messageFlow"),
        kinds=frozenset({"message"}),
    ),
    Reference(
        rule=Rule(
            name="signal-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.5.5: signalRef refers to a signal.",
        ),
        name="signalRef",
        kinds=frozenset({"signal"}),
    ),
    Reference(
        rule=Rule(
            name="error-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.5.5: errorRef refers to an error.",
        ),
        name="errorRef",
        kinds=frozenset({"error"}),
    ),
    Reference(
        rule=Rule(
            name="escalation-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.5.5: escalationRef refers to an escalation.",
        ),
        name="escalationRef",
        kinds=frozenset({"escalation"}),
    ),
    Reference(
        rule=Rule(
            name="event-definition-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.5.1: eventDefinitionRefs refer to reusable event definitions.",
        ),
        name="eventDefinitionRef",
        kinds=_EVENT_DEFINITIONS,
    ),
    Reference(
        rule=Rule(
            name="none-behavior-event-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.3.8: noneBehaviorEventRef refers to an event definition.",
        ),
        name="noneBehaviorEventRef",
        kinds=_EVENT_DEFINITIONS,
    ),
    Reference(
        rule=Rule(
            name="one-behavior-event-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.3.8: oneBehaviorEventRef refers to an event definition.",
        ),
        name="oneBehaviorEventRef",
        kinds=_EVENT_DEFINITIONS,
    ),
    Reference(
        rule=Rule(
            name="loop-input-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.3.8: loopDataInputRef refers to data.",
        ),
        name="loopDataInputRef",
        kinds=_ITEM_AWARE,
    ),
    Reference(
        rule=Rule(
            name="loop-output-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.3.8: loopDataOutputRef refers to data.",
        ),
        name="loopDataOutputRef",
        kinds=_ITEM_AWARE,
    ),
    Reference(
        rule=Rule(
            name="operation-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 8.5 and 10.3.3: operationRef refers to an operation of an interface.",
        ),
        name="operationRef",
        kinds=frozenset({"operation"}),
    ),
    Reference(
        rule=Rule(
            name="operation-message-in-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 8.5: inMessageRef refers to the message that the operation takes.",
        ),
        name="inMessageRef",
        kinds=frozenset({"message"}),
    ),
    Reference(
        rule=Rule(
            name="operation-message-out-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 8.5: outMessageRef refers to the message that the operation gives.",
        ),
        name="outMessageRef",
        kinds=frozenset({"message"}),
    ),
    Reference(
        rule=Rule(
            name="interface-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.1: supportedInterfaceRefs refer to interfaces.",
        ),
        name="supportedInterfaceRef",
        kinds=frozenset({"interface"}),
    ),
    Reference(
        rule=Rule(
            name="item-definition-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.4.1: itemSubjectRef refers to an item definition.",
        ),
        name="itemSubjectRef",
        kinds=frozenset({"itemDefinition"}),
    ),
    Reference(
        rule=Rule(
            name="message-item-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 8.4.11: itemRef of a message refers to an item definition.",
        ),
        name="itemRef",
        holders=("message",),
        kinds=frozenset({"itemDefinition"}),
    ),
    Reference(
        rule=Rule(
            name="structure-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 8.4.3, 8.4.4 and 10.5.5: structureRef refers to an item definition.",
        ),
        name="structureRef",
        holders=("error", "escalation", "signal"),
        kinds=frozenset({"itemDefinition"}),
    ),
    Reference(
        rule=Rule(
            name="data-store-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.4.1: dataStoreRef refers to a data store.",
        ),
        name="dataStoreRef",
        kinds=frozenset({"dataStore"}),
    ),
    Reference(
        rule=Rule(
            name="resource-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.3.1: resourceRef refers to a resource.",
        ),
        name="resourceRef",
        kinds=frozenset({"resource"}),
    ),
    Reference(
        rule=Rule(
            name="resource-parameter-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 10.3.1: parameterRef refers to a parameter of a resource.",
        ),
        name="parameterRef",
        kinds=frozenset({"resourceParameter"}),
    ),
    Reference(
        rule=Rule(
            name="correlation-property-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 8.4.2: correlationPropertyRef refers to a correlation property.",
        ),
        name="correlationPropertyRef",
        holders=("correlationKey",),
        kinds=frozenset({"correlationProperty"}),
    ),
    Reference(
        rule=Rule(
            name="retrieval-message-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 8.4.2: messageRef of a retrieval expression refers to a message.",
        ),
        name="messageRef",
        holders=("correlationPropertyRetrievalExpression",),
        kinds=frozenset({"message"}),
    ),
    Reference(
        rule=Rule(
            name="participant-process-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 9.3: processRef of a participant refers to a process.",
        ),
        name="processRef",
        holders=("participant",),
        kinds=frozenset({"process"}),
    ),
    Reference(
        rule=Rule(
            name="message-flow-source-unknown",
            message=ATTRIBUTE,
            remedy="Connect the message flow to a pool, an activity or an event.",
            clause="BPMN 2.0.2, 9.4: sourceRef refers to the source of the message flow.",
        ),
        name="sourceRef",
        holders=("messageFlow",),
    ),
    Reference(
        rule=Rule(
            name="message-flow-target-unknown",
            message=ATTRIBUTE,
            remedy="Connect the message flow to a pool, an activity or an event.",
            clause="BPMN 2.0.2, 9.4: targetRef refers to the target of the message flow.",
        ),
        name="targetRef",
        holders=("messageFlow",),
    ),
    Reference(
        rule=Rule(
            name="association-source-unknown",
            message=ATTRIBUTE,
            remedy="Connect the association to an element of the file, or delete it.",
            clause="BPMN 2.0.2, 8.4.1: sourceRef refers to the source of the association.",
        ),
        name="sourceRef",
        holders=("association",),
    ),
    Reference(
        rule=Rule(
            name="association-target-unknown",
            message=ATTRIBUTE,
            remedy="Connect the association to an element of the file, or delete it.",
            clause="BPMN 2.0.2, 8.4.1: targetRef refers to the target of the association.",
        ),
        name="targetRef",
        holders=("association",),
    ),
    Reference(
        rule=Rule(
            name="category-value-unknown",
            message=ATTRIBUTE,
            remedy=REFER,
            clause="BPMN 2.0.2, 8.4.1: categoryValueRef of a group refers to a category value.",
            severity=Severity.WARNING,
        ),
        name="categoryValueRef",
        holders=("group",),
        kinds=frozenset({"categoryValue"}),
    ),
)
