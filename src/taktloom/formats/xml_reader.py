# SPDX-License-Identifier: Apache-2.0
"""The one hardened XML reader: every XML text from outside passes here, BPMN, DMN, PNML and XES alike.

Refused, each with its line: any DOCTYPE (and so every entity, external or not), more bytes, elements or levels than the
limits say, encodings other than UTF-8, UTF-16 and what an ASCII-compatible XML declaration names. Nothing is ever
fetched. The text is fed in pieces, so that a bad file stops early.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from taktloom.model.errors import DefinitionError
from taktloom.model.places import Place

__all__ = [
    "DEFAULT_LIMITS",
    "DOCTYPE",
    "XmlError",
    "XmlLimits",
    "iterate_records",
    "iterate_xml",
    "line_of",
    "local_name",
    "read_xml",
]

DOCTYPE = "doctype"  # XmlError.parameters["refused"]
_PIECE = 65_536
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_PROLOG_LIMIT = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlLimits:
    """How large a text may be; the depth stays under libxml2's own 256."""

    max_bytes: int = 32 * 1024 * 1024
    max_elements: int = 500_000
    max_depth: int = 200


DEFAULT_LIMITS = XmlLimits()


class XmlError(DefinitionError):
    """The text is no XML that we read; *place* has the line."""

    code = "TL-1201"


def read_xml(data: bytes | str, *, source: str = "", limits: XmlLimits = DEFAULT_LIMITS) -> etree._Element:
    """Parse a whole document and return its root; `sourceline` of every element is kept. Raises XmlError.

    source: the name that errors give as place.
    """
    octets = data.encode() if isinstance(data, str) else data
    if isinstance(data, str):
        octets = _without_encoding(octets)
    pieces = (octets[start : start + _PIECE] for start in range(0, len(octets), _PIECE))
    root: etree._Element | None = None
    for event, element in iterate_xml(pieces, source=source, limits=limits):
        if event == "start" and root is None:
            root = element
    if root is None:
        raise XmlError("There is no XML element in the text.", Place(source=source), "Give an XML document.")
    return root


def iterate_xml(
    pieces: Iterable[bytes], *, source: str = "", limits: XmlLimits = DEFAULT_LIMITS
) -> Iterator[tuple[str, etree._Element]]:
    """Parse piece by piece and yield `("start" | "end", element)`; for files too large to hold.

    The caller clears elements it has done with (`element.clear()`); the limits hold for the whole. Raises XmlError.
    """
    parser = _hardened_parser(("start", "end"))
    counter = _Counter(source, limits)
    try:
        for piece in _accepted(pieces, counter):
            parser.feed(piece)
            yield from counter.counted(_elements(parser))
        parser.close()
        yield from counter.counted(_elements(parser))
    except etree.XMLSyntaxError as error:
        if "Excessive depth" in str(error.msg):  # libxml2 counts levels before we see the elements of a piece
            raise counter.too_deep(error.lineno) from error
        raise _syntax_error(error, source) from error


def iterate_records(
    pieces: Iterable[bytes], name: str, *, require_root: Callable[[etree._Element], None], source: str, max_bytes: int
) -> Iterator[etree._Element]:
    """Parse piece by piece and yield each complete element called *name*, in any namespace or none.

    For long lists of small records: what is inside a record is not reported, which is what makes it quick.
    require_root gets the root before anything else is parsed, and raises where it is another format's. A record is
    emptied when the next is asked for. libxml2's own limits hold for one record (256 levels, 10 MB of one text).
    Raises XmlError.
    """
    scout: etree.XMLPullParser | None = _hardened_parser(("start",))
    parser = _hardened_parser(("end",), tag=(f"{{*}}{name}", name))
    counter = _Counter(source, XmlLimits(max_bytes=max_bytes))
    try:
        for piece in _accepted(pieces, counter):
            if scout is not None:
                scout.feed(piece)
                for _, root in _elements(scout):
                    _require_no_dtd(root, source)
                    require_root(root)
                    scout = None
                    break
            parser.feed(piece)
            for _, element in _elements(parser):
                yield element
                _forget(element)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _syntax_error(error, source) from error


def line_of(element: etree._Element) -> int | None:
    """The 1-based line of the element's start tag."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def _hardened_parser(
    events: tuple[Literal["start", "end"], ...], *, tag: tuple[str, ...] | None = None
) -> etree.XMLPullParser:
    """Every parser of the product: no entities, no network, no DTD, libxml2's limits on."""
    return etree.XMLPullParser(
        events=events,
        tag=tag,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )


def _accepted(pieces: Iterable[bytes], counter: "_Counter") -> Iterator[bytes]:
    """The pieces; the first are held back until the prolog was seen, so that a DOCTYPE reaches no parser."""
    head, seen = b"", False
    for piece in pieces:
        counter.count_bytes(len(piece))
        if seen:
            yield piece
            continue
        head += piece
        if len(head) < _PROLOG_LIMIT and not _has_root(head):
            continue
        _refuse_doctype(head, counter.source)
        seen = True
        yield head
    if not seen:
        _refuse_doctype(head, counter.source)
        yield head


def _require_no_dtd(root: etree._Element, source: str) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype(source)


def _forget(element: etree._Element) -> None:
    """Empty *element* and drop its elder siblings, which would pile up otherwise."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _elements(parser: etree.XMLPullParser) -> Iterator[tuple[str, etree._Element]]:
    for event, element in parser.read_events():
        if isinstance(element, etree._Element):
            yield event, element


class _Counter:
    __slots__ = ("bytes_seen", "depth", "elements", "limits", "source")

    def __init__(self, source: str, limits: XmlLimits) -> None:
        self.source, self.limits = source, limits
        self.bytes_seen = self.elements = self.depth = 0

    def count_bytes(self, size: int) -> None:
        self.bytes_seen += size
        if self.bytes_seen > self.limits.max_bytes:
            raise self._over("bytes", self.limits.max_bytes, None)

    def counted(self, events: Iterable[tuple[str, etree._Element]]) -> Iterator[tuple[str, etree._Element]]:
        for event, element in events:
            if event == "start":
                self.elements += 1
                self.depth += 1
                if self.elements == 1:
                    _require_no_dtd(element, self.source)
                if self.elements > self.limits.max_elements:
                    raise self._over("elements", self.limits.max_elements, line_of(element))
                if self.depth > self.limits.max_depth:
                    raise self.too_deep(line_of(element))
            else:
                self.depth -= 1
            yield event, element

    def too_deep(self, line: int | None) -> XmlError:
        return self._over("nested levels", self.limits.max_depth, line)

    def _over(self, what: str, limit: int, line: int | None) -> XmlError:
        return XmlError(
            f"The XML text has more than {limit} {what}.",
            Place(source=self.source, line=line),
            "Split the file or remove what is not needed.",
            {"limit": str(limit), "what": what},
        )


def _has_root(head: bytes) -> bool:
    text = _decoded(head)
    rest = text[_prolog_end(text) :]
    return rest.startswith("<!DOCTYPE") or bool(re.match(r"<[^!?]", rest))


def _refuse_doctype(head: bytes, source: str) -> None:
    text = _decoded(head)
    if text.startswith("<!DOCTYPE", _prolog_end(text)):
        raise _doctype(source)


def _prolog_end(text: str) -> int:
    match = _PROLOG.match(text)
    return match.end() if match is not None else 0


def _decoded(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    if head[:2] in {b"<\0", b"\0<"}:
        return head.decode("utf-16-le" if head[0] else "utf-16-be", "replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _doctype(source: str) -> XmlError:
    return XmlError(
        "The XML text has a DOCTYPE, which is refused because it can define entities.",
        Place(source=source, line=1),
        "Remove the <!DOCTYPE …> declaration.",
        {"refused": DOCTYPE},
    )


def _syntax_error(error: etree.XMLSyntaxError, source: str) -> XmlError:
    line = error.lineno if error.lineno and error.lineno > 0 else None
    return XmlError(
        f"The text is not well-formed XML: {error.msg}.",
        Place(source=source, line=line),
        "Mend the text at that line.",
        {"detail": str(error.msg)},
    )


def _without_encoding(octets: bytes) -> bytes:
    """A decoded text may still declare the encoding it once had."""
    return re.sub(rb"^(\s*<\?xml[^>]*?)\s+encoding=(\"[^\"]*\"|'[^']*')", rb"\1", octets, count=1)
