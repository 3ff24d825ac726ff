# SPDX-License-Identifier: Apache-2.0
"""Checking a BPMN file as deploying would, with the static proof of what can run."""

from typing import TYPE_CHECKING

from taktloom.model.errors import DefinitionError
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

if TYPE_CHECKING:
    from taktloom.model.process import ProcessDefinition

__all__ = ["check_bpmn"]


def check_bpmn(content: bytes, name: str) -> tuple[Finding, ...]:
    """All findings of the file: errors of each process that cannot run, warnings and soundness of those that can.

    Raises DefinitionError for what is no BPMN at all.
    """
    from taktloom.formats.bpmn import read_bpmn

    definitions = read_bpmn(content, name=name)
    found = list(definitions.findings)
    executables = [process for process in definitions.processes if process.is_executable]
    for process in executables:
        found += _check_process(process, definitions.processes)
    if not executables:
        found.append(
            Finding(
                severity=Severity.WARNING,
                rule="no-executable-process",
                message="The file holds no executable process.",
                place=Place(source=name),
                remedy="Set isExecutable on the process to deploy it.",
            )
        )
    return tuple({(f.rule, f.place.element_id, f.message, f.path): f for f in reversed(found)}.values())[::-1]


def _check_process(process: "ProcessDefinition", together: "tuple[ProcessDefinition, ...]") -> tuple[Finding, ...]:
    from taktloom.kernel import compile_process
    from taktloom.kernel.soundness import check_soundness

    try:
        found = compile_process(process).findings
    except DefinitionError as error:
        return error.findings
    return (*found, *check_soundness(process, together))
