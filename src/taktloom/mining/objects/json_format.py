# SPDX-License-Identifier: Apache-2.0
"""OCEL in JSON: 1.0 (keys `ocel:…`) and 2.0 read, 2.0 written. The text is held in memory, so its size is bounded.

Source: OCEL standard 1.0, section 4.1; OCEL 2.0 specification, section 6 (JSON).
"""

import json
from collections.abc import Iterable, Mapping

from taktloom.mining.objects.object_log import DeclaredType, ObjectCentricLog
from taktloom.mining.objects.records import BEGINNING, ObjectRecords
from taktloom.mining.objects.writing import attributes_by_owner, iso, relations_by_owner
from taktloom.mining.watching import tell

TOLD_EVERY = 5_000


def read_json(data: bytes, records: ObjectRecords) -> None:
    """Collect what *data* holds into *records*; raises UnreadableLogError."""
    try:
        document = _parsed(data)
    except (ValueError, RecursionError) as error:
        raise records.broken("The JSON text is damaged.") from error
    if not isinstance(document, dict):
        raise records.broken("The JSON text is no object-centric log.")
    if "ocel:events" in document:
        _read_first(document, records)
    elif "events" in document and "objects" in document:
        _read_second(document, records)
    else:
        raise records.broken("The JSON text is no object-centric log: it has no events and objects.")


def _parsed(data: bytes) -> object:
    """The document; the parser tells of each object that it has read, as most of the time goes there."""
    expected, read = data.count(b"{"), 0

    def keep(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal read
        read += 1
        if read % TOLD_EVERY == 0:
            tell("parsing", read, expected)
        return dict(pairs)

    return json.loads(data, object_pairs_hook=keep)


def _read_first(document: Mapping[str, object], records: ObjectRecords) -> None:
    for object_id, record in _mapping(document.get("ocel:objects"), records).items():
        one = _mapping(record, records)
        records.add_object(object_id, _text(one.get("ocel:type")))
        for name, value in _mapping(one.get("ocel:ovmap"), records).items():
            if value is not None:
                records.add_object_attribute(object_id, name, _text(value))
    for event_id, record in _mapping(document["ocel:events"], records).items():
        one = _mapping(record, records)
        records.add_event(event_id, _text(one.get("ocel:activity")), _text(one.get("ocel:timestamp")))
        for touched in _list(one.get("ocel:omap"), records):
            records.count()
            records.event_objects.append((event_id, _text(touched), ""))
        for name, value in _mapping(one.get("ocel:vmap"), records).items():
            if value is not None:
                records.add_event_attribute(event_id, name, _text(value))


def _read_second(document: Mapping[str, object], records: ObjectRecords) -> None:
    _read_types(document.get("eventTypes"), records.event_types, records)
    _read_types(document.get("objectTypes"), records.object_types, records)
    for one in _records(document["objects"], records):
        object_id = _text(one.get("id"))
        records.add_object(object_id, _text(one.get("type")))
        for each in _records(one.get("attributes"), records):
            if each.get("value") is not None:
                at = _text(each.get("time")) or BEGINNING
                records.add_object_attribute(object_id, _text(each.get("name")), _text(each["value"]), at)
        _read_relations(object_id, one, records.object_objects, records)
    for one in _records(document["events"], records):
        event_id = _text(one.get("id"))
        records.add_event(event_id, _text(one.get("type")), _text(one.get("time")))
        for each in _records(one.get("attributes"), records):
            if each.get("value") is not None:
                records.add_event_attribute(event_id, _text(each.get("name")), _text(each["value"]))
        _read_relations(event_id, one, records.event_objects, records)


def _read_types(value: object, into: dict[str, dict[str, str]], records: ObjectRecords) -> None:
    for one in _records(value, records):
        attributes = {
            _text(each.get("name")): _text(each.get("type")) for each in _records(one.get("attributes"), records)
        }
        into[_text(one.get("name"))] = attributes


def _read_relations(
    owner: str, one: Mapping[str, object], into: list[tuple[str, str, str]], records: ObjectRecords
) -> None:
    for each in _records(one.get("relationships"), records):
        records.count()
        into.append((owner, _text(each.get("objectId")), _text(each.get("qualifier"))))


def _text(value: object) -> str:
    """A JSON value in the standard's spelling; none is empty, what is nested stays JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _mapping(value: object, records: ObjectRecords) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise records.broken("The JSON text has a list or text where an object belongs.")
    return value


def _list(value: object, records: ObjectRecords) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise records.broken("The JSON text has no list where one belongs.")
    return value


def _records(value: object, records: ObjectRecords) -> Iterable[Mapping[str, object]]:
    return (_mapping(each, records) for each in _list(value, records))


def write_json(log: ObjectCentricLog) -> bytes:
    """The log as OCEL 2.0 JSON."""
    event_values, object_values = attributes_by_owner(log.event_attributes), attributes_by_owner(log.object_attributes)
    of_events, of_objects = relations_by_owner(log.event_objects), relations_by_owner(log.object_objects)
    document = {
        "objectTypes": [_type(each) for each in log.object_types],
        "eventTypes": [_type(each) for each in log.event_types],
        "objects": [
            {
                "id": object_id,
                "type": kind,
                "attributes": [
                    {"name": name, "value": value, "time": iso(at)}
                    for name, value, at in object_values.get(object_id, ())
                ],
                "relationships": _relations(of_objects.get(object_id, ())),
            }
            for object_id, kind in log.objects.rows()
        ],
        "events": [
            {
                "id": event_id,
                "type": activity,
                "time": iso(at),
                "attributes": [{"name": name, "value": value} for name, value in event_values.get(event_id, ())],
                "relationships": _relations(of_events.get(event_id, ())),
            }
            for event_id, activity, at in log.events.rows()
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _type(declared: DeclaredType) -> dict[str, object]:
    return {"name": declared.name, "attributes": [{"name": name, "type": kind} for name, kind in declared.attributes]}


def _relations(rows: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"objectId": object_id, "qualifier": qualifier} for object_id, qualifier in rows]
