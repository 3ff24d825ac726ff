# SPDX-License-Identifier: Apache-2.0
"""The hardened reader: no DOCTYPE, no entities, nothing fetched, limits, lines."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import taktloom
from taktloom.formats.xml_reader import (
    XmlError,
    XmlLimits,
    iterate_records,
    iterate_xml,
    line_of,
    local_name,
    read_xml,
)

LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><a b="&y;">&y;</a>'


DOCTYPES = pytest.mark.parametrize(
    "data",
    [
        LAUGHS.encode(),
        b'<?xml version="1.0"?>\n<!-- <a> -->\n' + LAUGHS.encode(),
        b"\xef\xbb\xbf" + LAUGHS.encode(),
        LAUGHS.encode("utf-16"),
        LAUGHS.encode("utf-16-le"),
        b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<!--" + b"x" * 200_000 + b"-->" + LAUGHS.encode(),
    ],
)


def _records(pieces: Iterable[bytes], *, max_bytes: int = 10_000_000) -> list[tuple[str | None, int]]:
    """Name and number of parts of each `r`."""
    found = iterate_records(pieces, "r", require_root=lambda root: None, source="list.xml", max_bytes=max_bytes)
    return [(record.get("n"), len(record)) for record in found]


@DOCTYPES
def test_any_doctype_is_refused(data: bytes) -> None:
    with pytest.raises(XmlError, match="DOCTYPE"):
        read_xml(data, source="bad.xml")


@DOCTYPES
def test_any_doctype_is_refused_in_a_list_of_records(data: bytes) -> None:
    with pytest.raises(XmlError, match="DOCTYPE"):
        _records(data[at : at + 997] for at in range(0, len(data), 997))


def test_records_come_whole_from_any_pieces_in_any_namespace() -> None:
    plain = b"<l><r n='1'><p/><p/></r><!-- <r/> --><x><r n='2'/></x></l>"
    named = b"<l xmlns='urn:x'><r n='1'><p/><p/></r><x><r n='2'/></x></l>"

    for data in (plain, named):
        for size in (1, 5, len(data)):
            pieces = (data[at : at + size] for at in range(0, len(data), size))
            assert _records(pieces) == [("1", 2), ("2", 0)]


def test_a_root_of_another_format_is_refused_before_its_content_is_read() -> None:
    seen: list[str] = []

    def require(root: object) -> None:
        seen.append("root")
        raise ValueError("another format")

    def pieces() -> Iterable[bytes]:
        yield b"<other>"
        seen.append("content")
        yield b"<r/></other>"

    with pytest.raises(ValueError, match="another format"):
        list(iterate_records(pieces(), "r", require_root=require, source="", max_bytes=1000))
    assert seen == ["root"]


@pytest.mark.parametrize("data", [b"<l><r></l>", b"", b"<l>" + b"<r>" * 300 + b"</r>" * 300 + b"</l>", b"<l/>" * 2])
def test_what_is_no_well_formed_list_is_refused_with_its_file(data: bytes) -> None:
    with pytest.raises(XmlError) as refused:
        _records([data])

    assert refused.value.place.source == "list.xml"


def test_a_list_of_records_has_a_limit_of_bytes() -> None:
    with pytest.raises(XmlError, match="more than 20 bytes"):
        _records([b"<l>", b"<r/>" * 10, b"</l>"], max_bytes=20)


def test_no_other_module_makes_an_xml_parser() -> None:
    parser = re.compile(r"XMLPullParser|XMLParser|iterparse|etree\.(fromstring|parse|XML)\b|xml\.etree|minidom|expat")
    root = Path(taktloom.__file__).parent
    found = {path.relative_to(root).as_posix() for path in root.rglob("*.py") if parser.search(path.read_text("utf-8"))}

    assert found == {"formats/xml_reader.py"}


def test_an_element_knows_its_line() -> None:
    root = read_xml("<a>\n <b/>\n <c/>\n</a>")

    assert [(local_name(child), line_of(child)) for child in root] == [("b", 2), ("c", 3)]


def test_broken_xml_tells_file_and_line() -> None:
    with pytest.raises(XmlError) as caught:
        read_xml(b"<a>\n<b>\n</a>", source="broken.bpmn")

    assert (caught.value.place.source, caught.value.place.line) == ("broken.bpmn", 3)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"<a>" + b"<b/>" * 11 + b"</a>", XmlLimits(max_elements=10)),
        (b"<a>" * 11 + b"</a>" * 11, XmlLimits(max_depth=10)),
        (b"<a>" + b" " * 100 + b"</a>", XmlLimits(max_bytes=50)),
        (b"<a>" * 5000 + b"</a>" * 5000, XmlLimits()),
    ],
)
def test_limits_hold(data: bytes, limits: XmlLimits) -> None:
    with pytest.raises(XmlError):
        read_xml(data, limits=limits)


def test_a_text_may_declare_the_encoding_it_once_had() -> None:
    assert read_xml('<?xml version="1.0" encoding="GB18030"?><a b="流程"/>').get("b") == "流程"


def test_a_document_may_come_in_pieces() -> None:
    pieces = (bytes([octet]) for octet in b"<a><b>1</b><b>2</b></a>")

    ends = [element.text for event, element in iterate_xml(pieces) if event == "end" and local_name(element) == "b"]

    assert ends == ["1", "2"]


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="<>/a!-?[]&;x '\"=", max_size=60).map(str.encode)))
def test_any_bytes_are_a_document_or_an_xml_error(data: bytes) -> None:
    try:
        assert read_xml(data) is not None
    except XmlError as error:
        assert error.remedy  # noqa: PT017  (both outcomes are right; an error must say what to do)
