# SPDX-License-Identifier: Apache-2.0
"""The visits of an instance to its flow nodes, told to whoever asks `step` for them.

A visit begins when the node is activated: for a join when it fires, not as each token arrives; a multi-instance or
looping activity is one visit, whatever the number of its rounds. It ends completed, terminated (broken off), or failed
(left by an error; BPMN 2.0.2, 13.3.2). The event log is another thing: rows of work with resource and attributes.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from taktloom.model.identifiers import ElementId

__all__ = ["HistoryItem", "VisitLifecycle"]


class VisitLifecycle(StrEnum):
    """What happened to a visit."""

    ACTIVATED = "activated"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    FAILED = "failed"


class HistoryItem(NamedTuple):
    """One change of one visit; occurred_at: the event's time (UTC). A named tuple: there is one for every move."""

    element_id: ElementId
    lifecycle: VisitLifecycle
    occurred_at: datetime
