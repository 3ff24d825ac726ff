# SPDX-License-Identifier: Apache-2.0
"""The short way through plain XES gives what the XML parser gives, and leaves to it what is not plain."""

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import quoteattr

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from taktloom.mining.logs import xes_blocks
from taktloom.mining.logs.encodings import RawBytes
from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.requests import ImportLimits, ImportWatch
from taktloom.mining.logs.staging import Staging
from taktloom.mining.logs.xes_plain import stage_plain_xes
from taktloom.mining.logs.xes_reader import stage_any_xes, stage_xes

GIVEN = (
    "01_running-example.xes.gz",
    "02_teleclaims.xes.gz",
    "03_repairExample.xes.gz",
    "08_receipt.xes.gz",
    "09_a32f0n00.xes.gz",
    "BPIC13_cp.xes.gz",
    "Procure-to-Pay.xes.gz",
    "SEPSIS.xes.gz",
    "helpdesk.xes.gz",
    "interval_event_log.xes",
    "reviewing.xes",
    "roadtraffic100traces.xes",
    "running-example.xes",
)
EVENT = '<event><string key="concept:name" value="a"/><date key="time:timestamp" value="2024-01-01T00:00:00Z"/></event>'
PLAIN = f'<trace><string key="concept:name" value="1"/>{EVENT}</trace>'


def _raw(path: Path, limits: ImportLimits | None = None) -> RawBytes:
    return RawBytes(path=path, name=path.name, limits=limits or ImportLimits(), watch=ImportWatch())


def _staged(path: Path, folder: Path) -> tuple[Staging | None, Staging]:
    (folder / "plain").mkdir()
    (folder / "any").mkdir()
    return stage_plain_xes(_raw(path), folder / "plain"), stage_any_xes(_raw(path), folder / "any")


def _rows(staging: Staging) -> pl.DataFrame:
    return staging.scan().select(*staging.columns).collect()


def _assert_equal(plain: Staging, general: Staging) -> None:
    assert plain.source == general.source
    assert list(plain.columns) == list(general.columns)
    assert (plain.levels, plain.types, plain.rows) == (general.levels, general.types, general.rows)
    assert_frame_equal(_rows(plain), _rows(general))


def _file(folder: Path, traces: str, *, head: str = "<log>", encoding: str = "utf-8") -> Path:
    path = folder / "log.xes"
    path.write_bytes(f"{head}{traces}</log>".encode(encoding))
    return path


@pytest.mark.parametrize("name", GIVEN)
def test_both_ways_read_each_given_log_alike(name: str, test_data: Path, tmp_path: Path) -> None:

    plain, general = _staged(test_data / "logs" / name, tmp_path)

    assert plain is not None
    _assert_equal(plain, general)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
XML_TEXTS = TEXTS.filter(lambda text: all(ord(each) >= 32 and each not in "\ufffe\uffff" for each in text))
KINDS = st.sampled_from(["string", "date", "int", "float", "boolean", "id"])
KEYS = st.sampled_from(["concept:name", "time:timestamp", "a", "b", "case:a", "case:concept:name"])
ATTRIBUTES = st.lists(st.tuples(KINDS, KEYS, XML_TEXTS), max_size=4)
BLANKS = st.sampled_from(["", "\n\t", " ", "\r\n"])


def _attribute(kind: str, key: str, value: str, blank: str) -> str:
    quoted = '"' + quoteattr(value)[1:-1].replace('"', "&quot;") + '"'
    return f'{blank}<{kind} key="{key}" value={quoted}{blank}/>'


@st.composite
def _traces(draw: st.DrawFn) -> str:
    blank = draw(BLANKS)
    traces = []
    for _ in range(draw(st.integers(1, 4))):
        own = "".join(_attribute(*each, blank) for each in draw(ATTRIBUTES))
        later = "".join(_attribute(*each, blank) for each in draw(ATTRIBUTES))
        events = [
            f"{blank}<event>" + "".join(_attribute(*each, blank) for each in draw(ATTRIBUTES)) + f"{blank}</event>"
            for _ in range(draw(st.integers(0, 3)))
        ]
        traces.append(f"{blank}<trace>{own}{''.join(events)}{later}{blank}</trace>")
    return "".join(traces) + blank


@given(_traces())
def test_both_ways_read_any_plain_file_alike(traces: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = _file(folder, PLAIN + traces)

        plain, general = _staged(path, folder)

        assert plain is not None
        _assert_equal(plain, general)


@settings(max_examples=50)
@given(_traces(), st.integers(1, 40))
def test_where_blocks_are_cut_changes_nothing(traces: str, size: int) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patched:
        folder = Path(name)
        patched.setattr(xes_blocks, "BLOCK_BYTES", size * 20)
        path = _file(folder, PLAIN + traces)

        plain, general = _staged(path, folder)

        if plain is not None:  # no trace begins within so small a block
            _assert_equal(plain, general)


@pytest.mark.parametrize(
    ("what", "traces"),
    [
        ("a comment", f"<!-- <trace> -->{PLAIN}"),
        ("a comment inside", PLAIN.replace("<event>", "<event><!-- </event> -->")),
        ("a CDATA section", PLAIN.replace("<event>", "<event><![CDATA[<trace>]]>")),
        ("an attribute in an attribute", PLAIN.replace('value="a"/>', 'value="a"><int key="n" value="1"/></string>')),
        ("a list", PLAIN.replace("<event>", '<event><list key="l"><values><int key="n" value="1"/></values></list>')),
        ("other quotes", PLAIN.replace('value="a"', "value='a'")),
        ("value before key", PLAIN.replace('key="concept:name" value="a"', 'value="a" key="concept:name"')),
        ("a container", PLAIN.replace("<event>", '<event><container key="c"/>')),
        ("an attribute of the log behind", PLAIN + '<string key="x" value="y"/>'),
        ("an attribute of the log between", PLAIN + '<string key="x" value="y"/>' + PLAIN.replace('"1"', '"2"')),
        ("a trace with an attribute", PLAIN.replace("<trace>", '<trace id="1">')),
        ("an event outside", PLAIN + EVENT),
        ("text between", PLAIN.replace("<event>", "<event>text")),
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(what: str, traces: str, tmp_path: Path) -> None:
    path = _file(tmp_path, traces)

    plain, general = _staged(path, tmp_path)

    assert plain is None, what
    _assert_equal(stage_xes(_raw(path), tmp_path), general)


def test_references_become_their_characters(tmp_path: Path) -> None:
    value = "&lt;&gt;&amp;&quot;&apos;&#65;&#x4e2d; &#10;| \r\n|\t|"
    path = _file(tmp_path, PLAIN.replace('value="a"', f'value="{value}"'))

    plain, general = _staged(path, tmp_path)

    assert plain is not None
    _assert_equal(plain, general)
    assert _rows(plain)["concept:name"][0] == "<>&\"'A中 \n|  | |"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "iso-8859-1", "gb18030"])
def test_other_encodings_take_the_long_way(encoding: str, tmp_path: Path) -> None:
    name = "utf-16" if encoding.startswith("utf-16") else encoding
    path = _file(
        tmp_path, PLAIN.replace('value="a"', 'value="é"'), head=f'<?xml version="1.0" encoding="{name}"?><log>',
        encoding=encoding,
    )  # fmt: skip

    plain = stage_plain_xes(_raw(path), tmp_path)

    assert plain is None
    assert _rows(stage_xes(_raw(path), tmp_path))["concept:name"].to_list() == ["é"]


def test_a_byte_order_mark_and_gzip_are_plain(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf<log>" + PLAIN.encode() + b"</log>"))

    plain, general = _staged(path, tmp_path)

    assert plain is not None
    _assert_equal(plain, general)


@pytest.mark.parametrize(
    "traces",
    [
        PLAIN.replace("</event>", ""),
        PLAIN + "</trace>",
        PLAIN.replace('value="a"', 'value="&unknown;"'),
        PLAIN.replace('value="a"', 'value="&#0;"'),
        PLAIN.replace('value="a"', 'value="&#xD800;"'),
        PLAIN.replace('value="a"', 'value="a\x01"'),
        PLAIN.replace('value="a"', 'value="<"'),
        PLAIN[:-20],
    ],
)
def test_broken_xml_is_refused_by_both_ways(traces: str, tmp_path: Path) -> None:
    path = _file(tmp_path, traces)

    assert stage_plain_xes(_raw(path), tmp_path) is None
    with pytest.raises(UnreadableLogError, match="well-formed"):
        stage_xes(_raw(path), tmp_path)


@pytest.mark.parametrize(
    ("limits", "what"),
    [(ImportLimits(cell_characters=5), "cell"), (ImportLimits(columns=2), "columns"), (ImportLimits(rows=1), "rows")],
)
def test_limits_hold_on_the_short_way(limits: ImportLimits, what: str, tmp_path: Path) -> None:
    path = _file(tmp_path, PLAIN + PLAIN)

    with pytest.raises(LogTooLargeError, match=what):
        stage_xes(_raw(path, limits), tmp_path)
