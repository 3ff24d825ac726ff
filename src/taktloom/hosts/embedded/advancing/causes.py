# SPDX-License-Identifier: Apache-2.0
"""The cause of an incident, so that incidents that one mend would mend lie together.

Two incidents have the same cause when they are of one kind, at one element of one version, and their messages are the
same once what differs from case to case is taken out: quoted text, addresses, identifiers, numbers and dates.
"""

import hashlib
import re
from dataclasses import dataclass

from taktloom.hosts.embedded.core.catalogue import RunnableDefinition
from taktloom.kernel.commands import RaiseIncident

__all__ = ["Cause", "cause_signature", "without_particulars"]

# In this order: a quoted text may hold anything, an address may hold numbers. No nested repetition: linear time.
_PARTICULARS = re.compile(
    r"""(?P<quoted>"[^"]{0,500}"|'[^']{0,500}'|“[^”]{0,500}”|`[^`]{0,500}`)"""
    r"""|(?P<address>\b[a-z][a-z0-9+.-]{1,20}://[^\s,;)]{1,500}|[\w.+-]{1,64}@[\w.-]{1,255}|(?:/[\w.-]{1,100}){2,20})"""
    r"""|(?P<hex>\b0x[0-9a-f]{1,64}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)"""
    r"""|(?P<word>[\w-]{0,60}\d[\w-]{0,60}(?:[.:,]\d[\w-]{0,30}){0,8})""",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_DIGITS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What incidents of one group share."""

    process_id: str
    version: int
    element_id: str
    kind: str
    message: str

    @classmethod
    def of(cls, definition: RunnableDefinition, command: RaiseIncident) -> "Cause":
        """That of an incident of an instance of *definition*."""
        return cls(
            process_id=definition.process_id,
            version=definition.version,
            element_id=command.element_id,
            kind=command.kind.value,
            message=command.message,
        )


def without_particulars(message: str) -> str:
    """The message with a sign in place of each quoted text, address, identifier, number and date."""
    plain = _PARTICULARS.sub(lambda found: f"<{'text' if found.lastgroup == 'quoted' else 'id'}>", message)
    return _SPACE.sub(" ", plain).strip().casefold()


def cause_signature(cause: Cause) -> str:
    """32 hex digits; equal for incidents of one cause."""
    parts = (cause.process_id, str(cause.version), cause.element_id, cause.kind, without_particulars(cause.message))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_DIGITS]
