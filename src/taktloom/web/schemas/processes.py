# SPDX-License-Identifier: Apache-2.0
"""Models, drafts, deployments, processes."""

from pydantic import Field, JsonValue

from taktloom.web.schemas.shared import FindingOut, In, Instant, Out

XML_LIMIT = 10_000_000


class DeployedProcess(Out):
    definition_key: str
    process_id: str
    name: str
    version: int
    version_tag: str | None
    resource_name: str
    checksum: str
    deployed_at: Instant
    deployed_by: str | None
    has_start_form: bool
    is_startable: bool
    baseline_log_id: str | None
    suspended_at: Instant | None
    findings: list[FindingOut]


class DeployedDecision(Out):
    decision_id: str
    name: str
    version: int
    resource_name: str
    deployed_at: Instant


class DeployedForm(Out):
    form_id: str
    version: int
    resource_name: str
    deployed_at: Instant


class Deployment(Out):
    """findings: what did not stop the deployment and should be looked at."""

    processes: list[DeployedProcess]
    decisions: list[DeployedDecision]
    forms: list[DeployedForm]
    findings: list[FindingOut]


class DeployDraft(In):
    draft_id: str
    revision: int


class ProcessSummary(Out):
    latest: DeployedProcess
    versions: int
    active: int
    ended: int
    incidents: int


class ProcessDetail(Out):
    summary: ProcessSummary
    versions: list[DeployedProcess]


class StartForm(Out):
    """schema_: form-js schema, null when the process has no start form; variables: names to ask for then."""

    form_schema: dict[str, JsonValue] | None
    variables: list[str]


class ModelCheck(In):
    bpmn_xml: str = Field(max_length=XML_LIMIT)
    dmn_xml: str | None = Field(default=None, max_length=XML_LIMIT)


class Findings(Out):
    findings: list[FindingOut]


class DraftSummary(Out):
    draft_id: str
    name: str
    revision: int
    updated_at: Instant
    updated_by: str | None
    source_log_id: str | None
    based_on: str | None


class ModelDraft(DraftSummary):
    bpmn_xml: str
    dmn_xml: str | None
    notes: dict[str, JsonValue]


class DraftCreate(In):
    """bpmn_xml left out: an empty process, or the deployed version named in based_on (`process:version`)."""

    name: str = Field(min_length=1, max_length=200)
    bpmn_xml: str | None = Field(default=None, max_length=XML_LIMIT)
    dmn_xml: str | None = Field(default=None, max_length=XML_LIMIT)
    based_on: str | None = Field(default=None, max_length=300)


class DraftSave(In):
    """revision: the one that was read; an older one is refused with 409."""

    revision: int
    name: str | None = Field(default=None, min_length=1, max_length=200)
    bpmn_xml: str = Field(max_length=XML_LIMIT)
    dmn_xml: str | None = Field(default=None, max_length=XML_LIMIT)


class BaselineIn(In):
    log_id: str | None
