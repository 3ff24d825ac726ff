# SPDX-License-Identifier: Apache-2.0
"""Checking and deploying models."""

from collections.abc import Mapping

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission
from taktloom.model.findings import Finding
from taktloom.model.operations import Deployment


@use_case(Permission.PROCESS_DEPLOY)
def deploy_files(context: Context, *, files: Mapping[str, bytes]) -> Deployment:
    """Deploy."""
    not_wired()


@use_case(Permission.PROCESS_DEPLOY)
def deploy_draft(context: Context, *, draft_id: str, revision: int) -> Deployment:
    """Deploy a draft."""
    not_wired()


@use_case(Permission.PROCESS_VIEW)
def check_model(context: Context, *, bpmn_xml: bytes, dmn_xml: bytes | None) -> tuple[Finding, ...]:
    """Check."""
    not_wired()
