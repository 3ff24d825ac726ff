# SPDX-License-Identifier: Apache-2.0
"""What a test has deployed: processes by id in versions, decisions by id and name.

Files are told apart by their root element. Everything that is wrong in all of them is told at once.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from taktloom.decisions import DecisionModel, load_model
from taktloom.feel.values import FeelDateTime, FeelValue, from_python
from taktloom.formats.bpmn import read_bpmn
from taktloom.formats.xml_reader import read_xml
from taktloom.kernel import ConditionalStart, ExecutableProcess, TimerStart, compile_process
from taktloom.kernel.soundness import check_soundness
from taktloom.kernel.starts import Gathered
from taktloom.model.errors import DefinitionError, MisuseError, NotFoundError, TaktloomError
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place
from taktloom.model.process import ProcessDefinition
from taktloom.testing.values import is_a

__all__ = ["Deployed", "Library", "Source"]

Source = bytes | str | Path
TAG = "tag:"
_XML_DECLARATION = re.compile(r"\ufeff?\s*<\?xml\s[^>]*\?>")  # of a text, which is no bytes: its encoding is over


@dataclass(slots=True, kw_only=True, eq=False)
class Deployed:
    """One version of a process. deployment: number of the `deploy` call that brought it."""

    definition: ProcessDefinition
    executable: ExecutableProcess
    deployment: int
    with_scripts_handed_over: ExecutableProcess | None = None
    timer_starts: dict[tuple[ElementId, int], TimerStart | None] = field(default_factory=dict)  # None: it is over
    gathered: Gathered = field(default_factory=dict)  # what has come of parallel multiple start events
    true_conditions: set[ConditionalStart] = field(default_factory=set)  # as they were evaluated last

    @property
    def id(self) -> str:
        """Of the process."""
        return self.definition.id


class Library:
    """All that is deployed; the newest version answers."""

    def __init__(self) -> None:
        self._versions: dict[str, list[Deployed]] = {}
        self._decisions: dict[str, DecisionModel] = {}
        self._deployments = 0

    def deploy(self, sources: Iterable[Source]) -> list[Deployed]:
        """Read and compile; nothing is deployed where anything is wrong. Raises DefinitionError with all findings."""
        findings: list[Finding] = []
        processes: list[ProcessDefinition] = []
        models: list[DecisionModel] = []
        for number, source in enumerate(sources, start=1):
            data, name = _bytes_of(source, number)
            try:
                if _is_dmn(data, name):
                    models.append(load_model(data))
                else:
                    processes.extend(_executable_processes(data, name))
            except DefinitionError as refused:
                findings.extend(refused.findings or (_finding_of(refused),))
        findings.extend(_named_twice(processes))
        compiled = []
        for process in processes:
            try:
                compiled.append(compile_process(process))
            except DefinitionError as refused:
                findings.extend(refused.findings)
        findings.extend(item for model in models for item in model.findings if item.severity is Severity.ERROR)
        _refuse(findings)
        for model in models:
            self._add_decisions(model)
        self._deployments += 1
        return [self._add(executable, processes) for executable in compiled]

    def newest(self, process_id: str) -> Deployed:
        """The newest version; raises NotFoundError."""
        versions = self._versions.get(process_id)
        if versions is None:
            raise NotFoundError(
                f"No process '{process_id}' is deployed.",
                Place(element_id=process_id),
                f"Deploy it first. There are: {', '.join(self._versions) or 'none'}.",
                {"process": process_id},
            )
        return versions[-1]

    def all_newest(self) -> list[Deployed]:
        """The newest version of each process, in order of first deployment."""
        return [versions[-1] for versions in self._versions.values()]

    def previous(self, deployed: Deployed) -> Deployed | None:
        """The version before *deployed*."""
        versions = self._versions[deployed.id]
        at = versions.index(deployed)
        return versions[at - 1] if at else None

    def called(self, process_id: str, binding: str, caller: Deployed) -> Deployed | None:
        """What a call activity of *caller* means, None where there is no such process."""
        versions = self._versions.get(process_id, [])
        if binding == "deployment":
            versions = [version for version in versions if version.deployment == caller.deployment]
        elif binding.startswith(TAG):
            tag = binding.removeprefix(TAG)
            versions = [version for version in versions if version.definition.version_tag == tag]
        return versions[-1] if versions else None

    def decide(self, decision_id: str, inputs: Mapping[str, FeelValue], now: datetime) -> tuple[FeelValue, str | None]:
        """The decision's value, or why there is none."""
        model = self._decisions.get(decision_id)
        if model is None:
            return None, f"No decision '{decision_id}' is deployed."
        clock = from_python(now)
        try:
            result = model.evaluate(decision_id, inputs, now=clock if isinstance(clock, FeelDateTime) else None)
        except TaktloomError as error:
            return None, error.cause
        if result.value is None and result.warnings:
            kinds = ", ".join(sorted({warning.kind.value for warning in result.warnings}))
            return None, f"The decision '{decision_id}' has no answer for these inputs ({kinds})."
        return result.value, None

    def _add(self, executable: ExecutableProcess, together: list[ProcessDefinition]) -> Deployed:
        proof = check_soundness(executable.definition, together)
        definition = replace(executable.definition, findings=(*executable.findings, *proof))
        deployed = Deployed(definition=definition, executable=executable, deployment=self._deployments)
        self._versions.setdefault(definition.id, []).append(deployed)
        return deployed

    def _add_decisions(self, model: DecisionModel) -> None:
        for decision in model.graph.decisions:
            self._decisions[decision.id] = self._decisions[decision.name] = model


def _bytes_of(source: Source, number: int) -> tuple[bytes, str]:
    """The file's bytes, and its name in findings."""
    if isinstance(source, bytes):
        return source, f"source {number}"
    if isinstance(source, str) and "<" in source:
        return _XML_DECLARATION.sub("", source, count=1).encode(), f"source {number}"
    if not is_a(source, str | Path):
        raise MisuseError("That is no source of a model.", remedy="Give bytes, XML text, or the path of a file.")
    if isinstance(source, str) and not re.search(r"[./\\]", source):  # no name of a file: text that is not XML
        return source.encode(), f"source {number}"
    path = Path(source)
    try:
        return path.read_bytes(), path.name
    except OSError as error:
        cause = f"The file '{path}' cannot be read: {error.strerror}."
        raise MisuseError(cause, Place(source=str(path)), "Give bytes, XML text, or the path of a file.") from error


def _is_dmn(data: bytes, name: str) -> bool:
    if b"DMN" not in data:
        return False
    return "/DMN/" in str(read_xml(data, source=name).tag)


def _executable_processes(data: bytes, name: str) -> list[ProcessDefinition]:
    definitions = read_bpmn(data, name=name)
    executable = [process for process in definitions.processes if process.is_executable]
    if not executable:
        finding = Finding(
            severity=Severity.ERROR,
            rule="no-executable-process",
            message="The file has no executable process.",
            place=Place(source=name),
            remedy='Mark the process with isExecutable="true".',
        )
        raise DefinitionError(finding.message, finding.place, finding.remedy, findings=(finding,))
    return executable


def _named_twice(processes: list[ProcessDefinition]) -> list[Finding]:
    """Processes of one id in the files of one deployment: neither would be the newer version."""
    ids = [process.id for process in processes]
    return [
        Finding(
            severity=Severity.ERROR,
            rule="duplicate-id",
            message=f"The id '{process.id}' is used twice.",
            place=Place(source=process.place.source, line=process.place.line, element_id=process.id),
            remedy="Deploy them one after the other, or give each process its own id.",
            parameters={"id": process.id},
        )
        for number, process in enumerate(processes)
        if process.id in ids[:number]
    ]


def _finding_of(error: DefinitionError) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="xml-refused",
        message=error.cause,
        place=error.place,
        remedy=error.remedy,
        parameters=error.parameters,
    )


def _refuse(findings: list[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        cause = f"The deployment is refused: {len(errors)} problem(s). {first.message}"
        parameters = {"count": str(len(errors))}
        raise DefinitionError(cause, first.place, first.remedy, parameters, tuple(findings))
