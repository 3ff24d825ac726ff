# SPDX-License-Identifier: Apache-2.0
"""The journal: kernel events as stored, with payload. It replays, and is the only copy of variable changes.

Distinct from the event log: the journal is for the kernel, the event log for mining and KPIs.
"""

from dataclasses import dataclass
from datetime import datetime

from taktloom.model.identifiers import InstanceKey, SubjectKey, TenantId

JOURNAL_FORMAT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One kernel event of one instance.

    sequence: 1-based, without gaps inside the instance. kind: class name of the kernel event. payload: canonical JSON
    bytes (through the ValueCodec), format version first. actor: who caused it, None for the engine itself.
    """

    tenant_id: TenantId
    instance_key: InstanceKey
    sequence: int
    occurred_at: datetime
    kind: str
    payload: bytes
    actor: str | None = None
    subject_key: SubjectKey | None = None
