# SPDX-License-Identifier: Apache-2.0
"""Checking and deploying models."""

import re
from collections.abc import Mapping
from dataclasses import replace

from taktloom.app.bpmn_check import check_bpmn
from taktloom.app.context import Context, use_case
from taktloom.app.decision_tests import failing_tests
from taktloom.app.decisions import now_of
from taktloom.app.linting import check_dmn, findings_of
from taktloom.assure.permissions import Permission
from taktloom.model.errors import ConflictError
from taktloom.model.findings import Finding
from taktloom.model.operations import Deployment, ModelDraft


class DraftMovedError(ConflictError):
    """The draft was saved again since the caller read it."""

    code = "TL-2920"


@use_case(Permission.PROCESS_DEPLOY)
def deploy_files(context: Context, *, files: Mapping[str, bytes]) -> Deployment:
    """Deploy `.bpmn`, `.dmn` and `.form` files together, all or none."""
    deployment = context.rooms.engine.deployments.deploy(files, by=context.principal.name)
    context.audit("deploy", _target(deployment))
    return _with_failing_tests(context, deployment, files)


@use_case(Permission.PROCESS_DEPLOY)
def deploy_draft(context: Context, *, draft_id: str, revision: int) -> Deployment:
    """Deploy a model draft as it is at *revision*; a process from a log gets that log as its baseline."""
    engine = context.rooms.engine
    draft = engine.drafts.get(draft_id)
    if draft.revision != revision:
        raise DraftMovedError(
            f"The draft is at revision {draft.revision}, not {revision}.",
            remedy="Load it again and look at what was changed before deploying.",
            parameters={
                "revision": str(draft.revision),
                "updated_by": draft.updated_by or "",
                "updated_at": draft.updated_at.isoformat(),
            },
        )
    files = files_of(draft)
    deployment = engine.deployments.deploy(files, by=context.principal.name)
    if draft.source_log_id is not None:
        for process in deployment.processes:
            engine.deployments.set_baseline(process.process_id, draft.source_log_id)
    context.audit("deploy", _target(deployment), reason=f"draft {draft.name}, revision {revision}")
    return _with_failing_tests(context, deployment, files)


def _with_failing_tests(context: Context, deployment: Deployment, files: Mapping[str, bytes]) -> Deployment:
    """Test cases that do not pass stop nothing: what runs is what was asked for, and the caller is told."""
    now = now_of(context)
    tables = ((name, content) for name, content in files.items() if name.lower().endswith(".dmn"))
    return replace(
        deployment, findings=tuple(finding for name, content in tables for finding in failing_tests(content, name, now))
    )


@use_case(Permission.PROCESS_VIEW)
def check_model(context: Context, *, bpmn_xml: bytes, dmn_xml: bytes | None = None) -> tuple[Finding, ...]:
    """Everything that deploying would find, warnings included; nothing is deployed."""
    now = now_of(context)
    findings = list(findings_of(lambda: check_bpmn(bpmn_xml, "model.bpmn")))
    if dmn_xml is not None:
        findings += findings_of(lambda: (*check_dmn(dmn_xml, "model.dmn"), *failing_tests(dmn_xml, "model.dmn", now)))
    return tuple(findings)


def files_of(draft: ModelDraft) -> dict[str, bytes]:
    """The files that a draft deploys, named after it."""
    stem = re.sub(r"[^\w-]+", "-", draft.name, flags=re.UNICODE).strip("-") or "model"
    files = {f"{stem}.bpmn": draft.bpmn_xml}
    if draft.dmn_xml is not None:
        files[f"{stem}.dmn"] = draft.dmn_xml
    return files


def _target(deployment: Deployment) -> str:
    parts = [f"process {one.process_id}:{one.version}" for one in deployment.processes]
    return ", ".join(parts + [f"decision {one.decision_id}:{one.version}" for one in deployment.decisions])
