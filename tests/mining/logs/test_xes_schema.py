# SPDX-License-Identifier: Apache-2.0
"""What is written is valid by the schema of IEEE 1849-2016 (clause 5), restated here.

Looser than the standard's own in one thing: it wants XML names as keys, and attributes keep the names that their
columns have, spaces and all, as every tool writes them.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.logs.xes_writer import write_xes
from tests.mining.given_logs import CASE_LEVEL_LOGS, given_log

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
_TYPES = {
    "string": "xs:string",
    "date": "xs:dateTime",
    "int": "xs:long",
    "float": "xs:double",
    "boolean": "xs:boolean",
    "id": "xs:string",
}
_PLAIN = "".join(
    f'<xs:element name="{name}"><xs:complexType><xs:group ref="attribute" minOccurs="0" maxOccurs="unbounded"/>'
    f'<xs:attribute name="key" type="filled" use="required"/><xs:attribute name="value" type="{kind}" use="required"/>'
    "</xs:complexType></xs:element>"
    for name, kind in _TYPES.items()
)
_SCHEMA = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.xes-standard.org/"
  xmlns="http://www.xes-standard.org/" elementFormDefault="qualified">
  <xs:simpleType name="filled"><xs:restriction base="xs:string"><xs:minLength value="1"/></xs:restriction>
  </xs:simpleType>
  <xs:group name="attribute"><xs:choice>{_PLAIN}
    <xs:element name="list"><xs:complexType><xs:sequence>
      <xs:group ref="attribute" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="values"><xs:complexType><xs:group ref="attribute" minOccurs="0" maxOccurs="unbounded"/>
        <xs:attribute name="key" type="filled" use="required"/></xs:complexType></xs:element></xs:sequence>
      <xs:attribute name="key" type="filled" use="required"/></xs:complexType></xs:element>
  </xs:choice></xs:group>
  <xs:complexType name="event"><xs:group ref="attribute" minOccurs="0" maxOccurs="unbounded"/></xs:complexType>
  <xs:element name="log"><xs:complexType><xs:sequence>
    <xs:element name="extension" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
      <xs:attribute name="name" type="xs:NCName" use="required"/>
      <xs:attribute name="prefix" type="xs:NCName" use="required"/>
      <xs:attribute name="uri" type="xs:anyURI" use="required"/></xs:complexType></xs:element>
    <xs:element name="global" minOccurs="0" maxOccurs="2"><xs:complexType>
      <xs:group ref="attribute" maxOccurs="unbounded"/>
      <xs:attribute name="scope" use="required"><xs:simpleType><xs:restriction base="xs:NCName">
        <xs:enumeration value="trace"/><xs:enumeration value="event"/></xs:restriction></xs:simpleType></xs:attribute>
    </xs:complexType></xs:element>
    <xs:element name="classifier" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
      <xs:attribute name="name" type="xs:NCName" use="required"/><xs:attribute name="scope" type="xs:NCName"/>
      <xs:attribute name="keys" type="xs:token" use="required"/></xs:complexType></xs:element>
    <xs:group ref="attribute" minOccurs="0" maxOccurs="unbounded"/>
    <xs:element name="trace" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:group ref="attribute" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="event" type="event" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="event" type="event" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence>
    <xs:attribute name="xes.version" type="xs:decimal" use="required"/>
    <xs:attribute name="xes.features" type="xs:token"/></xs:complexType></xs:element>
</xs:schema>"""


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(_SCHEMA))


@pytest.mark.data
@pytest.mark.parametrize("name", CASE_LEVEL_LOGS)
def test_every_given_log_is_written_as_the_standard_has_it(tmp_path: Path, schema: etree.XMLSchema, name: str) -> None:
    write_xes(given_log(name), tmp_path / "log.xes")

    assert _faults(schema, tmp_path / "log.xes") == []


def test_values_of_every_type_are_written_in_the_words_of_their_type(tmp_path: Path, schema: etree.XMLSchema) -> None:
    frame = pl.DataFrame(
        {
            "case_id": ["a", "a", "b"],
            "activity": ["<x>", "y & z", "é中"],
            "timestamp": [BEGIN, BEGIN + timedelta(microseconds=1), BEGIN.replace(year=1899)],
            "is_urgent": [True, None, False],
            "amount": [1e300, float("inf"), -0.0],
            "count": [2**62, None, -1],
            "day": [BEGIN.date(), None, BEGIN.date()],
            "seen": [BEGIN, None, BEGIN],
            "with space": ["a\tb\nc", "", "]]>"],
        }
    )
    frame.write_parquet(tmp_path / "log.parquet")
    log = import_log(ImportRequest(path=tmp_path / "log.parquet", name="all", imported_at=BEGIN), tmp_path / "logs")

    write_xes(log, tmp_path / "log.xes")

    assert _faults(schema, tmp_path / "log.xes") == []
    tags = {str(one.get("key")): etree.QName(one).localname for one in etree.parse(tmp_path / "log.xes").iter("{*}*")}
    assert [tags[key] for key in ("is_urgent", "amount", "count", "seen")] == ["boolean", "float", "int", "date"]


def _faults(schema: etree.XMLSchema, file: Path) -> list[str]:
    schema.validate(etree.parse(file))
    return str(schema.error_log).splitlines()[:5]
