# SPDX-License-Identifier: Apache-2.0
"""Files that nobody should have to import: each small on the wire, and wrong or huge in its own way."""

import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import apsw
import polars as pl

MEGABYTE = 1024 * 1024
HEAD = "case,activity,time\n"
ROW = "1,a,2026-01-01T00:00:00Z\n"
EVENT = (
    '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="2026-01-01T00:00:00Z"/></event>'
)
TRACE = '<trace><string key="concept:name" value="1"/>{}</trace>'
LAUGHS = "<!DOCTYPE log [" + '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {one} "{f"&{before};" * 10}">' for before, one in zip("abcdefghi", "bcdefghij", strict=True)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE log [<!ENTITY j SYSTEM "file:///etc/passwd">]>'
SEVERAL_KEYS = "".join(f'<string key="k{number}" value="v"/>' for number in range(200_000))
NESTED = '<string key="k" value="v">' * 100_000


def xes(events: str, *, before: str = "") -> bytes:
    return f"<?xml version='1.0'?>{before}<log>{TRACE.format(events)}</log>".encode()


def workbook(sheet: str, texts: Iterable[str] = ()) -> bytes:
    """A workbook of one sheet; *sheet*: what its sheetData holds."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
    parts = {
        "_rels/.rels": f'<Relationships><Relationship Id="r" Type="{kinds}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": '<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{kinds}/worksheet" '
        f'Target="sheet.xml"/><Relationship Id="r2" Type="{kinds}/sharedStrings" Target="texts.xml"/></Relationships>',
        "xl/sheet.xml": f"<worksheet><sheetData>{sheet}</sheetData></worksheet>",
        "xl/texts.xml": f"<sst>{shared}</sst>",
    }
    return archive(parts)


def archive(parts: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return file.getvalue()


def cells(row: int, *texts: str) -> str:
    inside = "".join(
        f'<c r="{chr(65 + place)}{row}" t="inlineStr"><is><t>{text}</t></is></c>' for place, text in enumerate(texts)
    )
    return f'<row r="{row}">{inside}</row>'


def far_apart() -> bytes:
    """Two filled cells at the corners of a billion."""
    head = cells(1, "case", "activity", "time")
    return workbook(f'{head}<row r="1048576"><c r="ALL1048576"><v>1</v></c></row>')


def one_text_many_times() -> bytes:
    """20,000 cells that hold one text of 32,000 characters: 640 MB when written out."""
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, 20_002))
    return workbook(cells(1, "case") + rows, ["x" * 32_000])


def parquet(**columns: Sequence[object] | pl.Series) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(columns, strict=False).write_parquet(file)
    return file.getvalue()


def long_parquet() -> bytes:
    """30,000 rows of one text of a megabyte: 30 GB when written out."""
    texts = {"case": "x" * MEGABYTE, "activity": "a", "time": "2026-01-01T00:00:00Z"}
    once = {name: pl.Series([text], dtype=pl.Categorical) for name, text in texts.items()}
    return parquet(**{name: text.new_from_index(0, 30_000) for name, text in once.items()})


def ocel(events: list[object], objects: list[object]) -> bytes:
    types = {"objectTypes": [{"name": "order", "attributes": []}], "eventTypes": [{"name": "a", "attributes": []}]}
    return json.dumps({**types, "events": events, "objects": objects}).encode()


def ocel_event(number: int, to: str, **more: object) -> dict[str, object]:
    time = f"2026-01-01T0{number % 10}:00:00Z"
    relations = [{"objectId": to, "qualifier": "of"}]
    return {"id": f"e{number}", "type": "a", "time": time, "relationships": relations, **more}


def ocel_object(name: str, *to: str) -> dict[str, object]:
    return {"id": name, "type": "order", "relationships": [{"objectId": one, "qualifier": "part"} for one in to]}


def endless_view() -> bytes:
    """An SQLite file whose table of events is a view that never ends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.sqlite"
        connection = apsw.Connection(str(path))
        connection.execute(
            """
            CREATE TABLE object (ocel_id, ocel_type);
            CREATE VIEW event AS WITH RECURSIVE n(ocel_id, ocel_type) AS
                (SELECT 1, 'a' UNION ALL SELECT ocel_id + 1, 'a' FROM n) SELECT * FROM n;
            """
        )
        connection.close()
        return path.read_bytes()


def shared_table() -> bytes:
    """An SQLite file of a megabyte that maps 10,000 types to one table of 10,000 rows: 100,000,000 records."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.sqlite"
        connection = apsw.Connection(str(path))
        connection.execute(
            """
            CREATE TABLE event (ocel_id, ocel_type); CREATE TABLE event_map_type (ocel_type, ocel_type_map);
            CREATE TABLE object (ocel_id, ocel_type); CREATE TABLE object_map_type (ocel_type, ocel_type_map);
            CREATE TABLE event_a (ocel_id, ocel_time);
            CREATE TABLE numbers (n);
            INSERT INTO numbers WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 10000)
                SELECT n FROM i;
            INSERT INTO event_a SELECT 'e' || n, '2026-01-01T00:00:00Z' FROM numbers;
            INSERT INTO event_map_type SELECT 't' || n, 'a' FROM numbers;
            """
        )
        connection.close()
        return path.read_bytes()


TIMES = ["2026-01-01T00:00:00Z"] * 3
NAMES = ["a", "b", "c"]
BYTES = [b"\xff"] * 3

REFUSED: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "events without time": ("log.csv", (HEAD + ROW + "1,b,\n").encode),
    "a NUL byte": ("log.csv", (HEAD + ROW + "1,b\0,2026-01-01T01:00:00Z\n").encode),
    "a header of 100,000 columns": ("log.csv", (",".join(f"c{n}" for n in range(100_000)) + "\n").encode),
    "half a gzip": ("log.csv.gz", lambda: gzip.compress((HEAD + ROW * 9_000).encode())[:-20]),
    "a gzip of blanks": ("log.csv.gz", lambda: gzip.compress(b" " * 100 * MEGABYTE, compresslevel=1)),
    "a gzip of one cell": ("log.csv.gz", lambda: gzip.compress(HEAD.encode() + b"x" * 100 * MEGABYTE, compresslevel=1)),
    "a gzip of a row and a line of 100 MB": (
        "log.csv.gz", lambda: gzip.compress((HEAD + ROW + "1,").encode() + b"x" * 100 * MEGABYTE, compresslevel=1),
    ),
    "a gzip of a quote that never ends": (
        "log.csv.gz", lambda: gzip.compress((HEAD + ROW + '1,"').encode() + b"x,y\n" * 25 * MEGABYTE, compresslevel=1),
    ),
    "a gzip of zeros": ("log.csv.gz", lambda: gzip.compress(bytes(100 * MEGABYTE), compresslevel=1)),
    "a gzip of blanks in XES": ("log.xes.gz", lambda: gzip.compress(b"<log>" + b" " * 100 * MEGABYTE, compresslevel=1)),
    "gzip in gzip": ("log.csv.gz", lambda: gzip.compress(gzip.compress((HEAD + ROW).encode()))),
    "entities that multiply": ("log.xes", lambda: xes(EVENT.format("&j;"), before=LAUGHS)),
    "an entity from outside": ("log.xes", lambda: xes(EVENT.format("&j;"), before=OUTSIDE)),
    "attributes nested 100,000 deep": ("log.xes", lambda: xes(EVENT.format("a").replace("</event>", NESTED))),
    "an event of 200,000 attributes": (
        "log.xes", lambda: xes(EVENT.format("a").replace("</event>", SEVERAL_KEYS + "</event>")),
    ),
    "XES with a NUL byte": ("log.xes", lambda: xes(EVENT.format("a\0"))),
    "XES in another encoding than it says": ("log.xes", lambda: xes(EVENT.format("~")).replace(b"~", b"\xe9")),
    "XES without times": ("log.xes", lambda: xes('<event><string key="concept:name" value="a"/></event>')),
    "OCEL with entities": (
        "log.xmlocel",
        f"{LAUGHS}<log><object-types/><events><event id='&j;'/></events></log>".encode,
    ),
    "OCEL nested 100,000 deep": ("log.jsonocel", lambda: b'{"events": ' + b"[" * 100_000),
    "OCEL with numbers for events": ("log.jsonocel", lambda: ocel([1, 2], [])),
    "OCEL without times": ("log.jsonocel", lambda: ocel([{"id": "e", "type": "a"}], [ocel_object("o")])),
    "OCEL whose events all dangle": ("log.jsonocel", lambda: ocel([ocel_event(1, "nothing")], [ocel_object("o")])),
    "OCEL from a view without end": ("log.sqlite", endless_view),
    "OCEL whose types share one table": ("log.sqlite", shared_table),
    "half an SQLite file": ("log.sqlite", lambda: endless_view()[:4_000]),
    "two cells a billion apart": ("log.xlsx", far_apart),
    "one text in 20,000 cells": ("log.xlsx", one_text_many_times),
    "a workbook that unpacks to 540 MB": ("log.xlsx", lambda: workbook(" " * 540 * MEGABYTE)),
    "a workbook with entities": ("log.xlsx", lambda: archive({"_rels/.rels": f"{LAUGHS}<log>&j;</log>"})),
    "half a workbook": ("log.xlsx", lambda: workbook(cells(1, "case", "activity", "time"))[:-40]),
    "Parquet without text": ("log.parquet", lambda: parquet(case=BYTES, activity=BYTES, time=BYTES)),
    "Parquet with lists for times": (
        "log.parquet", lambda: parquet(case=NAMES, activity=NAMES, time=[[1], [2], [3]]),
    ),
    "Parquet with truths for times": (
        "log.parquet", lambda: parquet(case=NAMES, activity=NAMES, time=[True, False, True]),
    ),
    "Parquet with structures for activities": (
        "log.parquet", lambda: parquet(case=NAMES, activity=[{"a": 1}] * 3, time=TIMES),
    ),
    "Parquet of 30 gigabytes of one text": ("log.parquet", long_parquet),
    "Parquet with times beyond every calendar": (
        "log.parquet",
        lambda: parquet(case=NAMES, activity=NAMES, time=pl.Series([0, 1, 2**62]).cast(pl.Datetime("us", "UTC"))),
    ),
    "half a Parquet file": ("log.parquet", lambda: parquet(case=NAMES, activity=NAMES, time=TIMES)[:-20]),
    "nothing": ("log.csv", lambda: b""),
    "a page": ("log.html", lambda: b"<!doctype html><html><body>sign in</body></html>"),
}  # fmt: skip

DANGLING = ocel([ocel_event(1, "o"), ocel_event(2, "nothing"), ocel_event(3, "o")], [ocel_object("o", "nobody")])
CYCLE = ocel([ocel_event(1, "a"), ocel_event(2, "b")], [ocel_object("a", "b"), ocel_object("b", "a", "b")])
TWICE = ocel([ocel_event(1, "o"), ocel_event(1, "o"), ocel_event(2, "o")], [ocel_object("o"), ocel_object("o")])

TAKEN: Mapping[str, tuple[str, bytes, int, int]] = {
    "times in several zones": (
        "log.csv",
        (HEAD + "1,a,2026-01-01T09:00:00+09:00\n1,b,2026-01-01T01:00:00Z\n1,c,2025-12-31T21:00:00-05:00\n").encode(),
        1, 3,
    ),
    "formulas": ("log.csv", (HEAD + '"=1+1","=HYPERLINK(""http://x"")",2026-01-01T00:00:00Z\n').encode(), 1, 1),
    "OCEL with references to nothing": ("log.jsonocel", DANGLING, 1, 2),
    "OCEL with objects in a circle": ("log.jsonocel", CYCLE, 2, 2),
    "OCEL with ids given twice": ("log.jsonocel", TWICE, 1, 2),
}  # fmt: skip
"""Name -> file name, content, cases, events."""
