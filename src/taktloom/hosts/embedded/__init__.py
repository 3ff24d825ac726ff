# SPDX-License-Identifier: Apache-2.0
"""The embedded engine: the kernel run durably on one SQLite database, in the process that uses it."""

from taktloom.hosts.embedded.advancing.instances import InstanceStart
from taktloom.hosts.embedded.core.catalogue import Catalogue
from taktloom.hosts.embedded.core.changes import Change, Topic
from taktloom.hosts.embedded.core.clock import Clock, CountingIds, IdSource, ManualClock, SystemClock, SystemIds
from taktloom.hosts.embedded.core.idempotency import KeptAnswer, KeyedRequest
from taktloom.hosts.embedded.core.limits import EngineLimits
from taktloom.hosts.embedded.core.values import PlainValues, ValueCodec, ValueOwner
from taktloom.hosts.embedded.core.writer import InlineWriter
from taktloom.hosts.embedded.definitions.drafts import DraftContent
from taktloom.hosts.embedded.engine import EmbeddedEngine, EngineOptions
from taktloom.hosts.embedded.events.message_selection import (
    MessageMismatchError,
    MessageSelection,
    Receiver,
    ReceiverKind,
)
from taktloom.hosts.embedded.events.messages import Message
from taktloom.hosts.embedded.events.signals import Signal
from taktloom.hosts.embedded.history.event_rows import EventBatch
from taktloom.hosts.embedded.history.measurements import ElementSpan
from taktloom.hosts.embedded.operations.incidents import IncidentState
from taktloom.hosts.embedded.stores.database import ServerOptions
from taktloom.hosts.embedded.work.external_tasks import ExternalFailure, ExternalResult
from taktloom.hosts.embedded.work.jobs import CompletionResult, JobCompletion, SeenWorker
from taktloom.hosts.embedded.work.user_tasks import TaskPlan

__all__ = [
    "Catalogue",
    "Change",
    "Clock",
    "CompletionResult",
    "CountingIds",
    "DraftContent",
    "ElementSpan",
    "EmbeddedEngine",
    "EngineLimits",
    "EngineOptions",
    "EventBatch",
    "ExternalFailure",
    "ExternalResult",
    "IdSource",
    "IncidentState",
    "InlineWriter",
    "InstanceStart",
    "JobCompletion",
    "KeptAnswer",
    "KeyedRequest",
    "ManualClock",
    "Message",
    "MessageMismatchError",
    "MessageSelection",
    "PlainValues",
    "Receiver",
    "ReceiverKind",
    "SeenWorker",
    "ServerOptions",
    "Signal",
    "SystemClock",
    "SystemIds",
    "TaskPlan",
    "Topic",
    "ValueCodec",
    "ValueOwner",
]
