# SPDX-License-Identifier: Apache-2.0
"""Who may do a user task, by when and with which form: extensions first, then the standard's resource roles.

Source: BPMN 2.0.2, 10.3.1 (resources) and 10.3.4 (human interactions).
"""

import re
from typing import TypedDict

from lxml import etree

from taktloom.formats.bpmn.camunda import camunda_form, camunda_text
from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.names import CALENDAR, CAMUNDA_7, bpmn, reference
from taktloom.formats.bpmn.reading import Reading, children

__all__ = ["Assignment", "read_assignment"]

_PERFORMERS = ("humanPerformer", "performer")
_MEMBER = re.compile(r"(?P<kind>user|group)\((?P<name>[^()]*)\)")


class Assignment(TypedDict):
    """The fields of a user task beside those of every activity."""

    assignee: str | None
    candidate_users: str | None
    candidate_groups: str | None
    due_date: str | None
    follow_up_date: str | None
    priority: str | None
    form_id: str | None
    calendar: str | None


def read_assignment(reading: Reading, element: etree._Element) -> Assignment:
    """Literal texts, or FEEL after `=`."""
    extensions = Extensions(element)

    def said(extension: str, attribute: str, camunda_name: str) -> str | None:
        return extensions.get(extension, attribute) or camunda_text(reading, element, camunda_name)

    roles = _read_roles(reading, element)
    return Assignment(
        assignee=said("assignmentDefinition", "assignee", "assignee") or roles.get("assignee"),
        candidate_users=said("assignmentDefinition", "candidateUsers", "candidateUsers") or roles.get("user"),
        candidate_groups=said("assignmentDefinition", "candidateGroups", "candidateGroups") or roles.get("group"),
        due_date=said("taskSchedule", "dueDate", "dueDate"),
        follow_up_date=said("taskSchedule", "followUpDate", "followUpDate"),
        priority=said("priorityDefinition", "priority", "priority"),
        form_id=extensions.form_id() or camunda_form(reading, element),
        calendar=element.get(CALENDAR) or None,
    )


def _read_roles(reading: Reading, element: etree._Element) -> dict[str, str]:
    """What performers and potential owners say: `assignee`, `user`, `group`."""
    found: dict[str, str] = {}
    for kind in _PERFORMERS:
        for role in children(element, kind):
            assigned = _assigned(reading, role, "user")
            value = assigned.get("user")
            if value is not None:
                found.setdefault("assignee", value)
    for role in children(element, "potentialOwner"):
        for kind, value in _assigned(reading, role, "group").items():
            found[kind] = f"{found[kind]},{value}" if kind in found and not value.startswith("=") else value
    return found


def _assigned(reading: Reading, role: etree._Element, missing: str) -> dict[str, str]:
    """The users and groups of one role; *missing*: what a bare name is."""
    resource = role.find(bpmn("resourceRef"))
    if resource is not None:
        root = reading.roots.get(reference(resource.text))
        name = "" if root is None else (root.get("name") or root.get("id") or "").strip()
        return {missing: name} if name and missing == "group" else {}
    holder = role.find(bpmn("resourceAssignmentExpression"))
    expression = None if holder is None else next(holder.iterchildren("{*}*"), None)
    text = reading.expression(expression)
    if expression is None or text is None:
        return {}
    members = list(_MEMBER.finditer(text))
    if members and not _MEMBER.sub("", text).replace(",", "").strip():
        found: dict[str, list[str]] = {}
        for member in members:
            found.setdefault(member["kind"], []).append(member["name"].strip())
        return {kind: ",".join(names) for kind, names in found.items()}
    if text.startswith(("=", '"')) or not set(CAMUNDA_7).intersection(expression.nsmap.values()):
        return {missing: f"={text.removeprefix('=')}"}
    return {missing: text}  # Camunda 7 has plain names here
