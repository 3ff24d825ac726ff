# SPDX-License-Identifier: Apache-2.0
"""OCEL in XML: 1.0 (typed key/value elements) and 2.0 read, 2.0 written; streaming, one event or object at a time.

What XML is accepted is decided by `formats.xml_reader`. Source: OCEL standard 1.0, section 4.2; OCEL 2.0 specification,
section 5 (XML).
"""

from collections.abc import Iterable, Iterator
from io import BytesIO

from lxml import etree

from taktloom.formats.xml_reader import DOCTYPE, XmlError, XmlLimits, iterate_xml, local_name
from taktloom.mining.logs.errors import UnreadableLogError
from taktloom.mining.objects.object_log import DeclaredType, ObjectCentricLog
from taktloom.mining.objects.records import BEGINNING, ObjectRecords
from taktloom.mining.objects.writing import Row, attributes_by_owner, iso, relations_by_owner

MOST_ELEMENTS = 200_000_000
RECORDS = {"object-type", "event-type", "object", "event"}


def read_xml(pieces: Iterable[bytes], records: ObjectRecords) -> None:
    """Collect what the text holds into *records*; raises UnreadableLogError."""
    limits = XmlLimits(max_bytes=records.limits.unpacked_bytes, max_elements=MOST_ELEMENTS)
    try:
        for element in _records(iterate_xml(pieces, source=records.place.source, limits=limits), records):
            READERS[local_name(element)](element, records)
    except XmlError as error:
        reason = "doctype" if error.parameters.get("refused") == DOCTYPE else "xml-broken"
        raise UnreadableLogError(reason, error.cause, error.place, error.remedy) from error


def _records(parsed: Iterator[tuple[str, etree._Element]], records: ObjectRecords) -> Iterator[etree._Element]:
    """Each complete type, object and event that is a child of the root's lists; emptied when the next is asked for."""
    depth = 0
    for kind, element in parsed:
        depth += 1 if kind == "start" else -1
        if kind == "start" and depth == 1 and local_name(element) != "log":
            raise records.broken("The XML file is no object-centric log.")
        if kind == "end" and depth == RECORD_DEPTH and local_name(element) in RECORDS:
            yield element
            element.clear()


RECORD_DEPTH = 2  # open elements above a record: the root and the list


def _read_type(element: etree._Element, records: ObjectRecords) -> None:
    into = records.object_types if local_name(element) == "object-type" else records.event_types
    attributes = element.iterfind("./{*}attributes/{*}attribute")
    into[element.get("name") or ""] = {each.get("name") or "": each.get("type") or "string" for each in attributes}


def _read_object(element: etree._Element, records: ObjectRecords) -> None:
    if element.get("id") is None:
        _read_first_object(element, records)
        return
    object_id = element.get("id") or ""
    records.add_object(object_id, element.get("type") or "")
    for each in element.iterfind("./{*}attributes/{*}attribute"):
        at = each.get("time") or BEGINNING
        records.add_object_attribute(object_id, each.get("name") or "", each.text or "", at)
    _read_relations(element, object_id, records.object_objects, records)


def _read_event(element: etree._Element, records: ObjectRecords) -> None:
    if element.get("id") is None:
        _read_first_event(element, records)
        return
    event_id = element.get("id") or ""
    records.add_event(event_id, element.get("type") or "", element.get("time") or "")
    for each in element.iterfind("./{*}attributes/{*}attribute"):
        records.add_event_attribute(event_id, each.get("name") or "", each.text or "")
    _read_relations(element, event_id, records.event_objects, records)


def _read_relations(
    element: etree._Element, owner: str, into: list[tuple[str, str, str]], records: ObjectRecords
) -> None:
    for each in element.iterfind("./{*}objects/*"):
        records.count()
        if local_name(each) in {"relationship", "object"}:
            into.append((owner, each.get("object-id") or "", each.get("qualifier") or ""))


def _read_first_object(element: etree._Element, records: ObjectRecords) -> None:
    parts, values, _ = _keyed(element, "ovmap")
    records.add_object(parts.get("id", ""), parts.get("type", ""))
    for name, value in values:
        records.add_object_attribute(parts["id"], name, value)


def _read_first_event(element: etree._Element, records: ObjectRecords) -> None:
    parts, values, objects = _keyed(element, "vmap")
    records.add_event(parts.get("id", ""), parts.get("activity", ""), parts.get("timestamp", ""))
    for name, value in values:
        records.add_event_attribute(parts["id"], name, value)
    for object_id in objects:
        records.count()
        records.event_objects.append((parts["id"], object_id, ""))


def _keyed(element: etree._Element, values_key: str) -> tuple[dict[str, str], list[tuple[str, str]], list[str]]:
    """An OCEL 1.0 record: its parts by key, the values of its map, and its objects."""
    parts: dict[str, str] = {}
    values: list[tuple[str, str]] = []
    objects: list[str] = []
    for each in element:
        key = each.get("key") or ""
        if local_name(each) != "list":
            parts[key] = each.get("value") or ""
        elif key == values_key:
            values += [(item.get("key") or "", item.get("value") or "") for item in each]
        elif key == "omap":
            objects += [item.get("value") or "" for item in each]
    return parts, values, objects


READERS = {"object-type": _read_type, "event-type": _read_type, "object": _read_object, "event": _read_event}


def write_xml(log: ObjectCentricLog) -> bytes:
    """The log as OCEL 2.0 XML."""
    event_values, object_values = attributes_by_owner(log.event_attributes), attributes_by_owner(log.object_attributes)
    of_events, of_objects = relations_by_owner(log.event_objects), relations_by_owner(log.object_objects)
    out = BytesIO()
    with etree.xmlfile(out, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element("log"):
            _write_types(file, "object-types", log.object_types)
            _write_types(file, "event-types", log.event_types)
            with file.element("objects"):
                for object_id, kind in log.objects.rows():
                    with file.element("object", id=object_id, type=kind):
                        _write_values(file, object_values.get(object_id, []))
                        _write_relations(file, of_objects.get(object_id, []))
            with file.element("events"):
                for event_id, activity, at in log.events.rows():
                    with file.element("event", id=event_id, type=activity, time=iso(at)):
                        _write_values(file, event_values.get(event_id, []))
                        _write_relations(file, of_events.get(event_id, []))
    return out.getvalue()


def _write_types(file: "etree._IncrementalFileWriter", name: str, types: tuple[DeclaredType, ...]) -> None:
    with file.element(name):
        for each in types:
            with file.element(name.removesuffix("s"), name=each.name), file.element("attributes"):
                for attribute, kind in each.attributes:
                    file.write(etree.Element("attribute", name=attribute, type=kind))


def _write_values(file: "etree._IncrementalFileWriter", rows: list[Row]) -> None:
    with file.element("attributes"):
        for name, value, *at in rows:
            element = etree.Element("attribute", name=str(name))
            if at:
                element.set("time", iso(at[0]))
            element.text = str(value)
            file.write(element)


def _write_relations(file: "etree._IncrementalFileWriter", rows: list[tuple[str, str]]) -> None:
    with file.element("objects"):
        for object_id, qualifier in rows:
            file.write(etree.Element("relationship", {"object-id": object_id, "qualifier": qualifier}))
