# SPDX-License-Identifier: Apache-2.0
"""Linting models: every finding of BPMN and DMN files that belong together; nothing is deployed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taktloom.app.bpmn_check import check_bpmn
from taktloom.app.context import Context, use_case
from taktloom.app.decision_tests import failing_tests
from taktloom.app.decisions import now_of
from taktloom.assure.permissions import Permission
from taktloom.model.errors import DefinitionError, InputRefusedError, TaktloomError
from taktloom.model.findings import Finding, Severity

if TYPE_CHECKING:
    from taktloom.decisions import TableCheck
    from taktloom.model.decision import DecisionRequirementsGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCheck:
    """A DMN text that was checked: findings of the model, and each table with its own."""

    findings: tuple[Finding, ...]
    tables: "tuple[TableCheck, ...]"


@use_case(Permission.PROCESS_VIEW)
def lint_files(context: Context, *, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """The findings of BPMN and DMN files by name; DMN files may import each other."""
    now = now_of(context)
    found: list[Finding] = []
    graphs: dict[str, DecisionRequirementsGraph] = {}
    for name, content in files.items():
        if not name.lower().endswith(".dmn"):
            found += findings_of(lambda name=name, content=content: check_bpmn(content, name))  # type: ignore[misc]
            continue
        found += findings_of(lambda name=name, content=content: _read(graphs, name, content))  # type: ignore[misc]
    for name in graphs:
        found += _lint(graphs, name)
        found += findings_of(lambda name=name: failing_tests(files[name], name, now))  # type: ignore[misc]
    return distinct(found)


@use_case(Permission.PROCESS_VIEW)
def check_decisions(context: Context, *, content: bytes, name: str) -> DecisionCheck:
    """One DMN text: what is wrong with the model, and each table's gaps and overlaps with examples."""
    del context
    from taktloom.decisions import load_model
    from taktloom.formats.dmn import read_dmn

    try:
        model = load_model(read_dmn(content, source=name))
    except DefinitionError as error:
        return DecisionCheck(findings=error.findings or (finding_of(error),), tables=())
    of_tables = {id(one.finding) for table in model.table_checks for one in table.findings}
    others = [one for one in model.lint if id(one) not in of_tables]
    return DecisionCheck(findings=distinct(others), tables=model.table_checks)


def check_dmn(content: bytes, name: str) -> tuple[Finding, ...]:
    """All findings of one DMN file; raises DefinitionError where it cannot be read."""
    from taktloom.decisions import load_model
    from taktloom.formats.dmn import read_dmn

    return distinct(load_model(read_dmn(content, source=name)).lint)


def findings_of(check: Callable[[], tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """What *check* gives; an error that refuses the model is findings too."""
    try:
        return check()
    except DefinitionError as error:
        return error.findings or (finding_of(error),)
    except InputRefusedError as error:
        return (finding_of(error),)


def finding_of(error: TaktloomError) -> Finding:
    """An error as a finding."""
    return Finding(
        severity=Severity.ERROR,
        rule=error.code,
        message=error.cause,
        place=error.place,
        remedy=error.remedy,
        parameters=error.parameters,
    )


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once."""
    return tuple({repr(finding): finding for finding in findings}.values())


def _read(graphs: "dict[str, DecisionRequirementsGraph]", name: str, content: bytes) -> tuple[Finding, ...]:
    from taktloom.formats.dmn import read_dmn

    graphs[name] = read_dmn(content, source=name)
    return ()


def _lint(graphs: "Mapping[str, DecisionRequirementsGraph]", name: str) -> list[Finding]:
    """The findings of one model and of what it imports, directly or not."""
    from taktloom.decisions import load_model

    by_namespace = {graph.namespace: graph for graph in graphs.values()}
    needed: dict[str, DecisionRequirementsGraph] = {}
    pending = [graphs[name]]
    while pending:
        for one in pending.pop().imports:
            other = by_namespace.get(one.namespace)
            if other is not None and one.namespace not in needed and other is not graphs[name]:
                needed[one.namespace] = other
                pending.append(other)
    return load_model(graphs[name], *needed.values()).lint
