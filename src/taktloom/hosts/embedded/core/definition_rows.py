# SPDX-License-Identifier: Apache-2.0
"""Rows of deployed models as model types, and findings as the JSON that lies beside them."""

import json
from collections.abc import Iterable

from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import DefinitionKey, ProcessId
from taktloom.model.operations import DeployedDecision, DeployedForm, DeployedProcess
from taktloom.model.places import Place
from taktloom.storage import Row


def deployed_process(row: Row) -> DeployedProcess:
    """From process_definition joined with process."""
    return DeployedProcess(
        definition_key=DefinitionKey(row.text("definition_key")),
        process_id=ProcessId(row.text("process_id")),
        name=row.text("name"),
        version=row.integer("version"),
        version_tag=row.text_or_none("version_tag"),
        resource_name=row.text("resource_name"),
        checksum=row.text("checksum"),
        deployed_at=row.instant("deployed_at"),
        deployed_by=row.text_or_none("deployed_by"),
        has_start_form=bool(row.integer("has_start_form")),
        is_startable=bool(row.integer("is_startable")),
        baseline_log_id=row.text_or_none("baseline_log_id"),
        suspended_at=row.instant_or_none("suspended_at"),
        findings=tuple(_finding(entry) for entry in json.loads(row.text("findings"))),
    )


def deployed_decision(row: Row) -> DeployedDecision:
    """From decision."""
    return DeployedDecision(
        decision_id=row.text("decision_id"),
        name=row.text("name"),
        version=row.integer("version"),
        resource_name=row.text("resource_name"),
        deployed_at=row.instant("deployed_at"),
    )


def deployed_form(row: Row) -> DeployedForm:
    """From form."""
    return DeployedForm(
        form_id=row.text("form_id"),
        version=row.integer("version"),
        resource_name=row.text("resource_name"),
        deployed_at=row.instant("deployed_at"),
    )


def findings_json(findings: Iterable[Finding]) -> str:
    """Findings as a JSON list."""
    return json.dumps(
        [
            {
                "severity": finding.severity.value,
                "rule": finding.rule,
                "message": finding.message,
                "source": finding.place.source,
                "line": finding.place.line,
                "element_id": finding.place.element_id,
                "remedy": finding.remedy,
                "parameters": dict(finding.parameters),
                "path": list(finding.path),
            }
            for finding in findings
        ],
        ensure_ascii=False,
    )


def _finding(entry: dict[str, object]) -> Finding:
    line, element_id, parameters = entry["line"], entry["element_id"], entry["parameters"]
    path = entry.get("path")  # absent where an older version wrote it
    return Finding(
        severity=Severity(str(entry["severity"])),
        rule=str(entry["rule"]),
        message=str(entry["message"]),
        place=Place(
            source=str(entry["source"]),
            line=line if isinstance(line, int) else None,
            element_id=element_id if isinstance(element_id, str) else None,
        ),
        remedy=str(entry["remedy"]),
        parameters={str(key): str(value) for key, value in parameters.items()} if isinstance(parameters, dict) else {},
        path=tuple(map(str, path)) if isinstance(path, list) else (),
    )
