# SPDX-License-Identifier: Apache-2.0
"""Whether reading and writing BPMN files loses anything: `python -m tests.formats.lossless FILE…` prints ok or diff.

Compared as canonical XML: attribute order, prefixes, whitespace between elements, comments and attributes that have the
schema's default value aside; everything else counts, order and diagrams too.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.model.errors import DefinitionError
from tests.data import find_test_data

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
# Attributes with a default in the schema (BPMN 2.0.2, Semantic.xsd).
DEFAULTS: Mapping[str, str] = {
    "associationDirection": "None",
    "behavior": "All",
    "cancelActivity": "true",
    "cancelRemainingInstances": "true",
    "completionQuantity": "1",
    "eventGatewayType": "Exclusive",
    "expressionLanguage": "http://www.w3.org/1999/XPath",
    "gatewayDirection": "Unspecified",
    "instantiate": "false",
    "isClosed": "false",
    "isCollection": "false",
    "isForCompensation": "false",
    "isImmediate": "true",
    "isInterrupting": "true",
    "isSequential": "false",
    "isUnlimited": "true",
    "itemKind": "Information",
    "parallelMultiple": "false",
    "processType": "None",
    "startQuantity": "1",
    "testBefore": "false",
    "textFormat": "text/plain",
    "triggeredByEvent": "false",
    "typeLanguage": "http://www.w3.org/2001/XMLSchema",
}


def differences(source: bytes) -> list[str]:
    """What reading and writing changes; nothing is what is wanted."""
    return compared(source, write_bpmn(read_bpmn(source)))


def compared(before: bytes, after: bytes) -> list[str]:
    """What is different in two files."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False)
    return list(_compare(etree.fromstring(before, parser), etree.fromstring(after, parser), ""))


def _compare(one: etree._Element, other: etree._Element, path: str) -> Iterator[str]:
    here = f"{path}/{etree.QName(one).localname}"
    if one.get("id"):
        here += f"[{one.get('id')}]"
    if one.tag != other.tag:
        yield f"{here}: {one.tag} became {other.tag}"
        return
    first, second = _attributes(one), _attributes(other)
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            yield f"{here}: attribute {name} was {first.get(name)!r}, is {second.get(name)!r}"
    if _text(one) != _text(other):
        yield f"{here}: text was {_text(one)!r}, is {_text(other)!r}"
    if [child.tag for child in one] != [child.tag for child in other]:
        yield f"{here}: children were {_names(one)}, are {_names(other)}"
        return
    for a, b in zip(one, other, strict=True):
        yield from _compare(a, b, here)


def _attributes(element: etree._Element) -> dict[str, str]:
    found = {}
    for name, value in element.attrib.items():
        text = str(value)
        if name == XSI_TYPE:
            prefix, colon, rest = text.rpartition(":")
            text = f"{{{element.nsmap.get(prefix if colon else None, '')}}}{rest}"
        if DEFAULTS.get(str(name)) != text:
            found[str(name)] = text
    return found


def _text(element: etree._Element) -> str:
    """Text, of elements with children only where it is more than indentation."""
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    return text if text.strip() and not len(element) else " ".join(text.split())


def _names(element: etree._Element) -> str:
    return " ".join(etree.QName(child).localname for child in element)


def main(paths: list[str]) -> int:
    """Print one line per file, and what differs below it."""
    data = find_test_data()
    files = [Path(path) for path in paths]
    if not files and data is not None:
        files = sorted((data / "bpmn-miwg").glob("*.bpmn"))
    failed = 0
    for path in files:
        try:
            found = differences(path.read_bytes())
        except DefinitionError as refused:
            found = [str(refused)]
        failed += bool(found)
        sys.stdout.write(f"{path.name}: {'diff' if found else 'ok'}\n")
        sys.stdout.writelines(f"  {line}\n" for line in found[:20])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
