# SPDX-License-Identifier: Apache-2.0
"""All static proof of one process."""

from collections.abc import Sequence

from taktloom.kernel.compile import variable_names
from taktloom.kernel.soundness.check import check_control_flow
from taktloom.kernel.soundness.prospects import check_prospects
from taktloom.model.findings import Finding
from taktloom.model.process import ProcessDefinition

__all__ = ["check_soundness"]


def check_soundness(definition: ProcessDefinition, together: Sequence[ProcessDefinition] = ()) -> tuple[Finding, ...]:
    """Warnings and informations about what can go wrong when the process runs; never a reason to refuse it.

    The control flow first, each finding with a shortest counter-example in `path` (element ids in order); then events
    that nothing triggers, constant conditions and misspelt names. together: the processes deployed with it, which may
    throw what it catches and catch what it throws. For a structure that the rules refuse the result says
    nothing useful.
    """
    return check_control_flow(definition) + check_prospects(definition, variable_names(definition), together)
