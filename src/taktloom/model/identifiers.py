# SPDX-License-Identifier: Apache-2.0
"""Names of things, told apart by type.

An instance key is a time-ordered decimal string of at most 16 digits, given by the host. Everything inside an instance
is the instance key plus a 9-digit counter kept in the instance's state, so ids are the same on every host and replay,
and serve as idempotency keys outside.
"""

from typing import NewType

ProcessId = NewType("ProcessId", str)  # id of the <process> element: the key of all its versions
ElementId = NewType("ElementId", str)
DefinitionKey = NewType("DefinitionKey", str)  # one deployed version: "<process id>:<version>"
InstanceKey = NewType("InstanceKey", str)
TokenId = NewType("TokenId", str)
ScopeId = NewType("ScopeId", str)
JobId = NewType("JobId", str)
UserTaskId = NewType("UserTaskId", str)
TimerId = NewType("TimerId", str)
SubscriptionId = NewType("SubscriptionId", str)
IncidentId = NewType("IncidentId", str)
RequestId = NewType("RequestId", str)  # a question to the host: decision, flow choice
ConditionId = NewType("ConditionId", str)  # a watched condition, or what a parallel multiple event has gathered
ChildId = NewType("ChildId", str)  # an instance called by a call activity, as the caller knows it
TenantId = NewType("TenantId", str)
SubjectKey = NewType("SubjectKey", str)  # the data subject that an instance is about; None when unknown
LogId = NewType("LogId", str)
BatchId = NewType("BatchId", str)  # one operation over many instances or incidents

DEFAULT_TENANT = TenantId("default")
COUNTER_DIGITS = 9
