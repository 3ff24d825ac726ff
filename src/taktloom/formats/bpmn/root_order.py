# SPDX-License-Identifier: Apache-2.0
"""The order of the root elements of a written file: as the file had them, what is new where the schema has it.

New messages, errors … come before the first process, new processes behind the last one, new collaborations behind them;
in a file made in code the collaboration comes first, as modelers write it.
"""

from collections.abc import Sequence

from lxml import etree

from taktloom.formats.bpmn.names import bpmn, local_name

__all__ = ["arranged"]

BEFORE_ROOTS = frozenset({"import", "extension"})
PROCESS, COLLABORATION = bpmn("process"), bpmn("collaboration")


def arranged(
    order: Sequence[str], old: Sequence[etree._Element], new: Sequence[etree._Element]
) -> list[etree._Element]:
    """All root elements. order: ids as the file had them, "" for none; old: processes and what was kept."""
    ranked = sorted(zip(_ranks(order, old), range(len(old)), old, strict=True), key=lambda item: item[:2])
    ordered = [element for _, _, element in ranked]
    first = next((number for number, element in enumerate(ordered) if element.tag == PROCESS), 0)
    last = max((number for number, element in enumerate(ordered) if element.tag == PROCESS), default=0)
    while first and ordered[first - 1].tag == COLLABORATION:
        first -= 1
    late = [element for element in new if element.tag == COLLABORATION and order]
    early = [element for element in new if element.tag != COLLABORATION or not order]
    if not any(local_name(element.tag) in BEFORE_ROOTS for element in ordered[first:]):
        return [*ordered[:first], *early, *ordered[first : last + 1], *late, *ordered[last + 1 :]]
    return [*ordered[: last + 1], *early, *late, *ordered[last + 1 :]]


def _ranks(order: Sequence[str], old: Sequence[etree._Element]) -> list[float]:
    """Place of each element in the file; of a process that is new behind the others."""
    places: dict[str, int] = {}
    for number, name in enumerate(order):
        places.setdefault(name, number)
    unnamed = [number for number, name in enumerate(order) if not name]
    ids = [str(element.get("id") or "") for element in old]
    known = [places[name] for name, element in zip(ids, old, strict=True) if name in places and element.tag == PROCESS]
    behind = max(known, default=len(order)) + 0.5
    found: list[float] = []
    for name in ids:
        if name:
            found.append(places.get(name, behind))
        else:
            found.append(unnamed.pop(0) if unnamed else behind)
    return found
