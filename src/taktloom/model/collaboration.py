# SPDX-License-Identifier: Apache-2.0
"""Who takes part and which messages pass between them: pools and message flows. Source: BPMN 2.0.2, 9."""

from dataclasses import dataclass

from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.places import NOWHERE, Place
from taktloom.model.process_data import CorrelationKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A pool; *process* None: a black box."""

    id: ElementId
    name: str = ""
    process: ProcessId | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFlow:
    """A message between pools or between nodes in different pools."""

    id: ElementId
    source: ElementId
    target: ElementId
    name: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaboration:
    """A collaboration as far as it matters for running and checking; the writer gives back its kept XML text."""

    id: ElementId
    name: str = ""
    participants: tuple[Participant, ...] = ()
    message_flows: tuple[MessageFlow, ...] = ()
    correlation_keys: tuple[CorrelationKey, ...] = ()
    place: Place = NOWHERE
