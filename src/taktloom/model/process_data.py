# SPDX-License-Identifier: Apache-2.0
"""Data of a process: items, their flow into and out of activities and events, and correlation by their values.

A data element is a variable under its name, else its id; of a data object that has no name, the name
that its references agree on comes before the id. Source: BPMN 2.0.2, 10.4 (data), 8.4.2 (correlation).
"""

from dataclasses import dataclass, field

from taktloom.model.identifiers import ElementId
from taktloom.model.places import NOWHERE, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableMapping:
    """One input or output mapping: FEEL *source* into variable path *target*."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataElement:
    """A data object, property, data input or data output. item: id of its item definition.

    label: of a data object without a name the one name of its references, where nothing else in the process has it.
    """

    id: ElementId
    name: str = ""
    is_collection: bool = False
    item: ElementId | None = None
    place: Place = NOWHERE
    label: str = field(default="", compare=False)

    @property
    def variable(self) -> str:
        """The variable that holds its value."""
        return self.name or self.label or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReference:
    """A dataObjectReference or dataStoreReference: another way to name *target* (empty where the file names none)."""

    id: ElementId
    target: ElementId
    name: str = ""
    is_store: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """An inputSet or outputSet: ids of data inputs or outputs; *optional* ones may be missing."""

    id: ElementId
    name: str = ""
    elements: tuple[ElementId, ...] = ()
    optional: tuple[ElementId, ...] = ()
    while_executing: tuple[ElementId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputOutput:
    """An ioSpecification: what an activity reads and writes, with the sets that must be there together."""

    inputs: tuple[DataElement, ...] = ()
    outputs: tuple[DataElement, ...] = ()
    input_sets: tuple[DataSet, ...] = ()
    output_sets: tuple[DataSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAssociation:
    """A data(Input|Output)Association: *sources* (ids of data elements or references) to *target*.

    transformation: FEEL text over the sources' names. assignments: pairs of FEEL `from` and target path `to`; both may
    be absent for one source, which is then copied.
    """

    id: ElementId | None = None
    sources: tuple[ElementId, ...] = ()
    target: ElementId | None = None
    transformation: str | None = None
    assignments: tuple[tuple[str, str], ...] = ()
    place: Place = NOWHERE

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing of where its target's value comes from."""
        return not (self.sources or self.transformation or self.assignments)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventData:
    """Data of an event: of a catching one its data outputs, of a throwing one its data inputs, with associations.

    properties: variables that each of its visits has of its own.
    """

    elements: tuple[DataElement, ...] = ()
    associations: tuple[DataAssociation, ...] = ()
    properties: tuple[DataElement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationKey:
    """A key of a conversation: ids of its correlation properties, in order."""

    id: ElementId
    name: str = ""
    properties: tuple[ElementId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationSubscription:
    """Binds the properties of *key* to process data: pairs of property id and FEEL `dataPath`."""

    id: ElementId
    key: ElementId
    bindings: tuple[tuple[ElementId, str], ...] = ()


NO_EVENT_DATA = EventData()
