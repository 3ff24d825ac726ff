# SPDX-License-Identifier: Apache-2.0
"""Deploying models: several files in one transaction, all of them checked before anything is written.

A file whose bytes equal the newest deployed version's makes no new version. What cannot run is refused with every
finding of every file at once.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from taktloom.decisions import load_model
from taktloom.formats.bpmn import read_bpmn
from taktloom.formats.dmn import read_dmn
from taktloom.hosts.embedded.advancing.calendars import note_calendars
from taktloom.hosts.embedded.core.catalogue import resource
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.definition_rows import (
    deployed_decision,
    deployed_form,
    deployed_process,
    findings_json,
)
from taktloom.hosts.embedded.core.limits import page_size, require_count, require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.events.event_starts import store_event_starts
from taktloom.hosts.embedded.events.timer_starts import plan_timer_starts
from taktloom.hosts.embedded.work.form_versions import bind_forms, bound_forms, form_schema, newest_forms, unknown_forms
from taktloom.hosts.embedded.work.forms import schema_problem
from taktloom.kernel import ExecutableProcess, compile_process
from taktloom.kernel.soundness import check_soundness
from taktloom.model.errors import DefinitionError, InputRefusedError, TaktloomError
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import DefinitionKey, ProcessId, TenantId
from taktloom.model.operations import (
    DeployedDecision,
    DeployedForm,
    DeployedProcess,
    Deployment,
    Page,
    ProcessSummary,
)
from taktloom.model.places import Place
from taktloom.model.process import ProcessDefinition, StartEvent
from taktloom.storage import Row, Session, to_micros

_KEPT_BYTES = 200_000  # of a file that is remembered as it was read
_DECISIONS_LISTED = 1000
_FORM_DEPTH = 100  # levels: whoever reads a form goes down by calls


class DeploymentRefusedError(DefinitionError):
    """At least one file cannot be deployed; none was. `findings` lists all problems of all files."""

    code = "TL-1501"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProcessFile:
    name: str
    content: bytes
    checksum: str
    processes: tuple[ExecutableProcess, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _DecisionFile:
    name: str
    content: bytes
    checksum: str
    decisions: Mapping[str, str]  # id -> name


@dataclass(frozen=True, slots=True, kw_only=True)
class _FormFile:
    name: str
    content: bytes
    checksum: str
    form_id: str


_CheckedFile = _ProcessFile | _DecisionFile | _FormFile


class Deployments:
    """Deployed processes, decisions and forms of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def deploy(self, files: Mapping[str, bytes], *, by: str | None = None) -> Deployment:
        """Deploy BPMN (`.bpmn`, `.xml`), DMN (`.dmn`) and form-js (`.form`) files, all or none; see the module.

        Raises DeploymentRefusedError with the findings of all files; LimitExceededError.
        """
        limits = self._core.limits
        require_count("deployment_files", files, limits.deployment_files)
        require_within("deployment_bytes", sum(map(len, files.values())), limits.deployment_bytes)
        checked = _check_files(files, {decision.decision_id for decision in self.decisions()})
        return self._core.submit(self._tenant_id, lambda unit: _store_files(unit, checked, by))

    def xml(self, definition_key: DefinitionKey) -> bytes:
        """The deployed bytes of the file that holds this version; raises UnknownProcessError."""
        with self._core.database.reading() as session:
            runnable = self._core.catalogue.by_key(session, self._tenant_id, definition_key)
            row = session.first("definition_by_key", tenant_id=self._tenant_id, definition_key=runnable.definition_key)
            return resource(session, self._tenant_id, row.text("checksum")) if row else b""

    def processes(self, *, cursor: str | None = None, limit: int = 100) -> Page[ProcessSummary]:
        """Processes by id, each with its newest version and counts over all versions."""
        limit = page_size(limit, self._core.limits)
        with self._core.database.reading() as session:
            rows = session.all("process_ids", tenant_id=self._tenant_id, after=cursor or "", limit=limit + 1)
            ids = [ProcessId(row.text("process_id")) for row in rows]
            items = tuple(self._summary(session, process_id) for process_id in ids[:limit])
        return Page(items=items, next_cursor=ids[limit - 1] if len(ids) > limit else None)

    def process(self, process_id: ProcessId) -> ProcessSummary:
        """One process; raises UnknownProcessError."""
        with self._core.database.reading() as session:
            self._core.catalogue.startable(session, self._tenant_id, process_id, None)
            return self._summary(session, process_id)

    def versions(self, process_id: ProcessId) -> tuple[DeployedProcess, ...]:
        """All versions of a process, newest first; raises UnknownProcessError."""
        with self._core.database.reading() as session:
            self._core.catalogue.startable(session, self._tenant_id, process_id, None)
            rows = session.all("definitions_of_process", tenant_id=self._tenant_id, process_id=process_id)
        return tuple(map(deployed_process, rows))

    def executable(self, process_id: ProcessId, *, version: int | None = None) -> ExecutableProcess:
        """The compiled newest version, or the one asked for; raises UnknownProcessError."""
        with self._core.database.reading() as session:
            return self._core.catalogue.startable(session, self._tenant_id, process_id, version).executable

    def decisions(self) -> tuple[DeployedDecision, ...]:
        """The newest version of every decision, by id."""
        with self._core.database.reading() as session:
            rows = session.all("latest_decisions", tenant_id=self._tenant_id, limit=_DECISIONS_LISTED)
        return tuple(map(deployed_decision, rows))

    def start_form(self, process_id: ProcessId, *, version: int | None = None) -> str | None:
        """The form-js schema of the start event; None where it has no form. Raises UnknownProcessError."""
        with self._core.database.reading() as session:
            runnable = self._core.catalogue.startable(session, self._tenant_id, process_id, version)
            form_id = _start_form_id(runnable.executable)
            if form_id is None:
                return None
            return form_schema(session, self._tenant_id, runnable.executable, runnable.definition_key, form_id)

    def set_baseline(self, process_id: ProcessId, log_id: str | None) -> None:
        """Name the event log that cycle times are compared with; None: no longer. Raises UnknownProcessError."""

        def work(unit: Unit) -> None:
            unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, None)
            unit.session.run("set_baseline", tenant_id=unit.tenant_id, process_id=process_id, log_id=log_id)
            unit.note(Topic.PROCESSES, "baseline-set")

        self._core.submit(self._tenant_id, work)

    def _summary(self, session: Session, process_id: ProcessId) -> ProcessSummary:
        latest = session.first("latest_definition", tenant_id=self._tenant_id, process_id=process_id)
        counts = session.first("process_counts", tenant_id=self._tenant_id, process_id=process_id)
        if latest is None or counts is None:
            raise LookupError(process_id)  # a process row without a version: the two are written together
        return ProcessSummary(
            latest=deployed_process(latest),
            versions=counts.integer("versions"),
            active=counts.integer("active"),
            ended=counts.integer("ended"),
            incidents=counts.integer("incidents"),
        )


def _check_files(files: Mapping[str, bytes], deployed_decisions: Collection[str]) -> list[_CheckedFile]:
    """Decisions first: a process may ask only for one that is deployed already or comes along."""
    checked: list[_CheckedFile] = []
    findings: list[Finding] = []
    decisions = set(deployed_decisions)
    for name, content in sorted(files.items(), key=lambda file: not file[0].lower().endswith(".dmn")):
        try:
            file = _check_file(name, content, decisions)
            checked.append(file)
            decisions.update(file.decisions if isinstance(file, _DecisionFile) else ())
        except DefinitionError as error:
            findings.extend(error.findings or (_finding_of(error, name),))
        except InputRefusedError as error:
            findings.append(_finding_of(error, name))
    findings.extend(_found_twice(checked))
    if findings:
        raise DeploymentRefusedError(
            f"{len(findings)} problems in {len(files)} files; nothing was deployed.",
            findings[0].place,
            "Correct the model and deploy it again.",
            {"problems": str(len(findings)), "files": str(len(files))},
            tuple(findings),
        )
    return checked


def _found_twice(files: list[_CheckedFile]) -> Iterator[Finding]:
    """Ids that two of the files hold, with different content: which one would be the newest is nowhere said."""
    known: dict[tuple[type, str], _CheckedFile] = {}
    for file in files:
        for element_id in _ids_in(file):
            other = known.setdefault((type(file), element_id), file)
            if other.checksum != file.checksum:
                message = f"'{element_id}' is in {other.name}, too."
                yield from _refused(file.name, "id-in-two-files", message, "Deploy one of the two files.").findings


def _ids_in(file: _CheckedFile) -> Iterable[str]:
    if isinstance(file, _ProcessFile):
        return [process.id for process in file.processes]
    return [file.form_id] if isinstance(file, _FormFile) else file.decisions


def _check_file(name: str, content: bytes, decisions: Collection[str]) -> _CheckedFile:
    checksum = hashlib.sha256(content).hexdigest()
    suffix = name.rpartition(".")[2].lower()
    if suffix in {"bpmn", "xml"}:
        read = _read_processes if len(content) <= _KEPT_BYTES else _read_processes.__wrapped__
        processes = read(name, content, frozenset(decisions))
        if not processes:
            remedy = "Set isExecutable on the process to deploy it."
            raise _refused(name, "no-executable-process", "The file holds no executable process.", remedy)
        return _ProcessFile(name=name, content=content, checksum=checksum, processes=processes)
    if suffix == "dmn":
        model = load_model(read_dmn(content, source=name))
        errors = tuple(finding for finding in model.findings if finding.severity is Severity.ERROR)
        if errors:
            raise DefinitionError(f"{name} has {len(errors)} errors.", Place(source=name), findings=errors)
        decisions = {decision.id: decision.name for decision in model.graph.decisions}
        return _DecisionFile(name=name, content=content, checksum=checksum, decisions=decisions)
    if suffix in {"form", "json"}:
        return _FormFile(name=name, content=content, checksum=checksum, form_id=_form_id(name, content))
    cause = "Only .bpmn, .dmn and .form files can be deployed."
    raise _refused(name, "unknown-file-type", cause, "Give the file the ending of its kind.")


@lru_cache(maxsize=16)  # the same files are deployed again and again: by every start of a program that brings them
def _read_processes(name: str, content: bytes, decisions: frozenset[str]) -> tuple[ExecutableProcess, ...]:
    together = [process for process in read_bpmn(content, name=name).processes if process.is_executable]
    compiled = [compile_process(process, decisions=decisions) for process in together]
    return tuple(_proven(process, together) for process in compiled)


def _proven(executable: ExecutableProcess, together: list[ProcessDefinition]) -> ExecutableProcess:
    """With what can go wrong when it runs, which refuses nothing."""
    return replace(executable, findings=(*executable.findings, *check_soundness(executable.definition, together)))


def _form_id(name: str, content: bytes) -> str:
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _refused(
            name, "form-not-json", "The form is not JSON.", "Export it again from the form editor."
        ) from error
    if _is_deeper(schema, _FORM_DEPTH):
        raise _refused(
            name, "form-schema-unfit", "The form is nested too deeply.", f"Put at most {_FORM_DEPTH} levels into it."
        )
    form_id = (schema.get("id") or schema.get("$id")) if isinstance(schema, dict) else None
    if not isinstance(form_id, str) or not form_id:
        raise _refused(name, "form-without-id", "The form has no id.", "Give it the id that the user task names.")
    _require_sound_form(name, schema)
    return form_id


def _is_deeper(document: object, depth: int) -> bool:
    """Whether lists and objects stand in each other more than *depth* times; found without recursion."""
    level = [document] if isinstance(document, dict | list) else []
    for _ in range(depth):
        inside = [item for each in level for item in (each.values() if isinstance(each, dict) else each)]
        level = [item for item in inside if isinstance(item, dict | list)]
    return bool(level)


def _require_sound_form(name: str, schema: Mapping[str, object]) -> None:
    """Raises DeploymentRefusedError for a JSON Schema that is none."""
    reason = schema_problem(schema)
    if reason is not None:
        raise _refused(
            name, "form-schema-unfit", "The form is no JSON Schema (2020-12).", f"Correct what stands at {reason}."
        )


def _refused(name: str, rule: str, message: str, remedy: str) -> DeploymentRefusedError:
    place = Place(source=name)
    finding = Finding(
        severity=Severity.ERROR, rule=rule, message=message, place=place, remedy=remedy, parameters={"file": name}
    )
    return DeploymentRefusedError(message, place, remedy, findings=(finding,))


def _finding_of(error: TaktloomError, name: str) -> Finding:
    place = error.place if error.place.source else replace(error.place, source=name)
    return Finding(
        severity=Severity.ERROR,
        rule=error.code,
        message=error.cause,
        place=place,
        remedy=error.remedy,
        parameters=error.parameters,
    )


def _store_files(unit: Unit, files: list[_CheckedFile], by: str | None) -> Deployment:
    processes: list[DeployedProcess] = []
    decisions: list[DeployedDecision] = []
    forms: list[DeployedForm] = []
    for file in sorted(files, key=lambda file: isinstance(file, _ProcessFile)):  # a process shows the forms beside it
        unit.session.run("insert_resource", tenant_id=unit.tenant_id, checksum=file.checksum, content=file.content)
        if isinstance(file, _ProcessFile):
            processes.extend(_store_process(unit, file, executable, by) for executable in file.processes)
        elif isinstance(file, _DecisionFile):
            decisions.extend(_store_decision(unit, file, decision_id, by) for decision_id in file.decisions)
        else:
            forms.append(_store_form(unit, file, by))
    unit.note(Topic.PROCESSES, "deployed")
    return Deployment(processes=tuple(processes), decisions=tuple(decisions), forms=tuple(forms))


def _store_process(unit: Unit, file: _ProcessFile, executable: ExecutableProcess, by: str | None) -> DeployedProcess:
    name = {"tenant_id": unit.tenant_id, "process_id": executable.id}
    latest = unit.session.first("latest_definition", **name)
    forms = newest_forms(unit, executable)
    if latest is None or latest.text("checksum") != file.checksum or _shows_others(unit, executable, latest, forms):
        version = 1 if latest is None else latest.integer("version") + 1
        executable = replace(executable, findings=(*executable.findings, *unknown_forms(executable, forms)))
        unit.session.run("insert_process", **name)
        unit.session.run("insert_definition", **_definition_columns(unit, file, executable, version, by))
        bind_forms(unit, forms, DefinitionKey(f"{executable.id}:{version}"))
        _require_calendars(unit, file, executable, DefinitionKey(f"{executable.id}:{version}"))
        store_event_starts(unit, executable)
        plan_timer_starts(unit, executable, _executable_of(unit, latest))
        unit.note(Topic.TIMERS, "planned")
        latest = unit.session.first("latest_definition", **name)
    if latest is None:
        raise LookupError(executable.id)  # unreachable: it was written in this transaction
    return deployed_process(latest)


def _shows_others(unit: Unit, executable: ExecutableProcess, latest: Row, forms: Mapping[str, int]) -> bool:
    """Whether the newest version shows other forms than it would if it were deployed now."""
    return bound_forms(unit, executable, DefinitionKey(latest.text("definition_key"))) != forms


def _executable_of(unit: Unit, row: Row | None) -> ExecutableProcess | None:
    if row is None:
        return None
    key = DefinitionKey(row.text("definition_key"))
    return unit.core.catalogue.by_key(unit.session, unit.tenant_id, key).executable


def _require_calendars(unit: Unit, file: _ProcessFile, executable: ExecutableProcess, key: DefinitionKey) -> None:
    """Raises DeploymentRefusedError where the process counts by a calendar that does not exist."""
    missing = note_calendars(unit, executable, key)
    if missing:
        remedy = "Save the calendar first: taktloom calendar save NAME FILE."
        findings = tuple(
            Finding(
                severity=Severity.ERROR,
                rule="calendar-unknown",
                message=f"There is no business calendar {name}.",
                place=Place(source=file.name, element_id=element_id),
                remedy=remedy,
                parameters={"calendar": name},
            )
            for name, element_id in missing
        )
        raise DeploymentRefusedError(findings[0].message, findings[0].place, remedy, findings=findings)


def _definition_columns(
    unit: Unit, file: _ProcessFile, executable: ExecutableProcess, version: int, by: str | None
) -> dict[str, str | int | None]:
    definition = executable.definition
    return {
        "tenant_id": unit.tenant_id,
        "definition_key": f"{executable.id}:{version}",
        "process_id": executable.id,
        "version": version,
        "name": definition.name or executable.id,
        "version_tag": definition.version_tag,
        "resource_name": file.name,
        "checksum": file.checksum,
        "has_start_form": int(_start_form_id(executable) is not None),
        "is_startable": int(bool(executable.starts)),
        "findings": findings_json(executable.findings),
        "deployed_at": to_micros(unit.now),
        "deployed_by": by,
    }


def _store_decision(unit: Unit, file: _DecisionFile, decision_id: str, by: str | None) -> DeployedDecision:
    name = {"tenant_id": unit.tenant_id, "decision_id": decision_id}
    latest = unit.session.first("latest_decision", **name)
    if latest is None or latest.text("checksum") != file.checksum:
        unit.session.run(
            "insert_decision",
            **name,
            version=1 if latest is None else latest.integer("version") + 1,
            name=file.decisions[decision_id] or decision_id,
            resource_name=file.name,
            checksum=file.checksum,
            deployed_at=to_micros(unit.now),
            deployed_by=by,
        )
        latest = unit.session.first("latest_decision", **name)
    if latest is None:
        raise LookupError(decision_id)  # unreachable: it was written in this transaction
    return deployed_decision(latest)


def _store_form(unit: Unit, file: _FormFile, by: str | None) -> DeployedForm:
    name = {"tenant_id": unit.tenant_id, "form_id": file.form_id}
    latest = unit.session.first("latest_form", **name)
    if latest is None or latest.text("checksum") != file.checksum:
        unit.session.run(
            "insert_form",
            **name,
            version=1 if latest is None else latest.integer("version") + 1,
            resource_name=file.name,
            checksum=file.checksum,
            deployed_at=to_micros(unit.now),
            deployed_by=by,
        )
        latest = unit.session.first("latest_form", **name)
    if latest is None:
        raise LookupError(file.form_id)  # unreachable: it was written in this transaction
    return deployed_form(latest)


def _start_form_id(executable: ExecutableProcess) -> str | None:
    for node in executable.definition.nodes:
        if isinstance(node, StartEvent) and node.definition is None:
            return node.form_id
    return None
