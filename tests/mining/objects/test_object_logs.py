# SPDX-License-Identifier: Apache-2.0
import json
import re
import tempfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from taktloom.mining.logs.errors import LogTooLargeError, TimeZoneNeededError, UnreadableLogError
from taktloom.mining.logs.requests import ImportLimits
from taktloom.mining.logs.times import ClockRules
from taktloom.mining.objects import ObjectCentricLog, OcelFormat, flatten, read_object_log, write_object_log
from taktloom.mining.objects.case_view import write_case_view
from taktloom.mining.objects.flattening import UnknownObjectTypeError
from taktloom.mining.objects.object_log import DeclaredType
from taktloom.mining.objects.records import ObjectRecords
from taktloom.mining.objects.sqlite_format import table_names
from taktloom.mining.objects.values import OCEL_TYPES, canonical
from taktloom.mining.objects.writing import iso
from taktloom.model.places import Place
from tests.mining.given_logs import given_path

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
FIRST = ("example_log.csv", "example_log.jsonocel", "example_log.xmlocel", "example_log.sqlite")
SECOND = ("ocel20_example.jsonocel", "ocel20_example.xmlocel", "ocel20_example.sqlite")
OTHERS = ("pallet-logistics-v0.9.sqlite", "recruiting-red.jsonocel", "ocel_order_simulated.csv")
BERLIN = "Europe/Berlin"


def read(name: str) -> ObjectCentricLog:
    return read_object_log(given_path(name), timezone=BERLIN).log


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "events", "objects", "relations", "between"),
    [
        *((name, 23, 15, 39, 0) for name in FIRST),
        *((name, 13, 9, 20, 7) for name in SECOND),
        ("pallet-logistics-v0.9.sqlite", 14, 11, 29, 0),
        ("recruiting-red.jsonocel", 6_607, 1_051, 6_877, 0),
        ("ocel_order_simulated.csv", 22_367, 11_484, 38_685, 0),
    ],
)
def test_the_given_logs_have_their_known_sizes(
    name: str, events: int, objects: int, relations: int, between: int
) -> None:
    log = read(name)

    assert (log.events.height, log.objects.height) == (events, objects)
    assert (log.event_objects.height, log.object_objects.height) == (relations, between)
    assert log.events["occurred_at"].is_sorted()


@pytest.mark.data
def test_one_log_in_three_formats_is_one_log() -> None:
    text, xml, database = (read(name) for name in SECOND)

    for other in (xml, database):
        assert other.events.select("event_id", "activity").equals(text.events.select("event_id", "activity"))
        assert set(other.objects.rows()) == set(text.objects.rows())
        assert set(other.event_objects.rows()) == set(text.event_objects.rows())
        assert set(other.object_objects.rows()) == set(text.object_objects.rows())
        assert set(other.event_attributes.rows()) == set(text.event_attributes.rows())
    changes = text.object_attributes.filter(text.object_attributes["object_id"] == "R3")
    assert changes["value"].to_list() == ["No", "Yes", "No"]


@pytest.mark.data
@pytest.mark.parametrize("kind", OcelFormat)
@pytest.mark.parametrize("name", [*FIRST, *SECOND, *OTHERS[:2]])
def test_a_given_log_survives_writing_and_reading(tmp_path: Path, name: str, kind: OcelFormat) -> None:
    log = read(name)
    write_object_log(log, tmp_path / "log", kind)

    assert read_object_log(tmp_path / "log").log.equals(log)


NAME = st.text(alphabet="abcXYZ é中_-.:\"'<&,;[]0", min_size=1, max_size=6).filter(lambda text: text.strip() == text)
VALUE = st.text(alphabet="ab é中\"'<&,;=\n0", max_size=6).filter(lambda text: "\r" not in text)
WRITTEN_VALUES = (
    "true",
    "1",
    "12",
    "012",
    " 7",
    "+3",
    "-0",
    "0.5",
    ".5",
    "1e3",
    "1e400",
    "9" * 20,
    "0x1F",
    "nan",
    "2024-01-01",
)
MOMENT = st.integers(0, 10**12).map(lambda us: BEGIN + timedelta(microseconds=us))


@st.composite
def object_logs(draw: st.DrawFn) -> ObjectCentricLog:
    activities = draw(st.lists(NAME, min_size=1, max_size=3, unique_by=str.casefold))
    types = draw(st.lists(NAME, min_size=1, max_size=3, unique_by=str.casefold))
    names = draw(
        st.lists(NAME.filter(lambda text: not text.lower().startswith("ocel")), max_size=3, unique_by=str.casefold)
    )
    events = draw(st.lists(NAME, min_size=1, max_size=6, unique=True))
    objects = draw(st.lists(NAME, min_size=1, max_size=6, unique=True))
    records = ObjectRecords(place=Place(source="drawn"), limits=ImportLimits())
    kinds = st.sampled_from(["string", "integer", "float", "boolean", "time"])
    for owner, declared in ((activities, records.event_types), (types, records.object_types)):
        for each in owner:
            declared[each] = {name: draw(kinds) for name in names}
    for event in events:
        records.add_event(event, draw(st.sampled_from(activities)), draw(MOMENT).isoformat())
        for name in names:
            if draw(st.booleans()):
                records.add_event_attribute(event, name, draw(VALUE | st.sampled_from(WRITTEN_VALUES)))
    for each in objects:
        records.add_object(each, draw(st.sampled_from(types)))
        for name in names:
            for at in sorted(draw(st.lists(MOMENT, max_size=2, unique=True))):
                records.add_object_attribute(each, name, draw(VALUE | st.sampled_from(WRITTEN_VALUES)), at.isoformat())
    pairs = st.tuples(st.sampled_from(events), st.sampled_from(objects), VALUE)
    records.event_objects += draw(st.lists(pairs, max_size=6, unique=True))
    records.object_objects += draw(
        st.lists(st.tuples(st.sampled_from(objects), st.sampled_from(objects), VALUE), max_size=6, unique=True)
    )
    return records.build(ClockRules()).log


@pytest.mark.parametrize("kind", OcelFormat)
@given(log=object_logs())
def test_any_log_survives_writing_and_reading(kind: OcelFormat, log: ObjectCentricLog) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        write_object_log(log, path, kind)

        again = read_object_log(path).log

    for table in ("events", "objects", "event_objects", "object_objects"):
        assert getattr(again, table).rows() == getattr(log, table).rows()
    assert again.event_attributes.rows() == log.event_attributes.rows()
    columns = ["object_id", "name", "changed_at"]  # in a table of a type, attributes of one time have the table's order
    assert again.object_attributes.sort(columns).rows() == log.object_attributes.sort(columns).rows()
    assert (again.event_types, again.object_types) == (log.event_types, log.object_types)


@pytest.mark.parametrize(
    ("written", "kind", "expected"),
    [
        ("12", "float", "12.0"),
        ("012", "integer", "12"),
        ("12.0", "integer", "12"),
        ("12.5", "integer", "12.5"),
        ("9223372036854775808", "integer", "9.223372036854776e+18"),
        ("1", "boolean", "true"),
        ("True", "boolean", "True"),
        ("0x1F", "integer", "0x1F"),
        ("012", "string", "012"),
        ("many", "float", "many"),
    ],
)
def test_a_value_has_the_spelling_of_its_declared_type(written: str, kind: str, expected: str) -> None:
    assert canonical(written, kind) == expected


@pytest.mark.data
def test_a_case_view_has_a_case_per_object_and_names_its_type(tmp_path: Path) -> None:
    log = read("ocel20_example.jsonocel")

    view = flatten(log, "Purchase Order")
    made = write_case_view(given_path("ocel20_example.jsonocel"), tmp_path)

    expected = {(one, other) for one, other, _ in log.event_objects.rows() if other.startswith("PO")}
    assert set(view.select("ocel_event", "case_id").rows()) == expected
    assert view.filter(view["case_id"] == "PO1")["case:po_quantity"].unique().to_list() == ["500"]
    assert made.object_type == "Invoice"
    assert made.events_of_types["Purchase Order"] == 5
    with pytest.raises(UnknownObjectTypeError, match="Invoice"):
        flatten(log, "Customer")


def write_json(folder: Path, **parts: object) -> Path:
    event = {"id": "e1", "type": "A", "time": "2024-01-01T00:00:00Z", "relationships": [{"objectId": "o1"}]}
    document: dict[str, object] = {"events": [event], "objects": [{"id": "o1", "type": "order"}], **parts}
    path = folder / "log.json"
    path.write_text(json.dumps(document))
    return path


def test_what_does_not_fit_is_left_out_and_counted(tmp_path: Path) -> None:
    at = "2024-01-01T00:00:00Z"
    path = write_json(
        tmp_path,
        eventTypes=[{"name": "A", "attributes": [{"name": "n", "type": "integer"}]}],
        events=[
            {"id": "e1", "type": "A", "time": at, "attributes": [{"name": "n", "value": "many"}]},
            {"id": "e1", "type": "B", "time": at},
            {"id": "e2", "type": "A", "time": at, "relationships": [{"objectId": "o1"}, {"objectId": "o9"}]},
        ],
        objects=[{"id": "o1", "type": "order", "relationships": [{"objectId": "o8"}]}, {"id": "o1", "type": "item"}],
    )

    reading = read_object_log(path)

    assert {finding.rule: finding.parameters["count"] for finding in reading.findings} == {
        "ocel-event-twice": "1",
        "ocel-object-twice": "1",
        "ocel-event-relation-dangling": "1",
        "ocel-object-relation-dangling": "1",
        "ocel-event-without-object": "1",
        "ocel-value-of-other-type": "1",
    }
    assert "One event has the id of an earlier one and was left out." in [each.message for each in reading.findings]
    assert reading.log.events["event_id"].to_list() == ["e1", "e2"]


def test_an_event_without_readable_time_refuses_the_log_and_naive_times_ask_for_the_zone(tmp_path: Path) -> None:
    broken = write_json(tmp_path, events=[{"id": "e7", "type": "A", "time": "soon"}])
    with pytest.raises(UnreadableLogError) as caught:
        read_object_log(broken)
    assert caught.value.place.element_id == "e7"

    naive = write_json(tmp_path, events=[{"id": "e1", "type": "A", "time": "2024-06-01T12:00:00"}])
    with pytest.raises(TimeZoneNeededError):
        read_object_log(naive)
    assert read_object_log(naive, timezone=BERLIN).log.events["occurred_at"][0].hour == 10


@pytest.mark.parametrize(
    "content",
    [
        b'{"events": ' + b"[" * 100_000,
        b'{"events": [1], "objects": []}',
        b'{"events": {"id": 1}, "objects": []}',
        b'{"other": 1}',
        b"SQLite format 3\0 and more",
        b"PK\x03\x04" + b"event_types.csv" * 3,
        b'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "b">]><log><events><event id="&a;"/></events></log>',
        b"<log><events><event></events></log>",
        b'<net><objects><object id="1"/></objects></net>',
        b"ocel:eid,ocel:type:x\n1,2\n",
    ],
)
def test_what_is_no_object_log_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)

    with pytest.raises(UnreadableLogError):
        read_object_log(path)


def test_a_database_gives_its_tables_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute(
        """
        CREATE TABLE hidden (ocel_id, ocel_type); CREATE VIEW event AS SELECT * FROM hidden;
        CREATE TABLE object (ocel_id, ocel_type);
        """
    )
    connection.close()

    with pytest.raises(UnreadableLogError, match="no tables of events and objects"):
        read_object_log(path)


def test_table_names_in_a_database_are_quoted(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    evil = 'x" UNION SELECT 1 --'
    connection = apsw.Connection(str(path))
    quoted = evil.replace('"', '""')
    connection.execute(
        f"""
        CREATE TABLE event (ocel_id, ocel_type); CREATE TABLE object (ocel_id, ocel_type);
        CREATE TABLE event_map_type (ocel_type, ocel_type_map); CREATE TABLE object_map_type (ocel_type, ocel_type_map);
        CREATE TABLE "event_{quoted}" (ocel_id, ocel_time, "{quoted}");
        INSERT INTO event VALUES ('e1', 'A'); INSERT INTO event_map_type VALUES ('A', 'x" UNION SELECT 1 --');
        INSERT INTO "event_{quoted}" VALUES ('e1', '2024-01-01T00:00:00Z', 'value');
        """
    )
    connection.close()

    log = read_object_log(path).log

    assert log.event_attributes.rows() == [("e1", evil, "value")]


def test_a_table_that_many_types_share_is_not_read_as_many_times(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute(
        """
        CREATE TABLE event (ocel_id, ocel_type); CREATE TABLE object (ocel_id, ocel_type);
        CREATE TABLE event_map_type (ocel_type, ocel_type_map); CREATE TABLE object_map_type (ocel_type, ocel_type_map);
        CREATE TABLE event_a (ocel_id, ocel_time); INSERT INTO event_a VALUES ('e1', '2024-01-01T00:00:00Z');
        INSERT INTO event VALUES ('e1', 'A'); INSERT INTO event_map_type VALUES ('A', 'a'), ('B', 'a');
        """
    )
    connection.close()

    with pytest.raises(UnreadableLogError, match="Several types share the table event_a"):
        read_object_log(path)


def test_the_texts_of_an_object_centric_log_are_bounded_together(tmp_path: Path) -> None:
    objects = [
        {
            "id": str(number),
            "type": "order",
            "attributes": [{"name": "note", "value": "x" * 100, "time": "1970-01-01T00:00:00Z"}],
        }
        for number in range(10)
    ]
    path = write_json(tmp_path, objects=objects)

    with pytest.raises(LogTooLargeError) as refused:
        read_object_log(path, limits=ImportLimits(held_characters=900))

    assert refused.value.parameters["what"] == "characters in all values"


def test_types_with_like_names_get_tables_of_their_own() -> None:
    types = [DeclaredType(name=name) for name in ("a b", "aB", "A-b", "é", "--")]

    names = list(table_names(types).values())

    assert len({name.lower() for name in names}) == 5
    assert names[0] == "AB"


def test_limits_hold_for_records_and_for_what_an_archive_unpacks_to(tmp_path: Path) -> None:
    path = write_json(tmp_path, objects=[{"id": str(number), "type": "order"} for number in range(100)])
    with pytest.raises(LogTooLargeError):
        read_object_log(path, limits=ImportLimits(held_records=50))

    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("event_types.csv", "name,attributes\n" + "a,{}\n" * 200_000)
    with pytest.raises(LogTooLargeError):
        read_object_log(bomb, limits=ImportLimits(unpacked_bytes=100_000))


def test_a_log_that_only_declares_a_type_has_no_cases_of_it_and_says_so(tmp_path: Path) -> None:
    types = [{"name": "order", "attributes": []}]
    bare = {"objectTypes": types, "eventTypes": [{"name": "a", "attributes": []}], "objects": [], "events": [
        {"id": "e1", "type": "a", "time": "2026-01-01T10:00:00Z", "relationships": []}
    ]}  # fmt: skip
    (tmp_path / "bare.jsonocel").write_text(json.dumps(bare), encoding="utf-8")

    with pytest.raises(UnknownObjectTypeError, match="no objects at all"):
        flatten(read_object_log(tmp_path / "bare.jsonocel").log, "order")


ODD_TYPES = {
    "count": ("int", "integer"),
    "price": ("Double", "float"),
    "due": ("date", "time"),
    "sent": ("timestamp", "time"),
    "paid": ("bool", "boolean"),
    "note": ("geometry", "string"),
}


def test_types_of_attributes_get_the_names_of_the_standard_and_unknown_ones_are_counted(tmp_path: Path) -> None:
    declared = [{"name": name, "type": kind} for name, (kind, _) in ODD_TYPES.items()]
    document = {
        "objectTypes": [{"name": "order", "attributes": declared}],
        "eventTypes": [{"name": "place", "attributes": []}],
        "objects": [{"id": "o", "type": "order", "attributes": [{"name": "count", "value": 5, "time": iso(BEGIN)}]}],
        "events": [
            {"id": "e", "type": "place", "time": iso(BEGIN), "relationships": [{"objectId": "o", "qualifier": ""}]}
        ],
    }
    (tmp_path / "odd.json").write_text(json.dumps(document), encoding="utf-8")

    reading = read_object_log(tmp_path / "odd.json")
    write_object_log(reading.log, tmp_path / "odd.sqlite", OcelFormat.SQLITE)

    assert reading.log.object_types[0].attributes == tuple((name, kind) for name, (_, kind) in ODD_TYPES.items())
    assert [(each.rule, each.parameters["count"]) for each in reading.findings] == [("ocel-type-unknown", "1")]
    assert read_object_log(tmp_path / "odd.sqlite").log.object_types == reading.log.object_types


RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.mark.data
@pytest.mark.parametrize("name", [*FIRST, *SECOND, *OTHERS])
def test_written_json_has_what_section_8_of_the_specification_asks_for(tmp_path: Path, name: str) -> None:
    write_object_log(read(name), tmp_path / "log.json", OcelFormat.JSON)
    document = json.loads((tmp_path / "log.json").read_text(encoding="utf-8"))

    assert set(document) == {"eventTypes", "objectTypes", "events", "objects"}
    for declared in (*document["eventTypes"], *document["objectTypes"]):
        assert set(declared) == {"name", "attributes"}
        assert {each["type"] for each in declared["attributes"]} <= set(OCEL_TYPES)
    assert {name for each in document["events"] for name in each} <= {
        "id",
        "type",
        "time",
        "attributes",
        "relationships",
    }
    assert {name for each in document["objects"] for name in each} <= {"id", "type", "attributes", "relationships"}
    assert all(RFC_3339.fullmatch(each["time"]) for each in document["events"])
    for each in (*document["events"], *document["objects"]):
        assert all(isinstance(each[name], str) for name in ("id", "type"))
        values = {"name", "value"} if "time" in each else {"name", "value", "time"}
        assert all(set(value) == values and isinstance(value["value"], str) for value in each["attributes"])
        assert all(RFC_3339.fullmatch(value.get("time", iso(BEGIN))) for value in each["attributes"])
        assert all(set(relation) == {"objectId", "qualifier"} for relation in each["relationships"])


@pytest.mark.data
@pytest.mark.parametrize("name", [*FIRST, *SECOND, *OTHERS])
def test_written_xml_has_the_elements_of_the_specification_s_example_in_their_order(tmp_path: Path, name: str) -> None:
    """Relations are `relationship` elements, as in the example of section 7.1; the schema of 7.2 does not know them."""
    write_object_log(read(name), tmp_path / "log.xml", OcelFormat.XML)
    root = etree.parse(tmp_path / "log.xml").getroot()

    assert (root.tag, [each.tag for each in root]) == ("log", ["object-types", "event-types", "objects", "events"])
    assert {each.get("type") for each in root.iterfind("./*/*/attributes/attribute[@type]")} <= set(OCEL_TYPES)
    ids = {each.get("id") for each in root.iterfind("./objects/object")}
    kinds = {each.get("name") for each in root.iterfind("./object-types/object-type")}
    assert {each.get("type") for each in root.iterfind("./objects/object")} <= kinds
    for each in (*root.iterfind("./objects/object"), *root.iterfind("./events/event")):
        assert [part.tag for part in each] == ["attributes", "objects"]
        assert {part.tag for part in each[1]} <= {"relationship"}
        assert all(set(part.attrib) == {"object-id", "qualifier"} and part.get("object-id") in ids for part in each[1])
    assert all(RFC_3339.fullmatch(each.get("time", "")) for each in root.iterfind("./events/event"))
