# SPDX-License-Identifier: Apache-2.0
"""The hardened reader: no DOCTYPE, no entities, nothing fetched, limits, lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.formats.xml_reader import XmlError, XmlLimits, iterate_xml, line_of, local_name, read_xml

LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><a b="&y;">&y;</a>'


@pytest.mark.parametrize(
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
def test_any_doctype_is_refused(data: bytes) -> None:
    with pytest.raises(XmlError, match="DOCTYPE"):
        read_xml(data, source="bad.xml")


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
