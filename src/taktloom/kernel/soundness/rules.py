# SPDX-License-Identifier: Apache-2.0
"""The rules of soundness: warnings, each with its texts. They never refuse a model."""

from taktloom.kernel.soundness.exploration import FlawKind
from taktloom.model.findings import Severity
from taktloom.model.rules import Rule

__all__ = [
    "BOUNDARY_NEVER_TRIGGERED",
    "CONDITION_CONSTANT",
    "DEAD_ACTIVITY",
    "FLAWS",
    "HANDLER_NEVER_TRIGGERED",
    "MESSAGE_NEVER_CAUGHT",
    "NAME_MISSPELT",
    "NOT_DECIDED",
    "SIGNAL_NEVER_CAUGHT",
    "SIGNAL_NEVER_THROWN",
    "SOUNDNESS_RULES",
]

_SOUND = "W. M. P. van der Aalst, The Application of Petri Nets to Workflow Management, 1998: "

FLAWS = {
    FlawKind.DEADLOCK: Rule(
        name="deadlock",
        message="The case can get stuck here for ever: the join waits for a token that does not come.",
        remedy="Join as you split: exclusive after exclusive, parallel after parallel, inclusive after inclusive.",
        clause=_SOUND + "a case can always complete.",
        severity=Severity.WARNING,
    ),
    FlawKind.LACK_OF_SYNCHRONISATION: Rule(
        name="lack-of-synchronisation",
        message="What follows can run twice in one case: parallel paths meet here without being joined.",
        remedy="Join the paths with a parallel or inclusive gateway.",
        clause=_SOUND + "no place ever holds a second token (safeness).",
        severity=Severity.WARNING,
    ),
    FlawKind.IMPROPER_COMPLETION: Rule(
        name="improper-completion",
        message="The case can end here more than once: parallel paths end in the same event.",
        remedy="Join the parallel paths before the end event, or give each an end event of its own.",
        clause=_SOUND + "when a case ends, it ends once and nothing of it is left.",
        severity=Severity.WARNING,
    ),
    FlawKind.LIVELOCK: Rule(
        name="livelock",
        message="The case can come to where it only goes round in circles and never ends.",
        remedy="Give the loop a way out.",
        clause=_SOUND + "a case can always complete.",
        severity=Severity.WARNING,
    ),
}
DEAD_ACTIVITY = Rule(
    name="dead-activity",
    message="No case can ever get here, although flows lead to it.",
    remedy="Follow the path: find the gateway that never lets a token through.",
    clause=_SOUND + "there is no task that can never be done.",
    severity=Severity.WARNING,
)
NOT_DECIDED = Rule(
    name="soundness-not-decided",
    message="Whether the control flow of '{container}' is sound was not decided: {reason}.",
    remedy="Split the model into sub-processes, which are looked at one by one.",
    clause="BPMN 2.0.2, 13: the states of a model may be more than the bound.",
    severity=Severity.INFORMATION,
)
BOUNDARY_NEVER_TRIGGERED = Rule(
    name="boundary-never-triggered",
    message="Nothing in '{host}' ever throws what this boundary event catches.",
    remedy="Throw it inside, correct the code, or delete the event.",
    clause="BPMN 2.0.2, 10.5.6: errors, escalations and cancellations are thrown inside the activity.",
    severity=Severity.WARNING,
)
HANDLER_NEVER_TRIGGERED = Rule(
    name="handler-never-triggered",
    message="Nothing around the event sub-process ever throws what its start event catches.",
    remedy="Throw it, correct the code, or delete the event sub-process.",
    clause="BPMN 2.0.2, 10.5.6: errors and escalations are thrown in the scope of the event sub-process.",
    severity=Severity.WARNING,
)
SIGNAL_NEVER_THROWN = Rule(
    name="signal-never-thrown",
    message="No process of the model throws the signal '{signal}'.",
    remedy="Throw it, or see to it that it is broadcast from outside.",
    clause="BPMN 2.0.2, 10.5.5: a signal event waits until the signal is thrown.",
    severity=Severity.WARNING,
)
SIGNAL_NEVER_CAUGHT = Rule(
    name="signal-never-caught",
    message="No process of the model waits for the signal '{signal}' or starts with it.",
    remedy="Catch it somewhere, correct the name, or delete the event.",
    clause="BPMN 2.0.2, 10.5.5 (Signal): a signal is broadcast to those that can catch it, and is not kept.",
    severity=Severity.WARNING,
)
MESSAGE_NEVER_CAUGHT = Rule(
    name="message-never-caught",
    message="No process of the model waits for the message '{message}' or starts with it.",
    remedy="Catch it somewhere, correct the name, or give the element a job type, so that a worker sends it.",
    clause="BPMN 2.0.2, 10.5.5 (Message): a message is sent to one participant, here inside the engine.",
    severity=Severity.WARNING,
)
ERROR_NEVER_CAUGHT = Rule(
    name="error-never-caught",
    message="Nothing around the event catches the error '{code}': the instance fails with it.",
    remedy="Catch it at the boundary of the activity around it or in an event sub-process, or correct the code.",
    clause="BPMN 2.0.2, 10.5.6: an error goes to the innermost event that catches it.",
    severity=Severity.WARNING,
)
ESCALATION_NEVER_CAUGHT = Rule(
    name="escalation-never-caught",
    message="Nothing around the event catches the escalation '{code}': it has no effect.",
    remedy="Catch it at the boundary of the activity around it or in an event sub-process, or correct the code.",
    clause="BPMN 2.0.2, 10.5.6: an escalation goes to the innermost event that catches it.",
    severity=Severity.WARNING,
)
ERROR_LEFT_TO_CALLER = Rule(
    name="error-left-to-caller",
    message="Nothing in these files catches the error '{code}': an instance that nothing elsewhere has called fails.",
    remedy="If the process is to be called, let the callers catch the error; else catch it around the event.",
    clause="BPMN 2.0.2, 10.3.6 and 10.5.6: an error that leaves a called process goes on from its call activity.",
    severity=Severity.INFORMATION,
)
ESCALATION_LEFT_TO_CALLER = Rule(
    name="escalation-left-to-caller",
    message="Nothing in these files catches the escalation '{code}': only a call activity elsewhere could.",
    remedy="If the process is to be called, let the callers catch the escalation; else catch it around the event.",
    clause="BPMN 2.0.2, 10.3.6 and 10.5.6: an escalation that leaves a called process goes on from its call activity.",
    severity=Severity.INFORMATION,
)
CONDITION_CONSTANT = Rule(
    name="condition-constant",
    message="The condition does not depend on any data: it is always {value}.",
    remedy="Write what decides, or remove the flow.",
    clause="BPMN 2.0.2, 8.4.13: a condition expression decides over data of the process.",
    severity=Severity.WARNING,
)
NAME_MISSPELT = Rule(
    name="name-misspelt",
    message="Nothing in the model sets '{variable}'; did you mean '{known}'?",
    remedy="Correct the name, or set the variable.",
    clause="DMN 1.5, 10.3.2.5: a name that is not in scope is null.",
    severity=Severity.WARNING,
)

SOUNDNESS_RULES: tuple[Rule, ...] = (
    *FLAWS.values(),
    DEAD_ACTIVITY,
    NOT_DECIDED,
    BOUNDARY_NEVER_TRIGGERED,
    HANDLER_NEVER_TRIGGERED,
    SIGNAL_NEVER_THROWN,
    SIGNAL_NEVER_CAUGHT,
    MESSAGE_NEVER_CAUGHT,
    ERROR_NEVER_CAUGHT,
    ESCALATION_NEVER_CAUGHT,
    ERROR_LEFT_TO_CALLER,
    ESCALATION_LEFT_TO_CALLER,
    CONDITION_CONSTANT,
    NAME_MISSPELT,
)
