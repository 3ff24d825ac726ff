# SPDX-License-Identifier: Apache-2.0
"""What a file says beyond the model: found when reading, put back when writing, so that nothing is lost.

An element is written from the model alone and compared with the one in the file, attribute by attribute and, for
children, group by group (a group is all children of one name). Only what differs is kept as text. When writing, kept
parts take the place of the model's if reading them gives the same model; where the model was changed meanwhile, those
that contradict it are left out.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from itertools import pairwise

from lxml import etree

from taktloom.formats.bpmn.elsewhere import is_read_of_camunda_7
from taktloom.formats.bpmn.extensions import extension_elements, xml_text
from taktloom.formats.bpmn.names import BPMN, XSI, bpmn, local_name
from taktloom.formats.xml_reader import read_xml
from taktloom.model.process import NOTHING_FOREIGN, Foreign

__all__ = ["apply_kept", "canonical", "difference", "foreign_element", "group_of", "is_same", "mended", "sort_children"]

_TYPE = f"{{{XSI}}}type"
_GENERATED_ID = re.compile(r"_[A-Za-z]+_\d+")
_OTHERS = frozenset(
    {
        "artifacts",
        "compensation_handler",
        "correlation_keys",
        "data_objects",
        "data_references",
        "findings",
        "flows",
        "foreign",
        "incoming",
        "nodes",
        "order",
        "outgoing",
        "place",
    }
)


def difference(element: etree._Element, generated: etree._Element, contained: frozenset[str] = frozenset()) -> Foreign:
    """What *element* says that *generated* does not; children of the names in *contained* are none of its parts."""
    absent = [f"@{name!s}" for name in generated.attrib if name not in element.attrib]
    attributes = tuple(
        sorted((str(name), str(value)) for name, value in element.attrib.items() if generated.get(name) != value)
    )
    extensions: tuple[str, ...] = ()
    children: list[str] = []
    ours, theirs = _groups(generated, contained), _groups(element, contained)
    for group, found in theirs.items():
        if [canonical(child) for child in ours.get(group, ())] == [canonical(child) for child in found]:
            continue
        if group == _EXTENSIONS and len(found) == 1 and len(found[0]) and not found[0].attrib:
            extensions = tuple(xml_text(child) for child in extension_elements(element))
        else:
            children.extend(xml_text(child) for child in found)
    absent.extend(group for group in ours if group not in theirs)
    sequence = _sequence(element, contained)
    if not (attributes or extensions or children or absent or sequence):
        return NOTHING_FOREIGN
    return Foreign(
        attributes=attributes,
        extensions=extensions,
        children=tuple(children),
        absent=tuple(absent),
        sequence=sequence,
    )


def _sequence(element: etree._Element, contained: frozenset[str]) -> tuple[str, ...]:
    """The groups of the children in order, contents as `*`; none where that is the schema's order."""
    ranks = _ranks_in(element)
    groups = [group_of(child) for child in element.iterchildren("{*}*")]
    found = tuple("*" if group in contained else group for group in groups)
    order = [(ranks.get(group, _CONTENTS), group) for group in found]
    is_known = all(one == other or one[0] < other[0] for one, other in pairwise(order))
    return () if is_known else found


def apply_kept(element: etree._Element, foreign: Foreign) -> etree._Element:
    """Put what was kept into the element that was written from the model."""
    if foreign == NOTHING_FOREIGN:
        return element
    for name in foreign.absent:
        if name.startswith("@") and name[1:] in element.attrib:
            del element.attrib[name[1:]]
    for name, value in foreign.attributes:
        element.set(name, value)
    kept = [foreign_element(text) for text in foreign.children]
    replaced = {group_of(child) for child in kept}.union(foreign.absent)
    if foreign.extensions:
        replaced.add(_EXTENSIONS)
        holder = etree.Element(bpmn("extensionElements"))
        holder.extend(foreign_element(text) for text in foreign.extensions)
        kept.append(holder)
    for child in list(element):
        if group_of(child) in replaced:
            element.remove(child)
    element.extend(kept)
    sort_children(element, foreign)
    return element


def mended(
    foreign: Foreign, generate: Callable[[], etree._Element], fits: Callable[[etree._Element], bool]
) -> etree._Element:
    """The element with those kept parts that agree with the model: all but one, else each tried by itself.

    generate: the element from the model alone. fits: whether an element is read as the model says. In the second case
    what Camunda 7 says in its own words is written in ours, so that no element speaks two dialects.
    """
    for fewer in _all_but_one(foreign):
        element = apply_kept(generate(), fewer)
        if fits(element):
            return element
    own = replace(
        foreign,
        attributes=tuple(item for item in foreign.attributes if not is_read_of_camunda_7(item[0])),
        extensions=tuple(
            text for text in foreign.extensions if not is_read_of_camunda_7(str(foreign_element(text).tag))
        ),
    )
    accepted = NOTHING_FOREIGN
    for candidate in _pieces(own, extension_elements(generate())):
        tried = _joined(accepted, candidate)
        if fits(apply_kept(generate(), tried)):
            accepted = tried
    return apply_kept(generate(), accepted)


def is_same(one: object, other: object) -> bool:
    """Whether two parts of a model say the same, places, kept parts and contents of containers aside."""
    if is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(
            is_same(getattr(one, name), getattr(other, name)) for name in _compared(type(one))
        )
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(is_same(a, b) for a, b in zip(one, other, strict=True))
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):  # ids by position, of elements that have none
        return bool(_GENERATED_ID.fullmatch(one) and _GENERATED_ID.fullmatch(other))
    return False


def canonical(element: etree._Element) -> object:
    """The element as nested tuples: prefixes, attribute order and whitespace between elements do not matter."""
    attributes = tuple(sorted((str(name), _value(element, name, value)) for name, value in element.attrib.items()))
    parts = list(element.iterchildren("{*}*"))
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    if parts and not text.strip():
        text = ""
    return element.tag, attributes, text, tuple(canonical(child) for child in parts)


def _value(element: etree._Element, name: object, value: object) -> str:
    text = str(value)
    if name == _TYPE:
        prefix, colon, rest = text.strip().rpartition(":")
        return f"{{{element.nsmap.get(prefix if colon else None, '')}}}{rest}"
    return text


def foreign_element(text: str) -> etree._Element:
    """An element that was kept as text by the reader."""
    return read_xml(text)


def group_of(child: etree._Element) -> str:
    """The group that a child belongs to: its local name, or what stands for all names that may be mixed."""
    tag = child.tag
    if not isinstance(tag, str):
        return ""
    name = local_name(tag)
    if not tag.startswith(f"{{{BPMN}}}"):
        return tag
    if name.endswith("EventDefinition"):
        return "eventDefinition"
    return "resourceRole" if name in _ROLES else name


def sort_children(element: etree._Element, foreign: Foreign = NOTHING_FOREIGN) -> None:
    """Bring the children into the file's order if it was kept, else the schema's; those of one group stay in order."""
    ranks = _ranks_in(element)
    places: dict[str, list[int]] = {}
    for number, group in enumerate(foreign.sequence):
        places.setdefault(group, []).append(number)

    def place(child: etree._Element) -> tuple[int, int]:
        group = group_of(child)
        known = places.get(group) or places.get("*" if group not in ranks else "")
        rank = ranks.get(group, _CONTENTS)
        return (known.pop(0), rank) if known else (len(foreign.sequence), rank)

    order = [child for _, child in sorted(((place(child), child) for child in element), key=lambda pair: pair[0])]
    if list(element) != order:
        element[:] = order


def _ranks_in(element: etree._Element) -> Mapping[str, int]:
    if element.tag == bpmn("definitions"):
        return _HEAD_RANKS
    return _PROCESS_RANKS if element.tag == bpmn("process") else _RANKS


def _groups(element: etree._Element, contained: frozenset[str]) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for child in element.iterchildren("{*}*"):
        group = group_of(child)
        if group not in contained:
            found.setdefault(group, []).append(child)
    return found


def _all_but_one(foreign: Foreign) -> Iterator[Foreign]:
    """Each kept part left out once; never the extensions, beside which ours would be a second dialect."""
    for name in foreign.absent:
        if name != _EXTENSIONS:
            yield replace(foreign, absent=tuple(other for other in foreign.absent if other != name))
    for attribute in foreign.attributes:
        yield replace(foreign, attributes=tuple(other for other in foreign.attributes if other != attribute))
    groups = {text: group_of(foreign_element(text)) for text in foreign.children}
    for group in dict.fromkeys(groups.values()):
        yield replace(foreign, children=tuple(text for text in foreign.children if groups[text] != group))


def _pieces(foreign: Foreign, generated: list[etree._Element]) -> Iterable[Foreign]:
    yield Foreign(sequence=foreign.sequence)
    for name in foreign.absent:
        yield Foreign(absent=(name,))
    for attribute in foreign.attributes:
        yield Foreign(attributes=(attribute,))
    if foreign.extensions:
        yield Foreign(extensions=foreign.extensions)
        written = {child.tag for child in generated}
        own = tuple(xml_text(child) for child in generated)
        others = tuple(text for text in foreign.extensions if foreign_element(text).tag not in written)
        yield Foreign(extensions=(*own, *others))
        for text in others:
            yield Foreign(extensions=(*own, text))
    groups: dict[str, list[str]] = {}
    for text in foreign.children:
        groups.setdefault(group_of(foreign_element(text)), []).append(text)
    for texts in groups.values():
        yield Foreign(children=tuple(texts))


def _joined(one: Foreign, other: Foreign) -> Foreign:
    extensions = one.extensions or other.extensions
    if one.extensions and other.extensions:
        extensions = one.extensions + tuple(text for text in other.extensions if text not in one.extensions)
    return replace(
        one,
        absent=one.absent + other.absent,
        attributes=one.attributes + other.attributes,
        extensions=extensions,
        children=one.children + other.children,
        sequence=one.sequence or other.sequence,
    )


@lru_cache(maxsize=256)
def _compared(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.compare and field.name not in _OTHERS)


_EXTENSIONS = "extensionElements"
_CONTENTS = 1_000
_ROLES = frozenset({"humanPerformer", "performer", "potentialOwner", "resourceRole"})
_HEAD = ("documentation", _EXTENSIONS)
_HEAD_RANKS = {name: number for number, name in enumerate(_HEAD)}
_ORDER = (
    *_HEAD,
    "auditing",
    "monitoring",
    "categoryValueRef",
    "incoming",
    "outgoing",
    "conditionExpression",
    "supportedInterfaceRef",
    "ioSpecification",
    "ioBinding",
    "property",
    "dataInput",
    "dataOutput",
    "dataInputAssociation",
    "dataOutputAssociation",
    "inputSet",
    "outputSet",
    "eventDefinition",
    "eventDefinitionRef",
    "resourceRole",
    "standardLoopCharacteristics",
    "multiInstanceLoopCharacteristics",
    "script",
    "rendering",
    "activationCondition",
    "laneSet",
)
_PROCESS_ORDER = (
    *_HEAD,
    "supportedInterfaceRef",
    "ioSpecification",
    "ioBinding",
    "auditing",
    "monitoring",
    "property",
    "laneSet",
)
_LAST = {
    name: _CONTENTS + 1 + n for n, name in enumerate(("completionCondition", "correlationSubscription", "supports"))
}
_RANKS = {**{name: number for number, name in enumerate(_ORDER)}, **_LAST}
_PROCESS_RANKS = {
    **{name: number for number, name in enumerate(_PROCESS_ORDER)},
    "resourceRole": _CONTENTS + 1,
    "correlationSubscription": _CONTENTS + 2,
    "supports": _CONTENTS + 3,
}
