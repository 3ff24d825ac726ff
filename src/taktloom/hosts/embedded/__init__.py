# SPDX-License-Identifier: Apache-2.0
"""The embedded engine: the kernel run durably on one SQLite database, in the process that uses it."""

from taktloom.hosts.embedded.catalogue import Catalogue
from taktloom.hosts.embedded.changes import Change, Topic
from taktloom.hosts.embedded.clock import Clock, CountingIds, IdSource, ManualClock, SystemClock, SystemIds
from taktloom.hosts.embedded.database import ServerOptions
from taktloom.hosts.embedded.drafts import DraftContent
from taktloom.hosts.embedded.engine import EmbeddedEngine, EngineOptions
from taktloom.hosts.embedded.event_rows import EventBatch
from taktloom.hosts.embedded.external_tasks import ExternalFailure, ExternalResult
from taktloom.hosts.embedded.idempotency import KeptAnswer, KeyedRequest
from taktloom.hosts.embedded.incidents import IncidentState
from taktloom.hosts.embedded.jobs import CompletionResult, JobCompletion, SeenWorker
from taktloom.hosts.embedded.limits import EngineLimits
from taktloom.hosts.embedded.measurements import ElementSpan
from taktloom.hosts.embedded.message_selection import MessageMismatchError, MessageSelection, Receiver, ReceiverKind
from taktloom.hosts.embedded.messages import Message
from taktloom.hosts.embedded.signals import Signal
from taktloom.hosts.embedded.user_tasks import TaskPlan
from taktloom.hosts.embedded.values import PlainValues, ValueCodec, ValueOwner
from taktloom.hosts.embedded.writer import InlineWriter

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
