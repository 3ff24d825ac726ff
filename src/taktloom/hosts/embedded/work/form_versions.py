# SPDX-License-Identifier: Apache-2.0
"""Which version of a form a deployed process shows: the one that was newest when that version of it was deployed.

So a form that is deployed again leaves running tasks as they were, until their instances are migrated. Deploying a
process together with a changed form makes a new version of the process, even if its own file is unchanged. A form that
came after the process that names it counts from its first version on.
"""

from collections.abc import Iterable, Iterator, Mapping

from taktloom.hosts.embedded.core.catalogue import resource
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.kernel import ExecutableProcess
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import DefinitionKey, TenantId
from taktloom.model.process import AnyFlowNode, StartEvent, SubProcess, UserTask
from taktloom.storage import Row, Session

__all__ = ["bind_forms", "bound_forms", "find_form", "form_schema", "newest_forms", "unknown_forms"]


def form_schema(
    session: Session, tenant_id: TenantId, executable: ExecutableProcess, definition_key: DefinitionKey, form_id: str
) -> str | None:
    """The form's text: the process file's own first, then the version's deployed one; None when there is none."""
    for form in executable.definition.forms:
        if form.id == form_id:
            return form.schema
    row = find_form(session, tenant_id, definition_key, form_id)
    return None if row is None else resource(session, tenant_id, row.text("checksum")).decode("utf-8")


def find_form(session: Session, tenant_id: TenantId, definition_key: DefinitionKey, form_id: str) -> Row | None:
    """The deployed form that this version of the process shows."""
    name = {"tenant_id": tenant_id, "definition_key": definition_key, "form_id": form_id}
    return session.first("form_of_definition", **name) or session.first("form_beside_definition", **name)


def newest_forms(unit: Unit, executable: ExecutableProcess) -> Mapping[str, int]:
    """By id the newest version of each deployed form that the process names and does not hold itself."""
    own = {form.id for form in executable.definition.forms}
    found: dict[str, int] = {}
    for form_id in _ids(executable):
        row = None if form_id in own else unit.session.first("latest_form", tenant_id=unit.tenant_id, form_id=form_id)
        if row is not None:
            found[form_id] = row.integer("version")
    return found


def bound_forms(unit: Unit, executable: ExecutableProcess, definition_key: DefinitionKey) -> Mapping[str, int]:
    """By id the version of each deployed form that this version of the process shows now."""
    own = {form.id for form in executable.definition.forms}
    found: dict[str, int] = {}
    for form_id in _ids(executable):
        row = None if form_id in own else find_form(unit.session, unit.tenant_id, definition_key, form_id)
        if row is not None:
            found[form_id] = row.integer("version")
    return found


def bind_forms(unit: Unit, forms: Mapping[str, int], definition_key: DefinitionKey) -> None:
    """Write down what the new version shows from now on."""
    for form_id, version in forms.items():
        unit.session.run(
            "insert_definition_form",
            tenant_id=unit.tenant_id,
            definition_key=definition_key,
            form_id=form_id,
            version=version,
        )


def unknown_forms(executable: ExecutableProcess, newest: Mapping[str, int]) -> tuple[Finding, ...]:
    """A warning for each element whose form is neither deployed, as *newest* tells, nor in the process's own file.

    It may come later, so nothing is refused; until then the element shows its variables without a form.
    """
    known = newest.keys() | {form.id for form in executable.definition.forms}
    return tuple(
        Finding(
            severity=Severity.WARNING,
            rule="form-unknown",
            message=f"The form '{node.form_id}' was not deployed with this version or before it.",
            place=node.place,
            remedy="Deploy the form, or correct the id.",
            parameters={"form": node.form_id or ""},
        )
        for node in _showing(executable.definition.nodes)
        if node.form_id not in known
    )


def _ids(executable: ExecutableProcess) -> Iterable[str]:
    return dict.fromkeys(node.form_id for node in _showing(executable.definition.nodes) if node.form_id)


def _showing(nodes: tuple[AnyFlowNode, ...]) -> Iterator[UserTask | StartEvent]:
    """The elements that name a form, in document order."""
    for node in nodes:
        if isinstance(node, UserTask | StartEvent) and node.form_id:
            yield node
        if isinstance(node, SubProcess):
            yield from _showing(node.nodes)
